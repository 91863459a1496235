"""`make screenshots`: the pictures of docs/images, taken of a running server and written as small PNG files.

python tests/browser/screenshots.py http://127.0.0.1:8765
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from chromium import DESK, PHONE, chromium, launch, visit

if TYPE_CHECKING:
    from playwright.async_api import Page

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
MOST = 200_000
"""Bytes of a picture."""
QUERY = """# Who is responsible for what in Colombia
SELECT ?body ?bodyLabel ?area ?areaLabel
WHERE {
  ?body dg:responsibleFor ?area ; rdfs:label ?bodyLabel .
  ?body dg:country <https://w3id.org/digigov/id/country/COL> .
  ?area rdfs:label ?areaLabel .
  FILTER (LANG(?bodyLabel) = "en" && LANG(?areaLabel) = "en")
}
ORDER BY ?bodyLabel"""
Steps = Callable[["Page"], Awaitable[object]]


async def nothing(page: Page) -> None:
    """A page as it is opened."""


async def laid_out(page: Page) -> None:
    await page.wait_for_selector("[data-network][data-state=ready]")


async def gathered(page: Page) -> None:
    """The page says that records are being gathered, and comes back by itself."""
    await page.wait_for_selector("table.reviewed")


async def written(page: Page) -> None:
    """A query in the editor, with its result as a graph."""
    await page.locator(".cm-content").focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(QUERY)
    await page.keyboard.press("Control+Enter")
    await page.locator("#view-graph").click()
    await page.wait_for_selector(".result-graph")
    await page.evaluate("() => window.scrollTo(0, 0)")


async def typed(page: Page) -> None:
    """The list that opens while one types."""
    await page.locator("header form[data-search] input[name=q]").focus()
    await page.keyboard.type("digital")
    await page.wait_for_selector(".search-results [role=option]")


PICTURES: dict[str, tuple[str, Steps]] = {
    "start": ("/", nothing),
    "country": ("/countries/COL", nothing),
    "coverage": ("/coverage", nothing),
    "network": ("/network?node=COL", laid_out),
    "sparql": ("/sparql", written),
    "search": ("/search?q=transparency", typed),
    "question": ("/queries/egdi-trend?country=COL", nothing),
    "review": ("/review/factsheet/2023/LUX?show=look", gathered),
}
LOOKS = {"": (DESK, "light"), "-dark": (DESK, "dark"), "-phone": (PHONE, "light")}


async def take(base: str) -> None:
    """Write all pictures. Raises AssertionError for one that is too large or of a page that complains."""
    from playwright.async_api import async_playwright

    found = chromium()
    if found is None:
        sys.exit("No Chromium here: `make tools` installs it on Debian.")
    IMAGES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await launch(playwright, found)
        for name, (address, steps) in PICTURES.items():
            for suffix, (size, scheme) in LOOKS.items():
                async with visit(browser, base, address, size, color_scheme=scheme) as opened:
                    await steps(opened.page)
                    await opened.page.wait_for_timeout(300)
                    file = IMAGES / f"{name}{suffix}.png"
                    await opened.page.screenshot(path=file)
                    assert not opened.complaints, opened.complaints
                    smaller(file)
                    assert file.stat().st_size <= MOST, f"{file.name} has {file.stat().st_size:,} bytes"
                    print(f"{file.name:24} {file.stat().st_size:9,} bytes")
        await browser.close()


def smaller(file: Path) -> None:
    """Reduce a picture to 256 colours, which pages made of text and lines have few more than."""
    from PIL import Image

    with Image.open(file) as image:
        reduced = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    reduced.save(file, optimize=True)


def wait_until_ready(base: str) -> None:
    """Wait for the server; what is derived from the dataset is made then, too. Raises TimeoutError."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if all(
                httpx.get(base + path, headers={"Accept": "text/html"}, timeout=60).is_success
                for path in ("/", "/network", "/countries/COL")
            ):
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError(f"no server answers at {base}")


if __name__ == "__main__":
    wait_until_ready(sys.argv[1])
    asyncio.run(take(sys.argv[1]))
