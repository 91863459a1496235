"""List numbers: how the n-th item is written, and which number Word computes for a paragraph (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def ordinal(number: int, style: str) -> str:
    """The number in a style of 17.18.59 (`decimal`, `lowerLetter`, `upperRoman` …), without punctuation.

    A style not known here gives decimal digits.
    """
    if style in ("lowerLetter", "upperLetter") and number > 0:
        # a … z, aa, bb … as word processors count.
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 8)
        return letters if style == "lowerLetter" else letters.upper()
    if style in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        numeral = ""
        for value, letters in _ROMAN:
            numeral += letters * (number // value)
            number %= value
        return numeral.lower() if style == "lowerRoman" else numeral
    if style == "decimalZero":
        return f"{number:02d}"
    return "" if style == "none" else str(number)


@dataclass(slots=True)
class NumberLevel:
    """One level of a list definition."""

    style: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    """The level whose items restart this one; None for any above it, 0 for none."""
    legal: bool = False
    font: str = ""
    """The font of the bullet."""


@dataclass(slots=True)
class _List:
    abstract: str
    overrides: dict[int, NumberLevel] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of a document (numbering.xml) and their state while its paragraphs are read in order."""

    def __init__(self, root: Any | None, styles: Any | None) -> None:
        self._abstract: dict[str, dict[int, NumberLevel]] = {}
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        links: dict[str, str] = {}
        for element in root if root is not None else ():
            identifier = element.get(f"{W}abstractNumId") or element.get(f"{W}numId") or ""
            if element.tag == f"{W}abstractNum":
                self._abstract[identifier] = {
                    _integer(level.get(f"{W}ilvl"), 0): _level(level) for level in element.iter(f"{W}lvl")
                }
                if (link := _value(element, "numStyleLink")) is not None:
                    links[identifier] = link
            elif element.tag == f"{W}num":
                self._lists[identifier] = _list(element)
        self._follow_style_links(links, styles)

    def label(self, list_id: str, level: int) -> tuple[str, NumberLevel] | None:
        """The visible number of the next paragraph in a list, "" for a bullet; None when there is no such list.

        Counts the paragraph.
        """
        numbered = self._lists.get(list_id)
        if numbered is None:
            return None
        levels = {**self._abstract.get(numbered.abstract, {}), **numbered.overrides}
        if level not in levels:
            return None
        counters = self._counters.setdefault(numbered.abstract, {})
        for at, start in numbered.starts.items():
            if at < level:
                counters.setdefault(at, start)
            elif at == level and (list_id, at) not in self._started:
                self._started.add((list_id, at))
                counters[at] = start - 1
        counters[level] = counters.get(level, levels[level].start - 1) + 1
        for deeper in [at for at in counters if at > level]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart and level < restart):
                del counters[deeper]
        return self._written(levels, counters, level), levels[level]

    @staticmethod
    def _written(levels: dict[int, NumberLevel], counters: dict[int, int], level: int) -> str:
        shown = levels[level]
        if shown.style == "bullet":
            return ""

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            of = levels.get(at, shown)
            style = "decimal" if shown.legal and of.style != "none" else of.style
            return ordinal(counters.setdefault(at, of.start), style)

        return _PLACEHOLDER.sub(number, shown.text).strip()

    def _follow_style_links(self, links: dict[str, str], styles: Any | None) -> None:
        """A definition may be that of a list style (17.9.21): the definition of the list the style names."""
        if not links or styles is None:
            return
        of_style = {
            style.get(f"{W}styleId"): number.get(f"{W}val") or ""
            for style in styles.iter(f"{W}style")
            if (number := style.find(f"{W}pPr/{W}numPr/{W}numId")) is not None
        }
        for abstract, style in links.items():
            linked = self._lists.get(of_style.get(style, ""))
            if linked is not None and not self._abstract.get(abstract):
                self._abstract[abstract] = self._abstract.get(linked.abstract, {})


def _list(element: Any) -> _List:
    numbered = _List(_value(element, "abstractNumId") or "")
    for override in element.iter(f"{W}lvlOverride"):
        at = _integer(override.get(f"{W}ilvl"), 0)
        if (start := _value(override, "startOverride")) is not None:
            numbered.starts[at] = _integer(start, 1)
        if (level := override.find(f"{W}lvl")) is not None:
            numbered.overrides[at] = _level(level)
    return numbered


def _level(element: Any) -> NumberLevel:
    fonts = element.find(f"{W}rPr/{W}rFonts")
    legal = element.find(f"{W}isLgl")
    restart = _value(element, "lvlRestart")
    return NumberLevel(
        style=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText") or "",
        start=_integer(_value(element, "start"), 1),
        restart=_integer(restart, 0) if restart is not None else None,
        legal=legal is not None and legal.get(f"{W}val", "1") not in ("0", "false", "off"),
        font="" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "",
    )


def _value(element: Any, child: str) -> str | None:
    found = element.find(f"{W}{child}")
    return None if found is None else found.get(f"{W}val")


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and _INTEGER.fullmatch(text) is not None else otherwise


_INTEGER = re.compile(r"-?[0-9]{1,7}")
_PLACEHOLDER = re.compile(r"%([1-9])")
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
    (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
