"""Lists of names and addresses, whatever their layout: "Name - URL", name and address on lines or cells of their own,
linked names, several to a line, parent and child joined by a dash. Used for bodies and for portals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.documents import Link
from kg.extraction.gazetteer import word_set
from kg.extraction.names import Name, acronym_after, classify, is_acronym, is_short_name
from kg.extraction.reading import Reading
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold, words_key


@dataclass(slots=True, eq=False)
class Entry:
    """A name with its addresses. `prose` tells that it was read out of a sentence and not from a list."""

    name: str | None
    start: int
    end: int
    acronym: str | None = None
    aliases: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    parent: Entry | None = None
    prose: bool = False


def entries(reading: Reading, answer: ParsedAnswer) -> list[Entry]:
    """The names and addresses of an answer, in order. An address without a name gives an entry without one."""
    found: list[Entry] = []
    names: list[Entry] = []
    urls: list[tuple[Link, bool]] = []

    def settle() -> None:
        _pair(names, urls, found)
        names.clear()
        urls.clear()

    text = reading.text
    for number, piece in enumerate(answer.pieces):
        position = piece.start
        for link in reading.links_between(piece.start, piece.end):
            linked = not _ADDRESS.match(link.text) and any(c.isalpha() for c in link.text)
            stop = link.end if linked else link.start
            fresh = _segment(reading, position, stop)
            if fresh and urls:
                settle()
            names += fresh
            urls.append((link, linked))
            position = link.end
            if linked:
                settle()
            bracket = _BRACKET.match(text, position, piece.end)
            last = names[-1] if names else found[-1] if found else None
            if (
                bracket is not None
                and is_acronym(bracket[1])
                and last is not None
                and last.name
                and last.acronym is None
            ):
                last.acronym = bracket[1]
                position = bracket.end()
        fresh = _segment(reading, position, piece.end)
        if (
            fresh
            and urls
            and not names
            and position > piece.start
            and _BEHIND.match(text, position, piece.end)
        ):
            # The address stands before the name ("https://… – Name").
            names += fresh[:1]
            fresh = fresh[1:]
            settle()
        elif fresh and urls:
            settle()
        names += fresh
        following = answer.pieces[number + 1] if number + 1 < len(answer.pieces) else None
        if (
            fresh
            and any(entry.prose for entry in fresh)
            and not (following and reading.is_address_only(following))
        ):
            settle()
    settle()
    return found


def _pair(names: list[Entry], urls: list[tuple[Link, bool]], found: list[Entry]) -> None:
    """Gives each name its addresses: in order where there are as many of both, else the last names take them."""
    if not names:
        for link, _ in urls:
            found.append(Entry(None, link.start, link.end, urls=[link.url]))
        return
    if urls:
        takers = [
            name
            for name in names
            if not (name.prose and name.parent is None and len(names) > len(urls) and name is not names[-1])
        ]
        if len(urls) >= len(takers):
            for index, (link, _) in enumerate(urls):
                takers[min(index, len(takers) - 1)].urls.append(link.url)
        else:
            for entry, (link, _) in zip(takers[-len(urls) :], urls, strict=True):
                entry.urls.append(link.url)
    found += names


def _segment(reading: Reading, start: int, end: int) -> list[Entry]:
    """The names in a stretch of text without addresses."""
    text = reading.text
    found: list[Entry] = []
    for match in _PART.finditer(text, start, end):
        part_start, part_end = _trim(text, match.start(), match.end())
        if part_start >= part_end:
            continue
        words = text[part_start:part_end]
        folded = fold(words)
        if (
            text[part_end : part_end + 1] == ":"
            and _BLANK.fullmatch(text, part_end + 1, end) is not None
            and classify(words)[0] is None
        ):
            # "The portals are:" announces a list.
            continue
        if folded.strip(" .:()") in word_set("nothing") or folded.strip(" .:()") in word_set("field_labels"):
            continue
        if _is_list_part(folded, words):
            found += _listed(reading, part_start, part_end)
        else:
            found += _from_prose(reading, part_start, part_end)
    return found


def _is_list_part(folded: str, words: str) -> bool:
    return (
        len(words.split()) <= 16
        and _PROSE.search(folded) is None
        and not (words.rstrip().endswith((".", "?")) and len(words.split()) > 12)
        and sum(c.isalpha() for c in words) > 1
    )


def _listed(reading: Reading, start: int, end: int) -> list[Entry]:
    text = reading.text
    pieces: list[tuple[int, int]] = []
    at = start
    for dash in _DASH.finditer(text, start, end):
        if _balanced(text[at : dash.start()]):
            pieces.append((at, dash.start()))
            at = dash.end()
    pieces.append((at, end))
    if len(pieces) == 1:
        unit = _unit_and_parent(reading, start, end)
        if unit:
            return unit
    found: list[Entry] = []
    for piece_start, piece_end in pieces:
        entry = _one(reading, piece_start, piece_end)
        if entry is None:
            continue
        previous = found[-1] if found else None
        if previous is not None and previous.name is not None and entry.name is not None:
            if is_acronym(entry.name) and classify(entry.name)[0] is None and " " not in entry.name:
                previous.acronym = previous.acronym or entry.name
                continue
            if is_acronym(previous.name) and " " not in previous.name and not is_acronym(entry.name):
                entry.acronym = entry.acronym or previous.name
                found[-1] = entry
                continue
            if classify(entry.name)[0] == "bodies" and classify(previous.name)[0] == "bodies":
                entry.parent = previous
            elif (
                len(pieces) == 2
                and classify(previous.name)[0] is not None
                and classify(entry.name)[0] is None
            ):
                continue
        found.append(entry)
    return found


def _unit_and_parent(reading: Reading, start: int, end: int) -> list[Entry]:
    """ "Unit of X, Ministry of Y": the unit stands last in the result, as an address behind them is its own."""
    for comma in _COMMA.finditer(reading.text, start, end):
        left, right = reading.text[start : comma.start()], reading.text[comma.end() : end]
        if classify(_BRACKET.sub("", left))[0] == classify(_BRACKET.sub("", right))[0] == "bodies":
            unit, parent = _one(reading, start, comma.start()), _one(reading, comma.end(), end)
            if unit is not None and parent is not None:
                unit.parent = parent
                return [parent, unit]
    return []


def _one(reading: Reading, start: int, end: int) -> Entry | None:
    text = reading.text
    start, end = _trim(text, start, end)
    lead = _LEAD.match(fold(text[start:end]))
    if lead is not None:
        start += lead.end()
    label = _LABEL.match(fold(text[start:end]))
    if label is not None:
        start += label.end()
    if end - start < 2 or _SIGNPOST.match(fold(text[start:end])):
        return None
    bracket = _BRACKET.search(text, start, end)
    name_end = bracket.start() if bracket is not None and bracket.start() > start else end
    name_end = start + len(text[start:name_end].rstrip(" ,.;:-–—"))
    name = " ".join(text[start:name_end].split())
    if not name or not (
        name[0].isupper()
        or name[0].isdigit()
        or any(c.isupper() for c in name[:4])
        or not name[0].isascii()
        or (name.islower() and "." in name)
    ):
        return None
    acronym, _ = acronym_after(text, name_end, end)
    opened = _OPENED.search(name)
    if opened is not None and is_acronym(opened[1]):
        acronym, name = opened[1], name[: opened.start()].rstrip()
        name_end = start + len(name)
    entry = Entry(name, start, name_end, acronym)
    if bracket is not None and acronym is None:
        inside = bracket[1].strip()
        if classify(inside)[0] is not None or len(inside.split()) >= 3:
            entry.aliases.append(inside)
        elif is_acronym(inside) or is_short_name(inside, name):
            entry.acronym = inside
    elif acronym is None and entry.acronym is None:
        either = _OR_CALLED.fullmatch(name)
        if either is not None and classify(either[1])[0] is not None:
            entry.name, entry.acronym = either[1], either[2]
            entry.end = start + len(either[1])
    slash = name.split(" / ")
    if len(slash) == 2 and len(slash[1].split()) >= 2:
        entry.name = slash[0]
        entry.aliases.append(slash[1])
    return entry


def _from_prose(reading: Reading, start: int, end: int) -> list[Entry]:
    found: list[Entry] = []
    for name in reading.names(start, end):
        adjacent = name.after >= end - 4 or _NEAR.fullmatch(reading.text[name.after : end]) is not None
        if name.group in ("bodies", "portals") or (adjacent and (len(name.text) > 3)):
            if fold(name.text) in word_set("leading") or words_key(name.text) in ("yes", "no"):
                continue
            found.append(_entry(name))
    return found


def _entry(name: Name) -> Entry:
    return Entry(name.text, name.start, name.end, name.acronym, prose=True)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start] in " \t,;:.-–—<>*|•/" or text[start] == ")"):
        start += 1
    while end > start and text[end - 1] in " \t,;:-–—<>*|•(/[":
        end -= 1
    return start, end


def _balanced(words: str) -> bool:
    return words.count("(") == words.count(")")


_SIGNPOST = re.compile(
    r"(?:for )?(?:more|further|additional) info|mas info|mais info|plus d'info|pour plus|para mas|see |available|disponi|link|visit|source|fuente|fonte|yes\b|si\b|oui\b|sim\b|no\b"
)
_OR_CALLED = re.compile(
    r"(.{6,}?),? (?:or|also called|also known as|known as|o|ou|conocid[oa] como|dit|dite) ([A-Z][\w-]{2,20})"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)|\S+\.[a-z]{2,}(?:/\S*)?$", re.IGNORECASE)
_BLANK = re.compile(r"\s*")
_PART = re.compile(r"(?:[^;\t|.\n]|\.(?!\s)){1,2000}\.?")
_OPENED = re.compile(r"\s\(([^()]{2,16})$")
_COMMA = re.compile(r",\s(?=[A-ZÀ-Þ])")
_DASH = re.compile(r"\s[-–—]\s|\s?[–—]\s")
_BRACKET = re.compile(r"\s?\(([^()]{1,120})\)")
_BEHIND = re.compile(r"\s?[(:–—-]")
_NEAR = re.compile(r"[\s,:;(–—-]{0,4}(?:at|en|em|in|a|see)?[\s,:(]{0,3}")
_PROSE = re.compile(
    r"\b(?:is|are|was|were|has|have|which|that|will|leads|responsible for|in charge|through|es|son|fue|esta|tiene|que|a cargo|encargad|e o|foi|sao|est|sont|qui|a ete|coordinates|under the|there|replac\w+|together|launched|with|and for)\b"
)
_LEAD = re.compile(
    r"\s*(?:(?:and|y|e|et|the|as well as|also|la|el|le|o|a|les|los|main|lead)\s+|(?:and|y|e|et),? (?:for|para|pour|em)\s[^,]{2,40},\s*|\d{1,2}[.)]\s+|[a-z][.)]\s+)+"
)
_LABEL = re.compile(
    r"(?:name|nombre|nome|nom|agency|institution|url|website|portal|sitio web|site web|organisme|organismo|orgao|ministry|body)(?:\s?\([^)]{0,12}\))?\s*:\s*"
)
