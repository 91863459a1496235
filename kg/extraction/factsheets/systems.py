"""Portals and platforms of a factsheet: the items of the infrastructure chapter, the systems that its prose names, and the
items of other chapters whose heading can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from kg.documents import Link
from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.factsheets.bodies import Bodies, BodyDraft, body_names, is_foreign, plain_body
from kg.extraction.factsheets.citing import dated_verb
from kg.extraction.factsheets.instruments import InstrumentDraft, Instruments
from kg.extraction.factsheets.listed import listed_systems
from kg.extraction.factsheets.reading import (
    FactsheetReading,
    Title,
    clean_title,
    coded_words,
    is_law_address,
    link_of,
    words,
)
from kg.extraction.factsheets.titles import name_key, title_kind
from kg.extraction.gazetteer import country_mentions, country_of, data
from kg.extraction.names import Name, classify, is_acronym
from kg.extraction.negation import is_planned
from kg.extraction.portals import key as url_key
from kg.iris import host_of
from kg.questionnaire.outline import OutlineItem, says_nothing
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


@dataclass(slots=True, eq=False)
class SystemDraft:
    """A portal or platform as far as it is known; becomes `kg.records.model.Portal` or `Platform`."""

    name: str
    aliases: list[str] = field(default_factory=list)
    url: str | None = None
    other_urls: list[str] = field(default_factory=list)
    portal: bool = False
    portal_kinds: list[str] = field(default_factory=list)
    platform_kinds: list[str] = field(default_factory=list)
    technologies: list[str] = field(default_factory=list)
    operated_by: BodyDraft | None = None
    replaced_by: SystemDraft | None = None
    start_year: int | None = None
    planned: bool = False
    headed: bool = False
    """Whether an item is about it, not only a sentence."""
    country: str | None = None
    shared_id: str | None = None
    """The id that the records of all countries give to a system of the Union."""
    under: list[InstrumentDraft] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [self.name, *self.aliases]


@dataclass(slots=True)
class Systems:
    """All drafts, and the items that name neither an instrument nor a system but a project or an effort."""

    drafts: list[SystemDraft]
    leftover: list[OutlineItem]


def find_systems(reading: FactsheetReading, bodies: Bodies, instruments: Instruments) -> Systems:
    """The portals and platforms of chapter 4, and the site that chapter 6 refers to."""
    return _Finder(reading, bodies, instruments).found()


class _Finder:
    def __init__(self, reading: FactsheetReading, bodies: Bodies, instruments: Instruments) -> None:
        self._reading = reading
        self._bodies = bodies
        self._instruments = instruments
        self._drafts: list[SystemDraft] = []
        self._by_key: dict[str, SystemDraft] = {}
        self._by_url: dict[str, SystemDraft] = {}
        self._leftover: list[OutlineItem] = []

    def found(self) -> Systems:
        items = self._reading.items("infrastructure")
        own = [(item, self._headed(item) if item.title is not None else []) for item in items]
        for item, drafts in own:
            self._linked(item)
            self._bracketed(item)
            self._named(item)
            self._introduced(item)
            self._enumerated(item)
            self._of_union(item)
            self._site_behind(item)
            self._versions(item)
            if drafts:
                self._replaces(item, drafts)
        self._leftover.extend(item for item in self._instruments.leftover if not self._elsewhere(item))
        for item in self._reading.items("communications", "legislation", "bodies"):
            self._introduced(item)
            self._named(item, elsewhere=True)
        self._national()
        self._services()
        self._or_body()
        self._tell_apart()
        self._settle()
        return Systems(self._drafts, self._leftover)

    # -- items

    def _headed(self, item: OutlineItem) -> list[SystemDraft]:
        assert item.title is not None
        if not item.blocks or all(says_nothing(b.text, self._reading.outline) for b in item.blocks):
            return []
        reading, title = self._reading, clean_title(item.title.text)
        found = []
        for name, aliases in _several(_of_activity(_explained(title))):
            first = _TOKEN.match(name)
            if first is not None and not first[1].isupper():
                aliases = [*aliases, first[1]]
            if not self._is_system(name, item):
                continue
            if _head(name) not in _strong_heads() and _said_effort(reading, [name, *aliases], item):
                continue
            draft = self._called(name, aliases)
            self._complete(draft, item, name, aliases, alone=name == title.name)
            found.append(draft)
        if not found and self._is_effort(title.name):
            self._leftover.append(item)
        return found

    def _elsewhere(self, item: OutlineItem) -> bool:
        """Whether an item of the chapters on communications and legislation is about a system; then it is taken.

        There a heading has to say so itself: by the noun of a system, or by being an address.
        """
        if item.title is None or not item.blocks:
            return False
        title = clean_title(item.title.text)
        name = title.name.strip(" ‘’“”'\"")
        site = _DOMAIN.fullmatch(fold(name)) is not None
        if not site and (
            _head(name) not in _strong_heads()
            or len(name.split()) < 2
            or len(name.split()) > 8
            or not self._is_system(name, item)
        ):
            return False
        draft = self._called(name, list(title.aliases))
        self._complete(draft, item, name, list(title.aliases), alone=True)
        return True

    def _is_effort(self, name: str) -> bool:
        return (
            title_kind(name) is None
            and classify(name)[0] != "bodies"
            and self._bodies.known(name) is None
            and not _is_several(name)
        )

    def _is_system(self, name: str, item: OutlineItem) -> bool:
        """Whether an item of the chapter is about a system: not a law, a body, a kind of thing or an activity."""
        kind = title_kind(name)
        last = (words_key(name).split() or [""])[-1]
        if (
            last in _strong_heads()
            and ": " not in name
            and _COLLECTIVE.search(words_key(name)) is None
            and kind is None
        ):
            # "Department of Contracts Portal" is a portal, whoever's it is.
            return True
        if kind in ("act", "decree", "decree-law", "strategy", "constitution", "resolution") or (
            kind == "policy" and last == "policy"
        ):
            return False
        if any(
            words_key(name) in {words_key(n) for n in network["names"]}
            for network in data("factsheets")["networks"]
            if network.get("organisation")
        ):
            return False
        head = _head(name)
        group, type_ = classify(name)
        if (
            group == "bodies"
            and (type_ in _BODY_TYPES or head in ("board", "inspectorate", "ministry"))
            and head not in _system_heads()
        ):
            return False
        known = self._bodies.known(name)
        if known is not None and known.headed and head not in _system_heads():
            return False
        if _COLLECTIVE.search(words_key(name)) or (
            _plural(name)
            and title_kind(name) is None
            and not _PROPER.search(_E_WORD.sub("", name))
            and not (head in ("card", "passport", "epassport") and item.section.platforms == ["eid"])
        ):
            return False
        if _is_several(name):
            return False
        if _NO_SYSTEM.fullmatch(words_key(name)) or (
            _DOING.match(name) and (head not in _system_heads() or _plural(name))
        ):
            return False
        if head in _no_system_heads():
            return head not in _effort_heads() and _said_system(self._reading, name, item)
        if name in _MATTERS or _INVITES.match(fold(name)):
            return False
        if head in _system_heads() or _PROPER.search(name) or self._reading.country == EUROPEAN_UNION:
            return True
        return not self._is_common(name, item)

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

    def _complete(
        self, draft: SystemDraft, item: OutlineItem, name: str, aliases: list[str], *, alone: bool
    ) -> None:
        reading, block = self._reading, item.title
        assert block is not None
        draft.headed = True
        confidence: Confidence = "high" if item.certain else "medium"
        why = (
            "a heading of the infrastructure chapter" if item.certain else "a line that looks like a heading"
        )
        draft.evidence.seen(
            reading, item.section.number, block.position.start, block.position.end, confidence, why
        )
        url = self._address(item, [name, *aliases], alone=alone)
        if url is not None:
            self._take_url(draft, url)
        sentences = reading.sentences(item)
        said = reading.folded[sentences[0][0] : sentences[min(2, len(sentences) - 1)][1]] if sentences else ""
        title = fold(" ".join([name, *aliases]))
        self._classify(draft, item, title, said)
        draft.portal = (
            draft.portal
            or words("portal_words").search(title) is not None
            or _DOMAIN.search(title) is not None
            or any(_said_portal(reading, [name, *aliases], start, end) for start, end in sentences[:4])
        )
        for start, end in sentences[:4]:
            found = dated_verb(reading.folded, words("launched"), start, end)
            if draft.start_year is None and found is not None:
                draft.start_year = found[1]
            for other in _own_brackets(reading, [name, *aliases], start, end):
                self._add_name(draft, other)
            for other in _called(reading, [name, *aliases], start, end):
                self._add_name(draft, other)
        if sentences and draft.start_year is None:
            start, end = sentences[0]
            draft.planned = is_planned(reading.folded, start, min(start + 60, end), start, end)
        self._operator(draft, item)
        for mention in self._instruments.mentions.get(id(item), []):
            before = reading.folded[max(item.start, mention.start - 60) : mention.start]
            if _LAID_DOWN.search(before) and mention.draft not in draft.under and not mention.draft.of_union:
                draft.under.append(mention.draft)

    def _classify(self, draft: SystemDraft, item: OutlineItem, title: str, said: str) -> None:
        """Kinds from the section, and for national services from what the title and the first sentence say."""
        head = _head(draft.name)
        if (
            item.section.platforms == ["application"]
            and head in ("register", "registry", "cadastre")
            and "base-registry" not in draft.platform_kinds
        ):
            draft.platform_kinds.append("base-registry")
        if draft.platform_kinds == ["application"] and item.section.platforms:
            # What one section calls an application another has under what it is for.
            draft.platform_kinds = []
        draft.platform_kinds += [k for k in item.section.platforms if k not in draft.platform_kinds]
        draft.technologies += [t for t in item.section.technologies if t not in draft.technologies]
        kinds = coded_words("portal_kinds")
        found = kinds.codes(title)[:1] or kinds.codes(said)[:1]
        if found == ["national"] and _NATIONAL_FOR.search(title):
            found = []
        if _OF_COUNTRY.search(title) and any(
            code == self._reading.country
            for _, _, code in country_mentions(draft.name, fold(draft.name), 0, len(draft.name))
        ):
            found = ["national"]
        if item.section.platforms == ["eid"] and words("trust_services").search(f"{title} {said[:160]}"):
            draft.platform_kinds.append("trust-service")
        if item.section.platforms == ["e-procurement"]:
            found = ["procurement"]
        elif item.section.platforms != ["application"] and found not in (["national"], ["open-data"]):
            found = []
        draft.portal_kinds += [k for k in found if k not in draft.portal_kinds]
        if found == ["e-services"] and "e-services" not in draft.platform_kinds:
            draft.platform_kinds.append("e-services")

    def _address(self, item: OutlineItem, names: list[str], *, alone: bool) -> str | None:
        """The address of a system: on its name, on a host or a word such as "portal", or the only one of the item."""
        reading = self._reading
        found = link_of(reading, names, item.start, item.end)
        if found is not None:
            return found
        links = [link for link in reading.links_between(item.start, item.end) if not self._is_other(link)]
        title = fold(" ".join(names))
        for link in links:
            text, host = fold(link.text).strip(), host_of(link.url) or "-"
            if _DOMAIN.fullmatch(text) and (text in title or host in title):
                return link.url
        slug = next((link.url for link in links if _slug_says(link.url, names)), None)
        if slug is not None:
            return slug
        stated = next((m[1].lower() for name in names if (m := _SITE_TITLE.search(name))), None)
        if stated is not None:
            # "General Access Point – administracion.gob.es": the heading gives the address.
            label = stated.split(".")[0]
            own = next(
                (
                    link.url
                    for link in links
                    if (host_of(link.url) or "").removeprefix("www.").split(".")[0] == label
                ),
                None,
            )
            return own or f"https://{stated}"
        if not alone:
            return None
        for link in links:
            if _SELF.fullmatch(fold(link.text).strip()) or _DOMAIN.fullmatch(fold(link.text).strip()):
                return link.url
        key = set(words_key(title).split())
        for link in links:
            if len(key & set(words_key(link.text).split()) - _SMALL) >= 2:
                return link.url
        if len({link.url for link in links}) == 1:
            return links[0].url
        said = {
            m[1].lower()
            for a, b in reading.sentences(item)[:3]
            for m in _SITE_NAME.finditer(reading.text, a, b)
        }
        site = words("portal_words").search(title) is not None
        return f"https://{said.pop()}" if site and not links and len(said) == 1 else None

    def _is_other(self, link: Link) -> bool:
        group, _ = classify(link.text)
        return (
            (group == "bodies" and _head(link.text) not in _system_heads()) or group == "laws" or title_kind(link.text) is not None
            or self._bodies.known(link.text) is not None or "eur-lex" in link.url or (is_law_address(link.url) and urlsplit(link.url).path.count("/") > 2) or _ELSEWHERE.search(link.url) is not None
        )  # fmt: skip

    def _take_url(self, draft: SystemDraft, url: str) -> None:
        if draft.url is None:
            draft.url = url
        elif url_key(url) != url_key(draft.url) and url not in draft.other_urls:
            draft.other_urls.append(url)
        self._by_url.setdefault(url_key(url), draft)

    def _operator(self, draft: SystemDraft, item: OutlineItem) -> None:
        """Who runs a system: "X is managed by Y", "Y operates X", "the Register X of the Ministry Y", "the Y Payment Platform"."""
        reading = self._reading
        if draft.operated_by is not None:
            return
        keys = [fold(name) for name in draft.names if len(name) > 2]
        for start, end in reading.sentences(item)[:6]:
            sentence = reading.folded[start:end]
            about = any(key in sentence for key in keys) or _THE_SYSTEM.search(sentence) is not None
            for first, after, body in self._actors(start, end) if about else ():
                before = reading.folded[max(start, first - 48) : first]
                behind = reading.folded[after : min(end, after + 160)]
                verb = _RUNS.match(behind)
                named = any(key in behind for key in keys) or _THE_SYSTEM.search(behind) is not None
                whose = _WHOSE.search(before) if any(key in before for key in keys) else None
                if _RUN_BY.search(before) or (verb is not None and named) or whose is not None:
                    draft.operated_by = body
                    return
        for body in self._bodies.drafts:
            if any(
                len(n) > 8 and " " in n and fold(draft.name).startswith(f"{fold(n)} ") for n in body.names
            ):
                draft.operated_by = body
                return

    def _actors(self, start: int, end: int) -> Iterator[tuple[int, int, BodyDraft]]:
        """The bodies named in a sentence, by their names or abbreviations: where each begins, where the text goes on."""
        reading, taken = self._reading, start
        for name in body_names(reading, start, end):
            body = self._bodies.known(plain_body(name.text))
            if body is not None:
                yield name.start, name.after, body
                taken = max(taken, name.after)
        for match in _SHORT.finditer(reading.text, start, end):
            body = self._bodies.known(match[0])
            if (
                body is not None
                and is_acronym(match[0])
                and reading.text[match.start() - 1 : match.start()] != "("
            ):
                yield match.start(), match.end(), body

    # -- prose

    def _linked(self, item: OutlineItem) -> None:
        """Systems that prose names with an address of their own."""
        reading = self._reading
        for block in item.blocks:
            for link in reading.links_between(block.position.start, block.position.end):
                text = plain_name(link.text)
                folded = fold(text)
                if not 3 < len(text) < 90 or self._is_other(link):
                    continue
                host = (host_of(text) or "").removeprefix("www.")
                domain = "." in host and _DOMAIN.fullmatch(folded) is not None and host == host_of(link.url)
                named = not folded.startswith("www") and (text[:1].isupper() or _PROPER.match(text) is not None) and len(text.split()) <= 8 and (
                    _head(text) in _system_heads() or (_PROPER.search(text) is not None and len(text.split()) <= 2)
                )  # fmt: skip
                if not (domain or named) or _BARE.fullmatch(folded) or folded.startswith(("http", "www.")):
                    continue
                known = self._by_key.get(self._key(text))
                holder = self._by_url.get(url_key(link.url))
                if known is not None or holder is not None:
                    if known is not None and known.url is None and holder is None:
                        self._take_url(known, link.url)
                    elif known is None and holder is not None:
                        self._add_name(holder, text)
                    continue
                draft = self._called(text, [])
                draft.portal = domain or words("portal_words").search(folded) is not None
                self._take_url(draft, link.url)
                self._classify(draft, item, folded, "")
                draft.evidence.seen(
                    reading,
                    item.section.number,
                    link.start,
                    link.end,
                    "medium",
                    "named with its address in running text",
                )

    def _named(self, item: OutlineItem, *, elsewhere: bool = False) -> None:
        """Systems that prose names without an address: proper names with such a noun, most of all in lists of registers.

        Outside the chapter on infrastructure (`elsewhere`), laws and tasks name kinds of registers, too: there a system is
        taken only where it is said to be run, or has an address.
        """
        reading = self._reading
        for block in item.blocks:
            for name in _apart(reading.names(block.position.start, block.position.end)):
                text = plain_name(name.text)
                head = _head(text)
                if (
                    len(text.split()) < 2
                    or head not in _strong_heads()
                    or len(text.split()) > 9
                    or " and the " in text
                    or ("’s " in text and not name.acronym)
                    or fold(text.split()[0]) in data("factsheets")["last_only"]
                ):
                    continue
                if _BARE.fullmatch(fold(text)) and not name.acronym:
                    continue
                if self._is_no_own_thing(text, name, block.position.start):
                    continue
                if elsewhere and not self._is_run(name, block.position.start):
                    continue
                known = self._by_key.get(self._key(text)) or (
                    self._by_key.get(self._key(name.acronym)) if name.acronym else None
                )
                known = (
                    known
                    or self._fronted(text, name.start)
                    or self._alike(text, item)
                    or self._part_of(text, item)
                    or self._by_key.get(self._key(" ".join(text.split()[:-1])))
                )
                if known is None and (
                    _COLLECTIVE.search(words_key(text)) or (_plural(text) and not name.acronym)
                ):
                    continue
                if known is None:
                    body = self._bodies.known(text)
                    if (
                        (body is not None and body.headed)
                        or title_kind(text) is not None
                        or is_foreign(reading, text)
                    ):
                        continue
                    known = self._called(text, [])
                    self._classify(known, item, fold(text), "")
                if name.acronym:
                    self._add_name(known, name.acronym)
                for link in reading.links_between(max(0, name.start - 5), name.end):
                    if (
                        known.url is None
                        and words_key(text) in words_key(link.text)
                        and not self._is_other(link)
                        and url_key(link.url) not in self._by_url
                    ):
                        self._take_url(known, link.url)
                known.evidence.seen(
                    reading, item.section.number, name.start, name.end, "medium", "named in running text"
                )

    def _is_run(self, name: Name, start: int) -> bool:
        """Whether a name in prose has an address, or stands behind a verb of running a system."""
        reading = self._reading
        linked = any(
            words_key(name.text) in words_key(link.text) and not self._is_other(link)
            for link in reading.links_between(max(0, name.start - 5), name.end)
        )
        return linked or _RUNNING.search(reading.folded, max(start, name.start - 70), name.start) is not None

    def _is_no_own_thing(self, text: str, name: Name, start: int) -> bool:
        """Whether a name in prose is that of no system of its own: a gazette in which something was published, the health or
        road system of a country, a service of the market, or a description ("a Human Resources System")."""
        before = self._reading.folded[max(start, name.start - 30) : name.start]
        folded = fold(text)
        if words("no_ict").search(folded) is not None:
            return True
        if words_key(text.rpartition(" ")[0]) in _market_services():
            return True
        linked = any(link.end > name.start for link in self._reading.links_between(name.start - 2, name.end))
        return (
            _head(text) == "gazette"
            and not linked
            and (_IN_THE.search(before) is not None or before.endswith("("))
        )

    def _introduced(self, item: OutlineItem) -> None:
        """Systems that prose gives a name in so many words: "a mobile app called X", "the supercomputer X", "the X platform"."""
        reading = self._reading
        for block in item.blocks:
            for pattern in (_INTRODUCED, _SURNAMED, _APPOSED):
                for match in pattern.finditer(reading.text, block.position.start, block.position.end):
                    part = "quoted" if pattern is _APPOSED and match["quoted"] else "name"
                    text = plain_name(match[part])
                    whole = f"{text} {match['noun']}" if pattern is _SURNAMED else text
                    if pattern is _SURNAMED and reading.text.count(whole) < 2 and not _COINED.fullmatch(text):
                        continue
                    if not self._is_name(text) or title_kind(text) or is_foreign(reading, text):
                        continue
                    if self._bodies.known(text) is not None or _TECHNICAL.fullmatch(fold(text)):
                        continue
                    if pattern is _APPOSED and not self._is_own(text):
                        continue
                    known = self._by_key.get(self._key(text)) or self._part_of(text, item)
                    if known is None:
                        known = self._called(text, [whole] if whole != text else [])
                        self._classify(known, item, fold(whole), "")
                    url = next(
                        (
                            link.url
                            for link in reading.links_between(match.start(part) - 2, match.end(part))
                            if not _ELSEWHERE.search(link.url)
                        ),
                        None,
                    )
                    if url is not None and known.url is None and url_key(url) not in self._by_url:
                        self._take_url(known, url)
                    known.evidence.seen(
                        reading, item.section.number, match.start(part), match.end(part), "medium",
                        "named in running text as a system",
                    )  # fmt: skip

    def _enumerated(self, item: OutlineItem) -> None:
        """Systems that prose lists behind the noun of what they are."""
        reading = self._reading
        for listed in listed_systems(reading, item):
            text = plain_name(listed.name)
            if not self._is_name(text) or not self._is_own(text) or self._is_word(text):
                continue
            known = self._by_key.get(self._key(text)) or (
                self._by_key.get(self._key(listed.acronym)) if listed.acronym else None
            )
            if known is None and self._part_of(text, item) is not None:
                continue
            if known is None:
                known = self._called(text, [])
                self._classify(known, item, fold(f"{text} {listed.noun}"), "")
            if listed.acronym and is_acronym(listed.acronym):
                self._add_name(known, listed.acronym)
            url = next(
                (
                    link.url
                    for link in reading.links_between(listed.start, listed.end)
                    if not self._is_other(link)
                ),
                None,
            )
            if url is not None and known.url is None and url_key(url) not in self._by_url:
                self._take_url(known, url)
            known.evidence.seen(
                reading, item.section.number, listed.start, listed.end, "medium", "listed in running text among systems"
            )  # fmt: skip

    def _bracketed(self, item: OutlineItem) -> None:
        """ "the Geographical Division (DAGI) Register": the noun of the system stands behind the abbreviation."""
        reading = self._reading
        for block in item.blocks:
            for match in _BEHIND_BRACKET.finditer(reading.text, block.position.start, block.position.end):
                if fold(match["noun"]) not in _strong_heads():
                    continue
                name = f"{match['name'].removeprefix('The ')} {match['noun']}"
                known = next(
                    (
                        d
                        for n in (name, match["acronym"], match["name"])
                        if (d := self._by_key.get(self._key(n))) is not None
                    ),
                    None,
                )
                if known is None:
                    if self._part_of(name, item) is not None or is_foreign(reading, name):
                        continue
                    known = self._called(name, [])
                    self._classify(known, item, fold(name), "")
                for other in (name, match["acronym"], f"{match['acronym']} {match['noun']}"):
                    self._add_name(known, other)
                url = next(
                    (
                        link.url
                        for link in reading.links_between(match.start() - 1, match.end())
                        if not _ELSEWHERE.search(link.url)
                    ),
                    None,
                )
                if known.url is None and url is not None and url_key(url) not in self._by_url:
                    self._take_url(known, url)
                known.evidence.seen(
                    reading, item.section.number, match.start(), match.end(), "medium", "named in running text"
                )  # fmt: skip

    def _site_behind(self, item: OutlineItem) -> None:
        """ "The Judgments Portal is available on the [website]": the link on such a word, behind the one system of its sentence."""
        reading = self._reading
        bare = [d for d in self._drafts if d.url is None and item.section.number in d.evidence.q]
        if not bare:
            return
        for start, end in reading.sentences(item):
            links = [
                link
                for link in reading.links_between(start, end)
                if _SELF.fullmatch(fold(link.text).strip()) or fold(link.text).strip() in _ACCESS
            ]
            if len(links) != 1 or url_key(links[0].url) in self._by_url:
                continue
            before = reading.text[start : links[0].start]
            # The longest names first: "Judgments Portal" stands in "Common Courts’ Judgments Portal".
            named = [
                d
                for d in bare
                if any(len(n) > 3 and re.search(rf"(?<!\w){re.escape(n)}(?!\w)", before) for n in d.names)
            ]
            others = [
                d
                for d in self._drafts
                if d.url is not None and any(len(n) > 3 and n in before for n in d.names)
            ]
            if len(named) == 1 and not others:
                self._take_url(named[0], links[0].url)

    def _of_union(self, item: OutlineItem) -> None:
        """Systems of the Union that a country says it uses or is connected to across borders."""
        if "cross-border" not in item.section.platforms or self._reading.country == EUROPEAN_UNION:
            return
        reading = self._reading
        for system in data("factsheets")["union_systems"]:
            if not system.get("prose"):
                continue
            for name in system["names"]:
                for block in item.blocks:
                    at = reading.text.find(name, block.position.start, block.position.end)
                    if at < 0 or reading.text[at + len(name) : at + len(name) + 1].isalnum():
                        continue
                    known = next(
                        (d for n in system["names"] if (d := self._by_key.get(self._key(n))) is not None),
                        None,
                    )
                    if known is None and self._part_of(name, item) is not None:
                        continue
                    known = known or self._called(system["names"][0], system["names"][1:])
                    self._classify(known, item, fold(name), "")
                    url = next(
                        (
                            link.url
                            for link in reading.links_between(at - 1, at + len(name))
                            if not self._is_other(link)
                        ),
                        None,
                    )
                    if known.url is None and url is not None and url_key(url) not in self._by_url:
                        self._take_url(known, url)
                    known.evidence.seen(
                        reading,
                        item.section.number,
                        at,
                        at + len(name),
                        "medium",
                        "a system of the Union named in running text",
                    )

    def _is_word(self, text: str) -> bool:
        """Whether a name is a word of the language, or a plural: "Customs", "Criminal Records"."""
        last = text.split()[-1]
        if _head(text) == "cadastre":
            return False
        if " " in text:
            return (
                _PROPER.search(text) is None
                and re.search(r"[a-z]{3,}s$", last) is not None
                and _head(text) + "s" == fold(last)
            )
        return (
            text[1:].islower()
            and re.search(rf"(?<![\w-]){re.escape(text.lower())}(?![\w-])", self._reading.text) is not None
        )

    def _is_own(self, text: str) -> bool:
        """Whether a name can be that of a system of the public sector: no body, country or service of the market, no technical term."""
        folded = fold(text)
        body = self._bodies.known(text)
        return (
            (body is None or not (body.headed or classify(body.name)[0] == "bodies"))
            and classify(text)[0] not in ("bodies", "organisations")
            and words_key(text) not in _market_services()
            and country_of(text) is None
            and _TECHNICAL.fullmatch(folded) is None
            and not is_foreign(self._reading, text)
        )

    def _versions(self, item: OutlineItem) -> None:
        """ "MAGNET II": a later generation of a system, named by its name and a Roman numeral."""
        reading = self._reading
        for draft in list(self._drafts):
            if (
                " " in draft.name
                or not draft.name[:1].isupper()
                or item.section.number not in draft.evidence.q
            ):
                continue
            for match in re.finditer(
                rf"(?<!\w){re.escape(draft.name)} (?:II|III|IV)(?!\w)", reading.text[item.start : item.end]
            ):
                known = self._called(match[0], [])
                self._classify(known, item, fold(match[0]), "")
                at = item.start + match.start()
                known.evidence.seen(
                    reading, item.section.number, at, at + len(match[0]), "medium", "a later generation by its number"
                )  # fmt: skip

    def _fronted(self, text: str, start: int) -> SystemDraft | None:
        """The system whose name stands right before a name: "Emp@tia Information Portal" is Emp@tia."""
        before = self._reading.text[max(0, start - 40) : start]
        return next(
            (d for d in self._drafts for n in d.names if len(n) > 3 and before.endswith(f"{n} ")), None
        )

    def _alike(self, text: str, item: OutlineItem) -> SystemDraft | None:
        """The system of the section whose name differs in a letter or two."""
        key = self._key(text)
        if len(key) < 14:
            return None
        return next(
            (
                d
                for d in self._drafts
                if item.section.number in d.evidence.q
                and any(fuzz.ratio(key, self._key(n)) >= 95 for n in d.names)
            ),
            None,
        )

    def _part_of(self, text: str, item: OutlineItem) -> SystemDraft | None:
        """The system of the item whose name is the longer form of a name in its prose."""
        wanted = set(words_key(text).split()) - _SMALL
        for draft in self._drafts:
            if item.section.number in draft.evidence.q and any(
                wanted <= set(words_key(n).split()) for n in draft.names
            ):
                return draft
        return None

    def _replaces(self, item: OutlineItem, own: list[SystemDraft]) -> None:
        """ "It replaced X", "X was replaced by Y": the old system, with the new one as its successor."""
        reading = self._reading
        for start, end in reading.sentences(item):
            for match in _REPLACED.finditer(reading.text, start, end):
                self._replaced(item, match["old"], own[0], match.start("old"))
            for match in _REPLACED_BY.finditer(reading.text, start, end):
                new = self._by_key.get(self._key(match["new"].strip()))
                if new is None and self._is_name(match["new"]) and self._names_system(match["new"]):
                    new = self._called(match["new"].strip(), [])
                    self._classify(new, item, fold(match["new"]), "")
                    new.evidence.seen(
                        reading,
                        item.section.number,
                        match.start("new"),
                        match.end("new"),
                        "medium",
                        "named as successor",
                    )
                before = [
                    d
                    for d in self._drafts
                    for n in d.names
                    if n in reading.text[start : match.start()] and len(n) > 2
                ]
                if not before and _THE_SYSTEM.search(reading.folded, start, match.start()) is None:
                    continue
                old = before[-1] if before else own[0]
                if (
                    new is not None
                    and new is not old
                    and old.replaced_by is None
                    and new.replaced_by is not old
                ):
                    old.replaced_by = new

    def _replaced(self, item: OutlineItem, old: str, new: SystemDraft, at: int) -> None:
        old = old.strip(" ‘’")
        if not self._is_name(old):
            return
        former = self._called(old, [])
        if former is new or former.replaced_by is not None:
            return
        former.replaced_by = new
        self._classify(former, item, fold(old), "")
        former.evidence.seen(
            self._reading, item.section.number, at, at + len(old), "medium", "named as replaced"
        )

    def _names_system(self, text: str) -> bool:
        return _head(text) in _system_heads() or _PROPER.search(text) is not None or " " not in text.strip()

    def _is_name(self, text: str) -> bool:
        folded = fold(text.strip())
        return (
            len(folded) > 2
            and classify(text)[0] not in ("laws", "policies", "bodies", "organisations")
            and _COMPANY.search(text) is None
            and title_kind(text) is None
            and not _BARE.fullmatch(folded)
        )

    def _national(self) -> None:
        """What every country has one of, where the country calls it its own and no item is about it."""
        reading = self._reading
        own = "|".join(re.escape(word) for word in data("factsheets")["demonyms"].get(reading.country, ()))
        for system in data("factsheets")["national_systems"]:
            pattern = re.compile(
                rf"\b(?:{own + '|' if own else ''}national|its own) (?P<name>{system['pattern']})\b(?!s)"
            )
            if any(
                re.search(system["pattern"], fold(name)) is not None for d in self._drafts for name in d.names
            ):
                continue
            for item in reading.items("communications", "legislation", "infrastructure", "bodies"):
                found = pattern.search(reading.folded, item.start, item.end)
                if found is None:
                    continue
                whole = " ".join(reading.text[found.start() : found.end()].split())
                draft = self._called(system["name"], [whole] if whole[:1].isupper() else [])
                draft.platform_kinds += [k for k in system["kinds"] if k not in draft.platform_kinds]
                draft.evidence.seen(
                    reading, item.section.number, found.start("name"), found.end("name"), "medium", "named in running text"
                )  # fmt: skip

    def _services(self) -> None:
        """The site that the last chapter refers to, by the name and address given there."""
        reading = self._reading
        for item in reading.items("services"):
            for link in reading.links_between(item.start, item.end):
                site = data("factsheets")["services_site"]
                if words_key(link.text).replace(" ", "") == words_key(site["name"]).replace(" ", ""):
                    draft = self._called(site["name"], [link.text] if link.text != site["name"] else [])
                    draft.country, draft.portal = EUROPEAN_UNION, True
                    self._take_url(draft, link.url)
                    draft.portal_kinds = ["e-services"]
                    draft.evidence.seen(
                        reading,
                        item.section.number,
                        link.start,
                        link.end,
                        "high",
                        "the site that the chapter refers to",
                    )

    # -- one entry per system

    def _called(self, name: str, aliases: list[str]) -> SystemDraft:
        draft = next((self._by_key[k] for n in (name, *aliases) if (k := self._key(n)) in self._by_key), None)
        if draft is None:
            draft = SystemDraft(name[:400])
            self._drafts.append(draft)
        for other in (name, *aliases):
            self._add_name(draft, other)
        return draft

    def _add_name(self, draft: SystemDraft, name: str) -> None:
        name = name.strip(" ‘’'\"“”,.;:")
        if len(name) < 2 or self._by_key.setdefault(self._key(name), draft) is not draft:
            return
        if words_key(name) not in {words_key(n) for n in draft.names}:
            draft.aliases.append(name[:400])

    def _key(self, name: str) -> str:
        plain = re.sub(r"^(?:https?://)?(?:www\.)?|(?<=\w)-(?=[a-z])", "", name)
        key = name_key(plain, self._reading.country) or words_key(plain)
        return key.replace("registry", "register").replace("license", "licence").replace(" ", "")

    def _or_body(self) -> None:
        """One name in prose is not both a body and a system: its noun decides, and what has a heading of its own stays."""
        for draft in list(self._drafts):
            body = self._bodies.known(draft.name)
            if body is None or draft.operated_by is body:
                continue
            of_bodies = _head(draft.name) not in _system_heads() and not draft.headed
            if body.own_items or of_bodies:
                self._drafts.remove(draft)
                continue
            if not body.own_items:
                self._bodies.remove(body)
                for other in self._drafts:
                    if other.operated_by is body:
                        other.operated_by = None

    def _settle(self) -> None:
        """What holds of a system wherever it is named: whose it is, and the kind that its own noun gives it."""
        union = _of_union_by_key()
        shared: dict[str, SystemDraft] = {}
        for draft in list(self._drafts):
            known = next((union[k] for n in draft.names if (k := words_key(n.split(" (")[0])) in union), None)
            if known is not None and self._reading.country != EUROPEAN_UNION:
                draft.country = draft.country or known.get("country", EUROPEAN_UNION)
                draft.platform_kinds += [k for k in known.get("kinds", ()) if k not in draft.platform_kinds]
                draft.operated_by = None
                draft.shared_id = known.get("id")
                if (
                    draft.shared_id is not None
                    and (first := shared.setdefault(draft.shared_id, draft)) is not draft
                ):
                    _absorb(first, draft)
                    self._drafts.remove(draft)
                    continue
            own = data("factsheets")["kinds_by_noun"].get(_head(draft.name))
            if (
                own is not None
                and not draft.headed
                and known is None
                and draft.platform_kinds == ["cross-border"]
            ):
                # What is connected across borders is first what its own noun says.
                draft.platform_kinds = [own]
            if not draft.platform_kinds and not draft.portal and known is None:
                # Outside the chapter on infrastructure no section says what it is for.
                said = coded_words("kinds_by_words").first(fold(draft.name)) or own
                draft.platform_kinds = [said] if said is not None else []
            if draft.portal and not draft.portal_kinds:
                draft.portal_kinds = ["other"]

    def _tell_apart(self) -> None:
        """A portal is known by its address: one without, or with another's, is a platform."""
        taken: set[str] = set()
        for draft in self._drafts:
            key = url_key(draft.url) if draft.url else ""
            if draft.portal and (not key or key in taken or host_of(draft.url or "") is None):
                draft.portal = False
            if draft.portal:
                taken.add(key)


def _absorb(one: SystemDraft, other: SystemDraft) -> None:
    """Takes over what a second draft of a system knows."""
    one.aliases += [name for name in other.names if words_key(name) not in {words_key(n) for n in one.names}]
    one.url = one.url or other.url
    one.platform_kinds += [kind for kind in other.platform_kinds if kind not in one.platform_kinds]
    one.headed = one.headed or other.headed
    one.evidence.merge(other.evidence)


def _apart(names: list[Name]) -> Iterator[Name]:
    """ "Register of Ships and the Cadastre System": two names that read as one."""
    for name in names:
        left, found, right = name.text.partition(" and the ")
        if not found:
            yield name
            continue
        yield replace(name, end=name.start + len(left), text=left, acronym=None)
        yield replace(name, start=name.start + len(left) + len(found), text=right)


def _slug_says(url: str, names: list[str]) -> bool:
    """Whether the last part of an address is made of the words of a name: ".../systems/driving-licence-app/"."""
    parts = urlsplit(url).path.strip("/").split("/")
    slug = set(re.split(r"[-_.]", parts[-1].lower().replace("license", "licence"))) - _SMALL
    for name in names:
        said = set(words_key(name).replace("license", "licence").split()) - _SMALL
        if len(slug & said) > 1 and 2 * len(slug & said) >= 0.6 * (len(slug) + len(said)):
            return True
    return False


def plain_name(text: str) -> str:
    """A name in running text without quotes, a possessive ending or half a bracket."""
    text = " ".join(text.split()).strip(" ‘’'\"“”.,;:")
    if text.count("(") != text.count(")"):
        text = text.split("(")[0]
    return re.sub(r"[’']s$", "", text).strip(" ‘’'\"“”.,;:()")


def _is_several(name: str) -> bool:
    """Whether a heading tells of things of one kind, or of a way of doing something: "Commercial eSignatures", "Chat as a Form of X"."""
    folded = fold(name)
    plural = folded.endswith("s") and f"{_head(name)}s" == folded.split()[-1]
    return _CLAUSE.search(folded) is not None or (
        plural and words("heading_adjectives").match(folded) is not None
    )


def _of_activity(title: Title) -> Title:
    """ "Implementation of the Information System on X": the system of which a heading tells that it was made."""
    match = words("activity_titles").match(fold(title.name))
    if match is None:
        return title
    name = title.name[match.end() :].removeprefix(" of").strip()
    name = re.sub(r"^(?:the|an?|new)\s", "", name)
    launched = match[0].startswith(("launch", "establishment", "set up", "deployment", "introduction"))
    heads = _system_heads() | {"lab", "laboratory"} if launched else _strong_heads()
    if _head(name) not in heads or _plural(name) or fold(name).endswith("services") or not name[:1].isupper():
        return title
    return Title(name, tuple(a for a in title.aliases if title.name not in a), title.years)


def _explained(title: Title) -> Title:
    """ "Gov-ERP: Reform of the Financial System", "Interim Solution of Justice: i-Justice": a coined name, and what it is behind or
    before a colon."""
    left, colon, right = title.name.partition(": ")
    if not colon:
        return title
    for name, other in ((left, right), (right, left)):
        if len(name.split()) <= 3 and _PROPER.search(name) is not None and len(other.split()) > 1:
            return Title(name, (*title.aliases, title.name, other), title.years)
    return title


def _several(title: Title) -> list[tuple[str, list[str]]]:
    """ "EUCARIS, ECRIS and EULIS", "Driving Licence App and Health Card App": one system per name."""
    parts = [p.strip() for p in re.split(r",\s|\s(?:and|&)\s", title.name)]
    if len(parts) < 2 or any(len(p) < 2 for p in parts):
        return [(title.name, list(title.aliases))]
    single = all(" " not in p and any(c.isupper() or c == "@" for c in p) for p in parts)
    same = (
        all(" " in p and _head(p) in _system_heads() for p in parts) and len({_head(p) for p in parts}) == 1
    )
    proper = all(_PROPER.search(p) for p in parts) and all(len(p.split()) <= 4 for p in parts)
    return [(part, []) for part in parts] if single or same or proper else [(title.name, list(title.aliases))]


def _own_brackets(reading: FactsheetReading, names: list[str], start: int, end: int) -> Iterator[str]:
    """The abbreviation or national name in brackets behind the name of the item."""
    for name in names:
        at = reading.folded.find(fold(name), start, end)
        match = _BRACKET.match(reading.text, at + len(name), end) if at >= 0 else None
        if match is not None and not re.search(
            r"\d{3}|\b(?:e\.g|i\.e|see|which|since|no|in|as|for|the)\b", match[1].lower()
        ):
            yield from (part for part in re.split(r"[;,]\s|\sor\s|\s[–—-]\s", match[1]) if 1 < len(part) < 60)


def _called(reading: FactsheetReading, names: list[str], start: int, end: int) -> Iterator[str]:
    """ "the infrastructure, called eID-Gateway", "known as X", "formerly Y": other names of what the item is about."""
    for match in _ALSO.finditer(reading.text, start, min(end, start + 260)):
        name = match["name"].strip(" ,.‘’'\"")
        if len(name) > 2 and not _BARE.fullmatch(fold(name)) and classify(name)[0] not in ("bodies", "laws"):
            yield name


def _said_portal(reading: FactsheetReading, names: list[str], start: int, end: int) -> bool:
    """Whether a sentence calls the thing with these names a portal or website: "X is a portal for", "the X website provides"."""
    for name in names:
        at = reading.folded.find(fold(name), start, end) if len(name) > 2 else -1
        if at >= 0 and _IS_PORTAL.match(reading.folded, at + len(name), end) is not None:
            return True
    return False


def _said_effort(reading: FactsheetReading, names: list[str], item: OutlineItem) -> bool:
    """Whether the first sentence calls the thing a programme, project or campaign: "X is a pilot retraining programme"."""
    spans = reading.sentences(item)
    if not spans:
        return False
    start, end = spans[0]
    for name in names:
        at = reading.folded.find(fold(name), start, min(start + 40, end)) if len(name) > 2 else -1
        if at >= 0 and _IS_EFFORT.match(reading.folded, at + len(name), end) is not None:
            return True
    return False


def _said_system(reading: FactsheetReading, name: str, item: OutlineItem) -> bool:
    """Whether the first sentence says that the thing is a system: "The X Framework (XF) is a tool for"."""
    spans = reading.sentences(item)
    if not spans:
        return False
    start, end = spans[0]
    at = reading.folded.find(fold(name), start, min(start + 40 + len(name), end))
    return at >= 0 and _IS_SYSTEM.match(reading.folded, at + len(name), end) is not None


@cache
def _effort_heads() -> frozenset[str]:
    return frozenset(data("factsheets")["efforts"])


def _head(name: str) -> str:
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


@cache
def _system_heads() -> frozenset[str]:
    return frozenset(data("factsheets")["system_nouns"])


@cache
def _strong_heads() -> frozenset[str]:
    return frozenset(data("factsheets")["strong_nouns"])


@cache
def _of_union_by_key() -> dict[str, dict[str, Any]]:
    return {
        words_key(name): system for system in data("factsheets")["union_systems"] for name in system["names"]
    }


@cache
def _market_services() -> frozenset[str]:
    return frozenset(data("factsheets")["market_services"])


@cache
def _no_system_heads() -> frozenset[str]:
    return frozenset(data("factsheets")["not_systems"])


def _plural(name: str) -> bool:
    """Whether the head noun is a plural: "Regional Platforms", "Data Portals"."""
    stem = re.split(
        r"\s(?:of|for|on|to|in|with|between|kept|managed|held|run|provided)\s",
        re.sub(r"\([^)]*\)", "", fold(name)).strip(),
    )[0].split()
    if not stem or stem[-1] in ("services", "archives"):
        return False
    head = _head(name)
    return head != stem[-1] and stem[-1].endswith("s") and head in _system_heads()


_COLLECTIVE = re.compile(
    r"\b(?:of the|of|for the|for) (?:autonomous communities|municipalities|regions|regional|local|cities|provinces|communities|cantons|federal states)\b|\bplatform as a service\b|\bas a service\b"
)
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
_MATTERS = frozenset(["5G", "4G", "6G", "AI", "IoT", "HPC", "DLT", "VR", "AR", "PSI", "eID", "EU"])
_INVITES = re.compile(
    r"(?:set up|setting up|apply|start|starting|how to|moving) (?:an?|your|for|the|in|to)\b"
)
_NATIONAL_FOR = re.compile(r"\b(?:national|government) portal (?:for|on|to)\b")
_OF_COUNTRY = re.compile(r"\b(?:portal|website) of (?:the )?")
_TOKEN = re.compile(r"((?!e[A-Z])[A-Z]?[a-z]+[A-Z][\w-]*)[\s:]")
_SMALL = frozenset(["the", "of", "on", "for", "and", "in", "to", "a", "an", "s", "by", "as", "with", "from"])
_DOMAIN = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]+\.)+(?:[a-z]{2,3}|info|online|digital|europa|gouv|cloud)(?:/[\w./-]*)?"
)
_PROPER = re.compile(
    r"\b[a-z]{0,5}[A-Z][a-z]*[A-Z]\w*|\b\w+[@.]\w+|@\w|\b[A-Z]{3,}\b|\b[a-z]{1,3}[A-Z][a-z]+|\b[A-Z]\w*-[A-Z]\w*|\w*[0-9]\w*[A-Za-z]"
)
_E_WORD = re.compile(r"\be(?:ID(?:AS)?|[A-Z][a-z]+)s?\b")
_ELSEWHERE = re.compile(
    r"twitter\.com|linkedin\.com|facebook\.com|blind\.dk|joinup\.ec\.europa\.eu/collection/nifo"
)
_SITE_NAME = re.compile(
    r"(?<![\w@./-])(?:www\.)?((?:[A-Za-z0-9-]{2,40}\.){1,3}(?:[a-z]{2}|com|org|net|info|digital|online))(?![\w.@-]*\w)"
)
_SITE_TITLE = re.compile(rf"(?:^|[:–—-]\s){_SITE_NAME.pattern}(?=$|:|\s[–—-]|\s\()")
_SELF = re.compile(
    r"(?:the |this |its |new |national |official |online |following |dedicated |information )*(?:portal|website|web site|platform|system|site|application|app|here|service|network|register|registry|webpage|web page|page|link|web portal|tool|"
    r"catalogue|online|database|solution|project|web application|online portal|online platform|gateway|online system|eservice)s?"
)
_BARE = re.compile(
    r"(?:the |this |its |new |national |public |online |central |local |single |common |mobile |digital |web |eid |electronic |e-?government |old |previous |existing |current |former |paper |traditional |eservices? |government |information |"
    r"data |state |federal |regional |municipal |base |open |official |main |other |european |eu |and |it |ict |management |administrative |business |citizen |internet |application |payment |basic )*"
    r"(?:portals?|platforms?|systems?|registers?|registry|registries|networks?|apps?|applications?|databases?|catalogues?|gateways?|services?|websites?|nodes?|hubs?|infrastructures?|solutions?|ones?|version|cards?|tools?|documents?|forms?|"
    r"procedures?|cloud|wallets?|directory|repository|map|library)"
)
_NO_SYSTEM = re.compile(
    r"(?:other|regional|local|further|autonomous|subnational|municipal|additional|cross border|involvement in|participation in|eu|and)*(?: )?(?:(?:cross border )?infrastructures?|certification authorities|initiatives|projects|services|platforms|"
    r"autonomous communities|regions|municipalities|infrastructure|governments|applications|networks)"
)
_RUN_BY = re.compile(
    r"\b(?:managed|operated|run|developed|maintained|administered|provided|owned|hosted|coordinated|implemented|created|launched|offered|delivered|supervised|built|set up|designed|kept|established|introduced|published|produced|issued|overseen|made available) (?:jointly |and \w+ |centrally |currently |mainly )?by (?:the )?$|\b(?:the )?responsibility of (?:the )?$|\bbelongs? to (?:the )?$"
)
_RUNS = re.compile(
    r"\s?(?:\([^)]*\)\s?)?(?:,\s(?:which|that)\s)?(?:also |currently |now |then |jointly |successfully )?(?:has |have )?(?:been )?(?:,? as provider of|providing|is responsible for|is in charge of|is the authority in charge of|is implementing|manages|operates|maintains|runs|administers|hosts|is the operator|owns|developed|launched|introduced|established|provides|produces|offers|created|set up|built|deployed|makes available|made available|coordinates|publishes)\b"
)
_WHOSE = re.compile(r"(?:\s\([^)]*\))?\sof (?:the )?(?:[a-z]+ )?$")
_IS_PORTAL = re.compile(
    r"(?:\s\([^)]*\))?(?:\s(?:website|web site|web portal|portal)\b|,?\s(?:is|are|was launched as|serves as|acts as|functions as|works as)\s(?:an?|the|denmark's|our)\s(?:[\w'-]+\s){0,4}?(?:portal|website|web site|web page|webpage|one-stop[ -]shop|web-portal|point of single contact|online marketplace)\b)"
)
_IS_EFFORT = re.compile(
    r"(?:\s\([^)]*\))?,?\s(?:is|was|are)\s(?:an?|the|one of the)\s(?:[\w'-]+\s){0,5}?(?:programme|project|initiative|campaign|competition|course|award|challenge|scheme for|strategy|training|working group|task force|accelerator|forum|conference|community|survey|study)\b"
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
_SHORT = re.compile(r"(?<![\w-])[A-Z][\w-]{1,9}(?![\w-])")
_THE_SYSTEM = re.compile(
    r"\b(?:the|this|its) (?:\w+ )?(?:portal|platform|system|service|register|registry|network|website|application|app|database|solution|infrastructure|node|site)\b|^it\b"
)
_LAID_DOWN = re.compile(
    r"\b(?:based on|pursuant to|in accordance with|regulated by|established by|set up by|laid down in|under the|legal basis|provided for (?:by|in))\b"
)
_BRACKET = re.compile(r"\s?\(([^()]{2,80})\)")
_ALSO = re.compile(
    r"\b(?:called|known as|named|entitled|formerly|rebranded (?:to|as)|abbreviated as|also known as)\s(?:the\s|known as\s|called\s)?(?P<name>‘[^’]{2,50}’|“[^”]{2,50}”|[A-Z@][\w.@-]*(?:\s[A-Z][\w.-]*){0,4}|[a-z]{1,3}[A-Z][\w.-]+)"
)
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
_TECHNICAL = re.compile(
    r"(?:e?ids?|eservices?|egovernment|ict|it|ai|iot|hpc|dlt|gis|erp|crm|api|apis|xml|pki|cef|eu|saas|paas|iaas|gsm|sms|html5?|eidas|einvoicing|eprocurement|ehealth|edelivery|esignature|epayment|etendering|ecommerce|elearning|evoting|vpn|qr|nfc|once|sdg|ots|oots)(?:[ -].*)?"
)
_NAME = r"‘?(?:[A-Z@]|[a-z]{1,2}[A-Z])[\w.@’-]*(?:\s(?:[A-Z][\w.-]*|of|for|and(?=\s[A-Z]))){0,5}(?<!\sof)(?<!\sfor)(?<!\sand)"
_REPLACED = re.compile(
    rf"\b(?:[Rr]eplac(?:ed|es|ing)|[Ss]uccessor (?:to|of)|[Ss]upersed(?:ed|es|ing))\s(?!by)(?:the\s)?(?:former\s|old\s|previous\s|existing\s|earlier\s)?(?P<old>{_NAME})"
)
_REPLACED_BY = re.compile(
    rf"\b(?:replaced|superseded|succeeded)\s(?:in \d{{4}}\s|since \d{{4}}\s)?(?:by|with)\s(?:the\s)?(?:new\s)?(?P<new>{_NAME})"
)
