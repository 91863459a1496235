"""The one family of errors the program raises on purpose: each says what was wrong, where, and what to do.

Command line and HTTP layers turn a `KgError` into text or `application/problem+json`; anything else that escapes is a bug.
"""

from __future__ import annotations


class KgError(Exception):
    """Something the user can act on.

    `message` says what was wrong, `where` the file, line, question or field, `hint` what to do about it.
    """

    exit_code = 2

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}. {self.hint}" if self.hint else text


class NotConforming(KgError):
    """The data is readable but may not be published: a SHACL violation or a logical inconsistency."""

    exit_code = 1
