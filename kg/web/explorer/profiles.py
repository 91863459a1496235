"""The profile of one country: everything that sources say about it, arranged as people ask for it.

The document is what `/countries/{ISO3}.json` gives and what the page is drawn from. Every entry has `sources`: the
answers that state it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from kg.namespaces import CONCEPT
from kg.web.explorer.graph import (
    ALT_LABEL,
    COMMENT,
    EXACT_MATCH,
    ISSUED,
    TITLE,
    GraphReader,
    Ref,
    code_of,
    dg,
)

Document = dict[str, Any]

INDICES: Final = ("egdi", "osi", "tii", "hci", "epi")
"""Indicators of the United Nations on the trend chart, the leading one first."""

RELATIONS: Final = (
    "implements",
    "transposes",
    "amends",
    "repeals",
    "replaces",
    "basedOn",
    "regulates",
    "alignedWith",
)
"""How an instrument depends on others: properties of the ontology, in the order of the page."""

BODY_SPECIFICITY: Final = (
    "Ministry", "Agency", "Directorate", "Department", "Council", "Committee", "Commission", "Authority",
    "ExecutiveOffice", "LocalGovernment", "GovernmentBody",
)  # fmt: skip


def country_document(graph: GraphReader, iri: str, coverage: Document, indicators: Document) -> Document:
    """The profile of the country `iri`. `coverage` is its row of the matrix, `indicators` its figures by code and edition."""
    belonging = [t for t in graph.subjects(dg("country"), iri) if t not in graph.published_figures]
    kinds = {thing: graph.classes(thing) for thing in belonging}

    def of(name: str) -> list[str]:
        return [thing for thing in belonging if name in kinds[thing]]

    instruments = [_instrument(graph, thing, kinds[thing]) for thing in of("Instrument")]
    instruments.sort(key=_by_year)
    bodies = _labelled(_body(graph, thing, kinds[thing]) for thing in of("GovernmentBody"))
    portals = _labelled(_portal(graph, thing) for thing in of("Portal"))
    return {
        **_identity(graph, iri),
        "documents": [source_document(graph, thing) for thing in of("SourceDocument")],
        "responsibilities": _by_concept(bodies, "areas"),
        "roles": _by_concept(bodies, "roles"),
        "bodies": bodies,
        "portals": portals,
        "replacements": _replacements(portals),
        "platforms": _labelled(_platform(graph, thing) for thing in of("Platform")),
        "topics": _topics(instruments, coverage),
        "instruments": instruments,
        "strategies": [entry for entry in instruments if entry["class"] == "policy"],
        "technologies": _technologies(graph, of("TechnologyUse"), instruments),
        "initiatives": _labelled(_initiative(graph, thing) for thing in of("Initiative")),
        "memberships": _labelled(_membership(graph, t) for t in _reported(graph, iri, "Membership")),
        "cooperations": _cooperations(graph, iri),
        "partners": graph.refs(iri, dg("cooperatesWith")),
        "publications": _labelled(_publication(graph, thing) for thing in of("Publication")),
        "indicator_sets": _labelled(_indicator_set(graph, thing) for thing in of("IndicatorSet")),
        "indices": indicators,
        "figures": _figures(graph, of("Observation")),
        "questions": _questions(graph, of("Answer"), kinds),
    }


def source_document(graph: GraphReader, iri: str) -> Ref:
    """A questionnaire response or factsheet as a link."""
    return {
        **graph.ref(iri),
        "title": graph.text(iri, TITLE),
        "edition": graph.year(iri, dg("edition")),
        "family": "factsheet" if "/factsheet/" in iri else "msq",
    }


def address(graph: GraphReader, subject: str, name: str = "website") -> list[str]:
    """The web addresses of a thing; those of one site that differ only in `http(s)` or the last slash count once."""
    found: dict[str, str] = {}
    for url in graph.values(subject, dg(name)):
        key = url.partition("://")[2].rstrip("/")
        if key not in found or url.startswith("https:"):
            found[key] = url.rstrip("/") if key.count("/") == 0 else url
    return sorted(found.values())


# --- private helpers ---


def _identity(graph: GraphReader, iri: str) -> Document:
    regions = graph.refs(iri, dg("inRegion"))
    return {
        **graph.ref(iri),
        "iso3": graph.value(iri, dg("iso3")) or code_of(iri),
        "iso2": graph.value(iri, dg("iso2")),
        "m49": graph.value(iri, dg("m49")),
        "un_member": graph.value(iri, dg("unMember")) == "true",
        "regions": regions,
        "aliases": graph.texts(iri, ALT_LABEL),
        "same_as": graph.values(iri, EXACT_MATCH),
    }


def _entry(graph: GraphReader, iri: str) -> Document:
    return {**graph.ref(iri), "note": graph.text(iri, COMMENT), "sources": graph.sources(iri)}


def _body(graph: GraphReader, iri: str, classes: frozenset[str]) -> Document:
    return {
        **_entry(graph, iri),
        "type": graph.ref(dg(next((c for c in BODY_SPECIFICITY if c in classes), "GovernmentBody")))["label"],
        "abbreviation": graph.value(iri, dg("abbreviation")),
        "website": address(graph, iri),
        "areas": graph.concepts(iri, dg("responsibleFor")),
        "roles": graph.concepts(iri, dg("governanceRole")),
        "part_of": [ref for ref in graph.refs(iri, dg("partOf")) if ref["iri"] != iri],
        "established": graph.year(iri, dg("establishedIn")),
        "established_by": graph.refs(iri, dg("establishedBy")),
    }


def _portal(graph: GraphReader, iri: str) -> Document:
    status = graph.refs(iri, dg("replacementStatus"))
    return {
        **_entry(graph, iri),
        "website": address(graph, iri),
        "kinds": graph.concepts(iri, dg("portalKind")),
        "planned_kinds": graph.concepts(iri, dg("plannedPortalKind")),
        "operated_by": graph.refs(iri, dg("operatedBy")),
        "replaced_by": graph.refs(iri, dg("replacedBy")),
        "replacement_status": status[0]["label"] if status else None,
    }


def _platform(graph: GraphReader, iri: str) -> Document:
    return {
        **_entry(graph, iri),
        "website": address(graph, iri),
        "kinds": graph.concepts(iri, dg("platformKind")),
        "operated_by": graph.refs(iri, dg("operatedBy")),
        "replaced_by": graph.refs(iri, dg("replacedBy")),
        "start_year": graph.year(iri, dg("startYear")),
        "technologies": graph.concepts(iri, dg("technology")),
        "laid_down_in": graph.refs(iri, dg("laidDownIn")),
        "status": _label(graph, iri, "lifecycleStatus"),
    }


def _instrument(graph: GraphReader, iri: str, classes: frozenset[str]) -> Document:
    stated = {ref["code"]: ref for ref in graph.concepts(iri, dg("coversTopic"))}
    for passage in graph.terms(iri, dg("passage")):
        stated.update((ref["code"], ref) for ref in graph.concepts(passage.value, dg("coversTopic")))
    touched = [ref for ref in graph.concepts(iri, dg("touchesTopic")) if ref["code"] not in stated]
    return {
        **_entry(graph, iri),
        "title": graph.text(iri, TITLE),
        "class": "legal" if "LegalInstrument" in classes else "policy",
        "kind": _label(graph, iri, "instrumentKind"),
        "number": graph.value(iri, dg("number")),
        "year": graph.year(iri, dg("year")),
        "start_year": graph.year(iri, dg("startYear")),
        "end_year": graph.year(iri, dg("endYear")),
        "issued": graph.value(iri, ISSUED),
        "in_force": graph.value(iri, dg("entryIntoForce")) or graph.value(iri, dg("yearInForce")),
        "documents": address(graph, iri, "documentUrl"),
        "topics": sorted(stated.values(), key=lambda ref: ref["label"].casefold()),
        "inherited_topics": touched,
        "features": _features(graph, iri),
        "technologies": graph.concepts(iri, dg("technology")),
        "status": _label(graph, iri, "lifecycleStatus"),
        "relations": [
            {"relation": name, "label": graph.ref(dg(name))["label"], "things": things}
            for name in RELATIONS
            if (things := graph.refs(iri, dg(name)))
        ],
    }


def _features(graph: GraphReader, iri: str) -> list[Ref]:
    found = {ref["code"]: ref for ref in graph.concepts(iri, dg("strategyFeature"))}
    for passage in graph.terms(iri, dg("passage")):
        found.update((ref["code"], ref) for ref in graph.concepts(passage.value, dg("strategyFeature")))
    return sorted(found.values(), key=lambda ref: ref["label"].casefold())


def _technologies(graph: GraphReader, uses: Iterable[str], instruments: list[Document]) -> list[Document]:
    """What the country says of each technology, with the instruments on it: also of those that no answer speaks of."""
    found: dict[str, Document] = {}
    for use in uses:
        for concept in graph.concepts(use, dg("technology")):
            entry = found.setdefault(concept["code"], _technology(concept))
            entry["value"] = _code(graph, use, "answerValue") or entry["value"]
            entry["sources"] += [s for s in graph.sources(use) if s not in entry["sources"]]
            entry["used_in"] += graph.refs(use, dg("usedIn"))
            entry["strategies"] += graph.refs(use, dg("laidDownIn"))
    for instrument in instruments:
        for concept in instrument["technologies"]:
            entry = found.setdefault(concept["code"], _technology(concept))
            if all(ref["iri"] != instrument["iri"] for ref in entry["strategies"]):
                entry["strategies"].append(
                    {k: instrument[k] for k in ("iri", "label", "href", "lang") if k in instrument}
                )
                entry["sources"] += [s for s in instrument["sources"] if s not in entry["sources"]]
    return sorted(found.values(), key=lambda entry: entry["label"].casefold())


def _technology(concept: Ref) -> Document:
    return {**concept, "value": None, "sources": [], "used_in": [], "strategies": []}


def _initiative(graph: GraphReader, iri: str) -> Document:
    return {
        **_entry(graph, iri),
        "website": address(graph, iri),
        "led_by": graph.refs(iri, dg("ledBy")),
        "partners": graph.refs(iri, dg("partner")),
        "technologies": graph.concepts(iri, dg("technology")),
        "part_of": [ref for ref in graph.refs(iri, dg("partOf")) if ref["iri"] != iri],
        "laid_down_in": graph.refs(iri, dg("laidDownIn")),
        "status": _label(graph, iri, "lifecycleStatus"),
        "start_year": graph.year(iri, dg("startYear")),
    }


def _reported(graph: GraphReader, iri: str, name: str) -> list[str]:
    return [thing for thing in graph.subjects(dg("reportingParty"), iri) if name in graph.classes(thing)]


def _membership(graph: GraphReader, iri: str) -> Document:
    organisations = graph.refs(iri, dg("counterparty"))
    named = organisations[0] if organisations else graph.ref(iri)
    return {
        **_entry(graph, iri),
        "label": named["label"],
        "organisation": named,
        "participation": graph.value(iri, dg("participation")),
        "role": graph.text(iri, dg("role")),
        "start_year": graph.year(iri, dg("startYear")),
        "website": address(graph, iri),
    }


def _cooperations(graph: GraphReader, iri: str) -> list[Document]:
    """Cooperations that the country reports, and those that others report with it."""
    own = {
        t
        for kind in ("BilateralCooperation", "MultilateralCooperation", "Partnership")
        for t in _reported(graph, iri, kind)
    }
    others = set(graph.subjects(dg("counterpartyCountry"), iri)) - own
    return _labelled(
        [_cooperation(graph, thing, iri, reported_by=None) for thing in own]
        + [
            _cooperation(graph, thing, iri, reported_by=reporter)
            for thing in others
            if (reporter := graph.value(thing, dg("reportingParty")))
        ]
    )


def _cooperation(graph: GraphReader, iri: str, country: str, reported_by: str | None) -> Document:
    if reported_by:
        partners = [graph.ref(reported_by)]
    else:
        partners = [r for r in graph.refs(iri, dg("counterpartyCountry")) if r["iri"] != country]
    return {
        **_entry(graph, iri),
        "label": ", ".join(ref["label"] for ref in partners) or graph.ref(iri)["label"],
        "partners": partners,
        "members": graph.refs(iri, dg("member")),
        "bodies": graph.refs(iri, dg("counterpartBody")) + graph.refs(iri, dg("reportingBody")),
        "kind": _label(graph, iri, "cooperationKind"),
        "status": _label(graph, iri, "cooperationStatus"),
        "topics": graph.concepts(iri, dg("topic")),
        "subjects": graph.texts(iri, dg("subject")),
        "year": graph.year(iri, dg("year")),
        "reported_by": graph.ref(reported_by) if reported_by else None,
    }


def _publication(graph: GraphReader, iri: str) -> Document:
    return {
        **_entry(graph, iri),
        "kind": _label(graph, iri, "publicationKind"),
        "published_by": graph.refs(iri, dg("publishedBy")),
        "documents": address(graph, iri, "documentUrl"),
        "year": graph.year(iri, dg("year")),
    }


def _indicator_set(graph: GraphReader, iri: str) -> Document:
    return {
        **_entry(graph, iri),
        "produced_by": graph.refs(iri, dg("producedBy")),
        "used_by": graph.refs(iri, dg("usedBy")),
        "items": graph.texts(iri, dg("item")),
    }


def _figures(graph: GraphReader, observations: Iterable[str]) -> list[Document]:
    """Figures that the country reports itself: those with a source answer."""
    found = []
    for iri in observations:
        sources = graph.sources(iri)
        if sources:
            indicator = graph.refs(iri, dg("indicator"))
            found.append(
                {
                    **_entry(graph, iri),
                    "label": indicator[0]["label"] if indicator else graph.ref(iri)["label"],
                    "value": graph.number(iri, dg("value")),
                    "unit": _code(graph, iri, "unit"),
                    "unit_label": _label(graph, iri, "unit"),
                    "year": graph.year(iri, dg("year")),
                    "is_estimate": graph.value(iri, dg("isEstimate")) == "true",
                    "population": graph.text(iri, dg("population")),
                    "source_title": graph.text(iri, dg("sourceTitle")),
                    "produced_by": graph.refs(iri, dg("producedBy")),
                }
            )
    return _labelled(found)


def _questions(
    graph: GraphReader, answers: Iterable[str], kinds: dict[str, frozenset[str]]
) -> list[Document]:
    """What was asked and whether it was answered, in the order of the documents."""
    found = []
    for iri in answers:
        if "OptionAnswer" not in kinds[iri]:
            source = graph.source(iri)
            found.append(
                {
                    **source,
                    "value": _code(graph, iri, "answerValue"),
                    "implied": _code(graph, iri, "impliedValue"),
                    "status": _code(graph, iri, "answerStatus"),
                    "status_label": _label(graph, iri, "answerStatus"),
                }
            )
    return sorted(found, key=lambda entry: graph.order(entry["iri"]))


def _topics(instruments: list[Document], coverage: Document) -> list[Document]:
    """Legal topics in the order of the matrix, each with its answer and the instruments on it."""
    return [
        {
            **{key: topic[key] for key in ("iri", "label", "href", "code")},
            "value": topic["value"],
            "sources": topic["sources"],
            "instruments": [entry["iri"] for entry in instruments if entry["iri"] in set(topic["things"])],
        }
        for topic in coverage["topics"]
    ]


def _replacements(portals: list[Document]) -> list[Document]:
    """Chains of portals that replace each other: `first` are those that begin one, `then` those that follow, in order.

    Portals that go the same way share a chain. Each that follows has the `status` of the replacement.
    """
    replaced = {portal["iri"]: portal for portal in portals if portal["replaced_by"]}
    following = {ref["iri"] for portal in portals for ref in portal["replaced_by"]}
    chains: dict[tuple[tuple[str, str | None], ...], Document] = {}
    for iri, portal in replaced.items():
        if iri in following:
            continue  # in the middle of a chain
        then: list[Ref] = []
        current, seen = portal, {iri}
        while True:
            after = current["replaced_by"][0]
            if after["iri"] in seen:
                break  # two portals that are said to replace each other
            seen.add(after["iri"])
            then.append({**after, "status": current["replacement_status"]})
            if after["iri"] not in replaced:
                break
            current = replaced[after["iri"]]
        way = tuple((step["iri"], step["status"]) for step in then)
        chains.setdefault(way, {"first": [], "then": then})["first"].append(_step(portal))
    return list(chains.values())


def _step(portal: Document) -> Ref:
    return {key: portal[key] for key in ("iri", "label", "href", "lang") if key in portal}


def _by_concept(entries: list[Document], field: str) -> list[Document]:
    """Entries under each of the concepts that they name, as addresses."""
    found: dict[str, Document] = {}
    for entry in entries:
        for concept in entry[field]:
            found.setdefault(concept["code"], {**concept, "bodies": []})["bodies"].append(entry["iri"])
    return sorted(
        found.values(), key=lambda concept: (concept["code"] == "other", concept["label"].casefold())
    )


def _label(graph: GraphReader, iri: str, name: str) -> str | None:
    refs = graph.refs(iri, dg(name))
    return refs[0]["label"] if refs else None


def _code(graph: GraphReader, iri: str, name: str) -> str | None:
    value = graph.value(iri, dg(name))
    return code_of(value) if value and value.startswith(CONCEPT) else None


def _labelled(entries: Iterable[Document]) -> list[Document]:
    key: Callable[[Document], tuple[str, str]] = lambda entry: (entry["label"].casefold(), entry["iri"])  # noqa: E731
    return sorted(entries, key=key)


def _by_year(entry: Document) -> tuple[int, str]:
    return (-(entry["year"] or entry["start_year"] or 0), entry["label"].casefold())
