"""What goes wrong, told to programs as `application/problem+json` (RFC 9457) and to browsers as a page.

The body always says what was wrong, where, and what to do; it never holds a traceback.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from kg.web import negotiation

TYPES: Final = "https://w3id.org/digigov/problems#"


@dataclass(eq=False)
class Problem(Exception):
    """An error response: `name` is the fragment of its type IRI, `detail` is for people."""

    status: int
    name: str
    title: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    """Further members of the document, such as line and column."""

    def document(self) -> dict[str, Any]:
        return {
            "type": TYPES + self.name,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (as an ASGI application)."""
        accept = _accept_header(scope)
        chosen = negotiation.best(accept, (negotiation.PROBLEM, negotiation.HTML)) or negotiation.PROBLEM
        if chosen is negotiation.HTML:
            from kg.web.pages import problem_page

            body = problem_page(self).encode()
        else:
            body = json.dumps(self.document(), ensure_ascii=False, indent=1).encode() + b"\n"
        headers = {
            "Content-Type": chosen.media_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Vary": "Accept, Accept-Encoding",
            **self.headers,
        }
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


@cache
def excerpt(text: str, line: int, column: int) -> str:
    """The line of a query with a mark under the place."""
    lines = text.splitlines()
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    start = max(0, column - 60)
    return f"{shown[start : column + 60]}\n{' ' * (max(column, 1) - 1 - start)}^"


def _accept_header(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"accept":
            return str(value, "latin-1")
    return ""
