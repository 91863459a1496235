"""How instruments relate: what a verb between two of them says, within the sentences of an item."""

from __future__ import annotations

import re
from functools import cache

from kg.extraction.factsheets.citing import kind_family
from kg.extraction.factsheets.instruments.drafts import InstrumentDraft, Mention
from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.gazetteer import Phrases, data
from kg.extraction.names import is_acronym
from kg.questionnaire.outline import OutlineItem
from kg.records.codes import EUROPEAN_UNION


class Relations:
    """Reads what items say of the instruments `mentions` has for each (by id); `own` is the one that an item is about."""

    def __init__(
        self,
        reading: FactsheetReading,
        drafts: list[InstrumentDraft],
        own: dict[int, InstrumentDraft],
        mentions: dict[int, list[Mention]],
    ) -> None:
        self._reading = reading
        self._drafts = drafts
        self._own = own
        self._mentions = mentions

    def read(self, item: OutlineItem) -> None:
        """Notes what the heading and the sentences of an item say of its instruments and of those they mention."""
        own, mentions = self._own.get(id(item)), self._mentions[id(item)]
        spans = self._reading.sentences(item)
        heading = item.title.position if item.title is not None else None
        if heading is not None:
            spans = [(heading.start, heading.end), *spans]
        for start, end in spans:
            here = [m for m in mentions if start <= m.start < end]
            here = sorted([*here, *self._abbreviated(start, end, here)], key=lambda m: m.start)
            is_heading = heading is not None and start == heading.start
            self._read_sentence(start, end, here, own, is_heading=is_heading)

    def _read_sentence(
        self, start: int, end: int, here: list[Mention], own: InstrumentDraft | None, *, is_heading: bool
    ) -> None:
        folded = self._reading.folded
        here, verbs = self._without_titles(here, self._verbs(start, end, here), own)
        objects: set[int] = set()
        was_passive = False
        for index, (kind, verb) in enumerate(verbs):
            stop = verbs[index + 1][1].start() if index + 1 < len(verbs) else end
            right = _behind(here, verb, stop)
            left = [m for m in here if m.end <= verb.start()]
            passive = _is_passive(folded, verb, end, right)
            # "X was repealed by Y and replaced by Z": what the first verb is done to is the subject of both.
            goes_on = (passive and was_passive) or _AND_DOING.search(
                folded, start, verb.end() + 3
            ) is not None
            was_passive = passive
            if not goes_on and not _WHICH.search(folded, max(start, verb.start() - 30), verb.start()):
                left = [m for m in left if id(m.draft) not in objects]
            if is_heading and own is not None:
                left = []
            if not right and left and own is not None and _THE_LAW.match(folded, verb.end(), end):
                right = [Mention(verb.end(), verb.end(), own)]
            if verb[0].startswith("under") and (not right or right[0].start - verb.end() > 5):
                continue
            if kind in ("amends", "repeals", "replaces") and _FUTURE.search(
                folded, max(start, verb.start() - 24), verb.start()
            ):
                continue
            objects |= self._respectively(kind, left, right, verb.start(), end) or {
                id(target) for _, target in self._pair(kind, left, right, own, passive)
            }

    def _verbs(self, start: int, end: int, here: list[Mention]) -> list[tuple[str, re.Match[str]]]:
        """The verbs of a sentence that relate two instruments, outside the names of acts of the Union."""
        found = [
            (kind, verb)
            for kind, verb in _verbs(self._reading.folded, start, end)
            if not any(m.start < verb.start() < m.end and m.draft.of_union for m in here)
        ]
        if self._reading.country == EUROPEAN_UNION:
            # Its acts are adapted to one another; nothing is brought into line with them from outside.
            found = [(kind, verb) for kind, verb in found if kind not in ("adapts", "complies")]
        return found

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

    def _pair(
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


def _behind(here: list[Mention], verb: re.Match[str], stop: int) -> list[Mention]:
    """What stands behind a verb and before the next one, unless it begins too far away."""
    found = [m for m in here if verb.end() <= m.start < max(stop, verb.end() + 1)]
    return found if found and found[0].start - verb.end() <= 140 else []


def _is_passive(folded: str, verb: re.Match[str], end: int, right: list[Mention]) -> bool:
    """Whether a verb has its agent behind it. "X amended the Y by changing Z" is none: what stands before "by" is the object."""
    agent = _PASSIVE.match(folded, verb.end(), end)
    return agent is not None and not any(m.start < agent.end() - 4 for m in right)


def _verbs(folded: str, start: int, end: int) -> list[tuple[str, re.Match[str]]]:
    """The verbs between two offsets that relate two instruments, in order."""
    found = [
        (kind, match)
        for kind in data("factsheets")["relations"]
        for match in _phrases(kind).finditer(folded, start, end)
    ]
    return sorted(found, key=lambda pair: pair[1].start())


@cache
def _phrases(kind: str) -> Phrases:
    return Phrases(data("factsheets")["relations"][kind])


_FUTURE = re.compile(
    r"\b(?:will|shall|would|is to|are to|aims to|intends to|expected to|proposes to|plans to)\s(?:also\s|thus\s|then\s|fully\s)?$"
)
_THE_LAW = re.compile(
    r"(?:ed|s|ing)?\s(?:article \S+ of )?(?:the|this)\s(?:\w+\s)?(?:act|law|ordinance|regulation|decree|code|order)\b(?!\s(?:on|no))"
)
_ENUMERATED = re.compile(r"\((?:i{1,3}|iv|v|vi|[b-f]|[2-6])\)\s|;")
_AND_DOING = re.compile(r"\band [a-z]+ing$")
_WHICH = re.compile(r"\b(?:which|that|in turn|itself)\b[^.]{0,20}$")
_PASSIVE = re.compile(
    r"(?:ed|ing|s)?\s*(?:[a-z]+ ){0,7}?(?:by|through|via|with the adoption of|by means of)\s"
)
