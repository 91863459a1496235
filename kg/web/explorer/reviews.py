"""What a reviewer of an extracted record looks through: its answers, what each states, and what to look at first.

All of it is in the graph (docs/model.md): `dg:Evidence` says by which line of the source a fact was read, with what
confidence, and whether a person has reviewed it; a `dg:Remark` is what extraction or a reviewer noted about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg.store.interface import Dataset
from kg.web.explorer.graph import COMMENT, TITLE, GraphReader, Ref, code_of, dg, page_of, views
from kg.web.explorer.snapshot import Documents, copied, write_documents
from kg.web.reader import LANGUAGES

Document = dict[str, Any]

EVIDENCE: Final = ("about", "statedIn", "line", "page", "reviewStatus", "confidence")
NOT_ENTRIES: Final = frozenset(("Evidence", "Remark", "Answer", "Question"))
"""Classes of what is stated in an answer without being a fact of the record."""


class Recorded:
    """What a graph holds of its source documents' records, by answer: looked up once, for all languages."""

    def __init__(self, graph: GraphReader) -> None:
        self.stated: dict[str, list[str]] = {}
        self.evidence: dict[tuple[str, str], list[Document]] = {}
        self.remarks: dict[str, list[str]] = {}
        self.answers: dict[str, list[str]] = {}
        self.kinds: dict[tuple[str, frozenset[str]], str] = {}
        for thing, where in graph.links(dg("statedIn")):
            self.stated.setdefault(where, []).append(thing)
        answers = set(graph.instances("Answer")) - set(graph.instances("OptionAnswer"))
        for link in ("inDocument", "response"):
            for answer, document in graph.links(dg(link)):
                if answer in answers:
                    known = self.answers.setdefault(document, [])
                    if answer not in known:
                        known.append(answer)
        for iri, facts in _by_subject(graph, EVIDENCE).items():
            about, source = facts.get("about"), facts.get("statedIn")
            if about and source and ("line" in facts or "page" in facts or "reviewStatus" in facts):
                self.evidence.setdefault((about, source), []).append(
                    {
                        "iri": iri,
                        "line": _whole(facts.get("line")),
                        "page": _whole(facts.get("page")),
                        "status": facts.get("reviewStatus"),
                        "confidence": facts.get("confidence"),
                    }
                )
        remarks = set(graph.instances("Remark"))
        for remark, about in graph.links(dg("about")):
            if remark in remarks:
                self.remarks.setdefault(about, []).append(remark)


class Reviews:
    """The records of one dataset version, as `write_reviews` wrote them."""

    def __init__(self, file: Path) -> None:
        self._documents = Documents(file)

    def summaries(self, lang: str) -> list[Document]:
        """All records, without their entries."""
        found: list[Document] = self._documents.read(f"reviews/{lang}")
        return found

    def record(self, path: str, lang: str) -> Document | None:
        """The record of one source, by the path of its IRI; None where there is no such source."""
        found: Document | None = self._documents.read(f"review/{path}/{lang}")
        return found


def write_reviews(dataset: Dataset, target: Path, base_iri: str) -> None:
    """Write the records of all sources to the file `target` (a job of kg.web.derived, begun when first asked for)."""
    store = dataset if isinstance(dataset, ox.Store) else copied(dataset)
    reading = GraphReader(store, next(iter(LANGUAGES)), base_iri)
    recorded = Recorded(reading)

    def documents() -> Iterator[tuple[str, Any]]:
        for lang in LANGUAGES:
            records = review_documents(reading.in_language(lang), recorded)
            yield f"reviews/{lang}", [summary(record) for record in records]
            for record in records:
                yield f"review/{record['path']}/{lang}", record

    write_documents(documents(), target)


def review_documents(graph: GraphReader, recorded: Recorded) -> list[Document]:
    """One document per source, by country and edition: see `_review`."""
    found = [_review(graph, recorded, iri) for iri in graph.instances("SourceDocument")]
    return sorted(
        found, key=lambda entry: (entry["country"]["label"].casefold(), entry["edition"] or 0, entry["iri"])
    )


def summary(document: Document) -> Document:
    """A review document without its parts: an entry of the list of records."""
    return {name: value for name, value in document.items() if name not in ("parts", "remarks")}


# --- private helpers ---


def _review(graph: GraphReader, recorded: Recorded, iri: str) -> Document:
    """A source's record: `parts` are its answers in order, each with the `entries` that it states.

    An entry has `status` and `confidence` (the lowest of its evidence), the `lines` it was read from, and `look`: why a
    reviewer should look at it (`confidence`, `remark`, `no-line`), empty where nothing speaks for it.
    """
    country = graph.value(iri, dg("country"))
    status = graph.value(iri, dg("reviewStatus"))
    has_lines = any(key[1].startswith(iri + "/") for key in recorded.evidence)
    parts = []
    for answer in sorted(recorded.answers.get(iri, ()), key=graph.order):
        entries = [
            _entry(graph, recorded, thing, answer, status, has_lines)
            for thing in recorded.stated.get(answer, ())
            if not graph.classes(thing) & NOT_ENTRIES
        ]
        code = graph.value(answer, dg("answerStatus"))
        parts.append(
            {
                **graph.source(answer),
                "value": _ending(graph.value(answer, dg("answerValue"))),
                "status": _ending(code),
                "status_label": graph.ref(code)["label"] if code else None,
                "remarks": _remarks(graph, recorded, answer, status),
                "entries": sorted(entries, key=lambda entry: (_first(entry), entry["label"].casefold())),
            }
        )
    remarks = _remarks(graph, recorded, iri, status)
    every = [entry for part in parts for entry in part["entries"]]
    noted = [remark for thing in (*every, *parts) for remark in thing["remarks"]] + remarks
    return {
        **graph.ref(iri),
        "title": graph.text(iri, TITLE),
        "path": iri.partition("/id/")[2],
        "country": graph.ref(country) if country else {"iri": None, "label": "", "href": "/countries"},
        "iso3": code_of(country) if country else "",
        "edition": graph.year(iri, dg("edition")),
        "family": "factsheet" if "/factsheet/" in iri else "msq",
        "status": status or "extracted",
        "counts": {
            "answers": len(parts),
            "answered": sum(part["status"] == "answered" for part in parts),
            "entries": len(every),
            "reviewed": sum(entry["status"] == "reviewed" for entry in every),
            "look": sum(bool(entry["look"]) for entry in every),
            "remarks": len(noted),
            "suspect": sum(remark["suspect"] for remark in noted),
        },
        "remarks": remarks,
        "parts": parts,
    }


def _entry(
    graph: GraphReader, recorded: Recorded, thing: str, answer: str, status: str | None, has_lines: bool
) -> Document:
    evidence = sorted(
        recorded.evidence.get((thing, answer), ()),
        key=lambda one: (one["page"] or 0, one["line"] or 0, one["iri"]),
    )
    own = {one["status"] for one in evidence if one["status"]}
    reviewed = own == {"reviewed"} if own else status == "reviewed"
    sure = [one["confidence"] for one in evidence if one["confidence"]]
    confidence = next((level for level in ("low", "medium", "high") if level in sure), None)
    remarks = [
        remark
        for remark in _remarks(graph, recorded, thing, status)
        if not remark["answer"] or remark["answer"] == answer
    ]
    look = []
    if not reviewed:
        if confidence in ("low", "medium"):
            look.append("confidence")
        if any(remark["look"] for remark in remarks):
            look.append("remark")
        if has_lines and not evidence:
            look.append("no-line")
    return {
        **graph.ref(thing),
        "kind": _kind(graph, recorded, thing),
        "status": "reviewed" if reviewed else "extracted",
        "confidence": confidence,
        "lines": _lines(graph, evidence),
        "remarks": remarks,
        "look": look,
    }


def _by_subject(graph: GraphReader, names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """One value of each property by subject: some scans of the store instead of thousands of look-ups."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        for quad in graph.store.quads_for_pattern(None, ox.NamedNode(dg(name)), None, ox.DefaultGraph()):
            subject = str(getattr(quad.subject, "value", ""))
            if "/evidence/" in subject:
                found.setdefault(subject, {})[name] = str(getattr(quad.object, "value", ""))
    return found


def _lines(graph: GraphReader, evidence: list[Document]) -> list[Document]:
    """Where the source says it, each line or page once."""
    found: dict[tuple[Any, Any], Document] = {}
    for one in evidence:
        if one["line"] is not None or one["page"] is not None:
            place = (one["page"], one["line"])
            found.setdefault(
                place,
                {"page": one["page"], "line": one["line"], "href": page_of(one["iri"], graph.base_iri)},
            )
    return list(found.values())


def _remarks(graph: GraphReader, recorded: Recorded, about: str, status: str | None) -> list[Document]:
    kinds: list[str] = views()["review"]["look_at"]
    found = []
    for iri in sorted(recorded.remarks.get(about, ())):
        kind = graph.value(iri, dg("remarkKind"))
        answer = graph.value(iri, dg("statedIn"))
        suspect = bool(kind) and graph.value(kind or "", dg("suspect")) == "true"
        found.append(
            {
                "iri": iri,
                "href": page_of(iri, graph.base_iri),
                "kind": _ending(kind),
                "label": graph.ref(kind)["label"] if kind else "",
                "note": graph.text(iri, COMMENT),
                "stated": graph.value(iri, dg("stated")),
                "suggested": graph.value(iri, dg("suggested")),
                "answer": answer,
                "suspect": suspect,
                "look": status != "reviewed" and (suspect or _ending(kind) in kinds),
            }
        )
    return found


def _kind(graph: GraphReader, recorded: Recorded, thing: str) -> str:
    """The most exact class of a thing, in words: one that is wider than no other of its classes."""
    classes = graph.classes(thing)
    key = (graph.lang, classes)
    if key not in recorded.kinds:
        exact = [name for name in classes if not any(_is_wider(graph, name, other) for other in classes)]
        recorded.kinds[key] = graph.ref(dg(min(exact or classes)))["label"] if classes else ""
    return recorded.kinds[key]


def _is_wider(graph: GraphReader, wide: str, narrow: str) -> bool:
    parents = {
        term.value
        for term in graph.terms(dg(narrow), "http://www.w3.org/2000/01/rdf-schema#subClassOf")
        if isinstance(term, ox.NamedNode)
    }
    return wide != narrow and dg(wide) in parents


def _first(entry: Document) -> tuple[int, int]:
    lines: list[Ref] = entry["lines"]
    return (lines[0]["page"] or 0, lines[0]["line"] or 0) if lines else (1_000_000, 0)


def _ending(iri: str | None) -> str | None:
    return code_of(iri) if iri else None


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None
