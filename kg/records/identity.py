"""The IRI of each entry of a record: what identifies it in the world (country, kind, year, number, host, slug)."""

from __future__ import annotations

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

POLICY_KINDS = frozenset({"policy", "strategy", "plan", "guideline", "standard"})
"""Kinds of instrument that are policy, not law; they get `…/id/policy/…` IRIs."""


class Identities:
    """Minted IRIs of one record's entries.

    `of(key)` is the IRI for a local id, or of the register's organisation with that key when the record has no such id.
    """

    def __init__(self, record: Record, iris: Iris | None = None) -> None:
        self.iris = iris or Iris()
        self._series = series(record.source.edition, record.source.family)
        self._country = record.source.country
        self._by_key: dict[str, URIRef] = {}
        for name in Record.ENTITY_LISTS:
            for entry in getattr(record, name):
                self._by_key.setdefault(entry.id, self.mint(entry))

    def of(self, key: str) -> URIRef:
        return self._by_key.get(key) or self.iris.organisation(key)

    def mint(
        self,
        entry: Body
        | Organisation
        | Portal
        | Platform
        | Instrument
        | Initiative
        | Partnership
        | Publication
        | IndicatorSet,
    ) -> URIRef:
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
