"""Dashboards that people sign in to, with a provider of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.conftest import SERVED_SOONER, free_port
from tests.pages.gate.signing import Signed, provider, write_settings


@pytest.fixture(scope="session")
def provider_url() -> Iterator[str]:
    with provider(free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def signed(serving, store, provider_url, tmp_path_factory) -> Iterator[Signed]:
    """A dashboard with a store of its own, behind a sign-in."""
    folder = tmp_path_factory.mktemp("signed")
    theirs = Path(shutil.copytree(store, folder / "store"))
    port = free_port()
    settings = write_settings(folder / "settings", port, provider_url)
    with serving(theirs, SERVED_SOONER, port, **settings) as running:
        yield Signed(running.url, running.port, theirs)
