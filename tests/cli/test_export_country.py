"""`kg export --country`: one country's part, from the shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.namespaces import DG, HOME
from kg.store import publish


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("countries") / "store"
    lines = [
        f'<{HOME}id/country/{code}> <{DG}iso3> "{code}" <{HOME}graph/reference> .\n'
        for code in ("AAA", "BBB")
    ]
    publish(folder, "".join(lines).encode())
    return folder


def kg(*arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "kg", *arguments]
    return subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("code", ["AAA", "aaa"])
def test_one_country(code: str, store: Path, tmp_path: Path) -> None:
    target = tmp_path / "AAA.nq"
    done = kg("export", "--store", str(store), "--country", code, "--format", "nq", "-o", str(target))
    assert done.returncode == 0, done.stderr
    (quad,) = ox.parse(path=str(target), format=ox.RdfFormat.N_QUADS)
    assert quad.subject == ox.NamedNode(HOME + "id/country/AAA")


def test_a_country_that_is_not_there(store: Path) -> None:
    done = kg("export", "--store", str(store), "--country", "CCC")
    assert done.returncode != 0
    assert "nothing is known of 'CCC'" in done.stderr
    assert "Traceback" not in done.stderr
