"""The one family of errors the program raises on purpose: each says what was wrong, where, and what to do.

Command line and HTTP layers turn a `KgError` into text or `application/problem+json`; anything else that escapes is a bug.
"""

from __future__ import annotations

from typing import Any


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

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are pickled by the arguments of their constructor, which those of subclasses are not.
        return _rebuilt, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}. {self.hint}" if self.hint else text


class NotConforming(KgError):
    """The data is readable but may not be published: a SHACL violation or a logical inconsistency."""

    exit_code = 1


def _rebuilt(kind: type[KgError], args: tuple[Any, ...], state: dict[str, Any]) -> KgError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
