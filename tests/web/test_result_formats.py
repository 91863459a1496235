"""What the Recommendations for results of SELECT and ASK demand, letter by letter: JSON, XML, CSV and TSV.

Each answer is asked for with VALUES and BIND, so that the terms in it are known and no data are needed. The written form is
looked at itself: a parser that is generous would let mistakes pass.
"""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from served import Running

XSD = "http://www.w3.org/2001/XMLSchema#"
SRX = "{http://www.w3.org/2005/sparql-results#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"

TERMS = """SELECT ?iri ?plain ?tagged ?typed ?unbound {
  VALUES (?iri ?plain ?tagged ?typed) { (<http://example.org/a> "a" "b"@en-gb "2020-01-31"^^xsd:date) }
}"""
AWKWARD = 'comma, "quotes", <a> & tab\t, line\nbreak, return\r, back\\slash, 日本 🏛'
STRINGS = """SELECT ?s { VALUES ?s {
  "comma, \\"quotes\\", <a> & tab\\t, line\\nbreak, return\\r, back\\\\slash, 日本 🏛" "" " blanks " } }"""
NODES = "SELECT ?a ?b { VALUES ?n { 1 2 } BIND(BNODE() AS ?a) BIND(?a AS ?b) }"
NOTHING = "SELECT ?y ?x { FILTER(false) }"
ONE_EMPTY = "SELECT ?x {}"


# SPARQL 1.1 Query Results JSON Format


def test_json_terms(server: Running) -> None:
    """§3.2.2; a string is a literal without datatype; what is not bound is left out."""
    assert server.get(TERMS, JSON).json() == {
        "head": {"vars": ["iri", "plain", "tagged", "typed", "unbound"]},
        "results": {
            "bindings": [
                {
                    "iri": {"type": "uri", "value": "http://example.org/a"},
                    "plain": {"type": "literal", "value": "a"},
                    "tagged": {"type": "literal", "value": "b", "xml:lang": "en-gb"},
                    "typed": {"type": "literal", "value": "2020-01-31", "datatype": XSD + "date"},
                }
            ]
        },
    }


def test_json_strings(server: Running) -> None:
    """RFC 8259: control characters are escaped, and the text is UTF-8 without a mark of byte order."""
    response = server.get(STRINGS, JSON)
    assert response.content.startswith(b"{")
    assert [row["s"]["value"] for row in json.loads(response.content)["results"]["bindings"]] == [
        AWKWARD, "", " blanks ",
    ]  # fmt: skip


def test_json_blank_nodes(server: Running) -> None:
    """§3.2.2: one label within a result stands for one node."""
    rows = server.get(NODES, JSON).json()["results"]["bindings"]
    assert all(row["a"] == row["b"] and row["a"]["type"] == "bnode" for row in rows)
    assert rows[0]["a"]["value"] != rows[1]["a"]["value"]


def test_json_without_solutions(server: Running) -> None:
    """§3.1.1: variables in the order of SELECT, also with no solution; §3.2: a solution without a binding is an object."""
    assert server.get(NOTHING, JSON).json() == {"head": {"vars": ["y", "x"]}, "results": {"bindings": []}}
    assert server.get(ONE_EMPTY, JSON).json() == {"head": {"vars": ["x"]}, "results": {"bindings": [{}]}}


@pytest.mark.parametrize(("query", "truth"), [("ASK {}", True), ("ASK { FILTER(false) }", False)])
def test_json_and_xml_boolean(server: Running, query: str, truth: bool) -> None:
    """JSON §3.3, XML §2.3.2: a head and one boolean, no results."""
    assert server.get(query, JSON).json() == {"head": {}, "boolean": truth}
    root = ElementTree.fromstring(server.get(query, XML).content)
    assert [child.tag for child in root] == [SRX + "head", SRX + "boolean"]
    assert root.findtext(SRX + "boolean") == ("true" if truth else "false")


# SPARQL Query Results XML Format (Second Edition)


def test_xml_terms(server: Running) -> None:
    """§2.2 and §2.3.1: variables in order; a binding for what is bound, with one element for its term."""
    root = ElementTree.fromstring(server.get(TERMS, XML).content)
    assert root.tag == SRX + "sparql"
    assert [child.tag for child in root] == [SRX + "head", SRX + "results"]
    named = [variable.get("name") for variable in root.iter(SRX + "variable")]
    assert named == ["iri", "plain", "tagged", "typed", "unbound"]
    [result] = root.iter(SRX + "result")
    terms = {binding.get("name"): list(binding) for binding in result}
    assert {
        name: [(term.tag, term.text, term.attrib) for term in found] for name, found in terms.items()
    } == {
        "iri": [(SRX + "uri", "http://example.org/a", {})],
        "plain": [(SRX + "literal", "a", {})],
        "tagged": [(SRX + "literal", "b", {LANG: "en-gb"})],
        "typed": [(SRX + "literal", "2020-01-31", {"datatype": XSD + "date"})],
    }


def test_xml_strings(server: Running) -> None:
    """Blanks at the ends are kept, and so is what XML would normalise: a return has to be a character reference."""
    root = ElementTree.fromstring(server.get(STRINGS, XML).content)
    assert [literal.text or "" for literal in root.iter(SRX + "literal")] == [AWKWARD, "", " blanks "]


def test_xml_blank_nodes(server: Running) -> None:
    root = ElementTree.fromstring(server.get(NODES, XML).content)
    labels = [node.text for node in root.iter(SRX + "bnode")]
    assert labels[0] == labels[1] != labels[2] == labels[3]


def test_xml_without_solutions(server: Running) -> None:
    """§2.3.1: no solution is an empty `results`; a solution without a binding is an empty `result`."""
    nothing = ElementTree.fromstring(server.get(NOTHING, XML).content)
    assert [variable.get("name") for variable in nothing.iter(SRX + "variable")] == ["y", "x"]
    results = nothing.find(SRX + "results")
    assert results is not None
    assert len(results) == 0
    [result] = ElementTree.fromstring(server.get(ONE_EMPTY, XML).content).iter(SRX + "result")
    assert len(result) == 0


# SPARQL 1.1 Query Results CSV and TSV Formats


def test_csv_terms(server: Running) -> None:
    """§3: names without a mark, values without syntax, nothing for what is not bound, lines that end in CR LF."""
    text = server.get(TERMS, CSV).content.decode()
    assert text == "iri,plain,tagged,typed,unbound\r\nhttp://example.org/a,a,b,2020-01-31,\r\n"


def test_csv_strings(server: Running) -> None:
    """§3: quoted where there is a comma, a quotation mark or a break, with quotation marks doubled (RFC 4180)."""
    text = server.get(STRINGS, CSV).content.decode()
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [AWKWARD]
    assert '"comma, ""quotes"", <a> & tab\t, line\nbreak, return\r, back\\slash, 日本 🏛"\r\n' in text


def test_csv_and_tsv_blank_nodes(server: Running) -> None:
    for format_, separator in ((CSV, ","), (TSV, "\t")):
        first, second = (line.split(separator) for line in server.get(NODES, format_).text.splitlines()[1:])
        assert first[0].startswith("_:")
        assert first[0] == first[1] != second[0] == second[1]


def test_tsv_terms(server: Running) -> None:
    """§4: names with a question mark, terms as SPARQL and Turtle write them, nothing for what is not bound."""
    header, row, *more = server.get(TERMS, TSV).content.decode().split("\n")
    assert header == "?iri\t?plain\t?tagged\t?typed\t?unbound"
    assert row == f'<http://example.org/a>\t"a"\t"b"@en-gb\t"2020-01-31"^^<{XSD}date>\t'
    assert more == [""]


def test_tsv_strings(server: Running) -> None:
    """§4: a tab, a break or a return in a value is escaped, so that each line is a solution of all columns."""
    lines = server.get(STRINGS, TSV).content.decode().split("\n")
    assert lines == [
        "?s",
        r'"comma, \"quotes\", <a> & tab\t, line\nbreak, return\r, back\\slash, 日本 🏛"',
        '""',
        '" blanks "',
        "",
    ]


def test_csv_and_tsv_without_solutions(server: Running) -> None:
    assert server.get(NOTHING, CSV).content == b"y,x\r\n"
    assert server.get(NOTHING, TSV).content == b"?y\t?x\n"


def test_media_types(server: Running) -> None:
    """Of CSV and TSV the character set is named, and that there is a header line."""
    for format_ in (JSON, XML, CSV, TSV):
        parts = server.get(TERMS, format_).headers["content-type"].split("; ")
        assert parts[0] == format_
        assert parts[1:] == (["charset=utf-8", "header=present"] if format_ in (CSV, TSV) else [])
