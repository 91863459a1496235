"""Public bodies of a factsheet: the items of the governance chapter, and those that prose names as responsible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from rapidfuzz import fuzz

from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.factsheets.citing import MONTHS
from kg.extraction.factsheets.governance import (
    above,
    clauses,
    established_in,
    role_of_agent,
    roles_in,
    set_up_before,
)
from kg.extraction.factsheets.reading import (
    FactsheetReading,
    clean_title,
    coded_words,
    is_law_address,
    link_of,
    words,
)
from kg.extraction.factsheets.titles import name_key, title_kind
from kg.extraction.gazetteer import country_mentions, country_of, data
from kg.extraction.names import Name, classify, is_acronym
from kg.extraction.reading import split_sentences
from kg.questionnaire.outline import OutlineItem, says_nothing
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


@dataclass(slots=True, eq=False)
class BodyDraft:
    """A body as far as it is known; becomes `kg.records.model.Body`."""

    name: str
    type: str = "other"
    acronym: str | None = None
    aliases: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    parent: BodyDraft | None = None
    country: str | None = None
    established: int | None = None
    organisation: str | None = None
    """Its type, where it is an organisation of civil society, of business or of science, which is no public body."""
    headed: bool = False
    items: list[OutlineItem] = field(default_factory=list)
    """The items that name it."""
    own_items: list[OutlineItem] = field(default_factory=list)
    """The items of the governance chapter that are about it."""
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.acronym, *self.aliases) if name]


class Bodies:
    """The bodies found so far; a name leads to one draft only."""

    def __init__(self, reading: FactsheetReading) -> None:
        self._reading = reading
        self.drafts: list[BodyDraft] = []
        self.merges: list[str] = []
        self._by_key: dict[str, BodyDraft] = {}

    def known(self, name: str) -> BodyDraft | None:
        """The body with that name or abbreviation."""
        return self._by_key.get(_key(name, self._reading.country))

    def called(self, name: str, acronym: str | None = None) -> BodyDraft:
        """The body with that name, made on first use."""
        name = re.sub(r"^[Tt]he\s(?=[A-Z])", "", name)
        draft = self.known(name) or self._longer(name)
        if acronym and re.search(r"\d\d", acronym):
            acronym = None
        if draft is None and acronym and not _plain(acronym):
            other = self.known(acronym)
            # An abbreviation is shared by few; the names must have a word in common.
            if (
                other is not None
                and set(words_key(other.name).split()) & set(words_key(name).split()) - _SMALL
            ):
                draft = other
        if draft is None:
            draft = BodyDraft(
                name[:400], body_type(name), areas=coded_words("body_areas").codes(fold(name))[:1]
            )
            self.drafts.append(draft)
        self.add_name(draft, name)
        if acronym:
            self.add_name(draft, acronym)
        return draft

    def _longer(self, name: str) -> BodyDraft | None:
        """The one body whose name is this one and more: "ICT Council" for the "National ICT Council"."""
        key = name_key(name, self._reading.country)
        if len(key.split()) < 2 or is_generic(name, self._reading.country):
            return None
        alike = [
            d
            for d in self.drafts
            if d.type == body_type(name)
            and any(
                fuzz.token_sort_ratio(key, name_key(n, self._reading.country)) >= 93
                for n in d.names
                if len(n) > 12
            )
        ]
        found = alike or [draft for draft in self.drafts if any(self.goes_on(name, n) for n in draft.names)]
        if len(found) != 1:
            return None
        self.merges.append(f"{name} → {found[0].name}")
        found[0].evidence.doubt("inferred", "Taken to be one body under two forms of its name.", stated=name)
        return found[0]

    def merge(self, draft: BodyDraft, into: BodyDraft) -> None:
        """Makes two bodies one, under the name of the second."""
        self.drafts.remove(draft)
        for key, holder in list(self._by_key.items()):
            if holder is draft:
                self._by_key[key] = into
        for name in draft.names:
            if words_key(name) not in {words_key(n) for n in into.names}:
                into.aliases.append(name)
        into.urls += [url for url in draft.urls if not into.urls]
        into.items += draft.items
        into.own_items += draft.own_items
        into.parent = into.parent or draft.parent
        into.evidence.merge(draft.evidence)
        for other in self.drafts:
            if other.parent is draft:
                other.parent = into
        self.merges.append(f"{draft.name} → {into.name}")
        into.evidence.doubt(
            "inferred", "Taken to be one body under two forms of its name.", stated=draft.name
        )

    def remove(self, draft: BodyDraft) -> None:
        """Takes back a body that turned out to be something else."""
        self.drafts.remove(draft)
        for key in [key for key, holder in self._by_key.items() if holder is draft]:
            del self._by_key[key]
        for other in self.drafts:
            if other.parent is draft:
                other.parent = None

    def goes_on(self, short: str, long: str) -> bool:
        """Whether one name is the beginning or the end of the other, and both are of one type of body."""
        wanted = name_key(short, self._reading.country).split()
        whole = name_key(long, self._reading.country).split()
        if len(whole) <= len(wanted) or (whole[: len(wanted)] != wanted and whole[-len(wanted) :] != wanted):
            return False
        return body_type(short) == body_type(long) or long.startswith("Office of the")

    def add_name(self, draft: BodyDraft, name: str) -> None:
        """Another name of a body: its abbreviation, if it has none yet, or an alias."""
        name = name.strip(" ‘’'\"“”")
        key = _key(name, self._reading.country)
        if len(name) < 2 or not key:
            return
        holder = self._by_key.setdefault(key, draft)
        if holder is not draft or words_key(name) in {words_key(n) for n in draft.names}:
            return
        if draft.acronym is None and is_acronym(name) and " " not in name:
            draft.acronym = name
        else:
            draft.aliases.append(name[:400])


def find_bodies(reading: FactsheetReading) -> Bodies:
    """The bodies of the governance chapter, and those that prose names as responsible, as operator or as issuer."""
    bodies = Bodies(reading)
    governance = reading.items("bodies")
    others = reading.items("communications", "legislation", "infrastructure")
    for item in governance:
        if item.title is not None and not all(says_nothing(b.text, reading.outline) for b in item.blocks):
            _headed(reading, bodies, item)
    for item in others:
        if item.title is not None and item.section.expects == "infrastructure" and item.blocks:
            _house(reading, bodies, item)
    for item in [*governance, *others]:
        for block in item.blocks:
            for start, end in split_sentences(reading.text, block.position.start, block.position.end):
                for name in _operators(reading, start, end):
                    _named(reading, bodies, item, name)
                _response_teams(reading, bodies, item, start, end)
                for name in (*_linked(reading, start, end), *_said_to_be(reading, start, end)):
                    _named(reading, bodies, item, name)
                for name in body_names(reading, start, end):
                    if bodies.known(plain_body(name.text)) is not None or _is_body(reading, name, start, end):
                        _named(reading, bodies, item, name)
    _merge_shorter(reading, bodies)
    for draft in bodies.drafts:
        draft.urls = [url for url in draft.urls if not is_law_address(url)]
        _initials(reading, bodies, draft)
        _own_site(reading, draft)
    _merge_one_site(bodies)
    for draft in list(bodies.drafts):
        _describe(reading, bodies, draft)
    for draft in bodies.drafts:
        if not draft.areas:
            draft.areas = coded_words("body_areas").codes(fold(" ".join(draft.names)))[:1]
    return bodies


def _linked(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """The names of bodies that links stand on, written out to the last small letter: "[National Coordination centre]"."""
    for link in reading.links_between(start, end):
        text = re.sub(
            r"^[Tt]he\s",
            "",
            re.sub(
                r"\s\([\w-]{2,10}\)?$|\s\($|[’']s? (?:web ?site|web ?page|site|page|portal)$",
                "",
                " ".join(link.text.split()).strip(" .,;"),
            ),
        )
        text = plain_body(_split(text)[0])
        group, kind = classify(text)
        if (
            group != "bodies"
            or not text[:1].isupper()
            or not 2 <= len(text.split()) <= 9
            or sum(w[0].islower() for w in text.split() if w not in _SMALL_WORDS) > 1
            or is_generic(text, reading.country)
            or is_post(text)
            or is_foreign(reading, text)
            or title_kind(text) is not None
            or _NO_BODY.search(text)
            or not _has_body_noun(text)
            or _REGISTER.search(words_key(text)) is not None
            or (_UNSURE.search(words_key(text)) is not None and kind not in ("centre", "academic"))
        ):
            continue
        at = reading.text.find(text, link.start, link.end + 1)
        if at >= 0 and _A_THING.match(reading.text, at + len(text), end) is None:
            acronym = _ACRONYM_BEHIND.match(reading.text, at + len(text), min(end + 12, len(reading.text)))
            yield Name(
                at, at + len(text), text, "bodies", kind, acronym[1] if acronym else None, at + len(text)
            )


def _said_to_be(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """Names of any kind that a sentence says are those of bodies: "X is the agency which", "the agency in charge is X", "the company X Ltd"."""
    for pattern in (_IS_A_BODY, _BODY_IS, _COMPANY):
        for match in pattern.finditer(reading.text, start, end):
            text = match["name"].removeprefix("The ").strip()
            if pattern is _IS_A_BODY and reading.text[start : match.start()].strip() not in (
                "",
                "The",
                "the",
            ):
                # Not the beginning of the sentence, so perhaps not of the name.
                continue
            if text in _PRONOUNS or (pattern is _IS_A_BODY and _REGISTER.search(words_key(text))):
                continue
            if (
                is_foreign(reading, text)
                or is_post(text)
                or is_generic(text, reading.country)
                or title_kind(text) is not None
            ):
                continue
            if country_of(text) is not None or (
                classify(text)[0] not in (None, "bodies", "organisations") and pattern is not _COMPANY
            ):
                continue
            at = match.end("name") - len(text)
            acronym = _ACRONYM_BEHIND.match(reading.text, at + len(text), end)
            yield Name(
                at, at + len(text), text, "bodies", None, acronym[1] if acronym else None, at + len(text)
            )


def _merge_shorter(reading: FactsheetReading, bodies: Bodies) -> None:
    """Bodies that prose calls by a shorter name before, or beside, the one that a heading gives them."""
    for short in list(bodies.drafts):
        if (
            short.headed
            or short.acronym
            or len(name_key(short.name, reading.country).split()) < 2
            or is_generic(short.name, reading.country)
        ):
            continue
        longer = [
            d
            for d in bodies.drafts
            if d is not short and d.headed and any(bodies.goes_on(short.name, n) for n in d.names)
        ]
        if len(longer) == 1 and set(short.evidence.q) & set(longer[0].evidence.q):
            bodies.merge(short, longer[0])


def _merge_one_site(bodies: Bodies) -> None:
    """Bodies of one type and one address whose names mostly agree: "Association of Cities and Communes", "… and Municipalities"."""
    by_url: dict[str, BodyDraft] = {}
    for draft in list(bodies.drafts):
        for url in draft.urls[:1]:
            holder = by_url.setdefault(url.rstrip("/").casefold(), draft)
            if holder is draft:
                continue
            if (
                holder.type == draft.type
                and fuzz.token_sort_ratio(words_key(holder.name), words_key(draft.name)) >= 72
            ):
                first, second = (draft, holder) if draft.headed and not holder.headed else (holder, draft)
                bodies.merge(second, first)
                by_url[url.rstrip("/").casefold()] = first
            elif bodies.goes_on(holder.name, draft.name) or bodies.goes_on(draft.name, holder.name):
                first, second = (holder, draft) if len(holder.name) > len(draft.name) else (draft, holder)
                bodies.merge(second, first)
                by_url[url.rstrip("/").casefold()] = first


def _own_site(reading: FactsheetReading, draft: BodyDraft) -> None:
    """The address that the name of a body leads to anywhere in the document, or that stands on "website" right behind it."""
    if draft.urls:
        return
    keys = {words_key(n) for n in draft.names if len(n) > 3}
    for link in reading.links:
        if is_law_address(link.url):
            continue
        text = words_key(re.sub(r"\([^)]*\)?", " ", link.text)).removeprefix("the ")
        if text in keys:
            draft.urls.append(link.url)
            return
    for span in draft.evidence.spans:
        if span.start is None or span.end is None:
            continue
        for link in reading.links_between(span.start - 2, span.end + 60):
            behind = reading.folded[span.end : link.start]
            if is_law_address(link.url) or link.url.lower().endswith(".pdf"):
                continue
            if (link.start <= span.start + 4 and link.end > span.end and " " in draft.name) or (
                fold(link.text).strip() in data("factsheets")["site_words"] and _THROUGH_ITS.fullmatch(behind)
            ):
                draft.urls.append(link.url)
                return


def _response_teams(
    reading: FactsheetReading, bodies: Bodies, item: OutlineItem, start: int, end: int
) -> None:
    """Response teams, which are called by an abbreviation: "CSIRT GOV", "CCN-CERT"."""
    for match in _CSIRT.finditer(reading.text, start, end):
        if not is_foreign(reading, match[0]) and "EU" not in re.split(r"[ -]", match[0]):
            draft = bodies.called(match[0])
            _saw(reading, draft, item, match.start(), match.end(), "medium", "named as a response team")


def _house(reading: FactsheetReading, bodies: Bodies, item: OutlineItem) -> None:
    """A heading of the infrastructure chapter that names the body that runs it, not a system."""
    assert item.title is not None
    title = clean_title(item.title.text)
    if _HOUSE.search(title.name) is None or _NO_HOUSE.search(title.name) or is_foreign(reading, title.name):
        return
    if all(says_nothing(b.text, reading.outline) for b in item.blocks):
        return
    draft = bodies.called(title.name)
    draft.headed = True
    for alias in title.aliases:
        bodies.add_name(draft, alias)
    _saw(
        reading, draft, item, item.title.position.start, item.title.position.end, "medium",
        "a heading of the infrastructure chapter that names a body",
    )  # fmt: skip


def _initials(reading: FactsheetReading, bodies: Bodies, draft: BodyDraft) -> None:
    """The abbreviation that the document uses without saying so: "OPM" for the Office of the Prime Minister."""
    if draft.acronym is not None:
        return
    letters = [word[0] for word in re.findall(r"[^\W\d_][\w-]*", draft.name)]
    capitals = "".join(letter for letter in letters if letter.isupper())
    # "Department of Contracts" is the DoC or the DC.
    for initials in (capitals, "".join(letters)) if "of" in draft.name.split() else (capitals,):
        if (
            len(initials) >= 3
            and re.search(rf"(?<![\w(-]){re.escape(initials)}(?![\w)-])", reading.text)
            and not re.search(rf"\({re.escape(initials)}\)", reading.text)
            and bodies.known(initials) is None
        ):
            bodies.add_name(draft, initials)
            return


def body_names(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """The names of public bodies of the country between two offsets."""
    for name in _each(reading.names(start, end)):
        name = _whole(reading.text, name, end)
        dated = _DATED.match(name.text)
        if dated is not None:
            # "In June 2021 the Board": the month is no part of the name.
            name = replace(name, start=name.start + dated.end(), text=name.text[dated.end() :])
        left, found, right = name.text.partition(" and the ")
        if found and classify(right)[0] == "bodies" and classify(left)[0] != "bodies":
            # "Digital Success Programme and the Agency for IT": the second is the body.
            name = replace(name, start=name.end - len(right), text=right)
        issuer = _ISSUED_BY.match(name.text)
        if issuer is not None and not is_generic(issuer[1], reading.country):
            # "Decree of the Ministry of Finance 46/2007": the issuer is named in the name of the act.
            yield replace(
                name,
                start=name.start + issuer.start(1),
                text=issuer[1],
                group="bodies",
                kind="ministry",
                acronym=None,
            )
        text = plain_body(name.text)
        if (
            (name.group not in ("bodies", "organisations") and not _TEAM.search(text))
            or name.kind in ("company", "academic")
            or len(text.split()) < 2
            or is_foreign(reading, text)
        ):
            continue
        if not (is_generic(text, reading.country) or is_post(text) or len(text) > 120):
            yield (
                name
                if text == name.text
                else replace(
                    name, text=text, end=name.start + len(text), after=name.start + len(text), acronym=None
                )
            )
        if (
            is_post(text)
            and (office := _OFFICE.match(text)) is not None
            and classify(office[1])[0] == "bodies"
        ):
            # "President of the Office of Electronic Communications (UKE)": the office is a body.
            yield replace(name, start=name.start + office.start(1), text=office[1])
        above = _ABOVE.search(name.text)
        if (
            above is not None
            and classify(name.text[above.end() :])[0] == "bodies"
            and not is_generic(name.text[above.end() :], reading.country)
        ):
            # "Treasury Department within the Ministry for Finance": the body above is named too.
            yield replace(name, start=name.start + above.end(), text=name.text[above.end() :])


def _each(names: list[Name]) -> Iterator[Name]:
    """ "Office of the Commissioner and the Harbour Agency": two bodies that read as one name."""
    for name in names:
        left, found, right = name.text.partition(" and the ")
        second = classify(right)[0] == "bodies" or _TEAM.search(right) is not None
        if found and second and classify(left)[0] == "bodies":
            stop = name.start + len(left)
            yield replace(name, end=stop, text=left, acronym=None, after=stop)
            yield replace(name, start=stop + len(found), text=right)
        else:
            yield name


def _whole(text: str, name: Name, end: int) -> Name:
    """ "Ministry of Foreign Affairs, European Union and Cooperation": a ministry's name goes on over commas."""
    if _OVER_COMMAS.match(name.text) is None or name.acronym:
        return name
    more = _MORE.match(text, name.end, end)
    if more is None:
        return name
    return replace(name, end=more.end(), text=text[name.start : more.end()], after=more.end())


def is_foreign(reading: FactsheetReading, name: str) -> bool:
    """Whether a name is that of a body of the Union or of another country or organisation."""
    folded = fold(name)
    if reading.country == EUROPEAN_UNION:
        return False
    if folded.startswith(("ministry", "federal ministry")):
        folded = ""
    if words("foreign_bodies").search(folded) is not None:
        return True
    first = words_key(name).split()
    if first and any(word in _foreign_demonyms(reading.country) for word in first):
        return True
    if first and first[0] in ("european", "eu", "nordic", "un", "nato", "eea"):
        return True
    return any(code != reading.country for _, _, code in country_mentions(name, folded, 0, len(name)))


def _operators(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """Names without a noun of bodies that run or issue something: "managed by Identity Malta"."""
    for name in reading.names(start, end):
        before = reading.folded[max(start, name.start - 40) : name.start]
        if (
            name.group == "bodies"
            or _RUN_BY.search(before) is None
            or len(name.text) < 3
            or name.group in ("laws", "policies", "portals")
        ):
            continue
        if (
            is_foreign(reading, name.text)
            or is_post(name.text)
            or is_generic(name.text, reading.country)
            or title_kind(name.text) is not None
        ):
            continue
        if _A_THING.match(reading.text, name.after, end) is not None:
            continue
        if (
            words("foreign_key_words").search(fold(name.text)) is None
            and country_of(name.text) is None
            and name.kind != "company"
        ):
            yield name


@cache
def _foreign_demonyms(country: str) -> frozenset[str]:
    return frozenset(
        word for code, own in data("factsheets")["demonyms"].items() if code != country for word in own
    )


def is_generic(name: str, country: str = "") -> bool:
    """Whether a name is a kind of body, not one body: "Local Authorities", "National Council", "Agency in Denmark"."""
    return words_key(name) not in _own_names() and all(
        word in _generic_words() for word in name_key(name, country).split()
    )


@cache
def _own_names() -> frozenset[str]:
    return frozenset(words_key(name) for name in data("factsheets")["bodies_of_generic_words"])


@cache
def _generic_words() -> frozenset[str]:
    return frozenset(data("factsheets")["generic_body_words"])


def is_post(name: str) -> bool:
    """Whether a name is that of a post that a person holds."""
    return words("posts").match(fold(name)) is not None


def organisation_type(name: str) -> str | None:
    """The type of organisation that a name is one of by itself; None for the names of bodies.

    >>> organisation_type("Harbour University of Technology")
    'academic'
    """
    stated = coded_words("organisation_names").first(fold(name))
    return stated or ("academic" if classify(name) == ("organisations", "academic") else None)


def body_type(name: str) -> str:
    """The type of body by the noun of its name, as the list of factsheets has it, else as the general one does."""
    group, kind = classify(name)
    folded = fold(name)
    stated = coded_words("body_types").first(folded)
    if (
        stated is not None
        and group == "bodies"
        and (kind in _BROAD or stated in ("executive-office", "local-government"))
    ):
        return stated
    return kind if group == "bodies" and kind is not None else "other"


def _headed(reading: FactsheetReading, bodies: Bodies, item: OutlineItem) -> None:
    assert item.title is not None
    title = clean_title(item.title.text)
    name, parent = _split(title.name)
    if _is_no_body(reading, name):
        return
    if is_post(name):
        office = _OFFICE.match(name)
        if office is None or classify(office[1])[0] != "bodies":
            if reading.country != EUROPEAN_UNION and not _HOLDS.match(fold(name)):
                return
            if reading.country == EUROPEAN_UNION:
                return
        else:
            name = office[1]
    draft = bodies.called(name)
    draft.headed = True
    for alias in title.aliases:
        if name in alias and parent is None:
            # The heading as printed, with its abbreviation in brackets.
            draft.aliases.append(alias)
        elif not _is_part(alias, name, parent):
            bodies.add_name(draft, alias)
    if parent is not None and is_acronym(parent):
        bodies.add_name(draft, title.name)
    if parent is not None and draft.parent is None:
        draft.parent = bodies.called(parent)
        _saw(
            reading,
            draft.parent,
            item,
            item.title.position.start,
            item.title.position.end,
            "medium",
            "named by a heading as the body above",
        )
    _saw(
        reading, draft, item, item.title.position.start, item.title.position.end,
        "high" if item.certain else "medium", "a heading of the governance chapter",
    )  # fmt: skip
    for start, end in reading.sentences(item)[:2]:
        for other in _brackets(reading, name, start, end):
            bodies.add_name(draft, other)
    url = link_of(reading, draft.names, item.start, item.end)
    if url is not None and url not in draft.urls:
        draft.urls.append(url)
    draft.own_items.append(item)


def _describe(reading: FactsheetReading, bodies: Bodies, draft: BodyDraft) -> None:
    """Roles, area, the body above and the year of establishment, from clauses about the body."""
    folded = reading.folded
    draft.roles = coded_words("governance_roles").codes(fold(" ".join(draft.names)))
    draft.organisation = organisation_type(draft.name)
    digital = 0
    for item in draft.items:
        own = any(item is known for known in draft.own_items)
        for first, start, end in clauses(reading, draft.names, item, headed=own):
            if own or not draft.own_items:
                found = roles_in(folded, start, end)
                # Beside its own heading a body runs this and that; only what it is for is its role.
                draft.roles += [r for r in found if r not in draft.roles and (own or r != "implementation")]
                digital += len(_DIGITAL.findall(folded[start:end]))
            if own and words("civil").search(folded, start, min(start + 160, end)):
                draft.organisation = draft.organisation or (
                    "civil-society" if words("local_bodies").search(fold(draft.name)) is None else None
                )
            draft.established = draft.established or established_in(folded, start, end)
            if draft.parent is None:
                _find_above(reading, bodies, draft, item, start, end)
            if draft.parent is None:
                _find_above_before(reading, bodies, draft, item, first, start)
    for item in draft.own_items if not digital else ():
        # "eGovernment is part of the remit of the Office": said of the body, though not in a clause of its own.
        for start, end in reading.sentences(item)[:2]:
            if any(fold(name) in folded[start:end] for name in draft.names):
                digital += len(_DIGITAL.findall(folded[start:end]))
    for span in draft.evidence.spans:
        sentence = _sentence_of(reading, draft, span.start) if span.start is not None else None
        if sentence is None or span.start is None or span.end is None:
            continue
        start, end = sentence
        draft.roles += [r for r in role_of_agent(folded, start, span.start) if r not in draft.roles]
        if draft.established is None:
            draft.established = established_in(folded, span.end, end) or set_up_before(
                folded, start, span.start
            )
        if draft.parent is None:
            item = next(i for i in draft.items if i.start <= start < i.end)
            _find_above(reading, bodies, draft, item, span.end, end)
            _find_above_before(reading, bodies, draft, item, start, span.start)
    if draft.established is not None and draft.established > reading.edition:
        draft.established = None
    if not draft.areas and draft.own_items and digital:
        draft.areas.append("e-government")


def _find_above_before(
    reading: FactsheetReading, bodies: Bodies, draft: BodyDraft, item: OutlineItem, start: int, at: int
) -> None:
    """The body above, where it is named first: "As part of the Ministry of X, the", "the Ministry of X and its", "the Ministry’s"."""
    for name in body_names(reading, start, at):
        behind = reading.folded[name.after : at]
        before = reading.folded[start : name.start]
        if (_AND_ITS.fullmatch(behind) or (_INTRODUCED_BY.fullmatch(before) and _THE.fullmatch(behind))) and (
            parent := bodies.known(plain_body(name.text))
            or bodies.called(plain_body(name.text), name.acronym)
        ) is not draft:
            if parent.parent is not draft:
                draft.parent = parent
                _saw(reading, parent, item, name.start, name.end, "medium", "named as the body above")
            return


def _find_above(
    reading: FactsheetReading, bodies: Bodies, draft: BodyDraft, item: OutlineItem, start: int, end: int
) -> None:
    """The body that a clause says its subject is part of, or works under."""
    for at, near in above(reading.folded, start, end):
        if not near:
            continue
        names = [n for n in body_names(reading, at, end) if n.start - at < 8]
        known = bodies.known(names[0].text) if names else _abbreviated(reading, bodies, at, end)
        if known is draft or (known is None and not names):
            continue
        parent = known or bodies.called(names[0].text, names[0].acronym)
        if parent is draft or parent.parent is draft:
            continue
        draft.parent = parent
        first, last = (names[0].start, names[0].end) if names else (at, at + 3)
        _saw(reading, parent, item, first, last, "medium", "named as the body above")
        return


def _abbreviated(reading: FactsheetReading, bodies: Bodies, at: int, end: int) -> BodyDraft | None:
    match = _ACRONYM.match(reading.text, at, end)
    return bodies.known(match[0]) if match is not None else None


def _sentence_of(reading: FactsheetReading, draft: BodyDraft, at: int) -> tuple[int, int] | None:
    """The sentence of the body's items in which an offset lies."""
    for item in draft.items:
        for block in item.blocks:
            if block.position.start <= at < block.position.end:
                for start, end in split_sentences(reading.text, block.position.start, block.position.end):
                    if start <= at < end:
                        return start, end
    return None


def _named(reading: FactsheetReading, bodies: Bodies, item: OutlineItem, name: Name) -> None:
    text = plain_body(name.text)
    apposed = _APPOSED_TO.search(reading.text, max(0, name.start - 24), name.start)
    if apposed is not None and reading.text[name.start + len(text) :][:1] in (",", "."):
        # "the Commission on Liberties (CL), the Data Protection Authority, was set up": one body under two names.
        same = bodies.known(apposed[1])
        if same is not None and bodies.known(text) in (None, same):
            bodies.add_name(same, text)
            _saw(reading, same, item, name.start, name.end, "medium", "named in apposition")
            return
    first, higher = _split(text) if bodies.known(text) is None and not is_post(text) else (text, None)
    if (
        higher is not None
        and not is_generic(first, reading.country)
        and not is_generic(higher, reading.country)
    ):
        # "Cyberdefence Centre of the Special Service for Security": a part of a body, and that body.
        text = first
        draft = bodies.called(text)
        parent = bodies.called(higher, name.acronym)
        if parent is not draft:
            draft.parent = draft.parent or parent
            _saw(reading, parent, item, name.end - len(higher), name.end, "medium", "named as the body above")
    else:
        draft = bodies.called(text, name.acronym)
    _saw(reading, draft, item, name.start, name.end, "medium", "named as responsible in running text")
    for other in _behind(reading, name.start + len(text), name.start + len(text) + 130):
        bodies.add_name(draft, other)
    before = _BEFORE.search(reading.text[max(0, name.start - 24) : name.start])
    if (
        before is not None
        and is_acronym(before[1])
        and not before[1][-1].isdigit()
        and (
            before[0].endswith("(")
            or _NAME_BEFORE.search(reading.text, max(0, name.start - 60), name.start - len(before[0])) is None
        )
    ):
        # "INCIBE (Spanish National Cybersecurity Institute)".
        bodies.add_name(draft, before[1])
    short = _OR_SHORT.match(reading.text, name.start + len(text))
    if short is not None and draft.acronym is None:
        # "the Office of Electronic Communications or UKE".
        bodies.add_name(draft, short[1])
    leading = text.split()[0]
    if leading.isupper() and len(leading) > 3 and draft.acronym is None:
        bodies.add_name(draft, leading)
    if draft.urls:
        return
    keys = {words_key(n) for n in draft.names}
    for link in reading.links_between(max(0, name.start - 5), name.end):
        plain = words_key(re.sub(r"\([^)]*\)?", " ", link.text))
        if plain in keys or plain.removeprefix("the ") in keys:
            draft.urls.append(link.url)
            return


def plain_body(name: str) -> str:
    """The name of a body without a possessive ending and without the place or the body above behind it."""
    name = re.sub(r"[’']s?$", "", name).strip()
    # A second name that follows without a sign between them.
    name = (
        re.split(
            r"(?<=[a-z])\sthe\s(?=(?:Ministry|Office|Agency|Authority)\b)(?<!of the )(?<!for the )(?<!by the )(?<!in the )(?<!and the )",
            name,
        )[0]
        if not re.search(
            r"\b(?:of|for|by|in|and|within|at|under|with) the (?:Ministry|Office|Agency|Authority)\b", name
        )
        else name
    )
    name = re.sub(r"\sand\s(?:[A-Z]?[a-z]+[A-Z]\w*|[A-Z]{3,})$|^[A-Z]\w+\sand\sthe\s", "", name)
    cut = _PLACED.search(name)
    if (
        cut is not None
        and classify(name[: cut.start()])[0] == "bodies"
        and not is_generic(name[: cut.start()])
    ):
        return name[: cut.start()]
    return name


def _is_body(reading: FactsheetReading, name: Name, start: int, end: int) -> bool:
    """Whether a name in prose is surely that of a body: by its head noun, or, for centres and registers, by what it does."""
    text = plain_body(name.text)
    if _TEAM.search(text):
        return True
    of_a_body = _OF_A_BODY.match(text) is not None
    if (_NO_BODY.search(text) and not of_a_body) or _OF_ACRONYM.match(text) or _MONTH.match(text):
        return False
    if _FORMER.search(reading.folded, max(start, name.start - 120), name.start):
        # "(formerly X Ltd. and Y Unit)": what a body was called before.
        return False
    if reading.folded.endswith("and its ", start, name.start):
        return True
    if _A_THING.match(reading.text, name.end, end) is not None or _AS_SYSTEM.search(
        reading.folded, max(start, name.start - 40), name.start
    ):
        return False
    if title_kind(text) is not None and classify(text)[1] not in ("ministry",) and not of_a_body:
        return False
    stem = re.split(r"\s(?:of|for|on|to|in)\s", words_key(text))[0]
    register = _REGISTER.search(stem if of_a_body else words_key(text))
    if len(text.split()) > 14 or not _has_body_noun(text) or register is not None:
        return False
    known = name.acronym is not None or any(
        words_key(text) in words_key(link.text)
        for link in reading.links_between(max(0, name.start - 5), name.end)
    )
    if known and not _SERVICE.search(text) and _A_THING.match(reading.text, name.after, end) is None:
        return True
    sure = (of_a_body or _UNSURE.search(words_key(text)) is None) and _UNSURE.search(stem) is None
    national = _NATIONAL.search(text) is not None
    return sure or national or _is_responsible(reading, name, start, end)


def _has_body_noun(text: str) -> bool:
    """Whether the first word or the word before the first preposition is a noun of bodies."""
    parts = re.split(r"\s(?:of|for|on|to|in|de|für|di)\s", fold(text))
    stem = parts[0].split()
    heads = {fold(str(w)) for kind in data("names")["bodies"].values() for w in kind} | {
        "forum",
        "association",
        "foundation",
        "entity",
        "corps",
        "team",
        "board",
    }
    if not stem:
        return False
    # "Data Protection and Freedom of Information Authority": the noun stands at the very end.
    last = parts[-1].split()[-1] if len(parts) > 1 and parts[-1] else ""
    return (
        stem[-1].strip(",") in heads
        or stem[0] in heads
        or " ".join(stem[-2:]) in heads
        or last in ("authority", "agency", "commission", "inspectorate", "board")
    )


def _is_responsible(reading: FactsheetReading, name: Name, start: int, end: int) -> bool:
    folded = reading.folded
    before = folded[max(start, name.start - 40) : name.start]
    if (
        before.strip() in ("", "the")
        and name.start - start < 6
        and _ACTS.match(folded, name.after, end) is not None
    ):
        return True
    after = folded[name.after : min(end, name.after + 70)]
    if words("operators").search(before) is not None:
        return True
    match = words("responsible").search(after)
    return match is not None and match.start() < 30 and _CUT.search(after[: match.start()]) is None


def _brackets(reading: FactsheetReading, name: str, start: int, end: int) -> list[str]:
    """The abbreviation or national name in brackets behind a name."""
    at = reading.folded.find(fold(name), start, end)
    if at < 0:
        return []
    return _behind(reading, at + len(name), end)


def _behind(reading: FactsheetReading, at: int, end: int) -> list[str]:
    match = _BRACKET.match(reading.text, at, end)
    if match is None or len(match[1]) > 90 or country_of(match[1]):
        return []
    if re.search(r"\d{4}|\b(?:formerly|established|see|which|since|no\.)\b", match[1]):
        former = re.match(r"(?:formerly|previously)(?: known as| called)? (?:the )?(.{3,80})$", match[1])
        return [former[1]] if former else []
    return [part.strip(" ‘’'\"“”") for part in re.split(r"\s[–—-]\s|[;,]\s|\sor\s", match[1])]


def _split(name: str) -> tuple[str, str | None]:
    """ "Agency for IT Services, Ministry of Finance": the body and the one above it."""
    for sign in (", ", " - ", " – ", " / ", " of the ", " within the ", " at the "):
        left, found, right = name.rpartition(sign) if sign == ", " else name.partition(sign)
        if found and is_acronym(right) and classify(left)[0] == "bodies":
            return left.strip(), right.strip()
        if not found or classify(right)[0] != "bodies":
            continue
        if classify(left)[0] != "bodies" and not (sign == ", " and _HOLDS.match(fold(left))):
            continue
        if (
            sign == ", "
            and " and " in right
            and not re.match(r"(?:Ministry|Office|Chancellery|Department) (?:of|for) ", right)
        ):
            continue
        first, second = (
            (right, left)
            if sign in (" - ", " – ", " / ") and body_type(left) == "ministry"
            else (left, right)
        )
        if (
            sign == " of the "
            and body_type(second) not in ("ministry", "executive-office")
            and not (_UNIT_OF.search(first) and len(second.split()) > 2)
        ):
            continue
        return first.strip(), second.strip()
    return name, None


def _is_no_body(reading: FactsheetReading, name: str) -> bool:
    """Whether a heading of the governance chapter names no body: kinds of bodies, tasks, laws and projects."""
    key = words_key(name)
    if key.split()[:1] == ["other"] or (is_generic(name) and _PLURALS.search(key)):
        return True
    group, _ = classify(name)
    if group == "bodies" and key.split()[-1] not in (
        "projects",
        "project",
        "programme",
        "coordination",
        "strategy",
    ):
        return False
    if title_kind(name) is not None:
        return True
    return key.split()[-1] in data("factsheets")["not_bodies"] if key else True


def _is_part(alias: str, name: str, parent: str | None) -> bool:
    return (
        name in alias
        or (parent is not None and parent in alias)
        or (classify(alias)[0] == "bodies" and len(alias) > len(name))
    )


def _saw(
    reading: FactsheetReading,
    draft: BodyDraft,
    item: OutlineItem,
    start: int,
    end: int,
    confidence: Confidence,
    why: str,
) -> None:
    draft.evidence.seen(reading, item.section.number, start, end, confidence, why)
    if not any(item is known for known in draft.items):
        draft.items.append(item)


def _key(name: str, country: str) -> str:
    if " " not in name.strip():
        return fold(name).strip().upper()
    return name_key(name, country) or words_key(name)


def _plain(acronym: str) -> bool:
    return acronym.upper() in ("ICT", "IT", "EU", "AI", "EID", "EEA", "IOT", "PSI")


_SMALL = frozenset(["the", "of", "on", "for", "and", "in", "to", "a", "an"])
_BROAD = ("agency", "executive-office", "authority", "directorate")
"""Types that the general list gives to nouns of many kinds of body."""
_ISSUED_BY = re.compile(
    r"(?:Ministerial |Joint )?(?:Decrees?|Orders?|Regulations?|Resolutions?|Ordinances?|Decisions?) (?:of|by|issued by) the ((?:Federal )?Ministry (?:of|for) .{4,60})$"
)
_UNIT_OF = re.compile(r"\w \w.*\b(?:Centre|Center|Unit|Directorate|Department|Division|Section|Laboratory)$")
_MONTH = re.compile(r"(?:" + MONTHS + r")\b")
_FORMER = re.compile(r"\((?:formerly|previously|former)\b[^)]*$")
_ACRONYM = re.compile(r"[A-Z][\w-]{1,9}(?![\w-])")
_AND_ITS = re.compile(
    r"(?:\s\([^)]*\))?(?:\sand its\s|['’]s?\s|,? through (?:its|the)\s|,? and more specifically (?:its|the)\s)(?:\w+ )?"
)
_INTRODUCED_BY = re.compile(
    r"\s*(?:also |functioning |operating |working |placed )?(?:as )?(?:a )?(?:part of|under the (?:control|supervision|authority|remit|responsibility) of|within|under) (?:the )?"
)
_THE = re.compile(r"(?:\s\([^)]*\))?,\s(?:the|an?|it)(?:\s[\w-]+){0,12}\s?")
_UNSURE = re.compile(
    r"\b(?:tribunals?|courts?|forum|association|foundation|entity|corps|team|centres?|centers?|institutes?|laborator\w+|schools?|divisions?|sections?|foundation|universit\w+|administrations?|judicial office|ombudsman|regulator|delegation|colleges?|parliament|registr\w+|registers?|services?|systems?|platform|portal|network|project|programme|observatory|card|node|data|tool)$|^(?:register|registry|service|centre|center|institute|tribunal|court)\b"
)
_RUN_BY = re.compile(
    r"\b(?:managed|operated|run|administered|maintained|supervised|overseen|coordinated|issued|developed and managed) by (?:the )?$|\bresponsibility of (?:the )?$"
)
_A_THING = re.compile(
    r"\s(?:\([A-Z][\w-]{1,9}\)\s)?(?:[Rr]egist(?:er|ry)|app|application|portal|platform|system|service|project|software|solution|website|tool|programme|register|card)\b"
)
_ABOVE = re.compile(r"\s(?:within|under|at) the\s(?=[A-Z])")
_OVER_COMMAS = re.compile(
    r"(?:(?:[A-Z][a-z]+ )?Ministry|Department (?:for|of)|State Secretariat for|Directorate[- ]General for|(?:National )?Agency for New)\b"
)
_MORE = re.compile(
    r"(?:, (?!the\b)[A-Z][\w-]+(?: [A-Z][\w-]+){0,3})+,? and [A-Z][\w-]+(?: [A-Z][\w-]+){0,2}(?= [a-z(]|[.,;)])(?<! Ministry)(?<! Agency)"
)
_NO_BODY = re.compile(
    r"^(?:MS|Microsoft|Post|Back|Front|Home) Office$|(?:Decree|Resolution|Agreement|Agreements|Decision|Regulation|Projects?|projects?|Providers?|Excellence|Portal|Platform|System|Programme|Academy|Directive|Services)$|^(?:One|Single|Digital|Electronic|Proof|Achieving)\b.*(?:Administration|(?<!Supervisory )Authority|Excellence)$|^(?:Digital|Smart) (?:Municipalit|Count|Cit)|\bBased$|^Help |^Office Gate|(?<!National )(?<!Central )\b[Bb]ank$|Data Centre$|^[A-Z][a-z]+ing the |\bRegulation and\b|^(?:Commissioner|Ministrie|Agencie|Authoritie|Office|Court|Council|Centre)s\b"
)
_OF_ACRONYM = re.compile(r"^(?:[A-Z]{2,6}\s|\w+’s\s)(?:Commission|Board|Committee|Council)$")
_AS_SYSTEM = re.compile(
    r"\b(?:service|portal|app|application|platform|system|tool|site|website)\s(?:called|named|titled|entitled|known as)\s[‘“]?$"
)
_HOUSE = re.compile(
    r"\b(?:Centre|Center|Institute|Agency|Office|Board|Authority|Inspectorate|Ministry|Directorate)$"
)
_NO_HOUSE = re.compile(
    r"\b(?:[Dd]ata|[Ss]upercomput\w+|[Cc]ontact|[Cc]all|[Hh]elp|[Ii]nnovation|[Dd]igital|e[A-Z]\w+) (?:[Cc]ent|Office)|Hub"
)
_NATIONAL = re.compile(
    r"^(?:[A-Z]\w+ )?National\b.*\b(?:Institute|Forum|Foundation|Centre|Center|Association|Observatory|Entity)$|^Observatory of|\b(?:Intelligence|Security|Secret|Telecommunications|Statistical|Health|Employment|Tax|Revenue|Police|Accreditation) (?:Service|Entity|Body)$"
)
_BEFORE = re.compile(r"(?<![\w-])([A-Z][\w-]{2,11})(?:\s\((?:the\s)?|,\sthe\s)$")
_PRONOUNS = frozenset(["It", "This", "They", "He", "She", "These", "That", "One", "There", "The"])
_DATED = re.compile(r"(?:[A-Z][a-z]+\s)?(?:19|20)\d\d,?\s(?:the\s)?(?=[A-Z])")
_NAME_BEFORE = re.compile(r"[A-Z][\w-]*\s$")
_OR_SHORT = re.compile(r"\sor\s([A-Z]{3,8})(?=[),.;\s])")
_ACRONYM_BEHIND = re.compile(r"\s?\(([A-Z][\w-]{1,11})\)")
_SMALL_WORDS = frozenset(
    ["the", "of", "on", "for", "and", "in", "to", "a", "an", "de", "la", "del", "für", "und"]
)
_THROUGH_ITS = re.compile(
    r"(?:\sor\s\w{2,8})?[,)]*\s?(?:,\s)?(?:(?:through|on|via|at|has|maintains)\s)?(?:its|their|whose|the)?\s?(?:own\s|official\s)?"
)
_NOUN_OF_BODY = r"(?:agency|authority|ministry|department|institution|organisation|entity|foundation|company|enterprise|public body|governmental body|government body|administrative body)"
_ANY_NAME = (
    r"(?P<name>[A-Z][\w-]*\.[a-z]{2,3}|[A-Z][\w’-]*(?:\s(?:(?:of|for|and)\s(?:the\s)?)?[A-Z][\w’-]*){0,6})"
)
_IS_A_BODY = re.compile(
    rf"(?<![\w.-]){_ANY_NAME}(?:\s\([A-Z][\w-]{{1,9}}\))?,?\sis\s(?:the|a|an)\s(?:[a-z-]+\s){{0,3}}{_NOUN_OF_BODY}\b"
)
_BODY_IS = re.compile(
    rf"\b[Tt]he\s{_NOUN_OF_BODY}\s(?:in charge|responsible|competent|that)\b[^.;,]{{0,60}}\sis\sthe\s{_ANY_NAME}"
)
_COMPANY = re.compile(
    rf"\b(?:[Ss]tate|[Gg]overnment|[Pp]ublicly)[- ]owned\s(?:company|enterprise|limited company)\s(?:the\s)?{_ANY_NAME}"
)
_SERVICE = re.compile(r"\b(?:Service|Certification Authority)$")
_CSIRT = re.compile(
    r"(?<![\w-])(?:(?:CSIRT|CERT)\s[A-Z]{3,}|CSIRT[A-Z][a-z]{3,}|[A-Z]{2,6}-CERT|CERT-[A-Z]{2,4})(?![\w-])"
)
_APPOSED_TO = re.compile(r"\(([A-Z][\w-]{1,11})\),\s(?:which is\s)?the\s$")
_OF_A_BODY = re.compile(
    r"(?:[A-Z][\w’-]+ ){0,3}(?:Department|Office|Agency|Authority|Ministry|Directorate|Secretariat|Commissioner|Inspectorate|Commission|Committee) (?:of|for)\b"
)
"""What such a name goes on with is the task of the body, whatever noun it ends with: "Department of Postal Services"."""
_TEAM = re.compile(
    r"(?:Emergency|Incident) Response (?:Team|Centre)$|^(?:[A-Z]\w+ ){0,2}(?:Working Group|Task Team|Task Force)\b|^CSIRT [A-Z]+$"
)
_ACTS = re.compile(
    r"\s?(?:\([^)]*\)\s?)?(?:is|has|was|are|acts|provides|manages|coordinates|leads|supports|ensures|develops|offers|publishes|prepares|runs|launched|oversees|works|carries|deals|monitors|promotes|issues|serves|hosts|plays|represents)\b|,? (?:which|whose|that|responsible)\b"
)
_REGISTER = re.compile(
    r"\b(?:registry|registries|registers?|services|systems?|programme)$|^(?:national )?(?:registry|register|registro)\b|\bregist(?:er|ry) (?:of|for)\b"
)
_PLACED = re.compile(r"(?<!Made)\s(?:in|at|within|under)\s(?:the\s)?[A-Z]|\sof\s[A-Z][a-z]+[A-Z]\w*$")
_DIGITAL = re.compile(
    r"\b(?:digital\w*|e-?government|ict|information technology|it systems|informatics|digiti\w+|interoperability|once-only|electronic administration|base registr\w+)\b"
)
_PLURALS = re.compile(
    r"\b(?:ministries|agencies|authorities|departments|bodies|institutions|units|municipalities|regions|communities|councils|cantons|counties|districts|provinces|governments|administrations|services|committees|offices|levels|states|actors)\b"
)
_OFFICE = re.compile(r"(?:[\w-]+ ){1,3}?of the (.{6,})$")
_HOLDS = re.compile(
    r"(?:state secretary|secretary of state|secretariat|undersecretar|deputy secretary|deputy state|state secretariat)"
)
_BRACKET = re.compile(r"\s?\(([^()]{2,120})\)")
_CUT = re.compile(r"[.;]|\bby\b|\band the\b|\bto\b")
