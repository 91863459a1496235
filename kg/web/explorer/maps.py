"""The world map: shapes of countries, and classes of values.

The shapes are Natural Earth's 1:110m countries (public domain), projected and written by `world_map.py` to
`static/world.json`; countries too small for that scale are dots.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from kg.web.presentation import STATIC

CLASSES: Final = 7
INDEX_BOUNDS: Final = (0.0, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Lower bounds for indices between 0 and 1: the same in every edition, so that two maps can be compared."""


@cache
def world() -> dict[str, Any]:
    """The drawing: `width`, `height`, `shapes` (path data by ISO 3166-1 alpha-3 code) and `dots` (x, y by code)."""
    drawing: dict[str, Any] = json.loads((STATIC / "world.json").read_text(encoding="utf-8"))
    return drawing


def classes(values: list[float], *, index: bool) -> list[float]:
    """Lower bounds of at most CLASSES classes: fixed ones for indices, else in round steps from the least to the most."""
    if index:
        return list(INDEX_BOUNDS)
    top = max(values, default=0.0)
    if top < 1:
        return [0.0]
    if top < CLASSES:
        return [float(step) for step in range(int(top) + 1)]
    step = -(-top // (CLASSES - 1))
    return [0.0, 1.0, *(step * n for n in range(1, CLASSES - 1) if step * n <= top and step * n > 1)]


def class_of(value: float, bounds: list[float]) -> int:
    """The class of a value: the last whose lower bound it reaches."""
    return max((place for place, bound in enumerate(bounds) if value >= bound), default=0)
