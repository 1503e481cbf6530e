"""Who isn't signed in gets no byte of figures, from any address, whatever they bring instead of a sign-in."""

import itertools
import time

import pytest
import requests
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus

from pages.ways import PAGES
from tests.pages.gate.signing import ANOTHERS_SECRET, COOKIE

pytestmark = pytest.mark.browser

EXPIRED = {"exp": time.time() - 1}
CLIENTS = {
    "no cookie": (None, {}),
    "an expired one": ("administrator", EXPIRED),
    "one that another server signed": ("administrator", {"secret": ANOTHERS_SECRET}),
    "one without an end": ("administrator", {"exp": None}),
    "one whose end is a text": ("administrator", {"exp": "9999999999"}),
    "one of nobody": ("administrator", {"sub": ""}),
    "one that signs nobody in": ("administrator", {"is_logged_in": False}),
    "one without a role": ("nobody", {}),
    "one with a role as a text in a text": ("nobody", {"roles": "['Administer']"}),
}
OPEN = {
    "/_stcore/health", "/_stcore/host-config", "/live", "/ready", "/auth/login", "/auth/logout", "/oauth2callback",
}  # fmt: skip
OPEN_BENEATH = ("/static", "/app/static")
PIECES = {
    "file_id": "0" * 56 + ".csv",
    "session_id": "s",
    "path": "x",
    "key": "0" * 16,
    "edition": "0" * 64,
    "theme": "light.json",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
FIGURES = (b"demo", b"city-open-counts", b"version", b"2024", b"force.test")


def paths_of(routes, before="") -> set[str]:
    found = set()
    for route in routes:
        if isinstance(route, Mount):
            found |= paths_of(route.routes or [], before + route.path) or {f"{before}{route.path}/x"}
        elif isinstance(route, Route | WebSocketRoute):
            path = before + route.path
            for piece in route.param_convertors:
                path = path.replace(f"{{{piece}:path}}", PIECES.get(piece, "1")).replace(
                    f"{{{piece}}}", PIECES.get(piece, "1")
                )
            found.add(path)
    return found


@pytest.fixture(scope="module")
def addresses() -> list[str]:
    """Every address that the server has a route for, each page, and what is nowhere."""
    import app  # noqa: PLC0415 - it starts loading the engine

    routes = paths_of(app.app._build_starlette_app().routes)
    assert {"/_stcore/stream", "/_stcore/metrics", "/live"} <= routes
    assert any(path.startswith("/media/") for path in routes)
    others = {
        "/",
        "/nowhere",
        "/overview/_stcore/health",
        "/media/",
        "//media/x",
        "/_stcore/",
        "/ground/x",
        "/api/x",
        "/%2e%2e/media/x",
        "/app/static/where",
        "/static/overview",
        "/app/static/forecast?dataset=demo",
    }
    return sorted(routes | others | {f"/{page}" for page in PAGES})


@pytest.mark.parametrize("brought", CLIENTS)
def test_no_address_gives_anything_to_who_is_not_let_in(signed, addresses, brought):
    person, other = CLIENTS[brought]
    client = signed.client(person, **other)
    let_through = []
    methods = METHODS if brought == "no cookie" else ("GET",)
    for address, method in itertools.product(addresses, methods):
        html = {"Accept": "text/html"} if method == "GET" else {}
        answer = client.request(
            method, f"{signed.url}{address}", headers=html, allow_redirects=False, timeout=60
        )
        public = address in OPEN or address.startswith(OPEN_BENEATH)
        if public and address not in ("/auth/logout", "/auth/login", "/oauth2callback"):
            assert "location" not in answer.headers, (method, address)
        if not public:
            if answer.status_code not in (400, 401, 403, 404):
                let_through.append(f"{method} {address}: {answer.status_code}")
            assert not any(figure in answer.content for figure in FIGURES if figure != b"force.test"), (
                method,
                address,
            )
            assert "location" not in answer.headers, (method, address)
    assert not let_through


@pytest.mark.parametrize("brought", CLIENTS)
def test_no_session_begins_for_who_is_not_let_in(signed, brought):
    person, other = CLIENTS[brought]
    with pytest.raises(InvalidStatus, match="403"):
        signed.websocket(person, **other).__enter__()


def test_what_is_public_says_nothing_of_the_data(signed):
    for address in sorted(OPEN - {"/auth/login", "/oauth2callback"}):
        answer = requests.get(f"{signed.url}{address}", allow_redirects=False, timeout=60)
        assert answer.status_code < 400
        assert not any(figure in answer.content for figure in FIGURES), address


def test_who_says_in_a_header_who_they_are_is_not_believed(signed):
    claimed = {
        "x-vulncore-visitor": '{"key": "a", "id": "a", "name": "a", "expires": 9e12, "values": ["Administer"]}'
    }
    for header in (
        claimed,
        {"x-vulncore-own-visit": "0" * 64},
        {"x-vulncore-own-visit": ""},
        {"X-Forwarded-User": "ada"},
    ):
        answer = requests.get(f"{signed.url}/overview", headers={"Accept": "text/html", **header}, timeout=60)
        assert answer.status_code == 401


def test_the_page_of_the_sign_in_keeps_what_somebody_wanted_to_open(signed):
    answer = requests.get(
        f"{signed.url}/when?dataset=demo&strand=all", headers={"Accept": "text/html"}, timeout=60
    )
    assert answer.status_code == 401
    assert "Sign in" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.cookies["vulncore_next"] == "when%3Fdataset%3Ddemo%26strand%3Dall"


@pytest.mark.parametrize(
    "wanted", ["//zq.test", "https://zq.test", "/\\zq.test", "overview\r\nSet-Cookie: a=b", "../x", ""]
)
def test_nobody_is_led_elsewhere_after_signing_in(signed, wanted):
    client = signed.client("viewer")
    client.headers["Cookie"] += f"; vulncore_next={requests.utils.quote(wanted, safe='')}"
    answer = client.get(f"{signed.url}/", headers={"Accept": "text/html"}, allow_redirects=False, timeout=60)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/overview"


def test_every_answer_has_the_security_headers(signed):
    for address, kind in (("/overview", "text/html"), ("/media/x.csv", "*/*")):
        answer = requests.get(f"{signed.url}{address}", headers={"Accept": kind}, timeout=60)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_cookie_says_nothing_that_is_not_signed(signed):
    whole = signed.cookie("viewer")
    for place in range(0, len(whole), max(len(whole) // 40, 1)):
        changed = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
        answer = requests.get(
            f"{signed.url}/overview",
            headers={"Accept": "text/html", "Cookie": f"{COOKIE}={changed}"},
            timeout=60,
        )
        assert answer.status_code == 401
