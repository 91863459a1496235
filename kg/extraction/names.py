"""Proper names in running text, their head noun (a ministry, a strategy, a portal …) and the abbreviation in brackets.

Works on capital letters and small words between them, so it serves the languages of Europe, the Americas and much of
Africa and Asia; scripts without capitals give no names here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from kg.extraction.gazetteer import country_of, data, word_set
from kg.questionnaire.wording import fold


@dataclass(frozen=True, slots=True)
class Name:
    """A name between two offsets. `group` and `kind` come from its head noun (`bodies`, `ministry`), if it has one."""

    start: int
    end: int
    text: str
    group: str | None
    kind: str | None
    acronym: str | None
    """In brackets behind the name (or the name in brackets behind it)."""
    after: int
    """Where the text goes on behind the name and its brackets."""
    quoted: bool = False


def names_between(text: str, folded: str, start: int, end: int) -> list[Name]:
    """The proper names between two offsets, in order and without overlap."""
    names: list[Name] = []
    position = start
    while position < end:
        chunk = _next_chunk(text, folded, position, end)
        if chunk is None:
            break
        first, last = chunk
        position = last
        if last - first > _LONGEST:
            continue
        title_at = _strip_leading(folded, text, first, last)
        titled = _BRACKETED_TITLE.match(text, title_at, end) if text[last : last + 2] == " (" else None
        if titled is not None:
            names.append(Name(title_at, titled.end(), titled[0], "laws", "act", None, titled.end()))
            position = titled.end()
            continue
        for piece_start, piece_end in _split(text, folded, first, last):
            name = _named(text, folded, piece_start, piece_end, end)
            if name is not None:
                names.append(name)
                position = max(position, name.after)
    return names


@lru_cache(maxsize=16384)
def classify(name: str) -> tuple[str, str] | tuple[None, None]:
    """The group and kind of a name by its head noun: ("bodies", "ministry"), ("policies", "plan"), or (None, None)."""
    folded = fold(name).replace("’", "'")
    words = [word for word in _WORDS.findall(folded) if not word[0].isdigit()]
    if not words:
        return None, None
    if _PERIOD_AT_END.search(folded) and (
        words[0] in word_set("programmes") or words[-1] in word_set("programmes")
    ):
        # A programme for a span of years is a plan of government.
        return "policies", "plan"
    prepositions = word_set("prepositions")
    while len(words) > 1 and words[-1] in prepositions:
        words.pop()
    heads = _heads()
    if words[-1] in _LAW_ENDINGS and len(words) > 1:
        return heads[words[-1]]
    for length in (4, 3, 2):
        found = heads.get(" ".join(words[:length])) if len(words) > length else None
        if found is not None:
            return found
    cut = next((i for i, word in enumerate(words) if word in prepositions and i), len(words))
    stem = words[:cut]
    if stem[-1] in word_set("no_heads"):
        return None, None
    # The last noun before a preposition (English), else the first word (Romance), else one between.
    order = [*range(len(stem) - 1, len(stem) - 2, -1), *range(len(stem) - 1)]
    for index in order:
        for length in (3, 2, 1):
            for window in ((index - length + 1, index + 1), (index, index + length)):
                if window[0] < 0 or window[1] > len(stem):
                    continue
                found = heads.get(" ".join(stem[window[0] : window[1]]))
                if found is not None:
                    return found
    # "Freedom of Information Act": the noun stands at the very end.
    last = heads.get(words[-1])
    return (
        last
        if last is not None and last[0] in ("laws", "policies", "bodies") and cut < len(words)
        else (None, None)
    )


def acronym_after(text: str, end: int, limit: int) -> tuple[str | None, int]:
    """The abbreviation in brackets at an offset, and where the text goes on."""
    match = _BRACKET.match(text, end, limit)
    if match is None:
        return None, end
    inside = match[1].strip(" \"“”'’«»")
    for lead in _LEADS:
        if fold(inside).startswith(lead):
            inside = inside[len(lead) :].strip(" \"“”'’«»")
    if is_acronym(inside):
        return inside, match.end()
    return None, end


def is_acronym(word: str) -> bool:
    """Whether a word looks like an abbreviation: short, one or two words, with two capitals or a capital and a digit."""
    if (
        not 2 <= len(word) <= 24
        or len(word.split()) > 3
        or word.replace(" ", "").isdigit()
        or ("." in word[1:-1] and " " in word)
    ):
        return False
    capitals = sum(c.isupper() for c in word)
    letters = sum(c.isalpha() for c in word)
    return (
        capitals >= 2
        and letters >= 2
        and (capitals * 2 >= letters or (len(word.split()) == 1 and len(word) <= 14))
    )


def is_short_name(word: str, name: str) -> bool:
    """Whether a single word in brackets is what a body is called for short ("Bappenas"), and no country or place type."""
    return (
        _SHORT_WORD.fullmatch(word) is not None
        and classify(name)[0] == "bodies"
        and classify(word)[0] is None
        and country_of(word) is None
    )


def _next_chunk(text: str, folded: str, position: int, end: int) -> tuple[int, int] | None:
    """The next run of capitalised words with small words between, as (start, end)."""
    connectors = word_set("connectors")
    first: int | None = None
    last = position
    pending = 0
    for token in _TOKEN.finditer(text, position, end):
        gap = text[last : token.start()] if first is not None else ""
        word = token[0]
        capital = (
            word[0].isupper()
            or _INNER_CAPITAL.match(word) is not None
            or (first is not None and word[0].isdigit() and _YEARS.fullmatch(word) is not None)
        )
        if (
            not capital
            and first is not None
            and word[:2] in ("d'", "l'", "d’", "l’", "D’", "D'")
            and len(word) > 2
        ):
            capital = word[2].isupper() or pending > 0
        if first is None:
            elided = 0 if capital else _elided(word)
            if (capital or elided) and "://" not in word and not word.lower().startswith("www."):
                first, last, pending = token.start() + elided, token.end(), 0
            continue
        joined = _JOIN.fullmatch(gap) is not None
        if not joined:
            if gap.strip(" ") == "," and _serial(text, folded, first, token.start(), end):
                pass
            else:
                return first, last
        if capital and "://" not in word:
            if word[0].isdigit() and pending and _YEARS.fullmatch(word) and pending > 1:
                return first, last
            last, pending = token.end(), 0
        elif folded[token.start() : token.end()].strip("'’") in connectors and pending < 3:
            pending += 1
            # `last` stays at the last capitalised word, but the gap is measured from here.
            ahead = _AHEAD.match(text, token.end(), end)
            if ahead is None:
                return first, last
            last_connector = token.end()
            inner = _continue(text, folded, last_connector, end, connectors, pending)
            if inner is None:
                return first, last
            last = inner
            pending = 0
            rest = _next_tail(text, folded, first, last, end)
            return first, rest
        elif token[0] in ("+", "&") and pending == 0:
            ahead = _AHEAD.match(text, token.end(), end)
            if ahead is None:
                return first, last
            last = token.end()
        else:
            return first, last
    return (first, last) if first is not None else None


def _elided(word: str) -> int:
    """The length of the article before a capital letter ("l'Agence"), 0 when there is none."""
    elided = len(word) > 3 and word[:2].lower() in _ELISIONS
    return 2 if elided and (word[2].isupper() or _INNER_CAPITAL.match(word[2:])) else 0


def _continue(
    text: str, folded: str, position: int, end: int, connectors: frozenset[str], used: int
) -> int | None:
    """The end of the capitalised word that small words lead to, or None when they lead to none."""
    at = position
    for _ in range(4 - used):
        token = _TOKEN.match(text, _skip(text, at, end), end)
        if token is None:
            return None
        word = token[0]
        if (
            word[0].isupper()
            or _INNER_CAPITAL.match(word)
            or (word[:2] in ("d'", "l'", "d’", "l’") and len(word) > 3)
        ):
            return token.end()
        if _YEARS.fullmatch(word) and folded[position - 3 : position].strip() in ("of", "de"):
            return token.end()
        if folded[token.start() : token.end()].strip("'’") not in connectors:
            return None
        at = token.end()
    return None


def _next_tail(text: str, folded: str, first: int, last: int, end: int) -> int:
    """Goes on from the end of a name as far as the name does."""
    chunk = _next_chunk_from(text, folded, first, last, end)
    return max(last, chunk)


def _next_chunk_from(text: str, folded: str, first: int, last: int, end: int) -> int:
    connectors = word_set("connectors")
    while True:
        gap_end = _skip(text, last, end)
        token = _TOKEN.match(text, gap_end, end)
        if token is None:
            if text[last : last + 2] == ", " and _serial(text, folded, first, last + 2, end):
                token = _TOKEN.match(text, last + 2, end)
            if token is None:
                return last
        word = token[0]
        if token.start() == last and text[last : last + 1] not in "-–":
            return last
        if (
            ((word[0].isupper() or _INNER_CAPITAL.match(word)) and "://" not in word)
            or _YEARS.fullmatch(word)
            or (word[:2] in ("d'", "l'", "d’", "l’") and len(word) > 2 and word[2].isupper())
        ):
            last = token.end()
            continue
        if folded[token.start() : token.end()].strip("'’") in connectors or word in ("&", "+"):
            reached = _continue(text, folded, token.end(), end, connectors, 1)
            if reached is None:
                return last
            last = reached
            continue
        return last


def _serial(text: str, folded: str, first: int, at: int, end: int) -> bool:
    """Whether a comma inside a name only separates its parts ("Ministry of Science, Technology and Innovation")."""
    head = _WORDS.findall(folded[first : min(first + 60, at)])
    while head and head[0] in word_set("leading"):
        head = head[1:]
    if not head or (
        _heads().get(head[0], (None, None))[0] != "bodies" and head[0] not in ("secretary", "secretariado")
    ):
        return False
    if not any(word in word_set("prepositions") for word in head[1:4]):
        return False
    series = _SERIES.match(text, at, end)
    if series is None or _HEAD_NEXT.match(folded, at, end):
        return False
    # "Ministry of Finance, Acme and the Chamber of Commerce": the last of the series is a body of its own.
    last = _WORDS.findall(folded[series.end() - 1 : min(end, series.end() + 40)])[:2]
    groups = {_heads().get(word, (None, None))[0] for word in (last[0] if last else "", " ".join(last))}
    return not groups & {"bodies", "organisations"}


def _split(text: str, folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Splits "the Ministry of A and the Agency for B" in two, but not "Ministry of A and B"."""
    pieces = []
    at = start
    for match in _AND.finditer(folded, start, end):
        right = folded[match.end() : end]
        if match[0].startswith(" of the "):
            if classify(text[at : match.start()])[0] == "bodies":
                pieces.append((at, match.start()))
                at = match.start() + 8
            continue
        first = _WORDS.findall(right[:40])
        heads = _heads()
        starts_with_head = bool(first) and (
            heads.get(first[0], (None,))[0] in ("bodies", "organisations", "policies")
            or heads.get(" ".join(first[:2]), (None,))[0] in ("bodies", "organisations", "policies")
        )
        left_group = classify(text[at : match.start()])[0]
        right_group, _ = classify(text[match.end() : end])
        of_form = (
            re.search(r"\b(?:of|de|do|da|del|for|para|des|du)\b", folded[at : match.start()]) is not None
        )
        complete = left_group is not None and right_group is not None and not of_form
        if match[1] and left_group is not None and right_group is not None:
            complete = True
        if is_acronym(text[at : match.start()]) and " " not in text[at : match.start()]:
            starts_with_head, left_group = True, "acronym"
        left_words = _WORDS.findall(folded[at : match.start()])
        if (
            left_group == "bodies"
            and not of_form
            and len(left_words) > 1
            and right_group is None
            and _heads().get(left_words[-1], (None,))[0] == "bodies"
        ):
            starts_with_head = True
        if left_group == "bodies" and of_form and _COMPANY.fullmatch(text, match.end(), end):
            starts_with_head = True
        if len(first) == 1 and first[0] in heads and left_group != "acronym":
            starts_with_head = False
        if (starts_with_head and (left_group is not None or match[1])) or (complete and len(first) > 1):
            pieces.append((at, match.start()))
            at = match.end()
    pieces.append((at, end))
    return pieces


def _named(text: str, folded: str, start: int, end: int, limit: int) -> Name | None:
    start = _strip_leading(folded, text, start, end)
    if start >= end:
        return None
    name = text[start:end].rstrip(" -–,;:'’.")
    dated = _DATED.search(fold(name))
    if dated is not None and dated.start() > 2:
        name = name[: dated.start()]
    end = start + len(name)
    if len(name) < 2:
        return None
    group, kind = classify(name)
    period = _PERIOD.match(text, end - 4, limit) if end - start > 8 else None
    if period is not None and group is not None:
        end, name = period.end(), text[start : period.end()]
        acronym, after = acronym_after(text, end, limit)
        return Name(start, end, name, group, kind, acronym, after, False)
    longer = _longer(text, folded, start, end, limit, group)
    if longer > end:
        end, name = longer, text[start:longer]
    acronym, after = acronym_after(text, end, limit)
    if acronym is None and group == "bodies":
        short = _BRACKET.match(text, end, limit)
        if short is not None and is_short_name(short[1], name):
            acronym, after = short[1], short.end()
    beyond = _beyond_bracket(text, folded, after, limit) if acronym is not None else 0
    if beyond:
        # "Open Data Association (ODA) Forum": the bracket stands inside the name.
        whole = text[start:beyond]
        group, kind = classify(_INNER_BRACKET.sub("", whole))
        further, after = acronym_after(text, beyond, limit)
        return Name(start, beyond, whole, group, kind, further, after, False)
    quoted = start > 0 and text[start - 1] in "\"“«'‘"
    return Name(start, end, name, group, kind, acronym, after, quoted)


def _beyond_bracket(text: str, folded: str, after: int, limit: int) -> int:
    """The end of a name that goes on behind the abbreviation in brackets with a noun of another thing, else 0."""
    match = _BEYOND.match(text, after, limit)
    if match is None:
        return 0
    words = _WORDS.findall(folded[match.start() : match.end()])
    heads = _heads()
    pairs = [" ".join(words[at : at + 2]) for at in range(len(words) - 1)]
    groups = {heads[word][0] for word in [*words, *pairs] if word in heads}
    return match.end() if groups & {"policies", "laws"} or set(words) & word_set("undertakings") else 0


def _longer(text: str, folded: str, start: int, end: int, limit: int, group: str | None) -> int:
    """Goes on over the small letters that French and Spanish names have behind their head noun.

    Only with a preposition before each further noun, or up to the abbreviation in brackets.
    """
    city = _CITY.match(folded, end, limit)
    if city is not None and group == "bodies":
        return city.end()
    words = _WORDS.findall(folded[start:end])
    if (
        not words
        or group not in ("bodies", "policies", "organisations")
        or _heads().get(words[0], (None,))[0] != group
        or (
            words[0] in word_set("english_heads")
            and not (len(words) == 1 and _ROMANCE_NEXT.match(folded, end, limit))
        )
    ):
        return end
    if text[end : end + 1] not in (" ", "\u00a0"):
        return end
    bracket = _TO_BRACKET.match(text, end, limit)
    if bracket is not None and is_acronym(bracket[1]):
        return bracket.start(1) - 1 - (1 if text[bracket.start(1) - 2] == " " else 0)
    match = (_ROMANCE_BARE if len(words) == 1 else _ROMANCE).match(folded, end, limit)
    return match.end() if match is not None and match.end() > end else end


def _strip_leading(folded: str, text: str, start: int, end: int) -> int:
    leading = word_set("leading")
    owner = _POSSESSIVE.match(text, start, end)
    if owner is not None and country_of(owner[1]) is not None:
        start = owner.end()
    while start < end:
        dated = _date_before_name().match(folded, start, end)
        start = dated.end() if dated is not None else start
        match = _LEAD.match(folded, start, end)
        if match is None:
            return start
        word = match[1]
        if word not in leading or (
            text[match.start(1) : match.end(1)].isupper()
            and len(word) > 1
            and text[start:end].isupper() is False
        ):
            return start
        start = match.end()
    return start


@cache
def _date_before_name() -> re.Pattern[str]:
    """ "Since July 2017 the App of Y": the date belongs to the sentence; without an article it may belong to the name."""
    months = "|".join(sorted(map(re.escape, data("citations")["months"]), key=len, reverse=True))
    return re.compile(rf"(?:\d{{1,2}}\s)?(?:{months})\s(?:19|20)\d\d,?\s(?=the\s)")


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at] in " \u00a0":
        at += 1
    return at


@cache
def _heads() -> dict[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    for group in ("bodies", "organisations", "policies", "laws", "portals"):
        value = data("names")[group]
        kinds = value if isinstance(value, dict) else {"other": value}
        for kind, words in kinds.items():
            for word in words:
                known.setdefault(" ".join(_WORDS.findall(fold(str(word)))), (group, kind))
    return known


_TOKEN = re.compile(r"[^\W_](?:[\w'’&/-]|[.+](?=[A-Za-z0-9]))*|[&+]")
_WORDS = re.compile(r"[\w']+")
_JOIN = re.compile(r"[ \u00a0]{0,2}|[ \u00a0]?[-–][ \u00a0]?(?=\d)|")
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[-–/]\s?(?:(?:19|20)\d\d|\d\d))?")
_PERIOD = re.compile(r"(?:19|20)\d\d\s?[-–/]\s?(?:(?:19|20)\d\d|\d\d)(?!\d)")
_SHORT_WORD = re.compile(r"[A-Z][a-z]{3,14}")
_PERIOD_AT_END = re.compile(r"(?:19|20)\d\d\s?[-/]\s?(?:(?:19|20)\d\d|\d\d)$")
_AHEAD = re.compile(r"[ \u00a0]?[\w'’(]")
_BEYOND = re.compile(
    r" [A-ZÀ-Þ][\w'’-]*(?: [A-ZÀ-Þ][\w'’-]*){0,3}(?: (?:19|20)\d\d(?:\s?[-–/]\s?(?:(?:19|20)\d\d|\d\d))?(?!\d))?"
)
_INNER_BRACKET = re.compile(r"\s\([^()]*\)")
_BRACKET = re.compile(r"\s{0,2}[(\[]([^()\[\]]{2,60})[)\]]")
_LEADS = (
    "the ",
    "hereinafter ",
    "o ",
    "en adelante ",
    "ci-apres ",
    "doravante ",
    "abbreviated ",
    "known as ",
    "por sus siglas ",
    "also ",
    "or ",
    "siglas ",
    "acronym ",
)
_SERIES = re.compile(
    r"(?:[A-ZÀ-Þ][\w'’-]*(?: (?:of |de |da |do |del |et |and |y |e )?[\w'’-]+){0,3}, ){0,3}[A-ZÀ-Þ][\w'’-]*(?: (?:[a-zà-ÿ]{1,3} ){0,2}[A-ZÀ-Þ][\w'’-]*){0,4},? (?:and|y|e|et|und) (?:the |la |de |da |do |du |des |los |las |l['’])?[A-ZÀ-Þ]"
)
_HEAD_NEXT = re.compile(
    r"(?:ministry|ministerio|ministere|department of|agency|authority|commission|council|secretar|agencia|instituto|direcc|direcao)\b"
)
_COMPANY = re.compile(
    r"(?:[A-Z][\w&-]* ){2,4}(?:Services|Solutions|Systems|Corporation|Technologies|Group|Consulting|Limited|Ltd|Inc|Company)"
    r"|(?:[A-Z][\w&-]* ){1,4}(?:SAS|SA|SARL|Ltd|Inc|GmbH|PLC|Plc|LLC|SpA|AG|Limited)"
)
_AND = re.compile(
    r" of the (?=(?:[a-z]+ )?(?:ministry|presidency|department of|office of the pr|prime minister))| (?:and|y|e|et|und|,) (the |la |el |o |a |os |as |le |les |los |las |l')?"
)
_LAW_ENDINGS = frozenset({"act", "bill", "code"})
_CITY = re.compile(r" (?:city|province|region|county|canton)\b")
_DATED = re.compile(
    r"\s(?:in|en|em)\s(?:(?:january|february|march|april|may|june|july|august|september|october|november|december)(?:\s(?:19|20)\d\d)?|(?:19|20)\d\d)$"
)
"""When something happened is no part of its name ("launched the Sandbox in October 2018")."""
_ELISIONS = frozenset({"l'", "d'", "l’", "d’"})
_INNER_CAPITAL = re.compile(r"[a-z]{1,2}[A-Z][\w-]+$|[a-z]-[A-Z]\w+$")
_TO_BRACKET = re.compile(r"(?:[ \u00a0][\w'’-]+){1,14} \(([^()]{2,16})\)")
_PREPOSED = r"(?:\s(?:de la|de l'|de los|de las|del|des|du|de|d'|da|do|dos|das|pour la|pour le|pour l'|para la|para el|para o|para a|para|a la|au|aux|sobre|sur)\s?[\w'-]{3,}(?:\s(?:et|y|e)\s(?:de la |de l'|de los |de las |del |des |du |de |d'|a la |la |l')[\w'-]{3,})?)"
_ROMANCE_BARE = re.compile(
    rf"(?:\s[a-z-]{{5,}}(?:ale|al|nal|eur|elle|ielle|iel|ive|ique|ico|ica|ivo|iva|or|ora|ere|ier|aire|ario|aria|ria|os|as|les|se|ne|ais|aise))?{_PREPOSED}{{1,4}}"
)
_ROMANCE = re.compile(rf"{_PREPOSED}{{1,4}}")
_LONGEST = 400
"""A longer run of capitalised words is no name."""
_POSSESSIVE = re.compile(r"([A-Z][\w-]+)['’]s ")
_BRACKETED_TITLE = re.compile(
    r"[A-Z][\w'-]*(?: (?:and |of |for |the |in |to )?[A-Z][\w'-]*){0,7} \([A-Z][^()\n]{2,110}\) (?:Act|Bill|Code|Regulations|Rules|Order|Ordinance|Decree|Law)\b(?: (?:19|20)\d\d)?"
)
_ROMANCE_NEXT = re.compile(
    r"\s(?:d['’]|de\s|du\s|des\s|nationale?\s|interminist|generale?\s|superieur|regional)"
)
_LEAD = re.compile(r"([\w']+?)(?:[\s,]+|(?<=')|$)")
