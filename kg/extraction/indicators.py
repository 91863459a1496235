"""Figures: of the indicator questions (17-20), and others that an answer attributes to a year or a source."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import phrases
from kg.extraction.names import Name
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer

CODES = {
    "17": "satisfaction-online-services",
    "18": "public-ict-investment",
    "19": "staff-using-ict",
    "20": "staff-using-internet",
}
_COUNTED_IN = ("10", "11", "12", "13", "14", "21")


@dataclass(slots=True, eq=False)
class IndicatorDraft:
    """A figure with its unit, year and source."""

    code: str
    value: float | int
    unit: str
    year: int | None = None
    source: str | None = None
    estimate: bool = False
    evidence: Evidence = field(default_factory=Evidence)


def find_indicators(reading: Reading) -> list[IndicatorDraft]:
    """Reads the figures of questions 17-20, percentages of question 21, and counts with a known subject elsewhere."""
    found: list[IndicatorDraft] = []
    for answer in reading.answers:
        if answer.q in CODES:
            _figure(reading, answer, found)
        elif answer.q in _COUNTED_IN:
            _others(reading, answer, found)
    return found


def parse_number(text: str) -> float | int | None:
    """A number in any notation: "88,5", "2,425", "1.556", "18.4", "1 234". None when it is none."""
    digits = re.sub(r"[\s\u00a0\u202f']", "", text.strip())
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        digits = digits.replace(".", "").replace(",", ".")
    else:
        digits = digits.replace(",", ".")
    if not re.fullmatch(r"\d{1,15}(?:\.\d{1,10})?", digits):
        return None
    value = float(digits)
    return int(value) if value.is_integer() and "." not in digits else value


def _figure(reading: Reading, answer: ParsedAnswer, found: list[IndicatorDraft]) -> None:
    sentences = reading.sentences(answer)
    for sentence in sentences:
        match = next(
            (
                m
                for m in _PERCENT.finditer(reading.folded, sentence.start, sentence.end)
                if not reading.in_link(m.start())
            ),
            None,
        )
        bare = None
        if match is None and len(sentences) == 1 and sentence.end - sentence.start < 40:
            bare = _BARE.match(reading.folded, sentence.start, sentence.end)
            match = bare
        if match is None:
            continue
        if _TARGET.search(reading.folded, sentence.start, sentence.end):
            continue
        value = parse_number(match[1])
        if value is None or value > 100:
            continue
        draft = IndicatorDraft(CODES[answer.q], value, "percent-of-gdp" if answer.q == "18" else "percent")
        draft.year = _year(reading, sentence, match.start(), match.end(), sentences)
        draft.source = _source(reading, [sentence, *[s for s in sentences if s != sentence]])
        draft.estimate = phrases("estimate").search(reading.folded, sentence.start, sentence.end) is not None
        draft.evidence.seen(
            reading,
            answer.q,
            match.start(),
            match.end(),
            "medium" if bare else "high",
            "a bare number" if bare else "a percentage under its question",
        )
        found.append(draft)
        return


def _others(reading: Reading, answer: ParsedAnswer, found: list[IndicatorDraft]) -> None:
    folded = reading.folded
    for sentence in reading.sentences(answer):
        context = _Context(reading, sentence)
        for match in _COUNT.finditer(folded, sentence.start, sentence.end):
            percent = match[3] is not None
            if (percent and answer.q == "14") or (not percent and answer.q == "21"):
                continue
            subject = folded[match.end() : min(match.end() + 60, sentence.end)]
            code = next((code for code, pattern in _SUBJECTS if pattern.match(subject)), None)
            if match[2] is None and not percent and code is None:
                continue
            if not percent and code is None and not _VISITS.match(subject):
                continue
            value = parse_number(match[1])
            if value is None or reading.in_link(match.start()):
                continue
            if match[2]:
                value = value * _SCALES[match[2].rstrip("s")]
                value = round(value) if abs(value - round(value)) < 1e-6 else value
            draft = IndicatorDraft(code or "other", value, "percent" if percent else "count")
            draft.year = context.year(match.start(), match.end())
            if percent or answer.q == "21":
                draft.source = context.source(match.start())
            if percent and draft.year is None and draft.source is None:
                continue
            draft.evidence.seen(
                reading,
                answer.q,
                match.start(),
                match.end(),
                "medium",
                "a figure with a subject that is counted",
            )
            found.append(draft)


class _Context:
    """What a sentence says around its figures: years and sources, read once however many figures it has."""

    def __init__(self, reading: Reading, sentence: Sentence) -> None:
        self._reading = reading
        self._sentence = sentence

    def year(self, start: int, end: int) -> int | None:
        """The year nearest to a figure, those behind it first."""
        years = self._years
        before = bisect_left(years, start, key=lambda year: year.start()) - 1
        after = bisect_left(years, end, key=lambda year: year.start())
        near = []
        if after < len(years):
            near.append((years[after].start() - start, years[after]))
        if before >= 0:
            near.append((abs(years[before].end() - start) + 5, years[before]))
        if near:
            return int(min(near, key=lambda pair: pair[0])[1][0])
        return self._fiscal

    def source(self, value_at: int) -> str | None:
        """What the sentence attributes its figures to, else the survey or study named last before the figure."""
        if self._stated:
            return self._stated
        before = bisect_right(self._studies, value_at, key=lambda name: name.end) - 1
        return self._studies[before].text if before >= 0 else None

    @cached_property
    def _years(self) -> list[re.Match[str]]:
        found = _YEAR.finditer(self._reading.folded, self._sentence.start, self._sentence.end)
        return [match for match in found if not self._reading.in_link(match.start())]

    @cached_property
    def _fiscal(self) -> int | None:
        split = _FISCAL.search(self._reading.folded, self._sentence.start, self._sentence.end)
        return int(split[1]) if split else None

    @cached_property
    def _stated(self) -> str | None:
        return _source(self._reading, [self._sentence])

    @cached_property
    def _studies(self) -> list[Name]:
        names = self._reading.names(self._sentence.start, self._sentence.end)
        return [name for name in names if _STUDY.search(name.text)]


def _year(
    reading: Reading, sentence: Sentence, start: int, end: int, sentences: list[Sentence]
) -> int | None:
    stated = _Context(reading, sentence).year(start, end)
    if stated:
        return stated
    folded = reading.folded
    for other in sentences:
        match = None if other == sentence else _YEAR.search(folded, other.start, other.end)
        if match and not reading.in_link(match.start()):
            return int(match[0])
    return None


def _source(reading: Reading, sentences: list[Sentence]) -> str | None:
    """What the first of the sentences that does so attributes figures to; brackets count in the very first only."""
    sentence = sentences[0]
    for candidate in sentences:
        match = _ACCORDING.search(reading.folded, candidate.start, candidate.end)
        if match is not None:
            source = reading.text[match.start(1) : match.end(1)]
            cut = re.search(
                r"\s*[:;(]|\s\d+(?:[.,]\d+)?\s?%|,\s(?!de\b|del\b|da\b|of\b)|\bin (?:19|20)\d\d\b\s*$", source
            )
            source = source[: cut.start()] if cut else source
            source = re.sub(
                r"^(?:the results of the |the results of |results of |a |an |the |la |el |o |los resultados de la |le |l')",
                "",
                source.strip(" ,.;:()"),
                flags=re.IGNORECASE,
            )
            if 3 <= len(source) <= 160:
                return source.strip(" ,.;:")
    match = _BRACKETED.search(reading.text, sentence.start, sentence.end)
    if (
        match is not None
        and not match[1].strip().isdigit()
        and re.fullmatch(r"[A-Z&]{2,10}", match[1]) is None
    ):
        return re.sub(r"^(?:source|fuente|fonte)\s*:\s*", "", match[1].strip(" .,"), flags=re.IGNORECASE)
    return None


_STUDY = re.compile(
    r"\b(?:index|survey|study|report|barometer|census|encuesta|indice|inquerito|pesquisa|enquete|barometre|estudio)\b",
    re.IGNORECASE,
)
_NUMBER_TEXT = r"\d{1,3}(?:[.,\s\u00a0]\d{3})*(?:[.,]\d{1,4})?"
_PERCENT = re.compile(
    rf"(?<![\w.,])({_NUMBER_TEXT}|\d{{1,9}}(?:[.,]\d{{1,4}})?)\s?(?:%|per cent\b|percent\b|por ciento\b|por cento\b|pour cent\b|٪)"
)
_BARE = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:\(?(?:19|20)\d\d\)?)?\.?\s*$")
_COUNT = re.compile(
    rf"(?<![\w.,/-])({_NUMBER_TEXT}|\d{{1,9}}(?:[.,]\d{{1,4}})?)(?:\s(millions?|thousand|millones|milhoes|mil))?(\s?%|\s(?:per cent|percent|por ciento|por cento|pour cent)\b)?(?!\w|/|\.\d)"
)
_SUBJECTS = (
    (
        "digital-campaigns",
        re.compile(
            r"\s?(?:de\s)?(?:digital campaigns|campanas digitales|campagnes numeriques|campanhas digitais)"
        ),
    ),
    (
        "national-entities-coordinated",
        re.compile(r"\s?(?:national entities|entidades nacionales|entites nationales|entidades nacionais)"),
    ),
    (
        "social-media-accounts-national",
        re.compile(
            r"\s?(?:social (?:network|media) accounts|cuentas (?:de|en) redes|comptes? sur|contas (?:de|em) redes)"
        ),
    ),
    (
        "social-media-accounts-territorial",
        re.compile(r"\s?(?:of|de)\s(?:the|los|les)?\s?(?:territorial|local|municipal)"),
    ),
)
_VISITS = re.compile(
    r"\s?(?:de\s)?(?:visits|visitas|visites|users|usuarios|utilisateurs|usuários|transactions|transacciones|transacoes|downloads|descargas|registered|accounts|services|servicios|logins|acessos|requests|solicitudes)"
)
_SCALES = {"million": 1_000_000, "thousand": 1_000, "millone": 1_000_000, "milhoe": 1_000_000, "mil": 1_000}
_YEAR = re.compile(r"(?<![\d/.,-])(?:19|20)\d\d(?![\d/]|[.,]\d)")
_FISCAL = re.compile(r"\b((?:19|20)\d\d)[/–-]\d\d\b")
_TARGET = re.compile(r"\b(?:target|goal of|meta de|objectif de|is expected to reach)\b")
_ACCORDING = re.compile(
    r"\b(?:according to|based on|taking as (?:a )?reference|as per|source\s?:|fuente\s?:|fonte\s?:|source is|segun|de acuerdo con|de acuerdo a|de acordo com|segundo|selon|d'apres|from the same|from|data of|measured by|por la|published by|from a|reported by|conforme)\s([^.]{3,170})"
)
_BRACKETED = re.compile(r"\(([^()]{4,100})\)")
