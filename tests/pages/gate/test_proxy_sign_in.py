"""A proxy that signs people in is believed in one header, from one address, and nobody else is."""

import shutil
import socket
from pathlib import Path

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.pages.conftest import SERVED_SOONER
from tests.pages.gate.signing import ROLES

pytestmark = pytest.mark.browser

HTML = {"Accept": "text/html"}


def settings(folder, trusted):
    (folder / "roles.toml").write_text(ROLES)
    return {
        "VULNCORE_SIGN_IN": "proxy",
        "FORWARDED_ALLOW_IPS": "",  # as `vulncore serve` has it
        "VULNCORE_SIGN_IN_HEADER": "X-Signed-In-User",
        "VULNCORE_SIGN_IN_ROLES": "X-Signed-In-Groups",
        "VULNCORE_SIGN_IN_FROM": trusted,
        "VULNCORE_ROLES": str(folder / "roles.toml"),
    }


@pytest.fixture(scope="module")
def behind(serving, store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("behind")
    theirs = Path(shutil.copytree(store, folder / "store"))
    with serving(theirs, SERVED_SOONER, **settings(folder, "127.0.0.1")) as running:
        yield running


def asked(server, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(
        f"{server.url}/overview", headers={**HTML, **named}, allow_redirects=False, timeout=60
    )


def test_whom_the_proxy_names_gets_in(behind):
    answer = asked(behind, X_Signed_In_User="vera@force.test", X_Signed_In_Groups="Read, Other")
    assert (answer.status_code, "dataset=demo" in answer.headers["location"]) == (307, True)
    with connect(
        f"ws://127.0.0.1:{behind.port}/_stcore/stream",
        origin=behind.url,
        additional_headers={"X-Signed-In-User": "vera@force.test", "X-Signed-In-Groups": "Read"},
    ):
        pass


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X_Signed_In_User": ""},
        {"X_Signed_In_User": "vera@force.test"},
        {"X_Signed_In_User": "vera@force.test", "X_Signed_In_Groups": "Finance"},
        {"X_Forwarded_User": "vera@force.test", "X_Signed_In_Groups": "Read"},
        {"X_Signed_In_Groups": "Administer"},
        {"X_Signed_In_User": "a" * 201, "X_Signed_In_Groups": "Read"},
    ],
)
def test_whom_it_does_not_name_or_gives_no_role_does_not(behind, headers):
    assert asked(behind, **headers).status_code in (401, 403)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://127.0.0.1:{behind.port}/_stcore/stream", origin=behind.url, additional_headers=named)


@pytest.mark.parametrize("twice", ["X-Signed-In-User", "X-Signed-In-Groups"])
def test_what_a_browser_sends_beside_what_the_proxy_says_is_not_believed(behind, twice):
    headers = {"X-Signed-In-User": "mallory@force.test", "X-Signed-In-Groups": "Read"}
    lines = [
        f"GET /overview HTTP/1.1\r\nHost: 127.0.0.1:{behind.port}\r\nAccept: text/html\r\nConnection: close"
    ]
    lines += [f"{twice}: Administer", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", behind.port), timeout=60) as opened:
        opened.sendall("\r\n".join([*lines, "", ""]).encode())
        assert opened.recv(64).split()[1] == b"401"


def test_a_proxy_of_whom_the_server_hears_through_another_header_is_the_same(behind):
    answer = asked(
        behind, X_Signed_In_User="vera@force.test", X_Signed_In_Groups="Read", X_Forwarded_For="10.1.2.3"
    )
    assert answer.status_code == 307


def test_who_comes_past_the_proxy_is_not_believed(serving, store, tmp_path):
    with serving(store, SERVED_SOONER, **settings(tmp_path, "10.0.0.5")) as running:
        for more in ({}, {"X_Forwarded_For": "10.0.0.5"}, {"Forwarded": "for=10.0.0.5"}):
            answer = asked(
                running, X_Signed_In_User="ada@force.test", X_Signed_In_Groups="Administer", **more
            )
            assert answer.status_code == 401


def test_without_a_sign_in_a_server_does_not_answer_who_comes_by_a_proxy(server):
    assert (
        requests.get(f"{server.url}/overview", headers=HTML, allow_redirects=False, timeout=60).status_code
        == 307
    )
    for name in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"):
        answer = requests.get(
            f"{server.url}/overview", headers={**HTML, name: "10.1.2.3"}, allow_redirects=False, timeout=60
        )
        assert (answer.status_code, "Sign-in is off" in answer.text) == (403, True)
