"""The instrument that a heading of a factsheet names, with what its section, its links and its first sentences say of it."""

from __future__ import annotations

import re

from kg.extraction.citations import Citation
from kg.extraction.evidence import Confidence
from kg.extraction.factsheets.citing import (
    bracket_citation,
    cited_between,
    cited_name,
    kind_family,
    title_behind,
)
from kg.extraction.factsheets.instruments.dates import date_adoption
from kg.extraction.factsheets.instruments.drafts import (
    ELSEWHERE,
    InstrumentDraft,
    add_alias,
    period_of,
    states_period,
    take_citation,
)
from kg.extraction.factsheets.instruments.known import KnownInstruments
from kg.extraction.factsheets.instruments.names import CHANGES
from kg.extraction.factsheets.reading import (
    FactsheetReading,
    Title,
    clean_title,
    coded_words,
    is_law_address,
    link_of,
    noun_phrase,
    word_set,
    words,
)
from kg.extraction.factsheets.titles import named_by_year, section_topics, title_kind, undated
from kg.extraction.factsheets.union import UnionAct, cites_union, linked_act, union_mentions
from kg.extraction.names import is_acronym
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


class Headings:
    """Reads the headings of chapters 2 and 3."""

    def __init__(self, reading: FactsheetReading, known: KnownInstruments) -> None:
        self._reading = reading
        self._known = known

    def named(self, item: OutlineItem) -> list[InstrumentDraft]:
        """The instruments that the heading of an item names: mostly one, none where it names something else."""
        if item.title is None:
            return []
        return [
            draft
            for title in _titles(clean_title(item.title.text))
            if (draft := self._headed(item, title)) is not None
        ]

    def _headed(self, item: OutlineItem, title: Title) -> InstrumentDraft | None:
        assert item.title is not None
        reading, block = self._reading, item.title
        union = self._headed_union(item, title)
        if union is not None:
            return union
        cited = [
            c for c in cited_between(reading.text, reading.folded, block.position.start, block.position.end)
            if not cites_union(reading.text, reading.folded, c) and (c.number or c.date)
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
            and (len(title.years) == 2 or states_period(title.name))
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
        date_adoption(reading, draft, title, sentences)
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
            act = linked_act(reading, title_kind(title.name) or "", start, end)
        if act is None:
            return None
        draft = self._known.of_union(act)
        self._complete(draft, item, title)
        if mentions and mentions[0].by_number and len(title.name) < 160:
            add_alias(draft, title.name)
        for alias in title.aliases:
            if len(alias) < 80 and fold(alias) not in _TREATIES:
                add_alias(draft, alias)
        self._known.index(draft)
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
        wanted = {w for w in words_key(title.name).split() if len(w) > 3} - word_set("weak_words")
        for index, (start, end) in enumerate(sentences[:4]):
            named = _find_name(reading.folded, title, start, end)
            if named is not None:
                bracket = bracket_citation(reading.text, reading.folded, named, end, kind)
                if bracket is not None:
                    return bracket
            for cited in cited_between(reading.text, reading.folded, start, end):
                if (
                    not cited.marked
                    or cites_union(reading.text, reading.folded, cited)
                    or (cited.number is None and cited.date is None)
                ):
                    continue
                if (
                    kind_family(cited.kind) != kind_family(kind)
                    and "other" not in (cited.kind, kind)
                    and kind_family(kind) != "regulation"
                ):
                    continue
                before = reading.folded[max(start, cited.start - 70) : cited.start]
                if CHANGES.search(before) or _INSIDE.search(before):
                    continue
                behind = title_behind(reading.text, cited, end)
                follows = set(words_key(behind or "").split())
                if len(wanted & follows) * 2 > len(wanted) or (
                    index == 0 and (behind is None or wanted & follows)
                ):
                    return cited
        return None

    def _draft_of(self, title: Title, own: Citation | None, kind: str | None) -> InstrumentDraft:
        """The draft of that citation or name, made on first use."""
        if own is not None:
            kind = own.kind if own.kind != "other" or kind is None else kind
        assert kind is not None
        known = self._known.find(own, title.name)
        if known is None:
            known = self._known.new(kind, title.name)
        if known.kind == "other":
            known.kind = kind
        if own is not None:
            take_citation(known, own)
        stated = cited_name(own, self._reading.text) if own is not None and own.number else None
        if stated and words_key(stated) != words_key(title.name):
            if known.title is None:
                known.title = title.name
            elif words_key(known.title) != words_key(title.name):
                add_alias(known, title.name)
            if words_key(known.name) == words_key(title.name):
                known.name = stated
        elif words_key(title.name) not in {words_key(n) for n in known.names}:
            if known.title is None:
                known.title = title.name
            else:
                add_alias(known, title.name)
        for alias in title.aliases:
            add_alias(known, alias)
        self._known.index(known)
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
            if "eur-lex" not in link.url and not ELSEWHERE.search(link.url)
        ]
        for link in links:
            if noun_phrase("own_instrument").fullmatch(fold(link.text).strip()):
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


def _titles(title: Title) -> list[Title]:
    """ "Law on X and Law on Y": the titles of two instruments in one heading."""
    parts = _AND_ANOTHER.split(title.name)
    if len(parts) < 2 or any(title_kind(part) is None for part in parts):
        return [title]
    return [clean_title(part) for part in parts]


def _find_name(folded: str, title: Title, start: int, end: int) -> int | None:
    """Where the text goes on behind the name of an item, if a sentence has it."""
    for name in (title.name, undated(title.name), *title.aliases):
        at = folded.find(fold(name), start, end)
        if at >= 0 and not is_acronym(name) and len(name) > 5:
            return at + len(name)
    return None


_AND_ANOTHER = re.compile(
    r"\s(?:and|&)\s(?:the\s)?(?=(?:[A-Z][\w-]+\s){0,3}?(?:Law|Act|Decree|Strategy|Plan|Programme|Regulation)\s(?:on|for|to|of)\s)"
)
_TREATIES = ("eu", "ec", "eec", "ue", "euratom")
_DRAFT = re.compile(
    r"^(?:draft|proposal|proposed|upcoming)\b|\b(?:bill|draft|proposal)$|\bdraft (?:act|law|bill)\b"
)
_INSIDE = re.compile(
    r"\([^)]*$|\b(?:articles?|sections?|under|by|with|within|according to|provisions? of|terms of|chapter|title|parts?) [^,.;]{0,25}$"
)
