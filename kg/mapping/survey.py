"""A survey edition and its questions, from the form's data, as part of the reference graph."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import RDF, RDFS, SKOS, Literal

from kg.iris import Iris
from kg.mapping.response import Triple
from kg.namespaces import DG
from kg.questionnaire import nearest_form


def survey_triples(edition: int, iris: Iris | None = None, family: str = "msq") -> Iterator[Triple]:
    """`id:survey/{edition}` a dg:Survey with one dg:Question per question, labelled in our own words.

    An edition without a form of its own is described by the nearest one, as extraction reads it.
    """
    iris = iris or Iris()
    form, survey = nearest_form(family, edition), iris.survey(edition)
    yield survey, RDF.type, DG.Survey
    yield (
        survey,
        RDFS.label,
        Literal(f"UN E-Government Survey {edition}, Member State Questionnaire", lang="en"),
    )
    yield survey, DG.edition, Literal(edition)
    for question in form.questions:
        node = iris.question(edition, question.id)
        yield node, RDF.type, DG.Question
        yield node, SKOS.notation, Literal(question.id)
        yield node, DG.ofSurvey, survey
        for language, title in sorted(question.title.items()):
            yield node, RDFS.label, Literal(title, lang=language)
