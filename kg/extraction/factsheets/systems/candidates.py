"""Whether a name is that of a system: not of a law, a body, a kind of thing, an activity or a product of the market."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from kg.documents import Link
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.names import is_foreign
from kg.extraction.factsheets.reading import FactsheetReading, is_law_address, word_set, words
from kg.extraction.factsheets.systems.nouns import (
    COINED_WORD,
    COLLECTIVE,
    ELSEWHERE,
    head_noun,
    is_bare,
    is_plural,
    is_technical,
)
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.gazetteer import country_of, data
from kg.extraction.names import Name, classify
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


class Candidates:
    """Judges names and links of a document in which `bodies` were found."""

    def __init__(self, reading: FactsheetReading, bodies: KnownBodies) -> None:
        self._reading = reading
        self._bodies = bodies

    def is_system(self, name: str, item: OutlineItem) -> bool:
        """Whether an item of the chapter is about a system: not a law, a body, a kind of thing or an activity."""
        kind, key = title_kind(name), words_key(name)
        last = (key.split() or [""])[-1]
        if (
            last in word_set("strong_nouns")
            and ": " not in name
            and COLLECTIVE.search(key) is None
            and kind is None
        ):
            # "Department of Contracts Portal" is a portal, whoever's it is.
            return True
        if kind in _LAWS_AND_STRATEGIES or (kind == "policy" and last == "policy"):
            return False
        if self._is_body(name) or self._is_several(name, item):
            return False
        head = head_noun(name)
        named_so = head in word_set("system_nouns")
        if _NO_SYSTEM.fullmatch(key) or (_DOING.match(name) and (not named_so or is_plural(name))):
            return False
        if head in word_set("not_systems"):
            return head not in word_set("efforts") and _said_system(self._reading, name, item)
        if name in word_set("technologies_alone") or _INVITES.match(fold(name)):
            return False
        if named_so or COINED_WORD.search(name) or self._reading.country == EUROPEAN_UNION:
            return True
        return not self._is_common(name, item)

    def _is_body(self, name: str) -> bool:
        """Whether a heading names a body or an organisation across borders, and not a system by its head noun."""
        key = words_key(name)
        if any(
            key in {words_key(n) for n in network["names"]}
            for network in data("factsheets")["networks"]
            if network.get("organisation")
        ):
            return True
        head = head_noun(name)
        if head in word_set("system_nouns"):
            return False
        group, type_ = classify(name)
        known = self._bodies.known(name)
        return (
            group == "bodies" and (type_ in _BODY_TYPES or head in ("board", "inspectorate", "ministry"))
        ) or (known is not None and known.headed)

    def _is_several(self, name: str, item: OutlineItem) -> bool:
        """Whether a heading names several things of a kind, or everybody's: "Regional Portals", "Platforms of the Municipalities"."""
        cards = head_noun(name) in ("card", "passport", "epassport") and item.section.platforms == ["eid"]
        return (
            COLLECTIVE.search(words_key(name)) is not None
            or (
                is_plural(name)
                and title_kind(name) is None
                and not COINED_WORD.search(_E_WORD.sub("", name))
                and not cards
            )
            or _is_several(name)
        )

    def is_effort(self, name: str) -> bool:
        """Whether a heading names a project or an effort: no instrument, no body, no kind of thing."""
        return (
            title_kind(name) is None
            and classify(name)[0] != "bodies"
            and self._bodies.known(name) is None
            and not _is_several(name)
        )

    def is_name(self, text: str) -> bool:
        """Whether a text can be the name of a system at all: no law, body or company, and more than the noun."""
        folded = fold(text.strip())
        return (
            len(folded) > 2
            and classify(text)[0] not in ("laws", "policies", "bodies", "organisations")
            and _COMPANY.search(text) is None
            and title_kind(text) is None
            and not is_bare(folded)
        )

    def names_system(self, text: str) -> bool:
        """Whether a name says by itself that it is that of a system: by its noun, a coined word, or being one word."""
        return (
            head_noun(text) in word_set("system_nouns")
            or COINED_WORD.search(text) is not None
            or " " not in text.strip()
        )

    def is_own(self, text: str) -> bool:
        """Whether a name can be that of a system of the public sector: no body, country or service of the market, no technical term."""
        folded = fold(text)
        body = self._bodies.known(text)
        return (
            (body is None or not (body.headed or classify(body.name)[0] == "bodies"))
            and classify(text)[0] not in ("bodies", "organisations")
            and words_key(text) not in word_set("market_services")
            and country_of(text) is None
            and not is_technical(folded)
            and not is_foreign(self._reading, text)
        )

    def is_word(self, text: str) -> bool:
        """Whether a name is a word of the language, or a plural: "Customs", "Criminal Records"."""
        last = text.split()[-1]
        if head_noun(text) == "cadastre":
            return False
        if " " in text:
            return (
                COINED_WORD.search(text) is None
                and re.search(r"[a-z]{3,}s$", last) is not None
                and head_noun(text) + "s" == fold(last)
            )
        return (
            text[1:].islower()
            and re.search(rf"(?<![\w-]){re.escape(text.lower())}(?![\w-])", self._reading.text) is not None
        )

    def is_no_own_thing(self, text: str, name: Name, start: int) -> bool:
        """Whether a name in prose is that of no system of its own: a gazette in which something was published, the health or
        road system of a country, a service of the market, or a description ("a Human Resources System")."""
        before = self._reading.folded[max(start, name.start - 30) : name.start]
        folded = fold(text)
        if words("no_ict").search(folded) is not None:
            return True
        if words_key(text.rpartition(" ")[0]) in word_set("market_services"):
            return True
        linked = any(link.end > name.start for link in self._reading.links_between(name.start - 2, name.end))
        return (
            head_noun(text) == "gazette"
            and not linked
            and (_IN_THE.search(before) is not None or before.endswith("("))
        )

    def is_run(self, name: Name, start: int) -> bool:
        """Whether a name in prose has an address, or stands behind a verb of running a system."""
        reading = self._reading
        linked = any(
            words_key(name.text) in words_key(link.text) and not self.is_other(link)
            for link in reading.links_between(max(0, name.start - 5), name.end)
        )
        return linked or _RUNNING.search(reading.folded, max(start, name.start - 70), name.start) is not None

    def is_other(self, link: Link) -> bool:
        """Whether a link leads to something else than a system: a body, a law, news."""
        group, _ = classify(link.text)
        return (
            (group == "bodies" and head_noun(link.text) not in word_set("system_nouns")) or group == "laws" or title_kind(link.text) is not None
            or self._bodies.known(link.text) is not None or "eur-lex" in link.url or (is_law_address(link.url) and urlsplit(link.url).path.count("/") > 2) or ELSEWHERE.search(link.url) is not None
        )  # fmt: skip

    def _is_common(self, name: str, item: OutlineItem) -> bool:
        """Whether prose writes the title in small letters, as it would no name."""
        lower = name[:1] + name[1:].lower()
        for block in item.blocks:
            text = self._reading.text[block.position.start : block.position.end]
            if name in text:
                return False
            if lower[1:] in text and len(name.split()) > 1:
                return True
        return False


def _is_several(name: str) -> bool:
    """Whether a heading tells of things of one kind, or of a way of doing something: "Commercial eSignatures", "Chat as a Form of X"."""
    folded = fold(name)
    plural = folded.endswith("s") and f"{head_noun(name)}s" == folded.split()[-1]
    return _CLAUSE.search(folded) is not None or (
        plural and words("heading_adjectives").match(folded) is not None
    )


def _said_system(reading: FactsheetReading, name: str, item: OutlineItem) -> bool:
    """Whether the first sentence says that the thing is a system: "The X Framework (XF) is a tool for"."""
    spans = reading.sentences(item)
    if not spans:
        return False
    start, end = spans[0]
    at = reading.folded.find(fold(name), start, min(start + 40 + len(name), end))
    return at >= 0 and _IS_SYSTEM.match(reading.folded, at + len(name), end) is not None


_LAWS_AND_STRATEGIES = ("act", "decree", "decree-law", "strategy", "constitution", "resolution")
_BODY_TYPES = (
    "ministry",
    "council",
    "committee",
    "commission",
    "authority",
    "local-government",
    "department",
    "directorate",
)
_CLAUSE = re.compile(r"\s(?:as an?|available|under)\s|^information (?:on|about)\s")
_INVITES = re.compile(
    r"(?:set up|setting up|apply|start|starting|how to|moving) (?:an?|your|for|the|in|to)\b"
)
_E_WORD = re.compile(r"\be(?:ID(?:AS)?|[A-Z][a-z]+)s?\b")
_NO_SYSTEM = re.compile(
    r"(?:other|regional|local|further|autonomous|subnational|municipal|additional|cross border|involvement in|participation in|eu|and)*(?: )?(?:(?:cross border )?infrastructures?|certification authorities|initiatives|projects|services|platforms|"
    r"autonomous communities|regions|municipalities|infrastructure|governments|applications|networks)"
)
_COMPANY = re.compile(
    r"\s(?:Ltd|S\.?A|AD|AG|GmbH|JSC|PLC|Plc|d\.o\.o|d\.d|SpA|SE|Inc|NV|N\.V|BV|Oy|Oyj|AB|AS)\.?$"
)
_IN_THE = re.compile(r"\b(?:in|to|of|by) (?:the )?(?:[a-z]+ )?$")
_DOING = re.compile(
    r"(?!Pricing|Mapping|Building|Planning|Learning|Training|Booking|Banking)[A-Z][a-z]{3,}ing\s(?!System|Portal|Platform|Register|Registry|Service|App)"
)
_IS_SYSTEM = re.compile(
    r"(?:\s\([^)]*\))?(?:,?\s(?:is|are)\s(?:an?|the|one of the)\s(?:[\w'-]+\s){0,5}?(?:system|platform|portal|tool|application|app|register|registry|database|software|infrastructure|network|gateway|service|building block|module|web ?site)\b|\s(?:building block|module|component)\s)"
)
_RUNNING = re.compile(
    r"\b(?:manages|managing|management of|operates|operating|operation of|maintains|maintaining|maintenance of|coordinates|coordination of|runs|running|administers|administering|administration of|hosts|keeps|owner of|operator of|responsible for|in charge of|launched|launch of|developed)\s(?:and [a-z]+ )?(?:the )?$"
)
