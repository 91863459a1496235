"""What records name, gathered by identifier: all names, acronyms and addresses under which a thing is met.

The view of records that `kg.records.matching` compares. A thing that several sources or editions name under one
identifier is one entry here, with what each of them calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pycountry

from kg.iris import Iris, host_of
from kg.records.identity import Identities
from kg.records.model import Body, Entity, Instrument, Organisation, Record
from kg.records.name_forms import Form, compact, countries_named, form_of, initials
from kg.records.same_as import KINDS, SameAs

COMPARED = ("bodies", "organisations", "portals", "platforms", "instruments", "initiatives", "publications")
"""The lists of a record whose entries may be one thing with an entry of another source."""


@dataclass(slots=True)
class Thing:
    """One identifier and everything that is said under it."""

    path: str
    kind: str
    country: str | None
    name: str
    countries: set[str] = field(default_factory=set)
    """Whose it may be: what is stated, else the source's country and those that its name or its host speak of."""
    names: dict[str, Form] = field(default_factory=dict)
    acronyms: set[str] = field(default_factory=set)
    initials: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    related: set[str] = field(default_factory=set)
    """What its sources set it in relation to: the whole, what it changes or replaces."""
    sources: set[str] = field(default_factory=set)

    def numbers_said(self) -> tuple[set[str], set[str]]:
        """The years and the other numbers (versions, numbers of laws) in its names and by which it is known."""
        said = {number for form in self.names.values() for number in form.numbers} | self.numbers
        years = {number for number in said if _YEAR.fullmatch(number)}
        return years | set(map(str, self.years)), said - years

    @property
    def international(self) -> bool:
        """Whether it need not belong to one country: an organisation that is no government body."""
        return self.path.startswith("organisation/")


def things(records: Iterable[Record], same_as: SameAs) -> list[Thing]:
    """The things that the records name, by the identifiers that the decisions of `same_as` give them, sorted."""
    found: dict[str, Thing] = {}
    for record in records:
        _gather(record, same_as, found)
    return [found[path] for path in sorted(found)]


_RELATIONS = (
    *("part_of", "replaced_by", "replaces", "amends", "repeals", "implements", "transposes", "regulates"),
    *("based_on", "establishes", "established_by"),
)
"""Fields of an entry that name others, which are therefore other things."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_HOME = Iris().base + "id/"


def _gather(record: Record, same_as: SameAs, found: dict[str, Thing]) -> None:
    ids = Identities(record, same_as=same_as)
    partners = {
        key: partner
        for cooperation in record.cooperations
        for key in cooperation.partner_bodies
        for partner in (
            cooperation.partner if isinstance(cooperation.partner, list) else [cooperation.partner]
        )
    }
    source = f"{record.source.family} {record.source.edition} {record.source.country}"
    for list_name in COMPARED:
        for entry in getattr(record, list_name):
            path = ids.mint(entry).removeprefix(_HOME)
            kind = KINDS[path.split("/")[0]]
            country = ids.country(entry)
            thing = found.setdefault(path, Thing(path, kind, country, same_as.name(path) or entry.name))
            thing.sources.add(source)
            _describe(thing, entry)
            if stated := getattr(entry, "country", None):
                thing.countries.add(stated)
            else:
                thing.countries.add(record.source.country)
                thing.countries.update(_spoken_of(thing))
                if entry.id in partners:
                    thing.countries.add(partners[entry.id])
            for field_name in _RELATIONS:
                value = getattr(entry, field_name, None) or ()
                keys = [value] if isinstance(value, str) else value
                thing.related.update(str(ids.of(key)).removeprefix(_HOME) for key in keys)


def _describe(thing: Thing, entry: Entity) -> None:
    title = getattr(entry, "title", None)
    for name in (entry.name, *entry.aliases, *([title] if title else [])):
        if name not in thing.names:
            thing.names[name] = form_of(name)
            thing.initials.update(initials(name))
            # "CSC – IT Center for Science", "CSC"
            if _looks_like_an_acronym(first := re.split(r"\s[–—-]\s", name, maxsplit=1)[0]):
                thing.acronyms.add(compact(first))
    if acronym := getattr(entry, "acronym", None):
        thing.acronyms.add(compact(acronym))
    urls = (
        *([entry.url] if getattr(entry, "url", None) else ()),  # type: ignore[attr-defined]
        *getattr(entry, "urls", ()),
        *getattr(entry, "other_urls", ()),
    )
    for url in urls:
        if host := host_of(url):
            thing.hosts.add(host)
            thing.urls.add(_address(url))
    if isinstance(entry, Instrument):
        thing.types.add(entry.kind)
        if entry.year:
            thing.years.add(entry.year)
        if entry.number:
            thing.numbers.add(compact(entry.number))
    elif isinstance(entry, Body | Organisation):
        thing.types.add(entry.type)


def _looks_like_an_acronym(name: str) -> bool:
    """Whether a name or alias is one short word, mostly of capitals: "EUCARIS", "eIDAS", not "GovCloud"."""
    capitals = sum(map(str.isupper, name))
    return len(name) <= 8 and " " not in name and capitals > 1 and capitals >= 0.6 * len(name)


def _spoken_of(thing: Thing) -> set[str]:
    """The countries that names and hosts speak of."""
    spoken = {code for name in thing.names for code in countries_named(name)}
    for host in thing.hosts:
        suffix = host.rpartition(".")[2]
        if suffix == "uk":
            spoken.add("GBR")
        elif len(suffix) == 2 and (country := pycountry.countries.get(alpha_2=suffix.upper())):
            spoken.add(country.alpha_3)
    return spoken


def _address(url: str) -> str:
    """A web address as it is compared: without scheme, `www.` and trailing slash."""
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/").lower()
