"""`/sparql`: the SPARQL 1.1 Protocol's query and update operations, and the service description at the same address.

This is an ASGI application rather than a FastAPI endpoint: it streams, watches for clients that hang up, and has to be
quick. What it answers with comes from the query processes; of the HTTP around it each part has its module: `protocol`
(requests), `negotiation`, `limits`, `answers` (the cache), `problems`; `update` carries updates out.

An answer that breaks off after its first bytes were sent ends in a broken connection, never in what looks like a
complete response.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from kg.namespaces import prefixes_of
from kg.settings import Settings
from kg.store.interface import ServedVersion
from kg.web import negotiation, pages
from kg.web.answers import LARGEST, Answers, KeptAnswer, Reply
from kg.web.federation import Federated, Federation
from kg.web.figures import Counted, Figures
from kg.web.limits import Limits, client_of
from kg.web.metrics import Metrics
from kg.web.negotiation import MEDIA_TYPES, Acceptable
from kg.web.problems import Problem, excerpt
from kg.web.protocol import ClientGone, Operation, bad_request, operation_of_get, read_operation
from kg.web.querying.answer import Answer, Query, QueryFailed
from kg.web.querying.pool import Pool
from kg.web.service_description import Descriptions
from kg.web.syntax import LONG, Dataset, is_repeatable, merged_dataset, uses_service
from kg.web.update import Conditions, Updates

ALLOWED: Final = "GET, HEAD, POST, OPTIONS"
OWN: Final = "(the server)"
"""Whom the server's own queries are counted for."""

Headers = list[tuple[bytes, bytes]]
_Names = tuple[tuple[str, ...], tuple[str, ...]]
"""Default and named graphs of a request."""


class SparqlEndpoint:
    """The ASGI application, and what pages use of it: `answer`, `table` and `figures`."""

    def __init__(
        self,
        settings: Settings,
        pool: Pool,
        limits: Limits,
        answers: Answers,
        metrics: Metrics,
        figures: Figures,
        updates: Updates,
        federation: Federation,
    ) -> None:
        self.settings = settings
        self.prefixes = prefixes_of(settings.base_iri)
        """Those that queries need not declare."""
        self._pool = pool
        self._limits = limits
        self._answers = answers
        self._metrics = metrics
        self._figures = figures
        self._updates = updates
        self._federation = federation
        self._descriptions = Descriptions(updatable=updates.enabled, federated=federation.enabled)

    @property
    def version(self) -> ServedVersion | None:
        """The dataset version that is served now."""
        return self._pool.version

    async def figures(self, patience: float | None = None) -> Counted:
        """Counts per graph, class and property of the served version; empty after `patience` seconds without them."""
        version = self._pool.version
        return await self._figures.of(version, patience) if version is not None else Counted()

    async def table(
        self, query: str, rows: int, timeout: float | None = None, client: str | None = None
    ) -> dict[str, Any]:
        """The first `rows` rows of a query of the server's own, as `querying.evaluation` gives them to pages.

        With a `client` (limits.client_of) its limits hold. Raises Problem when there is no answer.
        """
        limit = self.settings.query_timeout
        if client is not None:
            self._limits.enter(client)
        asked = Query(
            query,
            client or OWN,
            min(timeout or limit, limit),
            self.settings.max_rows,
            self.settings.base_iri,
            page=rows,
        )
        answer = self._pool.submit(asked)
        try:
            return await _page_document(answer)
        except QueryFailed as failure:
            raise _problem(failure, query) from None
        finally:
            answer.cancel()
            if client is not None:
                self._limits.leave(client)

    async def answer(
        self, scope: Scope, receive: Receive, send: Send, operation: Operation, tag: str | None = None
    ) -> None:
        """Answer a query operation: negotiate, evaluate, send. Problems are sent, too.

        `tag` is the entity tag of the answer where that is known better than from version and text.
        """
        await self._reply(scope, receive, send, operation, tag)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._reply(scope, receive, send, None, None)

    def at_once(self, scope: Scope) -> Reply | None:
        """The response to a GET that needs no waiting: from memory, or by a lookup (`querying.lookup`).

        None means: ask the application as usual; it also says what is wrong. A task and the messages of ASGI take longer than
        such an answer does, so the server (server.BoundedProtocol) tries this first. It counts and limits as always.
        """
        if scope["method"] != "GET" or not 0 < len(scope["query_string"]) <= LONG:
            return None
        try:
            operation = operation_of_get(scope["query_string"], self.settings.max_query_bytes)
            client = client_of(scope)
            self._count_in(scope, client)
            return self._immediate(self._asked(operation, client, "GET", dict(scope["headers"])))
        except Problem:
            return None

    async def _reply(
        self, scope: Scope, receive: Receive, send: Send, operation: Operation | None, tag: str | None
    ) -> None:
        method = scope["method"]
        headers = dict(scope["headers"])
        try:
            if method in ("GET", "HEAD", "POST"):
                client = client_of(scope)
                self._count_in(scope, client)
                if operation is None:
                    longest = self.settings.max_update_bytes if self._updates.may_write(scope) else 0
                    operation = await read_operation(
                        scope, receive, headers, self.settings.max_query_bytes, longest
                    )
                if operation.kind == "describe":
                    await self._describe(scope, headers, send)
                elif operation.kind == "update":
                    await self._update(operation, client, scope, headers, send)
                else:
                    await self._query(operation, client, scope, headers, receive, send, tag)
            elif method == "OPTIONS":
                await send_body(scope, send, 204, [(b"allow", ALLOWED.encode()), *preflight(ALLOWED)], b"")
            else:
                raise Problem(
                    405, "method-not-allowed", "Method not allowed", f"Use one of {ALLOWED}.",
                    headers={"Allow": ALLOWED},
                )  # fmt: skip
        except ClientGone:
            return
        except Problem as problem:
            await problem(scope, receive, send)

    def _count_in(self, scope: Scope, client: str) -> None:
        """Count a request against its client's rate, once. Raises Problem (429)."""
        if "kg.counted" not in scope:
            self._limits.request(client)
            scope["kg.counted"] = True

    def _asked(
        self,
        operation: Operation,
        client: str,
        method: str,
        headers: dict[bytes, bytes],
        given_tag: str | None = None,
    ) -> _Asked:
        """A query with what its request says about the answer. Raises Problem."""
        accepted = _acceptable(headers, operation)
        version = self._pool.version
        version_id = version.id if version else ""
        text, names = operation.text, _names(operation)
        entity_tag = _known_entity_tag if len(text) <= LONG else _entity_tag
        tag = given_tag or ("" if method == "POST" else entity_tag(version_id, text, names, accepted))
        return _Asked(
            operation=operation,
            client=client,
            started=time.perf_counter(),
            accepted=accepted,
            timeout=self._timeout(operation, headers),
            service=uses_service(text),
            dataset=self._dataset(operation),
            coding=negotiation.coding(headers.get(b"accept-encoding", b"").decode("latin-1")),
            names=names,
            version=version_id,
            tag=tag,
            known=bool(tag) and _among(tag, headers.get(b"if-none-match", b"")),
        )

    async def _asked_in_time(self, operation: Operation, *more: Any) -> _Asked:
        """As `_asked`, but to look through a long text holds nobody else up."""
        if len(operation.text) > LONG:
            return await asyncio.to_thread(self._asked, operation, *more)
        return self._asked(operation, *more)

    def _dataset(self, operation: Operation) -> Dataset | None:
        """The dataset that a process has to put together, where the query merges graphs by FROM."""
        if operation.default_graphs is not None:
            return None
        return merged_dataset(operation.text, self.prefixes, self.settings.base_iri)

    def _immediate(self, asked: _Asked) -> Reply | None:
        """The response where it takes no waiting. Raises Problem (429)."""
        if asked.accepted.html or not asked.accepted.anything:
            return None
        tag, outcome = asked.tag, "cached"
        kept = self._answers.get(asked.version, asked.key)
        if kept is None:
            if not is_repeatable(asked.operation.text):
                return None
            if asked.known:
                self._metrics.query("unknown", "not-modified", time.perf_counter() - asked.started)
                return Reply(304, _validators(tag), b"")
            kept, outcome = self._looked_up(asked), "ok"
            if kept is None:
                return None
        self._metrics.query(kept.kind, outcome, time.perf_counter() - asked.started)
        if asked.known:
            return kept.reply(304, tag, _validators(tag))
        return kept.reply(200, tag, _validators(tag) if tag else _NO_STORE)

    def _looked_up(self, asked: _Asked) -> KeptAnswer | None:
        """The answer to a lookup, None for other queries. Raises Problem (429)."""
        self._limits.enter(asked.client)
        try:
            found = self._pool.look_up(self._prepared(asked))
        finally:
            self._limits.leave(asked.client)
        if found is None:
            return None
        (kind, format_name, coding), body = found
        head = {"kind": kind, "format": format_name, "encoding": coding}
        kept = KeptAnswer(kind, self._fields(head, asked.version), body)
        self._answers.put(asked.version, asked.key, kept, asked.key_bytes)
        return kept

    async def _query(
        self,
        operation: Operation,
        client: str,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
        given_tag: str | None,
    ) -> None:
        asked = await self._asked_in_time(operation, client, scope["method"], headers, given_tag)
        if asked.accepted.html:
            await self._page(operation, client, scope, receive, send)
            return
        if not asked.accepted.anything:
            raise _not_acceptable(None)
        reply = self._immediate(asked)
        if reply is not None:
            await send_body(scope, send, reply.status, reply.fields, reply.body)
            return
        repeatable = is_repeatable(operation.text)
        tag = asked.tag if repeatable else ""
        self._limits.enter(client)
        outcome, kind = "ok", "unknown"
        try:
            federated = await self._admitted(asked)
        except BaseException:
            self._limits.leave(client)
            raise
        repeatable = repeatable and federated is None
        answer = self._pool.submit(self._prepared(asked, federated=federated))
        watch = _Watch(answer, receive)
        try:
            head = await answer.head()
            kind = head["kind"]
            if (
                answer.version != asked.version or federated is not None
            ):  # a new version, or somebody else's data
                tag = ""
            fields = self._fields(head, answer.version)
            first = await answer.chunk()
            extra = _validators(tag) if tag else _NO_STORE
            if answer.complete or first is None:
                body: bytes | None = first or b""
                await send_body(scope, send, 200, [*fields, *extra], first or b"")
            else:
                watch.start()
                body = await _stream(scope, send, answer, [*fields, *extra], first)
            if repeatable and body is not None:
                kept = KeptAnswer(kind, fields, body)
                self._answers.put(answer.version, asked.key, kept, asked.key_bytes)
        except QueryFailed as failure:
            outcome = failure.reason
            if failure.reason == "not-acceptable":
                raise _not_acceptable(failure.message) from None
            if failure.reason != "cancelled":
                problem = _problem(failure, operation.text, federated)
                problem.headers["KG-Row-Limit"] = str(self.settings.max_rows)
                raise problem from None
        except BaseException:
            outcome = "cancelled"
            answer.cancel()
            raise
        finally:
            watch.stop()
            self._limits.leave(client)
            if federated is not None:
                self._federation.dismiss(federated)
            self._metrics.query(kind, outcome, time.perf_counter() - asked.started)

    async def _update(
        self,
        operation: Operation,
        client: str,
        scope: Scope,
        headers: dict[bytes, bytes],
        send: Send,
    ) -> None:
        """SPARQL 1.1 Protocol §2.2. The body says what has changed; the entity tag is that of the dataset."""
        self._updates.require_writer(scope)
        timeout = self._timeout(operation, headers)
        done = await self._updates.update(operation, Conditions.of(headers), client, timeout)
        body = json.dumps({name: value for name, value in done.items() if name != "existed"}).encode()
        fields = [
            (b"content-type", b"application/json"),
            (b"kg-dataset-version", done["version"].encode()),
            (b"etag", f'"{done["version"]}"'.encode()),
        ]
        await send_body(scope, send, 200, [*fields, *_NO_STORE], body)

    async def _admitted(self, asked: _Asked) -> Federated | None:
        """None for a query without SERVICE. Raises Problem for a SERVICE that is not allowed."""
        if not asked.service:
            return None
        return await self._federation.admit(asked.operation.text, self.prefixes, self.settings.base_iri)

    def _prepared(self, asked: _Asked, page: int = 0, federated: Federated | None = None) -> Query:
        """What the query processes get."""
        operation = asked.operation
        default, named = operation.default_graphs, operation.named_graphs
        if asked.dataset is not None:
            default, named = asked.dataset.default, asked.dataset.named
        return Query(
            text=federated.text if federated else operation.text,
            port=self._federation.port if federated else 0,
            client=asked.client,
            timeout=asked.timeout,
            rows=self.settings.max_rows,
            base=self.settings.base_iri,
            default_graphs=default,
            named_graphs=named,
            solutions=asked.accepted.solutions,
            graph=asked.accepted.graph,
            encoding=None if page else asked.coding,
            page=page,
        )

    def _timeout(self, operation: Operation, headers: dict[bytes, bytes]) -> float:
        """The server's limit, or the client's where it is lower."""
        wanted = operation.timeout or _header_timeout(headers)
        return min(self.settings.query_timeout, wanted) if wanted else self.settings.query_timeout

    def _fields(self, head: dict[str, Any], version: str) -> Headers:
        fields = [
            (b"content-type", MEDIA_TYPES[head["format"]].encode()),
            (b"vary", b"accept, accept-encoding"),
            (b"kg-dataset-version", version.encode()),
            (b"kg-row-limit", b"%d" % self.settings.max_rows),
        ]
        if head["encoding"]:
            fields.append((b"content-encoding", head["encoding"].encode()))
        return fields

    async def _page(
        self, operation: Operation, client: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """The query form with the first rows, or with what is wrong."""
        started = time.perf_counter()
        document: dict[str, Any] | None = None
        problem: Problem | None = None
        federated: Federated | None = None
        outcome = "ok"
        try:
            asked = await self._asked_in_time(operation, client, scope["method"], dict(scope["headers"]))
            federated = await self._admitted(asked)
            query = self._prepared(asked, pages.PAGE_ROWS, federated)
            self._limits.enter(client)
            answer = self._pool.submit(query)
            watch = _Watch(answer, receive)
            try:
                document = await _page_document(answer)
            finally:
                answer.cancel()
                watch.stop()
                self._limits.leave(client)
        except QueryFailed as failure:
            outcome = failure.reason
            if outcome == "cancelled":
                return
            problem = _problem(failure, operation.text, federated)
        except Problem as refused:
            outcome, problem = refused.name, refused
        finally:
            if federated is not None:
                self._federation.dismiss(federated)
            self._metrics.query("page", outcome, time.perf_counter() - started)
        seconds = time.perf_counter() - started
        body = pages.query_page(
            operation, self.settings, self.version, document=document, problem=problem, seconds=seconds
        )
        await send_body(scope, send, problem.status if problem else 200, [*_HTML, *_NO_STORE], body.encode())

    async def _describe(self, scope: Scope, headers: dict[bytes, bytes], send: Send) -> None:
        """The query page for browsers, the service description for everybody else."""
        accept = headers.get(b"accept", b"").decode("latin-1")
        accepted = negotiation.acceptable(accept)
        if accepted.html:
            body = pages.query_page(Operation("query"), self.settings, self.version).encode()
            await send_body(scope, send, 200, [*_HTML, *_NO_STORE], body)
            return
        if accepted.graph is None:
            raise _not_acceptable("graph")
        version = self._pool.version
        assert version is not None, "the server starts with a version"
        figures = await self._figures.of(version)
        body = await self._descriptions.text(_own_address(scope), version, figures, accepted.graph)
        tag = f'W/"{version.id[:16]}-sd-{blake2b(body, digest_size=8).hexdigest()}"'
        if _among(tag, headers.get(b"if-none-match", b"")):
            await send_body(scope, send, 304, _validators(tag), b"")
            return
        fields = [
            (b"content-type", MEDIA_TYPES[accepted.graph].encode()),
            (b"vary", b"accept, accept-encoding"),
        ]
        await send_body(scope, send, 200, [*fields, *_validators(tag)], body)


async def send_body(scope: Scope, send: Send, status: int, fields: Headers, body: bytes) -> None:
    """A complete response; of HEAD only the head."""
    if status != 304 and status != 204:
        fields = [*fields, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def preflight(allowed: str) -> Headers:
    """What a browser may send from other sites (CORS), besides the methods `allowed`."""
    return [
        (b"access-control-allow-methods", allowed.encode()),
        (
            b"access-control-allow-headers",
            b"accept, authorization, content-type, if-match, if-none-match, kg-timeout, x-request-id",
        ),
        (b"access-control-max-age", b"86400"),
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query operation, and what the rest of its request says about the answer."""

    operation: Operation
    client: str
    started: float
    accepted: Acceptable
    timeout: float
    service: bool
    """Whether it asks other endpoints."""
    dataset: Dataset | None
    coding: str | None
    names: _Names | None
    version: str
    tag: str
    """The entity tag that its answer has if the query is repeatable; empty for POST."""
    known: bool
    """Whether the client has the answer with this tag."""

    @property
    def key(self) -> Hashable:
        """What its answer depends on, within a dataset version."""
        return self.operation.text, self.names, self.accepted, self.coding

    @property
    def key_bytes(self) -> int:
        """Memory that the key takes; of short questions hardly any."""
        names = [*self.names[0], *self.names[1]] if self.names else []
        return sys.getsizeof(self.operation.text) + sum(sys.getsizeof(name) for name in names)


class _Watch:
    """Notices that the client hangs up, for answers that take long enough to be worth stopping."""

    def __init__(self, answer: Answer, receive: Receive) -> None:
        self._answer = answer
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        answer.on_slow = self.start

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        self._answer.on_slow = None
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._answer.cancel()


# --- private helpers ---

_HTML: Final = [(b"content-type", MEDIA_TYPES["html"].encode()), (b"vary", b"accept, accept-encoding")]
_NO_STORE: Final = [(b"cache-control", b"no-store")]
_STATUS: Final = {
    "syntax": (400, "The query is not valid SPARQL"),
    "evaluation": (400, "The query cannot be evaluated"),
    "rows": (403, "The result is too large"),
    "memory": (503, "The query needs too much memory"),
    "timeout": (503, "The query took too long"),
    "transfer": (503, "The response was read too slowly"),
    "overloaded": (503, "The server is busy"),
    "lost": (503, "The query was interrupted"),
    "stopping": (503, "The server is shutting down"),
    "store": (502, "The SPARQL server behind this one does not answer"),
}
_ADVICE: Final = {
    "rows": " Add LIMIT and OFFSET, or aggregate.",
    "memory": " Aggregate less, sort less, or bind more of the pattern.",
    "timeout": " No part of the result was sent. Bind more of the pattern, or add LIMIT.",
    "overloaded": " Try again shortly.",
    "lost": " It was not the query's fault unless it happens again. Try once more.",
}


def _acceptable(headers: dict[bytes, bytes], operation: Operation) -> Acceptable:
    try:
        return negotiation.acceptable(headers.get(b"accept", b"").decode("latin-1"), operation.format)
    except KeyError:
        known = [format_.key for format_ in (*negotiation.SOLUTIONS, *negotiation.GRAPHS)]
        raise bad_request(
            f"'{operation.format}' is no format. There are {', '.join(known)} and html."
        ) from None


def _not_acceptable(kind: str | None) -> Problem:
    offered = {
        "graph": negotiation.GRAPHS, "solutions": negotiation.SOLUTIONS, "boolean": negotiation.SOLUTIONS,
    }.get(kind or "", (*negotiation.SOLUTIONS, *negotiation.GRAPHS))  # fmt: skip
    names = [format_.names[0] for format_ in offered]
    what = {"graph": "A graph (CONSTRUCT, DESCRIBE)", "solutions": "A table of solutions (SELECT)"}.get(
        kind or "", "A truth value (ASK)" if kind else "A result"
    )
    return Problem(
        406, "not-acceptable", "No acceptable format", f"{what} can be sent as {', '.join(names)}.",
        more={"offered": names},
    )  # fmt: skip


def _problem(failure: QueryFailed, text: str, federated: Federated | None = None) -> Problem:
    if failure.reason == "evaluation" and federated is not None and federated.failures:
        reasons = "; ".join(dict.fromkeys(federated.failures))
        return Problem(
            502, "service-failed", "An endpoint that the query asks gave no answer",
            f"{reasons}. SERVICE SILENT goes on without it.",
        )  # fmt: skip
    status, title = _STATUS[failure.reason]
    more: dict[str, Any] = {}
    detail = failure.message + _ADVICE.get(failure.reason, "")
    if failure.line and failure.column:
        more = {
            "line": failure.line,
            "column": failure.column,
            "excerpt": excerpt(text, failure.line, failure.column),
        }
        detail = f"Line {failure.line}, column {failure.column}: {failure.message}"
    headers = {"Retry-After": "5"} if failure.reason in ("overloaded", "lost", "stopping", "store") else {}
    return Problem(status, "query-" + failure.reason, title, detail, headers=headers, more=more)


async def _page_document(answer: Answer) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(await answer.whole())
    return document


async def _stream(scope: Scope, send: Send, answer: Answer, fields: Headers, first: bytes) -> bytes | None:
    """Send an answer as it comes. If it breaks off, so does the connection.

    Returned is the whole of it where it is short enough to be kept: what took long is asked again as well.
    """
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    if scope["method"] == "HEAD":
        answer.cancel("Only the head was wanted.")
        await send({"type": "http.response.body", "body": b""})
        return None
    body: bytes | None = first
    parts: list[bytes] = []
    size = 0
    try:
        while body is not None:
            size += len(body)
            if size <= LARGEST:
                parts.append(body)
            else:
                parts.clear()
            await send({"type": "http.response.body", "body": body, "more_body": True})
            body = await answer.chunk()
    except QueryFailed as failure:
        if failure.reason != "cancelled":
            await _break_off(scope)
        raise QueryFailed("cancelled", failure.message) from None
    await send({"type": "http.response.body", "body": b""})
    return b"".join(parts) if size <= LARGEST else None


async def _break_off(scope: Scope) -> None:
    """End the connection so that no client takes the response for complete."""
    abort = scope.get("kg.abort")
    if abort is None:
        raise ConnectionAbortedError("the response broke off")
    abort()
    await asyncio.sleep(0)  # lets the server notice that the connection has gone


def _among(tag: str, listed: bytes) -> bool:
    """Whether an If-None-Match header lists the tag, by weak comparison, or whatever there is (RFC 9110 §13.1.2)."""
    return bool(listed) and (tag.removeprefix("W/").encode() in listed or listed.strip() == b"*")


def _validators(tag: str) -> Headers:
    return [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]


def _names(operation: Operation) -> _Names | None:
    if operation.default_graphs is None:
        return None
    return tuple(operation.default_graphs), tuple(operation.named_graphs or ())


def _entity_tag(version: str, text: str, names: _Names | None, accepted: Acceptable) -> str:
    """Weak: two evaluations may order their rows differently."""
    asked = f"{text}\0{names}\0{accepted.solutions}\0{accepted.graph}"
    return f'W/"{version[:16]}-{blake2b(asked.encode(), digest_size=8).hexdigest()}"'


_known_entity_tag = lru_cache(maxsize=1024)(_entity_tag)


def _header_timeout(headers: dict[bytes, bytes]) -> float | None:
    value = headers.get(b"kg-timeout")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise bad_request("The header KG-Timeout must be a number of seconds greater than 0.")
    return seconds


def _own_address(scope: Scope) -> str:
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "localhost")
    if any(character in host for character in '<>"{}|^`\\ '):
        host = "localhost"
    return f"{scope['scheme']}://{host}{scope['path']}"
