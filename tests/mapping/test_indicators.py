"""The shipped EGDI figures, and their mapping to a well-formed RDF Data Cube."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, XSD

from kg.errors import KgError
from kg.iris import Iris
from kg.mapping.indicators import Figure, indicator_triples, read_dataset, read_figures
from kg.mapping.reference import Country, read_countries, read_regions, reference_triples
from kg.namespaces import DG, QB, concept
from kg.resources import bundled

DATA = bundled("data")
IRIS = Iris()
EDITIONS = (2010, 2012, 2014, 2016, 2018)
INDICATORS = ("egdi", "egdi-rank", "osi", "tii", "hci", "epi")

# The survey of 2010 has no figure for these: the ten countries it did not rank, one of which did not exist yet.
UNRANKED_2010 = {"FSM", "KIR", "MCO", "MHL", "NRU", "PRK", "SMR", "SOM", "TUV"}
MISSING = (
    {("SSD", 2010, indicator) for indicator in INDICATORS}
    | {(country, 2010, "hci") for country in UNRANKED_2010}
    | {("NRU", 2010, "tii"), ("PRK", 2010, "tii")}
)
UNRANKED = {(country, 2010) for country in UNRANKED_2010} | {("CAF", 2012), ("GIN", 2012), ("LBY", 2012)}


@pytest.fixture(scope="module")
def countries() -> dict[str, Country]:
    return read_countries(DATA / "reference", read_regions(DATA / "reference"))


@pytest.fixture(scope="module")
def figures(countries: dict[str, Country]) -> dict[tuple[str, int, str], Figure]:
    dataset = read_dataset(DATA / "indicators" / "egdi.yaml")
    return read_figures(DATA / "indicators" / "egdi.csv", dataset, countries)


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph()
    for triple in indicator_triples():
        graph.add(triple)
    return graph


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """The cube, and what the ontology says of the terms it uses."""
    store = ox.Store()
    store.extend(ox.Quad(*map(_term, triple)) for triple in indicator_triples())
    for file in sorted(bundled("ontology").rglob("*.ttl")):
        store.load(path=str(file), format=ox.RdfFormat.TURTLE)
    return store


def test_every_member_state_edition_and_indicator(
    figures: dict[tuple[str, int, str], Figure], countries: dict[str, Country]
) -> None:
    members = [code for code, country in countries.items() if country.un_member]
    all_cells = {(c, e, i) for c in members for e in EDITIONS for i in INDICATORS}
    assert len(all_cells) == 193 * 5 * 6
    assert all_cells - figures.keys() == MISSING
    assert figures.keys() <= all_cells


def test_values_are_in_range_and_free_of_binary_noise(
    figures: dict[tuple[str, int, str], Figure],
) -> None:
    for (_, _, indicator), figure in figures.items():
        value = Decimal(figure.value)
        if indicator == "egdi-rank":
            assert figure.value.isdigit()
            assert 1 <= value <= 193
        else:
            assert 0 <= value <= 1
            assert -value.as_tuple().exponent <= 5  # type: ignore[operator]


def test_file_is_tidy_and_sorted() -> None:
    with (DATA / "indicators" / "egdi.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["iso3", "edition", "indicator", "value"]
    assert len(rows) == 193 * 5 * 6 - len(MISSING) == 5773
    assert rows == sorted(rows, key=lambda r: (r[0], r[1], INDICATORS.index(r[2])))


def test_ranks_follow_the_index(figures: dict[tuple[str, int, str], Figure]) -> None:
    for edition in EDITIONS:
        ranked = sorted(
            (int(f.value), -Decimal(figures[c, e, "egdi"].value))
            for (c, e, i), f in figures.items()
            if i == "egdi-rank" and e == edition
        )
        assert ranked[0][0] == 1
        assert [index for _, index in ranked] == sorted(index for _, index in ranked)


def test_index_is_the_weighted_mean_of_its_components(
    figures: dict[tuple[str, int, str], Figure],
) -> None:
    """Guards against swapped columns: the survey's own formula holds wherever a country was ranked."""
    for (country, edition, indicator), figure in figures.items():
        if indicator != "egdi" or (country, edition) in UNRANKED:
            continue
        osi, tii, hci = (float(figures[country, edition, part].value) for part in ("osi", "tii", "hci"))
        weights = (0.34, 0.33, 0.33) if edition == 2010 else (1 / 3, 1 / 3, 1 / 3)
        mean = sum(w * part for w, part in zip(weights, (osi, tii, hci), strict=True))
        assert float(figure.value) == pytest.approx(mean, abs=1e-4), (country, edition)


def test_colombia_as_published(graph: Graph) -> None:
    rank = [_value(graph, edition, "COL", "egdi-rank") for edition in EDITIONS]
    index = [_value(graph, edition, "COL", "egdi") for edition in EDITIONS]
    assert rank == [Decimal(n) for n in ("31", "43", "50", "57", "61")]
    assert index == [Decimal(n) for n in ("0.6125", "0.65723", "0.6173", "0.62371", "0.6871")]


def test_an_observation_as_triples(graph: Graph) -> None:
    node = IRIS.observation(2018, "COL", "egdi")
    assert set(graph.predicate_objects(node)) == {
        (RDF.type, DG.Observation),
        (RDF.type, QB.Observation),
        (RDFS.label, Literal("EGDI, Colombia, 2018", "en")),
        (QB.dataSet, IRIS.dataset("egdi")),
        (DG.country, IRIS.country("COL")),
        (DG.indicator, concept("indicator", "egdi")),
        (DG.year, Literal(2018)),
        (DG.edition, Literal(2018)),
        (DG.value, Literal("0.6871", datatype=XSD.decimal)),
        (DG.unit, concept("unit", "index")),
    }
    assert (IRIS.observation(2018, "COL", "egdi-rank"), DG.unit, concept("unit", "rank")) in graph


def test_what_is_missing_has_no_observation(graph: Graph) -> None:
    for country, edition, indicator in MISSING:
        assert (IRIS.observation(edition, country, indicator), None, None) not in graph
    assert len(list(graph.subjects(RDF.type, DG.Observation))) == 5773


def test_every_placeholder_and_nothing_else_carries_a_remark(graph: Graph) -> None:
    """The source prints an index of 0 and one shared last rank for a country that it did not rank."""
    zeros = set(graph.subjects(DG.value, Literal("0", datatype=XSD.decimal)))
    indices = set(graph.subjects(DG.indicator, concept("indicator", "egdi")))
    assert zeros & indices == {IRIS.observation(e, c, "egdi") for c, e in UNRANKED}
    remarked = Counter(graph.subjects(DG.remark))
    assert remarked == Counter(IRIS.observation(e, c, i) for c, e in UNRANKED for i in ("egdi", "egdi-rank"))
    remark = URIRef(f"{IRIS.observation(2010, 'MCO', 'egdi')}/remark/note")
    assert (remark, RDF.type, DG.Remark) in graph
    assert (remark, DG.remarkKind, concept("remark-kind", "note")) in graph
    assert "HCI" in str(graph.value(remark, RDFS.comment))


def test_the_data_set_says_where_it_is_from(graph: Graph) -> None:
    dataset = IRIS.dataset("egdi")
    assert (dataset, RDF.type, QB.DataSet) in graph
    assert (dataset, DCTERMS.publisher, IRIS.organisation("undesa")) in graph
    assert {title.language for title in graph.objects(dataset, DCTERMS.title)} == {"en", "es"}  # type: ignore[attr-defined]
    assert graph.value(dataset, DCTERMS.source)


# Integrity constraints of the RDF Data Cube Vocabulary, section 11.2: each query asks for a violation.
CONSTRAINTS = {
    "IC-1 each observation has exactly one data set": """
        SELECT ?o WHERE { ?o a qb:Observation OPTIONAL { ?o qb:dataSet ?d } }
        GROUP BY ?o HAVING (COUNT(DISTINCT ?d) != 1)""",
    "IC-2 each data set has exactly one structure": """
        SELECT ?d WHERE { ?d a qb:DataSet OPTIONAL { ?d qb:structure ?s } }
        GROUP BY ?d HAVING (COUNT(DISTINCT ?s) != 1)""",
    "IC-3 each structure has a measure": """
        SELECT ?s WHERE { ?s a qb:DataStructureDefinition
            FILTER NOT EXISTS { ?s qb:component/qb:measure ?m . ?m a qb:MeasureProperty } }""",
    "IC-4 each dimension has a range": """
        SELECT ?p WHERE { ?p a qb:DimensionProperty FILTER NOT EXISTS { ?p rdfs:range ?range } }""",
    "IC-5 each dimension with concepts as values has a code list": """
        SELECT ?p WHERE { ?p a qb:DimensionProperty ; rdfs:range skos:Concept
            FILTER NOT EXISTS { ?p qb:codeList ?list } }""",
    "IC-6 only attributes may be optional": """
        SELECT ?c WHERE { ?c qb:componentRequired false FILTER NOT EXISTS { ?c qb:attribute ?a } }""",
    "IC-11 every dimension has a value in every observation": """
        SELECT ?o WHERE { ?o qb:dataSet/qb:structure/qb:component/qb:dimension ?p
            FILTER NOT EXISTS { ?o ?p ?value } }""",
    "IC-12 no two observations have the same dimension values": """
        SELECT ?d ?c ?i ?y WHERE { ?o qb:dataSet ?d ; dg:country ?c ; dg:indicator ?i ; dg:year ?y }
        GROUP BY ?d ?c ?i ?y HAVING (COUNT(DISTINCT ?o) > 1)""",
    "IC-13 required attributes are there": """
        SELECT ?o WHERE { ?o qb:dataSet/qb:structure/qb:component ?k .
            ?k qb:componentRequired true ; qb:attribute ?p FILTER NOT EXISTS { ?o ?p ?value } }""",
    "IC-14 every measure has a value in every observation": """
        SELECT ?o WHERE { ?o qb:dataSet/qb:structure/qb:component/qb:measure ?p
            FILTER NOT EXISTS { ?o ?p ?value } }""",
    "IC-19 coded values are in the code list": """
        SELECT ?o ?v WHERE { ?o a qb:Observation ; ?p ?v . ?p a qb:CodedProperty ; qb:codeList ?list
            FILTER NOT EXISTS { ?v a skos:Concept ; skos:inScheme ?list } }""",
}
PREFIXES = {
    "qb": str(QB),
    "dg": str(DG),
    "rdfs": str(RDFS),
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_cube_is_well_formed(store: ox.Store, name: str) -> None:
    violations = [str(row) for row in store.query(CONSTRAINTS[name], prefixes=PREFIXES)]  # type: ignore[union-attr]
    assert violations == []


def test_the_constraints_find_what_is_wrong(store: ox.Store) -> None:
    """So that the tests above can fail: an observation without structure or unit breaks three of them."""
    broken = ox.Store()
    broken.extend(store)
    node = ox.NamedNode("http://example.org/o")
    in_dataset = ox.Quad(node, ox.NamedNode(str(QB.dataSet)), ox.NamedNode(str(IRIS.dataset("egdi"))))
    broken.add(in_dataset)
    for name in ("IC-11", "IC-13", "IC-14"):
        query = next(text for key, text in CONSTRAINTS.items() if key.startswith(name))
        assert {row["o"] for row in broken.query(query, prefixes=PREFIXES)} == {node}  # type: ignore[union-attr]


def test_structure_lists_the_components_in_order(graph: Graph) -> None:
    structure = graph.value(IRIS.dataset("egdi"), QB.structure)
    components = sorted(
        graph.objects(structure, QB.component), key=lambda c: int(str(graph.value(c, QB.order)))
    )
    roles = {QB.dimension, QB.measure, QB.attribute}
    found = [(p, o) for c in components for p, o in graph.predicate_objects(c) if p in roles]
    assert found == [
        (QB.dimension, DG.country),
        (QB.dimension, DG.indicator),
        (QB.dimension, DG.year),
        (QB.measure, DG.value),
        (QB.attribute, DG.unit),
    ]


def test_every_term_is_one_of_the_ontology(store: ox.Store) -> None:
    terms = {
        term
        for _, predicate, object_ in [*indicator_triples(), *reference_triples()]
        for term in (predicate, object_)
    }
    used = {str(term) for term in terms if isinstance(term, URIRef) and term.startswith(str(DG))}
    declared = {row["term"].value for row in store.query(_DECLARED)}  # type: ignore[union-attr]
    assert used - declared == set()


def test_same_input_same_triples_each_once() -> None:
    triples = list(indicator_triples())
    assert triples == list(indicator_triples())
    assert len(set(triples)) == len(triples)


def test_a_further_data_set_needs_no_code(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    folder = tmp_path / "data" / "indicators"
    (folder / "satisfaction.yaml").write_text(
        "title: {en: Satisfaction}\npublisher: oecd\nsource: https://www.oecd.org/\n"
        "indicators:\n  satisfaction-online-services:\n"
        "    {label: Satisfaction, unit: percent, minimum: '0', maximum: '100'}\n",
        encoding="utf-8",
    )
    table = "iso3,edition,indicator,value\nCOL,2018,satisfaction-online-services,79.5\n"
    (folder / "satisfaction.csv").write_text(table, encoding="utf-8")
    triples = set(indicator_triples(tmp_path / "data"))
    node = IRIS.observation(2018, "COL", "satisfaction-online-services")
    assert (node, QB.dataSet, IRIS.dataset("satisfaction")) in triples
    assert (node, DG.value, Literal("79.5", datatype=XSD.decimal)) in triples


Edit = Callable[[str], str]


@pytest.mark.parametrize(
    ("file", "edit", "line", "message"),
    [
        ("egdi.csv", lambda t: t + "XKX,2018,egdi,0.5\n", -1, "the country XKX is not in the reference data"),
        ("egdi.csv", lambda t: t + "COL,2018,egdi,0.5\n", -1, "egdi of COL in 2018 is given twice"),
        ("egdi.csv", lambda t: t + "ABW,2018,egdi,1.5\n", -1, "1.5 is outside 0 … 1 (EGDI)"),
        ("egdi.csv", lambda t: t + "ABW,2018,egdi-rank,0\n", -1, "0 is outside 1 … 193 (EGDI rank)"),
        ("egdi.csv", lambda t: t + "ABW,2018,egdi,\n", -1, "'' in column value is not a decimal number"),
        ("egdi.csv", lambda t: t + 'ABW,2018,egdi,"0,5"\n', -1, "'0,5' in column value is not a decimal number"),
        ("egdi.csv", lambda t: t + "ABW,2018,egdi,NaN\n", -1, "'NaN' in column value is not a decimal number"),
        ("egdi.csv", lambda t: t + "ABW,18,egdi,0.5\n", -1, "'18' in column edition is not an edition"),
        ("egdi.csv", lambda t: t + "ABW,2018,hdi,0.5\n", -1, "'hdi' is no indicator of this data set"),
        ("egdi.csv", lambda t: t + "Aruba,2018,egdi,0.5\n", -1, "'Aruba' in column iso3"),
        ("egdi.csv", lambda t: t + "ABW,2018,egdi\n", -1, "has 3 values, expected 4"),
        ("egdi.csv", lambda t: t.replace("iso3", "country", 1), 1, "the header line is 'country,edition"),
        ("egdi-remarks.csv", lambda t: t + "SSD,2010,egdi,note,None.\n", -1, "there is no figure for egdi of SSD in 2010"),
        ("egdi-remarks.csv", lambda t: t + "COL,2018,egdi,doubt,Why?\n", -1, "'doubt' is no code of the scheme remark-kind"),
        ("egdi-remarks.csv", lambda t: t + "COL,2018,egdi,note,\n", -1, "the comment is empty"),
        ("egdi-remarks.csv", lambda t: t + "CAF,2012,egdi,note,Again.\n", -1, "has a remark of this kind already"),
        ("egdi.yaml", lambda t: t + "  hdi: {label: HDI, unit: index, minimum: '0', maximum: '1'}\n", -1, "'hdi' is no code of the scheme indicator"),
        ("egdi.yaml", lambda t: t.replace("epi: {label: E-Participation Index, unit: index", "epi: {label: E-Participation Index, unit: miles"), -1, "'miles' is no code of the scheme unit"),
        ("egdi.yaml", lambda t: t + "licence: none\n", -1, "licence: "),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_by_file_and_line(
    tmp_path: Path, file: str, edit: Edit, line: int, message: str
) -> None:
    path = _edited(tmp_path, file, edit)
    with pytest.raises(KgError) as caught:
        list(indicator_triples(tmp_path))
    at = line if line > 0 else len(path.read_text(encoding="utf-8").splitlines())
    assert caught.value.where == f"{path}:{at}"
    assert message in caught.value.message


def test_an_unknown_publisher_and_a_missing_table_are_errors_for_people(tmp_path: Path) -> None:
    path = _edited(tmp_path, "egdi.yaml", lambda text: text.replace("publisher: undesa", "publisher: nobody"))
    with pytest.raises(KgError, match=r"the publisher 'nobody' is not in organisations\.yaml"):
        list(indicator_triples(tmp_path))
    path.write_text((DATA / "indicators" / "egdi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    path.with_suffix(".csv").unlink()
    with pytest.raises(KgError, match=r"egdi\.csv: cannot be read"):
        list(indicator_triples(tmp_path))


_DECLARED = "SELECT ?term WHERE { ?term <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> ?ontology }"


def _edited(folder: Path, file: str, edit: Edit) -> Path:
    for part in ("reference", "indicators"):
        shutil.copytree(DATA / part, folder / part)
    path = folder / "indicators" / file
    before = path.read_text(encoding="utf-8")
    path.write_text(edit(before), encoding="utf-8")
    assert edit(before) != before
    return path


def _value(graph: Graph, edition: int, iso3: str, indicator: str) -> object:
    value = graph.value(IRIS.observation(edition, iso3, indicator), DG.value)
    assert isinstance(value, Literal)
    return value.toPython()


def _term(node: object) -> ox.NamedNode | ox.Literal:
    if isinstance(node, Literal):
        datatype = ox.NamedNode(str(node.datatype)) if node.datatype else None
        return (
            ox.Literal(str(node), language=node.language)
            if node.language
            else ox.Literal(str(node), datatype=datatype)
        )
    return ox.NamedNode(str(node))
