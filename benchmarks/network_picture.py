"""How smooth the network's picture is with hundreds of nodes, and how long the server takes for its page.

Serves the bundled data with the made-up network of tests/browser, and drives Chromium without a GPU: on a machine with
one, frames are quicker.

    python benchmarks/network_picture.py
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS / "browser"), str(TESTS / "web")]

from chromium import DESK, PHONE, chromium, launch, visit  # noqa: E402
from larger_network import publish_larger  # noqa: E402
from served import running  # noqa: E402

ADDRESSES = ("/network", "/network?part=1&node=COL", "/network?kind=mou&since=2015", "/network.json")
FRAMES = """async () => {
  const canvas = document.querySelector('[data-network] canvas');
  const box = canvas.getBoundingClientRect();
  const times = [];
  let last = performance.now();
  for (let turn = 0; turn < 60; turn++) {
    const at = {clientX: box.left + 50 + turn * 8, clientY: box.top + 150 + turn * 3, bubbles: true};
    canvas.dispatchEvent(new PointerEvent('pointermove', {...at, pointerType: 'mouse'}));
    document.querySelector(`[data-do=${turn % 2 ? 'in' : 'out'}]`).click();
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - last);
    last = performance.now();
  }
  return times.sort((one, other) => one - other);
}"""
SHARP = """async () => {
  const times = [];
  const choice = document.querySelector('[data-network] [data-colour]');
  for (let turn = 0; turn < 20; turn++) {
    const begun = performance.now();
    choice.value = turn % 2 ? 'community' : choice.options[0].value;
    choice.dispatchEvent(new Event('change', {bubbles: true}));
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - begun);
  }
  return times.sort((one, other) => one - other);
}"""


def server_times(base: str, address: str, *, kept: bool, times: int = 30) -> list[float]:
    """Milliseconds per answer over one kept connection: of a page that is `kept` by the server, or made anew each time."""
    found = []
    with httpx.Client(
        base_url=base, headers={"Accept": "text/html, application/json;q=0.9"}, timeout=60
    ) as client:
        client.get(address).raise_for_status()
        for turn in range(times):
            fresh = "" if kept else f"{'&' if '?' in address else '?'}turn={turn}"
            begun = time.perf_counter()
            client.get(address + fresh)
            found.append((time.perf_counter() - begun) * 1000)
    return found


async def frames(base: str, executable: str) -> None:
    """Print how long layout and frames take, as a desk and as a phone see the page."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await launch(playwright, executable)
        for name, size in (("1440 px", DESK), ("390 px", PHONE)):
            async with visit(browser, base, "/network", size) as opened:
                begun = time.perf_counter()
                await opened.page.wait_for_selector("[data-network][data-state=ready]")
                laid_out = time.perf_counter() - begun
                sharp = await opened.page.evaluate(SHARP)
                took = await opened.page.evaluate(FRAMES)
                print(
                    f"{name:8} layout {laid_out:5.2f} s after loading; a frame while zooming and pointing takes "
                    f"{statistics.median(took):5.1f} ms (median), {took[-3]:5.1f} ms (95th percentile); all painted anew, two frames take {statistics.median(sharp):5.1f} ms"
                )
        await browser.close()


def main() -> None:
    executable = chromium()
    if executable is None:
        sys.exit("No Chromium here: `make tools` installs it on Debian.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish_larger(folder / "store")
        with running(folder / "store", folder / "log", log_requests="false") as server:
            document = httpx.get(server.url + "/network.json", timeout=60).json()
            print(f"{len(document['nodes'])} nodes, {len(document['edges'])} links")
            for address in ADDRESSES:
                made, kept = (server_times(server.url, address, kept=kept) for kept in (False, True))
                print(
                    f"{address:30} made in {statistics.median(made):6.1f} ms, kept {statistics.median(kept):5.1f} ms (medians)"
                )
            asyncio.run(frames(server.url, executable))


if __name__ == "__main__":
    main()
