"""The systems that prose names: by links, by the noun of a name, in so many words, in lists, or as those of the Union."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from kg.documents import Link
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.names import is_foreign
from kg.extraction.factsheets.reading import FactsheetReading, word_set, words
from kg.extraction.factsheets.systems.candidates import Candidates
from kg.extraction.factsheets.systems.drafts import SystemDraft
from kg.extraction.factsheets.systems.kinds import assign_kinds
from kg.extraction.factsheets.systems.known import KnownSystems
from kg.extraction.factsheets.systems.listed import listed_systems
from kg.extraction.factsheets.systems.nouns import (
    COINED_WORD,
    COLLECTIVE,
    DOMAIN,
    ELSEWHERE,
    head_noun,
    is_bare,
    is_plural,
    is_self,
    is_technical,
    plain_name,
)
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.gazetteer import data
from kg.extraction.names import Name, is_acronym
from kg.iris import host_of
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


class Prose:
    """Reads the sentences of items."""

    def __init__(
        self, reading: FactsheetReading, bodies: KnownBodies, known: KnownSystems, candidates: Candidates
    ) -> None:
        self._reading = reading
        self._bodies = bodies
        self._known = known
        self._candidates = candidates

    def read(self, item: OutlineItem) -> None:
        """The systems that an item of the infrastructure chapter names."""
        self._linked(item)
        self._bracketed(item)
        self._named(item)
        self._introduced(item)
        self._enumerated(item)
        self._of_union(item)
        self._site_behind(item)
        self._versions(item)

    def read_elsewhere(self, item: OutlineItem) -> None:
        """The systems that an item of another chapter names.

        There laws and tasks name kinds of registers, too: a system is taken only where it is said to be run, or has an address.
        """
        self._introduced(item)
        self._named(item, elsewhere=True)

    # -- links

    def _linked(self, item: OutlineItem) -> None:
        """Systems that prose names with an address of their own."""
        reading, known = self._reading, self._known
        for link in self._links(item):
            text = plain_name(link.text)
            if not 3 < len(text) < 90 or self._candidates.is_other(link):
                continue
            domain = self._is_domain_of(text, link)
            if (
                not (domain or self._is_named(text))
                or is_bare(fold(text))
                or fold(text).startswith(("http", "www."))
            ):
                continue
            called, holder = known.by_name(text), known.by_address(link.url)
            if called is not None or holder is not None:
                if called is not None:
                    known.offer_url(called, link.url)
                elif holder is not None:
                    known.add_name(holder, text)
                continue
            draft = known.called(text, [])
            draft.portal = domain or words("portal_words").search(fold(text)) is not None
            known.take_url(draft, link.url)
            assign_kinds(reading, draft, item, fold(text), "")
            self._saw(draft, item, link.start, link.end, "named with its address in running text")

    def _links(self, item: OutlineItem) -> Iterator[Link]:
        for block in item.blocks:
            yield from self._reading.links_between(block.position.start, block.position.end)

    def _is_domain_of(self, text: str, link: Link) -> bool:
        host = (host_of(text) or "").removeprefix("www.")
        return "." in host and DOMAIN.fullmatch(fold(text)) is not None and host == host_of(link.url)

    def _is_named(self, text: str) -> bool:
        """Whether the text of a link is a name: capitals, and the noun of a system or a coined word."""
        if fold(text).startswith("www") or len(text.split()) > 8:
            return False
        if not text[:1].isupper() and COINED_WORD.match(text) is None:
            return False
        return head_noun(text) in word_set("system_nouns") or (
            COINED_WORD.search(text) is not None and len(text.split()) <= 2
        )

    def _site_behind(self, item: OutlineItem) -> None:
        """ "The Judgments Portal is available on the [website]": the link on such a word, behind the one system of its sentence."""
        reading, drafts = self._reading, self._known.drafts
        bare = [d for d in drafts if d.url is None and item.section.number in d.evidence.q]
        if not bare:
            return
        for start, end in reading.sentences(item):
            links = [
                link
                for link in reading.links_between(start, end)
                if is_self(fold(link.text).strip()) or fold(link.text).strip() in _ACCESS
            ]
            if len(links) != 1 or self._known.by_address(links[0].url) is not None:
                continue
            before = reading.text[start : links[0].start]
            # The longest names first: "Judgments Portal" stands in "Common Courts’ Judgments Portal".
            named = [
                d
                for d in bare
                if any(len(n) > 3 and re.search(rf"(?<!\w){re.escape(n)}(?!\w)", before) for n in d.names)
            ]
            others = any(
                d.url is not None and any(len(n) > 3 and n in before for n in d.names) for d in drafts
            )
            if len(named) == 1 and not others:
                self._known.take_url(named[0], links[0].url)

    # -- names

    def _named(self, item: OutlineItem, *, elsewhere: bool = False) -> None:
        """Systems that prose names without an address: proper names with such a noun, most of all in lists of registers."""
        reading, candidates = self._reading, self._candidates
        for block in item.blocks:
            start = block.position.start
            for name in _apart(reading.names(start, block.position.end)):
                text = plain_name(name.text)
                if not _is_strong(text, name) or candidates.is_no_own_thing(text, name, start):
                    continue
                if elsewhere and not candidates.is_run(name, start):
                    continue
                draft = self._meant(text, name, item)
                if draft is None and not self._is_new(text, name):
                    continue
                if draft is None:
                    draft = self._known.called(text, [])
                    assign_kinds(reading, draft, item, fold(text), "")
                if name.acronym:
                    self._known.add_name(draft, name.acronym)
                for link in reading.links_between(max(0, name.start - 5), name.end):
                    if words_key(text) in words_key(link.text) and not candidates.is_other(link):
                        self._known.offer_url(draft, link.url)
                self._saw(draft, item, name.start, name.end, "named in running text")

    def _meant(self, text: str, name: Name, item: OutlineItem) -> SystemDraft | None:
        """The known system that a name in prose means, in full, by its abbreviation, in part or with a noun behind it."""
        known, q = self._known, item.section.number
        return (
            known.by_name(text, name.acronym)
            or self._fronted(name.start)
            or known.alike(text, q)
            or known.with_longer_name(text, q)
            or known.by_name(" ".join(text.split()[:-1]))
        )

    def _is_new(self, text: str, name: Name) -> bool:
        """Whether a name that no known system has is that of one system of the country."""
        if COLLECTIVE.search(words_key(text)) or (is_plural(text) and not name.acronym):
            return False
        body = self._bodies.known(text)
        return (
            (body is None or not body.headed)
            and title_kind(text) is None
            and not is_foreign(self._reading, text)
        )

    def _fronted(self, start: int) -> SystemDraft | None:
        """The system whose name stands right before a name: "Emp@tia Information Portal" is Emp@tia."""
        before = self._reading.text[max(0, start - 40) : start]
        return next(
            (d for d in self._known.drafts for n in d.names if len(n) > 3 and before.endswith(f"{n} ")), None
        )

    def _introduced(self, item: OutlineItem) -> None:
        """Systems that prose gives a name in so many words: "a mobile app called X", "the supercomputer X", "the X platform"."""
        reading, candidates = self._reading, self._candidates
        for block in item.blocks:
            for pattern in (_INTRODUCED, _SURNAMED, _APPOSED):
                for match in pattern.finditer(reading.text, block.position.start, block.position.end):
                    part = "quoted" if pattern is _APPOSED and match["quoted"] else "name"
                    text = plain_name(match[part])
                    whole = f"{text} {match['noun']}" if pattern is _SURNAMED else text
                    if pattern is _SURNAMED and reading.text.count(whole) < 2 and not _COINED.fullmatch(text):
                        continue
                    if not candidates.is_name(text) or title_kind(text) or is_foreign(reading, text):
                        continue
                    if self._bodies.known(text) is not None or is_technical(fold(text)):
                        continue
                    if pattern is _APPOSED and not candidates.is_own(text):
                        continue
                    draft = self._known.by_name(text) or self._known.with_longer_name(
                        text, item.section.number
                    )
                    if draft is None:
                        draft = self._known.called(text, [whole] if whole != text else [])
                        assign_kinds(reading, draft, item, fold(whole), "")
                    self._offer(draft, match.start(part) - 2, match.end(part), _tells_of_itself)
                    self._saw(
                        draft, item, match.start(part), match.end(part), "named in running text as a system"
                    )

    def _bracketed(self, item: OutlineItem) -> None:
        """ "the Geographical Division (DAGI) Register": the noun of the system stands behind the abbreviation."""
        reading, known = self._reading, self._known
        for block in item.blocks:
            for match in _BEHIND_BRACKET.finditer(reading.text, block.position.start, block.position.end):
                if fold(match["noun"]) not in word_set("strong_nouns"):
                    continue
                name = f"{match['name'].removeprefix('The ')} {match['noun']}"
                draft = known.by_name(name, match["acronym"], match["name"])
                if draft is None:
                    longer = known.with_longer_name(name, item.section.number)
                    if longer is not None or is_foreign(reading, name):
                        continue
                    draft = known.called(name, [])
                    assign_kinds(reading, draft, item, fold(name), "")
                for other in (name, match["acronym"], f"{match['acronym']} {match['noun']}"):
                    known.add_name(draft, other)
                self._offer(draft, match.start() - 1, match.end(), _tells_of_itself)
                self._saw(draft, item, match.start(), match.end(), "named in running text")

    def _enumerated(self, item: OutlineItem) -> None:
        """Systems that prose lists behind the noun of what they are."""
        candidates, known = self._candidates, self._known
        for listed in listed_systems(self._reading, item):
            text = plain_name(listed.name)
            if not candidates.is_name(text) or not candidates.is_own(text) or candidates.is_word(text):
                continue
            draft = known.by_name(text, listed.acronym)
            if draft is None and known.with_longer_name(text, item.section.number) is not None:
                continue
            if draft is None:
                draft = known.called(text, [])
                assign_kinds(self._reading, draft, item, fold(f"{text} {listed.noun}"), "")
            if listed.acronym and is_acronym(listed.acronym):
                known.add_name(draft, listed.acronym)
            self._offer(draft, listed.start, listed.end, self._leads_to_system)
            self._saw(draft, item, listed.start, listed.end, "listed in running text among systems")

    def _versions(self, item: OutlineItem) -> None:
        """ "MAGNET II": a later generation of a system, named by its name and a Roman numeral."""
        reading = self._reading
        for draft in list(self._known.drafts):
            if (
                " " in draft.name
                or not draft.name[:1].isupper()
                or item.section.number not in draft.evidence.q
            ):
                continue
            for match in re.finditer(
                rf"(?<!\w){re.escape(draft.name)} (?:II|III|IV)(?!\w)", reading.text[item.start : item.end]
            ):
                later = self._known.called(match[0], [])
                assign_kinds(reading, later, item, fold(match[0]), "")
                at = item.start + match.start()
                self._saw(later, item, at, at + len(match[0]), "a later generation by its number")

    # -- the Union

    def _of_union(self, item: OutlineItem) -> None:
        """Systems of the Union that a country says it uses or is connected to across borders."""
        if "cross-border" not in item.section.platforms or self._reading.country == EUROPEAN_UNION:
            return
        for system in data("factsheets")["union_systems"]:
            if system.get("prose"):
                for name in system["names"]:
                    for block in item.blocks:
                        at = self._reading.text.find(name, block.position.start, block.position.end)
                        if at >= 0:
                            self._of_union_at(item, system["names"], name, at)

    def _of_union_at(self, item: OutlineItem, names: list[str], name: str, at: int) -> None:
        stop = at + len(name)
        if self._reading.text[stop : stop + 1].isalnum():
            return
        draft = self._known.by_name(*names)
        if draft is None and self._known.with_longer_name(name, item.section.number) is not None:
            return
        draft = draft or self._known.called(names[0], names[1:])
        assign_kinds(self._reading, draft, item, fold(name), "")
        self._offer(draft, at - 1, stop, self._leads_to_system)
        self._saw(draft, item, at, stop, "a system of the Union named in running text")

    # -- drafts

    def _offer(self, draft: SystemDraft, start: int, end: int, is_fit: Callable[[Link], bool]) -> None:
        """Offers a system the first fitting address between two offsets."""
        links = self._reading.links_between(start, end)
        self._known.offer_url(draft, next((link.url for link in links if is_fit(link)), None))

    def _leads_to_system(self, link: Link) -> bool:
        return not self._candidates.is_other(link)

    def _saw(self, draft: SystemDraft, item: OutlineItem, start: int, end: int, why: str) -> None:
        draft.evidence.seen(self._reading, item.section.number, start, end, "medium", why)


def _is_strong(text: str, name: Name) -> bool:
    """Whether a name in prose has a noun of systems and is more than that noun."""
    parts = text.split()
    if not 2 <= len(parts) <= 9 or head_noun(text) not in word_set("strong_nouns") or " and the " in text:
        return False
    if ("’s " in text or is_bare(fold(text))) and not name.acronym:
        return False
    return fold(parts[0]) not in data("factsheets")["last_only"]


def _tells_of_itself(link: Link) -> bool:
    return ELSEWHERE.search(link.url) is None


def _apart(names: list[Name]) -> Iterator[Name]:
    """ "Register of Ships and the Cadastre System": two names that read as one."""
    for name in names:
        left, found, right = name.text.partition(" and the ")
        if not found:
            yield name
            continue
        yield replace(name, end=name.start + len(left), text=left, acronym=None)
        yield replace(name, start=name.start + len(left) + len(found), text=right)


_TOKENED = r"(?:[A-Z][\w.-]*|[a-z]{1,4}[A-Z][\w.-]*)(?<!\.)"
_INTRODUCED = re.compile(
    rf"\b(?:application|app|portal|platform|service|system|supercomputer|HPC|chatbot|register|registry|solution|tool|network|database)s?,?\s(?:called|named|titled|entitled|known as)\s[‘“]?(?P<name>{_TOKENED}(?:\s(?:{_TOKENED}|the(?=\s[A-Z]))){{0,4}})(?=[’”]?(?:[,.;)]|\s[a-z(]))"
)
_SURNAMED = re.compile(
    r"\b(?:the|The|its|a|an)\s(?P<name>(?:[a-z]{1,4}[A-Z][\w-]*|[A-Z]+[a-z]+[A-Z][\w-]*|[A-Z][a-z]+[A-Z]{2,}[\w-]*|[A-Za-z][\w-]+\.[a-z]{2}(?=\s))(?:\s[A-Z][\w-]*){0,2})\s(?P<noun>application|app|portal|platform|system|register|registry|database|service|supercomputer|chatbot)\b"
)
_APPOSED = re.compile(
    r"\b(?P<noun>application|app|portal|platform|system|register|registry|database|service|solution|supercomputer|HPC|chatbot|website)\s"
    r"(?:‘(?P<quoted>[A-Z][^’‘]{2,40})’|(?P<name>[A-Z]{3,8}|(?!e[A-Z])[A-Z]?[a-z]+[A-Z][\w-]*)(?<!s))(?=[,.;)]|\s[a-z(]|$)"
)
_ACCESS = ("accessed", "accessible", "available", "available online", "accessed online", "accessible online")
_BEHIND_BRACKET = re.compile(
    r"(?P<name>[A-Z][\w’-]*(?:\s(?:(?:of|for|and|on)\s)?[A-Z][\w’-]*){1,7})\s\((?P<acronym>[A-Z][\w-]{1,9})\)\s(?P<noun>[A-Z][a-z]+)\b"
)
_COINED = re.compile(
    r"(?!e[A-Z])[A-Za-z]+[a-z][A-Z][\w-]*|(?!e[A-Z])[a-z]{1,4}[A-Z][\w-]+|[A-Za-z][\w-]+\.[a-z]{2}"
)
