"""One Chromium and one server for all tests of this folder: the bundled data, and a larger network of made-up cooperations.

Without Chromium, or without the package playwright, the tests are skipped and say so; `make tools` installs Chromium.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from chromium import AXE, Browsing, chromium, launch
from larger_network import publish_larger

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "web"))  # served.py: a real server in a process of its own


@pytest.fixture(scope="session")
def executable() -> str:
    pytest.importorskip("playwright", reason="the package playwright is not installed (extra 'dev')")
    found = chromium()
    if found is None:
        pytest.skip("no Chromium here: `make tools` installs it on Debian")
    return found


@pytest.fixture(scope="session")
def site(executable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the bundled data and the larger network."""
    from served import running

    here = tmp_path_factory.mktemp("browser")
    parallel = "PYTEST_XDIST_WORKER" in os.environ
    shared = tmp_path_factory.getbasetemp().parent / "browser" if parallel else here
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first process builds the store for all
        if not (shared / "store" / "current").exists():
            publish_larger(shared / "store")
    with running(shared / "store", here / "log", log_requests="false") as server:
        # What is derived from a new dataset is made before the first visit: browsers do not wait as long as a busy machine takes.
        for path in ("/countries.json", "/network.json", "/review.json"):
            httpx.get(server.url + path, timeout=300).raise_for_status()
        yield server.url


@pytest.fixture(scope="session")
def browsing(executable: str, site: str) -> Iterator[Browsing]:
    from playwright.async_api import async_playwright

    loop = asyncio.new_event_loop()
    playwright = loop.run_until_complete(async_playwright().start())
    browser = loop.run_until_complete(launch(playwright, executable))
    yield Browsing(browser, site, loop.run_until_complete)
    loop.run_until_complete(browser.close())
    loop.run_until_complete(playwright.stop())
    loop.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core (npm)."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: `npm ci` in frontend/")
    return AXE.read_text(encoding="utf-8")
