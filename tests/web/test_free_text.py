"""Whatever text arrives in addresses and parameters: never an error of the server, never markup of the client's in a page."""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import Running

from kg.publishing.queries import library

TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ['"><script>alert(1)</script>', "} SELECT * {", "../../etc/passwd", "%00", "a\r\nb: c", "\\u0053"]
    ),
)
BYTES = st.binary(max_size=40).map(lambda data: "".join(f"%{byte:02X}" for byte in data))
PATHS = st.sampled_from(
    ["/", "/doc/", "/id/", "/api/queries/", "/queries/", "/dump/", "/ontology", "/static/", "/sparql/"]
)
ACCEPTS = st.sampled_from(["text/html", "*/*", "text/turtle", "application/json", "text/csv;q=x", ";;,", ""])
CHECKED = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PARAMETERS = sorted(
    {parameter.name for query in library().values() for parameter in query.parameters} | {"format"}
)


@pytest.fixture(scope="module")
def client(server: Running) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=60)


def sound(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.headers.get("content-type", "").startswith("text/html"):
        # No script but our own files, and data for search engines: what a request says never becomes one.
        for tag in re.findall(r"<script[^>]*>", response.text):
            assert re.search(r' src="/static/|type="application/ld\+json"', tag), tag
    if response.status_code >= 400:
        assert response.headers["content-type"] in ("application/problem+json", "text/html; charset=utf-8")
        assert "Traceback" not in response.text


@CHECKED
@given(
    path=PATHS,
    text=st.one_of(TEXT.map(lambda text: quote(text, safe="/", errors="replace")), BYTES),
    accept=ACCEPTS,
)
def test_any_path(client: httpx.Client, path: str, text: str, accept: str) -> None:
    sound(client.get(httpx.URL(client.base_url, raw_path=(path + text).encode()), headers={"Accept": accept}))


@CHECKED
@given(
    name=st.sampled_from(sorted(library())),
    parameter=st.sampled_from(PARAMETERS),
    value=TEXT,
    accept=ACCEPTS,
    page=st.booleans(),
)
def test_any_parameter(
    client: httpx.Client, name: str, parameter: str, value: str, accept: str, page: bool
) -> None:
    encoded = f"{parameter}={quote(value, safe='', errors='replace')}"
    sound(client.get(f"{'' if page else '/api'}/queries/{name}?{encoded}", headers={"Accept": accept}))


@CHECKED
@given(parameters=st.dictionaries(st.sampled_from(["query", "format", "timeout", "default-graph-uri", "update", "x"]), TEXT, max_size=4),
       accept=ACCEPTS, method=st.sampled_from(["GET", "POST", "HEAD"]))  # fmt: skip
def test_any_request_to_the_endpoint(
    client: httpx.Client, parameters: dict[str, str], accept: str, method: str
) -> None:
    query = "&".join(
        f"{name}={quote(value, safe='', errors='replace')}" for name, value in parameters.items()
    )
    if method == "POST":
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        sound(client.post("/sparql", content=query.encode(), headers=headers))
    else:
        sound(client.request(method, f"/sparql?{query}", headers={"Accept": accept}))
