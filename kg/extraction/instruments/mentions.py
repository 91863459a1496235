"""Where an instrument is spoken of in a sentence: cited by kind and number, or named with its title alone."""

from __future__ import annotations

import re

from kg.extraction.citations import Citation, citations_between, same_number
from kg.extraction.gazetteer import coded, country_of, word_set
from kg.extraction.instruments.drafts import (
    TRAILING_YEARS,
    InstrumentDraft,
    InstrumentMention,
    Instruments,
)
from kg.extraction.instruments.titles import title_of, year_around
from kg.extraction.names import Name, classify
from kg.extraction.negation import is_denied, is_planned
from kg.extraction.places import Places
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold


def mentions_in(
    reading: Reading, answer: ParsedAnswer, sentence: Sentence, found: Instruments
) -> list[InstrumentMention]:
    """The mentions of a sentence in order; what is new is taken into `found`, unless it is denied."""
    return _SentenceReader(reading, answer.q, sentence, found).mentions()


def known_by_citation(found: Instruments, citation: Citation) -> InstrumentDraft | None:
    """The instrument with that kind and number, and no other year."""
    if citation.number is None:
        return None
    return next(
        (
            draft
            for draft in found.by_number(citation.kind, citation.number)
            if draft.number is not None
            and same_number(draft.number, draft.year, citation.number, citation.year)
        ),
        None,
    )


def technologies_of(draft: InstrumentDraft) -> list[str]:
    """The technologies that the name of an instrument speaks of."""
    return coded("technologies").codes(fold(" ".join(draft.names)))


class _SentenceReader:
    """Reads one sentence. A name that is the title of a citation, or another language's form of a name, is used up by it."""

    def __init__(self, reading: Reading, q: str, sentence: Sentence, found: Instruments) -> None:
        self._reading = reading
        self._q = q
        self._sentence = sentence
        self._found = found
        self._citations = [
            citation
            for citation in citations_between(reading.text, reading.folded, sentence.start, sentence.end)
            if not reading.in_link(citation.start)
        ]
        cited: Places[None] = Places()
        for citation in self._citations:
            cited.add(citation.start, citation.end, None)
        self._names = [
            name
            for name in reading.names(sentence.start, sentence.end)
            if not reading.in_link(name.start)
            and (name.group == "laws" or not cited.overlap(name.start, name.end))
        ]
        self._used: set[int] = set()

    def mentions(self) -> list[InstrumentMention]:
        mentions = [self._cited(citation) for citation in self._citations]
        taken: Places[None] = Places()
        for done in mentions:
            taken.add(done.start, done.end, None)
        for index, name in enumerate(self._names):
            if index in self._used or taken.overlap(name.start, name.end):
                continue
            mention = self._titled(name)
            if mention is not None:
                mentions.append(mention)
        return [m for m in sorted(mentions, key=lambda m: m.start) if self._found.holds(m.draft)]

    # -- cited by number

    def _cited(self, citation: Citation) -> InstrumentMention:
        reading, sentence, folded = self._reading, self._sentence, self._reading.folded
        title, title_end = title_of(reading, sentence, citation, self._names, self._used)
        draft = self._draft_of(citation, title)
        if draft.year is None and title:
            draft.year = year_around(reading, sentence, citation, title_end)
        if (
            draft.year is None
            and (match := _SIGNED_IN.search(folded, citation.end, sentence.end))
            and match.start() - (title_end or citation.end) < 40
        ):
            draft.year = int(match[1])
        if draft.series and title:
            _, kind = classify(title)
            draft.kind = kind if kind in ("strategy", "plan", "policy") else draft.kind
        draft.evidence.seen(
            reading, self._q, citation.start, citation.end,
            "high" if citation.marked and citation.year else "medium",
            "cited with kind, number and year" if citation.year else "cited with kind and number",
        )  # fmt: skip
        if draft.kind not in ("act", "decree-law", "decree") and is_planned(
            folded, citation.start, citation.end, sentence.start, sentence.end
        ):
            draft.planned = True
        return InstrumentMention(self._q, citation.start, max(citation.end, title_end or 0), sentence, draft)

    def _draft_of(self, citation: Citation, title: str | None) -> InstrumentDraft:
        """The draft of a citation, known or new, with the names that the citation and its title give it."""
        text, sentence = self._reading.text, self._sentence
        stated = " ".join(text[citation.start : citation.end].split()).rstrip(",")
        prefix = _issuer_before(text, citation.start, sentence.start)
        stated = f"{prefix} {stated}" if prefix else stated
        draft = known_by_citation(self._found, citation)
        if draft is None:
            draft = InstrumentDraft(
                citation.kind,
                stated[0].upper() + stated[1:],
                citation.number,
                citation.year,
                citation.date,
                citation.series,
            )
            if not is_denied(
                self._reading.folded, citation.start, citation.end, sentence.start, sentence.end
            ):
                self._found.add(draft)
        else:
            draft.year = draft.year or citation.year
            draft.date = draft.date or citation.date
            draft.call(stated)
        if title and not draft.title:
            draft.entitle(title)
            draft.year = draft.year or _year_in_title(title)
        elif title:
            draft.call(title)
        self._found.known_by(draft, stated, *([title] if title else []))
        return draft

    # -- named by title

    def _titled(self, name: Name) -> InstrumentMention | None:
        """A law or policy that is named without a citation."""
        reading, sentence, folded = self._reading, self._sentence, self._reading.folded
        stated = self._stated(name)
        if stated is None:
            return None
        title, end, group, kind, aliases = stated
        if _CONSTITUTION.match(fold(title)):
            group, kind = "policies", "constitution"
        elif _generic(title, kind):
            return None
        if self._is_in_brackets_of_another(name, end):
            return None
        if is_denied(folded, name.start, end, sentence.start, sentence.end):
            return None
        draft = self._found.by_title(title, group)
        if draft is None:
            draft = InstrumentDraft(kind or "other", title, acronym=name.acronym)
            self._date_new(draft, name, end, group)
            self._found.add(draft)
        if name.acronym:
            draft.call(name.acronym)
        else:
            aliases += self._in_another_language(end, group)
        if group == "policies":
            aliases += _shorter(title)
            if _OF_YEAR.search(title):
                draft.year = draft.year or int(title[-4:])
        for alias in aliases:
            draft.call(alias)
        self._found.known_by(draft)
        if is_planned(folded, name.start, end, sentence.start, sentence.end) or _BILL.search(fold(title)):
            draft.planned = True
        capitals = sum(word[0].isupper() for word in title.split())
        draft.evidence.seen(
            reading, self._q, name.start, end, "high" if capitals >= 3 else "medium",
            "named with its title, which ends or begins in what it is",
        )  # fmt: skip
        return InstrumentMention(self._q, name.start, max(end, name.after), sentence, draft)

    def _stated(self, name: Name) -> tuple[str, int, str, str | None, list[str]] | None:
        """The title that a name states, its end, group and kind, and further names; None where this question names no such thing.

        The noun of a policy may stand beside the name in small letters: "the Horizon 2030 strategy".
        """
        text, folded = self._reading.text, self._reading.folded
        title, end, group, kind = name.text, name.end, name.group, name.kind
        aliases: list[str] = []
        if group not in ("policies", "laws"):
            if group is not None or country_of(title):
                return None
            after = _HEAD_AFTER.match(folded, end, self._sentence.end)
            before = _HEAD_BEFORE.search(folded, max(self._sentence.start, name.start - 24), name.start)
            digits, several = any(c.isdigit() for c in title), len(title.split()) >= 2
            if after is not None and several:
                aliases += [title] if digits else []
                end = after.end()
                title = text[name.start : end]
                group, kind = classify("The " + after[1].split()[-1])
            elif before is not None and (several or digits or (title.isupper() and len(title) >= 5)):
                aliases.append(text[before.start(1) : end])
                group, kind = classify(before[1].split()[0])
            if group != "policies":
                return None
        if group == "policies" and self._q not in NAMED_IN:
            return None
        if group == "laws" and (kind not in ("act", "regulation") or self._q == "23"):
            return None
        return title, end, group, kind, aliases

    def _is_in_brackets_of_another(self, name: Name, end: int) -> bool:
        return self._reading.text[name.start - 1] == "(" and any(
            other.start <= name.start - 2 and other.after >= end and other is not name
            for other in self._names
        )

    def _date_new(self, draft: InstrumentDraft, name: Name, end: int, group: str) -> None:
        """The year, and of a law the number in brackets, that stand with the title of a new draft."""
        folded, stop = self._reading.folded, self._sentence.end
        if group == "laws":
            year = _year_after(folded, end, name, stop)
            draft.title = draft.name
            draft.year = _year_in_title(draft.name) or year
            if draft.year and year and str(year) not in draft.name:
                draft.aliases.append(f"{draft.name} {year}")
            number = _NUMBER_IN_BRACKETS.match(folded, end, stop)
            number = number or _NUMBER_IN_BRACKETS.match(folded, name.after, stop)
            if number is not None:
                draft.number, draft.year = number[1], int(number[2])
            return
        issued = _ISSUED_IN.search(folded, name.after, min(stop, name.after + 90))
        if issued is not None and not _relation_between(folded, name.after, issued.start()):
            draft.year = int(issued[1])

    def _in_another_language(self, end: int, group: str) -> list[str]:
        """The same title in another language, in brackets or behind a slash; the names in it are used up."""
        other = _OTHER_LANGUAGE.match(self._reading.text, end, self._sentence.end)
        if other is None or classify(other[1])[0] != group:
            return []
        for position, further in enumerate(self._names):
            if further.start >= other.start(1) and further.end <= other.end(1):
                self._used.add(position)
        return [other[1]]


def _shorter(title: str) -> list[str]:
    """The title of a policy without its year, and without the noun of what it is: "Estrategia Conecta" is "Conecta"."""
    found = []
    if _OF_YEAR.search(title):
        found.append(TRAILING_YEARS.sub("", title))
    if (
        title.lower() != title
        and fold(title).startswith(("estrategia ", "strategie "))
        and title.split(" ", 1)[1][0].isupper()
    ):
        found.append(title.split(" ", 1)[1])
    return found


def _generic(title: str, kind: str | None) -> bool:
    """Whether a name says no more than what it is ("National Strategy", "the Action Plan")."""
    words = [
        word for word in re.findall(r"[^\W\d_][\w'-]*", fold(title)) if word not in word_set("small_words")
    ]
    if re.search(r"(?:19|20)\d\d", title) and len(words) >= 2:
        return False
    owner = _OF_COUNTRY.search(title)
    if words and (
        title.endswith(" No") or (owner is not None and len(fold(title[: owner.start()]).split()) < 2)
    ):
        return (
            owner is None
            or country_of(owner[1]) is not None
            or country_of(f"Republic of {owner[1]}") is not None
            or len(owner[1]) < 4
        )
    if len(words) < 2:
        return True
    return all(word in word_set("generic_titles") for word in words) and kind is not None


def _year_in_title(title: str) -> int | None:
    match = re.search(r"(?:,| of| de)?\s\(?((?:19|20)\d\d)\)?$", title)
    return int(match[1]) if match and "-" not in title[-10:] else None


def _year_after(folded: str, end: int, name: Name, limit: int) -> int | None:
    match = _LAW_YEAR.match(folded, name.after if name.acronym else end, limit)
    return int(match[1]) if match else None


def _relation_between(folded: str, start: int, end: int) -> bool:
    return (
        re.search(
            r"\b(?:law|decree|resolution|resolucao|resolucion|ley|lei|loi|act)\b|[;.]", folded[start:end]
        )
        is not None
    )


def _issuer_before(text: str, start: int, left: int) -> str | None:
    """ "DICT Memorandum Circular 2017-001": the abbreviation of the issuer is part of the citation."""
    match = re.search(r"\b([A-Z]{2,8})\s$", text[max(left, start - 10) : start])
    return match[1] if match and text[start].isupper() else None


NAMED_IN = frozenset({"4", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "18", "21", "23"})
"""Questions whose answers name policies; elsewhere only citations with a number count."""
_SIGNED_IN = re.compile(
    r"\b(?:signed|enacted|adopted|passed|promulgated|approved|issued|in force since|promulgada|aprobada|promulguee|aprovada|sancionada)\s(?:into law\s)?(?:in|on|en|em)\s(?:\w+\s)?((?:19|20)\d\d)\b"
)
_ISSUED_IN = re.compile(
    r"\b(?:issued|gazetted|adopted|launched|approved|published|presented|released|lanzada|lanzado|lancada|lancado|aprobada|aprobado|publicada|publicado|adoptada|adoptado|apresentada|presentada|lancee?|adoptee?|publiee?|approuvee?|aprovada|aprovado|presentee?)\b[^.;]{0,30}?\b(?:in|en|em)\s(?:\w+\s)?((?:19|20)\d\d)\b"
)
_HEAD_AFTER = re.compile(
    r"\s(strategy|policy|plan|roadmap|manual|guidelines?|framework|agenda|vision|master plan|action plan|programme plan)\b"
)
_HEAD_BEFORE = re.compile(
    r"\b(strategy|estrategia|strategie|vision|politica|politique|plan|plano|agenda|hoja de ruta|feuille de route|roadmap|guia|guide|manual)\s(?:nacional\s|nationale?\s|de\s|d')?[\"“«']?$"
)
_NUMBER_IN_BRACKETS = re.compile(
    r"\s*,?\s*(?:(?:19|20)\d\d)?\s*\(\s*(?:act\s|law\s|no\.?\s|n[ºo°]\.?\s|number\s|cap\.?\s)*(\d{1,6}[a-z]?)\s*(?:of|/|de)\s*((?:19|20)\d\d)\s*\)"
)
_LAW_YEAR = re.compile(
    r"\s*(?:,\s*|\(\s*|(?:of|de|du|vom)\s+(?:\d{1,2}\.?\s+(?:de\s|of\s)?[a-z]{3,10}\s+(?:de\s|of\s)?)?|adopted in\s+|in\s|,?\s?(?:publicada|promulgada|publiee|adoptada|enacted|passed)\s(?:en|in|em)\s|\([^()]{0,30}?)((?:19|20)\d\d)\b"
)
_OTHER_LANGUAGE = re.compile(r"\s?[(/]\s?([A-ZÀ-Þ][^()]{6,120}?)\s?\)")
_OF_COUNTRY = re.compile(
    r"\s(?:of|de|del|da|do|du)\s(?:the\s|la\s)?((?:Republic of\s)?[A-Z][\w]+(?: [A-Z]\w+)?)(?:\sof\s[A-Z]\w+)?$"
)
_CONSTITUTION = re.compile(r"(?:political |federal )?constitu(?:tion|cion|icao)\b(?! act)")
_BILL = re.compile(r"\bbill(?:\s(?:19|20)\d\d)?$|^(?:proyecto|projeto|projet) de (?:ley|lei|loi)")
_OF_YEAR = re.compile(r"\s(?:of|de)\s(?:19|20)\d\d$")
