"""What was kept of version 0.1.0, unpacked where a test may write."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

KEPT = Path(__file__).parent / "fixtures" / "0.1.0"


def answers(name: str) -> Any:
    """Return what version 0.1.0 answered, as one of the fixtures has it."""
    return json.loads((KEPT / name).read_text(encoding="utf-8"))


def unpacked(folder: Path) -> Path:
    """Return a copy of the store that version 0.1.0 wrote."""
    shutil.unpack_archive(KEPT / "store.zip", folder)
    return folder


@pytest.fixture(scope="session")
def read_only_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the store for tests that only read it."""
    return unpacked(tmp_path_factory.mktemp("kept") / "store")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a copy of the store for a test that writes to it."""
    return unpacked(tmp_path / "store")
