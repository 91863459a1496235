"""Reading a store for people: labels in the reader's language, references with addresses, and the sources of facts.

Everything here looks up single subjects in the default graph, which costs microseconds, instead of asking queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any, Final

import pyoxigraph as ox
import yaml

from kg.namespaces import DG, HOME, PREFIXES
from kg.store.interface import Dataset
from kg.web.messages import FOLDER
from kg.web.presentation import local_path
from kg.web.reader import LANGUAGES

Ref = dict[str, Any]
"""A thing to link to: `iri`, `label`, `href`, and `lang` where the label is not in the reader's language."""

HELD: Final = 50_000
"""Things whose statements are held in memory: one look-up in the store then serves all that is asked of a thing."""

LABEL: Final = PREFIXES["rdfs"] + "label"
ALT_LABEL: Final = PREFIXES["skos"] + "altLabel"
COMMENT: Final = PREFIXES["rdfs"] + "comment"
NOTATION: Final = PREFIXES["skos"] + "notation"
BROADER: Final = PREFIXES["skos"] + "broader"
EXACT_MATCH: Final = PREFIXES["skos"] + "exactMatch"
TITLE: Final = PREFIXES["dct"] + "title"
ISSUED: Final = PREFIXES["dct"] + "issued"
TYPE: Final = PREFIXES["rdf"] + "type"
DATE: Final = PREFIXES["xsd"] + "date"

FALLBACKS: Final = (*LANGUAGES, "")
"""Languages to take a label from, after the reader's own: those of the interface, then names without a language."""


def dg(name: str) -> str:
    """The IRI of a term of the ontology."""
    return str(DG) + name


def chosen(texts: Iterable[ox.Literal], lang: str) -> ox.Literal | None:
    """The text for a reader of `lang`: in that language (or a variant of it), else as FALLBACKS say, else the first."""
    listed = sorted(texts, key=lambda text: (text.language or "", text.value))
    for wanted in (lang, *FALLBACKS):
        for text in listed:
            if (text.language or "").partition("-")[0] == wanted:
                return text
    return listed[0] if listed else None


class GraphReader:
    """The default graph of `store`, read for one language of the interface."""

    def __init__(self, store: Dataset, lang: str, base_iri: str = HOME) -> None:
        self.store = store
        self.lang = lang
        self.base_iri = base_iri
        self._refs: dict[str, Ref] = {}
        self._sources: dict[str, Ref] = {}
        self._order: dict[str, tuple[Any, ...]] = {}
        self._classes: dict[str, frozenset[str]] = {}
        self._described: dict[str, dict[str, list[Any]]] = {}

    def in_language(self, lang: str) -> GraphReader:
        """The same graph for another language; what does not depend on it is looked up once."""
        other = GraphReader(self.store, lang, self.base_iri)
        other._classes, other._described = self._classes, self._described
        other.__dict__.update(
            {name: self.__dict__[name] for name in ("wider", "published_figures") if name in self.__dict__}
        )
        return other

    # --- plain access ---

    def terms(self, subject: str, name: str) -> Iterator[Any]:
        """The objects of a property, in no order."""
        known = self._described.get(subject)
        if known is None:
            if len(self._described) >= HELD:
                self._described.clear()
            known = self._described[subject] = {}
            for quad in self.store.quads_for_pattern(ox.NamedNode(subject), None, None, ox.DefaultGraph()):
                known.setdefault(quad.predicate.value, []).append(quad.object)
        yield from known.get(name, ())

    def values(self, subject: str, name: str) -> list[str]:
        """The objects of a property as text, sorted."""
        return sorted(term.value for term in self.terms(subject, name))

    def value(self, subject: str, name: str) -> str | None:
        """The first object of a property as text."""
        return next(iter(self.values(subject, name)), None)

    def number(self, subject: str, name: str) -> float | None:
        """The first object as a number; None where there is none, or it is no number."""
        text = self.value(subject, name)
        try:
            return float(text) if text is not None else None
        except ValueError:
            return None

    def year(self, subject: str, name: str) -> int | None:
        number = self.number(subject, name)
        return int(number) if number is not None else None

    def subjects(self, name: str, target: str) -> list[str]:
        """What has the property with the IRI `target` as its value, sorted."""
        return sorted(
            {
                quad.subject.value
                for quad in self.store.quads_for_pattern(
                    None, ox.NamedNode(name), ox.NamedNode(target), ox.DefaultGraph()
                )
                if isinstance(quad.subject, ox.NamedNode)
            }
        )

    def links(self, name: str) -> Iterator[tuple[str, str]]:
        """All pairs of things that a property links."""
        for quad in self.store.quads_for_pattern(None, ox.NamedNode(name), None, ox.DefaultGraph()):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                yield quad.subject.value, quad.object.value

    def facts(self, subject: str) -> dict[str, str]:
        """One value per property of a thing, as text: for things whose properties have one value each."""
        return {
            quad.predicate.value: quad.object.value
            for quad in self.store.quads_for_pattern(ox.NamedNode(subject), None, None, ox.DefaultGraph())
            if isinstance(quad.object, ox.NamedNode | ox.Literal)
        }

    def instances(self, class_name: str) -> list[str]:
        """The things of a class of the ontology (superclasses are materialised)."""
        return self.subjects(TYPE, dg(class_name))

    def classes(self, subject: str) -> frozenset[str]:
        """The ontology's classes of a thing, by local name."""
        known = self._classes.get(subject)
        if known is None:
            known = self._classes[subject] = frozenset(
                term.value[len(DG) :]
                for term in self.terms(subject, TYPE)
                if isinstance(term, ox.NamedNode) and term.value.startswith(DG)
            )
        return known

    # --- for the reader ---

    def text(self, subject: str, name: str) -> str | None:
        """The literal of a property in the reader's language, or the nearest."""
        found = chosen((t for t in self.terms(subject, name) if isinstance(t, ox.Literal)), self.lang)
        return found.value if found else None

    def texts(self, subject: str, name: str) -> list[str]:
        """All literals of a property in the reader's language, or in the nearest language that there are any in."""
        literals = [t for t in self.terms(subject, name) if isinstance(t, ox.Literal)]
        best = chosen(literals, self.lang)
        return sorted(t.value for t in literals if best is not None and t.language == best.language)

    def ref(self, iri: str) -> Ref:
        """A thing as a link: see Ref. Things without a label are called by the end of their IRI."""
        known = self._refs.get(iri)
        if known is None:
            label = chosen((t for t in self.terms(iri, LABEL) if isinstance(t, ox.Literal)), self.lang)
            known = {
                "iri": iri,
                "label": label.value if label else outside_name(iri, self.lang) or _ending(iri),
                "href": page_of(iri, self.base_iri),
            }
            if label and label.language and label.language.partition("-")[0] != self.lang:
                known["lang"] = label.language
            self._refs[iri] = known
        return known

    def refs(self, subject: str, name: str) -> list[Ref]:
        """The things that a property links to, by label."""
        found = [self.ref(term.value) for term in self.terms(subject, name) if isinstance(term, ox.NamedNode)]
        return sorted(found, key=lambda ref: (ref["label"].casefold(), ref["iri"]))

    def concepts(self, subject: str, name: str) -> list[Ref]:
        """As `refs`, with the code of each concept."""
        return [{**ref, "code": code_of(ref["iri"])} for ref in self.refs(subject, name)]

    def sources(self, subject: str, name: str = "statedIn") -> list[Ref]:
        """The answers that state a thing: links that read like `2020 Q9`, with the question's `title`."""
        found = [
            self.source(term.value)
            for term in self.terms(subject, dg(name))
            if isinstance(term, ox.NamedNode)
        ]
        return sorted(found, key=lambda source: self.order(source["iri"]))

    def source(self, answer: str) -> Ref:
        """One answer (or section of a factsheet) as a link to its page."""
        known = self._sources.get(answer)
        if known is None:
            question = self.value(answer, dg("answerTo"))
            document = self.value(answer, dg("inDocument")) or self.value(answer, dg("response")) or ""
            number = (self.value(question, NOTATION) if question else None) or _ending(answer)
            edition = self.year(document, dg("edition")) if document else None
            questionnaire = "/response/" in answer
            number = number.removeprefix("q") if questionnaire else number
            country = self.value(answer, dg("country"))
            known = self._sources[answer] = {
                "iri": answer,
                "href": page_of(answer, self.base_iri),
                "label": f"{edition or ''} {'Q' if questionnaire else '§'}{number}".strip(),
                "title": self.ref(question)["label"] if question else "",
                "edition": edition,
                "country": _ending(country) if country else None,
            }
            self._order[answer] = (edition or 0, _natural(number))
        return known

    def order(self, answer: str) -> tuple[Any, ...]:
        """Where an answer stands among those of all documents: by edition, then by question."""
        self.source(answer)
        return self._order[answer]

    @cached_property
    def published_figures(self) -> frozenset[str]:
        """Observations that belong to a published data set, not to a source of one country: thousands."""
        return frozenset(observation for observation, _ in self.links(PREFIXES["qb"] + "dataSet"))

    @cached_property
    def wider(self) -> dict[str, set[str]]:
        """Each concept with all wider ones and itself."""
        parents: dict[str, set[str]] = {}
        for concept, parent in self.links(BROADER):
            parents.setdefault(concept, set()).add(parent)
        closed: dict[str, set[str]] = {}
        for concept in parents:
            reached, todo = {concept}, [concept]
            while todo:
                for parent in parents.get(todo.pop(), ()):
                    if parent not in reached:
                        reached.add(parent)
                        todo.append(parent)
            closed[concept] = reached
        return closed


def page_of(iri: str, base_iri: str = HOME) -> str:
    """The page for people about a thing: a profile for countries, the document about it for all else, or its own address.

    >>> page_of("https://w3id.org/digigov/id/country/COL")
    '/countries/COL'
    """
    for base in (base_iri, HOME):
        if iri.startswith(base + "id/country/"):
            return "/countries/" + iri[len(base + "id/country/") :]
    return local_path(iri, base_iri) or iri


def code_of(iri: str) -> str:
    """The code of a concept: the end of its IRI."""
    return _ending(iri)


@cache
def views() -> dict[str, Any]:
    """What pages about things put first, leave out, and call things elsewhere: `interface/views.yaml`."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / "views.yaml").read_text(encoding="utf-8"))
    return found


def outside_name(iri: str, lang: str) -> str | None:
    """The name of a thing that is described elsewhere, where views.yaml has one."""
    names: dict[str, str] = views()["outside"].get(iri, {})
    return names.get(lang) or next(iter(names.values()), None)


# --- private helpers ---


def _ending(iri: str) -> str:
    return iri.rstrip("/#").rpartition("/")[2].rpartition("#")[2]


def _natural(number: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts 2a before 10, 3.3.1 before 3.10, and X1 behind all numbers."""
    parts = []
    for piece in number.replace("-", ".").split("."):
        digits = re.match(r"\d+", piece)
        parts.append((int(digits[0]) if digits else 10_000, piece))
    return tuple(parts)
