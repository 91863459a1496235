"""Search as you type: by keyboard, and what remains without JavaScript."""

from __future__ import annotations

from chromium import Browsing

FIELD = "form[data-search] input[name=q]"
"""In the header of every page; of the start page in the middle."""


def test_a_result_is_chosen_by_keyboard(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/ontology") as opened:
            page = opened.page
            await page.focus(FIELD)
            await page.keyboard.type("colombia")
            await page.wait_for_selector(".search-results [role=option]")
            assert await page.get_attribute(FIELD, "aria-expanded") == "true"
            await page.keyboard.press("ArrowDown")
            active = await page.get_attribute(FIELD, "aria-activedescendant")
            option = page.locator(f"#{active}")
            assert await option.get_attribute("aria-selected") == "true"
            href = str(await option.get_attribute("data-href"))
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"**{href}")
            assert not opened.complaints

    browsing.run(steps())


def test_escape_closes_the_list_and_enter_searches(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/") as opened:
            page = opened.page
            await page.focus(FIELD)
            await page.keyboard.type("transparancy")  # a typing error that search forgives
            await page.wait_for_selector(".search-results [role=option]")
            await page.keyboard.press("Escape")
            assert not await page.locator(".search-results").is_visible()
            await page.keyboard.press("Enter")
            await page.wait_for_url("**/search?q=transparancy")
            assert await page.locator("main a").count() > 3

    browsing.run(steps())


def test_the_form_searches_without_javascript(browsing: Browsing) -> None:
    async def steps() -> None:
        async with browsing.visit("/", java_script_enabled=False) as opened:
            page = opened.page
            await page.fill(FIELD, "colombia")
            await page.press(FIELD, "Enter")
            await page.wait_for_url("**/search?q=colombia")
            assert "Colombia" in await page.locator("main").inner_text()

    browsing.run(steps())
