"""The SPARQL editor: writing with completion, running, looking at results, sharing, and the form without JavaScript."""

from __future__ import annotations

import httpx
from chromium import Browsing

MINISTRIES = "SELECT ?ministry ?ministryLabel ?country WHERE { ?ministry a dg:Ministry ; rdfs:label ?ministryLabel ; dg:country ?country } LIMIT 20"


def test_a_query_by_keyboard_from_completion_to_raw_result(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/sparql") as opened:
            page = opened.page
            await page.wait_for_selector(".code .cm-content")
            await page.locator(".cm-content").focus()
            await page.keyboard.press("Control+a")
            await page.keyboard.type("SELECT ?thing ?country WHERE { ?thing a dg:Minis")
            offered = page.locator(".cm-tooltip-autocomplete li[aria-selected]", has_text="dg:Ministry")
            await offered.wait_for()
            await page.wait_for_timeout(200)  # CodeMirror ignores Enter just after the list has opened
            await page.keyboard.press("Enter")
            await page.locator(".cm-content", has_text="dg:Ministry").wait_for()
            await page.keyboard.type(" ; dg:country ?country ")
            await page.keyboard.press("Control+Enter")
            await page.wait_for_selector("[role=tablist]")
            rows = await page.locator("#result-panel tbody tr").count()
            assert rows > 3
            await page.locator("#view-table").focus()
            await page.keyboard.press("ArrowRight")
            await page.wait_for_selector(".result-graph circle")
            await page.keyboard.press("ArrowRight")
            raw = await page.locator("#result-panel pre").inner_text()
            assert '"bindings"' in raw
            assert not opened.complaints

    browsing.run(steps())


def test_tab_leaves_the_editor(browsing: Browsing) -> None:
    async def steps() -> str:
        async with browsing.visit("/sparql") as opened:
            await opened.page.wait_for_selector(".code .cm-content")
            await opened.page.locator(".cm-content").focus()
            await opened.page.keyboard.press("Tab")
            return str(await opened.page.evaluate("() => document.activeElement.tagName"))

    assert browsing.run(steps()) == "BUTTON"


def test_an_error_is_marked_where_it_is(browsing: Browsing) -> None:
    async def steps() -> tuple[str, str]:
        async with browsing.visit("/sparql") as opened:
            page = opened.page
            await page.wait_for_selector(".code .cm-content")
            await page.locator(".cm-content").focus()
            await page.keyboard.press("Control+a")
            await page.keyboard.insert_text("SELECT ?a\nWHERE { ?a nonsense ?b }")
            await page.keyboard.press("Control+Enter")
            await page.wait_for_selector("[data-output] [role=alert]")
            marked = await page.locator(".cm-lintRange-error").inner_text()
            return marked, await page.locator("[data-output] [role=alert]").inner_text()

    marked, said = browsing.run(steps())
    assert "ine 2, column" in said
    assert marked in ("nonsense", "?b")


def test_the_address_shares_query_and_result(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/sparql") as opened:
            page = opened.page
            await page.wait_for_selector(".code .cm-content")
            await page.locator(".cm-content").focus()
            await page.keyboard.press("Control+a")
            await page.keyboard.insert_text(MINISTRIES)
            await page.keyboard.press("Control+Enter")
            await page.wait_for_selector("[role=tablist]")
            rows = await page.locator("#result-panel tbody tr").count()
            for link in await page.locator("[data-output] .result-head a").all():
                answer = httpx.get(browsing.base + str(await link.get_attribute("href")))
                assert answer.status_code == 200
                assert "html" not in answer.headers["content-type"]
            shared = page.url
        async with browsing.visit(shared) as opened:
            await opened.page.wait_for_selector(".code .cm-content")
            assert MINISTRIES in (await opened.page.locator(".cm-content").inner_text()).replace("\n", "")
            assert await opened.page.locator("[data-output] tbody tr").count() == rows

    browsing.run(steps())


def test_an_example_is_put_into_the_editor_and_run(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/sparql") as opened:
            page = opened.page
            await page.wait_for_selector(".code .cm-content")
            await page.locator("[data-examples] a").last.click()
            await page.wait_for_selector("#result-panel tbody tr")
            assert "DESCRIBE" in await page.locator(".cm-content").inner_text()
            await page.locator("#view-raw").click()
            await page.wait_for_function(
                "() => document.querySelector('#result-panel pre').textContent.includes('@prefix')"
            )
            assert not opened.complaints

    browsing.run(steps())


def test_the_form_works_without_javascript(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/sparql", java_script_enabled=False) as opened:
            page = opened.page
            await page.fill("textarea[name=query]", MINISTRIES)
            await page.locator("form.query button").first.click()
            await page.wait_for_selector("#result tbody tr")
            assert await page.locator("textarea[name=query]").input_value() == MINISTRIES

    browsing.run(steps())
