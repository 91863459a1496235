"""Who reads: the language and the theme of a page, from `?lang`, cookies and `Accept-Language`.

The scope of the request is kept in a context variable, so that every template has the reader at hand, also those of
problems, without each function in between passing it on. Nothing is computed until a page asks.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LANGUAGES: Final = {"en": "English", "es": "Español"}
"""Languages of the interface, by tag, in their own words; the first is the one to fall back to."""
THEMES: Final = ("auto", "light", "dark")
A_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader of the page that is being made: `origin`, `path` and `query` are those of the address."""

    lang: str = "en"
    theme: str = "auto"
    path: str = "/"
    query: str = ""
    origin: str = ""

    @property
    def address(self) -> str:
        """Path and query of this page, without a `lang` parameter: where to come back to."""
        pairs = [
            (name, value)
            for name, value in parse_qsl(self.query, keep_blank_values=True)
            if name not in ("lang",)
        ]
        return self.path + ("?" + urlencode(pairs) if pairs else "")

    def with_query(self, **changes: object) -> str:
        """This page's address with parameters changed, those that are None or empty left out."""
        pairs = [
            (name, value) for name, value in parse_qsl(self.query) if name not in changes and name != "lang"
        ]
        pairs += [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
        return self.path + ("?" + urlencode(pairs) if pairs else "")


class Readers:
    """ASGI middleware that makes `reader()` work, and keeps a language chosen by `?lang` in a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = _scope.set(scope)
        try:
            if b"lang=" not in scope["query_string"]:
                await self._app(scope, receive, send)
                return
            chosen = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("lang", "")

            async def remembering(message: Message) -> None:
                if message["type"] == "http.response.start" and chosen in LANGUAGES:
                    message["headers"] = [
                        *message["headers"],
                        (b"set-cookie", cookie("lang", chosen).encode()),
                    ]
                await send(message)

            await self._app(scope, receive, remembering)
        finally:
            _scope.reset(token)


def reader() -> Reader:
    """The reader of the request that is being answered; one without wishes outside of any."""
    scope = _scope.get()
    if scope is None:
        return Reader()
    known: Reader | None = scope.get("kg.reader")
    if known is None:
        known = scope["kg.reader"] = _read(scope)
    return known


def origin(scope: Scope) -> str:
    """Scheme and host that the client used, for addresses to show."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return f"{scope['scheme']}://{host if _HOST.fullmatch(host) else 'localhost'}"


def cookie(name: str, value: str) -> str:
    """A `Set-Cookie` value that lasts a year. It holds a wish about looks, nothing about a person."""
    return f"{name}={value}; Path=/; Max-Age={A_YEAR}; SameSite=Lax"


def language_of(accept: str) -> str:
    """The interface language that an `Accept-Language` header likes best (RFC 4647 lookup on the primary tag).

    >>> language_of("es-CO,es;q=0.9,en;q=0.8")
    'es'
    """
    best, quality = next(iter(LANGUAGES)), 0.0
    for part in accept.split(","):
        tag, _, parameters = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        weight = _weight(parameters)
        if primary in LANGUAGES and weight > quality:
            best, quality = primary, weight
    return best


# --- private helpers ---

_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?")


def _read(scope: Scope) -> Reader:
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in (b"cookie", b"accept-language"):
            headers[name] = headers[name] + b"; " + value if name in headers else value
    query = scope["query_string"].decode("latin-1")
    jar = _cookies(headers.get(b"cookie", b"").decode("latin-1"))
    asked = dict(parse_qsl(query)).get("lang") if "lang=" in query else None
    for lang in (asked, jar.get("lang")):
        if lang in LANGUAGES:
            break
    else:
        lang = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
    theme = jar.get("theme", "auto")
    return Reader(str(lang), theme if theme in THEMES else "auto", scope["path"], query, origin(scope))


def _cookies(header: str) -> dict[str, str]:
    if not header:
        return {}
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:  # other programs on the same host may have set what is no cookie
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
