"""The units of work of a build: what can be done for one source without the others, in any process.

`map_source` reads one file and maps it; `close_source` works out what follows from one source and the reference data. A
unit takes bytes and gives a `Result` of bytes (cache.py), so that it can be sent to a worker on another machine and kept.
The background is what all sources are seen against; each process makes it once, or reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef

from kg.documents import read_bytes
from kg.errors import KgError
from kg.extraction import extract
from kg.iris import Iris
from kg.mapping.editions import Edition, Name, SourceKey, as_edition, editions, names, source_key
from kg.mapping.indicators import indicator_triples
from kg.mapping.nquads import content_hash, sorted_ntriples
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.reasoning import Part, Reference, close, close_part, graph_of, meeting, ontology_graph, useful
from kg.reasoning.schema import Schema
from kg.records.identity import identifiers
from kg.records.load import record_of
from kg.records.problems import Problem, RecordError
from kg.records.same_as import SameAs
from kg.resources import bundled
from kg.store.cache import Cache, Damaged, Entry, Result, key_of
from kg.store.fingerprints import Fingerprints, fingerprints
from kg.store.forms import clashes_from_json, clashes_to_json
from kg.store.lines import graph_of_lines
from kg.store.ntriples import Terms, marks_of, require_readable, written
from kg.terms import Triple, from_text, to_text
from kg.validation import Background, Judged, load_shapes, validate_part, validate_reference
from kg.validation.checking import Results
from kg.validation.questions import Question, answer
from kg.validation.setwise import Number

RECORDS = frozenset({".yaml", ".yml"})
"""Endings of record files; anything else among the inputs is a document to extract from."""

Surveys = tuple[tuple[str, int], ...]
"""Families and editions that there are sources of."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is the same for all sources of a build."""

    base_iri: str
    contacts: bool
    same_as: SameAs

    def key(self) -> tuple[str, ...]:
        return self.base_iri, str(self.contacts), self.same_as.digest


@dataclass(frozen=True, slots=True)
class Mapped:
    """What is known of a mapped source at once: see `map_source`."""

    family: str
    edition: int
    country: str
    digest: str
    """SHA-256 of its graph's text."""

    @property
    def key(self) -> SourceKey:
        return self.family, self.edition, self.country


def map_source(name: str, content: bytes, recipe: Recipe) -> Result:
    """Read a record, or extract one from a document, and map it: facts `Mapped`, sections `graph`, `names` and
    `identifiers` (of its entries by themselves, whatever has been decided: what decisions on identity can name).

    Raises RecordError for whatever is wrong with it, and for whatever else goes wrong with it: one hostile file must
    not end the work on the others.
    """
    try:
        if Path(name).suffix in RECORDS:
            record = record_of(content, name)
        else:
            record = extract(read_bytes(content, Path(name).name)).record
        iris = Iris(recipe.base_iri)
        graph = graph_of(response_triples(record, iris, contacts=recipe.contacts, same_as=recipe.same_as))
        _require_iris(graph)
        text = sorted_ntriples(graph, graph_name(source_key(record), iris))
        require_readable(text)
    except RecordError:
        raise
    except KgError as error:
        raise RecordError(name, [Problem(error.message, file=error.where or name)]) from None
    except Exception as error:
        raise RecordError(name, [unexpected(error, name)]) from None
    source = record.source
    facts = {
        "family": source.family,
        "edition": source.edition,
        "country": source.country,
        "digest": content_hash([text]),
    }
    named = "\n".join(sorted(identifiers(record)))
    return Result(facts, {"graph": text, "names": lines_of(names(graph)), "identifiers": named.encode()})


def unexpected(error: Exception, name: str) -> Problem:
    """What to tell of a file that a unit of work has failed on for no foreseen reason."""
    told = " ".join(str(error).split())[:200]
    return Problem(f"cannot be processed ({type(error).__name__}: {told})", file=name)


def mapped(entry: Entry) -> Mapped:
    """The facts of `map_source`."""
    return Mapped(**entry.facts)


def identifiers_of(entry: Entry) -> set[str]:
    """The identifiers of a mapped source's entries by themselves, as paths below `…/id/`."""
    return set(entry.section("identifiers").decode().splitlines())


def names_of(entry: Entry, terms: Terms) -> set[Name]:
    """The names that a mapped source gives."""
    return set(names(terms.triples(entry.section("names").splitlines())))


def editions_result(sources: Mapping[SourceKey, Entry]) -> Result:
    """Which edition of one country revises which, from its mapped sources: facts `editions`, for `editions_of`."""
    terms = Terms()
    found = editions({key: names_of(entry, terms) for key, entry in sources.items()})
    return Result(
        {
            "editions": [
                [key, own.revises, lines_of(own.earlier).decode()] for key, own in sorted(found.items())
            ]
        }
    )


def editions_of(entry: Entry) -> Iterator[tuple[SourceKey, Edition, str]]:
    """What `editions_result` has found, for each source, with the earlier names as text, too."""
    terms = Terms()
    for (family, edition, country), revises, earlier in entry.facts["editions"]:
        own = names(terms.triples(earlier.encode().splitlines()))
        revised = (revises[0], revises[1], revises[2]) if revises else None
        yield (family, edition, country), Edition(revised, frozenset(own)), earlier


def close_source(key: SourceKey, text: bytes | Entry, edition: Edition, place: Place) -> Result:
    """What follows from one source and what the shapes find in it: facts `triples`, `digest`, `clashes`; sections `graph`
    (as an edition among its country's others), `reasoned` (the statements that rules fire on and all that they entail),
    `meeting` (those of them that can meet others), `entailed`, the marks of two of these (ntriples.py), and `judged`.

    `text` is the source's graph, or the entry of `map_source` that holds it.
    """
    text = text if isinstance(text, bytes) else text.section("graph")
    background, iris = place.background(), Iris(place.recipe.base_iri)
    reference = background.reference
    graph = graph_of(as_edition(Terms().triples(text.splitlines()), key, edition, iris))
    part = close_part(graph, reference)
    final = sorted_ntriples(graph, graph_name(key, iris)) if edition else text
    met, follows = lines_of(meeting(part, reference)), lines_of(entailed(part, reference))
    return Result(
        {
            "triples": len(graph),
            "digest": content_hash([final]),
            "meeting": content_hash([met]),
            "clashes": clashes_to_json(part.clashes),
        },
        {
            "graph": final,
            "reasoned": lines_of(part.facts),
            "meeting": met,
            "entailed": follows,
            "graph marks": marks_of(final),
            "entailed marks": marks_of(follows),
            "judged": _without_texts(validate_part(part, background)).to_bytes(),
        },
    )


def keep(cache: Path, kind: str, key: str, run: Callable[..., Result], *args: Any) -> Entry:
    """Do a unit of work where the cache is, and keep its result there: no text has to pass between processes."""
    return Cache(cache).put(kind, key, run(*args))


def graph_name(key: SourceKey, iris: Iris) -> URIRef:
    """The name of a source's graph."""
    family, edition, country = key
    return iris.source_graph(edition, country, family)


def part_of(entry: Entry, terms: Terms, *, whole: bool = False) -> Part:
    """The part that `close_source` has closed: what can meet others of it, or all that it states and entails."""
    return Part(
        terms.graph(entry.section("graph") if whole else b""),
        frozenset(terms.triples(entry.section("reasoned" if whole else "meeting").splitlines())),
        clashes_from_json(entry.facts["clashes"]),
    )


def judged_of(entry: Entry) -> Judged:
    """What the shapes find in the source that `close_source` has closed. Raises Damaged where it is kept in another form."""
    try:
        judged = Judged.from_bytes(entry.section("judged"))
    except KgError as error:
        raise Damaged(str(error)) from None
    return replace(judged, statements=entry.section("graph"), entailed=entry.section("entailed"))


def judged_crossing_result(crossing: Entry, place: Place) -> Result:
    """What the shapes find in what follows from several sources together: sections as `close_source` has them."""
    background = place.background()
    facts = frozenset(Terms().triples(crossing.section("reasoned").splitlines()))
    judged = validate_part(Part(Graph(), facts, ()), background)
    return Result(
        {}, {"graph": b"", "entailed": judged.entailed, "judged": _without_texts(judged).to_bytes()}
    )


def answer_question(
    question: Question, engine: Path, written: Mapping[Number, Literal], place: Place
) -> Results:
    """What is found across sources, by the files of the engine that has them all (kg/validation/questions.py)."""
    return answer(question, ox.Store.read_only(str(engine)), written, place.background())


def own_result(place: Place) -> Result:
    """What the shapes find in the reference data and the figures: section `judged`; fact `numbers`, those in them that
    are not written in the usual way.
    """
    background = place.background()
    judged = _without_texts(validate_reference(background)).to_bytes()
    return Result({"numbers": [to_text(number) for number in background.numbers]}, {"judged": judged})


def own_of(entry: Entry) -> Judged:
    """What `own_result` has found. Raises as `judged_of`."""
    try:
        return Judged.from_bytes(entry.section("judged"))
    except KgError as error:
        raise Damaged(str(error)) from None


@dataclass(frozen=True, slots=True)
class Place:
    """What a process makes the background from; it takes the costly part from the cache, where this machine has it."""

    recipe: Recipe
    surveys: Surveys
    prints: Fingerprints
    cache: Path
    elsewhere: bool = False
    """Whether the work is done on machines that have their own copies of the program."""

    def key(self) -> str:
        """Changes when the background does."""
        surveys = [f"{family} {edition}" for family, edition in self.surveys]
        return key_of(self.recipe.base_iri, surveys, self.prints.reference, self.prints.reasoning)

    def own_key(self) -> str:
        """Changes when what `own_result` gives does."""
        return key_of(self.key(), self.prints.validation)

    def background(self) -> Background:
        """Made once in a process. Raises KgError where other program files are installed than where the build runs."""
        key = self.key()
        if key not in _made:
            made = _background(self)
            _made.clear()
            _made[key] = made
        return _made[key]


def background_result(place: Place) -> Result:
    """The graphs that come with the program, and what follows from them alone: sections `reference`, `figures`,
    `ontology`, `entailed`, and what `Place.background` needs not to derive again; facts `clashes`, and for each of the
    first four sections its `triples` and `digest`.

    Raises EngineDisagreementError when owlrl, the engine of record, concludes what the compiled rules do not.
    """
    iris = Iris(place.recipe.base_iri)
    graphs = reference_graphs(iris, place.surveys)
    ontology = ontology_graph()
    # owlrl takes a second for a few thousand triples, so it sees the reference data only; tests/reasoning holds the two
    # engines together on every source.
    closure = close(graphs[iris.reference_graph], ontology, bulk=graphs[iris.indicators_graph])
    texts = {
        "reference": sorted_ntriples(graphs[iris.reference_graph], iris.reference_graph),
        "figures": sorted_ntriples(graphs[iris.indicators_graph], iris.indicators_graph),
        "ontology": sorted_ntriples(graphs[iris.ontology_graph], iris.ontology_graph),
        "entailed": _lines(written(closure.inferred)),
    }
    facts: dict[str, Any] = {
        name: {"triples": text.count(b"\n"), "digest": content_hash([text])} for name, text in texts.items()
    }
    reference = Reference(Terms().graph(texts["reference"] + texts["figures"]), ontology)
    texts["reasoned"] = lines_of(reference.part.facts)
    texts["useful"] = lines_of(entailed(reference.part, reference))
    texts["axioms"] = lines_of(ontology)  # with the blank nodes that the tables name
    texts["tables"] = json.dumps(reference.schema.tables()).encode()
    facts["reference"]["clashes"] = clashes_to_json(reference.part.clashes)
    return Result({"clashes": clashes_to_json(closure.clashes), **facts}, texts)


def reference_graphs(iris: Iris, surveys: Iterable[tuple[str, int]]) -> dict[URIRef, Graph]:
    """The graphs that come with the program: reference data with concepts and surveys, figures, ontology."""
    reference = graph_of(reference_triples(iris=iris))
    for family, edition in sorted(surveys):
        for triple in survey_triples(edition, iris, family):
            reference.add(triple)
    for file in sorted((bundled("ontology") / "concepts").glob("*.ttl")):
        reference.parse(file, format="turtle")
    ontology = ontology_graph()
    ontology.parse(bundled("ontology") / "alignments.ttl", format="turtle")
    return {
        iris.reference_graph: reference,
        iris.indicators_graph: graph_of(indicator_triples(iris=iris)),
        iris.ontology_graph: ontology,
    }


def lines_of(triples: Iterable[Triple]) -> bytes:
    """Triples as a text of sorted lines. Blank nodes keep their labels, which mean something within one build only."""
    return _lines(written(triples))


def entailed(part: Part, reference: Reference) -> Iterator[Triple]:
    """What is worth publishing of what a part entails, without what it, the reference data or the ontology states."""
    stated = (part.stated, reference.part.stated, reference.ontology)
    return (t for t in part.facts if useful(t) and not any(t in graph for graph in stated))


# --- private helpers ---


_made: dict[str, Background] = {}
"""The background that this process made last, by its key."""


def _without_texts(judged: Judged) -> Judged:
    """They are kept beside it already."""
    return replace(judged, statements=b"", entailed=b"")


def _background(place: Place) -> Background:
    if place.elsewhere and fingerprints() != place.prints:
        raise KgError(
            "this worker has other program files or reference data than the build",
            hint="Install the same version of digigov-kg on every worker, and start the workers again.",
        )
    terms = Terms()
    entry = Cache(place.cache).get("background", place.key()) if place.cache.is_dir() else None
    if entry is not None:
        with suppress(Damaged):
            stated = graph_of_lines(entry.section("reference") + entry.section("figures"), terms)
            facts = frozenset(terms.triples(entry.section("reasoned").splitlines()))
            part = Part(stated, facts, clashes_from_json(entry.facts["reference"]["clashes"]))
            ontology = terms.graph(entry.section("axioms"))
            schema = Schema.restored(ontology, json.loads(entry.section("tables")))
            return Background(
                Reference(stated, ontology, part=part, schema=schema),
                _shapes(place),
                entailed=terms.triples(entry.section("useful").splitlines()),
                numbers=_numbers(place),
            )
    iris = Iris(place.recipe.base_iri)
    graphs = reference_graphs(iris, place.surveys)
    names = (iris.reference_graph, iris.indicators_graph)
    stated = terms.graph(b"".join(sorted_ntriples(graphs[name], name) for name in names))
    return Background(Reference(stated, ontology_graph()), _shapes(place))


def _numbers(place: Place) -> list[Literal] | None:
    own = Cache(place.cache).get("own", place.own_key())
    if own is None:
        return None
    return [number for number in map(from_text, own.facts["numbers"]) if isinstance(number, Literal)]


def _shapes(place: Place) -> Graph:
    """Reading the shapes checks each of them, which takes seconds and need be done once."""
    if not place.cache.is_dir():
        return load_shapes()
    cache = Cache(place.cache)
    entry = cache.get("shapes", place.prints.validation)
    if entry is None:
        text = sorted_ntriples(load_shapes(), URIRef("urn:kg:shapes"))
        entry = cache.put("shapes", place.prints.validation, Result({}, {"shapes": text}))
    return Terms().graph(entry.section("shapes"))


_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
"""What no IRI holds (RDF 1.1 N-Triples, IRIREF): a space in an address would end it, a line feed begin a statement."""


def _require_iris(graph: Graph) -> None:
    for triple in graph:
        for term in triple:
            if isinstance(term, URIRef) and _NO_IRI.search(term):
                raise KgError(f"{str(term)[:300]!r} is no IRI", hint="Correct the address in the record.")


def _lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in sorted(lines))
