"""Whether a sentence denies what it names, or only plans it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache

from kg.extraction.gazetteer import phrases

_CLAUSE = re.compile(
    r"[;:!?]|,\s*(?:but|and|pero|mas|mais|et|e|y|although|however|while|que|which|the|a|o)\s|\.\s"
)


def clause_around(folded: str, start: int, end: int, left: int, right: int) -> tuple[int, int]:
    """The clause of a sentence (`left` to `right`) in which a mention (`start` to `end`) stands."""
    starts, ends = _breaks(folded, left, right)
    before = bisect_right(ends, start) - 1
    after = bisect_left(starts, end)
    return ends[before] if before >= 0 else left, starts[after] if after < len(starts) else right


@lru_cache(maxsize=8)
def _breaks(folded: str, left: int, right: int) -> tuple[list[int], list[int]]:
    """Where the clauses of a sentence end and where the next ones begin; asked again for each of its mentions."""
    found = list(_CLAUSE.finditer(folded, left, right))
    return [match.start() for match in found], [match.end() for match in found]


def is_denied(folded: str, start: int, end: int, left: int, right: int) -> bool:
    """Whether the mention is denied: "there is no X", "X has not been adopted" in its own clause."""
    begin, _ = clause_around(folded, start, end, left, right)
    for match in phrases("negation").finditer(folded, max(begin, start - 90), start):
        between = folded[match.end() : start]
        if not _TURN.search(between):
            return True
    return False


def is_planned(folded: str, start: int, end: int, left: int, right: int) -> bool:
    """Whether the mention is only planned, in preparation or not yet approved."""
    begin, stop = clause_around(folded, start, end, left, right)
    return (
        phrases("planned").search(folded, end, min(stop, end + 110)) is not None
        or phrases("planned").search(folded, max(begin, start - 40), start) is not None
        or _NOT_ADOPTED.search(folded, end, min(right, end + 90)) is not None
    )


_NOT_ADOPTED = re.compile(
    r"\b(?:not (?:yet )?(?:been )?(?:approved|adopted|passed|enacted|finali[sz]ed)|no ha sido (?:aprobad|adoptad)|nao foi (?:aprovad|adotad)|n'a pas (?:encore )?ete (?:adopt|approuv)|yet to be (?:adopted|approved))"
)
_TURN = re.compile(
    r"\b(?:but|only|except|pero|sino|mas|apenas|mais|seulement|other than|besides|until|yet (?:the|a))\b|[.;:]"
)
