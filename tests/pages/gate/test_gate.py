"""The gate around an app that answers everything: what it adds, takes away, counts and records."""

import json
import re
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from pages.gate import gate as gate_module
from pages.gate import holdings
from pages.gate.gate import Gate
from pages.gate.holdings import HOLDINGS
from pages.gate.identity import PASSED_ON, of_claims, sign_out
from pages.gate.limits import Limit
from pages.shared import access
from tests.pages.conftest import ROOT
from tests.pages.gate.signing import COOKIE, FULL_PROVIDER, claims_of, cookie_of
from vulncore.access.audit import audit_lines
from vulncore.domain.errors import TooManyRequestsError

URL = "https://dashboard.force.test"


async def answered(request):
    """Answer as Streamlit does once somebody has signed in: with a cookie of thirty days."""
    response = PlainTextResponse(f"{request.method} {request.url.path} {sorted(request.headers)}")
    response.set_cookie("_streamlit_user", "kept", max_age=2_592_000, httponly=True, samesite="lax")
    response.set_cookie("another", "kept", max_age=60)
    return response


@pytest.fixture
def client(settings, tmp_path, monkeypatch):
    """A client of an app behind the gate of a server with a provider; nobody is signed in."""
    monkeypatch.setenv("VULNCORE_STORE", str(tmp_path / "store"))
    assert settings(FULL_PROVIDER, hosts=["dashboard.force.test"]) == ""
    app = Starlette(routes=[Route("/{path:path}", answered, methods=["GET", "PUT"])])
    return TestClient(Gate(app), base_url=URL, follow_redirects=False)


def signed_in(client, person, **other):
    cookie = cookie_of(claims_of(person, URL, **other), FULL_PROVIDER["cookie_secret"])
    client.headers["Cookie"] = f"{COOKIE}={cookie}"
    return client


def test_over_tls_cookies_and_pages_stay_there(client):
    import app  # noqa: PLC0415 - it starts loading the engine

    cookies = client.get("/oauth2callback").headers.get_list("set-cookie")
    assert cookies[0] == "_streamlit_user=kept; HttpOnly; Path=/; SameSite=lax; Secure"
    assert "Max-Age=60" in cookies[1]
    headers = TestClient(app.SecurityHeaders(client.app), base_url=URL).get("/live").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_refusal_is_recorded(client, tmp_path):
    store = tmp_path / "store"
    assert signed_in(client, "nobody").get("/overview", headers={"Accept": "text/html"}).status_code == 403
    signed_in(client, "viewer").put("/_stcore/upload_file/s/f", content=b"a")
    lines = list(audit_lines(store))
    assert [(line["who"], line["what"], line["why"]) for line in lines] == [
        ("nobody@force.test", "was refused", "no role"),
        ("viewer@force.test", "was refused", "an upload"),
    ]
    assert lines[0]["subject"] == "http://provider.test nobody-1"


def test_who_asks_too_much_is_told_to_wait(client, monkeypatch):
    monkeypatch.setattr(gate_module, "SIGN_INS", Limit(3, 0.1))
    answers = [client.get("/auth/login") for _ in range(4)]
    assert client.get("/auth/logout").status_code == 200  # which nobody has to wait for
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"] == "10"


def test_who_was_refused_and_then_got_a_role_is_recorded_as_signed_in(client, tmp_path):
    roles = tmp_path / "roles.toml"
    signed_in(client, "nobody").get("/overview")
    roles.write_text(roles.read_text().replace('viewer = ["Read"]', 'viewer = ["Read", "Finance"]'))
    with pytest.raises(WebSocketDisconnect):  # the app within knows no websocket
        client.websocket_connect("/_stcore/stream").__enter__()
    lines = list(audit_lines(tmp_path / "store"))
    assert [(line["what"], line["role"]) for line in lines] == [
        ("was refused", None),
        ("signed in", "viewer"),
    ]
    assert {line["person"] for line in lines} == {lines[0]["person"]}


def pieces_of(claims, name=COOKIE):
    """A cookie in three pieces, as Streamlit signs a long one."""
    text = json.dumps(claims)
    third = len(text) // 2
    secret = FULL_PROVIDER["cookie_secret"]
    parts = {name: "chunks-2", f"{name}_1": text[:third], f"{name}_2": text[third:]}
    return {key: create_signed_value(secret, key, part).decode() for key, part in parts.items()}


def test_a_cookie_in_pieces_is_read_and_pieces_of_two_sign_ins_name_nobody(client, monkeypatch):
    claims = claims_of("administrator", URL)
    fresh = pieces_of(claims)
    client.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in fresh.items())
    assert client.get("/overview").status_code == 200
    now = time.time()
    with monkeypatch.context() as earlier:
        earlier.setattr("itsdangerous.timed.time.time", lambda: now - 7_200)
        old = pieces_of(claims)
    mixed = {**fresh, f"{COOKIE}_2": old[f"{COOKIE}_2"]}
    client.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in mixed.items())
    assert client.get("/overview").status_code == 401


def test_an_upload_that_does_not_say_its_length_alone_is_refused(client):
    signed_in(client, "analyst")
    HOLDINGS.note_session("theirs", "http://provider.test analyst-1")
    for headers in ({"Content-Length": "1", "Transfer-Encoding": "chunked"}, {"Content-Length": "²"}):
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        answer = client.request("PUT", "/_stcore/upload_file/theirs/f", headers=raw, content=b"a")
        assert answer.status_code == 411


def test_all_uploads_together_have_a_bound_as_well(monkeypatch):
    held = {f"session {number}": {"file": SimpleNamespace(data=b"a" * 2**20)} for number in range(3)}
    streamlit = SimpleNamespace(uploaded_file_mgr=SimpleNamespace(file_storage=held))
    monkeypatch.setattr(holdings, "get_instance", lambda: streamlit)
    monkeypatch.setenv("VULNCORE_UPLOADS_MB", "4")
    kept = holdings.Holdings()
    assert kept.take_in("another", 2**20) == ""
    assert "there is no room now" in kept.take_in("a third", 1)
    kept.have_taken_in("another", 2**20)
    assert kept.take_in("a third", 2**20) == ""


def test_who_asks_a_page_too_much_is_told_to_wait_and_nobody_else_is(settings, monkeypatch):
    settings(FULL_PROVIDER)
    people = {name: of_claims(claims_of(name, URL)) for name in ("analyst", "viewer")}
    monkeypatch.setattr(access, "DEAR", Limit(2, 0.1, lambda: 0.0))

    def fitted(name):
        # a browser's connection has this header from the gate
        monkeypatch.setattr(
            access.st, "context", SimpleNamespace(headers={PASSED_ON.decode(): people[name].passed_on()})
        )
        access.count_as_dear()

    fitted("analyst"), fitted("analyst")
    with pytest.raises(TooManyRequestsError, match="Try again in 10 seconds"):
        fitted("analyst")
    fitted("viewer")


def test_signing_out_holds_in_every_process_that_shares_the_store(client, tmp_path):
    somebody = of_claims(claims_of("viewer", URL))
    asks = f"from pages.gate.identity import Identity; print(Identity({somebody.key!r}, '', '', expires={somebody.expires!r}).has_ended)"

    def asked_elsewhere():
        command = [sys.executable, "-c", asks]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    assert asked_elsewhere() == "False"
    sign_out(somebody)
    assert asked_elsewhere() == "True"


def test_where_the_log_cannot_be_written_nobody_is_let_on(client, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / ".audit").write_text("a file in its place")
    opening = signed_in(client, "viewer").websocket_connect("/_stcore/stream")
    with pytest.raises(WebSocketDisconnect) as refused:
        opening.__enter__()
    assert refused.value.code == 1011


@pytest.mark.parametrize("path", ["/_stcore/agent/mcp", "/_stcore/metrics", "/_stcore/script-health-check"])
def test_what_no_page_needs_nobody_gets(client, path):
    assert signed_in(client, "administrator").get(path).status_code == 404


def test_roles_that_change_hold_at_once(client, tmp_path):
    assert signed_in(client, "viewer").get("/overview").status_code == 200
    roles = tmp_path / "roles.toml"
    roles.write_text(roles.read_text().replace('viewer = ["Read"]', 'viewer = ["ReadNoMore"]'))
    assert client.get("/overview").status_code == 401
    roles.write_text("broken")
    assert signed_in(client, "administrator").get("/overview").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None}, {"sub": 7}, {"sub": ""}, {"iss": None}, {"iss": ["a"]}, {"exp": float("nan")}, {"exp": float("inf")}, {"exp": 10**400}, {"exp": -1}, {"exp": None}, {"exp": True}, {"exp": "9e9"}, {"exp": []},
    ],
)  # fmt: skip
def test_claims_that_name_nobody_or_no_end_name_nobody(settings, claims):
    settings(FULL_PROVIDER)
    assert of_claims({**claims_of("viewer", URL), **claims}) is None


def test_a_person_is_known_by_the_provider_s_number_and_not_by_a_name_that_can_be_changed(settings):
    settings(FULL_PROVIDER)
    one = of_claims(claims_of("viewer", URL))
    renamed = of_claims(claims_of("viewer", URL, preferred_username="ada@force.test", name="Ada"))
    another = of_claims(claims_of("viewer", URL, sub="another"))
    assert one.key == renamed.key != another.key
    assert (renamed.id, renamed.name) == ("ada@force.test", "Ada")


def test_a_token_that_has_ended_names_nobody_any_more(settings):
    settings(FULL_PROVIDER)
    assert not of_claims(claims_of("viewer", URL)).has_ended
    assert of_claims(claims_of("viewer", URL, exp=time.time() - 1)).has_ended


def test_each_test_that_the_page_on_security_names_is_there():
    text = (ROOT / "docs" / "security.md").read_text()
    named = re.findall(r"`((?:[a-z_]+/)*(?:test_[a-z_]+|conftest)\.py)(?:::(\w+))?`", text)
    assert len(named) > 25
    for file, name in named:
        path = ROOT / "tests" / file
        assert path.is_file(), file
        assert not name or f"def {name}(" in path.read_text(), f"{file}::{name}"
