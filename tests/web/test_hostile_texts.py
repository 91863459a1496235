"""Texts that are made to keep the server itself busy or to fill its memory, rather than the engine.

Nothing here looks at a clock: what took time in the square of its length would take the better part of an hour.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import httpx
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from served import EX, Running, running

from kg.web.answers import Answers, KeptAnswer
from kg.web.negotiation import acceptable, coding
from kg.web.syntax import is_repeatable, merged_dataset, service_calls, tokens, uses_service, without_escapes

LENGTH = 256 * 1024
PIECES = ["a.", "a-", "1.", "é.", "a:b.", "a:", "_", "'", '"', '"""', "'''", '"""\\"', "\\", "\\u0041", "<", "<a", "<a:b ", "# ",
          "?", "%4", "( ", "{ ", "NOW ", "FROM ", "FROM <a> ", "SERVICE ", "PREFIX a: "]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_looking_through_a_text_takes_no_more_than_its_length(piece: str) -> None:
    text = "FROM <a> FROM <b> \\u0041 " + piece * (LENGTH // len(piece)) + " service"
    assert sum(1 for _ in tokens(text)) <= len(text)
    uses_service(text)
    service_calls(text, {}, EX)
    merged_dataset(text, {}, EX)
    without_escapes(text)
    is_repeatable(text)


@given(
    st.lists(st.sampled_from([*PIECES, " ", "\n", "service", "?x", ">", "日", "a:b.c "]), max_size=12).map(
        "".join
    )
)
def test_tokens_leave_nothing_out_but_blanks_and_comments(text: str) -> None:
    end = 0
    for token in tokens(text):
        between = text[end : token.start]
        assert not between.strip() or between.lstrip().startswith("#")
        assert text[token.start : token.end] == token.text
        end = token.end
    assert not text[end:].strip() or text[end:].lstrip().startswith("#")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b-c:d", ["name a.b-c:d"]),
        ("a.b-c d", ["word a", "other .", "word b", "other -", "word c", "word d"]),
        ("1.5e2", ["other 1", "other .", "other 5", "word e2"]),
        ("true.SERVICE", ["word true", "other .", "word SERVICE"]),
        ("éservice", ["other é", "word service"]),
        ("?a.b:c", ["variable ?a", "other .", "name b:c"]),
    ],
)
def test_runs_of_letters_and_dots(text: str, expected: list[str]) -> None:
    assert [f"{token.kind} {token.text}" for token in tokens(text)] == expected


@pytest.mark.parametrize("piece", ["a.", "( ", "?a ", "\\u0041"])
def test_a_long_text_is_answered_like_any_other(server: Running, piece: str) -> None:
    text = "ASK { ?service a ?b \\u0041 " + piece * ((LENGTH - 100) // len(piece))
    response = httpx.post(
        server.sparql,
        content=text.encode(),
        headers={"Content-Type": "application/sparql-query"},
        timeout=60,
    )
    assert response.status_code == 400
    assert response.json()["type"].endswith("#query-syntax")
    assert response.json()["line"] == 1


def test_long_queries_are_what_short_ones_are(server: Running) -> None:
    """Beyond syntax.LONG the text is looked through beside the event loop: SERVICE, FROM, tags and HEAD all the same."""
    padding = "#" + "x" * 20_000 + "\n"
    assert server.ask(padding + f"ASK {{ <{EX}item/7> <{EX}size> 7 }}")
    for way in (httpx.get, httpx.head):
        response = way(server.sparql, params={"query": padding + "ASK {}"})
        assert response.status_code == 200
        tag = response.headers["etag"]
        again = way(
            server.sparql, params={"query": padding + "ASK {}"}, headers={"If-None-Match": f'"x", {tag}'}
        )
        assert again.status_code == 304
    refused = httpx.post(server.sparql, data={"query": padding + "ASK { SERVICE <http://127.0.0.1:9/> {} }"})
    assert refused.status_code == 403
    count = f"SELECT (COUNT(*) AS ?n) FROM <{EX}graph/one> FROM <{EX}graph/two> {{ ?s rdfs:label ?l }}"
    assert server.count(padding + count) == server.count(count)


def test_whatever_there_is_is_known_to_a_client_that_says_so(server: Running) -> None:
    response = httpx.get(server.sparql, params={"query": "ASK {}"}, headers={"If-None-Match": "*"})
    assert response.status_code == 304
    assert response.headers["etag"]


def test_long_questions_take_the_room_of_their_answers() -> None:
    answers = Answers(mebibytes=1)
    assert answers.get("v", "empties itself for a new version") is None
    answer = KeptAnswer("boolean", [], b"true")
    for number in range(20):
        answers.put("v", number, answer, key_bytes=200_000)
    assert sum(answers.get("v", number) is not None for number in range(20)) == 5
    answers.put("v", "longer than an answer may be", answer, key_bytes=300_000)
    assert answers.get("v", "longer than an answer may be") is None


def test_long_texts_and_headers_are_not_gathered(published: Path, tmp_path: Path) -> None:
    """Questions of 250 kB and headers of 100 kB, each another: none of them is kept for longer than its answer takes."""
    chance = random.Random(5)
    letters = "".join(chance.choices("abcdefgh ", k=250_000))
    with (
        running(published, tmp_path / "log", cache_mb=2) as server,
        httpx.Client(timeout=60) as client,
    ):

        def burst(numbers: range) -> None:
            for number in numbers:
                query = f"ASK {{}} # {number} {letters}"
                assert client.post(server.sparql, data={"query": query}).status_code == 200
                accept = ",".join(f"a/{number}-{other}" for other in range(8000)) + ",*/*"
                asked = client.get(server.sparql, params={"query": "ASK {}"}, headers={"Accept": accept})
                assert asked.status_code == 200

        process = psutil.Process(server.process.pid)
        burst(range(20))
        before = process.memory_info().rss
        burst(range(20, 140))  # 30 MB of questions, 12 MB of headers with a million media ranges
        assert process.memory_info().rss - before < 24 * 1024 * 1024


def test_long_headers_mean_what_short_ones_do() -> None:
    more = ", ".join(f"x/{number};q=0.9" for number in range(1000))
    for header in ("text/csv;q=0.5, text/turtle", "*/*;q=0", "text/*;q=0.3, application/json;q=0.2"):
        assert acceptable(f"{header}, {more}") == acceptable(header)
    for header, expected in (("br;q=0.5, gzip", "gzip"), ("identity", None), ("br", "br")):
        codings = ", ".join(f"x{number};q=0" for number in range(1000))
        assert coding(header) == coding(f"{header}, {codings}") == expected
    for first, second in itertools.permutations(["text/csv;q=0.1", "text/csv;q=0.8"]):
        assert acceptable(f"{first}, {second}, text/tab-separated-values;q=0.5").solutions == "csv"
