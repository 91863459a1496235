"""Every page of the explorer in a real browser: as a phone and a desk see it, light and dark, with and without JavaScript."""

from __future__ import annotations

import asyncio
import gzip
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chromium import AXE, DESK, PHONE, Browsing
from site_map import pages

STATIC = Path(__file__).resolve().parents[2] / "kg" / "web" / "static"
NOT_FOUND = ("/countries/Colmbia", "/doc/organisation/" + "a-name-without-end-" * 6)
EMPTY = ("/network?since=2099", "/search?q=xyzzyqqq", "/search", "/compare", "/queries/bodies?country=AND")
"""Pages that have nothing to show, or say that there is nothing."""
AT_ONCE = 3
START_SCRIPTS = 60_000
"""Bytes of JavaScript, gzipped, that the start page may load."""

AXE_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter(found => ["serious", "critical"].includes(found.impact))
  .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")}`)"""
A4 = (703, 900)
"""What the margins of the style leave of 210 mm, in CSS pixels."""
BEYOND = """() => [...document.querySelectorAll("table, svg, .figures")]
  .filter(found => found.getBoundingClientRect().right > innerWidth + 1).map(found => found.outerHTML.slice(0, 160))"""
SCROLL = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

Findings = dict[str, dict[str, list[str]]]
"""What is wrong: category → page → complaints."""


@pytest.fixture(scope="module")
def visited(browsing: Browsing) -> Findings:
    """All pages, visited once at both widths."""
    axe = AXE.read_text(encoding="utf-8") if AXE.exists() else ""
    found: Findings = defaultdict(dict)

    async def look(address: str, size: tuple[int, int], scheme: str, busy: asyncio.Semaphore) -> None:
        name = f"{address} at {size[0]} px, {scheme}"
        async with busy, browsing.visit(address, size, color_scheme=scheme) as opened:
            page = opened.page
            await page.wait_for_function(
                "() => !document.querySelector('[data-network]:not([data-state=ready])')"
            )
            if (over := await page.evaluate(SCROLL)) > 0:
                found["scroll"][name] = [f"{over} px wider than the window"]
            if await page.locator("h1").count() != 1:
                found["heading"][name] = ["a page has one h1"]
            if axe:
                await page.evaluate(axe)
                if violations := await page.evaluate(AXE_RUN):
                    found["axe"][name] = violations
            if address == "/":
                scripts = await page.evaluate(
                    "() => [...document.scripts].map(script => script.src).filter(src => src)"
                )
                found["scripts"][name] = scripts
            complaints = [
                said for said in opened.complaints if address not in NOT_FOUND or " 404" not in said
            ]
            if complaints:
                found["console"][name] = complaints

    async def all_pages() -> None:
        busy = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(
            *(
                look(address, size, scheme, busy)
                for address in (*pages(), *EMPTY, *NOT_FOUND)
                for size, scheme in ((PHONE, "dark"), (DESK, "light"))
            )
        )

    browsing.run(all_pages())
    return found


def test_no_page_logs_an_error(visited: Findings) -> None:
    assert not visited["console"]


def test_no_page_scrolls_sideways(visited: Findings) -> None:
    assert not visited["scroll"]


def test_every_page_has_one_heading(visited: Findings) -> None:
    assert not visited["heading"]


def test_axe_finds_nothing_serious(axe: str, visited: Findings) -> None:
    assert not visited["axe"]


def test_the_start_page_loads_little_javascript(visited: Findings) -> None:
    for scripts in visited["scripts"].values():
        assert scripts
        sizes = {path: _gzipped(path) for path in map(_path, scripts)}
        assert sum(sizes.values()) <= START_SCRIPTS, sizes


@pytest.mark.parametrize("iso3", ["COL", "ESP"])
def test_all_columns_of_a_profile_are_on_the_paper(browsing: Browsing, iso3: str) -> None:
    async def look() -> Any:
        async with browsing.visit(f"/countries/{iso3}", A4) as opened:
            await opened.page.emulate_media(media="print")
            return await opened.page.evaluate(BEYOND)

    assert browsing.run(look()) == []


def test_every_page_works_without_javascript(browsing: Browsing) -> None:
    wrong: dict[str, Any] = {}

    async def look(address: str, busy: asyncio.Semaphore) -> None:
        async with (
            busy,
            browsing.visit(address, PHONE, java_script_enabled=False) as opened,
        ):
            text = await opened.page.locator("main").inner_text()
            if opened.complaints or len(text) < 80:
                wrong[address] = opened.complaints or text
            if (over := await opened.page.evaluate(SCROLL)) > 0:
                wrong[address] = f"{over} px wider than the window"

    async def all_pages() -> None:
        busy = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(look(address, busy) for address in pages()))

    browsing.run(all_pages())
    assert not wrong


def _path(address: str) -> str:
    return urlsplit(address).path.removeprefix("/static/")


def _gzipped(path: str) -> int:
    """Size of a script with everything that it imports at once."""
    text = (STATIC / path).read_bytes()
    imported = [
        other for other in (STATIC / "dist").glob("chunk-*.js") if f'from"./{other.name}"'.encode() in text
    ]
    return len(gzip.compress(text)) + sum(_gzipped(f"dist/{other.name}") for other in imported)
