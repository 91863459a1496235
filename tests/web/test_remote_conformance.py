"""What a query means, in front of SPARQL servers elsewhere: the same cases as for the embedded store."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from served import Running, running
from test_sparql_conformance import *  # noqa: F403 - its tests are run here again, with another `small`
from test_sparql_conformance import DATA, Case

from kg.settings import Settings
from kg.store.remote_publish import publish_remote
from sparql_engines import SparqlServer

del test_deviations_are_known  # noqa: F821 - those of the embedded engine, which others need not share

_ERROR = "an error in an expression fails the whole query"
_BOOLEAN = "truth values of expressions are the integers 0 and 1"
DEVIATIONS_OF: dict[str, dict[str, str]] = {
    "virtuoso": {
        "5.2.1 empty group": "the empty group has a column of its own",
        "8.3.1 no shared variables": "MINUS without shared variables removes everything",
        "8.3.3 filter inside minus does not see the outside": "a filter inside MINUS sees the outside",
        "9.1 one or more, each node once": "a path gives a node once per way to it",
        "9.1 cycle ends": "a path of one or more steps does not come back to where it began",
        "10.1 an error leaves it unbound": _ERROR,
        "10.2 at the end": "VALUES at the end is not joined",
        "11.2 group by expression": _BOOLEAN,
        "11 no rows, no group": "aggregates over nothing are unbound instead of 0",
        "11 an error in SUM": "SUM leaves out what is no number",
        "15.1 unbound, IRI, literal": "literals sort before IRIs",
        "17.2 errors in or": _ERROR,
        "17.2 errors in and": _ERROR,
        "17.2 negated error": _ERROR,
        "17.3 unknown datatypes do not compare": "literals of unknown datatypes are compared by value",
        "17.3.1 division of integers": "the quotient of integers is an integer",
        "17.4.1.1 BOUND": _BOOLEAN,
        "17.4.1.2 IF": _ERROR,
        "17.4.1.3 COALESCE": _ERROR,
        "17.4.1.7 RDFterm-equal": "a language tag does not tell literals apart",
        "17.4.1.9 IN": _ERROR,
        "17.4.1.10 NOT IN an error": _ERROR,
        "17.4.2.6 LANG, DATATYPE": "the datatype and the language of a plain string are unbound",
        "17.4.2.8 IRI": "BASE must be the first declaration",
        "17.4.3.3 SUBSTR counts from 1": "SUBSTR fails on a literal with a language",
        "17.4.3.9 STRBEFORE, STRAFTER": "STRAFTER keeps the language when nothing is found",
        "17.4.3.11 ENCODE_FOR_URI": "letters beyond ASCII are not encoded",
        "17.4.3.15 REPLACE": "REPLACE loses the language",
        "17.4.5 dates": "SECONDS is a double",
        "test_construct_leaves_out_what_is_no_triple": "CONSTRUCT of a literal subject fails instead of leaving it out",
    }
}
"""What an engine does otherwise than the specification says, by engine and case (docs/scaling.md)."""


@pytest.fixture(scope="module")
def small(engine: SparqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    quads = ox.serialize(ox.parse(DATA, format=ox.RdfFormat.TRIG), format=ox.RdfFormat.N_QUADS)
    assert quads is not None
    publish_remote(Settings(store=engine.url, **engine.credentials), quads)
    log = tmp_path_factory.mktemp("server") / "log"
    with running(engine.url, log, query_timeout=20, **engine.credentials) as server:
        yield server


@pytest.fixture(autouse=True)
def _known_deviation(request: pytest.FixtureRequest, engine: SparqlServer) -> None:
    case = getattr(request.node, "callspec", None) and request.node.callspec.params.get("case")
    name = case.section if isinstance(case, Case) else request.node.originalname
    reason = DEVIATIONS_OF.get(engine.name, {}).get(name)
    if reason:
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
