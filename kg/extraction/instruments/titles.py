"""The title that goes with a citation: before it, around it or behind it, and the year that stands with the title."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from kg.extraction.citations import Citation
from kg.extraction.gazetteer import data, word_set
from kg.extraction.names import Name
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire.wording import fold, words_key


def title_of(
    reading: Reading, sentence: Sentence, citation: Citation, names: list[Name], used: set[int]
) -> tuple[str | None, int | None]:
    """The title that goes with a citation, and the end of it when it stands behind.

    A name that turns out to be the title is noted in `used` by its place among the names of the sentence.
    """
    nearest = bisect_left(names, citation.start - _FARTHEST_TITLE, key=lambda name: name.start)
    for index in range(nearest, len(names)):
        name = names[index]
        if name.start > citation.end + _NEAREST_TITLE:
            break
        found = _as_title(reading, citation, name) if index not in used else None
        if found is not None:
            used.add(index)
            return found
    return _title_in_words(reading, sentence, citation)


def _as_title(reading: Reading, citation: Citation, name: Name) -> tuple[str, int | None] | None:
    """The title that a name gives to a citation, by what stands between the two."""
    text, folded = reading.text, reading.folded
    if name.start >= citation.end:
        return (name.text, name.after) if _follows(folded, citation, name) else None
    if name.end <= citation.start and name.group in ("laws", "policies"):
        return _before(reading, citation, name)
    if (
        name.group == "laws"
        and name.start + 3 < citation.start < name.end
        and folded[name.start : citation.start].split()[-1] not in word_set("small_words")
    ):
        # "Data Protection Act No. 24 of 2019": the citation's noun is the title's own.
        noun = text[citation.start : citation.end].split(" ")[0]
        return f"{text[name.start : citation.start].rstrip()} {noun}", None
    return None


def _follows(folded: str, citation: Citation, name: Name) -> bool:
    """Whether a name behind a citation is its title."""
    gap = folded[citation.end : name.start]
    policy = citation.series is not None
    law = name.group == "laws" or (policy and name.group == "policies")
    apposable = name.group == "policies" and name.kind in ("guideline", "policy") and citation.kind == "act"
    long = len(name.text.split()) >= 3 and name.group != "bodies" and not _is_service(name.text)
    return (
        (law and _TITLE_GAP.fullmatch(gap) is not None)
        or (apposable and _APPOSED.fullmatch(gap) is not None)
        or (long and _BY_WHICH.fullmatch(gap) is not None)
        or (policy and name.group == "policies" and len(gap) < 60 and _ESTABLISHES.search(gap) is not None)
    )


def _before(reading: Reading, citation: Citation, name: Name) -> tuple[str, int | None] | None:
    """The title that stands before a citation in brackets or behind a verb of adoption: "the X Act (Law 5)"."""
    text, folded = reading.text, reading.folded
    policy = citation.series is not None
    gap = folded[name.end : citation.start]
    in_brackets = _OPEN.fullmatch(gap) is not None
    approved = _APPROVED.fullmatch(gap) is not None
    same = name.kind == "act" or name.kind == citation.kind
    if (name.group == "laws" and same and (in_brackets or approved or _COMMA.fullmatch(gap))) or (
        policy and in_brackets
    ):
        return name.text, None
    if not policy:
        return None
    bracket = _QUALIFYING.match(text, name.end, citation.start)
    end = bracket.end() if bracket else name.end
    return (
        (text[name.start : end].strip(), None) if _DEFINED_IN.fullmatch(folded, end, citation.start) else None
    )


def _title_in_words(
    reading: Reading, sentence: Sentence, citation: Citation
) -> tuple[str | None, int | None]:
    """A title that is no proper name: inside the citation, in brackets or quotation marks behind it, or behind "on"."""
    text, folded = reading.text, reading.folded
    inner = _INNER_SUBJECT.search(text, citation.start, citation.end)
    if inner is not None:
        return (inner[1] or inner[2]).strip(), None
    bracket = _SHORT_NAME.match(text, citation.end, sentence.end)
    if bracket is not None and not bracket[1].isdigit():
        return bracket[1].strip("\"“”'‘’ "), bracket.end()
    quoted = _QUOTED.match(text, citation.end, sentence.end)
    if quoted is not None:
        return quoted[1], quoted.end()
    lowered = _LOWER_TITLE.match(folded, citation.end, sentence.end) if citation.series is not None else None
    if lowered is not None:
        # "CONPES 3918, which aims to define the strategy for …": the title in the words of the sentence.
        title = text[lowered.start(1) : lowered.end(1)].strip(" ,")
        return title[0].upper() + title[1:], lowered.end()
    subject = _ON_SUBJECT.match(folded, citation.end, sentence.end)
    if subject is None or FINITE_VERB.search(subject[1]):
        return None, None
    title = text[subject.start(1) : subject.end(1)].strip(" ,")
    cut = _VERB.search(fold(title))
    title = title[: cut.start()].strip(" ,") if cut else title
    if len(title.split()) < 2 or (title[:4] == "the " and len(title.split()) < 3):
        return None, None
    stop = subject.start(1) + len(title)
    title = title.removeprefix("the ")
    return title[0].upper() + title[1:], stop


def year_around(
    reading: Reading, sentence: Sentence, citation: Citation, title_end: int | None
) -> int | None:
    """The year that stands with the title: "X Act, 2012 (Act 843)", "the 2008 X Act (Act 772)", "No. 5 “On X” of 2010"."""
    if title_end is not None:
        behind = _YEAR_BEHIND_TITLE.match(reading.folded, title_end, sentence.end)
        return int(behind[1]) if behind is not None else None
    names = reading.names(sentence.start, sentence.end)
    at = bisect_left(names, citation.start, key=lambda name: name.start) - 1
    if at < 0 or names[at].group != "laws":
        return None
    between = _YEAR_IN_GAP.fullmatch(reading.folded, names[at].end, citation.start)
    before = _YEAR_BEFORE.search(reading.folded, max(sentence.start, names[at].start - 6), names[at].start)
    year = between or before
    return int(year[1]) if year is not None else None


def _is_service(name: str) -> bool:
    """Whether a name is that of a service or platform, which a law may create without being called so."""
    words = words_key(name).split()
    return bool({words[0], words[-1]} & _service_words())


@cache
def _service_words() -> frozenset[str]:
    return frozenset(fold(str(word)) for word in data("initiatives")["things"])


FINITE_VERB = re.compile(r"\b(?:is|was|are|were|which|there|es|fue|foi|est|regula|establece|rege|governed)\b")
_YEAR_BEHIND_TITLE = re.compile(
    r"[\"\s,]*(?:of|dated|from|de|du|vom|от)\s(?:\d{1,2}(?:st|nd|rd|th)?\s(?:de\s|of\s)?)?(?:[a-z]{3,10}\.?\s(?:de\s)?)?(?:\d{1,2},?\s)?((?:19|20)\d\d)\b"
)
_YEAR_IN_GAP = re.compile(r"[\s,(]*((?:19|20)\d\d)[\s,)]*\(\s*(?:the\s)?")
_YEAR_BEFORE = re.compile(r"\b((?:19|20)\d\d)\s$")
_FARTHEST_TITLE, _NEAREST_TITLE = 600, 200
"""A title begins at most so many characters before its citation, or after it: the words between them are few."""
_TITLE_GAP = re.compile(
    r"\s*[,(:–—-]*\s*(?:or\s+|also\s+|known\s+as\s+|called\s+|o\s+|ou\s+|conocida como\s+|dite\s+)*(?:the\s+|la\s+|el\s+|a\s+|le\s+)?[\"'(]?\s*"
)
_APPOSED = re.compile(r"\s*,\s*(?:the|o|a|el|la|le)\s")
_BY_WHICH = re.compile(
    r"\s*,?\s*(?:\([^)]{0,40}\)\s*)?(?:by which|whereby|through which|por la cual|por el cual|por medio de la cual|que cria|que instituye|que crea|qui cree|which creates|creating|establishing|which establishes|que instituiu|que institui|que establece)\s+(?:se (?:dictan|crea|establece|expide)\s+)?(?:the\s+|la\s+|el\s+|o\s+|a\s+|le\s+|un\s+|uma\s+|an?\s+)?"
)
_ESTABLISHES = re.compile(
    r"\b(?:establish|defin|contain|sets|set out|adopt|approv|establece|define|contiene|adopta|aprueba|that is|which is|the|la|:|-)"
)
_DEFINED_IN = re.compile(
    r"[^.;]{0,24}\b(?:is |was |es |fue |e |foi )?(?:defined|adopted|approved|set out|contained|established|laid down|definida|aprobada|adoptada|contenida|definido|establecida)?\s?(?:in|by|through|en|por|mediante|no|na)\s(?:the|el|la|o|a)?\s?"
)
_OPEN = re.compile(r"\s*\(?[^()]{0,14}\)?\s?\(\s*(?:the\s)?")
_COMMA = re.compile(r"\s*[,–—-]\s*")
_APPROVED = re.compile(
    r"\s*(?:\([^)]{2,20}\))?\s*,?\s*(?:which was |was |is |que foi |que fue )?(?:approved|enacted|adopted|established|introduced|promulgated|passed|created|set up|aprobad[oa]|aprovad[oa]|promulgad[oa]|instituid[oa]|cree?e?|adoptee?|approuvee?)\s+(?:in \d{4} )?(?:by|as|through|under|with|por|pel[oa]|mediante|par|como)\s+(?:the\s|la\s|el\s|le\s|o\s|a\s)?"
)
_SHORT_NAME = re.compile(r"\s?\(([A-Za-z][\w&-]{1,12}(?: [A-Z][\w]{1,10})?)\)")
_QUOTED = re.compile(r"\s?[,:–-]?\s?(?:\(\s?)?[“\"«]\s?([^”\"»]{4,140}?)\s?[”\"»]")
_ON_SUBJECT = re.compile(
    r"\s*,?\s*\(?(?:on|sobre|relativa? al?|relativa? a la|relatif a|relative a|relative aux?|concerning|for|pour|portant|regulating|governing|que regula|del?|dite)\s+((?:the\s|la\s|el\s|l')?[a-z][^.;:()\n]{5,140})"
)
_LOWER_TITLE = re.compile(
    r"\s*,?\s*(?:which|that|que)\s(?:(?:aims|seeks|intends|busca|tiene como objetivo|pretende)\s(?:to\s)?)?(?:defines?|establish(?:es)?|sets? out|adopts?|formulates?|contains|define|definir|establece|establecer|formula|formular|adopta|contiene)\s(?:the|a|la|el|una|un)\s((?:national\s)?(?:strategy|policy|plan|guidelines|estrategia|politica|lineamientos)\s(?:for|on|of|to|para|de|sobre)\s[^.;:,()\n]{5,140})"
)
_QUALIFYING = re.compile(r"\s\([A-Z][\w -]{2,30}\)")
_VERB = re.compile(
    r",|\b(?:is|was|are|were|has|have|which|that|establishes|regulates|governs|provides|sets|requires|que|es|fue|foi|regula|establece|est|qui|and its|as well|and the|amended|in force|applies|covers|guarantees|gives|makes|defines|recogn\w+|y su|y el|e o)\b"
)
_INNER_SUBJECT = re.compile(
    r"[\"“«](.{3,120}?)[\"”»]|\s(?:on|sobre)\s(?:the\s|la\s)?(.{5,110}?)\s(?:No\.?|N[.ºo°]+|№)\s?\d"
)
