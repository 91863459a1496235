"""The suites of the SPARQL 1.1 Protocol, the Graph Store Protocol and the service description against a running server.

A test is a sequence of requests with what is expected of each response, written in the vocabulary of "HTTP in RDF". Its
paths begin with /sparql/ or /gsp and are replaced by those of this server; `$LOCATION$` stands for the Location that an
earlier response had.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
from rdflib import RDF, RDFS, Graph, Namespace
from rdflib.collection import Collection
from served import Running, wait_until
from w3c_suite import MF, Outcome, entries, kinds_of, same_graph
from w3c_updates import State, quads

from kg.store import publish

HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
STATUS = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}
KINDS = {
    MF.ProtocolTest: "protocol",
    MF.GraphStoreProtocolTest: "graph store protocol",
    MF.ServiceDescriptionTest: "service description",
}
RDF_FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE, "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}  # fmt: skip


def run(suite: Path, server: Running, store: Path, manifest: str, token: str) -> Iterator[Outcome]:
    """The outcome of each test of the manifest that is written in RDF (older copies have prose), in its order."""
    for graph, test, place in entries(suite, manifest):
        kind = next((KINDS[kind] for kind in kinds_of(graph, test) if kind in KINDS), None)
        action = graph.value(test, MF.action)
        name = str(test)
        if kind == "service description":
            wrong = described(server, name)
        elif kind is None or action is None:
            continue
        else:
            named = {
                str(graph.value(entry, RDFS.label)): str(graph.value(entry, UT.graph))
                for entry in graph.objects(test, UT.graphData)
            }
            version = publish(store, quads(suite, State((), named)))
            wait_until(
                lambda version=version: (  # type: ignore[misc]
                    httpx.get(server.url + "/ready").json().get("dataset", {}).get("version") == version.id
                ),
                "the test's dataset",
                server.log,
            )
            wrong = exchanged(graph, action, server, token)
        yield Outcome(place.partition("/")[0], kind, name, wrong)


def described(server: Running, name: str) -> str | None:
    """The three requirements of SPARQL 1.1 Service Description §2, which the manifest has in prose."""
    response = httpx.get(server.sparql, headers={"Accept": "text/turtle"})
    if response.status_code != 200 or not response.headers["content-type"].startswith("text/turtle"):
        return f"{response.status_code} {response.headers.get('content-type')}"
    graph = Graph().parse(data=response.text, format="turtle")
    if name.endswith("has-endpoint-triple"):
        found = list(graph.subject_objects(SD.endpoint))
        return None if [str(o) for _, o in found] == [server.sparql] else f"{found}"
    if name.endswith("conforms-to-schema"):
        services = set(graph.subjects(RDF.type, SD.Service))
        used = {p for _, p, _ in graph if str(p).startswith(str(SD))}
        unknown = {str(p) for p in used} - {str(SD[term]) for term in SD_PROPERTIES}
        endpoints = set(graph.subjects(SD.endpoint))
        return None if endpoints == services and not unknown else f"{unknown or endpoints}"
    return None


SD_PROPERTIES = (
    "endpoint", "feature", "defaultEntailmentRegime", "defaultSupportedEntailmentProfile", "entailmentRegime",
    "supportedEntailmentProfile", "extensionFunction", "extensionAggregate", "languageExtension", "supportedLanguage",
    "propertyFeature", "defaultDataset", "availableGraphs", "resultFormat", "inputFormat", "defaultGraph", "namedGraph",
    "name", "graph",
)  # fmt: skip
"""All properties of the vocabulary (SPARQL 1.1 Service Description §3.4)."""


def exchanged(graph: Graph, action: Any, server: Running, token: str) -> str | None:
    location = ""
    [listed] = graph.objects(action, HT.requests)
    with httpx.Client(base_url=server.url, timeout=300, follow_redirects=True) as client:
        for request in Collection(graph, listed):
            expected = graph.value(request, HT.resp)
            path = str(graph.value(request, HT.absolutePath)).replace("$LOCATION$", location)
            headers = fields(graph, request)
            body = content(graph, request, location)
            method = str(graph.value(request, HT.methodName))
            if body is not None and "content-type" not in headers:
                headers["content-type"] = ""
            response = client.request(
                method,
                here(path, server),
                content=body,
                headers={**headers, "Authorization": f"Bearer {token}"},
            )
            wrong = unlike(graph, expected, response, location)
            if wrong:
                return f"{method} {path[:80]}: {wrong}"
            location = response.headers.get("location", location)
    return None


def here(path: str, server: Running) -> str:
    """The address on this server. Graphs are identified directly below /graph/."""
    if path.startswith(server.url):
        return path
    if path.startswith("/sparql/"):
        return "/sparql" + path.removeprefix("/sparql/")
    rest = path.removeprefix("/gsp")
    return (
        "/graph" + rest if rest.startswith("/") and rest != "/" else "/graph-store" + rest.removeprefix("/")
    )


def fields(graph: Graph, message: Any) -> dict[str, str]:
    listed = graph.value(message, HT.headers)
    return {
        str(graph.value(field, HT.fieldName)).lower(): str(graph.value(field, HT.fieldValue))
        for field in (Collection(graph, listed) if listed is not None else ())
    }


def content(graph: Graph, message: Any, location: str) -> bytes | None:
    body = graph.value(message, HT.body)
    if body is None:
        return None
    text = str(graph.value(body, CNT.chars)).replace("$LOCATION$", location)
    if "multipart" in fields(graph, message).get("content-type", ""):
        text = "\r\n".join(line.strip() for line in text.strip().splitlines()) + "\r\n"
    return text.encode(str(graph.value(body, CNT.characterEncoding) or "UTF-8"))


def unlike(graph: Graph, expected: Any, response: httpx.Response, location: str) -> str | None:
    """What is wrong with the response."""
    wanted = [str(s).rpartition("#")[2] for s in graph.objects(expected, MF.expectedStatus)]
    patterns = [STATUS.get(name, name.removeprefix("StatusCode")) for name in wanted]
    code = str(response.status_code)
    if patterns and not any(code == p or (p.endswith("xx") and code[0] == p[0]) for p in patterns):
        return f"{code} instead of {' or '.join(patterns)}: {response.text[:200]}"
    truth = graph.value(expected, MF.expectedBoolean)
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if truth is not None and response.json().get("boolean") != truth.toPython():  # type: ignore[attr-defined]
        return f"{response.text[:100]} instead of {truth}"
    form = str(graph.value(expected, MF.expectedFormat) or "")
    families = {"boolean": "sparql-results", "tabular": "sparql-results", "RDF": "turtle"}
    if form and families[form] not in media_type:
        return f"{media_type} for {form}"
    if graph.value(expected, MF.expectedLocation) is not None and "location" not in response.headers:
        return "no Location"
    body = content(graph, expected, location)
    if body is not None and media_type in RDF_FORMATS:
        base = str(response.url)
        mine = ox.parse(response.content, format=RDF_FORMATS[media_type], base_iri=base)
        theirs = ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=base)
        if not same_graph(mine, theirs):
            return "another graph"
    return None
