"""/network by keyboard, by pointer and by address, with hundreds of nodes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from chromium import Browsing

READY = "[data-network][data-state=ready]"
SELECTED = "() => document.querySelector('#side-head').textContent"


def parameters(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_the_list_of_nodes_by_keyboard(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/network") as opened:
            page = opened.page
            await page.wait_for_selector(READY)
            first = page.locator("[data-nodes] a").first
            await first.focus()
            assert await page.locator("[data-nodes] a[tabindex='0']").count() == 1
            await page.keyboard.press("ArrowDown")
            await page.keyboard.press("ArrowDown")
            await page.keyboard.press("ArrowUp")
            chosen = await page.evaluate("() => document.activeElement.querySelector('span').textContent")
            assert chosen == await page.locator("[data-nodes] a").nth(1).locator("span").first.inner_text()
            await page.keyboard.press("Enter")
            await page.wait_for_function("() => document.activeElement.id === 'side-head'")
            assert await page.evaluate(SELECTED) == chosen
            assert parameters(page.url)["node"]
            await page.keyboard.press("Tab")  # to the way back
            await page.keyboard.press("Enter")
            await page.wait_for_selector("[data-nodes]")
            await page.wait_for_function("() => document.activeElement.closest('[data-nodes]')")
            assert (
                await page.evaluate("() => document.activeElement.querySelector('span').textContent")
                == chosen
            )
            assert "node" not in parameters(page.url)
            assert not opened.complaints

    browsing.run(steps())


def test_a_click_on_a_node_shows_its_facts(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/network") as opened:
            page = opened.page
            await page.wait_for_selector(READY)
            x, y = await page.evaluate("() => document.querySelector('[data-network]').positionOf('COL')")
            await page.locator("canvas").click(position={"x": x, "y": y})
            await page.wait_for_function(
                "() => document.querySelector('#side-head').textContent === 'Colombia'"
            )
            assert parameters(page.url) == {"node": "COL"}
            assert await page.locator("[data-part=side] a[href='/countries/COL']").count() == 1
            assert await page.locator("[data-part=side] .network-links a").count() > 10
            await page.go_back()
            await page.wait_for_selector("[data-nodes]")

    browsing.run(steps())


def test_filters_change_address_picture_and_words(browsing: Browsing) -> None:
    expected = httpx.get(browsing.base + "/api/network", params={"kind": "mou", "since": 2015}).json()

    async def steps() -> None:
        async with browsing.visit("/network") as opened:
            page = opened.page
            await page.wait_for_selector(READY)
            before = await page.locator("#edges-head").inner_text()
            await page.select_option("select[name=kind]", "mou")
            await page.fill("input[name=since]", "2015")
            await page.locator("input[name=since]").press("Enter")
            count = len(expected["edges"])
            await page.wait_for_function(
                "count => document.querySelector('#edges-head').textContent.startsWith(count)", arg=str(count)
            )
            assert parameters(page.url) == {"kind": "mou", "since": "2015"}
            shown = await page.evaluate(_VISIBLE, [node["key"] for node in expected["nodes"]])
            assert shown == len(expected["nodes"])
            await page.go_back()
            await page.go_back()
            await page.wait_for_function(
                "text => document.querySelector('#edges-head').textContent === text", arg=before
            )
            assert await page.locator("select[name=kind]").input_value() == ""
            assert not opened.complaints

    browsing.run(steps())


def test_a_deep_link_shows_filters_selection_and_path(browsing: Browsing) -> None:
    address = "/network?kind=membership&node=organisation/oecd&from=COL&to=ESP"

    async def look(**options: Any) -> tuple[str, str, str]:
        async with browsing.visit(address, **options) as opened:
            page = opened.page
            kind = await page.locator("select[name=kind]").input_value()
            return (
                kind,
                await page.locator("#selected").inner_text(),
                await page.locator("#path").inner_text(),
            )

    with_script = browsing.run(look())
    without = browsing.run(look(java_script_enabled=False))
    assert with_script == without
    kind, panel, path = without
    assert kind == "membership"
    assert panel.startswith("Organisation for Economic Co-operation")
    assert "Spain" in path
    assert "Membership" in path


def test_hundreds_of_nodes_are_drawn(browsing: Browsing) -> None:
    """Something is on the canvas where each of many nodes stands."""
    document = httpx.get(browsing.base + "/network.json").json()
    assert len(document["nodes"]) > 200
    assert len(document["edges"]) > 800

    async def steps() -> int:
        async with browsing.visit("/network") as opened:
            await opened.page.wait_for_selector(READY)
            await opened.page.wait_for_timeout(100)  # the frame after the last movement
            return int(await opened.page.evaluate(_DRAWN, [node["key"] for node in document["nodes"]]))

    assert browsing.run(steps()) > 0.9 * len(document["nodes"])


_VISIBLE = """keys => keys.filter(key => document.querySelector('[data-network]').positionOf(key)).length"""
_DRAWN = """keys => {
  const canvas = document.querySelector('[data-network] canvas');
  const scale = canvas.width / canvas.getBoundingClientRect().width;
  const context = canvas.getContext('2d');
  return keys.filter(key => {
    const [x, y] = document.querySelector('[data-network]').positionOf(key);
    return context.getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data[3] > 0;
  }).length;
}"""
