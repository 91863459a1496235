"""The pipeline: records → named graphs → entailments → validation → a published dataset version, or nothing at all.

`build` makes everything and keeps it, `build_and_publish` replaces what a store serves; nothing is written there before
everything has passed. The work is done source by source, in any process (units.py), and each result is kept under what
it was made from (cache.py): a build that was interrupted goes on where it stopped, and one changed record is mapped,
closed and checked alone, and then what depends on several sources. docs/building.md.

`assemble` maps records that are in memory, without a cache.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, Unpack

from rdflib import Graph, Literal, URIRef

from kg.documents import read_document
from kg.errors import KgError, NotConforming
from kg.extraction import extract
from kg.extraction.batch import documents_in
from kg.iris import Iris
from kg.mapping.editions import Edition, SourceKey, settle_editions, source_key
from kg.mapping.nquads import sorted_nquads
from kg.mapping.reference import reference_identifiers
from kg.mapping.response import response_triples
from kg.reasoning import Clash, Inconsistent, graph_of
from kg.records.load import RECORD_FOLDERS, load_record, record_files
from kg.records.model import Record
from kg.records.problems import Problem, RecordError
from kg.records.same_as import SameAs, decided_in, same_as_of, unmet
from kg.records.yaml_source import MAX_BYTES
from kg.resources import bundled
from kg.settings import Settings
from kg.store.cache import Cache, Damaged, Entry, Result, key_of
from kg.store.crossing import crossing_entry, crossing_result, inferred_entry
from kg.store.dataset import Graphs, GraphText
from kg.store.embedded import NoStore, Version, open_store, publish_graphs
from kg.store.engines import Connection
from kg.store.executors import WorkerLost, executor_of, workers_of
from kg.store.fingerprints import Fingerprints, fingerprints
from kg.store.forms import clashes_from_json
from kg.store.remote import RemoteVersion, current_version
from kg.store.remote_publish import publish_remote_graphs, require_writable
from kg.store.units import (
    RECORDS,
    Mapped,
    Place,
    Recipe,
    answer_question,
    background_result,
    close_source,
    editions_of,
    editions_result,
    graph_name,
    identifiers_of,
    judged_crossing_result,
    judged_of,
    keep,
    map_source,
    mapped,
    own_of,
    own_result,
    reference_graphs,
    unexpected,
)
from kg.validation import Background, Finding, Judged, Report, Severity, Whole
from kg.validation.checking import Results
from kg.validation.questions import Question
from kg.validation.setwise import Number
from kg.validation.whole import CROSSING

Progress = Callable[[str], None]

MAX_DOCUMENT_BYTES = 256_000_000
_SHOWN = 10
_ATTEMPTS = 100
_MANY = 50
"""Tasks from which on starting processes costs less than it saves."""
_HELD = 2**26
"""Bytes of tasks that are held back until it is known whether there are many."""
_CLUSTER = 16
"""Tasks that a cluster is taken to run at a time."""
_MAPPING = "Reading and mapping records"
_CLOSING = "Reasoning about each source (OWL 2 RL)"


@dataclass(slots=True)
class Built:
    """A dataset on its way to the store: graphs by name, what follows from them, and what the shapes say."""

    iris: Iris
    sources: list[SourceKey]
    """Family, edition and country of each source."""
    graphs: MutableMapping[URIRef, Graph] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()
    report: Report | None = None
    files: dict[Path, SourceKey] = field(default_factory=dict)
    """Which source each input file is."""
    left_out: tuple[Problem, ...] = ()
    """Why some inputs are not in it (see `build`, `keep_going`)."""
    unmet: tuple[Problem, ...] = ()
    """The decisions on identity in the inputs that decide nothing, since no entry has one of their identifiers."""
    made: int = 0
    """How many sources were mapped or closed anew; the others came from the build cache."""
    _kept: Any = None

    @property
    def inferred(self) -> Graph:
        """What follows from the statements."""
        name = self.iris.inferred_graph
        return self.graphs[name] if name in self.graphs else Graph()

    @property
    def statements(self) -> Graph:
        """Everything stated about the world: responses and reference data, without figures, ontology, entailments."""
        apart = (self.iris.ontology_graph, self.iris.indicators_graph, self.iris.inferred_graph)
        return graph_of(*(self.graphs[name] for name in self.graphs if name not in apart))

    def texts(self) -> dict[URIRef, GraphText]:
        """The graphs as they are published."""
        graphs = self.graphs
        if not isinstance(graphs, Graphs):
            graphs = Graphs({})
            graphs.update(self.graphs)
        return graphs.texts()

    def sizes(self) -> dict[URIRef, int]:
        """How many triples each graph has."""
        return {name: text.triples for name, text in self.texts().items()}

    def nquads(self) -> bytes:
        """The whole dataset as sorted N-Quads."""
        if not isinstance(self.graphs, Graphs):
            return sorted_nquads(self.graphs)
        lines: list[bytes] = []
        for name, text in self.texts().items():
            suffix = b" <" + str(name).encode() + b"> ."
            lines.extend(line[:-2] + suffix for line in text.read().splitlines())
        return b"".join(line + b"\n" for line in sorted(lines))


class Options(TypedDict, total=False):
    """How to build: the keyword arguments of `build`."""

    contacts: bool
    cache: Cache | None
    executor: str
    keep_going: bool
    progress: Progress


class NothingToBuild(KgError):
    """The inputs hold no record."""


def _quiet(_: str) -> None:
    return None


def input_files(inputs: Iterable[Path]) -> Iterator[Path]:
    """The files that a build of these files and folders reads. Raises RecordError for one that does not exist."""
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


def read_records(inputs: Sequence[Path] = ()) -> list[Record]:
    """The records of the given files and folders (default: the bundled `data/`); other documents are extracted.

    Raises RecordError with the problems of *all* inputs together, so that one run shows everything to mend.
    """
    problems: list[Problem] = []
    records: dict[SourceKey, tuple[Path, Record]] = {}
    for file in input_files(inputs or [bundled("data")]):
        try:
            record = load_record(file) if file.suffix in RECORDS else extract(read_document(file)).record
        except RecordError as error:
            problems.extend(error.problems)
            continue
        except KgError as error:
            problems.append(Problem(error.message, file=error.where or str(file)))
            continue
        key = source_key(record)
        if key in records:
            problems.append(_described_twice(key, file, records[key][0]))
        records.setdefault(key, (file, record))
    if problems:
        raise RecordError(problems[0].file or "", problems)
    if not records:
        raise _nothing(inputs)
    return [record for _, (_, record) in sorted(records.items(), key=lambda item: item[0])]


def assemble(
    records: Iterable[Record],
    iris: Iris | None = None,
    *,
    contacts: bool = False,
    same_as: SameAs | None = None,
    progress: Progress = _quiet,
) -> Built:
    """Map records and the bundled reference data to named graphs; `same_as` says what is one thing (docs/identity.md)."""
    iris = iris or Iris()
    progress("Mapping records")
    sources = {
        source_key(record): graph_of(response_triples(record, iris, contacts=contacts, same_as=same_as))
        for record in records
    }
    settle_editions(sources, iris)
    progress("Mapping reference data")
    graphs = {graph_name(key, iris): graph for key, graph in sources.items()}
    graphs |= reference_graphs(iris, {(family, edition) for family, edition, _ in sources})
    return Built(iris, list(sources), graphs)


def build(
    inputs: Sequence[Path] = (),
    iris: Iris | None = None,
    *,
    contacts: bool = False,
    cache: Cache | None = None,
    executor: str = "serial",
    keep_going: bool = False,
    progress: Progress = _quiet,
) -> Built:
    """Read, map, reason and validate; `Built.report` and `Built.clashes` say what was found.

    `cache` keeps results between builds (default: the folder that KG_BUILD_CACHE names, or one for this build only).
    `executor` says where the work on single sources runs (executors.py); `auto` takes processes where there is enough
    of it. With `keep_going`, inputs that cannot be read are left out and told in `Built.left_out`.

    Raises RecordError for unreadable or wrong records (with `keep_going`: only when nothing is left) and decisions on
    identity. Findings are no errors here: see `require_publishable`.
    """
    if cache is None:
        chosen = Settings()
        cache = cache_of(chosen) if chosen.build_cache else Cache.temporary()
    for attempt in range(_ATTEMPTS):
        try:
            return _Build(inputs, iris or Iris(), contacts, cache, executor, keep_going, progress).run()
        except Damaged:  # the entry is gone now; whatever else was done is there
            if attempt == _ATTEMPTS - 1:
                raise KgError(
                    "entries of the build cache disappear while they are used",
                    where=str(cache.folder),
                    hint="Check the disk, or build with --no-cache.",
                ) from None
    raise AssertionError  # pragma: no cover - the loop returns or raises


def cache_of(settings: Settings) -> Cache:
    """The build cache of the settings; a temporary one where nobody has chosen a folder and the default is not writable."""
    try:
        return Cache(settings.build_cache_path, most=settings.build_cache_mb * 2**20)
    except KgError:
        if settings.build_cache:
            raise
        return Cache.temporary()


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
    **options: Unpack[Options],
) -> tuple[Built, Version]:
    """`build`, then replace what `store` serves in one step.

    Raises NotConforming on a Violation or an inconsistency, and RecordError when `store` serves a source that is missing
    now and an input cannot be read, which may be the one; then the store is as it was.
    """
    built = build(inputs, iris, **options)
    require_publishable(built)
    if built.left_out:
        _require_none_lost(built, _served(store))
    options.get("progress", _quiet)("Publishing")
    texts = {str(name): text for name, text in built.texts().items()}
    return built, publish_graphs(store, texts, reports=_reports(built))


def build_and_publish_remote(
    inputs: Sequence[Path],
    settings: Settings,
    iris: Iris | None = None,
    **options: Unpack[Options],
) -> tuple[Built, RemoteVersion]:
    """As `build_and_publish`, to the SPARQL server that the settings name.

    Raises KgError before anything is built when that server is not there or may not be written to.
    """
    progress = options.get("progress", _quiet)
    progress("Asking the SPARQL server")
    require_writable(settings)
    built = build(inputs, iris, **options)
    require_publishable(built)
    if built.left_out:
        with suppress(NoStore):
            served = current_version(Connection(settings), settings.base_iri)
            _require_none_lost(built, served.hashes)
    texts = {str(name): text for name, text in built.texts().items()}
    return built, publish_remote_graphs(settings, texts, reports=_reports(built), progress=progress)


# --- private helpers ---


@dataclass(slots=True)
class _Task:
    """A unit that has to be done: where its result goes, and what is done."""

    kind: str
    key: str
    name: str
    run: Callable[..., Result]
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """An executor, and how many tasks it is given at a time."""

    executor: Executor
    window: int


@dataclass(slots=True)
class _Source:
    """A source in this build."""

    file: Path
    mapped: Mapped
    entry: Entry
    closed: Entry | None = None


class _Build:
    """One build: each method is a step, and takes from the cache what it can."""

    def __init__(
        self,
        inputs: Sequence[Path],
        iris: Iris,
        contacts: bool,
        cache: Cache,
        executor: str,
        keep_going: bool,
        progress: Progress,
    ) -> None:
        self._inputs, self._iris, self._cache = inputs, iris, cache
        self._executor_name, self._keep_going, self._progress = executor, keep_going, progress
        self._elsewhere = executor.startswith("dask:")
        self._prints: Fingerprints = fingerprints()
        self._recipe = Recipe(iris.base, contacts, same_as_of(inputs))
        self._problems: list[Problem] = []
        self._made: set[str] = set()
        self._opened: dict[str, _Opened] = {}

    def run(self) -> Built:
        begun = time.time()
        files = list(input_files(self._inputs or [bundled("data")]))
        with ExitStack() as self._open:
            self._together = self._open.enter_context(self._workplace("together"))
            self._progress(_MAPPING)
            sources = self._sources(files)
            self._progress("Reasoning about the reference data (OWL 2 RL)")
            place = Place(
                self._recipe,
                tuple(sorted({(s.mapped.family, s.mapped.edition) for s in sources})),
                self._prints,
                self._cache.folder,
                self._elsewhere,
            )
            background = self._result("background", place.key(), lambda: background_result(place))
            self._progress(_CLOSING)
            sources = self._close(sources, place)
            self._progress("Reasoning across sources")
            crossing = self._across(sources, place)
            self._progress("Gathering what follows")
            inferred = self._inferred(sources, background, crossing, place)
            graphs = self._graphs(sources, background, inferred)
            self._progress("Validating (SHACL)")
            report = self._report(sources, crossing, place)
        self._cache.prune(since=begun)
        return Built(
            self._iris,
            [source.mapped.key for source in sources],
            graphs,
            _clashes([background, *_closed(sources), crossing]),
            report,
            {source.file: source.mapped.key for source in sources},
            tuple(self._problems),
            tuple(self._unmet(sources)),
            len(self._made),
            self._cache,
        )

    def _unmet(self, sources: Iterable[_Source]) -> list[Problem]:
        if self._problems:  # what was left out may be what they name
            return []
        own = decided_in(self._inputs, self._recipe.same_as)
        named = (identifiers_of(source.entry) for source in sources)
        return unmet(own, reference_identifiers().union(*named)) if own else []

    def _sources(self, files: Sequence[Path]) -> list[_Source]:
        found: dict[SourceKey, _Source] = {}
        results = dict(self._done(_MAPPING, len(files), self._map_tasks(files)))
        for number, entry in sorted(results.items()):
            source = _Source(files[number], mapped(entry), entry)
            former = found.setdefault(source.mapped.key, source)
            if former is not source:
                self._problems.append(_described_twice(source.mapped.key, source.file, former.file))
        order = {str(file): number for number, file in enumerate(files)}
        self._problems.sort(key=lambda problem: order.get(problem.file or "", len(order)))
        self._require_all(bool(found))
        if not found:
            raise _nothing(self._inputs)
        return [found[key] for key in sorted(found)]

    def _map_tasks(self, files: Iterable[Path]) -> Iterator[tuple[int, Entry | _Task]]:
        for number, file in enumerate(files):
            try:
                with file.open("rb") as opened:
                    most = MAX_BYTES if file.suffix in RECORDS else MAX_DOCUMENT_BYTES
                    content = opened.read(most + 1)
            except OSError as error:
                self._problems.append(Problem(f"cannot be read ({error.strerror})", file=str(file)))
                continue
            # A record's result does not depend on what its file is called; a document's quotes its name.
            name = file.suffix if file.suffix in RECORDS else file.name
            key = key_of(self._prints.mapping, self._recipe.key(), name, content)
            entry = self._cache.get("source", key)
            yield (
                number,
                entry or _Task("source", key, str(file), map_source, (str(file), content, self._recipe)),
            )

    def _require_all(self, any_left: bool) -> None:
        if self._problems and not (self._keep_going and any_left):
            raise RecordError(self._problems[0].file or "", self._problems)

    def _close(self, sources: Sequence[_Source], place: Place) -> list[_Source]:
        found = self._editions(sources)
        by_source = {source.mapped.key: source for source in sources}
        for key, entry in self._done(_CLOSING, len(sources), self._close_tasks(sources, found, place)):
            by_source[key].closed = entry
        left = [source for source in sources if source.closed]
        self._require_all(bool(left))
        return left

    def _close_tasks(
        self, sources: Sequence[_Source], found: dict[SourceKey, tuple[Edition, str]], place: Place
    ) -> Iterator[tuple[SourceKey, Entry | _Task]]:
        for source in sources:
            own = source.mapped.key
            edition, earlier = found[own]
            key = key_of(
                place.key(), self._prints.validation, source.mapped.digest, map(str, own), map(str, edition.revises or ()),
                [earlier],
            )  # fmt: skip
            entry = self._cache.get("closed", key)
            if entry is None:
                graph = source.entry.section("graph") if place.elsewhere else source.entry
                args = (own, graph, edition, place)
                yield own, _Task("closed", key, str(source.file), close_source, args)
            else:
                yield own, entry

    def _editions(self, sources: Sequence[_Source]) -> dict[SourceKey, tuple[Edition, str]]:
        """What each source owes to the others of its country, with the earlier names as text."""
        by_country: defaultdict[str, list[_Source]] = defaultdict(list)
        for source in sources:
            by_country[source.mapped.country].append(source)
        found: dict[SourceKey, tuple[Edition, str]] = {}
        for own in by_country.values():
            if len(own) == 1:
                found[own[0].mapped.key] = Edition(), ""
                continue
            entries = {source.mapped.key: source.entry for source in own}
            digests = [f"{source.mapped.key} {source.mapped.digest}" for source in own]
            work = partial(editions_result, entries)
            entry = self._result("editions", key_of(self._prints.mapping, digests), work)
            found |= {key: (edition, earlier) for key, edition, earlier in editions_of(entry)}
        return found

    def _across(self, sources: Sequence[_Source], place: Place) -> Entry:
        closed = _by_name(sources)
        key = key_of(place.key(), [f"{name} {entry.facts['meeting']}" for name, entry in closed.items()])
        found = self._cache.get("crossing", key)
        if found is None:
            reference = place.background().reference
            found = crossing_entry(self._cache, key, closed, reference, self._together, place.key())
        if found.facts["clashes"]:
            # All that the sources state is needed for the wording, and takes most of the memory.
            return self._result(
                "crossing",
                key_of(key, _digests(sources)),
                lambda: crossing_result(closed.values(), place.background().reference, whole=True),
            )
        return found

    def _inferred(
        self, sources: Sequence[_Source], background: Entry, crossing: Entry, place: Place
    ) -> Entry:
        key = key_of(place.key(), _digests(sources))
        beside = {"background": background, "crossing": crossing}
        return self._cache.get("inferred", key) or inferred_entry(
            self._cache, key, _by_name(sources), beside, self._together
        )

    def _graphs(self, sources: Sequence[_Source], background: Entry, inferred: Entry) -> Graphs:
        iris = self._iris
        kept = {
            graph_name(source.mapped.key, iris): (source.closed, "graph", source.closed.facts)
            for source in sources
            if source.closed
        }
        for name, section in (
            (iris.reference_graph, "reference"),
            (iris.indicators_graph, "figures"),
            (iris.ontology_graph, "ontology"),
        ):
            kept[name] = background, section, background.facts[section]
        kept[iris.inferred_graph] = inferred, "graph", inferred.facts
        return Graphs(
            {
                name: GraphText(facts["triples"], facts["digest"], partial(self._read, name, entry, section))
                for name, (entry, section, facts) in kept.items()
            }
        )

    def _read(self, name: URIRef, entry: Entry, section: str) -> bytes:
        """The text of a graph: an entry may be found to be damaged, or be gone, long after the build."""
        with suppress(Damaged):
            return entry.section(section)
        again = build(
            self._inputs,
            self._iris,
            contacts=self._recipe.contacts,
            cache=self._cache,
            keep_going=self._keep_going,
        )
        text = again.texts()[name]
        if text.digest != (entry.facts if "digest" in entry.facts else entry.facts[section])["digest"]:
            raise KgError(
                "a kept result was damaged, and the inputs have changed since",
                where=str(name),
                hint="Build again.",
            )
        return text.read()

    def _report(self, sources: Sequence[_Source], crossing: Entry, place: Place) -> Report:
        background = place.background()
        own = own_of(self._result("own", place.own_key(), lambda: own_result(place)))
        parts: dict[str, Callable[[], Judged]] = {
            f"closed {source.closed.key}": partial(judged_of, source.closed)
            for source in sources
            if source.closed
        }
        # Most edits leave what follows across sources as it was.
        key = key_of(place.key(), self._prints.validation, crossing.facts["digest"])
        judged = self._result("judged", key, lambda: judged_crossing_result(crossing, place))
        parts[f"{CROSSING} {key}"] = partial(judged_of, judged)

        def former(name: str) -> Judged | None:
            kind, _, key = name.partition(" ")
            entry = self._cache.get("judged" if kind == CROSSING else kind, key)
            return None if entry is None else judged_of(entry)

        several = max(self._opened.values(), key=lambda one: one.window, default=_Opened(Executor(), 1))

        def ask(
            engine: Path, written: Mapping[Number, Literal], questions: Sequence[Question]
        ) -> Iterator[Results]:
            executor = several.executor
            asked = [executor.submit(answer_question, one, engine, written, place) for one in questions]
            return (future.result() for future in asked)

        with self._whole(background, place) as whole:
            return whole.report(
                parts, own, former=former, ask=ask if several.window > 1 and not self._elsewhere else None
            )

    @contextmanager
    def _whole(self, background: Background, place: Place) -> Iterator[Whole]:
        """Where the validation of all sources together is kept for these inputs; for this build only while another one
        of the same inputs is at it.
        """
        with self._workplace("whole") as folder:
            whole = Whole(background, folder, key=key_of(place.key(), self._prints.validation))
            try:
                yield whole
            finally:
                whole.close()

    def _workplace(self, kind: str) -> AbstractContextManager[Path | None]:
        """The folder for what is kept of these inputs from build to build."""
        inputs = sorted(str(path.resolve()) for path in self._inputs)
        return self._cache.workplace(kind, key_of(inputs, str(self._recipe.key())))

    def _result(self, kind: str, key: str, work: Callable[[], Result]) -> Entry:
        return self._cache.get(kind, key) or self._cache.put(kind, key, work())

    def _done(
        self, step: str, total: int, tasks: Iterable[tuple[Any, Entry | _Task]]
    ) -> Iterator[tuple[Any, Entry]]:
        """The entries, as they come: those that are there, and those of tasks when these have been done. What goes wrong
        with a task is noted among the problems.
        """
        under_way: dict[Future[Result | Entry], tuple[Any, _Task]] = {}
        done = 0
        for what, task, opened in self._chosen(tasks):
            if opened is None:
                assert isinstance(task, Entry)
                done += 1
                yield what, task
                continue
            assert isinstance(task, _Task)
            under_way[self._submitted(opened, task)] = what, task
            while len(under_way) >= opened.window:
                for pair in self._settled(under_way):
                    done += 1
                    self._progress(f"{step}: {done} of {total}")
                    yield pair
        while under_way:
            for pair in self._settled(under_way):
                done += 1
                self._progress(f"{step}: {done} of {total}")
                yield pair

    def _chosen(
        self, tasks: Iterable[tuple[Any, Entry | _Task]]
    ) -> Iterator[tuple[Any, Entry | _Task, _Opened | None]]:
        """Each task with the executor for it. Where they run is chosen when it is known whether there are many: most
        builds follow one changed record, and a process that has to be started takes longer than that record.
        """
        held: list[tuple[Any, _Task]] = []
        size = 0
        opened: _Opened | None = None
        for what, task in tasks:
            if isinstance(task, Entry):
                yield what, task, None
            elif opened is not None:
                yield what, task, opened
            else:
                held.append((what, task))
                size += sum(len(one) for one in task.args if isinstance(one, bytes))
                if len(held) >= _MANY or size > _HELD:
                    opened = self._executor(len(held))
                    yield from ((*one, opened) for one in held)
                    held = []
        if held:
            opened = self._executor(len(held))
            yield from ((*one, opened) for one in held)

    def _submitted(self, opened: _Opened, task: _Task) -> Future[Result | Entry]:
        if self._elsewhere or opened.window == 1:
            return opened.executor.submit(task.run, *task.args)
        return opened.executor.submit(keep, self._cache.folder, task.kind, task.key, task.run, *task.args)

    def _settled(
        self, under_way: dict[Future[Result | Entry], tuple[Any, _Task]]
    ) -> Iterator[tuple[Any, Entry]]:
        finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in finished:
            what, task = under_way.pop(future)
            try:
                result = future.result()
            except RecordError as error:
                self._problems.extend(error.problems)
                continue
            except WorkerLost as error:
                self._problems.append(Problem(f"{error.message}. {error.hint}", file=task.name))
                continue
            except (KgError, Damaged):
                raise
            except Exception as error:  # one hostile source must not end the work on the others
                self._problems.append(unexpected(error, task.name))
                continue
            self._made.add(task.name)
            yield what, result if isinstance(result, Entry) else self._cache.put(task.kind, task.key, result)

    def _executor(self, tasks: int) -> _Opened:
        """Where so many tasks run, opened when there is something to do."""
        name = self._executor_name
        if name == "auto":
            name = "processes" if tasks >= _MANY and (workers_of("processes") or 1) > 1 else "serial"
        if name not in self._opened:
            workers = workers_of(name) or _CLUSTER
            executor = self._open.enter_context(executor_of(name, preload=("kg.store.units",)))
            self._opened[name] = _Opened(executor, 1 if name == "serial" else 4 * workers)
        return self._opened[name]


def _closed(sources: Iterable[_Source]) -> list[Entry]:
    return [source.closed for source in sources if source.closed]


def _by_name(sources: Iterable[_Source]) -> dict[str, Entry]:
    return {str(source.mapped.key): source.closed for source in sources if source.closed}


def _digests(sources: Iterable[_Source]) -> list[str]:
    return [f"{source.mapped.key} {source.closed.facts['digest']}" for source in sources if source.closed]


def _clashes(entries: Iterable[Entry]) -> tuple[Clash, ...]:
    """Each contradiction once: one in the reference data shows in every source that mentions it, and the first tells it."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Clash]] = {}
    for entry in entries:
        fresh: dict[tuple[str, str, tuple[str, ...]], list[Clash]] = {}
        for clash in clashes_from_json(entry.facts["clashes"]):
            fresh.setdefault((clash.kind, clash.individual, clash.terms), []).append(clash)
        found = fresh | found
    return tuple(clash for key in sorted(found) for clash in found[key])


def _served(store: Path) -> list[str]:
    """The names of the graphs that a store serves."""
    try:
        return [graph.value for graph in open_store(store).named_graphs()]
    except NoStore:
        return []


def _require_none_lost(built: Built, served: Iterable[str]) -> None:
    """An input that cannot be read may be left out, but not take from readers what they had."""
    ours = f"{built.iris.base}graph/"
    lost = sorted({name for name in served if name.startswith(ours)} - set(map(str, built.graphs)))
    if lost:
        shown = ", ".join(name.removeprefix(ours) for name in lost[:_SHOWN])
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        told = Problem(f"nothing was published, since readers would lose {shown}{more}")
        raise RecordError(built.left_out[0].file or "", [*built.left_out, told])


def _reports(built: Built) -> dict[str, str]:
    assert built.report is not None
    return {"json": built.report.to_json(), "turtle": built.report.to_turtle()}


def _described_twice(key: SourceKey, file: Path, former: Path) -> Problem:
    return Problem(f"describes {key[2]} {key[1]}, as {former} does already; keep one", file=str(file))


def _nothing(inputs: Iterable[Path]) -> NothingToBuild:
    where = ", ".join(map(str, inputs))
    return NothingToBuild("no record found", where=where, hint="Give a .yaml record or a folder.")


def _said(finding: Finding) -> str:
    value = f" [{finding.value}]" if finding.value else ""
    sources = "; ".join(map(str, finding.sources))
    return f"{finding.label}: {finding.message}{value}" + (f" Stated in {sources}." if sources else "")
