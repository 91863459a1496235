"""For all rooms: a build cache that the processes of one run share, and real SPARQL servers (sparql_engines.py)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest

from sparql_engines import ENGINES, SparqlServer


def pytest_configure(config: pytest.Config) -> None:
    """Many tests build the bundled data: they do the work once per run, in whichever process comes first.

    The folder is new for each run, so that nothing passes because of what an earlier run has left. Tests of the cache
    itself name folders of their own.
    """
    if not hasattr(config, "workerinput") and "KG_BUILD_CACHE" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="kg-tests-", ignore_cleanup_errors=True)
        os.environ["KG_BUILD_CACHE"] = folder.name  # workers of pytest-xdist inherit it

        def forget() -> None:
            del os.environ["KG_BUILD_CACHE"]
            folder.cleanup()

        config.add_cleanup(forget)


@pytest.fixture(scope="module", params=sorted(ENGINES))
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparqlServer]:
    """An empty SPARQL server for the tests of one module; the module runs once with each engine."""
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as server:
        yield server
