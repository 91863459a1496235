"""What the name of a system says by its own words: its head noun, a coined word, an address, or nothing but the noun."""

from __future__ import annotations

import re

from kg.extraction.factsheets.reading import noun_phrase, word_set
from kg.questionnaire.wording import fold


def head_noun(name: str) -> str:
    """The head noun of a name, in the singular: the last word before a preposition, years and brackets left out."""
    folded = re.sub(r"\([^)]*\)|(?:19|20)\d\d", " ", fold(name))
    folded = re.split(
        r"\s(?:of|for|on|to|in|with|between|within|from|as|by|at|supporting|kept|managed|held|run|provided|[–—-])\s|:\s",
        folded.strip(),
    )[0]
    tokens = re.findall(r"[\w'.@-]+", folded)
    while len(tokens) > 1 and tokens[-1] in ("ii", "iii", "iv", "v", "2.0", "3.0"):
        tokens.pop()
    if not tokens:
        return ""
    word: str = tokens[-1].strip(".'")
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def is_plural(name: str) -> bool:
    """Whether the head noun is a plural: "Regional Platforms", "Data Portals"."""
    stem = re.split(
        r"\s(?:of|for|on|to|in|with|between|kept|managed|held|run|provided)\s",
        re.sub(r"\([^)]*\)", "", fold(name)).strip(),
    )[0].split()
    if not stem or stem[-1] in ("services", "archives"):
        return False
    head = head_noun(name)
    return head != stem[-1] and stem[-1].endswith("s") and head in word_set("system_nouns")


def is_bare(folded: str) -> bool:
    """Whether a folded name says no more than which kind of system it is: "the national portal"."""
    return noun_phrase("bare_system").fullmatch(folded) is not None


def is_self(folded: str) -> bool:
    """Whether the words of a link are those by which an item calls its own system: "the official website"."""
    return noun_phrase("own_system", "s?").fullmatch(folded) is not None


def is_technical(folded: str) -> bool:
    """Whether a folded name is a technical term, alone or with something behind it: "api", "eid schemes"."""
    return re.split(r"[ -]", folded, maxsplit=1)[0] in word_set("technical_terms")


def plain_name(text: str) -> str:
    """A name in running text without quotes, a possessive ending or half a bracket."""
    text = " ".join(text.split()).strip(" ‘’'\"“”.,;:")
    if text.count("(") != text.count(")"):
        text = text.split("(")[0]
    return re.sub(r"[’']s$", "", text).strip(" ‘’'\"“”.,;:()")


COINED_WORD = re.compile(
    r"\b[a-z]{0,5}[A-Z][a-z]*[A-Z]\w*|\b\w+[@.]\w+|@\w|\b[A-Z]{3,}\b|\b[a-z]{1,3}[A-Z][a-z]+|\b[A-Z]\w*-[A-Z]\w*|\w*[0-9]\w*[A-Za-z]"
)
DOMAIN = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]+\.)+(?:[a-z]{2,3}|info|online|digital|europa|gouv|cloud)(?:/[\w./-]*)?"
)
COLLECTIVE = re.compile(
    r"\b(?:of the|of|for the|for) (?:autonomous communities|municipalities|regions|regional|local|cities|provinces|communities|cantons|federal states)\b|\bplatform as a service\b|\bas a service\b"
)
THE_SYSTEM = re.compile(
    r"\b(?:the|this|its) (?:\w+ )?(?:portal|platform|system|service|register|registry|network|website|application|app|database|solution|infrastructure|node|site)\b|^it\b"
)
ELSEWHERE = re.compile(
    r"twitter\.com|linkedin\.com|facebook\.com|blind\.dk|joinup\.ec\.europa\.eu/collection/nifo"
)
