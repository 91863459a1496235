"""Geometry of the pictures: where lines, dots and labels stand. Templates draw it as SVG; the figures are in tables, too.

All functions take documents of the explorer and return plain numbers, so that a picture is tested without drawing it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

Document = dict[str, Any]

TREND_WIDTH: Final = 560
TREND_HEIGHT: Final = 280
LEFT: Final = 34
RIGHT: Final = 74
TOP: Final = 14
BOTTOM: Final = 26

LABEL_GAP: Final = 14
"""Least distance of two labels of lines, in units of the picture."""

TIMELINE_WIDTH: Final = 960
LANE_LABEL: Final = 210
DOT: Final = 6
DOT_STEP: Final = 15


BARS_WIDTH: Final = 760
BAR: Final = 26
"""Height of a bar with the space around it."""
BAR_LABEL: Final = 250
BAR_VALUE: Final = 70


def trend(series: Sequence[tuple[str, str, Mapping[str, float]]], highest: float = 1.0) -> Document:
    """Lines over editions for values between 0 and `highest`: 1 for indices, else what `rounded_up` gives.

    `series` are code, label and values by edition; the first is the leading one. Returns `lines` with their points and
    the path, `years` and `grid` with positions, and `width` and `height`.
    """
    years = sorted({int(year) for _, _, values in series for year in values if year.isdigit()})
    if not years:
        return {"lines": [], "years": [], "grid": [], "width": TREND_WIDTH, "height": TREND_HEIGHT}
    first, last = years[0], years[-1]
    width = TREND_WIDTH - LEFT - RIGHT
    height = TREND_HEIGHT - TOP - BOTTOM

    def x(year: int) -> float:
        return round(LEFT + (width * (year - first) / (last - first) if last > first else width / 2), 1)

    def y(value: float) -> float:
        return round(TOP + height * (1 - min(max(value / highest, 0.0), 1.0)), 1)

    lines = []
    for place, (code, label, values) in enumerate(series):
        points = [
            {"year": int(year), "value": value, "x": x(int(year)), "y": y(value)}
            for year, value in sorted(values.items())
            if year.isdigit()
        ]
        if points:
            lines.append(
                {
                    "code": code,
                    "label": label,
                    "points": points,
                    "path": "M" + " L".join(f"{p['x']} {p['y']}" for p in points),
                    "leading": place == 0,
                    "style": place,
                    "label_y": points[-1]["y"],
                    "label_x": points[-1]["x"] + 8,
                }
            )
    _spread(lines)
    return {
        "lines": lines,
        "years": [{"year": year, "x": x(year)} for year in years],
        "grid": [{"value": f"{highest * step / 4:g}", "y": y(highest * step / 4)} for step in range(5)],
        "width": TREND_WIDTH,
        "height": TREND_HEIGHT,
    }


def bars(entries: Iterable[tuple[str, str | None, float]]) -> Document:
    """Horizontal bars from zero: name, address (or None) and value of each, in the order given.

    Bars of values below zero go to the left of zero. Returns `bars` with positions, `zero`, `width` and `height`.
    """
    listed = list(entries)
    low = min((value for *_, value in listed), default=0.0)
    high = max((value for *_, value in listed), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0
    room = BARS_WIDTH - BAR_LABEL - BAR_VALUE

    def x(value: float) -> float:
        return round(BAR_LABEL + room * (value - low) / span, 1)

    drawn = []
    for place, (label, href, value) in enumerate(listed):
        left, right = sorted((x(0.0), x(value)))
        drawn.append(
            {
                "label": label,
                "href": href,
                "value": value,
                "x": left,
                "width": round(max(right - left, 1.0), 1),
                "y": place * BAR + 4,
                "text_x": right + 6,
                "text_y": place * BAR + BAR / 2 + 4,
            }
        )
    return {
        "bars": drawn,
        "zero": x(0.0),
        "thick": BAR - 8,
        "label_x": BAR_LABEL - 10,
        "width": BARS_WIDTH,
        "height": len(drawn) * BAR + 4,
    }


def rounded_up(value: float) -> float:
    """The next number that makes a good end of a scale: 1, 2, 2.5 or 5 times a power of ten.

    >>> rounded_up(0.93), rounded_up(137), rounded_up(2.1)
    (1.0, 200.0, 2.5)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= value)


def timeline(lanes: Iterable[tuple[Document, list[Document]]]) -> Document:
    """Instruments as dots over years, one lane per topic; those of one year and lane stand on each other.

    `lanes` are a topic and its instruments (with `year`). Lanes without a dated instrument are left out.
    """
    dated = [
        (topic, [entry for entry in entries if entry["year"] or entry["start_year"]])
        for topic, entries in lanes
    ]
    dated = [(topic, entries) for topic, entries in dated if entries]
    years: list[int] = [entry["year"] or entry["start_year"] for _, entries in dated for entry in entries]
    if not years:
        return {"lanes": [], "ticks": [], "width": TIMELINE_WIDTH, "height": 0}
    first, last = min(years), max(years)
    # One very old act must not press all others together: the axis begins where at most a few stand before it.
    ordered = sorted(years)
    begin = max(first, ordered[len(ordered) // 20] - 2) if len(ordered) >= 20 else first
    begin = min(begin, last)
    span = max(last - begin, 1)
    plot = TIMELINE_WIDTH - LANE_LABEL - 36  # room for half of the last year

    def x(year: int) -> float:
        return round(LANE_LABEL + 12 + plot * (max(year, begin) - begin) / span, 1)

    drawn, top = [], 8.0
    for topic, entries in dated:
        by_year: dict[int, list[Document]] = {}
        for entry in entries:
            by_year.setdefault(max(entry["year"] or entry["start_year"], begin), []).append(entry)
        highest = max(len(found) for found in by_year.values())
        step = DOT_STEP if highest <= 6 else max(4.0, 6 * DOT_STEP / highest)
        height = max(26.0, (highest - 1) * step + 26)
        dots = [
            {"entry": entry, "x": x(year), "y": round(top + height - 13 - place * step, 1)}
            for year, found in sorted(by_year.items())
            for place, entry in enumerate(sorted(found, key=lambda entry: entry["label"]))
        ]
        drawn.append({"topic": topic, "dots": dots, "y": top, "height": height, "label_y": top + height - 9})
        top += height
    return {
        "lanes": drawn,
        "ticks": [{"year": year, "x": x(year)} for year in _ticks(begin, last)],
        "before": begin if begin > first else None,
        "width": TIMELINE_WIDTH,
        "height": top + 24,
        "left": LANE_LABEL,
        "radius": DOT,
    }


def sparkline(values: Mapping[str, float], width: int = 72, height: int = 18) -> str:
    """The path of a small line for indices between 0 and 1; empty for fewer than two values."""
    years = sorted(int(year) for year in values)
    if len(years) < 2:
        return ""
    span = years[-1] - years[0]
    points = (
        f"{round((year - years[0]) / span * width, 1)} {round(height * (1 - values[str(year)]), 1)}"
        for year in years
    )
    return "M" + " L".join(points)


# --- private helpers ---


def _spread(lines: list[Document]) -> None:
    """Move the labels at the ends of lines apart."""
    ordered = sorted(lines, key=lambda line: (line["label_y"], not line["leading"]))
    for above, below in pairwise(ordered):
        below["label_y"] = round(max(below["label_y"], above["label_y"] + LABEL_GAP), 1)
    overflow = ordered[-1]["label_y"] - (TREND_HEIGHT - BOTTOM) if ordered else 0
    if overflow > 0:
        for below, above in pairwise(reversed(ordered)):
            if below is ordered[-1]:
                below["label_y"] -= overflow
            above["label_y"] = round(min(above["label_y"], below["label_y"] - LABEL_GAP), 1)


def _ticks(first: int, last: int) -> list[int]:
    step = next((s for s in (1, 2, 5, 10, 20, 50) if (last - first) / s <= 12), 100)
    return list(range(first - first % -step, last + 1, step))
