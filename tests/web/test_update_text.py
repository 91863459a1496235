"""What is seen of an update's text before the engine sees it, whatever the text is."""

from __future__ import annotations

from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.web.problems import Problem
from kg.web.syntax import service_calls, tokens, without_escapes
from kg.web.update_text import Load, steps, with_dataset

BASE = "http://base.example/"
PIECES = st.sampled_from(
    [
        "LOAD", "load", "SILENT", "INTO", "GRAPH", "<http://a/b>", "a:b", ";", "{", "}", "INSERT DATA", "DELETE", "WHERE", "WITH",
        "USING", "?s ?p ?o", "'a ; { LOAD'", '"""x"y"""', "# LOAD <x>\n", "PREFIX a: <http://a/>", "BASE <http://b/>", "\\u004C",
        "SERVICE", "<x", ">", "''", ".", "[", "(", "LOADSILENT", "VERSION '1.2'",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.lists(PIECES, max_size=14).map("".join),
)


@given(TEXTS)
def test_nothing_but_problems_is_raised(text: str) -> None:
    for look in (lambda: steps(text, {}, BASE), lambda: with_dataset(text, ["http://g/"], [])):
        with suppress(Problem):
            look()
    service_calls(text, {}, BASE)


@given(TEXTS)
def test_the_engine_never_loads(text: str) -> None:
    """Whatever it takes for a LOAD has been taken out, or the text is refused: run on an empty store, nothing is asked."""
    try:
        parts = steps(text, {}, BASE)
    except Problem:
        return
    for part in parts:
        if isinstance(part, str):
            try:
                ox.Store().update(part, base_iri=BASE)
            except (SyntaxError, RuntimeError):
                continue
            except OSError as error:
                pytest.fail(f"the engine tried to load: {error}")
            words = [token.text.lower() for token in tokens(part) if token.kind == "word"]
            assert not any(word.startswith("load") for word in words), part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LOAD <x>", [Load(BASE + "x", None, False)]),
        ("load silent <x> into graph <g> ;", [Load(BASE + "x", BASE + "g", True)]),
        (
            "PREFIX a: <http://a/> LOAD a:x INTO GRAPH a:g ; BASE <http://b/> LOAD <y>",
            [Load("http://a/x", "http://a/g", False), Load("http://b/y", None, False)],
        ),
        (
            "PREFIX a: <http://a/> INSERT DATA { a:s a:p 'x ; y' } ; CLEAR ALL ; LOAD <x> ; CLEAR DEFAULT",
            [
                "PREFIX a: <http://a/>\nINSERT DATA { a:s a:p 'x ; y' };\nCLEAR ALL", Load(BASE + "x", None, False),
                "PREFIX a: <http://a/>\nCLEAR DEFAULT",
            ],
        ),
        ("INSERT DATA { <s> <p> 'LOAD <x>' } # LOAD <y>", ["INSERT DATA { <s> <p> 'LOAD <x>' } # LOAD <y>"]),
    ],
)  # fmt: skip
def test_loads_are_taken_out(text: str, expected: list[object]) -> None:
    assert steps(text, {}, BASE) == expected


@pytest.mark.parametrize(
    "text", ["LOAD", "LOAD ?x", "LOAD <x> INTO <g>", "LOADSILENT <x>", "LOAD u:x", "LOAD <x> <y>"]
)
def test_a_load_has_to_be_plain(text: str) -> None:
    with pytest.raises(Problem):
        steps(text, {}, BASE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", "INSERT { ?s ?p 1 } USING <http://g/> USING NAMED <http://n/> WHERE { ?s ?p ?o }"),
        ("DELETE WHERE { ?s ?p ?o }", "DELETE { ?s ?p ?o } USING <http://g/> USING NAMED <http://n/> WHERE { ?s ?p ?o }"),
        ("INSERT DATA { <s> <p> 'WHERE' } ; CLEAR ALL", "INSERT DATA { <s> <p> 'WHERE' } ; CLEAR ALL"),
    ],
)  # fmt: skip
def test_the_dataset_of_the_request_becomes_using(text: str, expected: str) -> None:
    written = with_dataset(text, ["http://g/"], ["http://n/"])
    assert " ".join(written.split()) == expected
    ox.Store().update(written, base_iri=BASE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('SELECT ?\\u0078 { ?x a:\\u0070 "\\u0022" }', 'SELECT ?x { ?x a:p "\\u0022" }'),
        ("ASK { <\\u0078> a '\\u0027' }", "ASK { <x> a '\\u0027' }"),
        ("\\U0001F600 \\u00e9", "\U0001f600 é"),
        ("nothing", "nothing"),
    ],
)
def test_escapes_outside_of_strings_are_resolved(text: str, expected: str) -> None:
    assert without_escapes(text) == expected
