"""Public-private and multistakeholder partnerships of question 24, with their members."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.extraction.bodies.drafts import Bodies
from kg.extraction.bodies.names import vague
from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import country_of, phrases
from kg.extraction.names import Name, classify
from kg.extraction.negation import is_denied
from kg.extraction.places import Distinct
from kg.extraction.reading import Reading
from kg.questionnaire.wording import fold, words_key


@dataclass(slots=True, eq=False)
class PartnershipDraft:
    """A partnership; `members` are names as stated."""

    name: str
    acronym: str | None
    kind: str
    members: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=Distinct)
    framework: str | None = None
    planned: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    _member_keys: set[str] = field(default_factory=set)

    def join(self, member: str) -> None:
        """Takes a member in, unless it is one already or the partnership itself."""
        key = words_key(member)
        if key not in self._member_keys and key != words_key(self.name):
            self._member_keys.add(key)
            self.members.append(member)


def find_partnerships(reading: Reading, bodies: Bodies) -> list[PartnershipDraft]:
    """Reads question 24: a partnership is what an item or a sentence begins with; names behind it are its members."""
    answer = reading.parsed.answers.get("24")
    if answer is None:
        return []
    found: list[PartnershipDraft] = []
    current: PartnershipDraft | None = None
    by_name: dict[str, PartnershipDraft] = {}
    sentences = reading.sentences(answer)
    for number, sentence in enumerate(sentences):
        text, folded = reading.text, reading.folded
        subject = _subject(reading, sentence.start, sentence.end)
        kind = _kind(folded, sentence.start, sentence.end)
        if kind is None and subject is not None and number + 1 < len(sentences):
            # "There is an X Committee. This Committee is made up of …": the next sentence says what it is.
            after = sentences[number + 1]
            if _REFERS_BACK.match(folded, after.start, after.end):
                kind = _kind(folded, after.start, after.end)
        if (
            subject is not None
            and (kind is not None or _ITEM.match(folded, subject.after, sentence.end) is not None)
            and not is_denied(folded, subject.start, subject.end, sentence.start, sentence.end)
        ):
            name, acronym = _full(text, subject, sentence.end)
            known = by_name.get(words_key(name))
            current = known or PartnershipDraft(name, acronym, kind or "multistakeholder")
            if known is None:
                found.append(current)
                by_name[words_key(name)] = current
            current.evidence.seen(
                reading, "24", subject.start, subject.end, "medium", "the name that the item begins with"
            )
            current.planned = phrases("planned").search(folded, sentence.start, sentence.end) is not None
            first = subject.after
        elif current is not None:
            first = sentence.start
        else:
            continue
        intro = phrases("members_intro").search(folded, first, sentence.end)
        if intro is not None and not phrases("negation").search(folded, first, intro.start()):
            for member in _members(reading, intro.end(), sentence.end, bodies):
                current.join(member)
        if current.framework is None and _FRAMEWORK.search(folded, first, sentence.end):
            within = reading.organisations(first, sentence.end)
            current.framework = within[0][2].id if within else None
        current.urls += [link.url for link in reading.links_between(sentence.start, sentence.end)]
    return found


def _subject(reading: Reading, start: int, end: int) -> Name | None:
    folded = reading.folded
    at = start
    lead = _OPENING.match(folded, start, end)
    if lead is not None:
        at = lead.end()
    names = reading.names(at, end)
    for name in names:
        if words_key(name.text) in ("yes", "si", "sim", "oui", "no", "ppp", "ppps") or country_of(name.text):
            continue
        if name.group == "bodies" and vague(name.text):
            return None
        if (
            name.start - at <= 14
            or _apposed(folded, at, name.start)
            or _THERE_IS.search(folded, at, name.start)
        ):
            return name if len(name.text) > 2 else None
        return None
    return None


def _apposed(folded: str, start: int, end: int) -> bool:
    """Whether nothing stands before a name but what it is: "A public-private partnership, X, joins …"."""
    match = phrases("ppp").search(folded, start, end) or phrases("multistakeholder").search(
        folded, start, end
    )
    return (
        match is not None
        and match.start() - start <= 24
        and _APPOSITION.fullmatch(folded, match.end(), end) is not None
    )


def _full(text: str, name: Name, end: int) -> tuple[str, str | None]:
    """A name that goes on behind a dash ("MUDA - Movimento pela …")."""
    match = _DASHED.match(text, name.end, end)
    if match is not None:
        return text[name.start : match.end()].rstrip(" ,;:"), name.acronym
    return name.text, name.acronym


def _kind(folded: str, start: int, end: int) -> str | None:
    if phrases("ppp").search(folded, start, end):
        return "ppp"
    return "multistakeholder" if phrases("multistakeholder").search(folded, start, end) else None


def _members(reading: Reading, start: int, end: int, bodies: Bodies) -> list[str]:
    text, folded = reading.text, reading.folded
    found: list[str] = []
    skip_to = start
    for name in reading.names(start, end):
        if name.start < skip_to or reading.in_link(name.start):
            continue
        if _STOP.search(folded, start, name.start):
            break
        if _FRAMEWORK.search(folded, max(start - 40, name.start - 60), name.start):
            continue
        dashed = _DASHED.match(text, name.end, end)
        stated = (
            text[name.start : dashed.end()].rstrip(" ,;:")
            if dashed is not None and len(name.text) <= 12
            else name.text
        )
        skip_to = max(name.after, name.start + len(stated))
        if (
            fold(stated)
            in ("state", "estado", "internet", "digital", "yes", "government", "governo", "gobierno")
            or len(stated) < 2
        ):
            continue
        two = _LAST_TWO.fullmatch(stated)
        if two is not None and (
            _THE.match(two[2]) is not None
            or (" " in two[1] and classify(two[2])[1] == "company" and _OF.search(two[1]) is None)
            or (
                classify(two[1])[0] is not None and _OF.search(two[1]) is None and classify(two[2])[0] is None
            )
            or bodies.called(two[1]) is not None
        ):
            found += [two[1], _without_article(two[2])]
            continue
        pair = _PAIR.fullmatch(stated)
        if (
            pair is not None
            and " " in pair[2]
            and text[name.after : name.after + 1] != ","
            and name.group != "policies"
        ):
            found += [pair[1], pair[2]]
            continue
        body = bodies.called(stated)
        if (body is not None and body.country is None) or name.group not in ("policies", "laws"):
            found.append(stated)
    return found


def _without_article(name: str) -> str:
    article = _THE.match(name)
    return name[article.end() :] if article is not None else name


_LAST_TWO = re.compile(r"(\S.*) (?:and|y|e|et) ((?:the |la |el |l')?[A-ZÀ-Þ]\S*(?: \S+){0,3})")
_THE = re.compile(r"(?:the|la|el)\s|l'")
_OF = re.compile(r"\s(?:of|for|de|del|du|des|do|da)\s")
_PAIR = re.compile(r"([A-Z][\w&.-]+) (?:and|y|e|et) ((?:the )?[A-Z].+)")
_OPENING = re.compile(r"\s*(?:(?:yes|si|sim|oui|no)\b[\s,.:;–-]*)?(?:\(?[a-z0-9][.)]\s+)?")
_ITEM = re.compile(r"\s?(?:[:\t]|[-–—]\s|,\s(?:a|an|the|un|una|um|uma|une)\s)")
_THERE_IS = re.compile(
    r"\b(?:there is an?|there are|existe un[ao]?|hay un[ao]?|existe uma?|il existe une?|called|named|denominad[oa]|appele)\s(?:\w+\s){0,2}$"
)
_REFERS_BACK = re.compile(
    r"\s*(?:this|the said|it|its|the|este|esta|dicho|dicha|el|la|su|sus|ce|cet|cette|il|elle|le|ses|o|a|seus)\s(?:committee|council|partnership|forum|platform|group|alliance|body|members|is|has|brings|comite|consejo|alianza|foro|plataforma|mesa|miembros|conseil|partenariat|plateforme|membres|est|reunit|regroupe|conselho|parceria|comissao|membros|reune)\b"
)
_APPOSITION = re.compile(
    r"[\w-]*\s?(?:partnership|alianza|asociacion|partenariat|parceria|platform|plateforme|plataforma|forum|foro)?[\s,:–-]{0,3}(?:(?:called|named|known as|denominad[oa]|llamad[oa]|denomme|appele|chamad[oa])\s)?(?:the\s|la\s|el\s|le\s|l'|o\s|a\s)?[\"'“«]?"
)
_DASHED = re.compile(
    r"\s[-–]\s[A-ZÀ-Þ][\w'’-]*(?:\s(?:(?:de|da|do|dos|das|del|of|for|and|e|y|et|pela|pelo|para|por|la|the|du|des)\s){0,2}[A-ZÀ-Þ][\w'’-]*)*"
)
_FRAMEWORK = re.compile(r"\b(?:framework of|en el marco de|no ambito d|dans le cadre d|under the)\b")
_STOP = re.compile(
    r"[;]|\.\s|\b(?:its functions|with the aim|to promote|con el fin|in order to|afin de|with the objective|a fim de|para el desarrollo|which provides|that provides|running|operates)\b"
)
