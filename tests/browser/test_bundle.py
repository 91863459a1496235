"""The committed scripts are what the sources in frontend/ build, and they need nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "kg" / "web" / "static" / "dist"
SCRIPTS = sorted(BUILT.glob("*.js"))


def test_the_committed_scripts_are_what_the_sources_build(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (FRONTEND / "node_modules" / "esbuild").exists():
        pytest.skip("no npm packages here: `npm ci` in frontend/")
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=FRONTEND, check=True, timeout=120)
    assert contents(tmp_path) == contents(BUILT), "run `make assets` and commit kg/web/static/dist"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_runs_under_a_strict_policy(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|\bnew Function\(", text)
    imported = re.findall(r'(?:from|import)\s*\(?"([^"]+)"', text)
    assert all((BUILT / name).exists() for name in imported)


def test_every_package_in_the_scripts_has_its_licence_beside_them() -> None:
    text = (BUILT / "licences.txt").read_text(encoding="utf-8")
    named = re.findall(r"^(\S+) \d\S* \((\S+)\)$", text, re.MULTILINE)
    assert {"d3-force", "d3-zoom", "@codemirror/view"} <= {name for name, _ in named}
    assert {licence for _, licence in named} <= {"MIT", "ISC", "BSD-3-Clause", "Apache-2.0"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
