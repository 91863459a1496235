"""The picture of a question's answer, where its description says how the result is drawn (`chart` in queries/*.rq).

The table below the picture has the same figures, and all rows.
"""

from __future__ import annotations

from typing import Any, Final

from kg.publishing.queries import Chart
from kg.web.explorer import charts
from kg.web.presentation import link

MOST_BARS: Final = 30
MOST_LINES: Final = 5
"""Bars and lines that can still be told apart."""

Document = dict[str, Any]


def drawn(chart: Chart, result: Document, base_iri: str) -> Document | None:
    """The geometry of the picture, with `kind`; None where there is nothing to draw, or too much for lines.

    `result` is a page's document of the rows (`variables`, `rows` of terms). Of more bars than MOST_BARS, the first are
    drawn: `left_out` counts the others.
    """
    columns = {name: place for place, name in enumerate(result["variables"])}
    if chart.of not in columns or not result["rows"]:
        return None
    return (_lines if chart.kind == "lines" else _bars)(chart, result["rows"], columns, base_iri)


# --- private helpers ---


def _bars(chart: Chart, rows: list[Any], columns: dict[str, int], base_iri: str) -> Document | None:
    entries: list[tuple[str, str | None, float]] = []
    for row in rows:
        value = _number(row, columns, chart.values[0])
        if value is not None:
            thing = row[columns[chart.of]]
            href = link(thing["value"], base_iri) if thing and thing["type"] in ("uri", "link") else None
            entries.append((_name(row, columns, chart.of), href, value))
    if len(entries) < 2:
        return None
    return {
        "kind": "bars",
        "value": chart.values[0],
        "left_out": max(0, len(entries) - MOST_BARS),
        **charts.bars(entries[:MOST_BARS]),
    }


def _lines(chart: Chart, rows: list[Any], columns: dict[str, int], base_iri: str) -> Document | None:
    things = list(dict.fromkeys(_name(row, columns, chart.of) for row in rows))
    series: dict[str, dict[str, float]] = {}
    for row in rows:
        year = _number(row, columns, chart.over or "")
        if year is None:
            continue
        thing = _name(row, columns, chart.of)
        for name in chart.values if len(things) == 1 else chart.values[:1]:
            value = _number(row, columns, name)
            if value is not None:
                series.setdefault(name if len(things) == 1 else thing, {})[str(int(year))] = value
    if not series or len(series) > MOST_LINES or all(len(values) < 2 for values in series.values()):
        return None
    highest = max(value for values in series.values() for value in values.values())
    return {
        "kind": "lines",
        "value": chart.values[0],
        "left_out": 0,
        **charts.trend(
            [
                (name, name.upper() if name in chart.values else name, values)
                for name, values in series.items()
            ],
            charts.rounded_up(highest),
        ),
    }


def _name(row: list[Any], columns: dict[str, int], column: str) -> str:
    """The label of a thing, else its value."""
    label = row[columns[column + "Label"]] if column + "Label" in columns else None
    term = label or row[columns[column]]
    return str(term.get("label", term["value"])) if term else ""


def _number(row: list[Any], columns: dict[str, int], column: str) -> float | None:
    term = row[columns[column]] if column in columns else None
    try:
        return float(term["value"]) if term else None
    except ValueError:
        return None
