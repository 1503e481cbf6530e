"""Dashboards that people sign in to, with a provider of their own."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from pages.gate import starting
from tests.pages.conftest import SERVED_SOONER, free_port
from tests.pages.gate.signing import ROLES, Signed, provider, write_settings


@pytest.fixture(scope="session")
def provider_url() -> Iterator[str]:
    with provider(free_port()) as url:
        yield url


@pytest.fixture(scope="session")
def signing_in(
    serving, store, provider_url, tmp_path_factory
) -> Callable[..., AbstractContextManager[Signed]]:
    """Starts a dashboard with a store of its own, behind a sign-in, beneath a sub-path or none."""

    @contextmanager
    def started(under: str = "") -> Iterator[Signed]:
        folder = tmp_path_factory.mktemp("signed")
        theirs = Path(shutil.copytree(store, folder / "store"))
        port = free_port()
        settings = write_settings(folder / "settings", port, provider_url, under)
        with serving(theirs, SERVED_SOONER, port, **settings) as running:
            yield Signed(f"{running.url}{under}", running.port, theirs)

    return started


@pytest.fixture(scope="session")
def signed(signing_in) -> Iterator[Signed]:
    """A dashboard behind a sign-in, for every test that doesn't need one of its own."""
    with signing_in() as dashboard:
        yield dashboard


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Sets a server up: secrets of a provider, options of the server, environment."""
    for name in list(os.environ):
        if name.startswith("VULNCORE_"):
            monkeypatch.delenv(name)
    (tmp_path / "roles.toml").write_text(ROLES)
    monkeypatch.setenv("VULNCORE_ROLES", str(tmp_path / "roles.toml"))

    def set_up(auth=None, address="127.0.0.1", hosts=("127.0.0.1", "localhost"), **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        secrets = {"auth": auth} if auth else {}
        monkeypatch.setattr(secrets_singleton, "_secrets", secrets)
        options = {"server.address": address, "server.allowedHosts": list(hosts)}
        known = st.get_option
        monkeypatch.setattr(starting.st, "get_option", lambda name: options.get(name, known(name)))
        monkeypatch.setattr(config, "get_option", lambda name: options.get(name, known(name)))
        return starting.refusal_to_start()

    return set_up
