"""What the tests of the readers share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test depends on time: a slow machine must not fail a property, so hypothesis' own deadline is off.
settings.register_profile("readers", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("readers")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real documents, which is not part of the project."""
    named = os.environ.get("KG_CORPUS")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the corpus of real documents is not here; name its folder in KG_CORPUS")
    return folder
