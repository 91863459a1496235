"""Makes `static/world.json`, the shapes of the world map, from Natural Earth's countries as TopoJSON.

    npm pack world-atlas@2 && tar xzf world-atlas-2.*.tgz
    python -m kg.web.explorer.world_map package/countries-110m.json package/countries-10m.json

The result is committed, so neither building nor serving needs npm or the network. Natural Earth is in the public domain;
world-atlas, which packs it, has the ISC licence. The projection is Equal Earth (Šavrič, Patterson and Jenny 2018,
doi:10.1080/13658816.2018.1504949): it keeps areas, so that a large country does not look more important than it is.
Countries that the small scale leaves out become dots where the larger scale has them.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from kg.resources import bundled
from kg.web.presentation import STATIC

WIDTH: Final = 1000
SOUTH: Final = -58.0
"""Antarctica has no government; the map ends north of it."""
SMALLEST: Final = 1.5
"""Islands smaller than this (in square units of the drawing) are left out of a country that has larger parts."""
ORIGIN: Final = {
    "source": "Natural Earth 1:110m and 1:10m cultural vectors, admin 0 countries, by way of world-atlas 2.0.2",
    "licence": "public domain (Natural Earth); ISC (world-atlas)",
    "made_by": "python -m kg.web.explorer.world_map",
    "projection": "Equal Earth",
}

Point = tuple[float, float]
Ring = list[Point]


def draw(small_scale: Path, large_scale: Path) -> dict[str, Any]:
    """The drawing: see maps.world. Raises OSError or ValueError when the files are no such TopoJSON."""
    codes = _codes()
    shapes: dict[str, str] = {}
    for code, rings in _countries(small_scale, codes):
        if path := _path(rings):
            shapes[code] = f"{shapes[code]} {path}" if code in shapes else path
    dots: dict[str, list[float]] = {}
    for code, rings in _countries(large_scale, codes):
        if code not in shapes and code != "":
            largest = max(rings, key=lambda ring: abs(_area(ring)))
            x, y = _centre(largest)
            if 0 <= y <= _height():
                dots[code] = [round(x, 1), round(y, 1)]
    return {
        "origin": ORIGIN,
        "width": WIDTH,
        "height": round(_height()),
        "shapes": dict(sorted(shapes.items())),
        "dots": dict(sorted(dots.items())),
    }


def project(longitude: float, latitude: float) -> Point:
    """Equal Earth, scaled to WIDTH, with the north at the top."""
    root3 = math.sqrt(3)
    theta = math.asin(root3 / 2 * math.sin(math.radians(latitude)))
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t2 = theta * theta
    t6 = t2**3
    x = (2 * root3 * math.radians(longitude) * math.cos(theta)) / (
        3 * (9 * a4 * t2**4 + 7 * a3 * t6 + 3 * a2 * t2 + a1)
    )
    y = theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2))
    scale = WIDTH / (2 * _EXTENT_X)
    return (x + _EXTENT_X) * scale, (_NORTH - y) * scale


# --- private helpers ---

_EXTENT_X: Final = 2.7066
_NORTH: Final = 1.3173


def _height() -> float:
    return project(0, SOUTH)[1]


def _codes() -> dict[str, str]:
    """Alpha-3 codes by the numeric code, as it stands in TopoJSON."""
    with (bundled("data") / "reference" / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["m49"].zfill(3): row["iso3"] for row in csv.DictReader(file)}


def _countries(file: Path, codes: dict[str, str]) -> Iterator[tuple[str, list[Ring]]]:
    """Code (empty for areas without one) and projected rings of each country."""
    topology = json.loads(file.read_text(encoding="utf-8"))
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in topology["arcs"]:
        x = y = 0
        points: Ring = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(points)
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = codes.get(str(geometry.get("id", "")).zfill(3), "")
        if code == "ATA":
            continue
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings: list[Ring] = []
        for polygon in polygons:
            for indices in polygon:
                ring: Ring = []
                for index in indices:
                    points = arcs[index] if index >= 0 else arcs[~index][::-1]
                    ring += points[1:] if ring else points
                rings += [[project(*point) for point in part] for part in _cut(ring)]
        yield code, rings


def _cut(ring: Ring) -> list[Ring]:
    """A ring that crosses the 180th meridian as the parts at both ends of the map."""
    unrolled = [ring[0]]
    for longitude, latitude in ring[1:]:
        turns = round((unrolled[-1][0] - longitude) / 360)
        unrolled.append((longitude + 360 * turns, latitude))
    parts = []
    for shift in (-360, 0, 360):
        part = [(longitude + shift, latitude) for longitude, latitude in unrolled]
        part = _clip(_clip(part, -180, above=True), 180, above=False)
        if len(part) >= 3:
            parts.append(part)
    return parts


def _clip(ring: Ring, meridian: float, *, above: bool) -> Ring:
    """The part of a ring east (`above`) or west of a meridian (Sutherland and Hodgman)."""
    kept: Ring = []
    for a, b in pairwise([*ring, *ring[:1]]):
        inside_a, inside_b = ((x - meridian) * (1 if above else -1) >= 0 for x in (a[0], b[0]))
        if inside_a:
            kept.append(a)
        if inside_a != inside_b:
            share = (meridian - a[0]) / (b[0] - a[0])
            kept.append((meridian, a[1] + share * (b[1] - a[1])))
    return kept


def _path(rings: list[Ring]) -> str:
    """Path data with one decimal, in relative steps, which are short."""
    largest = max(abs(_area(ring)) for ring in rings)
    parts = []
    for ring in rings:
        if abs(_area(ring)) < min(SMALLEST, largest):
            continue
        rounded = [(round(x * 10), round(y * 10)) for x, y in ring]
        steps = [rounded[0], *(p for q, p in pairwise(rounded) if p != q)]
        text = f"M{_tenths(steps[0][0])} {_tenths(steps[0][1])}"
        lines = [f"{_tenths(b[0] - a[0])} {_tenths(b[1] - a[1])}" for a, b in pairwise(steps)]
        if len(lines) > 2:
            parts.append(text + "l" + " ".join(lines[:-1]).replace(" -", "-") + "z")
    return "".join(parts)


def _tenths(number: int) -> str:
    text = f"{number / 10:g}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _area(ring: Ring) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _centre(ring: Ring) -> Point:
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)


if __name__ == "__main__":
    text = json.dumps(
        draw(Path(sys.argv[1]), Path(sys.argv[2])), ensure_ascii=False, indent=0, separators=(",", ":")
    )
    (STATIC / "world.json").write_text(text + "\n", encoding="utf-8")
    print(f"{STATIC / 'world.json'}: {len(text):,} characters")
