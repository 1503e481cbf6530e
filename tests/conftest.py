"""Stores that several tests read."""

from pathlib import Path

import pytest
from hypothesis import settings

from vulncore.cli import OPEN_COUNTS, open_counts
from vulncore.sources import demo
from vulncore.store import publish

settings.register_profile("check", max_examples=30, deadline=None)
settings.load_profile("check")

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the two datasets that ship."""
    store = tmp_path_factory.mktemp("store")
    publish(store, "demo", demo.deliver(), "tests")
    publish(store, OPEN_COUNTS, open_counts(), "tests")
    return store


@pytest.fixture(scope="session")
def street_zip() -> Path:
    """Return the real street-level zip of the City; skip where it is not beside this checkout."""
    path = SHARED / "data" / "police-uk" / "city-of-london-street-2016-01-to-2024-12.zip"
    if not path.exists():
        pytest.skip("the City's street files are not beside this checkout (../shared/data/police-uk)")
    return path
