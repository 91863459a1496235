"""Laws and policies: citations and titles in running text become entries, with topics, relations, addresses and articles."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote

from kg.extraction.citations import Citation, citations_between, plain_number
from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import Phrases, coded, country_of, data
from kg.extraction.names import Name, classify
from kg.extraction.negation import is_denied, is_planned
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
class InstrumentDraft:
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
    urls: list[str] = field(default_factory=list)
    url_candidates: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    technologies: list[str] = field(default_factory=list)
    articles: list[tuple[str, str]] = field(default_factory=list)
    relations: list[tuple[str, InstrumentDraft]] = field(default_factory=list)
    planned: bool = False
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.title, *self.aliases) if name]


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


def find_instruments(reading: Reading) -> Instruments:
    """Reads every answer that may name instruments; see the module for what is taken."""
    found = Instruments()
    for answer in reading.answers:
        if answer.q in _CITED_IN:
            _read_answer(reading, answer, found)
    _read_file_names(reading, found)
    _merge_names(reading, found)
    return found


def _read_answer(reading: Reading, answer: ParsedAnswer, found: Instruments) -> None:
    topics: list[str] = []
    earlier: list[InstrumentMention] = []
    previous_piece = -1
    labelled = inherited = False
    for sentence in reading.sentences(answer):
        label_topics = _topics_before_colon(reading, sentence) if answer.q == "9" else []
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
        _relate(reading, sentence, mentions, earlier)
        _articles(reading, answer.q, sentence, mentions)
        _addresses(reading, sentence, mentions, earlier, found)
        if mentions:
            earlier = mentions
        previous_piece = sentence.piece
        found.mentions += mentions


# -- mentions


def _mentions(
    reading: Reading, answer: ParsedAnswer, sentence: Sentence, found: Instruments
) -> list[InstrumentMention]:
    text, folded = reading.text, reading.folded
    left, right = sentence.start, sentence.end
    citations = [c for c in citations_between(text, folded, left, right) if not reading.in_link(c.start)]
    names = [
        n
        for n in reading.names(left, right)
        if not reading.in_link(n.start)
        and not any(c.start < n.end and n.start < c.end and n.group != "laws" for c in citations)
    ]
    used: set[int] = set()
    mentions = [_cited(reading, answer, sentence, citation, names, used, found) for citation in citations]
    taken = [(m.start, m.end) for m in mentions]
    for index, name in enumerate(names):
        if index in used or any(a < name.end and name.start < b for a, b in taken):
            continue
        mention = _titled(reading, answer, sentence, name, names, index, used, found)
        if mention is not None:
            mentions.append(mention)
    return [m for m in sorted(mentions, key=lambda m: m.start) if m.draft in found.drafts]


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
            found.drafts.append(draft)
    else:
        draft.year = draft.year or citation.year
        draft.date = draft.date or citation.date
        if words_key(stated) not in {words_key(name) for name in draft.names}:
            draft.aliases.append(stated)
    if title and not draft.title:
        draft.title = title
        draft.year = draft.year or _year_in_title(title)
    elif title and words_key(title) not in {words_key(name) for name in draft.names}:
        draft.aliases.append(title)
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
                        urls=[link.url],
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
                    found.drafts.append(draft)


def _known(found: Instruments, citation: Citation) -> InstrumentDraft | None:
    if citation.number is None:
        return None
    number = plain_number(citation.number)
    for draft in found.drafts:
        if (
            draft.number is None
            or plain_number(draft.number) != number
            or _family(draft.kind) != _family(citation.kind)
        ):
            continue
        if draft.year == citation.year or None in (draft.year, citation.year):
            return draft
    return None


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
    for index, name in enumerate(names):
        if index in used:
            continue
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
                    len(name.text.split()) >= 3 and name.group not in ("bodies",) and _BY_WHICH.fullmatch(gap)
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
            if policy and _DEFINED_IN.fullmatch(gap):
                used.add(index)
                return text[name.start : name.after].strip() if name.acronym is None else name.text, None
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
    draft = _known_title(found, title, group)
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
        found.drafts.append(draft)
    if name.acronym and name.acronym not in draft.aliases:
        draft.aliases.append(name.acronym)
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
        if words_key(alias) not in {words_key(n) for n in draft.names}:
            draft.aliases.append(alias)
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


def _known_title(found: Instruments, title: str, group: str | None) -> InstrumentDraft | None:
    key = words_key(title)
    for draft in found.drafts:
        if any(words_key(name) == key for name in draft.names):
            return draft
        if (
            group == "laws"
            and draft.title
            and words_key(_TRAILING_YEARS.sub("", draft.title)) == words_key(_TRAILING_YEARS.sub("", title))
        ):
            return draft
    return None


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
    policies = [draft for draft in found.drafts if draft.kind in ("policy", "strategy") and not draft.number]
    for position, draft in enumerate(policies):
        if draft not in found.drafts:
            continue
        for other in policies[position + 1 :]:
            if other not in found.drafts:
                continue
            content, other_content = _content(draft.name), _content(other.name)
            if content and content == other_content and len(content) >= 2 and draft.planned == other.planned:
                draft.aliases += [
                    name for name in other.names if words_key(name) not in {words_key(n) for n in draft.names}
                ]
                draft.urls += [url for url in other.urls if url not in draft.urls]
                draft.topics += [topic for topic in other.topics if topic not in draft.topics]
                draft.relations += other.relations
                draft.evidence.merge(other.evidence)
                draft.evidence.doubt(
                    "inferred",
                    "Taken to be one instrument under two names, because they differ in general words only.",
                    other.name,
                )
                found.merges.append(
                    f"instrument '{other.name}' → '{draft.name}' (same words besides general ones)"
                )
                found.drafts.remove(other)
                for mention in found.mentions:
                    if mention.draft is other:
                        mention.draft = draft
                for third in found.drafts:
                    third.relations = [
                        (kind, draft if target is other else target) for kind, target in third.relations
                    ]


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
    folded = _INCLUDING.sub(lambda m: " " * len(m[0]), reading.folded[start:end])
    codes = [
        code
        for code, fingerprint in _legal_topics(reading.form.family, reading.form.edition, reading)
        if fingerprint.matches(folded)
    ]
    if _SECURITY.search(folded):
        codes.append("digital-security")
    return codes


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
        mention.draft.topics += [topic for topic in chosen if topic not in mention.draft.topics]
        last = mention.end


def _topics_in(reading: Reading, folded: str) -> list[str]:
    folded = _INCLUDING.sub("", folded)
    codes = [
        code
        for code, fingerprint in _legal_topics(reading.form.family, reading.form.edition, reading)
        if fingerprint.matches(folded)
    ]
    return [*codes, "digital-security"] if _SECURITY.search(folded) else codes


_TOPICS: dict[tuple[str, int], list[tuple[str, Fingerprint]]] = {}


def _legal_topics(family: str, edition: int, reading: Reading) -> list[tuple[str, Fingerprint]]:
    if (family, edition) not in _TOPICS:
        question = reading.form.question("9")
        _TOPICS[family, edition] = [
            (item.code, Fingerprint(item.words)) for item in (question.items if question else [])
        ]
    return _TOPICS[family, edition]


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
            if pair not in after[0].draft.relations and after[0].draft is not earlier[0].draft:
                after[0].draft.relations.append(pair)
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
        if (kind, goal) not in source.relations:
            source.relations.append((kind, goal))
        subject = target.draft if passive and kind == "implements" else chosen
        following = [m for m in after[1:] if _AND_ONLY.fullmatch(folded, after[0].end, m.start)]
        for m in following[:1]:
            if not passive and (kind, m.draft) not in source.relations and m.draft is not source:
                source.relations.append((kind, m.draft))


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
        if chosen is not None and (match[1], q) not in chosen.draft.articles:
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
            mention.draft.url_candidates += [
                link.url for link in links if link.url not in mention.draft.url_candidates
            ]
        return
    for link in links:
        linked = next((m for m in mentions if m.start < link.end and link.start < m.end), None)
        if linked is not None:
            # The title itself is the link.
            if link.url not in linked.draft.urls:
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
            first = min(
                (
                    m
                    for m in found.mentions
                    if m.q == earlier[0].q and m.sentence.piece == earlier[0].sentence.piece
                ),
                key=lambda m: m.start,
                default=earlier[0],
            )
            if sentence.piece - first.sentence.piece == 1 and link.url not in first.draft.urls:
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
        if link.url not in owner.draft.urls:
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


_UNDER_THIS = re.compile(
    r"(?:pursuant to|issued under|made under|under|en desarrollo de|en virtud de)\s(?:this|the said|that|such|esta|dicha)\s"
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
