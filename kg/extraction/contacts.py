"""Who answered, and the head of the form: contacts, the post of question 4, country, date and title of the document."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from kg.documents import Document
from kg.extraction.gazetteer import countries, country_mentions, country_of, data, word_set
from kg.extraction.reading import Reading
from kg.questionnaire.wording import fold, words_key
from kg.records.model import DateStated

FIELDS = {
    "name": (
        "name",
        "nombre",
        "nome",
        "nom",
        "nombre y apellido",
        "nom et prenom",
        "full name",
        "nombre completo",
    ),
    "role": ("title", "position", "cargo", "titre", "fonction", "titulo", "puesto", "job title", "funcao"),
    "email": ("email", "e-mail", "correo", "correo electronico", "courriel", "mail"),
    "phone": ("phone", "telephone", "telefono", "telefone", "tel"),
    "organization": (
        "organization",
        "organisation",
        "entity",
        "organizacion",
        "entidad",
        "organizacao",
        "organisme",
        "institution",
        "institucion",
        "orgao",
    ),
}


def labelled_fields(reading: Reading, q: str) -> list[dict[str, str]]:
    """The "Label: value" groups of an answer; a label twice begins another group. Empty values are left out."""
    answer = reading.parsed.answers.get(q)
    groups: list[dict[str, str]] = [{}]
    for piece in answer.pieces if answer else []:
        text = reading.text[piece.start : piece.end]
        label, sign, value = text.partition(":")
        field = next((name for name, words in FIELDS.items() if fold(label).strip(" \t") in words), None)
        if not sign or field is None:
            continue
        value = value.strip()
        if field == "name" and "name" in groups[-1]:
            groups.append({})
        if value and fold(value).strip(" .()-–—") not in word_set("nothing"):
            groups[-1][field] = value
    return [group for group in groups if group]


def detect_country(document: Document) -> str | None:
    """The country that a document is about: a line that is a country's name, else the country it names most, else its domain."""
    text, folded = document.text, fold(document.text)
    for block in document.body[:40]:
        line = re.sub(
            r"^(?:country|pais|pays|member state|estado miembro|name of (?:the )?country)\s*[:\t]\s*",
            "",
            fold(block.text),
        ).strip(" .")
        found = country_of(line) if len(line) < 60 else None
        if found is None and len(line) < 60:
            found = country_of(block.text.strip(" ."))
        if found:
            return found
    named = Counter(iso3 for _, _, iso3 in country_mentions(text, folded, 0, min(len(text), 60000)))
    domains = Counter(match[1] for match in _DOMAIN.finditer(folded))
    by_domain = {code: iso3 for iso3, code in _iso2().items()}
    votes: Counter[str] = Counter(named)
    for domain, count in domains.items():
        iso3 = by_domain.get("gb" if domain == "uk" else domain)
        if iso3:
            votes[iso3] += 3 * count
    best = votes.most_common(1)
    return best[0][0] if best else None


def date_of(reading: Reading) -> DateStated | None:
    """The date on the form, from the lines before the first question; ambiguous where day and month cannot be told apart."""
    for piece in reading.parsed.preamble:
        line = reading.text[piece.start : piece.end].strip()
        line = re.sub(r"^(?:date|fecha|data)\s*:\s*", "", line, flags=re.IGNORECASE)
        match = _NUMERIC.fullmatch(line)
        if match:
            first, second, year = int(match[1]), int(match[2]), int(match[3])
            readings = {
                date for day, month in ((first, second), (second, first)) if (date := _date(year, month, day))
            }
            if len(readings) == 1:
                return DateStated(stated=line, value=readings.pop())
            return DateStated(stated=line, ambiguous=sorted(readings)) if readings else None
        iso = _ISO.fullmatch(line)
        if iso and (value := _date(int(iso[1]), int(iso[2]), int(iso[3]))):
            return DateStated(stated=line, value=value)
        worded = _WORDED.fullmatch(fold(line))
        if worded:
            month = data("citations")["months"].get(worded[2])
            value = _date(int(worded[3]), month, int(worded[1])) if month else None
            return DateStated(stated=line, value=value)
    return None


def title_of(document: Document) -> str:
    """The title of the form as the document has it, else the name of the file."""
    for block in document.body[:12]:
        if re.search(r"questionnaire|cuestionario|questionario", fold(block.text)) and len(block.text) < 250:
            return block.text
    return document.name or "questionnaire"


def language_of(document: Document) -> str:
    """The language most answers are in, by small words; what the file declares comes second."""
    sample = f" {words_key(document.text[:200000])} "
    counts = {code: sum(sample.count(f" {word} ") for word in words) for code, words in _SMALL_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    if counts[best] >= 5:
        return best
    return (document.language or "en").split("-")[0].lower()[:3] or "en"


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _iso2() -> dict[str, str]:
    import pycountry

    known = set(countries().values())
    return {
        country.alpha_3: country.alpha_2.lower()
        for country in pycountry.countries
        if country.alpha_3 in known
    }


_SMALL_WORDS = {
    "en": ("the", "and", "is", "are", "with", "which"),
    "es": ("el", "los", "las", "y", "con", "una"),
    "fr": ("le", "les", "et", "des", "une", "est"),
    "pt": ("o", "os", "e", "com", "uma", "pela"),
}
_DOMAIN = re.compile(r"\.([a-z]{2})(?=[/\s>)\],;]|$)")
_NUMERIC = re.compile(r"(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?((?:19|20)\d\d)")
_ISO = re.compile(r"((?:19|20)\d\d)-(\d\d)-(\d\d)")
_WORDED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er)? (?:de |of )?([a-z]{3,10})\.?,? (?:de |of )?((?:19|20)\d\d)"
)
