"""Programs that people use: rdflib's SPARQLStore and SPARQLWrapper; curl, Apache Jena and Comunica where they are installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import SPARQLWrapper as Wrapper
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDFS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from served import EX, ITEMS, Running

SELECT = "SELECT ?label { <http://example.org/item/5> rdfs:label ?label }"
PREFIXED = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format_", ["xml", "json", "csv", "tsv"])
def test_rdflib_store(server: Running, method: str, format_: str) -> None:
    graph = Graph(SPARQLStore(server.sparql, method=method, returnFormat=format_))
    item = URIRef(EX + "item/5")
    [row] = graph.query(PREFIXED + SELECT)
    assert str(row[0]) == "item 5"  # type: ignore[index]
    if format_ != "csv":  # which does not tell languages
        assert list(graph.objects(item, RDFS.label)) == [Literal("item 5", lang="en")]
    if format_ in ("xml", "json"):  # the others have no truth values by specification
        assert (item, RDFS.label, Literal("item 5", lang="en")) in graph


def test_rdflib_store_sees_named_graphs(server: Running) -> None:
    graph = Graph(SPARQLStore(server.sparql), identifier=URIRef(EX + "graph/people"))
    assert len(list(graph.subjects(URIRef(EX + "knows"), URIRef(EX + "person/7")))) == 2


@pytest.mark.parametrize("format_", [Wrapper.JSON, Wrapper.XML, Wrapper.CSV, Wrapper.TSV])
@pytest.mark.parametrize("method", [Wrapper.GET, Wrapper.POST])
def test_sparqlwrapper_select(server: Running, format_: str, method: str) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setMethod(method)
    client.setReturnFormat(format_)
    client.setQuery(SELECT)
    result = client.query().convert()
    text = json.dumps(result) if format_ == Wrapper.JSON else getattr(result, "toxml", lambda: str(result))()
    assert "item 5" in text


@pytest.mark.parametrize("format_", [Wrapper.TURTLE, Wrapper.N3, Wrapper.RDFXML, Wrapper.JSONLD])
def test_sparqlwrapper_construct(server: Running, format_: str) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setReturnFormat(format_)
    client.setQuery(PREFIXED + "CONSTRUCT { ?s rdfs:label ?l } { ?s rdfs:label ?l } LIMIT 40")
    result = client.query().convert()
    graph = result if isinstance(result, Graph) else Graph().parse(data=result)
    assert len(graph) == 40


def test_sparqlwrapper_posts_directly_and_asks(server: Running) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setMethod(Wrapper.POST)
    client.setRequestMethod(Wrapper.POSTDIRECTLY)
    client.setReturnFormat(Wrapper.JSON)
    client.setQuery("ASK { ?s rdfs:label ?l }")
    assert client.query().convert()["boolean"] is True  # type: ignore[index,call-overload]


def test_sparqlwrapper_understands_a_refusal(server: Running) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setQuery("SELECT ?x { ?x a }")
    with pytest.raises(Wrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    "options",
    [
        ["-G", "--data-urlencode", "query=" + SELECT],
        ["--data-urlencode", "query=" + SELECT],
        ["-H", "Content-Type: application/sparql-query", "--data-binary", SELECT],
        ["-G", "--compressed", "--data-urlencode", "query=SELECT ?label { ?s rdfs:label ?label }"],
        ["--http1.0", "-G", "--data-urlencode", "query=" + SELECT],
    ],
)
def test_curl(server: Running, options: list[str]) -> None:
    command = ["curl", "--silent", "--show-error", "--fail", *options, server.sparql]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    rows = json.loads(done.stdout)["results"]["bindings"]
    assert len(rows) in (1, ITEMS + 0)


JENA = Path("/usr/share/java/jena-cmds.jar")
"""Debian's libapache-jena-java has the classes of Jena's commands, without the scripts that call them."""
MISPLACED = "org/apache/jena/ext/xerces/"


@pytest.fixture(scope="module")
def rsparql(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command `rsparql` of Apache Jena."""
    if shutil.which("rsparql"):
        return ["rsparql"]
    if not JENA.exists() or shutil.which("java") is None:
        pytest.skip("Apache Jena is not installed (`make tools`)")
    needed = debian("dpkg-query", "-W", "-f", "${Depends}", "libapache-jena-java")
    files = debian("dpkg", "-L", *re.findall(r"lib[\w.+-]+", needed)).split()
    jars = [
        file
        for file in [*map(str, JENA.parent.glob("jena-*.jar")), *files]
        if file.startswith("/usr/share/java/") and file.endswith(".jar")
        if "slf4j" not in file or re.search(r"slf4j-(api|nop)\.jar", file)  # one logger, not all of them
    ]
    # Debian 12 has the texts of Jena's own Xerces in another package than its classes look in.
    texts = tmp_path_factory.mktemp("jena")
    with zipfile.ZipFile(JENA.with_name("jena-core.jar")) as archive:
        for name in archive.namelist():
            if name.startswith(MISPLACED) and name.endswith(".properties"):
                place = texts / "xerces" / name.removeprefix(MISPLACED)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.read(name))
    return ["java", "-cp", ":".join([*jars, str(texts)]), "arq.rsparql"]


def debian(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_jena_selects(server: Running, rsparql: list[str]) -> None:
    for format_, expected in (
        ("JSON", '"item 5"'),
        ("CSV", "item 5"),
        ("XML", '<literal xml:lang="en">item 5'),
    ):
        answer = called(rsparql, "--service", server.sparql, "--results", format_, PREFIXED + SELECT)
        assert answer.returncode == 0, answer.stderr
        assert expected in answer.stdout


def test_jena_constructs_and_asks(server: Running, rsparql: list[str]) -> None:
    query = f"CONSTRUCT {{ <{EX}item/5> ?p ?o }} WHERE {{ <{EX}item/5> ?p ?o }}"
    graph = called(rsparql, "--service", server.sparql, "--results", "NT", query)
    assert graph.returncode == 0, graph.stderr
    assert len(Graph().parse(data=graph.stdout, format="nt")) == 3
    truth = called(rsparql, "--service", server.sparql, f"ASK {{ <{EX}item/5> ?p ?o }}")
    assert "yes" in truth.stdout.lower()


def test_jena_understands_a_refusal(server: Running, rsparql: list[str]) -> None:
    """Jena's own parser takes a SERVICE; that this server does not is told by status and text."""
    answer = called(
        rsparql, "--service", server.sparql, "SELECT * { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }"
    )
    assert answer.returncode != 0
    assert "403" in answer.stderr


def called(command: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=120, check=False)


COMUNICA = Path(__file__).resolve().parent.parent / "clients"


@pytest.fixture(scope="module")
def comunica() -> list[str]:
    """A small program that asks with `@comunica/query-sparql` (tests/clients/comunica.mjs)."""
    if (
        shutil.which("node") is None
        or not (COMUNICA / "node_modules" / "@comunica" / "query-sparql").is_dir()
    ):
        pytest.skip("Node or Comunica is not installed (`make tools`)")
    return ["node", str(COMUNICA / "comunica.mjs")]


def test_comunica_selects(server: Running, comunica: list[str]) -> None:
    done = called(comunica, server.sparql, PREFIXED + SELECT)
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["bindings"]
    assert row["label"]["value"] == "item 5"
    assert row["label"]["language"] == "en"


def test_comunica_joins_over_the_endpoint(server: Running, comunica: list[str]) -> None:
    """It reads the service description, and may ask for patterns one by one."""
    query = (
        PREFIXED
        + f"SELECT ?o ?label {{ <{EX}person/7> <{EX}knows> ?o . OPTIONAL {{ ?o rdfs:label ?label }} }} ORDER BY ?o"
    )
    done = called(comunica, server.sparql, query)
    assert done.returncode == 0, done.stderr
    assert [row["o"]["value"] for row in json.loads(done.stdout)["bindings"]] == [
        EX + "person/8",
        EX + "person/9",
    ]


def test_comunica_constructs_and_asks(server: Running, comunica: list[str]) -> None:
    graph = called(comunica, server.sparql, f"CONSTRUCT WHERE {{ <{EX}item/5> ?p ?o }}")
    assert graph.returncode == 0, graph.stderr
    assert len(json.loads(graph.stdout)["quads"]) == 3
    truth = called(comunica, server.sparql, f"ASK {{ <{EX}item/5> ?p ?o }}")
    assert json.loads(truth.stdout) == {"boolean": True}


def test_comunica_understands_a_refusal(server: Running, comunica: list[str]) -> None:
    done = called(comunica, server.sparql + "?format=nonsense", PREFIXED + SELECT)
    assert done.returncode != 0
    assert "400" in done.stderr
