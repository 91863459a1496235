"""Laws and policies of a factsheet: the items of chapters 2 and 3, and the acts that prose names, one entry each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from kg.documents import Block
from kg.extraction.citations import Citation, plain_number
from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.factsheets.citing import (
    MONTHS,
    a_date,
    bracket_citation,
    bracket_names,
    citation_keys,
    cited_between,
    cited_name,
    dated_verb,
    full_form,
    kind_family,
    listed_end,
    names_behind,
    number_name,
    title_behind,
)
from kg.extraction.factsheets.reading import (
    FactsheetReading,
    Title,
    clean_title,
    coded_words,
    is_law_address,
    link_of,
    words,
)
from kg.extraction.factsheets.titles import name_key, named_by_year, section_topics, title_kind, undated
from kg.extraction.factsheets.union import UnionAct, act_of_address, union_mentions
from kg.extraction.gazetteer import Phrases, data
from kg.extraction.names import is_acronym
from kg.extraction.negation import is_planned
from kg.extraction.portals import key as url_key
from kg.questionnaire.outline import OutlineItem, says_nothing
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


@dataclass(slots=True, eq=False)
class InstrumentDraft:
    """An instrument as far as it is known; becomes `kg.records.model.Instrument`."""

    kind: str
    name: str
    title: str | None = None
    aliases: list[str] = field(default_factory=list)
    number: str | None = None
    year: int | None = None
    date: dt.date | None = None
    in_force: dt.date | None = None
    in_force_year: int | None = None
    start_year: int | None = None
    end_year: int | None = None
    country: str | None = None
    urls: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    technologies: list[str] = field(default_factory=list)
    relations: list[tuple[str, InstrumentDraft]] = field(default_factory=list)
    passages: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The articles and sections referred to, as (which of both, number), with the sections of the factsheet that do."""
    planned: bool = False
    headed: bool = False
    """Whether an item is about it, not only a sentence."""
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.title, *self.aliases) if name]

    @property
    def of_union(self) -> bool:
        return self.country == EUROPEAN_UNION


@dataclass(frozen=True, slots=True)
class Mention:
    """Where an instrument is named."""

    start: int
    end: int
    draft: InstrumentDraft


@dataclass(slots=True)
class Instruments:
    """All drafts, and for each item the instrument it is about and the mentions in its prose."""

    drafts: list[InstrumentDraft]
    own: dict[int, InstrumentDraft]
    mentions: dict[int, list[Mention]]
    leftover: list[OutlineItem]
    """Items of chapters 2 and 3 that name no instrument."""


def find_instruments(reading: FactsheetReading) -> Instruments:
    """The instruments of chapters 2 and 3, the acts named in chapters 2 to 5, and how they relate."""
    return _Finder(reading).found()


class _Finder:
    def __init__(self, reading: FactsheetReading) -> None:
        self._reading = reading
        self._drafts: list[InstrumentDraft] = []
        self._by_key: dict[tuple[str, ...], InstrumentDraft] = {}
        self._own: dict[int, InstrumentDraft] = {}
        self._mentions: dict[int, list[Mention]] = {}
        self._leftover: list[OutlineItem] = []
        self._union_topics: dict[int, list[str]] = {}
        self._same: list[tuple[InstrumentDraft, InstrumentDraft]] = []
        self._said_same: set[tuple[int, int]] = set()

    def found(self) -> Instruments:
        items = self._reading.items("communications", "legislation")
        for item in items:
            if item.title is None or self._is_empty(item):
                continue
            drafts = [
                draft
                for title in _titles(clean_title(item.title.text))
                if (draft := self._headed(item, title)) is not None
            ]
            if drafts:
                self._own[id(item)] = drafts[0]
            else:
                self._leftover.append(item)
        for item in [*items, *self._reading.items("infrastructure", "bodies")]:
            blocks = [*([item.title] if item.title else []), *item.blocks]
            self._mentions[id(item)] = [m for block in blocks for m in self._mentioned(item, block)]
        self._find_same(items)
        self._unite()
        for item in items:
            self._relate(item)
            self._in_force(item)
        self._settle()
        return Instruments(self._drafts, self._own, self._mentions, self._leftover)

    # -- two drafts of one instrument

    def _find_same(self, items: list[OutlineItem]) -> None:
        """Notes drafts that the text says are one: "the X Order, under Legal Notice 4 of 2019", "S.L. 601.03 (L.N. 352-2016)", equal titles."""
        text = self._reading.text
        for item in items:
            mentions = self._mentions[id(item)]
            for first, second in pairwise(mentions):
                between = text[first.end : second.start]
                one, other = first.draft, second.draft
                if one is other or one.of_union or other.of_union or len(between) > 160 or "\n" in between:
                    continue
                numbered = (
                    one.number is None
                    and other.number is not None
                    and _plain_number(text[second.start : second.end])
                )
                bracketed = text[second.end : second.end + 1] == ")"
                if _ALSO_CALLED.fullmatch(between) and kind_family(one.kind) == kind_family(other.kind):
                    self._same.append((one, other) if one.number or not other.number else (other, one))
                elif (bracketed and _ORIGINAL.fullmatch(between)) or (
                    numbered and _UNDER_NUMBER.fullmatch(between)
                ):
                    self._same.append((one, other))
                elif one.number is not None and other.number is None and _BROUGHT.fullmatch(between):
                    self._same.append((other, one))
                elif numbered and bracketed and between.endswith("(") and not re.search(r"[.;]\s", between):
                    self._same.append((one, other))
            self._in_other_words(item, mentions)
        self._same_titles()
        self._same_addresses()

    def _same_addresses(self) -> None:
        """Laws that one address leads to, when only one of them has a number: the citation and a name for it."""
        known: dict[str, InstrumentDraft] = {}
        for draft in sorted(self._drafts, key=lambda d: (d.number is None, not d.headed)):
            if draft.of_union or kind_family(draft.kind) == "policy" or not draft.urls:
                continue
            holder = known.setdefault(url_key(draft.urls[0]), draft)
            if (
                holder is not draft
                and draft.number is None
                and kind_family(holder.kind) == kind_family(draft.kind)
                and urlsplit(draft.urls[0]).path.strip("/")
            ):
                self._same.append((holder, draft))

    def _in_other_words(self, item: OutlineItem, mentions: list[Mention]) -> None:
        """A heading that gives a law its short name, where the first sentence has the official one with its address."""
        own, spans = self._own.get(id(item)), self._reading.sentences(item)
        if (
            own is None
            or own.of_union
            or own.number is not None
            or kind_family(own.kind) == "policy"
            or not spans
        ):
            return
        start, end = spans[0]
        said = self._reading.folded[start : item.end]
        if any(fold(name) in said for name in own.names):
            return
        first = next((m for m in mentions if start <= m.start < end and not m.draft.of_union), None)
        if (
            first is None
            or first.draft is own
            or kind_family(first.draft.kind) != kind_family(own.kind)
            or first.draft.headed
            or first.start - start > 60
            or _CHANGES.search(self._reading.folded, start, first.start)
            or not any(
                link.start < first.end and link.end > first.start
                for link in self._reading.links_between(first.start - 5, first.end)
            )
        ):
            return
        self._same.append((own, first.draft))

    def _same_titles(self) -> None:
        known: dict[str, InstrumentDraft] = {}
        for draft in sorted(self._drafts, key=lambda d: (d.number is None, not d.headed)):
            if draft.of_union or kind_family(draft.kind) == "policy":
                continue
            keys = {name_key(undated(n), self._reading.country) for n in draft.names if not _plain_number(n)}
            for key in keys:
                holder = known.setdefault(key, draft)
                # Two words ("law cybersecurity") tell one law when only one of the two has a number.
                if len(key.split()) < 2 or (
                    len(key.split()) < 3
                    and (holder.number is None or draft.number is not None or not draft.headed)
                ):
                    continue
                if holder is not draft and kind_family(holder.kind) == kind_family(draft.kind):
                    self._same.append((holder, draft))

    def _unite(self) -> None:
        """Makes each noted pair one draft, unless their numbers or years say that they are two."""
        into: dict[int, InstrumentDraft] = {}

        def final(draft: InstrumentDraft) -> InstrumentDraft:
            while id(draft) in into:
                draft = into[id(draft)]
            return draft

        for first, second in self._same:
            one, other = final(first), final(second)
            if one is other:
                continue
            if (id(first), id(second)) in self._said_same and other.number is None and one.year:
                # The year of the short name was that of some sentence about it.
                other.year = other.date = None
            if not _compatible(one, other):
                continue
            _absorb(one, other)
            into[id(other)] = one
            self._drafts.remove(other)
        if not into:
            return
        for key, draft in list(self._by_key.items()):
            self._by_key[key] = final(draft)
        for key_, draft in list(self._own.items()):
            self._own[key_] = final(draft)
        for key_, mentions in list(self._mentions.items()):
            self._mentions[key_] = [Mention(m.start, m.end, final(m.draft)) for m in mentions]

    def _settle(self) -> None:
        """Takes back what cannot be: a year after the factsheet, an act on what came after it, a relation both ways."""
        for draft in self._drafts:
            if not draft.of_union and draft.year is not None and draft.year > self._reading.edition:
                draft.year = draft.date = None
        for draft in self._drafts:
            draft.relations = [
                (kind, target) for kind, target in draft.relations if _in_order(kind, draft, target)
            ]
        for draft in self._drafts:
            draft.relations = [
                (kind, target) for kind, target in draft.relations if (kind, draft) not in target.relations
            ]

    def _is_empty(self, item: OutlineItem) -> bool:
        return all(says_nothing(block.text, self._reading.outline) for block in item.blocks) and bool(
            item.blocks
        )

    # -- what a heading names

    def _headed(self, item: OutlineItem, title: Title) -> InstrumentDraft | None:
        assert item.title is not None
        reading, block = self._reading, item.title
        union = self._headed_union(item, title)
        if union is not None:
            return union
        cited = [
            c for c in cited_between(reading.text, reading.folded, block.position.start, block.position.end)
            if not self._is_union(c) and (c.number or c.date)
        ]  # fmt: skip
        own = cited[0] if cited else None
        kind = title_kind(title.name) or named_by_year(title.name)
        if kind is None and own is None:
            # "Access to Public Information (Access Rights Act)": the name stands in the brackets.
            named = next(
                (a for a in title.aliases if title.name not in a and title_kind(a) is not None), None
            )
            if named is not None:
                title, kind = Title(named, (title.name,), title.years), title_kind(named)
        if (
            kind is None
            and item.section.chapter == "2"
            and (len(title.years) == 2 or _PERIOD.search(title.name))
        ):
            # A title with a period and no noun of something else is that of a plan.
            kind = None if words("not_instruments").search(fold(title.name)) else "plan"
        sentences = reading.sentences(item)
        if own is None and kind is None:
            kind = self._said_kind(title, sentences)
        if kind is None and own is None:
            return None
        if own is None and kind is not None:
            own = self._own_citation(title, kind, sentences)
        if (
            own is None
            and fold(title.name).endswith("regulations")
            and not any(title.name in b.text for b in item.blocks)
        ):
            # Regulations on a matter, of which prose names none by that title.
            return None
        draft = self._draft_of(title, own, kind)
        self._complete(draft, item, title)
        self._dates(draft, title, sentences)
        return draft

    def _headed_union(self, item: OutlineItem, title: Title) -> InstrumentDraft | None:
        """An act of the Union, when the heading cites one as its subject or is its well-known name."""
        assert item.title is not None
        reading, block = self._reading, item.title
        start, end = block.position.start, block.position.end
        mentions = union_mentions(reading.text, reading.folded, start, end)
        act: UnionAct | None = None
        if (
            mentions
            and mentions[0].start - start < 12
            and (mentions[0].by_number or mentions[0].end >= end - 25)
        ):
            act = mentions[0].act
        if act is None and title_kind(title.name) in ("directive", "regulation"):
            act = self._linked_act(title_kind(title.name) or "", start, end)
        if act is None:
            return None
        draft = self._union(act)
        self._complete(draft, item, title)
        if mentions and mentions[0].by_number and len(title.name) < 160:
            _add_alias(draft, title.name)
        for alias in title.aliases:
            if len(alias) < 80 and fold(alias) not in _TREATIES:
                _add_alias(draft, alias)
        self._index(draft)
        return draft

    def _said_kind(self, title: Title, sentences: list[tuple[int, int]]) -> str | None:
        """The kind that the first sentences give a thing whose title has no noun of its own: "X is the national plan for …"."""
        if words("not_instruments").search(fold(title.name)):
            return None
        folded = self._reading.folded
        known = [w for w in words_key(title.name).split() if len(w) > 3]
        for start, end in sentences[:2]:
            for name in (title.name, *title.aliases):
                said = re.compile(
                    rf"{re.escape(fold(name))}[^.]{{0,40}}?\b(?:is|was|are|constitutes)\b"
                ).search(folded, start, end)
                if said is not None:
                    kind = coded_words("said_of").first(folded, said.end() - 1, min(said.end() + 60, end))
                    if kind:
                        return kind
            for at, stop, kind in coded_words("said_of").places(folded, start, end):
                near = folded[max(start, at - 45) : min(end, stop + 45)]
                if known and sum(w in near for w in known) >= max(2, len(known)):
                    return kind
        return None

    def _own_citation(self, title: Title, kind: str, sentences: list[tuple[int, int]]) -> Citation | None:
        """The number and date of the instrument in a heading, from the sentence that cites it."""
        reading = self._reading
        wanted = {w for w in words_key(title.name).split() if len(w) > 3} - _WEAK
        for index, (start, end) in enumerate(sentences[:4]):
            named = _find_name(reading.folded, title, start, end)
            if named is not None:
                bracket = bracket_citation(reading.text, reading.folded, named, end, kind)
                if bracket is not None:
                    return bracket
            for cited in cited_between(reading.text, reading.folded, start, end):
                if not cited.marked or self._is_union(cited) or (cited.number is None and cited.date is None):
                    continue
                if (
                    kind_family(cited.kind) != kind_family(kind)
                    and "other" not in (cited.kind, kind)
                    and kind_family(kind) != "regulation"
                ):
                    continue
                before = reading.folded[max(start, cited.start - 70) : cited.start]
                if _CHANGES.search(before) or _INSIDE.search(before):
                    continue
                behind = title_behind(reading.text, cited, end)
                follows = set(words_key(behind or "").split())
                if len(wanted & follows) * 2 > len(wanted) or (
                    index == 0 and (behind is None or wanted & follows)
                ):
                    return cited
        return None

    def _is_union(self, cited: Citation) -> bool:
        reading = self._reading
        stop = min(cited.end + 8, len(reading.text))
        return cited.kind == "directive" or any(
            m.by_number for m in union_mentions(reading.text, reading.folded, cited.start, stop)
        )

    def _draft_of(self, title: Title, own: Citation | None, kind: str | None) -> InstrumentDraft:
        """The draft of that citation or name, made on first use."""
        if own is not None:
            kind = own.kind if own.kind != "other" or kind is None else kind
        assert kind is not None
        known = self._known(own, title.name)
        if known is None:
            known = self._new(kind, title.name)
        if known.kind == "other":
            known.kind = kind
        if own is not None:
            _take_citation(known, own)
        stated = cited_name(own, self._reading.text) if own is not None and own.number else None
        if stated and words_key(stated) != words_key(title.name):
            if known.title is None:
                known.title = title.name
            elif words_key(known.title) != words_key(title.name):
                _add_alias(known, title.name)
            if words_key(known.name) == words_key(title.name):
                known.name = stated
        elif words_key(title.name) not in {words_key(n) for n in known.names}:
            if known.title is None:
                known.title = title.name
            else:
                _add_alias(known, title.name)
        for alias in title.aliases:
            _add_alias(known, alias)
        self._index(known)
        return known

    def _complete(self, draft: InstrumentDraft, item: OutlineItem, title: Title) -> None:
        """What the section and the links of an item say of its instrument."""
        reading, block = self._reading, item.title
        assert block is not None
        draft.headed = True
        confidence: Confidence = "high" if item.certain else "medium"
        why = "named by a heading" if item.certain else "named by a line that looks like a heading"
        draft.evidence.seen(
            reading, item.section.number, block.position.start, block.position.end, confidence, why
        )
        draft.topics += [topic for topic in section_topics(item, title.name) if topic not in draft.topics]
        draft.technologies += [t for t in item.section.technologies if t not in draft.technologies]
        url = link_of(reading, [title.name, *title.aliases, draft.name, *draft.aliases], item.start, item.end)
        if draft.of_union:
            # News on an act of the Union and national laws under its heading are no address of the act.
            url = url if url is not None and is_law_address(url) else None
        else:
            url = url or self._own_link(item, title)
        if url is not None and url not in draft.urls:
            draft.urls.append(url)
        if _DRAFT.search(fold(title.name)):
            draft.planned = True
        if draft.start_year is None and not draft.of_union:
            draft.start_year, draft.end_year = period_of(title.name)
            if draft.start_year is None and len(title.years) == 2 and title.years[0] <= title.years[1]:
                draft.start_year, draft.end_year = title.years

    def _own_link(self, item: OutlineItem, title: Title) -> str | None:
        """The link on a word for the instrument itself, or the only address of an item."""
        reading = self._reading
        links = [
            link
            for link in reading.links_between(item.start, item.end)
            if "eur-lex" not in link.url and not _ELSEWHERE.search(link.url)
        ]
        for link in links:
            if _SELF.fullmatch(fold(link.text).strip()):
                return link.url
        kind = title_kind(title.name)
        for link in links:
            if (
                kind is not None
                and title_kind(link.text) == kind
                and len(link.text.split()) <= 6
                and link.start < item.blocks[0].position.end
            ):
                return link.url
        first = item.blocks[0] if item.blocks else None
        if (
            first is not None
            and len({link.url for link in links}) == 1
            and links[0].start < first.position.end
        ):
            return links[0].url
        return None

    def _dates(self, draft: InstrumentDraft, title: Title, sentences: list[tuple[int, int]]) -> None:
        """Adoption and entry into force, from the sentences that speak of the instrument."""
        reading = self._reading
        short = [w for w in words_key(title.name).split() if len(w) > 3]
        for index, (start, end) in enumerate(sentences[:6]):
            key = reading.folded[start:end]
            speaks = (
                index == 0
                or sum(w in key for w in short) * 2 >= max(len(short), 1)
                or _ITSELF.match(key) is not None
            )
            if not speaks:
                continue
            if (
                draft.date is None
                and draft.year is None
                and not is_planned(reading.folded, start, start + 1, start, end)
            ):
                found = dated_verb(reading.folded, words("adopted"), start, end)
                if found is not None:
                    draft.date, draft.year = found
        if draft.date is None and draft.year is None and sentences:
            start, end = sentences[0]
            in_force = any(words("in_force").search(reading.folded, a, b) for a, b in sentences[:6])
            if not in_force and _IN_DRAFT.search(reading.folded, start, min(start + 140, end)):
                draft.planned = True

    # -- what prose names

    def _mentioned(self, item: OutlineItem, block: Block) -> Iterator[Mention]:
        reading = self._reading
        start, end = block.position.start, block.position.end
        found: list[Mention] = []
        for union in union_mentions(reading.text, reading.folded, start, end):
            draft = self._union(union.act)
            why = "an act of the Union cited by " + ("number" if union.by_number else "name")
            self._saw(draft, item, union.start, union.end, "high" if union.by_number else "medium", why)
            self._link(draft, union.start, union.end)
            found.append(Mention(union.start, union.end, draft))
        found += self._union_policies(item, start, end)
        if block is not item.title:
            found += self._national(item, start, end, [(m.start, m.end) for m in found])
        elif (own := self._own.get(id(item))) is not None and not own.of_union:
            found += self._in_title(item, own, start, end)
        for mention in found:
            self._passages(item, mention, start)
        yield from sorted(found, key=lambda m: m.start)

    def _passages(self, item: OutlineItem, mention: Mention, start: int) -> None:
        """The articles or sections that stand before an instrument: "Articles 16, 16a and 18 of the"."""
        before = _PASSAGES.search(self._reading.folded, max(start, mention.start - 90), mention.start)
        if before is None:
            return
        kind = "section" if before["noun"].startswith("section") else "article"
        for number in _PASSAGE.finditer(before["numbers"]):
            first, last = number["first"], number["last"]
            stated = f"{first}-{last}" if last else first
            q = mention.draft.passages.setdefault((kind, stated), [])
            if item.section.number not in q:
                q.append(item.section.number)

    def _union_policies(self, item: OutlineItem, start: int, end: int) -> Iterator[Mention]:
        """Frameworks of the Union that have no number."""
        if item.section.chapter not in ("2", "3"):
            return
        for policy in data("factsheets")["union_policies"]:
            at = self._reading.text.find(policy["name"], start, end)
            if at < 0:
                continue
            key = ("name", name_key(policy["name"], self._reading.country))
            draft = self._by_key.get(key)
            if draft is None:
                draft = self._new(policy["kind"], policy["name"])
                draft.country = EUROPEAN_UNION
                draft.aliases = list(policy["aliases"])
                self._by_key[key] = draft
            stop = at + len(policy["name"])
            self._saw(draft, item, at, stop, "medium", "a framework of the Union named in running text")
            self._link(draft, at, stop)
            yield Mention(at, stop, draft)

    def _in_title(self, item: OutlineItem, own: InstrumentDraft, start: int, end: int) -> list[Mention]:
        """ "Act Amending the Law on Reuse": the law that a heading names besides its own."""
        reading = self._reading
        match = _AMENDING.search(reading.text, start, end)
        if match is None:
            return []
        name = clean_title(reading.text[match.end() : end]).name
        kind = title_kind(name)
        if kind is None or len(words_key(name).split()) < 2 or _GENERIC.fullmatch(fold(name)):
            return []
        draft = self._known_name(name) or self._new(kind, name)
        if draft is own:
            return []
        self._index(draft)
        self._saw(draft, item, match.end(), end, "medium", "named in a heading as amended")
        return [Mention(match.end(), end, draft)]

    def _national(
        self, item: OutlineItem, start: int, end: int, taken: list[tuple[int, int]]
    ) -> Iterator[Mention]:
        reading = self._reading
        cited_here = [
            c for c in cited_between(reading.text, reading.folded, start, end)
            if (c.number or c.date) and (c.marked or reading.text[c.start].isupper()) and c.kind != "directive"
            and not _NO_LAW.match(reading.folded, c.start, end) and not _FOREIGN.search(reading.folded, max(start, c.start - 40), c.start)
        ]  # fmt: skip
        for cited in cited_here:
            # "S.L. 380.04: Rules on X", "Legal Notice 93 of 2018 entitled X": number and title are of one instrument.
            stop = listed_end(reading.text, cited, end)
            if stop is None or _overlaps(cited.start, stop, taken):
                continue
            draft = self._cited(cited, end)
            self._saw(draft, item, cited.start, stop, "medium", "cited in running text with its title")
            self._link(draft, cited.start, stop)
            taken.append((cited.start, stop))
            yield Mention(cited.start, stop, draft)
        plain = [c for c in cited_here if _is_plain(reading.text[c.start : c.end], c)]
        for first, last in _law_names(reading, start, end):
            tail: Citation | None = None
            for cited in plain:
                if cited.start - first < 4 and cited.end > first:
                    first = last
                elif first < cited.start < last:
                    if _ends_name(reading.text, first, last, cited, reading.country):
                        tail = cited
                    else:
                        last = cited.start
            last -= len(reading.text[first:last]) - len(reading.text[first:last].rstrip(" (,:;–-"))
            if last - first < 5 or _overlaps(first, last, taken):
                continue
            mention = self._named(item, first, last, end, tail)
            if mention is not None:
                taken.append((mention.start, mention.end))
                yield mention
        for cited in cited_here:
            if _overlaps(cited.start, cited.end, taken):
                continue
            draft = self._cited(cited, end)
            self._saw(draft, item, cited.start, cited.end, "medium", "cited in running text")
            self._link(draft, cited.start, cited.end)
            taken.append((cited.start, cited.end))
            yield Mention(cited.start, cited.end, draft)

    def _named(
        self, item: OutlineItem, start: int, stop: int, end: int, cited: Citation | None = None
    ) -> Mention | None:
        """A law or plan that prose names, known already or new, with the number behind it or the citation whose noun ends it."""
        reading = self._reading
        fronted = _YEAR_FIRST.search(reading.text, max(0, start - 10), start)
        if fronted is not None and kind_family(title_kind(reading.text[start:stop]) or "policy") != "policy":
            # "the 2020 Budget Law": each year has one.
            start = fronted.start("year")
        dated = _DATED.search(reading.text, start, stop)
        if dated is not None and dated.start() - start > 5:
            stop = dated.start()
        version = _VERSION.match(reading.text, stop, end)
        if version is not None:
            stop = version.end()
        text = " ".join(reading.text[start:stop].split())
        kind = title_kind(_VERSION.sub("", text)) or named_by_year(text)
        tail = cited or bracket_citation(reading.text, reading.folded, stop, end, kind or "act")
        names, after = bracket_names(reading.text, stop, end) if tail is None else ([], tail.end)
        known = self._known(tail, text) or self._in_short(
            item, text, kind, early=bool(item.blocks) and start < item.blocks[0].position.end
        )
        if known is None:
            if kind is None or not _is_proper(text, kind) or len(name_key(text, reading.country).split()) < 2:
                return None
            linked = any(
                link.start < stop and link.end > start
                for link in reading.links_between(max(0, start - 5), stop)
            )
            act = self._linked_act(kind, start, stop)
            if act is not None:
                draft = self._union(act)
                self._saw(draft, item, start, stop, "medium", "an act of the Union named with its address")
                self._link(draft, start, stop)
                return Mention(start, stop, draft)
            if text[:1] == "e" and len(text.split()) == 2 and not linked:
                # "eCommerce Act" is how prose calls an act for short.
                return None
            told_apart = len(text.split()) > 3 or _PERIOD.search(text) or _YEAR_END.search(text)
            if (
                kind_family(kind) == "policy"
                and not (linked and item.section.chapter in ("2", "3"))
                and not (told_apart and _PLAN.search(fold(text)))
                and not (
                    item.section.chapter in ("2", "3")
                    and _PLAN.search(fold(text))
                    and _RELATED.search(reading.folded, max(0, start - 70), start)
                )
            ):
                return None
            if (
                _CUT_OFF.search(text)
                or _FOREIGN_NAME.search(fold(text))
                or _FOREIGN.search(reading.folded, max(0, start - 30), start)
            ):
                return None
            known = self._new(kind, text)
            known.year = (
                int(fronted["year"]) if fronted is not None and start == fronted.start("year") else None
            )
        named = self._known_name(text) if tail is not None and tail.number else None
        if named is not None and named is not known and not named.of_union and not known.of_union:
            self._same.append((named, known))
        if tail is not None and not known.of_union and (known.number is None or known.date is None):
            _take_citation(known, tail)
        if words_key(text) not in {words_key(n) for n in known.names} and not known.of_union:
            if known.title is None and known.number is not None:
                known.title = text
            else:
                _add_alias(known, text)
        if tail is not None and tail.number is None and tail.date is None:
            _add_alias(known, f"{text} of {tail.year}")
        for name in names:
            if title_kind(name) is not None or is_acronym(name) or len(name.split()) == 1:
                _add_alias(known, name)
        self._index(known)
        self._saw(known, item, start, max(stop, after), "medium", "named in running text")
        self._link(known, start, max(stop, after))
        if not known.headed and known.date is None and known.year is None:
            named_year = _YEAR_END.search(text) if kind_family(known.kind) != "policy" else None
            found = dated_verb(reading.folded, words("adopted"), after, min(after + 60, end))
            if found is None and not known.of_union:
                found = self._adopted_before(start)
            if named_year is not None:
                known.year = int(named_year[1])
            elif found is not None:
                known.date, known.year = found
        return Mention(start, max(stop, after), known)

    def _adopted_before(self, at: int) -> tuple[dt.date | None, int] | None:
        """The date of a sentence that says before a name that it was adopted: "On 15 December 2020 the Government adopted the"."""
        folded = self._reading.folded
        verb = _ADOPTS.search(folded, max(0, at - 60), at)
        if verb is None:
            return None
        start = max(folded.rfind(". ", 0, at), folded.rfind("\n", 0, at)) + 1
        when = _ON_DATE.search(folded, start, verb.start())
        return a_date(folded, when.start(), when.end()) if when is not None else None

    def _linked_act(self, kind: str, start: int, stop: int) -> UnionAct | None:
        """The act of the Union that a directive or regulation named in prose is linked to."""
        if kind not in ("directive", "regulation", "act"):
            return None
        for link in self._reading.links_between(max(0, start - 12), stop):
            act = act_of_address(link.url) if link.end > start else None
            # "Cybersecurity Act" is how regulations are called; the address tells whose it is.
            if act is not None and kind in (act.kind, "act"):
                return act
        return None

    def _in_short(
        self, item: OutlineItem, text: str, kind: str | None, *, early: bool
    ) -> InstrumentDraft | None:
        """The instrument that the item is about, called by a part of its name or, `early` in the item, by a longer one."""
        own = self._own.get(id(item))
        if own is None or own.of_union or kind is None or kind_family(kind) != kind_family(own.kind):
            return None
        said = set(name_key(undated(text), self._reading.country).split()) - {"national", "new"}
        if _of_other_years(text, own):
            return None
        for name in own.names:
            whole = set(name_key(undated(name), self._reading.country).split()) - {"national", "new"}
            if len(said) > 1 and (
                said <= whole or (len(whole) > 2 and fold(text).startswith(fold(undated(name))))
            ):
                return own
            stems, wanted = {w[:5] for w in said - _NOUNS}, {w[:5] for w in whole - _NOUNS}
            other = _OTHER_ACT.search(fold(text)) is not None
            if early and own.number is None and len(wanted) > 1 and wanted <= stems and not other:
                return own
        return None

    def _new(self, kind: str, name: str) -> InstrumentDraft:
        draft = InstrumentDraft(kind, name)
        draft.start_year, draft.end_year = period_of(name)
        self._drafts.append(draft)
        return draft

    def _cited(self, cited: Citation, end: int) -> InstrumentDraft:
        reading = self._reading
        draft = self._known(cited, None)
        title = title_behind(reading.text, cited, end)
        if draft is None and title is not None:
            draft = self._known_name(title)
            if draft is not None and (
                draft.of_union
                or (
                    draft.number and cited.number and plain_number(draft.number) != plain_number(cited.number)
                )
            ):
                draft = None
        if draft is None:
            draft = self._new(cited.kind, cited_name(cited, reading.text) or title or number_name(cited))
        _take_citation(draft, cited)
        if title is not None and cited.number is None and not draft.headed:
            # "Regulation of the Minister of Health of 17 December 2019 on …": the date belongs to the long form.
            whole = f"{draft.name} {title.partition(' ')[2]}"
            if draft.title is None and " of the " in draft.name:
                draft.title = whole
                _add_alias(draft, title)
                title = None
            else:
                _add_alias(draft, whole)
        elif (
            title is not None
            and not draft.headed
            and (full := full_form(reading.text, cited, end)) is not None
        ):
            _add_alias(draft, full)
        if title is not None and words_key(title) not in {words_key(n) for n in draft.names}:
            if draft.title is None:
                draft.title = title
            elif not draft.headed:
                _add_alias(draft, title)
        for name in names_behind(reading.text, cited, end):
            if title_kind(name) is not None or is_acronym(name):
                known = self._known_name(name)
                if known is not None and known is not draft:
                    self._same.append((draft, known))
                    self._said_same.add((id(draft), id(known)))
                _add_alias(draft, name)
        self._index(draft)
        return draft

    def _link(self, draft: InstrumentDraft, start: int, end: int) -> None:
        """The address that a mention leads to."""
        if draft.urls:
            return
        for link in self._reading.links_between(max(0, start - 12), end):
            if link.end > start and not _ELSEWHERE.search(link.url):
                if draft.of_union or act_of_address(link.url) is None:
                    draft.urls.append(link.url)
                return

    def _saw(
        self,
        draft: InstrumentDraft,
        item: OutlineItem,
        start: int,
        end: int,
        confidence: Confidence,
        why: str,
    ) -> None:
        if not draft.evidence.q and item.section.chapter in ("2", "3"):
            heading = clean_title(item.title.text).name if item.title else ""
            draft.topics = section_topics(item, f"{heading} {draft.name} {draft.title or ''}")
            if not draft.topics and draft.of_union:
                # Under a heading on no topic, an act of the Union has its own.
                topics = self._union_topics.get(id(draft), [])
                draft.topics = (
                    ["digital-identity", "trust-services"] if "digital-signature" in topics else topics
                )
            if kind_family(draft.kind) == "policy":
                draft.technologies = list(item.section.technologies)
        draft.evidence.seen(self._reading, item.section.number, start, end, confidence, why)

    # -- relations

    def _relate(self, item: OutlineItem) -> None:
        reading = self._reading
        own = self._own.get(id(item))
        mentions = self._mentions[id(item)]
        spans = reading.sentences(item)
        if item.title is not None:
            spans = [(item.title.position.start, item.title.position.end), *spans]
        for start, end in spans:
            here = [m for m in mentions if start <= m.start < end]
            here = sorted([*here, *self._abbreviated(start, end, here)], key=lambda m: m.start)
            span_is_title = item.title is not None and start == item.title.position.start
            verbs = [
                (k, v)
                for k, v in _verbs(reading.folded, start, end)
                if not any(m.start < v.start() < m.end and m.draft.of_union for m in here)
            ]
            if reading.country == EUROPEAN_UNION:
                # Its acts are adapted to one another; nothing is brought into line with them from outside.
                verbs = [(k, v) for k, v in verbs if k not in ("adapts", "complies")]
            here, verbs = self._without_titles(here, verbs, own)
            objects: set[int] = set()
            was_passive = False
            for index, (kind, verb) in enumerate(verbs):
                stop = verbs[index + 1][1].start() if index + 1 < len(verbs) else end
                right = [m for m in here if verb.end() <= m.start < max(stop, verb.end() + 1)]
                if right and right[0].start - verb.end() > 140:
                    right = []
                left = [m for m in here if m.end <= verb.start()]
                agent = _PASSIVE.match(reading.folded, verb.end(), end)
                # "X amended the Y by changing Z" is no passive: what stands before "by" is the object.
                passive = agent is not None and not any(m.start < agent.end() - 4 for m in right)
                # "X was repealed by Y and replaced by Z": what the first verb is done to is the subject of both.
                going_on = (passive and was_passive) or _AND_DOING.search(
                    reading.folded, start, verb.end() + 3
                ) is not None
                was_passive = passive
                if not going_on and not _WHICH.search(
                    reading.folded, max(start, verb.start() - 30), verb.start()
                ):
                    left = [m for m in left if id(m.draft) not in objects]
                if span_is_title and own is not None:
                    left = []
                if not right and left and own is not None and _THE_LAW.match(reading.folded, verb.end(), end):
                    right = [Mention(verb.end(), verb.end(), own)]
                if verb[0].startswith("under") and (not right or right[0].start - verb.end() > 5):
                    continue
                if kind in ("amends", "repeals", "replaces") and _FUTURE.search(
                    reading.folded, max(start, verb.start() - 24), verb.start()
                ):
                    continue
                paired = self._respectively(kind, left, right, verb.start(), end)
                if paired:
                    objects |= paired
                    continue
                objects |= {id(target) for _, target in self._relation(kind, left, right, own, passive)}

    def _without_titles(
        self,
        here: list[Mention],
        verbs: list[tuple[str, re.Match[str]]],
        own: InstrumentDraft | None,
    ) -> tuple[list[Mention], list[tuple[str, re.Match[str]]]]:
        """A sentence without what stands in the titles of acts of the Union: "Directive 2014/25/EU on X and repealing Directive 2004/17/EC".

        What an act of the Union repeals is noted; the national act of the sentence has nothing to do with it.
        """
        folded = self._reading.folded
        kept = []
        for kind, verb in verbs:
            before = [m for m in here if m.end <= verb.start()]
            after = next((m for m in here if m.start >= verb.end()), None)
            titled = (
                before
                and after is not None
                and before[-1].draft.of_union
                and after.draft.of_union
                and _AND_DOING.search(folded, before[-1].end, verb.end() + 3) is not None
                and after.start - verb.end() < 30
                and not (own is not None and own.of_union)
            )
            if not titled or after is None:
                kept.append((kind, verb))
                continue
            relation = relation_kind(kind, before[-1].draft, after.draft)
            if relation and (relation, after.draft) not in before[-1].draft.relations:
                before[-1].draft.relations.append((relation, after.draft))
            here = [m for m in here if m is not after]
        return here, kept

    def _respectively(
        self, kind: str, left: list[Mention], right: list[Mention], verb: int, end: int
    ) -> set[int]:
        """ "A, B and C transposing X, Y and Z respectively": each with its own; the ids of what is related to."""
        if len(left) < 2 or len(left) != len(right) or "respectively" not in self._reading.folded[verb:end]:
            return set()
        for subject, target in zip(left, right, strict=True):
            relation = relation_kind(kind, subject.draft, target.draft)
            if relation and (relation, target.draft) not in subject.draft.relations:
                subject.draft.relations.append((relation, target.draft))
        return {id(m.draft) for m in right}

    def _in_force(self, item: OutlineItem) -> None:
        """Entry into force: of the instrument named last before the verb, or of that of the item where the sentence speaks of it."""
        reading, own = self._reading, self._own.get(id(item))
        for index, (start, end) in enumerate(reading.sentences(item)[:12]):
            here = [m for m in self._mentions[id(item)] if start <= m.start < end]
            for verb in words("in_force").finditer(reading.folded, start, end):
                before = [m for m in here if m.end <= verb.start()]
                draft = before[-1].draft if before and verb.start() - before[-1].end < 90 else None
                if draft is None or _OF_ANOTHER.search(
                    reading.folded, max(start, verb.start() - 90), verb.start()
                ):
                    itself = _ITSELF.match(reading.folded, start, end) is not None or (
                        index == 0 and not before
                    )
                    draft = (
                        own
                        if itself and not _OF_ANOTHER.search(reading.folded, start, verb.start())
                        else None
                    )
                if draft is None or draft.in_force is not None or draft.in_force_year is not None:
                    continue
                after = a_date(reading.folded, verb.end(), min(verb.end() + 45, end))
                first = before[-1].start if before else verb.start()
                lead = _ON_DATE.search(reading.folded, start, first)
                found = after or (
                    a_date(reading.folded, lead.start(), lead.end()) if lead is not None else None
                )
                if found is not None and (draft.year is None or found[1] >= draft.year):
                    draft.in_force, draft.in_force_year = (found[0], None) if found[0] else (None, found[1])

    def _abbreviated(self, start: int, end: int, here: list[Mention]) -> list[Mention]:
        """Instruments that a sentence names by an abbreviation known from elsewhere: "Law No. 414 amended the TVTG"."""
        found = []
        for draft in self._drafts:
            for name in draft.aliases:
                if len(name) < 3 or " " in name or not is_acronym(name):
                    continue
                at = self._reading.text.find(name, start, end)
                whole = (
                    at >= 0
                    and not self._reading.text[at - 1 : at].isalnum()
                    and not self._reading.text[at + len(name) : at + len(name) + 1].isalnum()
                )
                if whole and not any(m.start <= at < m.end for m in here):
                    found.append(Mention(at, at + len(name), draft))
        return found

    def _relation(
        self, kind: str, left: list[Mention], right: list[Mention], own: InstrumentDraft | None, passive: bool
    ) -> list[tuple[InstrumentDraft, InstrumentDraft]]:
        """The pairs that a verb relates, from what stands on its two sides; the instrument of the item fills in."""
        pairs: list[tuple[InstrumentDraft, InstrumentDraft]] = []
        if kind == "converts":
            # "Decree No. 36/2022, converted into Law No. 79/2022": the law stands on the decree.
            pairs = [(right[0].draft, left[-1].draft)] if left and right else []
        elif passive and kind == "implements" and own is not None and any(m.draft is own for m in left):
            pairs = [(m.draft, own) for m in right[:1]]
        elif passive:
            targets = [left[-1].draft] if left else [own] if own else []
            if (
                len(left) > 1
                and left[-2].draft.of_union == left[-1].draft.of_union
                and left[-1].start - left[-2].end < 12
            ):
                targets.append(left[-2].draft)
            agents = [m.draft for m in right[:1]] or ([own] if own is not None and own not in targets else [])
            pairs = [(agent, target) for agent in agents for target in targets]
        elif right:
            chained = right[:1]
            for mention in right[1:]:
                if (
                    mention.draft.of_union == chained[-1].draft.of_union or kind in ("adapts", "complies")
                ) and mention.start - chained[-1].end < (
                    400 if _ENUMERATED.search(self._reading.text, chained[-1].end, mention.start) else 150
                ):
                    chained.append(mention)
            for target in (m.draft for m in chained):
                candidates = [m.draft for m in reversed(left)] + ([own] if own is not None else [])
                subject = next(
                    (c for c in candidates if c is not target and relation_kind(kind, c, target)), None
                )
                if subject is None and right[0].draft is target and not left:
                    # "To implement Directive X, the country adopted the Act on Y": the subject follows.
                    subject = next((m.draft for m in right[1:] if relation_kind(kind, m.draft, target)), None)
                if subject is not None:
                    pairs.append((subject, target))
        for subject, target in pairs:
            relation = relation_kind(kind, subject, target)
            if relation and target is not subject and (relation, target) not in subject.relations:
                subject.relations.append((relation, target))
        return pairs

    # -- one entry per instrument

    def _union(self, act: UnionAct) -> InstrumentDraft:
        key = (EUROPEAN_UNION, act.kind, str(act.year), act.number)
        draft = self._by_key.get(key)
        if draft is None:
            draft = InstrumentDraft(
                act.kind, act.name, act.title, list(act.aliases), act.number, act.year,
                country=EUROPEAN_UNION, date=dt.date.fromisoformat(act.date) if act.date else None,
            )  # fmt: skip
            self._drafts.append(draft)
            self._by_key[key] = draft
            self._union_topics[id(draft)] = list(act.topics)
            self._index(draft)
        return draft

    def _known(self, cited: Citation | None, name: str | None) -> InstrumentDraft | None:
        """The draft with that citation, else with that name and no other number or date."""
        if cited is not None:
            for key in citation_keys(cited.kind, cited.number, cited.year, cited.date):
                if key in self._by_key:
                    return self._by_key[key]
            if cited.number and cited.year is None and cited.number.isdigit() and len(cited.number) > 1:
                # "Section 2 of Executive Order No. 1572": the year was given where it was cited first.
                same = [
                    d for d in self._drafts
                    if d.number and not d.of_union and plain_number(d.number) == plain_number(cited.number)
                    and kind_family(d.kind) in (kind_family(cited.kind), "other")
                ]  # fmt: skip
                if len(same) == 1:
                    return same[0]
        draft = self._known_name(name) if name else None
        if draft is not None and name and not draft.of_union:
            start, _ = period_of(name)
            if start is not None and draft.start_year is not None and start != draft.start_year:
                return None
            if kind_family(draft.kind) == "policy" and _of_other_years(name, draft):
                return None
        if draft is None or cited is None:
            return draft
        if draft.of_union or (
            draft.number and cited.number and plain_number(draft.number) != plain_number(cited.number)
        ):
            return None
        return None if draft.year and cited.year and draft.year != cited.year else draft

    def _known_name(self, name: str) -> InstrumentDraft | None:
        key = name_key(name, self._reading.country)
        short = name_key(undated(name), self._reading.country)
        weak = short.replace("national ", "")
        if (
            ("name", key) not in self._by_key
            and ("name", short) not in self._by_key
            and weak != short
            and len(weak.split()) > 1
        ):
            draft = self._by_key.get(("name", weak))
            if draft is not None and kind_family(draft.kind) == "policy":
                return draft
        if ("name", key) not in self._by_key and short != key and ("name", short) in self._by_key:
            draft = self._by_key["name", short]
            # "Data Strategy 2023–2027" is the "Data Strategy", unless that is of another period.
            return draft if draft.start_year is None and draft.number is None else None
        if ("name", key) not in self._by_key and len(key.split()) > 2:
            return self._alike(name, key)
        return (
            self._by_key.get(("name", key))
            if len(key.split()) > 1 or is_acronym(name) or len(key) > 6
            else None
        )

    def _alike(self, name: str, key: str) -> InstrumentDraft | None:
        """An instrument whose name differs in a letter or the order of words, and not in a number."""
        digits = re.findall(r"\d+", key)
        for draft in self._drafts:
            if draft.of_union or kind_family(draft.kind) != kind_family(title_kind(name) or ""):
                continue
            for other in draft.names:
                other_key = name_key(other, self._reading.country)
                if fuzz.token_sort_ratio(key, other_key) >= 95 and re.findall(r"\d+", other_key) == digits:
                    return draft
        return None

    def _index(self, draft: InstrumentDraft) -> None:
        for name in list(draft.names):
            inner = _INNER.search(name)
            if inner is not None and is_acronym(inner[1]) and not draft.of_union:
                _add_alias(draft, f"{inner[1]} {name[inner.end() :].strip()}")
        if not draft.of_union:
            for key in citation_keys(draft.kind, draft.number, draft.year, draft.date):
                self._by_key.setdefault(key, draft)
        for name in draft.names:
            for variant in (name, undated(name)):
                key_ = name_key(variant, self._reading.country)
                if len(key_) > 2 and not _GENERIC.fullmatch(fold(variant)):
                    self._by_key.setdefault(("name", key_), draft)


def period_of(name: str) -> tuple[int, int] | tuple[None, None]:
    """The years between which a plan runs, as its name says.

    >>> period_of("Action Plan 2022–24")
    (2022, 2024)
    """
    match = _PERIOD.search(name)
    if match is None:
        return None, None
    years = int(match[1]), int(match[1][: 4 - len(match[2])] + match[2])
    return years if years[0] <= years[1] else (None, None)


def _compatible(one: InstrumentDraft, other: InstrumentDraft) -> bool:
    """Whether two drafts can be one instrument: no two numbers of one series, no two years."""
    if one.country != other.country:
        return False
    if one.year and other.year and one.year != other.year:
        return False
    if not (one.number and other.number):
        return True
    series = [re.sub(r"[\d.]+.*", "", n.lower()).strip() for n in (one.number, other.number)]
    return (
        plain_number(one.number) == plain_number(other.number)
        or series[0] != series[1]
        or ("." in one.number) != ("." in other.number)
    )


def _absorb(one: InstrumentDraft, other: InstrumentDraft) -> None:
    """Takes over what the second draft of an instrument knows."""
    if one.number is None and other.number is not None:
        one.number, one.year, one.date = other.number, other.year or one.year, other.date or one.date
        one.kind = other.kind if other.kind != "other" else one.kind
        if one.title is None:
            one.title, one.name = one.name, other.name
    one.year, one.date = one.year or other.year, one.date or other.date
    if one.date is not None and one.date.year != one.year:
        one.date = None
    one.in_force, one.in_force_year = one.in_force or other.in_force, one.in_force_year or other.in_force_year
    for name in other.names:
        _add_alias(one, name)
    one.urls += [url for url in other.urls if url not in one.urls]
    one.topics += [topic for topic in other.topics if topic not in one.topics]
    one.technologies += [code for code in other.technologies if code not in one.technologies]
    for place, q in other.passages.items():
        one.passages[place] = list(dict.fromkeys([*one.passages.get(place, []), *q]))
    one.planned, one.headed = one.planned and other.planned, one.headed or other.headed
    one.evidence.merge(other.evidence)


def _plain_number(name: str) -> bool:
    """Whether a name is a citation and nothing else: it tells no two series apart."""
    return re.search(r"\d", name) is not None and len(words_key(name).split()) < 6


def _titles(title: Title) -> list[Title]:
    """ "Law on X and Law on Y": the titles of two instruments in one heading."""
    parts = _AND_ANOTHER.split(title.name)
    if len(parts) < 2 or any(title_kind(part) is None for part in parts):
        return [title]
    return [clean_title(part) for part in parts]


def _in_order(kind: str, subject: InstrumentDraft, target: InstrumentDraft) -> bool:
    """Whether what acts on another is not the older; a law may come to transpose a directive later."""
    return kind == "transposes" or not (subject.year and target.year and subject.year < target.year)


def relation_kind(kind: str, subject: InstrumentDraft, target: InstrumentDraft) -> str | None:
    """The relation that a verb states between two instruments; None where it cannot be one between such.

    A national law transposes a directive and implements another act of the Union; what amends, repeals or replaces an
    instrument is of the same legal order.
    """
    if subject.of_union and not target.of_union:
        return None
    if kind == "complements":
        return (
            "implements" if target.of_union and not subject.of_union and target.kind != "directive" else None
        )
    if kind in ("transposes", "implements") and target.of_union and not subject.of_union:
        return "transposes" if target.kind == "directive" else "implements"
    if kind == "converts":
        return (
            "based-on" if kind_family(subject.kind) == "act" and subject.of_union == target.of_union else None
        )
    if kind in ("adapts", "complies"):
        if subject.of_union or kind_family(subject.kind) == "policy":
            return None
        if target.of_union:
            return "transposes" if target.kind == "directive" else "implements"
        if kind == "complies":
            return None
        kind = "amends"
    if kind == "part-of":
        policies = kind_family(subject.kind) == kind_family(target.kind) == "policy"
        return "implements" if policies and not target.of_union and not subject.of_union else None
    if kind == "under":
        return (
            "based-on"
            if subject.kind in ("regulation", "decree", "executive-order", "resolution")
            and target.kind == "act"
            and not target.of_union
            else None
        )
    if (
        kind == "based-on"
        and target.of_union
        and not subject.of_union
        and kind_family(subject.kind) != "policy"
    ):
        return "transposes" if target.kind == "directive" else "implements"
    if kind == "transposes" or (kind == "implements" and subject.of_union):
        return None
    if kind in ("amends", "repeals", "replaces") and target.of_union != subject.of_union:
        return None
    if kind == "replaces" and {kind_family(subject.kind), kind_family(target.kind)} == {"policy", "act"}:
        return None
    return kind


def _law_names(reading: FactsheetReading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Names of laws and plans between two offsets: capitalised names with such a noun, the text of links, lines of lists."""
    found: list[tuple[int, int]] = []
    for name in reading.names(start, end):
        span = _of_law(reading.text, name.start, name.end)
        if span is not None:
            more = _BETWEEN.match(reading.text, span[1], end) if span[1] == name.end else None
            found.append((span[0], more.end()) if more is not None else span)
    listed = _LISTED.match(reading.text, start, end)
    links = [(link.start, link.start + len(link.text)) for link in reading.links_between(start, end)]
    for first, last in [*links, *([listed.span("title")] if listed else [])]:
        lead = re.compile(
            r"\s*(?:(?:[a-z]{1,3}|The|new|draft|national|current|revised|first|second|third|fourth|fifth)\s)+(?=[A-Z]|e[A-Z])"
        ).match(reading.text, first, last)
        first = lead.end() if lead else first
        part = _ARTICLE_OF.match(reading.text, first, last)
        first = part.end() if part else first
        text = reading.text[first:last].strip(" .;,")
        if (
            (title_kind(text) is None and named_by_year(text) is None)
            or not _CAPITAL.match(text)
            or len(text.split()) > 40
            or _TWO.search(text[:60])
        ):
            continue
        if (len(text.split()) > 5 and _capitals(text) < 0.6) or _SAYS.search(text):
            continue
        overlap = [(a, b) for a, b in found if a < last and first < b]
        if all(first <= a and b <= last + 2 for a, b in overlap):
            found = [span for span in found if span not in overlap]
            tail = _TAIL_BRACKET.search(reading.text, first, last)
            found.append((first, tail.start() if tail else first + len(text)))
    yield from sorted(found)


def _is_plain(text: str, cited: Citation) -> bool:
    """Whether a citation is nothing but noun, number and date, without a title between them."""
    digit = re.search(r"\d|[IVXLC]{2,}", text)
    if re.fullmatch(r"\w+ \([^()]*\)", text) or _ISSUER_FIRST.match(text):
        return True
    return "(" not in text and (cited.number is None or (digit is not None and digit.start() < 28))


def _of_other_years(text: str, draft: InstrumentDraft) -> bool:
    """Whether a name states a year or period, and the draft is known by other ones only: "Digital Strategy 2020" beside 2030."""
    years = set(_YEARS.findall(text))
    known = [set(_YEARS.findall(name)) for name in draft.names]
    if draft.start_year is not None:
        known.append({str(draft.start_year), str(draft.end_year)})
    stated = [found for found in known if found]
    if years and draft.start_year is not None and min(years) == str(draft.start_year):
        # A plan whose period was made longer.
        return False
    return 0 < len(years) <= 2 and bool(stated) and not any(years <= s or s <= years for s in stated)


def _ends_name(text: str, start: int, end: int, cited: Citation, country: str) -> bool:
    """Whether a name ends with the noun that a citation begins with: "Legal Simplification Law of 9 December 2004"."""
    noun = text[cited.start : end].strip()
    name = text[start:end]
    return (
        " " not in noun
        and noun.isalpha()
        and cited.end > end
        and not _GENERIC.fullmatch(fold(name))
        and _FORM_OF_LAW.fullmatch(fold(name)) is None
        and len(name_key(name, country).split()) > 1
    )


def _of_law(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The part of a name that is a law's: "Titles II and III of the Procurement Act" → "Procurement Act"."""
    lead = _LEADING.match(text, start, end)
    if lead is not None and end - lead.end() > 5:
        start = lead.end()
    elif (
        " and " in text[start:end] and (series := _SERIES.search(text, max(0, start - 90), start)) is not None
    ):
        # "Recovery, Transformation and Resilience Plan": the name began before the comma.
        start = series.start()
    two = _TWO.search(text, start, min(end, start + 60))
    if two is not None and title_kind(text[start : two.start()]) is not None:
        end = two.start()
    dated = _FROM_DATE.search(text, start, end)
    if dated is not None and dated.start() - start > 5:
        end = dated.start()
    name = text[start:end]
    if title_kind(name) is not None and not _COUNTED.match(name):
        return start, end
    at = max(
        name.rfind(" of the "), name.rfind(" to the "), name.rfind(" by the "), name.rfind(" under the ")
    )
    if at > 0:
        at = name.index(" the ", at) + 5
        if title_kind(name[at:]) is not None:
            return start + at, end
    return None


def _capitals(text: str) -> float:
    """The share of the longer words of a line that begin with a capital letter."""
    long = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) > 3]
    return sum(w[0].isupper() for w in long) / len(long) if long else 0.0


def _is_proper(text: str, kind: str) -> bool:
    """Whether a name is that of one instrument, not of a kind of instrument."""
    folded = fold(text)
    count = len(words_key(text).split())
    if (
        _GENERIC.fullmatch(folded)
        or count < 2
        or " act as " in folded
        or _STRAY.search(folded) is not None
        or (
            folded.endswith(" code")
            and not re.search(
                r"\b(?:civil|penal|criminal|procedure|administrat\w+|commercial|labour|tax|communications|procurement|law|digital)\b",
                folded,
            )
        )
    ):
        return False
    if kind_family(kind) == "policy":
        return count >= 3 and kind != "standard"
    text = _YEAR_BEFORE.sub("", text)
    return (
        kind
        in (
            "act",
            "decree",
            "decree-law",
            "regulation",
            "constitution",
            "executive-order",
            "resolution",
            "directive",
        )
        and _CAPITAL.match(text) is not None
    )


def _verbs(folded: str, start: int, end: int) -> list[tuple[str, re.Match[str]]]:
    """The verbs between two offsets that relate two instruments, in order."""
    found = [
        (kind, match)
        for kind in data("factsheets")["relations"]
        for match in _relation(kind).finditer(folded, start, end)
    ]
    return sorted(found, key=lambda pair: pair[1].start())


@cache
def _relation(kind: str) -> Phrases:
    return Phrases(data("factsheets")["relations"][kind])


def _find_name(folded: str, title: Title, start: int, end: int) -> int | None:
    """Where the text goes on behind the name of an item, if a sentence has it."""
    for name in (title.name, undated(title.name), *title.aliases):
        at = folded.find(fold(name), start, end)
        if at >= 0 and not is_acronym(name) and len(name) > 5:
            return at + len(name)
    return None


def _take_citation(draft: InstrumentDraft, cited: Citation) -> None:
    if draft.of_union:
        return
    if draft.number is None and cited.number:
        draft.number = cited.number
    draft.year = draft.year if draft.year and not cited.number else cited.year or draft.year
    draft.date = cited.date or (draft.date if draft.date and draft.date.year == draft.year else None)
    if draft.date is not None and draft.year is None:
        draft.year = draft.date.year


def _add_alias(draft: InstrumentDraft, alias: str) -> None:
    alias = alias.strip(" ,.;:‘’'\"“”")
    if words_key(alias) not in {words_key(name) for name in draft.names} and 1 < len(alias) < 300:
        draft.aliases.append(alias)


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(a < end and start < b for a, b in taken)


_FORM_OF_LAW = re.compile(
    r"(?:[\w-]+ )??(?:amending|implementing|framework|organic|legislative|basic|special|consolidated|grand-ducal|joint|delegated|omnibus|same|said|above|emergency|prime ministerial|executive|administrative|technical|council|cabinet|parliamentary|provincial|cantonal|royal|ministerial) \w+"
)
_ISSUER_FIRST = re.compile(
    r"(?:\w+ )?(?:Decree|Order|Regulation|Resolution|Ordinance|Decision) of the (?:Ministry|Minister|Government|Council)\b"
)
_ALSO_CALLED = re.compile(
    r"[’”]?,?\s(?:or|(?:also |commonly |better )?(?:known|referred to) as|also called|the so-called|so-called)\s(?:the\s)?[‘“]?"
)
_FROM_DATE = re.compile(r",\s(?:from|as of|in|on|since|effective)\s(?:\d|" + MONTHS + r")")
_BETWEEN = re.compile(
    r"\s(?:between|among)\s(?:the\s)?(?:[A-Z][\w-]+(?:\s(?:of\s)?[A-Z][\w-]+){0,4})(?:\s(?:and|and the|and among)\s(?:[A-Z][\w-]+(?:\s(?:of\s)?[A-Z][\w-]+){0,4}))?"
)
_ARTICLE_OF = re.compile(
    r"(?:Articles?|Sections?|Chapters?|Titles?) [\w().,-]+(?: and [\w().]+)? of (?:the )?(?=[A-Z])"
)
_YEAR_FIRST = re.compile(r"\b(?:the|The|its|a)\s(?P<year>(?:19|20)\d\d)\s$")
_YEAR_BEFORE = re.compile(r"(?:19|20)\d\d\s")
_OF_ANOTHER = re.compile(
    r"\b(?:joint committee|amendments?|decision|rules|provisions|obligations?|changes?|requirements?|regulations|version|parts?|ordinance|regime)\b[^,;]{0,40}$"
)
_ON_DATE = re.compile(r"\b(?:on|in|since) (?:\d{1,2} )?(?:[a-z]{3,9} )?(?:19|20)\d\d(?=[, ])")
_FUTURE = re.compile(
    r"\b(?:will|shall|would|is to|are to|aims to|intends to|expected to|proposes to|plans to)\s(?:also\s|thus\s|then\s|fully\s)?$"
)
_ADOPTS = re.compile(
    r"\b(?:adopted|approved|passed|enacted|issued|published|launched|presented|introduced|promulgated)\s(?:[a-z]+\s){0,4}$"
)
_ORIGINAL = re.compile(r"\s?\((?:[Oo]riginal(?:ly)?\s|now\s|formerly\s)?")
_UNDER_NUMBER = re.compile(r",?\s(?:under|by|through|in|by means of|by virtue of)\s(?:the\s)?")
_BROUGHT = re.compile(
    r"\s(?:brought into force|entitled|titled|called|introduced|published)\s(?:the\s)?[‘“]?"
)
_DATED = re.compile(
    r"\s(?:(?:of|in|from|on)\s(?:\d{1,2}\s)?(?:"
    + MONTHS
    + r")\s(?:19|20)\d\d|of\s(?:19|20)\d\d|for the (?:period|years).*)$"
)
_PLAN = re.compile(r"\b(?:strategy|strategies|plan|agenda|roadmap|policy|programme|charter)\b(?! of)")
_LISTED = re.compile(
    r"(?:[A-Z][\w.]{0,12}\s?[\d][\d./]*\s?[:–-]\s+)?(?:The\s|the\s)?(?P<title>[A-Z][^:;.]{8,260}?)(?:;|\.|,)?(?:\s(?:and|or))?$"
)
_TWO = re.compile(r"\s(?:and|or) the\s")
_SERIES = re.compile(r"(?:[A-Z][\w’-]+(?: [A-Z][\w’-]+){0,2}, )+$")
_SAYS = re.compile(
    r"\b(?:was|were|is|are|which|that|prepared|has|have|whose|will|(?:approv|adopt)ed)\b|^(?:The )?(?:[Ss]cope|[Ii]mplementation|[Aa]doption|[Dd]evelopment|[Pp]reparation|[Uu]pdate|[Rr]evision)\b"
)
_COUNTED = re.compile(
    r"(?:Titles?|Articles?|Sections?|Chapters?|Parts?|Archive|Amendments?|Register|Journal|Official)\b"
)
_THE_LAW = re.compile(
    r"(?:ed|s|ing)?\s(?:article \S+ of )?(?:the|this)\s(?:\w+\s)?(?:act|law|ordinance|regulation|decree|code|order)\b(?!\s(?:on|no))"
)
_AND_ANOTHER = re.compile(
    r"\s(?:and|&)\s(?:the\s)?(?=(?:[A-Z][\w-]+\s){0,3}?(?:Law|Act|Decree|Strategy|Plan|Programme|Regulation)\s(?:on|for|to|of)\s)"
)
_TREATIES = ("eu", "ec", "eec", "ue", "euratom")
_CAPITAL = re.compile(r"[A-Z]|e[A-Z]|[^\W\da-z_]")
_CUT_OFF = re.compile(r"\b(?:No|Nr|Cap|Art|to|and|or|of|on)\.?$")
_VERSION = re.compile(r"\s\d\.0(?![\d.])")
"""The number of an edition of a programme."""
_RELATED = re.compile(
    r"\b(?:based on|builds (?:up)?on|building (?:up)?on|part of|continuation of|replac(?:es|ed|ing)|implement(?:s|ed|ing|ation of)|successor (?:of|to)|framework of|defined (?:in|by)|foreseen (?:in|by)|accordance with|under|follow-up (?:of|to))\s(?:the\s)?(?:(?:new|previous|former|current|national|first|second|revised|updated|objectives of the|goals of the|results of the|priorities of the|measures of the)\s)*$"
)
_ENUMERATED = re.compile(r"\((?:i{1,3}|iv|v|vi|[b-f]|[2-6])\)\s|;")
_ONE_PASSAGE = r"\d{1,4}(?:-(?:bis|ter|quater|quinquies)|-\d{1,2}(?!\d)|[a-z](?![a-z]))?"
_PARAGRAPH = r"(?:\(\d{1,2}\))?"
_PASSAGE = re.compile(
    rf"(?P<first>{_ONE_PASSAGE}){_PARAGRAPH}(?:\s(?:to|through)\s(?P<last>\d{{1,4}}[a-z]?))?"
)
_PASSAGES = re.compile(
    rf"\b(?P<noun>articles?|art\.|sections?)\s(?P<numbers>{_ONE_PASSAGE}{_PARAGRAPH}(?:(?:,\s(?:and\s)?|\s(?:and|or|to|through)\s){_ONE_PASSAGE}{_PARAGRAPH}){{0,9}})"
    r"(?:,? paragraphs? \d{1,2})?,?\sof\s(?:the\s)?(?:[a-z]+\s)?$"
)
_AND_DOING = re.compile(r"\band [a-z]+ing$")
_WHICH = re.compile(r"\b(?:which|that|in turn|itself)\b[^.]{0,20}$")
_NOUNS = frozenset(
    (
        "act",
        "law",
        "decree",
        "ordinance",
        "regulation",
        "order",
        "resolution",
        "strategy",
        "plan",
        "programme",
        "policy",
        "code",
        "royal",
        "ministerial",
    )
)
_OTHER_ACT = re.compile(r"\b(?:introduc|amend|repeal|implement|supplement)")
_STRAY = re.compile(
    r", from|, the .* adopted\b|\bwill\b|^(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\|"
)
_WEAK = frozenset(["national", "government", "public", "federal", "state", "digital"])
_INNER = re.compile(r"\s\(([^()]{2,10})\)\s(?=[A-Z])")
_YEARS = re.compile(r"(?<![\d/])(?:19|20)\d\d(?![\d/])")
_YEAR_END = re.compile(r"[A-Za-z],? ((?:19|20)\d\d)$")
_PERIOD = re.compile(r"(?<![\d/])((?:19|20)\d\d)\s?[-–—/‑]\s?((?:20)?\d\d)(?![\d/])")
_DRAFT = re.compile(
    r"^(?:draft|proposal|proposed|upcoming)\b|\b(?:bill|draft|proposal)$|\bdraft (?:act|law|bill)\b"
)
_IN_DRAFT = re.compile(
    r"\b(?:is being (?:drafted|prepared|developed)|under preparation|will be adopted|a draft|draft law|draft act|is to be adopted|is expected to be adopted|bill)\b"
)
_SELF = re.compile(
    r"(?:the |this |new |full |national |its |final |complete )*(?:strategy|plan|act|law|document|text|programme|policy|agenda|roadmap|guidelines?|guide|decree|regulation|report|link|here|resolution|published|adopted|launched|approved|"
    r"charter|declaration|framework|white paper|action plan|strategic document|ordinance|policy document|bill|directive|order)"
)
_ELSEWHERE = re.compile(r"twitter\.com|linkedin\.com|facebook\.com|blind\.dk|youtube\.com")
_ITSELF = re.compile(
    r"(?:the|this|it)\b(?: \w+){0,3} (?:act|law|strategy|plan|programme|decree|regulation|policy|agenda|document|framework|legislation|ordinance|was|entered|came|is)\b"
)
_CHANGES = re.compile(
    r"\b(?:amend|repeal|replac|supersed|abolish|revok|transpos|pursuant|based on|accordance|in addition to|together with)\w*"
)
_INSIDE = re.compile(
    r"\([^)]*$|\b(?:articles?|sections?|under|by|with|within|according to|provisions? of|terms of|chapter|title|parts?) [^,.;]{0,25}$"
)
_PASSIVE = re.compile(
    r"(?:ed|ing|s)?\s*(?:[a-z]+ ){0,7}?(?:by|through|via|with the adoption of|by means of)\s"
)
_NO_LAW = re.compile(r"(?:law|act) (?:enforcement|as|in)\b|directions?\b|order\s(?:to|of)\b|article\b")
_FOREIGN = re.compile(r"\b(?:joint committee|council of europe|united nations)\s*(?:decisions?)?[^.;]{0,28}$")
_FOREIGN_NAME = re.compile(
    r"\b(?:joint committee|european?|eu|united nations|council of europe|eea|horizon|cef|connecting europe|digital europe|for europe|erasmus|isa2?|single digital gateway|sustainable development)\b"
)
_AMENDING = re.compile(r"\b(?:[Aa]mending|[Aa]mendments? (?:to|of)|[Rr]epealing|[Rr]eplacing)\s(?:the\s)?")
_TAIL_BRACKET = re.compile(r"\s\([^()]*\)\s*$")
_LEADING = re.compile(
    r"(?:The|This|New|Under|In|Related to|Based on the|Within the|As part of the|Through the|With the|On the|For the|Known as the|According to the|Pursuant to the|Following the|Since the|Both the|While the)\s(?=[A-Z]|e[A-Z])"
)
_GENERIC = re.compile(
    r"(?:the |known as |a |an |this |new |national |federal |government |digital |local |public |same |current |previous |relevant |basic |general |state |first |second |third |fourth |draft |annual |joint |official |parliament |sector |"
    r"royal |presidential |ministerial |government's |legislative |amended |revised |consolidated |respective |eu |european |of |related )*(?:law|act|strategy|plan|policy|legislation|programme|regulation|decree|action plan|agenda|framework|law gazette|"
    r"legal framework|strategic framework|action|roadmap|charter|decision|order|code|bill|guideline|principle|resolution|ordinance|vision|declaration|agreement|gazette|rule|court|journal|directive|standard|guide|strategie|policie|strategic|requirement|recommendation)(?:s|es)?"
)
