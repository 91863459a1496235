"""The query library: descriptions, parameters and their binding."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from asking import ask
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.iris import Iris
from kg.mapping.reference import reference_triples
from kg.publishing.queries import (
    NamedQuery,
    Parameter,
    QueryError,
    as_markdown,
    bound_text,
    find_query,
    library,
    read_query,
    run,
)

DOCS = Path(__file__).parents[2] / "docs" / "queries.md"
EXAMPLES = [(query.name, example) for query in library().values() for example in query.examples]
HEADER = """\
#+ title: {en: Things}
#+ description: All things.
#+ keywords: [things]
#+ parameters:
#+   - {name: thing, type: iri, label: {en: Thing}, example: "id:x"}
#+ examples:
#+   - {}
"""
BODY = "SELECT ?thing\nWHERE { # parameters\n  ?thing ?p ?o .\n}\n"


# The bundled library


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{n}-{e.parameters}" for n, e in EXAMPLES])
def test_examples_have_the_rows_they_promise(name: str, example: object, store: ox.Store) -> None:
    rows = list(run(store, name, example.parameters))  # type: ignore[attr-defined]
    promised = example.rows  # type: ignore[attr-defined]
    assert len(rows) == promised if promised is not None else rows


@pytest.mark.parametrize("query", library().values(), ids=lambda query: query.name)
def test_rows_are_distinct_and_columns_readable(query: NamedQuery, store: ox.Store) -> None:
    rows = ask(store, query.name, **query.examples[0].parameters)
    assert len({tuple(row.items()) for row in rows}) == len(rows)
    # Whoever reads the table must not have to look up IRIs: there is a name beside them.
    if rows and any((value or "").startswith("http") for value in rows[0].values()):
        assert any(name.endswith("Label") for name in rows[0]) or query.name == "evidence"


@pytest.mark.parametrize("query", library().values(), ids=lambda query: query.name)
def test_descriptions_are_complete(query: NamedQuery) -> None:
    assert set(query.title) == {"en", "es"}
    assert all(set(parameter.label) == {"en", "es"} for parameter in query.parameters)
    for parameter in query.parameters:
        assert parameter.term(parameter.example) is not None
    if query.columns:
        solutions = ox.Store().query(query.sparql)
        assert isinstance(solutions, ox.QuerySolutions)
        assert [variable.value for variable in solutions.variables] == list(query.columns)


@pytest.mark.parametrize("query", library().values(), ids=lambda query: query.name)
def test_no_query_depends_on_the_base_of_data_iris(query: NamedQuery) -> None:
    for line in query.sparql.splitlines():
        assert "w3id.org/digigov/id/" not in line or "w3id.org/digigov/id/concept/" in line


def test_the_documentation_is_made_from_the_files() -> None:
    assert DOCS.read_text(encoding="utf-8") == as_markdown(library().values()), (
        "run: python -m kg.publishing.queries > docs/queries.md"
    )


# Values


@pytest.mark.parametrize(
    "text",
    ["COL", "col", "CO", "Colombia", "colombia", "Republic of Colombia", " Colombie ", Iris().country("COL")],
)
def test_countries_go_by_code_or_name(text: str) -> None:
    (parameter,) = find_query("bodies").parameters
    assert parameter.term(text) == ox.NamedNode(Iris().country("COL"))


def test_concepts_go_by_notation_or_iri() -> None:
    topic = find_query("mous").parameter("status")
    expected = ox.NamedNode("https://w3id.org/digigov/id/concept/cooperation-status/in-negotiation")
    assert (
        topic.term("in-negotiation") == topic.term("In negotiation") == topic.term(expected.value) == expected
    )


def test_iris_may_be_short() -> None:
    thing = find_query("provenance").parameter("thing")
    assert thing.term("id:law/COL/law/2014/1712", "https://data.example.org/") == ox.NamedNode(
        "https://data.example.org/id/law/COL/law/2014/1712"
    )
    assert thing.term("dg:Act") == ox.NamedNode("https://w3id.org/digigov/ontology#Act")
    assert thing.term("https://example.org/x") == ox.NamedNode("https://example.org/x")


def test_integers_and_editions_are_typed() -> None:
    assert find_query("peers").parameter("year").term("2018") == ox.Literal(2018)
    assert find_query("cio").parameter("edition").term(2020) == ox.Literal(2020)


@pytest.mark.parametrize(
    ("query", "parameters", "message"),
    [
        ("body-for-area", {"area": "heath"}, r"parameter 'area'.*'heath'.*Did you mean 'health'"),
        ("body-for-area", {"country": "Columbia"}, r"parameter 'country'.*Did you mean 'COL'"),
        ("body-for-area", {"country": "Atlantis"}, r"parameter 'country'.*'Atlantis' is no country"),
        ("body-for-area", {"aera": "health"}, r"no parameter 'aera'. Did you mean 'area'"),
        ("organisations-by-members", {"country": "COL"}, r"no parameter 'country'. It takes none"),
        ("peers", {"country": "COL"}, r"needs the parameter 'indicator'.*indicator=osi"),
        ("peers", {"country": "", "indicator": "osi", "year": 2018}, r"needs the parameter 'country'"),
        ("peers", {"country": "COL", "indicator": "osi", "year": "soon"}, r"'soon' is no integer"),
        ("peers", {"country": "COL", "indicator": "osi", "year": "9" * 40}, r"is no integer"),
        ("cio", {"edition": "1920"}, r"'1920' is no survey edition"),
        ("provenance", {"thing": "no iri"}, r"'no iri' is no IRI"),
        ("provenance", {"thing": "https://example.org/> } DROP ALL #"}, r"is no IRI"),
        ("find", {"text": "x" * 1001}, r"longer than 1000 characters"),
        ("find", {"text": "\ud800"}, r"surrogate"),
    ],
)
def test_wrong_values_are_explained(query: str, parameters: dict[str, str | int], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        bound_text(find_query(query), parameters)


def test_an_unknown_query_is_told_from_a_mistyped_one() -> None:
    with pytest.raises(QueryError, match="Did you mean 'egdi-trend'"):
        find_query("egdi_trend")
    with pytest.raises(QueryError, match="kg queries"):
        find_query("zzz")


def test_choices_can_be_listed() -> None:
    assert find_query("peers").parameter("year").allowed() is None
    assert "once-only" in (find_query("principle-basis").parameter("principle").allowed() or ())
    countries = find_query("bodies").parameter("country").allowed() or ()
    assert len(countries) == 249
    assert all(len(code) == 3 for code in countries)


# Binding


@given(st.text(max_size=60).filter(lambda text: text.strip()))
def test_no_text_escapes_from_its_literal(text: str) -> None:
    query = find_query("find")
    try:
        bound = bound_text(query, {"text": text})
    except QueryError:
        return
    place = bound.index("VALUES ?text { ")
    literal = str(ox.Literal(text.strip()))
    assert bound[place:].startswith(f"VALUES ?text {{ {literal} }}")
    assert list(run(ox.Store(), query, {"text": text})) == []


@given(st.text(max_size=60))
def test_no_iri_escapes_from_its_brackets(text: str) -> None:
    query = find_query("provenance")
    try:
        bound = bound_text(query, {"thing": text})
    except QueryError:
        return
    assert list(ox.Store().query(bound)) == []  # type: ignore[call-overload]


def test_an_optional_parameter_without_value_leaves_its_variable_free(sample: ox.Store) -> None:
    everything = ask(sample, "body-for-area")
    assert ask(sample, "body-for-area", country="", area="  ") == everything
    health = ask(sample, "body-for-area", area="health")
    assert health == [row for row in everything if row["areaLabel"] == "Health"]


def test_a_default_is_used_unless_a_value_is_given() -> None:
    parameter = Parameter(name="year", type="integer", label={"en": "Year"}, default=2018, example=2018)
    query = find_query("indicator-ranking").model_copy(update={"parameters": [parameter]})
    assert query.terms({}) == {"year": ox.Literal(2018)}
    assert query.terms({"year": 2016}) == {"year": ox.Literal(2016)}


def test_another_base_for_data_iris(sample: ox.Store) -> None:
    base = "https://data.example.org/kg/"
    store = ox.Store()
    text = "\n".join(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in reference_triples(iris=Iris(base)))
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    (row,) = run(store, "countries", {"country": "ISL"}, base)
    country = row["country"]
    assert isinstance(country, ox.NamedNode)
    assert country.value == base + "id/country/ISL"


# Files


def write(folder: Path, text: str, name: str = "things") -> Path:
    file = folder / f"{name}.rq"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_query_of_ones_own(tmp_path: Path) -> None:
    query = read_query(write(tmp_path, HEADER + BODY))
    assert list(library(tmp_path)) == ["things"]
    assert query.sparql == BODY
    assert "VALUES ?thing { <https://w3id.org/digigov/id/x> }" in bound_text(query, {"thing": "id:x"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER.replace("{en: Things}", "{en: Things") + BODY, r"things\.rq:2: the description is no YAML"),
        (HEADER.replace("title: {en: Things}", "titel: x") + BODY, r"title: Field required"),
        (HEADER + "#+ more: 1\n" + BODY, r"more: Extra inputs are not permitted"),
        (HEADER.replace("{en: Things}", "{es: Cosas}") + BODY, r"lacks its English form"),
        (HEADER + BODY.replace(" # parameters", ""), r"'\{ # parameters' if, and only if"),
        (HEADER.replace("type: iri", "type: url") + BODY, r"parameters\.0\.type"),
        (HEADER + BODY.replace("?thing", "?x"), r"no variable \?thing"),
        (HEADER.replace("- {}", "- {parameters: {x: 1}}") + BODY, r"unknown parameter 'x'"),
        ("#+ [a, b]\n" + BODY, r"must describe the query"),
        (BODY, r"Field required"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(KgError, match=message) as raised:
        read_query(file)
    assert str(file) in str(raised.value)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "things.rq").write_bytes(b"\xff\xfe")
    with pytest.raises(QueryError, match="cannot be read"):
        read_query(tmp_path / "things.rq")


def test_a_folder_without_queries(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"no \.rq files"):
        library(tmp_path)
