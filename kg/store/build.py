"""The pipeline: records → named graphs → entailments → validation → a published dataset version, or nothing at all.

`assemble` reads and maps, `build` also reasons and validates, `build_and_publish` replaces what a store serves. Each
step only adds to `Built`, so that a caller can stop after any of them. Nothing is written before everything has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import Graph, URIRef

from kg.documents import read_document
from kg.errors import KgError, NotConforming
from kg.extraction import extract
from kg.extraction.batch import documents_in
from kg.iris import Iris
from kg.mapping.indicators import indicator_triples
from kg.mapping.nquads import sorted_nquads
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.mapping.terms import Triple
from kg.reasoning import Clash, Inconsistent, close, ontology_graph
from kg.records.load import RECORD_FOLDERS, load_record, record_files
from kg.records.model import Record
from kg.records.problems import Problem, RecordError
from kg.resources import bundled
from kg.settings import Settings
from kg.store.embedded import Version, publish
from kg.store.remote import RemoteVersion
from kg.store.remote_publish import publish_remote, require_writable
from kg.validation import Finding, Report, Severity, load_shapes, validate

Progress = Callable[[str], None]

RECORDS = frozenset({".yaml", ".yml"})
"""Endings of record files; anything else among the inputs is a document to extract from."""

_SHOWN = 10
_OWLRL_TRIPLES = 20_000


@dataclass(slots=True)
class Built:
    """A dataset on its way to the store: graphs by name, what follows from them, and what the shapes say."""

    iris: Iris
    records: list[Record]
    graphs: dict[URIRef, Graph] = field(default_factory=dict)
    inferred: Graph = field(default_factory=Graph)
    clashes: tuple[Clash, ...] = ()
    report: Report | None = None

    @property
    def statements(self) -> Graph:
        """Everything stated about the world: responses and reference data, without figures, ontology, entailments."""
        apart = (self.iris.ontology_graph, self.iris.indicators_graph, self.iris.inferred_graph)
        return _merged(graph for name, graph in self.graphs.items() if name not in apart)

    def nquads(self) -> bytes:
        """The whole dataset as sorted N-Quads."""
        return sorted_nquads(self.graphs)


class NothingToBuild(KgError):
    """The inputs hold no record."""


def _quiet(_: str) -> None:
    return None


def read_records(inputs: Sequence[Path] = ()) -> list[Record]:
    """The records of the given files and folders (default: the bundled `data/`); other documents are extracted.

    Raises RecordError with the problems of *all* inputs together, so that one run shows everything to mend.
    """
    problems: list[Problem] = []
    records: dict[tuple[str, int, str], tuple[Path, Record]] = {}
    for file in _files(inputs or [bundled("data")]):
        try:
            record = load_record(file) if file.suffix in RECORDS else _extracted(file)
        except RecordError as error:
            problems.extend(error.problems)
            continue
        except KgError as error:
            problems.append(Problem(error.message, file=error.where or str(file)))
            continue
        key = (record.source.family, record.source.edition, record.source.country)
        if key in records:
            message = f"describes {key[2]} {key[1]}, as {records[key][0]} does already; keep one"
            problems.append(Problem(message, file=str(file)))
        records.setdefault(key, (file, record))
    if problems:
        raise RecordError(problems[0].file or "", problems)
    if not records:
        raise NothingToBuild(
            "no record found", where=", ".join(map(str, inputs)), hint="Give a .yaml record or a folder."
        )
    return [record for _, (_, record) in sorted(records.items(), key=lambda item: item[0])]


def assemble(
    records: Iterable[Record],
    iris: Iris | None = None,
    *,
    contacts: bool = False,
    progress: Progress = _quiet,
) -> Built:
    """Map records and the bundled reference data to named graphs."""
    built = Built(iris or Iris(), list(records))
    iris = built.iris
    progress("Mapping records")
    for record in built.records:
        name = iris.source_graph(record.source.edition, record.source.country, record.source.family)
        built.graphs[name] = _graph(response_triples(record, iris, contacts=contacts))
    progress("Mapping reference data")
    reference = _graph(reference_triples(iris=iris))
    for family, edition in sorted(
        {(record.source.family, record.source.edition) for record in built.records}
    ):
        for triple in survey_triples(edition, iris, family):
            reference.add(triple)
    for file in sorted((bundled("ontology") / "concepts").glob("*.ttl")):
        reference.parse(file, format="turtle")
    built.graphs[iris.reference_graph] = reference
    built.graphs[iris.indicators_graph] = _graph(indicator_triples(iris=iris))
    ontology = ontology_graph()
    ontology.parse(bundled("ontology") / "alignments.ttl", format="turtle")
    built.graphs[iris.ontology_graph] = ontology
    return built


def build(
    inputs: Sequence[Path] = (),
    iris: Iris | None = None,
    *,
    contacts: bool = False,
    progress: Progress = _quiet,
) -> Built:
    """Read, map, reason and validate; `Built.report` and `Built.clashes` say what was found.

    Raises RecordError for unreadable or wrong records. Findings are no errors here: see `require_publishable`.
    """
    progress("Reading records")
    built = assemble(read_records(inputs), iris, contacts=contacts, progress=progress)
    progress("Reasoning (OWL 2 RL)")
    statements, figures = built.statements, built.graphs[built.iris.indicators_graph]
    witnessed, bulk = _witnessed(built)
    closure = close(witnessed, ontology_graph(), bulk=bulk)
    built.inferred, built.clashes = closure.inferred, closure.clashes
    built.graphs[built.iris.inferred_graph] = closure.inferred
    progress("Validating (SHACL)")
    built.report = validate(_merged([statements, figures]), closure.inferred, load_shapes())
    return built


def require_publishable(built: Built) -> None:
    """Raises NotConforming, naming what stands in the way, when there is a clash or a Violation."""
    if built.clashes:
        raise Inconsistent(built.clashes)
    if built.report is not None and not built.report.conforms:
        violations = [f for f in built.report.findings if f.severity is Severity.VIOLATION]
        shown = "".join(f"\n  {_said(finding)}" for finding in violations[:_SHOWN])
        raise NotConforming(
            f"{built.report.summary()}{shown}\n", hint="`kg validate` shows the whole report."
        )


def build_and_publish(
    inputs: Sequence[Path],
    store: Path,
    iris: Iris | None = None,
    *,
    contacts: bool = False,
    progress: Progress = _quiet,
) -> tuple[Built, Version]:
    """`build`, then replace what `store` serves in one step.

    Raises NotConforming on a Violation or an inconsistency; then the store is as it was.
    """
    built = build(inputs, iris, contacts=contacts, progress=progress)
    require_publishable(built)
    progress("Publishing")
    assert built.report is not None
    reports = {"json": built.report.to_json(), "turtle": built.report.to_turtle()}
    return built, publish(store, built.nquads(), reports=reports)


def build_and_publish_remote(
    inputs: Sequence[Path],
    settings: Settings,
    iris: Iris | None = None,
    *,
    contacts: bool = False,
    progress: Progress = _quiet,
) -> tuple[Built, RemoteVersion]:
    """As `build_and_publish`, to the SPARQL server that the settings name.

    Raises KgError before anything is built when that server is not there or may not be written to.
    """
    progress("Asking the SPARQL server")
    require_writable(settings)
    built = build(inputs, iris, contacts=contacts, progress=progress)
    require_publishable(built)
    return built, publish_remote(settings, built.nquads(), progress=progress)


def _witnessed(built: Built) -> tuple[Graph, Graph]:
    """What owlrl, the engine of record, closes itself, and the bulk that the compiled rules close with it.

    owlrl takes a second for a few thousand triples and more than its share for many: it sees the reference data and the
    first sources, in order, up to a bound; tests/reasoning holds the two engines together on every source.
    """
    iris = built.iris
    apart = (iris.ontology_graph, iris.inferred_graph)
    graphs = {name: graph for name, graph in built.graphs.items() if name not in apart}
    seen = [graphs.pop(iris.reference_graph)]
    for name in sorted(graphs.keys() - {iris.indicators_graph}, key=lambda name: (len(graphs[name]), name)):
        if sum(map(len, seen)) + len(graphs[name]) > _OWLRL_TRIPLES:
            break
        seen.append(graphs.pop(name))
    return _merged(seen), _merged(graphs.values())


def _said(finding: Finding) -> str:
    value = f" [{finding.value}]" if finding.value else ""
    sources = "; ".join(map(str, finding.sources))
    return f"{finding.label}: {finding.message}{value}" + (f" Stated in {sources}." if sources else "")


def _extracted(document: Path) -> Record:
    return extract(read_document(document)).record


def _files(inputs: Iterable[Path]) -> Iterable[Path]:
    for path in inputs:
        if path.is_dir():
            yield from record_files(path)
            # A folder laid out like data/ holds records, and pages about them.
            if not any((path / name).is_dir() for name in RECORD_FOLDERS):
                yield from (file for file in documents_in([path]) if file.stem.upper() != "README")
        elif path.exists():
            yield path
        else:
            raise RecordError(str(path), [Problem("does not exist", file=str(path))])


def _graph(triples: Iterable[Triple]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


def _merged(graphs: Iterable[Graph]) -> Graph:
    merged = Graph()
    for graph in graphs:
        for triple in graph:
            merged.add(triple)
    return merged
