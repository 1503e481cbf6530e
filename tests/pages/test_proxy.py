"""What deploy/haproxy.cfg promises: people stay with the server that they came to, and go on with the other where that ends."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.pages.choosing import choices, pick
from tests.pages.conftest import PAGE_MS, ROOT, SERVED_SOONER, free_port, settled

pytestmark = pytest.mark.browser

COOKIE = "vulncore_server"
START_S = 60.0


@pytest.fixture
def servers(store, tmp_path):
    """Two servers behind the proxy: its address, and each server's process by what the cookie calls it."""
    if not (haproxy := shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")):
        pytest.skip("HAProxy is not installed (Debian: sudo apt-get install haproxy)")
    one, two, front = free_port(), free_port(), free_port()
    environment = os.environ | {
        "VULNCORE_STORE": str(store),
        "VULNCORE_FIRST_VISITS": "off",
        "VULNCORE_SIGN_IN": "off",  # who comes by a proxy is not of this machine
        "VULNCORE_ADDRESS": f"127.0.0.1:{front}",
        "VULNCORE_PORT_ONE": str(one),
        "VULNCORE_PORT_TWO": str(two),
    }
    served = [sys.executable, "-m", *SERVED_SOONER, "--server.port"]
    commands = {
        "one": [*served, str(one)],
        "two": [*served, str(two)],
        "proxy": [haproxy, "-db", "-f", "deploy/haproxy.cfg"],
    }
    with ExitStack() as stack:
        running = {}
        for name, command in commands.items():
            log = stack.enter_context((tmp_path / name).open("w"))
            running[name] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
            stack.callback(running[name].wait)
            stack.callback(running[name].terminate)
        yield f"http://127.0.0.1:{front}", running


def wait_until_both_are_ready(address: str, count: int = 12) -> None:
    """Wait until so many requests in a row, which the proxy shares out, are answered."""
    answered, until = 0, time.monotonic() + START_S
    while answered < count:
        assert time.monotonic() < until, "the proxy has no server"
        try:
            with urlopen(f"{address}/ready"):
                answered += 1
        except OSError:
            answered = 0
        time.sleep(0.5)


def test_a_page_stays_with_its_server_and_goes_on_with_the_other_where_that_is_gone(servers, context):
    address, running = servers
    wait_until_both_are_ready(address)
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{address}/overview")
    page.locator("table.strands").wait_for(timeout=PAGE_MS)
    (cookie,) = [one for one in context.cookies() if one["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["value"] in running) == (True, True)
    pick(page, "Figures to the end of", "September 2024", month="2024-09")
    assert {one["value"] for one in context.cookies() if one["name"] == COOKIE} == {cookie["value"]}
    running[cookie["value"]].send_signal(signal.SIGKILL)
    time.sleep(6)  # the proxy asks every two seconds, and the page tries again by itself
    pick(page, "Figures to the end of", "August 2024", month="2024-08")
    settled(page)
    assert page.locator("table.strands").is_visible()
    assert choices(page)["month"] == "2024-08"
    assert {one["value"] for one in context.cookies() if one["name"] == COOKIE} == {"one", "two"} - {
        cookie["value"]
    }
    page.close()
    for name in ("one", "two"):
        running[name].kill()
        running[name].wait()
    time.sleep(5)
    with pytest.raises(HTTPError, match="503"):
        urlopen(f"{address}/overview")
