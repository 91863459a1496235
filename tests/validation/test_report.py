"""What a report says and in which forms: order, text, JSON, HTML, standard SHACL; and what is wrong with shapes."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS
from shape_fixtures import fixtures

from kg.errors import KgError
from kg.namespaces import DG, DGSH, HOME
from kg.reasoning import close
from kg.validation import Report, Severity, load_shapes, rules_of, validate

FAULTS = ("TwoBodiesOneHost", "SuspectStatement", "ReplacementCycle", "PercentRange", "LegalTopicInScheme",
          "BoxLost", "PartnershipMembers", "ElementHasInstrument", "NoContactInText", "AddressUncertain")  # fmt: skip


def iri(path: str) -> URIRef:
    return URIRef(f"{HOME}id/{path}")


@pytest.fixture(scope="module")
def data(background: Graph) -> Graph:
    graph = Graph()
    failing = fixtures()["fail"]
    for part in (background, *(failing[name] for name in FAULTS)):
        for triple in part:
            graph.add(triple)
    return graph


@pytest.fixture(scope="module")
def report(data: Graph, shapes: Graph, ontology: Graph) -> Report:
    return validate(data, None, shapes, ontology=ontology)


def test_findings_come_in_one_order_whatever_the_order_of_the_statements(
    data: Graph, report: Report, shapes: Graph, ontology: Graph
) -> None:
    shuffled = Graph()
    for triple in sorted(data, reverse=True):
        shuffled.add(triple)
    again = validate(shuffled, None, shapes, ontology=ontology)
    assert again.findings == report.findings
    assert (again.to_text(), again.to_json(), again.to_html()) == (
        report.to_text(),
        report.to_json(),
        report.to_html(),
    )
    assert again.to_turtle() == report.to_turtle()
    ranks = [f.severity.rank for f in report.findings]
    assert ranks == sorted(ranks)
    assert {f.severity for f in report.findings} == set(Severity)


def test_same_findings_as_plain_pyshacl(data: Graph, report: Report, shapes: Graph, ontology: Graph) -> None:
    """Remembering parsed queries changes nothing."""
    graph = Graph()
    for triple in (
        *data,
        *((s, p, o) for s, p, o in ontology.triples((None, RDFS.subClassOf, None)) if isinstance(s, URIRef)),
    ):
        graph.add(triple)
    _, plain, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    assert isinstance(plain, Graph)
    expected = sorted(
        (
            str(plain.value(r, SH.focusNode)),
            str(plain.value(r, SH.sourceShape)),
            str(plain.value(r, SH.sourceConstraintComponent)),
        )
        for r in plain.objects(None, SH.result)
    )
    assert sorted((f.focus, f.shape, f.component) for f in report.findings) == expected


def test_a_finding_names_the_thing_the_fault_and_the_answer(report: Report) -> None:
    (finding,) = [f for f in report.findings if f.id == "SuspectStatement"]
    assert finding.label == "Ministry of ICT"
    assert finding.message == (
        "The source is probably wrong (suspected typo). Stated: mntic.gov.co; suggested: mintic.gov.co. A letter is missing."
    )
    assert dict(finding.messages)["es"].startswith("La fuente probablemente se equivoca (suspected typo).")
    assert [str(s) for s in finding.sources] == ["question 3 of COL 2020"]
    assert finding.country == "COL"
    assert "Ask the country" in finding.advice


def test_a_wrong_concept_leads_to_the_entries_that_use_it(report: Report) -> None:
    (finding,) = [f for f in report.findings if f.id == "LegalTopicInScheme"]
    assert finding.focus == str(iri("concept/cooperation-topic/open-data"))
    assert [m.label for m in finding.mentions] == ["Law 1712 of 2014"]
    assert [str(s) for s in finding.sources] == ["question 9 of COL 2020"]


def test_what_shows_only_in_the_entailments_is_marked(
    background: Graph, shapes: Graph, ontology: Graph
) -> None:
    """A body inherits a second country from its parent: the statements alone do not show it."""
    data = background + Graph().parse(
        data=f"""@prefix dg: <{DG}> . @prefix rdfs: <{RDFS}> . @base <{HOME}id/> .
        <body/COL/unit> a dg:Directorate ; rdfs:label "Unit"@en ; dg:country <country/COL> ; dg:partOf <organisation/COL/joint> ;
            dg:statedIn <response/2020/COL/q3> .
        <organisation/COL/joint> a dg:Organisation ; rdfs:label "Joint office"@en ; dg:country <country/CHL> .""",
        format="turtle",
    )
    inferred = close(data, ontology).inferred
    report = validate(data, inferred, shapes, ontology=ontology)
    by_basis = {(f.id, f.basis) for f in report.findings}
    assert ("ParentInSameCountry", "stated") in by_basis
    assert ("InOneCountry", "entailed") in by_basis
    assert ("InOneCountry", "stated") not in by_basis
    assert "Shows only in what follows" in report.to_text()


def test_what_entailments_would_hide_is_found(background: Graph, shapes: Graph, ontology: Graph) -> None:
    """A range types whatever it points to: the answer that is none looks like one in the closed graph."""
    data = background + Graph().parse(
        data=f"""@prefix dg: <{DG}> . @prefix rdfs: <{RDFS}> . @base <{HOME}id/> .
        <initiative/COL/i> a dg:Initiative ; rdfs:label "I"@en ; dg:statedIn <elsewhere> .""",
        format="turtle",
    )
    inferred = close(data, ontology).inferred
    assert (iri("elsewhere"), RDF.type, DG.Answer) in inferred
    assert not [
        f
        for f in validate(data + inferred, None, shapes, ontology=ontology).findings
        if f.id == "SourceIsAnswer"
    ]
    found = [
        f for f in validate(data, inferred, shapes, ontology=ontology).findings if f.id == "SourceIsAnswer"
    ]
    assert [f.basis for f in found] == ["stated"]


def test_text_groups_by_severity_country_and_shape(report: Report) -> None:
    text = report.to_text()
    assert text.startswith("The graph may not be published: ")
    assert text.index("VIOLATION (") < text.index("WARNING (") < text.index("INFO (")
    assert "[COL] Two bodies do not share a web address  (TwoBodiesOneHost)" in text
    assert "To do: If they are one body, merge the entries" in text
    assert "Stated in question 3 of COL 2020" in text
    assert "Traceback" not in text


def test_json_has_the_documented_structure(report: Report) -> None:
    value = json.loads(report.to_json())
    assert set(value) == {"conforms", "counts", "findings"}
    assert value["conforms"] is False
    assert value["counts"] == {s.value: n for s, n in report.counts().items()}
    assert len(value["findings"]) == sum(value["counts"].values())
    document = (Path(__file__).parents[2] / "docs" / "validation.md").read_text("utf-8")
    for key in value["findings"][0]:
        assert f"`{key}`" in document, f"docs/validation.md does not explain {key}"
    (suspect,) = [f for f in value["findings"] if f["shape"].endswith("#SuspectStatement")]
    assert suspect["sources"] == [
        {"answer": str(iri("response/2020/COL/q3")), "country": "COL", "edition": 2020, "question": "3"}
    ]


def test_the_shacl_form_is_a_standard_report(report: Report, shapes: Graph) -> None:
    graph = report.to_graph()
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(node, SH.conforms) == Literal(False)
    assert graph.value(node, DGSH.publishable) == Literal(False)
    results = list(graph.objects(node, SH.result))
    assert len(results) == len(report.findings)
    for result in results:
        assert graph.value(result, SH.sourceShape) in set(shapes.subjects(SH.severity, None))
        assert graph.value(result, SH.focusNode) is not None
        assert graph.value(result, SH.resultSeverity) in (SH.Violation, SH.Warning, SH.Info)
        assert {m.language for m in graph.objects(result, SH.resultMessage)} == {"en", "es"}  # type: ignore[attr-defined]
    (element,) = graph.subjects(SH.sourceShape, DGSH.ElementHasInstrument)
    path = graph.value(element, SH.resultPath)
    assert path is not None
    inverses = [
        graph.value(step, SH.inversePath) for step in graph.items(graph.value(path, SH.alternativePath))
    ]  # type: ignore[arg-type]
    assert DG.component in inverses
    (suspect,) = graph.subjects(SH.sourceShape, DGSH.SuspectStatement)
    assert graph.value(suspect, DCTERMS.source) == iri("response/2020/COL/q3")
    assert isomorphic(Graph().parse(data=report.to_turtle(), format="turtle"), graph)


def test_an_empty_report_conforms_in_every_form(background: Graph, shapes: Graph, ontology: Graph) -> None:
    report = validate(background, None, shapes, ontology=ontology)
    assert report.conforms
    assert report.to_text() == "The graph may be published: 0 violations, 0 warnings, 0 notes.\n"
    assert json.loads(report.to_json())["findings"] == []
    assert "Nothing was found." in report.to_html()
    assert (None, SH.conforms, Literal(True)) in report.to_graph()


def test_warnings_alone_do_not_stop_a_publication(background: Graph, shapes: Graph, ontology: Graph) -> None:
    report = validate(background + fixtures()["fail"]["SuspectStatement"], None, shapes, ontology=ontology)
    assert report.conforms
    assert report.counts() == {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 0}
    assert (None, SH.conforms, Literal(False)) in report.to_graph()


class _Page(HTMLParser):
    """Checks that tags close in order and collects links, ids and headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.anchors: set[str] = set()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in {"meta", "br", "hr"}:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and (value or "").startswith("#"):
                self.anchors.add((value or "")[1:])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_well_formed_self_contained_and_accessible(report: Report) -> None:
    page = _Page(report.to_html())
    assert ("html", "lang", "en") in page.attributes
    assert {"main", "h1", "h2", "h3", "nav", "title"} <= page.tags
    assert not page.tags & {"script", "img", "iframe", "link"}
    assert page.anchors == set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_html_escapes_what_the_data_says(background: Graph, shapes: Graph, ontology: Graph) -> None:
    data = Graph()
    for triple in (*background, *fixtures()["fail"]["SuspectStatement"]):
        data.add(triple)
    data.set((iri("body/COL/mintic"), RDFS.label, Literal("<script>alert(1)</script>", lang="en")))
    html = validate(data, None, shapes, ontology=ontology).to_html()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)" in html


SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dg: <https://w3id.org/digigov/ontology#> .
@prefix dgsh: <https://w3id.org/digigov/shapes#> .
dgsh:One a sh:NodeShape ; sh:targetClass dg:Portal ; sh:name "One"@en ; sh:description "One."@en ; sh:message "One."@en ;
    dgsh:advice "Do."@en ; sh:severity sh:Warning """


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dgsh:One a [", "not readable as Turtle"),
        (SHAPE.replace("sh:Warning", "sh:Error") + ".", "has the severity"),
        (SHAPE.replace('dgsh:advice "Do."@en ;', "") + ".", "has no advice"),
        (
            SHAPE + '; sh:sparql [ sh:select "SELECT $this WHERE { $this a" ] .',
            "query of the shape One is not readable as SPARQL .line 1, column 29 of the query, where it breaks off.",
        ),
        (
            SHAPE
            + """; sh:sparql [ sh:select "SELECT $this\\nWHERE { $this a dg:Portal . FILTER ?x }" ;
            sh:prefixes <> ] . <> sh:declare [ sh:prefix "dg" ; sh:namespace "https://w3id.org/digigov/ontology#" ] .""",
            "line 2, column 40 of the query, where it breaks off",
        ),
        (
            SHAPE + '; sh:sparql [ sh:select "SELECT $this WHERE { $this a dg:Portal }" ] .',
            "Prefix not found: line 1, column 39 of the query",
        ),
        (SHAPE + '; sh:sparql [ sh:select "SELECT ?other WHERE { ?other ?p ?o }" ] .', "does not select"),
        (SHAPE.replace("dgsh:One a", "[] a") + ".", "a rule has no IRI"),
    ],
)
def test_faults_in_shapes_are_errors_for_people(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "shapes.ttl"
    file.write_text(text)
    with pytest.raises(KgError, match=message) as caught:
        load_shapes([file])
    assert caught.value.where in (str(file), "shapes")
    assert caught.value.hint


def test_a_shape_that_shacl_forbids_is_an_error_for_people(
    tmp_path: Path, background: Graph, ontology: Graph
) -> None:
    file = tmp_path / "shapes.ttl"
    file.write_text(SHAPE + "; sh:property [ sh:minCount 1 ] .")
    with pytest.raises(KgError, match="the shapes cannot be used"):
        validate(background, None, load_shapes([file]), ontology=ontology)


def test_every_rule_speaks_both_languages_and_says_what_to_do(shapes: Graph) -> None:
    for rule in rules_of(shapes):
        assert {language for language, _ in rule.messages} == {"en", "es"}, rule.id
        assert rule.advice.endswith(".")
        assert rule.description.endswith((".", "…"))
