"""What a server that has just started promises: it is live at once, and ready when each page has been visited."""

import asyncio
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from pages import first_visits
from pages.first_visits import visit
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


async def closing(_scope, _receive, send):
    await send({"type": "websocket.close", "code": 1008})


async def failing(_scope, _receive, _send):
    raise ZeroDivisionError


@pytest.mark.parametrize(("app", "fault"), [(closing, ConnectionRefusedError), (failing, ZeroDivisionError)])
def test_a_visit_that_the_app_ends_is_no_visit_and_nobody_waits_for_it(app, fault):
    with pytest.raises(fault):
        asyncio.run(asyncio.wait_for(visit(app, "when", {}, "light"), 5))


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        (["city.test", "other.test"], b"city.test"),
        (["*.city.test"], b"dashboard.city.test"),
        ([], b"127.0.0.1"),
    ],
)
def test_a_visit_comes_by_a_name_that_is_allowed(allowed, host, monkeypatch):
    monkeypatch.setattr(first_visits.st, "get_option", {"server.allowedHosts": allowed}.get)
    hosts = []

    async def app(scope, _receive, _send):
        hosts.append(dict(scope["headers"])[b"host"])

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(visit(app, "when", {}, "light"))
    assert hosts == [host]
