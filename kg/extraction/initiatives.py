"""Initiatives: programmes, projects, platforms and services by name that are said to be launched, run, built or planned.

A thing counts when its name says so ("Public Sector Modernisation Programme"), when a word beside the name does ("the
SOFIA project", "SOFIA is a digital solution"), or when an item begins with a title that the next sentence calls a
project. The words are data (`data/initiatives.yaml`). Laws and policies, bodies, partnerships and portals are no
initiatives: they have entries of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from kg.extraction.bodies.drafts import Bodies, BodyDraft
from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.gazetteer import Coded, Phrases, coded, country_of, data, phrases, word_set
from kg.extraction.instruments.drafts import InstrumentDraft, Instruments
from kg.extraction.names import Name, is_acronym
from kg.extraction.negation import clause_around, is_denied
from kg.extraction.partnerships import PartnershipDraft
from kg.extraction.places import Distinct
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold, words_key

_READ_IN = ("7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "21", "23", "24")
_WITH_TECHNOLOGY = ("15", "16")
"""Questions on new technologies: what an item says there of a technology is said of its initiative."""


@dataclass(slots=True, eq=False)
class InitiativeDraft:
    """An initiative while it is put together from its mentions. Actors are bodies, or names of anybody else."""

    name: str
    aliases: list[str] = field(default_factory=Distinct)
    status: str | None = None
    start_year: int | None = None
    urls: list[str] = field(default_factory=Distinct)
    technologies: list[str] = field(default_factory=Distinct)
    led_by: list[BodyDraft | str] = field(default_factory=Distinct)
    partners: list[BodyDraft | str] = field(default_factory=Distinct)
    under: list[InstrumentDraft] = field(default_factory=Distinct)
    evidence: Evidence = field(default_factory=Evidence)


def find_initiatives(
    reading: Reading, bodies: Bodies, instruments: Instruments, partnerships: list[PartnershipDraft]
) -> list[InitiativeDraft]:
    """Reads the answers in which governments tell what they do; see the module for what is taken."""
    finder = _Finder(reading, bodies, instruments)
    finder.others = {words_key(name) for draft in partnerships for name in (draft.name, draft.acronym or "")}
    for answer in reading.answers:
        if answer.q in _READ_IN:
            finder.read(answer)
    return finder.found


class _Finder:
    """Goes through the sentences of an answer and remembers which initiative and which body they speak of."""

    def __init__(self, reading: Reading, bodies: Bodies, instruments: Instruments) -> None:
        self._reading = reading
        self._bodies = bodies
        self._instruments = instruments
        self.found: list[InitiativeDraft] = []
        self.others: set[str] = set()
        self._by_name: dict[str, InitiativeDraft] = {}
        self._leader: list[BodyDraft | str] = []
        self._current: InitiativeDraft | None = None
        self._current_piece = self._piece = -1

    def read(self, answer: ParsedAnswer) -> None:
        self._leader, self._current, self._current_piece, self._piece = [], None, -1, -1
        sentences = self._reading.sentences(answer)
        for number, sentence in enumerate(sentences):
            following = sentences[number + 1] if number + 1 < len(sentences) else None
            self._sentence(answer, sentence, following)

    def _sentence(self, answer: ParsedAnswer, sentence: Sentence, following: Sentence | None) -> None:
        starts = sentence.piece != self._piece
        self._piece = sentence.piece
        named = self._named(answer, sentence, following, starts=starts)
        for position, (start, end, name, aliases, why) in enumerate(named):
            draft = self._take(answer.q, start, end, name, aliases, why)
            stop = named[position + 1][0] if position + 1 < len(named) else sentence.end
            left = sentence.start if position == 0 else named[position - 1][1]
            self._describe(answer, sentence, draft, (left, start, end, stop))
            self._current, self._current_piece = draft, sentence.piece
        if named or self._unnamed(answer, sentence) is not None:
            return
        if self._current is not None and (
            sentence.piece == self._current_piece
            or (sentence.piece == self._current_piece + 1 and self._is_address(sentence))
        ):
            self._go_on(answer, sentence, self._current)
            return
        self._current = None
        self._leader = self._leading(sentence, sentence.end) or self._leader

    # -- names

    def _named(
        self, answer: ParsedAnswer, sentence: Sentence, following: Sentence | None, *, starts: bool
    ) -> list[tuple[int, int, str, list[str], str]]:
        """The initiatives that a sentence names: where, the name, other names, and why it is one."""
        reading = self._reading
        titled = self._title(answer, sentence, following) if starts else None
        if titled is not None:
            return [titled]
        found: list[tuple[int, int, str, list[str], str]] = []
        for name in reading.names(sentence.start, sentence.end):
            if not self._may_be(name, answer, sentence):
                continue
            why = self._why(name, answer, sentence)
            if why is None:
                continue
            end, aliases = name.end, [name.acronym] if name.acronym else []
            if _is_topic(name.text) and (noun := _BEHIND.match(reading.folded, name.after, sentence.end)):
                # "the Open Data initiative": without the noun it is a subject, not a name.
                end = noun.end()
            numbered = _COUNT.search(reading.text, max(sentence.start, name.start - 6), name.start)
            start = numbered.start(1) if numbered is not None else name.start
            found.append((start, end, reading.text[start:end], aliases, why))
        return found

    def _may_be(self, name: Name, answer: ParsedAnswer, sentence: Sentence) -> bool:
        reading = self._reading
        key = words_key(name.text)
        if (
            name.group == "laws"
            or (name.group == "bodies" and not _called(reading.folded, name, sentence))
            or reading.in_link(name.start)
            or len(key) < 3
            or key in self.others
            or (name.acronym is not None and words_key(name.acronym) in self.others)
            or country_of(name.text) is not None
            or fold(name.text) in word_set("leading")
            or self._instruments.places.overlap(name.start, name.end)
            or self._bodies.places.overlap(name.start, name.end)
            or (answer.q == "24" and _is_partnership(reading.folded, sentence.start, sentence.end))
        ):
            return False
        content = [
            word for word in key.split() if word not in _general() and word not in word_set("connectors")
        ]
        if (not content and not name.acronym and not name.quoted) or key in _technology_words():
            return False
        return not is_denied(reading.folded, name.start, name.end, sentence.start, sentence.end)

    def _why(self, name: Name, answer: ParsedAnswer, sentence: Sentence) -> str | None:
        """Why a name is that of an initiative, or None."""
        folded = self._reading.folded
        words = words_key(name.text).split()
        if self._by_name.get(words_key(name.text)) is not None:
            return "named again"
        if len(words) >= 2 and (words[-1] in _words("nouns") or words[0] in _words("nouns")):
            return "its name says that it is one"
        if _called(folded, name, sentence):
            return "called so beside its name"
        before = _BEFORE.search(folded, max(sentence.start, name.start - 40), name.start)
        behind = _BEHIND.match(folded, name.after, sentence.end)
        if name.group in ("policies", "organisations") or answer.q in ("23", "24"):
            return None
        if self._laid_down(name, sentence):
            return "laid down in a law"
        if _MEANS.search(folded, max(sentence.start, name.start - 60), name.start) is not None:
            return None
        defined = _DEFINED.match(folded, name.after, sentence.end)
        if defined is not None and _phrases("defined_as").search(defined[1]) is not None:
            return "said to be one"
        thing = len(words) >= 2 and (words[-1] in _words("things") or words[0] in _words("things"))
        if (
            thing
            or (before is not None and before[1] in _words("things"))
            or (behind is not None and behind[1] in _words("things"))
        ) and _status_code(
            folded, *clause_around(folded, name.start, name.end, sentence.start, sentence.end)
        ) is not None:
            return "said to be launched, run or planned"
        return None

    def _laid_down(self, name: Name, sentence: Sentence) -> bool:
        """Whether a law creates it: "Decree 5 of 2010, by which X Services are created"."""
        folded = self._reading.folded
        law = next(iter(self._instruments.places.starting(sentence.start, name.start)), None)
        words = words_key(name.text).split()
        return (
            law is not None
            and len(words) >= 2
            and (words[-1] in _words("things") or words[0] in _words("things"))
            and _phrases("laid_down").search(folded, max(sentence.start, name.start - 60), name.start)
            is not None
        )

    def _title(
        self, answer: ParsedAnswer, sentence: Sentence, following: Sentence | None
    ) -> tuple[int, int, str, list[str], str] | None:
        """A title at the head of an item, if the sentence behind it speaks of it as of a project."""
        reading = self._reading
        if following is None or following.piece != sentence.piece or answer.q not in _WITH_TECHNOLOGY:
            return None
        start = sentence.start
        lead = _NUMBERED.match(reading.text, start, sentence.end)
        start = lead.end() if lead is not None else start
        title = reading.text[start : sentence.end].rstrip(" .:")
        end = start + len(title)
        if (
            not title[:1].isupper()
            or not 1 <= len(title.split()) <= _LONGEST_TITLE
            or _SENTENCE.search(fold(title))
        ):
            return None
        if _active().search(reading.folded, start, end) is not None:
            return None
        if self._instruments.places.overlap(start, end) or words_key(title) in self.others:
            return None
        parts = [part.strip() for part in _DASH.split(title)]
        opening = reading.folded[following.start : following.end]
        again = any(opening.startswith(fold(part)) for part in parts if len(part) > 2)
        back = _phrases("refers_back").match(opening)
        goes_on = back is not None and not reading.text[following.start + back.end() :][1:2].isupper()
        if not again and not goes_on:
            return None
        aliases = [part for part in parts[1:] if is_acronym(part) or opening.startswith(fold(part))]
        return start, end, title, aliases, "a title that the next sentence calls a project"

    def _take(self, q: str, start: int, end: int, name: str, aliases: list[str], why: str) -> InitiativeDraft:
        keys = [words_key(name), *map(words_key, aliases)]
        draft = next((self._by_name[key] for key in keys if key in self._by_name), None)
        if draft is None:
            draft = InitiativeDraft(" ".join(name.split()))
            self.found.append(draft)
        elif words_key(name) != words_key(draft.name):
            draft.aliases.append(name)
        draft.aliases += [alias for alias in aliases if alias != draft.name]
        for key in keys:
            self._by_name.setdefault(key, draft)
        sure: Confidence = "medium"
        draft.evidence.seen(self._reading, q, start, end, sure, why)
        return draft

    def _unnamed(self, answer: ParsedAnswer, sentence: Sentence) -> InitiativeDraft | None:
        """ "Another example was developed with X, in which blockchain was applied to diplomas": a thing without a name."""
        reading = self._reading
        folded = reading.folded
        if answer.q not in _WITH_TECHNOLOGY or not _phrases("unnamed").search(
            folded, sentence.start, sentence.end
        ):
            return None
        applied = _phrases("applied_to").search(folded, sentence.start, sentence.end)
        if applied is None or is_denied(folded, applied.start(), applied.end(), sentence.start, sentence.end):
            return None
        before = coded("technologies").places(folded, sentence.start, applied.start())
        purpose = _PURPOSE.match(folded, applied.end(), sentence.end)
        if not before or purpose is None:
            return None
        start, end, _ = before[-1]
        words = reading.text[start:end]
        name = f"{words[0].upper()}{words[1:]} for {reading.text[purpose.start(1) : purpose.end(1)]}"
        draft = self._take(answer.q, start, purpose.end(1), name, [], "a technology and what it is put to")
        draft.evidence.doubt("note", "The source gives no name; this one is made of its words.")
        self._describe(answer, sentence, draft, (sentence.start, start, purpose.end(1), sentence.end))
        self._current, self._current_piece = draft, sentence.piece
        return draft

    # -- what is said of it

    def _describe(
        self,
        answer: ParsedAnswer,
        sentence: Sentence,
        draft: InitiativeDraft,
        place: tuple[int, int, int, int],
    ) -> None:
        """Reads a sentence that names an initiative: `place` is where it may begin, the name, and where it may end."""
        reading, folded = self._reading, self._reading.folded
        left, start, end, stop = place
        draft.status = draft.status or _status(folded, left, start, end, stop)
        self._facts(answer, draft, left, stop)
        if not draft.led_by:
            leaders = self._leading(sentence, start)
            if (
                not leaders
                and self._leader
                and (
                    _phrases("examples").search(folded, left, start) is not None
                    or reading.document.locate(start).block.kind.value == "list_item"
                )
            ):
                leaders = self._leader
            draft.led_by += leaders
        laws = list(self._instruments.places.starting(left, start))
        if laws and _phrases("laid_down").search(folded, max(laws[-1].start, start - 60), start) is not None:
            draft.under.append(laws[-1].draft)

    def _go_on(self, answer: ParsedAnswer, sentence: Sentence, draft: InitiativeDraft) -> None:
        """Reads a sentence that goes on about an initiative."""
        folded = self._reading.folded
        draft.status = draft.status or _status_code(folded, sentence.start, sentence.end)
        self._facts(answer, draft, sentence.start, sentence.end)

    def _facts(self, answer: ParsedAnswer, draft: InitiativeDraft, start: int, end: int) -> None:
        reading, folded = self._reading, self._reading.folded
        if answer.q not in ("9", "23"):
            draft.urls += [link.url for link in reading.links_between(start, end)][:3]
        if answer.q in _WITH_TECHNOLOGY:
            for a, b, code in coded("technologies").places(folded, start, end):
                if not reading.in_link(a) and not is_denied(folded, a, b, start, end):
                    draft.technologies.append(code)
        if draft.start_year is None:
            year = _SINCE.search(folded, start, end)
            if year is not None and not reading.in_link(year.start(1)) and draft.status != "planned":
                draft.start_year = int(year[1])
        draft.led_by += self._actors(_phrases("led_by").search(folded, start, end), end) or self._actors(
            _by_whom(folded, start, end), end
        )
        partners = self._actors(_phrases("partners").search(folded, start, end), end)
        draft.partners += [actor for actor in partners if actor not in draft.led_by]

    def _actors(self, match: re.Match[str] | None, end: int) -> list[BodyDraft | str]:
        """The bodies and others named right behind a turn of phrase such as "led by"."""
        reading = self._reading
        found: list[BodyDraft | str] = []
        if match is None:
            return found
        at = match.end()
        for name in reading.names(match.end(), min(end, match.end() + _REACH)):
            if _LISTED.fullmatch(reading.folded, at, name.start) is None:
                break
            at = name.after
            if country_of(name.text) is None:
                found.append(self._actor(name))
        return found

    def _actor(self, name: Name) -> BodyDraft | str:
        known = self._bodies.called(name.text) or (
            self._bodies.called(name.acronym) if name.acronym else None
        )
        return known or name.text

    def _leading(self, sentence: Sentence, before: int) -> list[BodyDraft | str]:
        """The bodies that a sentence makes the subject of launching or running something before an offset."""
        folded = self._reading.folded
        leaders: list[BodyDraft | str] = []
        last = sentence.start
        for mention in self._bodies.places.starting(sentence.start, before):
            if mention.draft.country is not None:
                continue
            if leaders and _LISTED.fullmatch(folded, last, mention.start) is None:
                break
            leaders.append(mention.draft)
            last = max(mention.end, _behind_bracket(folded, mention.end, before))
        if not leaders:
            return []
        verb = _phrases("leads").search(folded, last, min(before, last + 60))
        return leaders if verb is not None else []

    def _is_address(self, sentence: Sentence) -> bool:
        links = self._reading.links_between(sentence.start, sentence.end)
        return (
            bool(links)
            and _ADDRESS_LEAD.fullmatch(self._reading.folded, sentence.start, links[0].start) is not None
        )


def _status(folded: str, left: int, start: int, end: int, stop: int) -> str | None:
    """The status said behind a name, else the one said before it."""
    return _status_code(folded, end, stop) or _status_code(folded, left, start)


def _status_code(folded: str, start: int, end: int) -> str | None:
    # The data has the statuses in the order in which one outdoes another.
    return _statuses().first(folded, start, end)


def _is_topic(name: str) -> bool:
    folded = fold(name)
    return any(end - start == len(folded) for start, end, _ in coded("cooperation_topics").places(folded))


def _noun_behind(folded: str, name: Name, sentence: Sentence) -> str | None:
    """What a thing is called behind its name: "the SOFIA project"."""
    match = _BEHIND.match(folded, name.after, sentence.end)
    return match[1] if match is not None and match[1] in _words("nouns") else None


def _called(folded: str, name: Name, sentence: Sentence) -> bool:
    """Whether a word beside a name says that it is an initiative: "the SOFIA project", "el proyecto SOFIA"."""
    before = _BEFORE.search(folded, max(sentence.start, name.start - 40), name.start)
    return (before is not None and before[1] in _words("nouns")) or (
        _noun_behind(folded, name, sentence) is not None
    )


def _by_whom(folded: str, start: int, end: int) -> re.Match[str] | None:
    """The "by" of "was launched in 2018 by"."""
    verb = _active().search(folded, start, end)
    return _BY.search(folded, verb.end(), min(end, verb.end() + 30)) if verb is not None else None


def _behind_bracket(folded: str, at: int, end: int) -> int:
    match = _BRACKET.match(folded, at, end)
    return match.end() if match is not None else at


@cache
def _phrases(name: str) -> Phrases:
    return Phrases(data("initiatives")[name])


@cache
def _statuses() -> Coded:
    return Coded(data("initiatives")["statuses"])


@cache
def _active() -> Phrases:
    return Phrases(data("initiatives")["statuses"]["active"])


@cache
def _words(name: str) -> frozenset[str]:
    """The single words of a list of the data."""
    return frozenset(fold(str(word)) for word in data("initiatives")[name])


@cache
def _general() -> frozenset[str]:
    """Words that tell no initiative from another."""
    kinds = _words("nouns") | _words("things") | frozenset(_GENERAL)
    return frozenset(word for phrase in kinds for word in phrase.split())


@cache
def _technology_words() -> frozenset[str]:
    return frozenset(
        words_key(str(word)) for words in data("phrases")["technologies"].values() for word in words
    )


def _is_partnership(folded: str, start: int, end: int) -> bool:
    return (
        phrases("ppp").search(folded, start, end) is not None
        or phrases("multistakeholder").search(folded, start, end) is not None
    )


_REACH = 260
"""The names behind "led by" and the like stand within so many characters."""
_LONGEST_TITLE = 16
_GENERAL = (
    "national", "nacional", "nationale", "nationales", "digital", "numerique", "government", "gobierno", "governo", "gouvernement",
    "action", "accion", "acao", "public", "publico", "publique", "new", "nuevo", "nouveau", "novo", "first", "main", "several", "various", "this", "these",
)  # fmt: skip
_BEFORE = re.compile(
    r"\b([\w-]+)(?:\s(?:called|named|known as|entitled|titled|denominad[oa]|llamad[oa]|titulad[oa]|denomme|denommee|appele|appelee|intitule|intitulee|chamad[oa]|de|d'|do|da|del|of))?[\s,:]{1,2}[\"'“«(]?$"
)
_BEHIND = re.compile(r"[\"'”»)]?\s(?:digital\s|pilot\s|national\s|innovation\s)?([\w-]+)\b")
_COUNT = re.compile(r"(?<![\w.,/-])(\d{1,4}) $")
_BY = re.compile(r"\b(?:by|par|por|pel[oa])\s")
_MEANS = re.compile(
    r"\b(?:based on|built on|relies on|using|uses|through|via|repose sur|base sur|fonde sur|s'appuie sur|basad[oa] en|a traves de|mediante|assente em|baseia-se em|com base em|baseado em|atraves d[oae])\s(?:[\w'-]+\s){0,3}$"
)
_DEFINED = re.compile(
    r"[\"'”»)]?\s?,?\s?(?:(?:is|was|are|es|fue|est|fut|e|foi|[-–—:,])\s)?(?:a|an|the|un|una|une|uma|um|la|el|le|o)\s((?:[\w'-]+\s?){1,4})"
)
_SENTENCE = re.compile(r"\b(?:is|are|was|were|has|have|will|es|son|fue|ha|est|sont|foi|sao)\b|https?:")
_NUMBERED = re.compile(r"\s*(?:\(?[0-9]{1,2}[.)]|\(?[a-z][.)]|[-•–])\s+")
_DASH = re.compile(r"\s[-–—]\s")
_PURPOSE = re.compile(
    r"\s(?:the\s|a\s|an\s|los\s|las\s|la\s|el\s|les\s|des\s|os\s|as\s)?((?:(?!to\b|in\b|that\b|which\b|para\b|que\b|pour\b|afin\b|by\b)[\w'-]+\s?){1,4}(?<!\s))"
)
_SINCE = re.compile(
    r"\b(?:launched|since|started|began|begun|created|established|introduced|born|operational|set up|inaugurated|rolled out|desde|lanzad[oa]|lanzo|iniciad[oa]|inicio|cread[oa]|creo|depuis|lancee?|demarree?|creee?|lancad[oa]|iniciou|criad[oa]|live)\b[^.;]{0,40}?\b((?:19|20)\d\d)\b"
)
_LISTED = re.compile(
    r"[\s,]*(?:(?:and|y|e|et|as well as|und)\s)?(?:(?:by|con|with|par|por|pel[oa])\s)?(?:the\s|la\s|el\s|le\s|les\s|los\s|l'|d'|de\s|du\s|des\s|del\s|da\s|do\s|o\s|a\s)*[\"'“«]?"
)
_BRACKET = re.compile(r"\s?\([^()]{2,24}\)")
_ADDRESS_LEAD = re.compile(r"[\w\s,'-]{0,40}[:<(\s]*")
