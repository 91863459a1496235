"""What `pip install` of the built wheel gives, away from the checkout: the graph can be built, queried and served."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel; the dependencies are those of the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    environment = folder / "venv"
    venv.create(environment, with_pip=True)
    site = subprocess.run(
        [sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    target = next((environment / "lib").iterdir()) / "site-packages"
    # A .pth file lends the dependencies but not the checkout: editable installs hook in by .pth files of their own,
    # which are not read from a lent folder.
    (target / "dependencies.pth").write_text(site + "\n", encoding="utf-8")
    wheel = next(folder.glob("*.whl"))
    subprocess.run(
        [environment / "bin" / "pip", "install", "-q", "--no-deps", "--ignore-installed", wheel],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return environment / "bin"


def test_the_wheel_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("KG_", "PYTHON"))}

    def kg(*args: str) -> str:
        return subprocess.run(
            [installed / "kg", *args],
            check=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=env,
            timeout=300,
        ).stdout

    where = subprocess.run(
        [installed / "python", "-c", "import kg; print(kg.__file__)"],
        check=True, capture_output=True, text=True, cwd=tmp_path, env=env,
    ).stdout  # fmt: skip
    assert str(ROOT) not in where
    kg("build", "--store", "graph")
    assert kg("query", "ASK { ?x a dg:Ministry }", "--store", "graph") == "yes\n"
    assert "egov-authority" in kg("queries")
    server = subprocess.Popen(
        [installed / "kg", "serve", "--store", "graph", "--port", "18763"],
        cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert _answers("http://127.0.0.1:18763/ready")
        page = httpx.get("http://127.0.0.1:18763/", headers={"Accept": "text/html"}, timeout=20)
        assert page.status_code == 200
        rows = httpx.get(
            "http://127.0.0.1:18763/sparql", params={"query": "ASK { ?x a dg:Ministry }"}, timeout=20
        )
        assert rows.json()["boolean"] is True
    finally:
        server.terminate()
        assert server.wait(30) == 0


def _answers(url: str) -> bool:
    for _ in range(150):
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    return False
