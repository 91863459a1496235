"""What all countries have in common: their list with counts, the coverage matrix, indicators, and names to search in."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any, Final

import pyoxigraph as ox

from kg.namespaces import CONCEPT, PREFIXES
from kg.store.interface import Dataset
from kg.web.explorer.graph import ALT_LABEL, LABEL, NOTATION, TITLE, TYPE, GraphReader, code_of, dg, page_of
from kg.web.explorer.profiles import source_document
from kg.web.reader import LANGUAGES

Document = dict[str, Any]

COUNTED: Final = {
    "instruments": "Instrument",
    "bodies": "GovernmentBody",
    "portals": "Portal",
    "platforms": "Platform",
    "initiatives": "Initiative",
}
"""What is counted per country (by `dg:country`), by the name of its column."""

CELL_SOURCES: Final = 3
"""Sources of a cell of the matrix; all others are beside the instruments."""
SUBJECT: Final = PREFIXES["dct"] + "subject"

SEARCHED: Final = (
    ("country", "Country"), ("country", "SupranationalUnion"), ("instrument", "Instrument"), ("body", "GovernmentBody"),
    ("portal", "Portal"), ("platform", "Platform"), ("initiative", "Initiative"), ("organisation", "Organisation"),
    ("publication", "Publication"), ("region", "Region"), ("cooperation", "Partnership"),
)  # fmt: skip
"""Kinds of things that the search finds, by class; a thing of several is of the first."""


def countries_of(graph: GraphReader) -> list[str]:
    """All countries and unions, by IRI."""
    return sorted({*graph.instances("Country"), *graph.instances("SupranationalUnion")})


def regions_of(graph: GraphReader, country: str) -> list[Document]:
    """The regions that a country is in, the widest below the world first."""
    found = {ref["iri"]: ref for ref in graph.refs(country, dg("inRegion"))}
    for iri in list(found):
        found.update((ref["iri"], ref) for ref in graph.refs(iri, dg("partOf")))
    depth = {iri: len(graph.values(iri, dg("partOf"))) for iri in found}
    return [
        {**found[iri], "m49": graph.value(iri, dg("m49"))}
        for iri in sorted(found, key=lambda iri: depth[iri])
        if depth[iri] > 0
    ]


def country_rows(graph: GraphReader, indices: Document) -> list[Document]:
    """One row per country: who it is, what sources there are, how much is known, and its latest index."""
    documents: dict[str, list[Document]] = {}
    for iri in graph.instances("SourceDocument"):
        for country in graph.values(iri, dg("country")):
            documents.setdefault(country, []).append(source_document(graph, iri))
    counts = {name: _per_country(graph, class_name) for name, class_name in COUNTED.items()}
    partners = Counter(country for country, _ in graph.links(dg("cooperatesWith")))
    editions = indices["editions"]
    rows = []
    for iri in countries_of(graph):
        code = graph.value(iri, dg("iso3")) or code_of(iri)
        counted = {name: counts[name].get(iri, 0) for name in COUNTED}
        values = [
            (edition, indices["values"]["egdi"].get(str(edition), {}).get(code)) for edition in editions
        ]
        known = [(edition, value) for edition, value in values if value is not None]
        regions = regions_of(graph, iri)
        rows.append(
            {
                **graph.ref(iri),
                "iso3": code,
                "un_member": graph.value(iri, dg("unMember")) == "true",
                "region": regions[0] if regions else None,
                "subregion": regions[1] if len(regions) > 1 else None,
                "documents": sorted(documents.get(iri, []), key=lambda d: (d["edition"] or 0, d["family"])),
                **counted,
                "partners": partners.get(iri, 0),
                "egdi": known[-1][1] if known else None,
                "egdi_edition": known[-1][0] if known else None,
                "egdi_before": known[-2][1] if len(known) > 1 else None,
                "egdi_rank": indices["values"].get("egdi-rank", {}).get(str(known[-1][0]), {}).get(code)
                if known
                else None,
            }
        )
    return sorted(rows, key=lambda row: collated(row["label"]))


def figures_of(graph: GraphReader) -> Document:
    """The figures of the indicator graph: `values[indicator][edition][iso3]`, the `units` and `editions` there are."""
    values: dict[str, dict[str, dict[str, float]]] = {"egdi": {}}
    units: dict[str, str] = {}
    codes: dict[str, str] = {}
    for observation in sorted(graph.published_figures):
        facts = graph.facts(observation)
        country, indicator = facts.get(dg("country")), facts.get(dg("indicator"))
        if country and indicator and dg("value") in facts:
            if country not in codes:
                codes[country] = graph.value(country, dg("iso3")) or code_of(country)
            code = code_of(indicator)
            year = facts.get(dg("edition")) or facts.get(dg("year"), "")
            values.setdefault(code, {}).setdefault(year, {})[codes[country]] = float(facts[dg("value")])
            units[code] = code_of(facts.get(dg("unit"), "index"))
    return {
        "editions": sorted({int(year) for series in values.values() for year in series if year.isdigit()}),
        "units": units,
        "values": values,
    }


def indices_of(graph: GraphReader, figures: Document) -> Document:
    """The figures with the names of their indicators in the reader's language."""
    return {
        "editions": figures["editions"],
        "indicators": [
            {
                **graph.ref(f"{CONCEPT}indicator/{code}"),
                "code": code,
                "unit": figures["units"].get(code, "index"),
            }
            for code in sorted(figures["values"], key=_indicator_order)
        ],
        "values": figures["values"],
    }


def coverage_of(graph: GraphReader, rows: list[Document]) -> Document:
    """The matrix countries × legal topics: yes, no or unknown, with what says so.

    Yes: an instrument touches the topic or a narrower one, itself or in a part of it, or the box was ticked. No: the
    box, or the factsheet's section on the topic, says so and nothing says yes. All else is unknown. The same as the
    named query coverage-matrix.
    """
    matrix = _Matrix(graph, [row["iri"] for row in rows])
    for iri in graph.instances("Instrument"):
        touched = {term.value for term in graph.terms(iri, dg("touchesTopic"))}
        touched |= {term.value for term in graph.terms(iri, dg("coversTopic"))}
        for passage in graph.terms(iri, dg("passage")):
            touched |= {term.value for term in graph.terms(passage.value, dg("coversTopic"))}
        for country in graph.values(iri, dg("country")) if touched else ():
            for topic in touched:
                matrix.covered(country, topic, iri)
    for iri in graph.instances("OptionAnswer"):
        for topic in graph.values(iri, dg("option")):
            matrix.answered(iri, topic)
    for iri in graph.instances("FactsheetSection"):
        if code_of(graph.value(iri, dg("answerValue")) or "") == "no":
            for question in graph.values(iri, dg("answerTo")):
                for topic in graph.values(question, SUBJECT):
                    matrix.answered(iri, topic)
    return {"topics": matrix.topics, "cells": matrix.cells()}


def search_entries(store: Dataset, base_iri: str) -> list[Document]:
    """Everything that has a name: its names by language, its kind, and its country. Read without a reader's language."""
    graph = GraphReader(store, next(iter(LANGUAGES)), base_iri)
    seen: set[str] = set()
    entries = []
    kinds = [*((kind, graph.instances(name)) for kind, name in SEARCHED)]
    kinds.append(("concept", graph.subjects(TYPE, PREFIXES["skos"] + "Concept")))
    kinds.append(("question", graph.instances("Question")))
    for kind, things in kinds:
        for iri in things:
            if iri in seen:
                continue
            seen.add(iri)
            labels = {
                (t.language or ""): t.value for t in graph.terms(iri, LABEL) if isinstance(t, ox.Literal)
            }
            names = [
                (t.value, t.language or "")
                for name in (ALT_LABEL, TITLE, dg("abbreviation"), dg("host"))
                for t in graph.terms(iri, name)
                if isinstance(t, ox.Literal)
            ]
            if kind == "country":
                names += [
                    (code, "") for code in (*graph.values(iri, dg("iso3")), *graph.values(iri, dg("iso2")))
                ]
            if kind in ("concept", "question"):
                names += [(code, "") for code in graph.values(iri, NOTATION)]
            if labels or names:
                country = next(iter(graph.values(iri, dg("country"))), None)
                entries.append(
                    {
                        "iri": iri,
                        "href": page_of(iri, base_iri),
                        "kind": kind,
                        "labels": labels or {"": names[0][0]},
                        "names": sorted({name for name in names if name[0] not in labels.values()}),
                        "country": country,
                        "classes": sorted(graph.classes(iri)),
                    }
                )
    return entries


def term_labels(graph: GraphReader) -> dict[str, str]:
    """Labels of the ontology's classes and properties in the reader's language, by IRI."""
    owl = PREFIXES["owl"]
    terms = {
        iri
        for kind in ("Class", "ObjectProperty", "DatatypeProperty")
        for iri in graph.subjects(TYPE, owl + kind)
    }
    return {iri: graph.ref(iri)["label"] for iri in sorted(terms)}


def collated(text: str) -> str:
    """A key that sorts accents with their letters."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


# --- private helpers ---


class _Matrix:
    """Cells by country and topic while they are gathered."""

    def __init__(self, graph: GraphReader, countries: list[str]) -> None:
        self._graph = graph
        scheme = f"{CONCEPT}legal-topic"
        tops = graph.refs(scheme, PREFIXES["skos"] + "hasTopConcept")
        self.topics: list[Document] = sorted(
            ({**ref, "code": code_of(ref["iri"])} for ref in tops),
            key=lambda topic: str(topic["code"]),  # an order that does not change with the language
        )
        self._places = {topic["iri"]: place for place, topic in enumerate(self.topics)}
        self._things: dict[str, list[set[str]]] = {c: [set() for _ in self.topics] for c in countries}
        self._said: dict[str, list[dict[str, list[Document]]]] = {
            c: [{} for _ in self.topics] for c in countries
        }

    def covered(self, country: str, topic: str, thing: str) -> None:
        """A thing of the country is on the topic, and so on all wider ones."""
        for wide in self._graph.wider.get(topic, {topic}):
            if wide in self._places and country in self._things:
                self._things[country][self._places[wide]].add(thing)

    def answered(self, answer: str, topic: str) -> None:
        """An answer says yes, no or nothing certain on the topic. A yes goes for wider topics, too."""
        value = code_of(self._graph.value(answer, dg("answerValue")) or "") or "unknown"
        concerned = self._graph.wider.get(topic, {topic}) if value == "yes" else {topic}
        stating = self._graph.sources(answer) or [self._graph.source(answer)]
        for country in self._graph.values(answer, dg("country")):
            for wide in concerned:
                if wide in self._places and country in self._said:
                    said = self._said[country][self._places[wide]].setdefault(value, [])
                    said += [source for source in stating if source not in said]

    def cells(self) -> dict[str, list[Document]]:
        return {
            country: [
                self._cell(things, said)
                for things, said in zip(self._things[country], self._said[country], strict=True)
            ]
            for country in self._things
        }

    def _cell(self, things: set[str], said: dict[str, list[Document]]) -> Document:
        value = "yes" if things or "yes" in said else "no" if "no" in said else "unknown"
        sources = said.get(value, [])
        if things:
            stating = [source for thing in sorted(things) for source in self._graph.sources(thing)]
            sources = list({source["iri"]: source for source in stating}.values())[:CELL_SOURCES]
        return {"value": value, "things": sorted(things), "sources": sources}


_INDICATOR_ORDER: Final = ("egdi", "osi", "tii", "hci", "epi", "egdi-rank")


def _indicator_order(code: str) -> tuple[int, str]:
    return (_INDICATOR_ORDER.index(code) if code in _INDICATOR_ORDER else 99, code)


def _per_country(graph: GraphReader, class_name: str) -> Counter[str]:
    return Counter(
        country for iri in graph.instances(class_name) for country in graph.values(iri, dg("country"))
    )
