"""What the served app promises of websockets: our own pages open them, and nobody makes the server reach outside."""

import socket

import pytest

from tests.pages.served_cut_off import ATTEMPT

FOREIGN = (
    "https://zq.test",
    "null",
    "http://127.0.0.1.zq.test",
    "https://zq.test:8501",
    "http://[",
    "file://",
)
PROXY = "city.test"
CUT_OFF = (
    "tests.pages.served_cut_off",
    *("--server.address", "0.0.0.0"),  # the one of which Streamlit says an address that others reach
    *("--server.allowedHosts", "127.0.0.1", "--server.allowedHosts", PROXY),
)


def handshake(port: int, **headers: str) -> int:
    """Return the status with which a server answers who asks for its websocket."""
    given = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **headers,
    }
    lines = ["GET /_stcore/stream HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as opened:
        opened.sendall("\r\n".join(lines).encode())
        return int(opened.recv(64).split()[1])


@pytest.fixture(scope="module")
def cut_off(serving, shipped_store):
    """A server on a machine from which nothing outside is reached."""
    with serving(shipped_store, CUT_OFF, VULNCORE_SIGN_IN="off") as running:
        yield running


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_websocket_of_a_page_elsewhere_is_refused_and_nothing_outside_is_asked(cut_off, origin):
    assert handshake(cut_off.port, Origin=origin) == 403
    assert ATTEMPT not in cut_off.log()


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:{port}", {"Origin": "http://127.0.0.1:{port}"}),
        (PROXY, {"Origin": f"https://{PROXY}"}),
        ("127.0.0.1:{port}", {"Origin": f"https://{PROXY}"}),
        ("127.0.0.1:{port}", {}),
    ],
    ids=["our own page", "a proxy", "a proxy that names us by our address", "no browser"],
)
def test_a_websocket_of_our_own_is_opened_and_nothing_outside_is_asked(cut_off, host, origin):
    headers = {name: text.format(port=cut_off.port) for name, text in {"Host": host, **origin}.items()}
    assert handshake(cut_off.port, **headers) == 101
    assert ATTEMPT not in cut_off.log()


def test_a_websocket_by_a_name_that_is_not_allowed_is_refused_though_its_page_has_the_same(cut_off):
    assert handshake(cut_off.port, Host="zq.test", Origin="http://zq.test") == 403
    assert ATTEMPT not in cut_off.log()
