"""A survey edition and its questions, or a factsheet series and its headings, from the form's data, as part of the reference graph."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import DCTERMS, RDF, RDFS, SKOS, Literal

from kg.iris import Iris
from kg.mapping.terms import Triple
from kg.namespaces import DG, concept
from kg.questionnaire import nearest_form
from kg.questionnaire.outline import load_outline


def survey_triples(edition: int, iris: Iris | None = None, family: str = "msq") -> Iterator[Triple]:
    """`id:survey/{edition}` a dg:Survey with one dg:Question per question or heading, labelled in our own words.

    An edition without a form of its own is described by the nearest one, as extraction reads it.
    """
    iris = iris or Iris()
    survey = iris.survey(edition, family)
    yield survey, RDF.type, DG.Survey
    yield survey, DG.edition, Literal(edition)
    yield survey, DG.family, Literal(family)
    for language, title in _titles(family, edition).items():
        yield survey, RDFS.label, Literal(title, lang=language)
    for q, titles in _questions(family, edition):
        node = iris.question(edition, q, family)
        yield node, RDF.type, DG.Question
        yield node, SKOS.notation, Literal(q)
        yield node, DG.ofSurvey, survey
        for language, title in sorted(titles.items()):
            yield node, RDFS.label, Literal(title, lang=language)
    for number, topic in _legislation(family, edition):
        yield iris.question(edition, number, family), DCTERMS.subject, concept("legal-topic", topic)


def _titles(family: str, edition: int) -> dict[str, str]:
    if family == "msq":
        return {"en": f"UN E-Government Survey {edition}, Member State Questionnaire"}
    return load_outline(family, edition).title


def _questions(family: str, edition: int) -> Iterator[tuple[str, dict[str, str]]]:
    if family == "msq":
        yield from ((question.id, question.title) for question in nearest_form(family, edition).questions)
    else:
        yield from ((section.number, section.title) for section in load_outline(family, edition).sections)


def _legislation(family: str, edition: int) -> Iterator[tuple[str, str]]:
    """Headings under which legislation on a topic stands, with the topic: "none" said there is "no" for the topic."""
    if family != "msq":
        for section in load_outline(family, edition).sections:
            if section.expects == "legislation":
                yield from ((section.number, topic) for topic in section.topics)
