"""How words are compared: case, accents and punctuation do not count, positions stay.

`fold` keeps the length of the text, so that an offset in the folded text is one in the document.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache


def fold(text: str) -> str:
    """`text` in lower case without accents, character for character."""
    return _fold_short(text) if len(text) < _SHORT else _fold(text)


def _fold(text: str) -> str:
    folded = text.translate(_PLAIN).lower()
    if len(folded) == len(text):
        return folded
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_PLAIN))


def words_key(text: str) -> str:
    """The words of `text` alone, folded and joined by single blanks: what two spellings of one name share."""
    return " ".join(_WORD.findall(fold(text).replace("&", " and ")))


class Fingerprint:
    """Word beginnings that a wording is told by: each of `parts` offers alternatives between bars."""

    def __init__(self, parts: Iterable[str]) -> None:
        self._parts = [_any_of(part) for part in parts]

    def __len__(self) -> int:
        return len(self._parts)

    def score(self, folded: str) -> float:
        """The share of the parts that have an alternative in the folded text (0 without parts)."""
        if not self._parts:
            return 0.0
        return sum(part.search(folded) is not None for part in self._parts) / len(self._parts)

    def matches(self, folded: str) -> bool:
        """Whether every part has an alternative in the folded text (never without parts)."""
        return bool(self._parts) and all(part.search(folded) is not None for part in self._parts)

    def find(self, folded: str) -> tuple[int, int] | None:
        """Where the first part stands, if all parts are there."""
        found = [part.search(folded) for part in self._parts]
        if not found or any(match is None for match in found):
            return None
        first = found[0]
        assert first is not None
        return first.span()


@lru_cache(maxsize=4096)
def _any_of(alternatives: str) -> re.Pattern[str]:
    # Words begin at a word boundary; hyphens and blanks are interchangeable.
    escaped = [
        re.escape(fold(word)).replace(r"\-", r"[\s-]").replace(r"\ ", r"[\s-]")
        for word in alternatives.split("|")
    ]
    return re.compile(rf"\b(?:{'|'.join(escaped)})")


def _plain_letters() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base != chr(code):
            table[code] = base.lower()
    table.update(
        {ord(k): v for k, v in {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "ı": "i", "İ": "i"}.items()}
    )
    table.update({ord(c): "'" for c in "’‘ʼ´`"})
    table.update({ord(c): '"' for c in "“”„«»"})
    table.update({ord(c): "-" for c in "‐‑‒–—−"})
    table[0xA0] = " "
    table[0x202F] = " "
    return table


_PLAIN = _plain_letters()
_SHORT = 160
_fold_short = lru_cache(maxsize=8192)(_fold)
_WORD = re.compile(r"\w+")
