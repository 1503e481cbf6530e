"""What a server that has just started promises: it is live at once, and ready when each page has been visited."""

import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.pages.conftest import SERVED_SOONER

LONGEST_S = 240


@pytest.fixture
def visiting_server(serving, shipped_store, monkeypatch):
    monkeypatch.setenv("VULNCORE_FIRST_VISITS", "on")
    with serving(shipped_store, SERVED_SOONER) as running:
        yield running


def status_of(address):
    try:
        with urlopen(address) as answered:
            return answered.status
    except HTTPError as refused:
        return refused.code


def test_it_is_live_at_once_and_ready_once_each_page_was_visited(visiting_server):
    assert status_of(f"{visiting_server.url}/live") == 200
    assert status_of(f"{visiting_server.url}/ready") == 503
    until = time.monotonic() + LONGEST_S
    while status_of(f"{visiting_server.url}/ready") != 200:
        assert time.monotonic() < until, visiting_server.log()
        time.sleep(0.2)
    assert "could not" not in visiting_server.log()
    assert "rror" not in visiting_server.log()
