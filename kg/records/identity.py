"""The IRI of each entry of a record: what identifies it in the world (country, kind, year, number, host, slug).

Entries that are one thing although their identifiers differ get one IRI by a curated decision (`kg.records.same_as`).
"""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import URIRef

from kg.iris import Iris, series, slug
from kg.records.model import (
    Body,
    Cooperation,
    IndicatorSet,
    Initiative,
    Instrument,
    Membership,
    Organisation,
    Partnership,
    Platform,
    Portal,
    Publication,
    Record,
)
from kg.records.same_as import NOTHING_DECIDED, SameAs, bundled_same_as

Entry = (
    Body
    | Organisation
    | Portal
    | Platform
    | Instrument
    | Initiative
    | Partnership
    | Publication
    | IndicatorSet
)

POLICY_KINDS = frozenset({"policy", "strategy", "plan", "guideline", "standard"})
"""Kinds of instrument that are policy, not law; they get `…/id/policy/…` IRIs."""


class Identities:
    """Minted IRIs of one record's entries.

    `of(key)` is the IRI for a local id, or of the register's organisation with that key when the record has no such id.
    `same_as` are the decisions on what is one thing (default: those on the bundled data).
    """

    def __init__(self, record: Record, iris: Iris | None = None, same_as: SameAs | None = None) -> None:
        self.iris = iris or Iris()
        self._same_as = bundled_same_as() if same_as is None else same_as
        self._home = self.iris.base + "id/"
        self._series = series(record.source.edition, record.source.family)
        self._country = record.source.country
        self._by_key: dict[str, URIRef] = {}
        self._retired: dict[URIRef, URIRef] = {}
        self._joined: set[str] = set()
        for name in Record.ENTITY_LISTS:
            for entry in getattr(record, name):
                own, node = self.own(entry), self.mint(entry)
                self._by_key.setdefault(entry.id, node)
                if own != node:
                    self._retired[own] = node
                    self._joined.add(entry.id)

    def of(self, key: str) -> URIRef:
        return self._by_key.get(key) or self._canonical(self.iris.organisation(key))

    def mint(self, entry: Entry) -> URIRef:
        """The IRI under which the entry is published."""
        return self._canonical(self.own(entry))

    def joined(self, key: str) -> bool:
        """Whether a decision gives the entry with this local id the IRI of another."""
        return key in self._joined

    def retired(self) -> Iterator[tuple[URIRef, URIRef]]:
        """The IRIs that entries of the record would have had but for a decision, each with the one they have instead."""
        yield from self._retired.items()

    def preferred_name(self, node: URIRef) -> str | None:
        """The English name of a node that several entries were joined to; None: the entry's own name will do."""
        return self._same_as.name(node.removeprefix(self._home))

    def country(self, entry: Body | Organisation | Portal | Platform | Instrument | Initiative) -> str:
        """Whose the entry is: what it says, else the record's country; of a joined entry, that of the IRI it has."""
        stated = getattr(entry, "country", None) or self._country
        own, node = self.own(entry), self.mint(entry)
        return stated if own == node else _country_of(node.removeprefix(self._home)) or stated

    def of_register(self, entry: Organisation) -> bool:
        """Whether the reference data describe the organisation: it names an entry of theirs or was joined to one."""
        kind, *rest = self.mint(entry).removeprefix(self._home).split("/")
        return kind == "organisation" and len(rest) == 1

    def own(self, entry: Entry) -> URIRef:
        """The IRI by the entry alone, whatever has been decided."""
        iris, country = self.iris, getattr(entry, "country", None) or self._country
        match entry:
            case Body():
                return iris.body(country, entry.id)
            case Organisation():
                return (
                    iris.organisation(entry.register_key)
                    if entry.register_key
                    else iris.organisation(entry.id, country)
                )
            case Portal():
                return iris.portal(entry.url, country, entry.id)
            case Platform():
                return iris.platform(country, entry.id)
            case Instrument(kind=kind) if kind in POLICY_KINDS:
                return iris.policy(country, entry.id, entry.series, entry.number)
            case Instrument():
                return iris.law(country, entry.kind, entry.year, entry.number, entry.id)
            case Initiative():
                return iris.initiative(country, entry.id)
            case Publication():
                return iris.publication(country, entry.id)
            case IndicatorSet():
                return iris.indicator_set(country, entry.id)
            case Partnership():
                return iris.cooperation(self._series, self._country, entry.id)

    def membership(self, entry: Membership) -> URIRef:
        return self.iris.cooperation(
            self._series, self._country, self.of(entry.organisation).rsplit("/", 1)[1]
        )

    def cooperation(self, entry: Cooperation) -> URIRef:
        partners = sorted(entry.partner) if isinstance(entry.partner, list) else [entry.partner]
        return self.iris.cooperation(
            self._series, self._country, "-".join(partners), *([slug(entry.key)] if entry.key else [])
        )

    def _canonical(self, node: URIRef) -> URIRef:
        path = node.removeprefix(self._home)
        kept = self._same_as.canonical(path)
        return node if kept == path else URIRef(self._home + kept)


def identifiers(record: Record) -> set[str]:
    """The identifiers of a record's entries by the entries alone, as paths below `…/id/`: what decisions can name."""
    ids = Identities(record, same_as=NOTHING_DECIDED)
    home = ids.iris.base + "id/"
    return {
        str(ids.own(entry)).removeprefix(home)
        for name in Record.ENTITY_LISTS
        for entry in getattr(record, name)
    }


def _country_of(path: str) -> str | None:
    """The country in an identifier such as `body/URY/agesic`; None where it has none (`organisation/oecd`)."""
    segment = path.split("/")[1]
    return segment if len(segment) == 3 and segment.isascii() and segment.isupper() else None
