"""Chromium for tests: where it is, how it is started, and what is noted while a page is open."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Error, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = (390, 844), (1440, 900)


def chromium() -> str | None:
    """The path of a Chromium, None where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (str(MAC) if MAC.exists() else None)


async def launch(playwright: Playwright, executable: str) -> Browser:
    """A browser with a new and empty profile."""
    return await playwright.chromium.launch(executable_path=executable, args=FLAGS)


@dataclass
class Browsing:
    """What a test needs: the browser, the server's address, and `run` for its coroutines."""

    browser: Browser
    base: str
    run: Callable[[Coroutine[Any, Any, Any]], Any]

    def visit(
        self, address: str, size: tuple[int, int] = DESK, **options: Any
    ) -> AbstractAsyncContextManager[Visit]:
        """Open a page of the server: see `visit`."""
        return visit(self.browser, self.base, address, size, **options)


@dataclass
class Visit:
    """An open page, and the complaints that it made since: console errors, exceptions, failed requests."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(f"console: {message.text}")


@asynccontextmanager
async def visit(
    browser: Browser,
    base: str,
    address: str,
    size: tuple[int, int] = DESK,
    **options: Any,
) -> AsyncIterator[Visit]:
    """Open an address in a context of its own and wait until it is loaded. The profile knows nothing of other visits."""
    context = await browser.new_context(
        base_url=base, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
    )
    try:
        context.set_default_timeout(30_000)
        page = await context.new_page()
        opened = Visit(page)
        page.on("console", opened.note)
        page.on("pageerror", lambda error: opened.complaints.append(f"exception: {_text(error)}"))
        response = await page.goto(address, wait_until="load")
        if response is None or response.status >= 400:
            opened.complaints.append(f"status: {response.status if response else 'none'}")
        yield opened
    finally:
        await context.close()


def _text(error: Error) -> str:
    return error.message
