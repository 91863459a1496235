"""Laws and policies: citations and titles in running text become entries, with topics, relations, addresses and articles."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache, lru_cache
from urllib.parse import unquote

from kg.extraction.citations import Citation, citations_between, plain_number, same_number
from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import Phrases, coded, country_of, data
from kg.extraction.names import Name, classify
from kg.extraction.naming import Named
from kg.extraction.negation import is_denied, is_planned
from kg.extraction.places import Distinct, Places
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import Fingerprint, fold, words_key

LEGAL = frozenset(
    {
        "constitution",
        "act",
        "decree-law",
        "decree",
        "resolution",
        "directive",
        "regulation",
        "executive-order",
        "other",
    }
)
_NAMED_IN = frozenset({"4", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "18", "21", "23"})
"""Questions whose answers name policies; elsewhere only citations with a number count."""
_CITED_IN = _NAMED_IN | {"3", "19", "20", "22", "24"}


@dataclass(slots=True, eq=False)
class InstrumentDraft(Named):
    """An instrument while it is put together from its mentions."""

    kind: str
    name: str
    number: str | None = None
    year: int | None = None
    date: dt.date | None = None
    series: str | None = None
    title: str | None = None
    acronym: str | None = None
    aliases: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=Distinct)
    url_candidates: list[str] = field(default_factory=Distinct)
    topics: list[str] = field(default_factory=Distinct)
    technologies: list[str] = field(default_factory=list)
    articles: list[tuple[str, str]] = field(default_factory=Distinct)
    relations: list[tuple[str, InstrumentDraft]] = field(default_factory=Distinct)
    planned: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    position: int = -1
    """Its place among the drafts; -1 while it is none of them."""
    _keys: set[str] = field(default_factory=set)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.title, *self.aliases) if name]

    def entitle(self, title: str) -> None:
        """Gives it its title."""
        self._know(title)
        self.title = title


@dataclass(slots=True)
class InstrumentMention:
    """A place where an instrument is spoken of."""

    q: str
    start: int
    end: int
    sentence: Sentence
    draft: InstrumentDraft


@dataclass(slots=True)
class Instruments:
    """All instruments of a document, and where each is mentioned."""

    drafts: list[InstrumentDraft] = field(default_factory=list)
    mentions: list[InstrumentMention] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    places: Places[InstrumentMention] = field(default_factory=Places)
    """The mentions by where they stand."""
    _firsts: dict[tuple[str, int], InstrumentMention] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], list[InstrumentDraft]] = field(default_factory=dict)
    _names: dict[str, InstrumentDraft] = field(default_factory=dict)
    _titles: dict[str, InstrumentDraft] = field(default_factory=dict)

    def add(self, draft: InstrumentDraft) -> None:
        """Takes an instrument in."""
        draft.position = len(self.drafts)
        self.drafts.append(draft)
        self.known_by(draft)

    def holds(self, draft: InstrumentDraft | None) -> bool:
        """Whether an instrument was taken in (what is denied is not)."""
        return (
            draft is not None
            and 0 <= draft.position < len(self.drafts)
            and self.drafts[draft.position] is draft
        )

    def mention(self, mention: InstrumentMention) -> None:
        """Notes a place where an instrument is spoken of."""
        self.mentions.append(mention)
        self.places.add(mention.start, mention.end, mention)
        place = (mention.q, mention.sentence.piece)
        first = self._firsts.get(place)
        if first is None or mention.start < first.start:
            self._firsts[place] = mention

    def first_in(self, q: str, piece: int) -> InstrumentMention | None:
        """The first mention in a piece of an answer."""
        return self._firsts.get((q, piece))

    def known_by(self, draft: InstrumentDraft, *names: str) -> None:
        """Makes an instrument findable by its number and by its names (default: all of them)."""
        if draft.position < 0:
            return
        if draft.number is not None:
            numbered = self._numbers.setdefault((_family(draft.kind), plain_number(draft.number)), [])
            if not any(other is draft for other in numbered):
                numbered.append(draft)
        for name in names or draft.names:
            _earliest(self._names, words_key(name), draft)
        if draft.title:
            _earliest(self._titles, words_key(_TRAILING_YEARS.sub("", draft.title)), draft)

    def by_number(self, kind: str, number: str) -> list[InstrumentDraft]:
        """The instruments of the same family of kinds with that number."""
        return self._numbers.get((_family(kind), plain_number(number)), [])

    def by_title(self, title: str, group: str | None) -> InstrumentDraft | None:
        """The instrument of that name; the year behind the title of a law does not count."""
        found = self._names.get(words_key(title))
        law = self._titles.get(words_key(_TRAILING_YEARS.sub("", title))) if group == "laws" else None
        if found is None or (law is not None and law.position < found.position):
            return law
        return found

    def merge_into(self, merged: dict[int, InstrumentDraft]) -> None:
        """Drops instruments that turned out to be others (by id) and points everything to those."""
        if not merged:
            return
        self.drafts = [draft for draft in self.drafts if id(draft) not in merged]
        for position, draft in enumerate(self.drafts):
            draft.position = position
            draft.relations = Distinct(
                (kind, merged.get(id(target), target)) for kind, target in draft.relations
            )
        for mention in self.mentions:
            mention.draft = merged.get(id(mention.draft), mention.draft)


def find_instruments(reading: Reading) -> Instruments:
    """Reads every answer that may name instruments; see the module for what is taken."""
    found = Instruments()
    for answer in reading.answers:
        if answer.q in _CITED_IN:
            _read_answer(reading, answer, found)
    _read_file_names(reading, found)
    _merge_names(reading, found)
    return found


def _earliest(known: dict[str, InstrumentDraft], key: str, draft: InstrumentDraft) -> None:
    other = known.get(key)
    if other is None or draft.position < other.position:
        known[key] = draft


def _read_answer(reading: Reading, answer: ParsedAnswer, found: Instruments) -> None:
    topics: list[str] = []
    earlier: list[InstrumentMention] = []
    previous_piece = -1
    labelled = inherited = False
    ticked = _topics_by_box(answer) if answer.q == "9" else {}
    for sentence in reading.sentences(answer):
        label_topics = _topics_before_colon(reading, sentence) if answer.q == "9" else []
        if label_topics in ([], ["none"]):
            label_topics = ticked.get(sentence.piece, label_topics)
        mentions = _mentions(reading, answer, sentence, found)
        if answer.q == "9":
            if sentence.piece != previous_piece:
                labelled = False
            inherited = sentence.piece == previous_piece and not labelled
            if label_topics:
                topics, labelled = label_topics, True
            elif sentence.piece != previous_piece and (
                not reading.folded[sentence.start : sentence.start + 4].startswith("http")
            ):
                topics = _topics(
                    reading, sentence.start, mentions[0].start if mentions else sentence.end
                ) or (topics if _continues(reading, sentence) else [])
            _assign_topics(reading, sentence, mentions, topics, bool(label_topics), inherited)
            own = _THIS_ONE.match(reading.folded, sentence.start, sentence.end)
            if (
                own is not None
                and not mentions
                and earlier
                and earlier[-1].draft.kind == _THIS_KIND.get(own[1])
            ):
                # "This resolution establishes …" says what it is about; until then it shared the topics before it.
                said = _topics(reading, own.end(), sentence.end)
                if set(said) < set(earlier[-1].draft.topics) and _pursuant(reading, earlier[-1]):
                    earlier[-1].draft.topics = Distinct(said)
        _relate(reading, sentence, mentions, earlier)
        _carry_out(reading, answer, sentence, mentions, found)
        _articles(reading, answer.q, sentence, mentions)
        _addresses(reading, sentence, mentions, earlier, found)
        if mentions:
            earlier = mentions
        previous_piece = sentence.piece
        for mention in mentions:
            found.mention(mention)


# -- mentions


def _mentions(
    reading: Reading, answer: ParsedAnswer, sentence: Sentence, found: Instruments
) -> list[InstrumentMention]:
    text, folded = reading.text, reading.folded
    left, right = sentence.start, sentence.end
    citations = [c for c in citations_between(text, folded, left, right) if not reading.in_link(c.start)]
    cited: Places[None] = Places()
    for citation in citations:
        cited.add(citation.start, citation.end, None)
    names = [
        n
        for n in reading.names(left, right)
        if not reading.in_link(n.start) and (n.group == "laws" or not cited.overlap(n.start, n.end))
    ]
    used: set[int] = set()
    mentions = [_cited(reading, answer, sentence, citation, names, used, found) for citation in citations]
    taken: Places[None] = Places()
    for done in mentions:
        taken.add(done.start, done.end, None)
    for index, name in enumerate(names):
        if index in used or taken.overlap(name.start, name.end):
            continue
        mention = _titled(reading, answer, sentence, name, names, index, used, found)
        if mention is not None:
            mentions.append(mention)
    return [m for m in sorted(mentions, key=lambda m: m.start) if found.holds(m.draft)]


def _cited(
    reading: Reading,
    answer: ParsedAnswer,
    sentence: Sentence,
    citation: Citation,
    names: list[Name],
    used: set[int],
    found: Instruments,
) -> InstrumentMention:
    text, folded = reading.text, reading.folded
    title, title_span = _title_of(reading, sentence, citation, names, used)
    draft = _known(found, citation)
    stated = " ".join(text[citation.start : citation.end].split()).rstrip(",")
    prefix = _issuer_before(text, citation.start, sentence.start)
    if prefix:
        stated = f"{prefix} {stated}"
    if draft is None:
        draft = InstrumentDraft(
            citation.kind,
            stated[0].upper() + stated[1:],
            citation.number,
            citation.year,
            citation.date,
            citation.series,
        )
        if not is_denied(folded, citation.start, citation.end, sentence.start, sentence.end):
            found.add(draft)
    else:
        draft.year = draft.year or citation.year
        draft.date = draft.date or citation.date
        draft.call(stated)
    if title and not draft.title:
        draft.entitle(title)
        draft.year = draft.year or _year_in_title(title)
    elif title:
        draft.call(title)
    found.known_by(draft, stated, *([title] if title else []))
    if draft.year is None and title:
        draft.year = _year_around(reading, sentence, citation, title_span)
    if (
        draft.year is None
        and (match := _SIGNED_IN.search(folded, citation.end, sentence.end))
        and match.start() - (title_span or citation.end) < 40
    ):
        draft.year = int(match[1])
    if draft.series and title:
        _, kind = classify(title)
        draft.kind = kind if kind in ("strategy", "plan", "policy") else draft.kind
    draft.evidence.seen(
        reading, answer.q, citation.start, citation.end,
        "high" if citation.marked and citation.year else "medium",
        "cited with kind, number and year" if citation.year else "cited with kind and number",
    )  # fmt: skip
    if draft.kind not in ("act", "decree-law", "decree") and is_planned(
        folded, citation.start, citation.end, sentence.start, sentence.end
    ):
        draft.planned = True
    return InstrumentMention(answer.q, citation.start, max(citation.end, title_span or 0), sentence, draft)


def _read_file_names(reading: Reading, found: Instruments) -> None:
    """A citation that stands only in the name of the linked file ("DECRETO 179 DEL 08 DE FEBRERO DE 2019.pdf")."""
    for answer in reading.answers:
        if answer.q not in _CITED_IN:
            continue
        for piece in answer.pieces:
            for link in reading.links_between(piece.start, piece.end):
                name = unquote(link.url.rsplit("/", 1)[-1]).rsplit(".", 1)[0]
                if " " not in name:
                    continue
                for citation in citations_between(name, fold(name), 0, len(name))[:1]:
                    if not citation.year or not citation.number:
                        continue
                    known = _known(found, citation)
                    if known is not None:
                        known.date = known.date or citation.date
                        continue
                    draft = InstrumentDraft(
                        citation.kind,
                        f"{citation.kind.replace('-', ' ').capitalize()} {citation.number} of {citation.year}",
                        citation.number,
                        citation.year,
                        citation.date,
                        urls=Distinct([link.url]),
                    )
                    draft.evidence.seen(
                        reading,
                        answer.q,
                        link.start,
                        link.end,
                        "medium",
                        "read from the name of the linked file",
                    )
                    draft.evidence.doubt(
                        "inferred", "Kind, number and date stand only in the address.", name[:400]
                    )
                    found.add(draft)


def _known(found: Instruments, citation: Citation) -> InstrumentDraft | None:
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


def _family(kind: str) -> str:
    return {"decree-law": "decree", "strategy": "policy", "plan": "policy", "guideline": "policy"}.get(
        kind, kind
    )


def _title_of(
    reading: Reading, sentence: Sentence, citation: Citation, names: list[Name], used: set[int]
) -> tuple[str | None, int | None]:
    """The title that goes with a citation, and the end of it when it stands behind."""
    text, folded = reading.text, reading.folded
    policy = citation.series is not None
    nearest = bisect_left(names, citation.start - _FARTHEST_TITLE, key=lambda name: name.start)
    for index in range(nearest, len(names)):
        name = names[index]
        if index in used:
            continue
        if name.start > citation.end + _NEAREST_TITLE:
            break
        law = name.group == "laws" or (policy and name.group == "policies")
        if name.start >= citation.end:
            gap = folded[citation.end : name.start]
            apposed = (
                name.group == "policies"
                and name.kind in ("guideline", "policy")
                and citation.kind == "act"
                and _APPOSED.fullmatch(gap)
            )
            if (
                apposed
                or (law and _TITLE_GAP.fullmatch(gap))
                or (
                    len(name.text.split()) >= 3
                    and name.group not in ("bodies",)
                    and not _is_service(name.text)
                    and _BY_WHICH.fullmatch(gap)
                )
                or (policy and name.group == "policies" and len(gap) < 60 and _ESTABLISHES.search(gap))
            ):
                used.add(index)
                return name.text, name.after
        elif name.end <= citation.start and name.group in ("laws", "policies"):
            gap = folded[name.end : citation.start]
            in_brackets = _OPEN.fullmatch(gap) is not None
            approved = _APPROVED.fullmatch(gap) is not None
            same = name.kind == "act" or name.kind == citation.kind
            if (name.group == "laws" and same and (in_brackets or approved or _COMMA.fullmatch(gap))) or (
                policy and in_brackets
            ):
                used.add(index)
                return name.text, None
            bracket = _QUALIFYING.match(text, name.end, citation.start) if policy else None
            if policy and _DEFINED_IN.fullmatch(
                folded, bracket.end() if bracket else name.end, citation.start
            ):
                used.add(index)
                return text[name.start : bracket.end() if bracket else name.end].strip(), None
        elif (
            name.group == "laws"
            and name.start + 3 < citation.start < name.end
            and folded[name.start : citation.start].split()[-1] not in _SMALL
        ):
            # "Data Protection Act No. 24 of 2019": the citation's noun is the title's own.
            used.add(index)
            noun = text[citation.start : citation.end].split(" ")[0]
            return f"{text[name.start : citation.start].rstrip()} {noun}", None
    inner = _INNER_SUBJECT.search(text, citation.start, citation.end)
    if inner is not None:
        return (inner[1] or inner[2]).strip(), None
    bracket = _SHORT_NAME.match(text, citation.end, sentence.end)
    if bracket is not None and not bracket[1].isdigit():
        return bracket[1].strip("\"“”'‘’ "), bracket.end()
    quoted = _QUOTED.match(text, citation.end, sentence.end)
    if quoted is not None:
        return quoted[1], quoted.end()
    lowered = _LOWER_TITLE.match(folded, citation.end, sentence.end) if policy else None
    if lowered is not None:
        # "CONPES 3918, which aims to define the strategy for …": the title in the words of the sentence.
        title = text[lowered.start(1) : lowered.end(1)].strip(" ,")
        return title[0].upper() + title[1:], lowered.end()
    subject = _ON_SUBJECT.match(folded, citation.end, sentence.end)
    if subject is not None and not _RELATION_WORD.search(subject[1]):
        title = text[subject.start(1) : subject.end(1)].strip(" ,")
        cut = _VERB.search(fold(title))
        title = title[: cut.start()].strip(" ,") if cut else title
        if len(title.split()) >= 2 and not (title[:4] == "the " and len(title.split()) < 3):
            stop = subject.start(1) + len(title)
            title = title.removeprefix("the ")
            return title[0].upper() + title[1:], stop
    return None, None


def _year_around(
    reading: Reading, sentence: Sentence, citation: Citation, title_end: int | None
) -> int | None:
    """The year that stands with the title: "X Act, 2012 (Act 843)", "the 2008 X Act (Act 772)", "No. 5 “On X” of 2010"."""
    if title_end is not None:
        behind = _YEAR_BEHIND_TITLE.match(reading.folded, title_end, sentence.end)
        return int(behind[1]) if behind is not None else None
    names = reading.names(sentence.start, sentence.end)
    at = bisect_left(names, citation.start, key=lambda name: name.start) - 1
    if at < 0 or names[at].group != "laws":
        return None
    between = _YEAR_IN_GAP.fullmatch(reading.folded, names[at].end, citation.start)
    before = _YEAR_BEFORE.search(reading.folded, max(sentence.start, names[at].start - 6), names[at].start)
    year = between or before
    return int(year[1]) if year is not None else None


def _is_service(name: str) -> bool:
    """Whether a name is that of a service or platform, which a law may create without being called so."""
    words = words_key(name).split()
    return bool({words[0], words[-1]} & _service_words())


@cache
def _service_words() -> frozenset[str]:
    return frozenset(fold(str(word)) for word in data("initiatives")["things"])


def _titled(
    reading: Reading,
    answer: ParsedAnswer,
    sentence: Sentence,
    name: Name,
    names: list[Name],
    index: int,
    used: set[int],
    found: Instruments,
) -> InstrumentMention | None:
    """A law or policy that is named without a citation."""
    text, folded = reading.text, reading.folded
    title, start, end, group, kind = name.text, name.start, name.end, name.group, name.kind
    aliases: list[str] = []
    if group not in ("policies", "laws"):
        after = _HEAD_AFTER.match(folded, end, sentence.end)
        before = _HEAD_BEFORE.search(folded, max(sentence.start, start - 24), start)
        words = title.split()
        if group is None and after is not None and len(words) >= 2 and not country_of(title):
            if any(c.isdigit() for c in title):
                aliases.append(title)
            end = after.end()
            title = text[start:end]
        elif (
            group is None
            and before is not None
            and (len(words) >= 2 or any(c.isdigit() for c in title) or (title.isupper() and len(title) >= 5))
            and not country_of(title)
        ):
            after = None
            aliases.append(text[before.start(1) : end])
        else:
            return None
        head = after or before
        assert head is not None
        group, kind = classify("The " + head[1].split()[-1] if after else head[1].split()[0])
        if group != "policies":
            return None
    if group == "policies" and answer.q not in _NAMED_IN:
        return None
    if group == "laws" and (kind not in ("act", "regulation") or answer.q == "23"):
        return None
    if _CONSTITUTION.match(fold(title)):
        group, kind = "policies", "constitution"
    elif _generic(title, kind):
        return None
    if any(
        other.start <= start - 2 and other.after >= end and other is not name and text[start - 1] == "("
        for other in names
    ):
        return None
    if is_denied(folded, start, end, sentence.start, sentence.end):
        return None
    draft = found.by_title(title, group)
    year = _year_after(folded, end, name, sentence.end) if group == "laws" else None
    if draft is None:
        draft = InstrumentDraft(kind or "other", title, acronym=name.acronym)
        if group == "laws":
            draft.title = title
            draft.year = _year_in_title(title) or year
            if draft.year and year and str(year) not in title:
                draft.aliases.append(f"{title} {year}")
            number = _NUMBER_IN_BRACKETS.match(folded, end, sentence.end) or _NUMBER_IN_BRACKETS.match(
                folded, name.after, sentence.end
            )
            if number is not None:
                draft.number, draft.year = number[1], int(number[2])
        else:
            issued = _ISSUED_IN.search(folded, name.after, min(sentence.end, name.after + 90))
            if issued is not None and not _relation_between(folded, name.after, issued.start()):
                draft.year = int(issued[1])
        found.add(draft)
    if name.acronym:
        draft.call(name.acronym)
    if name.acronym is None:
        other = _OTHER_LANGUAGE.match(text, end, sentence.end)
        if other is not None and classify(other[1])[0] == group:
            aliases.append(other[1])
            for position, further in enumerate(names):
                if further.start >= other.start(1) and further.end <= other.end(1):
                    used.add(position)
    if group == "policies" and re.search(r"\s(?:of|de)\s(?:19|20)\d\d$", title):
        aliases.append(_TRAILING_YEARS.sub("", title))
        draft.year = draft.year or int(title[-4:])
    if (
        group == "policies"
        and title.lower() != title
        and fold(title).startswith(("estrategia ", "strategie "))
        and title.split(" ", 1)[1][0].isupper()
    ):
        aliases.append(title.split(" ", 1)[1])
    for alias in aliases:
        draft.call(alias)
    found.known_by(draft)
    if is_planned(folded, start, end, sentence.start, sentence.end) or _BILL.search(fold(title)):
        draft.planned = True
    capitals = sum(word[0].isupper() for word in title.split())
    draft.evidence.seen(
        reading,
        answer.q,
        start,
        end,
        "high" if capitals >= 3 else "medium",
        "named with its title, which ends or begins in what it is",
    )
    return InstrumentMention(answer.q, start, max(end, name.after), sentence, draft)


def _generic(title: str, kind: str | None) -> bool:
    """Whether a name says no more than what it is ("National Strategy", "the Action Plan")."""
    words = [word for word in re.findall(r"[^\W\d_][\w'-]*", fold(title)) if word not in _SMALL]
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
    return all(word in _GENERIC for word in words) and kind is not None


def _merge_names(reading: Reading, found: Instruments) -> None:
    """Joins a policy and a strategy whose names differ only in what they call themselves; says so on the entry."""
    firsts: dict[tuple[frozenset[str], bool], InstrumentDraft] = {}
    merged: dict[int, InstrumentDraft] = {}
    for other in found.drafts:
        if other.kind not in ("policy", "strategy") or other.number or len(_content(other.name)) < 2:
            continue
        draft = firsts.setdefault((_content(other.name), other.planned), other)
        if draft is other:
            continue
        for name in other.names:
            draft.call(name)
        draft.urls += other.urls
        draft.topics += other.topics
        draft.relations += other.relations
        draft.evidence.merge(other.evidence)
        draft.evidence.doubt(
            "inferred",
            "Taken to be one instrument under two names, because they differ in general words only.",
            other.name,
        )
        found.merges.append(f"instrument '{other.name}' → '{draft.name}' (same words besides general ones)")
        merged[id(other)] = draft
    found.merge_into(merged)


def _content(name: str) -> frozenset[str]:
    return frozenset(
        word for word in words_key(name).split() if word not in _SMALL and word not in _MERGE_GENERIC
    )


def _issuer_before(text: str, start: int, left: int) -> str | None:
    """ "DICT Memorandum Circular 2017-001": the abbreviation of the issuer is part of the citation."""
    match = re.search(r"\b([A-Z]{2,8})\s$", text[max(left, start - 10) : start])
    return match[1] if match and text[start].isupper() else None


# -- topics


def _topics(reading: Reading, start: int, end: int) -> list[str]:
    return _topics_in(reading, reading.folded[start:end])


def _topics_by_box(answer: ParsedAnswer) -> dict[int, list[str]]:
    """The topic of each piece of an answer that stands behind a box: on its line or row, or between two boxes."""
    boxes = sorted((box for box in answer.boxes if box.code not in ("yes", "no")), key=lambda box: box.start)
    found: dict[int, list[str]] = {}
    last = -1
    for number, piece in enumerate(answer.pieces):
        before = bisect_left(boxes, piece.end, key=lambda box: box.start) - 1
        if before < 0:
            continue
        block = piece.block.position
        beside = block.start <= boxes[before].start < block.end
        # Text behind the last box is about any of them, unless the others have their texts right behind them too.
        if beside or before + 1 < len(boxes) or (found and last < before):
            found[number] = [boxes[before].code]
        last = before
    return found


def _topics_before_colon(reading: Reading, sentence: Sentence) -> list[str]:
    colon = reading.folded.find(":", sentence.start, min(sentence.end, sentence.start + 140))
    if (
        colon < 0
        or reading.folded.startswith("//", colon + 1)
        or _RELATION_WORD.search(reading.folded, sentence.start, colon)
        or re.search(r"\d", reading.folded[sentence.start : colon])
    ):
        return []
    return _topics(reading, sentence.start, colon) or ["none"]


def _assign_topics(
    reading: Reading,
    sentence: Sentence,
    mentions: list[InstrumentMention],
    topics: list[str],
    labelled: bool,
    inherited: bool,
) -> None:
    last = sentence.start
    carried = topics
    for position, mention in enumerate(mentions):
        own = [] if labelled else _topics(reading, last, mention.start)
        if own:
            carried, inherited = own, False
        following = mentions[position + 1].start if position + 1 < len(mentions) else sentence.end
        chosen = carried if carried and carried != ["none"] else []
        if (not chosen and carried != ["none"]) or (inherited and not labelled):
            # Topics of an earlier sentence yield to what the title and the words behind it say.
            title = " ".join(mention.draft.names)
            span = reading.folded[mention.start : min(following, mention.end + 160)]
            chosen = _topics_in(reading, fold(title) + " " + span) or chosen
        own_subject = _AS_REGARDS.match(reading.folded, mention.end, min(following, sentence.end))
        if own_subject is not None:
            chosen = _topics_in(reading, own_subject[0]) or chosen
        title_topics = (
            _topics_in(reading, fold(mention.draft.title or mention.draft.name))
            if mention.draft.title or mention.draft.kind not in LEGAL
            else []
        )
        if "digital-security" in title_topics and "digital-security" not in chosen and carried != ["none"]:
            chosen = [*chosen, "digital-security"]
        mention.draft.topics += chosen
        last = mention.end


def _pursuant(reading: Reading, mention: InstrumentMention) -> bool:
    """Whether an instrument is brought in as made under another ("Pursuant to this law, the resolution … is issued")."""
    return _UNDER_THIS.match(reading.folded, mention.sentence.start, mention.sentence.end) is not None


def _topics_in(reading: Reading, folded: str) -> list[str]:
    if len(folded) < _SHORTEST_TOPIC:
        return []
    family = (reading.form.family, reading.form.edition)
    if family not in _TOPICS:
        question = reading.form.question("9")
        _TOPICS[family] = [
            (item.code, Fingerprint(item.words)) for item in (question.items if question else [])
        ]
    return list(_topic_codes(family, folded))


@lru_cache(maxsize=2048)
def _topic_codes(form: tuple[str, int], folded: str) -> tuple[str, ...]:
    folded = _INCLUDING.sub(lambda match: " " * len(match[0]), folded)
    codes = [code for code, fingerprint in _TOPICS[form] if fingerprint.matches(folded)]
    return (*codes, "digital-security") if _SECURITY.search(folded) else tuple(codes)


_TOPICS: dict[tuple[str, int], list[tuple[str, Fingerprint]]] = {}
"""The fingerprints of the topics of question 9, compiled once per form."""
_SHORTEST_TOPIC = 4


def _continues(reading: Reading, sentence: Sentence) -> bool:
    return _CONTINUES.match(reading.folded, sentence.start) is not None


# -- relations, articles, addresses


def _relate(
    reading: Reading, sentence: Sentence, mentions: list[InstrumentMention], earlier: list[InstrumentMention]
) -> None:
    """Reads "A amends B", "A, which repealed B and was amended by C", "It repealed D" inside one sentence."""
    folded = reading.folded
    subject: InstrumentDraft | None = None
    for start, end, kind, passive in _verbs(folded, sentence.start, sentence.end):
        after = [m for m in mentions if m.start >= end]
        before = [m for m in mentions if m.end <= start + 1]
        issued = after and before == [] and earlier and _UNDER_THIS.match(folded, start)
        if issued and kind == "implements":
            pair = (kind, earlier[0].draft)
            if after[0].draft is not earlier[0].draft:
                after[0].draft.relations.append(pair)
            continue
        if not passive and len(before) + len(earlier) > 1 and before and _PRONOUN.match(folded, end):
            # "Regulation 82 implements it": the law that the sentence, or the one before, is about.
            goal = before[0].draft if len(before) > 1 else earlier[0].draft
            if goal is not before[-1].draft:
                before[-1].draft.relations.append((kind, goal))
            continue
        if not after or after[0].start - end > 60 or _blocked(folded, end, after[0].start):
            continue
        target = after[0]
        lead = folded[max(sentence.start, start - 14) : start]
        nearest = before[-1] if before else None
        chosen: InstrumentDraft | None
        if subject is not None and _AND_BEFORE.search(lead) and not _WHICH_BEFORE.search(lead):
            chosen = subject
        elif nearest is not None:
            chosen = nearest.draft
        elif earlier and start - sentence.start < 60:
            chosen = earlier[0].draft
        else:
            chosen = None
        if chosen is None or chosen is target.draft:
            continue
        source, goal = (target.draft, chosen) if passive else (chosen, target.draft)
        source.relations.append((kind, goal))
        subject = target.draft if passive and kind == "implements" else chosen
        following = [m for m in after[1:] if _AND_ONLY.fullmatch(folded, after[0].end, m.start)]
        for m in following[:1]:
            if not passive and m.draft is not source:
                source.relations.append((kind, m.draft))


def _carry_out(
    reading: Reading,
    answer: ParsedAnswer,
    sentence: Sentence,
    mentions: list[InstrumentMention],
    found: Instruments,
) -> None:
    """Reads "for implementation of the X Policy, guidelines are defined in the Y Manual": Y implements X.

    Where the policy is not named beside the word, it is the one that the answer began with ("this strategy"), or, in
    the question on its features, the strategy of the question before.
    """
    if answer.q not in ("6", "7", "8"):
        return
    folded = reading.folded
    word = _implementation("implementation").search(folded, sentence.start, sentence.end)
    if word is None:
        return
    where = _implementation("laid_down_in").search(folded, word.end(), sentence.end)
    if where is None:
        return
    means = [m for m in mentions if m.start >= where.end() and m.draft.kind in _MEANS]
    named = [m.draft for m in mentions if word.end() <= m.start < where.start()]
    policy = named[0] if named else _main_policy(found, "7" if answer.q == "8" else answer.q)
    for mention in means:
        if policy is not None and policy is not mention.draft and not mention.draft.planned:
            mention.draft.relations.append(("implements", policy))


_MEANS = frozenset({"plan", "guideline", "strategy", "standard", "policy"})


@cache
def _implementation(name: str) -> Phrases:
    return Phrases(data("citations")[name])


def _main_policy(found: Instruments, q: str) -> InstrumentDraft | None:
    """The first policy or strategy in force that answers a question."""
    return next(
        (
            draft
            for draft in found.drafts
            if q in draft.evidence.q and draft.kind in ("policy", "strategy") and not draft.planned
        ),
        None,
    )


@cache
def _verb_phrases() -> list[tuple[str, bool, Phrases]]:
    found = []
    for kind, voices in data("citations")["relations"].items():
        found.append((kind, True, Phrases(voices["passive"])))
        found.append((kind, False, Phrases(voices["active"])))
    return found


def _verbs(folded: str, start: int, end: int) -> list[tuple[int, int, str, bool]]:
    places: list[tuple[int, int, str, bool]] = []
    for kind, passive, phrases in _verb_phrases():
        for match in phrases.finditer(folded, start, end):
            if not any(a < match.end() and match.start() < b for a, b, _, _ in places):
                places.append((match.start(), match.end(), kind, passive))
    return sorted(places)


def _blocked(folded: str, start: int, end: int) -> bool:
    return re.search(r"[;:]|\b(?:which|que|qui)\b", folded[start:end]) is not None


def _relation_between(folded: str, start: int, end: int) -> bool:
    return (
        re.search(
            r"\b(?:law|decree|resolution|resolucao|resolucion|ley|lei|loi|act)\b|[;.]", folded[start:end]
        )
        is not None
    )


def _articles(reading: Reading, q: str, sentence: Sentence, mentions: list[InstrumentMention]) -> None:
    for match in _ARTICLE.finditer(reading.folded, sentence.start, sentence.end):
        if reading.in_link(match.start()):
            continue
        behind = [m for m in mentions if 0 <= m.start - match.end() < 40]
        ahead = [m for m in mentions if 0 <= match.start() - m.end < 12]
        chosen = ahead[-1] if ahead else behind[0] if behind else None
        if chosen is not None:
            chosen.draft.articles.append((match[1], q))


def _addresses(
    reading: Reading,
    sentence: Sentence,
    mentions: list[InstrumentMention],
    earlier: list[InstrumentMention],
    found: Instruments,
) -> None:
    links = reading.links_between(sentence.start, sentence.end)
    if not links:
        return
    if (
        len(links) > 1
        and not mentions
        and len(earlier) > 1
        and re.match(
            r"\s*(?:these|both|estos|ambos|estas|ces|as duas|os dois)\b",
            reading.folded[sentence.start : sentence.start + 12],
        )
    ):
        for mention in earlier:
            mention.draft.url_candidates += [link.url for link in links]
        return
    for link in links:
        linked = next((m for m in mentions if m.start < link.end and link.start < m.end), None)
        if linked is not None:
            # The title itself is the link.
            linked.draft.urls.append(link.url)
            continue
        before = [m for m in mentions if m.start <= link.start]
        between = [m for m in before if m.start < link.start]
        if (
            not mentions
            and earlier
            and sentence.piece != earlier[0].sentence.piece
            and reading.text[sentence.start : link.start].strip(" <(") == ""
        ):
            first = found.first_in(earlier[0].q, earlier[0].sentence.piece) or earlier[0]
            if sentence.piece - first.sentence.piece == 1:
                first.draft.urls.append(link.url)
            continue
        owner = between[-1] if between else (earlier[-1] if earlier and not mentions else None)
        if owner is None or (not between and sentence.piece - owner.sentence.piece > 1):
            continue
        gap = reading.text[owner.end : link.start]
        if between and ("http" in gap or _ACTOR_GAP.search(gap)):
            continue
        approved = len(between) >= 2 and _APPROVED_BY.search(
            reading.folded, between[-2].end, between[-1].start
        )
        if (
            approved
            and between[-2].draft.kind not in LEGAL
            and "/legis" not in link.url
            and not re.search(r"\d{3}", link.url)
        ):
            owner = between[-2]
        owner.draft.urls.append(link.url)


def technologies_of(draft: InstrumentDraft) -> list[str]:
    """The technologies that the name of an instrument speaks of."""
    return coded("technologies").codes(fold(" ".join(draft.names)))


def _year_in_title(title: str) -> int | None:
    match = re.search(r"(?:,| of| de)?\s\(?((?:19|20)\d\d)\)?$", title)
    return int(match[1]) if match and "-" not in title[-10:] else None


def _year_after(folded: str, end: int, name: Name, limit: int) -> int | None:
    match = _LAW_YEAR.match(folded, name.after if name.acronym else end, limit)
    return int(match[1]) if match else None


_YEAR_BEHIND_TITLE = re.compile(
    r"[\"\s,]*(?:of|dated|from|de|du|vom|от)\s(?:\d{1,2}(?:st|nd|rd|th)?\s(?:de\s|of\s)?)?(?:[a-z]{3,10}\.?\s(?:de\s)?)?(?:\d{1,2},?\s)?((?:19|20)\d\d)\b"
)
_YEAR_IN_GAP = re.compile(r"[\s,(]*((?:19|20)\d\d)[\s,)]*\(\s*(?:the\s)?")
_YEAR_BEFORE = re.compile(r"\b((?:19|20)\d\d)\s$")
_FARTHEST_TITLE, _NEAREST_TITLE = 600, 200
"""A title begins at most so many characters before its citation, or after it: the words between them are few."""
_UNDER_THIS = re.compile(
    r"(?:pursuant to|issued under|made under|under|en desarrollo de|en virtud de)\s(?:this|the said|that|such|esta|dicha)\s"
)
_THIS_ONE = re.compile(
    r"\s*(?:this|the said|esta|este|dicha|dicho|cette|ce|cet|este|esta|o presente|a presente)\s(resolution|decree|regulation|law|act|order|resolucion|decreto|reglamento|ley|decret|reglement|loi|arrete|resolucao|regulamento|lei|portaria)\s(?:establishes|sets|defines|regulates|lays down|provides|establece|define|regula|fixe|definit|etablit|precise|estabelece|regulamenta)\b"
)
_THIS_KIND = {
    "resolution": "resolution", "resolucion": "resolution", "resolucao": "resolution", "decree": "decree", "decreto": "decree", "decret": "decree",
    "regulation": "regulation", "reglamento": "regulation", "reglement": "regulation", "regulamento": "regulation", "order": "regulation", "arrete": "regulation",
    "portaria": "regulation", "law": "act", "act": "act", "ley": "act", "loi": "act", "lei": "act",
}  # fmt: skip
_PRONOUN = re.compile(
    r"\s(?:it|them|this (?:law|act|decree)|the (?:said )?(?:law|act)|dicha ley|esta ley|cette loi|celle-ci|celui-ci|essa lei|esta lei)\b"
)
_TITLE_GAP = re.compile(
    r"\s*[,(:–—-]*\s*(?:or\s+|also\s+|known\s+as\s+|called\s+|o\s+|ou\s+|conocida como\s+|dite\s+)*(?:the\s+|la\s+|el\s+|a\s+|le\s+)?[\"'(]?\s*"
)
_APPOSED = re.compile(r"\s*,\s*(?:the|o|a|el|la|le)\s")
_BY_WHICH = re.compile(
    r"\s*,?\s*(?:\([^)]{0,40}\)\s*)?(?:by which|whereby|through which|por la cual|por el cual|por medio de la cual|que cria|que instituye|que crea|qui cree|which creates|creating|establishing|which establishes|que instituiu|que institui|que establece)\s+(?:se (?:dictan|crea|establece|expide)\s+)?(?:the\s+|la\s+|el\s+|o\s+|a\s+|le\s+|un\s+|uma\s+|an?\s+)?"
)
_ESTABLISHES = re.compile(
    r"\b(?:establish|defin|contain|sets|set out|adopt|approv|establece|define|contiene|adopta|aprueba|that is|which is|the|la|:|-)"
)
_DEFINED_IN = re.compile(
    r"[^.;]{0,24}\b(?:is |was |es |fue |e |foi )?(?:defined|adopted|approved|set out|contained|established|laid down|definida|aprobada|adoptada|contenida|definido|establecida)?\s?(?:in|by|through|en|por|mediante|no|na)\s(?:the|el|la|o|a)?\s?"
)
_OPEN = re.compile(r"\s*\(?[^()]{0,14}\)?\s?\(\s*(?:the\s)?")
_COMMA = re.compile(r"\s*[,–—-]\s*")
_APPROVED = re.compile(
    r"\s*(?:\([^)]{2,20}\))?\s*,?\s*(?:which was |was |is |que foi |que fue )?(?:approved|enacted|adopted|established|introduced|promulgated|passed|created|set up|aprobad[oa]|aprovad[oa]|promulgad[oa]|instituid[oa]|cree?e?|adoptee?|approuvee?)\s+(?:in \d{4} )?(?:by|as|through|under|with|por|pel[oa]|mediante|par|como)\s+(?:the\s|la\s|el\s|le\s|o\s|a\s)?"
)
_APPROVED_BY = re.compile(
    r"\b(?:approved|adopted|aprobad[oa]|aprovad[oa]|approuvee?|adoptee?|established|instituid[oa])\b"
)
_SHORT_NAME = re.compile(r"\s?\(([A-Za-z][\w&-]{1,12}(?: [A-Z][\w]{1,10})?)\)")
_QUOTED = re.compile(r"\s?[,:–-]?\s?(?:\(\s?)?[“\"«]\s?([^”\"»]{4,140}?)\s?[”\"»]")
_ON_SUBJECT = re.compile(
    r"\s*,?\s*\(?(?:on|sobre|relativa? al?|relativa? a la|relatif a|relative a|relative aux?|concerning|for|pour|portant|regulating|governing|que regula|del?|dite)\s+((?:the\s|la\s|el\s|l')?[a-z][^.;:()\n]{5,140})"
)
_LOWER_TITLE = re.compile(
    r"\s*,?\s*(?:which|that|que)\s(?:(?:aims|seeks|intends|busca|tiene como objetivo|pretende)\s(?:to\s)?)?(?:defines?|establish(?:es)?|sets? out|adopts?|formulates?|contains|define|definir|establece|establecer|formula|formular|adopta|contiene)\s(?:the|a|la|el|una|un)\s((?:national\s)?(?:strategy|policy|plan|guidelines|estrategia|politica|lineamientos)\s(?:for|on|of|to|para|de|sobre)\s[^.;:,()\n]{5,140})"
)
_QUALIFYING = re.compile(r"\s\([A-Z][\w -]{2,30}\)")
_RELATION_WORD = re.compile(
    r"\b(?:is|was|are|were|which|there|es|fue|foi|est|regula|establece|rege|governed)\b"
)
_VERB = re.compile(
    r",|\b(?:is|was|are|were|has|have|which|that|establishes|regulates|governs|provides|sets|requires|que|es|fue|foi|regula|establece|est|qui|and its|as well|and the|amended|in force|applies|covers|guarantees|gives|makes|defines|recogn\w+|y su|y el|e o)\b"
)
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
_TRAILING_YEARS = re.compile(r"[\s,(]*(?:of |de )?(?:19|20)\d\d(?:\s?[-–/]\s?(?:(?:19|20)?\d\d))?\)?$")
_INCLUDING = re.compile(
    r"\b(?:including|incluida|inclusive|incluindo|y compris|incluyendo) (?:la |a |the )?(?:digital security|seguridad digital|seguranca digital|securite numerique)"
)
_SECURITY = re.compile(
    r"\b(?:digital security|cyber\s?-?(?:security|space|crime)|ciberseg|cibercrim|ciberdel|cyberseg|cybersec|cybercrim|seguridad digital|seguranca digital|securite numerique|seguranca cib|seguridad de la informacion|information security|network security)"
)
_CONTINUES = re.compile(
    r"\s*(?:there is also|also|in addition|additionally|asimismo|tambien|alem|aussi|de plus|the same|this law|esta ley|pursuant|it |https?:)"
)
_ARTICLE = re.compile(
    r"\b(?:articles?|art\.|arts\.|articulos?|artigos?)\s*(?:n[ºo°]\s*)?(\d{1,4}(?:\.\d{1,2})?(?:[a-z](?![a-z]))?)"
)
_WHICH_BEFORE = re.compile(r"\b(?:which|that|que|qui|o qual|la cual)\s*(?:\w+\s){0,1}$")
_AND_BEFORE = re.compile(r"\b(?:and|y|e|et)\s*(?:\w+\s){0,2}$")
_AND_ONLY = re.compile(r"\s*(?:,|and|y|e|et)\s*(?:the\s|la\s|a\s|o\s)?")
_ACTOR_GAP = re.compile(
    r"\b(?:names|authority|Commission|Comissão|Comisión|Agency|Agencia|Centro|Centre|supervisory|published by|autoridad|autoridade)\b"
)
_SMALL = frozenset(
    {
        "of",
        "the",
        "for",
        "and",
        "on",
        "in",
        "de",
        "la",
        "del",
        "do",
        "da",
        "para",
        "y",
        "e",
        "et",
        "des",
        "du",
        "el",
        "a",
        "o",
        "le",
        "les",
        "pour",
        "l'",
        "d'",
        "l",
        "d",
    }
)
_OF_COUNTRY = re.compile(
    r"\s(?:of|de|del|da|do|du)\s(?:the\s|la\s)?((?:Republic of\s)?[A-Z][\w]+(?: [A-Z]\w+)?)(?:\sof\s[A-Z]\w+)?$"
)
_INNER_SUBJECT = re.compile(
    r"[\"“«](.{3,120}?)[\"”»]|\s(?:on|sobre)\s(?:the\s|la\s)?(.{5,110}?)\s(?:No\.?|N[.ºo°]+|№)\s?\d"
)
_CONSTITUTION = re.compile(r"(?:political |federal )?constitu(?:tion|cion|icao)\b(?! act)")
_BILL = re.compile(r"\bbill(?:\s(?:19|20)\d\d)?$|^(?:proyecto|projeto|projet) de (?:ley|lei|loi)")
_AS_REGARDS = re.compile(
    r"\s?,?\s?(?:no que respeita|no tocante|as regards|with regard to|regarding|en lo relativo|en materia de|en ce qui concerne|as to|concerning|em relacao)\s[^.;]{2,80}"
)
_GENERIC = frozenset(
    {
        "national",
        "action",
        "plan",
        "strategy",
        "policy",
        "implementation",
        "the",
        "strategic",
        "nacional",
        "accion",
        "estrategia",
        "politica",
        "plano",
        "acao",
        "implementacion",
        "implementacao",
        "nationale",
        "strategie",
        "politique",
        "d'action",
        "work",
        "annual",
        "framework",
        "legal",
        "guidelines",
        "law",
        "act",
        "code",
        "bill",
        "general",
        "new",
        "guide",
        "draft",
        "system",
        "planning",
        "regulatory",
        "regulation",
        "regulations",
        "laws",
        "rules",
        "order",
        "master",
        "development",
        "marco",
        "normativo",
        "juridico",
        "legislation",
    }
)
_MERGE_GENERIC = frozenset(
    {
        "national",
        "nacional",
        "nationale",
        "strategy",
        "policy",
        "estrategia",
        "politica",
        "strategie",
        "politique",
    }
)
