"""The style sheet: text of all kinds is readable on what it stands on, in light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

import pytest

from kg.web.presentation import STATIC

STYLE = (STATIC / "style.css").read_text(encoding="utf-8")

TEXT = [
    ("ink", "ground"), ("ink", "raised"), ("ink", "wash"), ("ink", "accent-wash"), ("quiet", "ground"), ("quiet", "raised"),
    ("quiet", "wash"), ("accent", "ground"), ("accent", "raised"), ("accent", "wash"), ("accent", "accent-wash"),
    ("on-accent", "accent"), ("alert", "raised"), ("ink", "yes"), ("ink", "no"), ("quiet", "unknown"), ("ink", "unknown"),
]  # fmt: skip
SHAPES = [("accent", "raised"), ("accent", "ground"), ("q6", "ground"), ("quiet", "ground")]


def colours(theme: int) -> dict[str, str]:
    """The colours of a theme: 0 is light, 1 is dark."""
    block = re.search(r":root \{(.*?)\n\}", STYLE, re.DOTALL)
    assert block
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", block[1])
    return {name: pair[theme] for name, *pair in pairs}


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LIGHT, DARK = colours(0), colours(1)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable(theme: dict[str, str]) -> None:
    poor = {
        f"{text} on {ground}": round(ratio, 2)
        for text, ground in TEXT
        if (ratio := contrast(theme[text], theme[ground])) < 4.5
    }
    assert not poor


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_shapes_are_visible(theme: dict[str, str]) -> None:
    assert all(contrast(theme[shape], theme[ground]) >= 3 for shape, ground in SHAPES)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_classes_of_the_map_go_one_way(theme: dict[str, str]) -> None:
    """A higher class stands out more: the map can be read without colours."""
    steps = [contrast(theme[f"q{place}"], theme["ground"]) for place in range(7)]
    assert steps == sorted(steps)


def test_every_colour_is_said_once_for_both_themes() -> None:
    screen = STYLE.partition("@media print")[0]
    outside = re.sub(r"--[\w-]+: [^;]*light-dark\([^;]*;", "", screen)
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[^{}]*;)", outside)
    for theme in ("light", "dark"):
        assert f':root[data-theme="{theme}"] {{ color-scheme: {theme}; }}' in screen
