"""A server starts where nobody gets in who shouldn't, or says in a sentence why it does not."""

import os
import subprocess
import sys

import pytest

from pages.gate import starting
from pages.gate.identity import Way, way_of_sign_in
from tests.pages.conftest import ROOT, free_port
from tests.pages.gate.signing import FULL_PROVIDER as PROVIDER


def test_out_of_the_box_it_is_for_this_machine_alone_and_says_so(settings):
    assert settings() == ""
    assert starting.word_at_start() == "Sign-in is off: this server answers to this machine alone."


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("0.0.0.0", ["127.0.0.1"]),
        ("", ["127.0.0.1"]),
        ("10.0.0.5", ["127.0.0.1"]),
        ("127.0.0.1", []),
        ("127.0.0.1", ["city.test"]),
    ],
)
def test_without_a_sign_in_it_does_not_start_where_others_could_reach_it(settings, address, hosts):
    assert "Nobody would have to sign in" in settings(None, address, hosts)
    assert settings(None, address, hosts, VULNCORE_SIGN_IN="off") == ""
    assert "whoever reaches this server sees all" in starting.word_at_start()


def test_with_a_provider_it_starts_anywhere(settings):
    assert settings(PROVIDER, "0.0.0.0", ["dashboard.force.test"]) == ""
    assert way_of_sign_in() is Way.PROVIDER


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"client_secret": None}, "not complete"),
        ({"redirect_uri": "http://dashboard.force.test/oauth2callback"}, "begins with http"),
        ({"cookie_secret": "short"}, "fewer than 32 letters"),
        ({"client_id": None}, "no provider"),
        ({"redirect_uri": "https://dashboard.force.test/callback"}, "doesn't end with /oauth2callback"),
        ({"redirect_uri": "https://elsewhere.test/oauth2callback"}, "--server.allowedHosts elsewhere.test"),
        (
            {"server_metadata_url": "http://login.force.test/x"},
            "http://login.force.test/x in the secrets begins with http",
        ),
    ],
)
def test_a_provider_that_is_set_up_in_part_is_refused(settings, change, problem):
    auth = {name: value for name, value in {**PROVIDER, **change}.items() if value is not None}
    assert problem in settings(auth, hosts=["dashboard.force.test"])


def test_without_roles_nobody_would_be_let_in_and_it_says_so(settings, tmp_path):
    assert "no file of roles" in settings(
        PROVIDER, hosts=["dashboard.force.test"], VULNCORE_ROLES=str(tmp_path / "none.toml")
    )
    (tmp_path / "broken.toml").write_text("claim = ")
    assert "is no TOML" in settings(
        PROVIDER, hosts=["dashboard.force.test"], VULNCORE_ROLES=str(tmp_path / "broken.toml")
    )


PROXY = {
    "VULNCORE_SIGN_IN_HEADER": "X-User",
    "VULNCORE_SIGN_IN_FROM": "10.0.0.5",
    "VULNCORE_SIGN_IN_ROLES": "X-Groups",
    "FORWARDED_ALLOW_IPS": "",
}


def test_a_proxy_has_to_be_named_whole(settings):
    assert settings(None, "0.0.0.0", ["city.test"], VULNCORE_SIGN_IN="proxy", **PROXY) == ""
    assert "names no address" in settings(
        VULNCORE_SIGN_IN="proxy", **{**PROXY, "VULNCORE_SIGN_IN_FROM": "proxy.test"}
    )
    assert "not what is trusted" in settings(
        VULNCORE_SIGN_IN="proxy", **{**PROXY, "VULNCORE_SIGN_IN_FROM": ""}
    )
    assert "not what is trusted" in settings(
        VULNCORE_SIGN_IN="proxy", **{**PROXY, "VULNCORE_SIGN_IN_HEADER": ""}
    )
    assert "started by: vulncore serve" in settings(
        VULNCORE_SIGN_IN="proxy", **{**PROXY, "FORWARDED_ALLOW_IPS": "127.0.0.1"}
    )
    assert "roles or groups" in settings(VULNCORE_SIGN_IN="proxy", **{**PROXY, "VULNCORE_SIGN_IN_ROLES": ""})


@pytest.mark.parametrize("way", ["proxy", "off"])
def test_two_ways_at_once_are_refused(settings, way):
    assert "Take one of them away" in settings(PROVIDER, VULNCORE_SIGN_IN=way, **PROXY)


def test_a_word_that_is_none_is_refused(settings):
    assert "VULNCORE_SIGN_IN is 'on'" in settings(VULNCORE_SIGN_IN="on")


@pytest.mark.parametrize("text", ["", "[auth", "[Auth]\nclient_id = 'a'", "auth = 3", "[auth]", "\udcff"])
def test_secrets_that_name_no_provider_do_not_turn_the_sign_in_off_in_silence(
    settings, tmp_path, monkeypatch, text
):
    path = tmp_path / "secrets.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    settings()
    known = starting.st.get_option
    monkeypatch.setattr(
        starting.st, "get_option", lambda name: [str(path)] if name == "secrets.files" else known(name)
    )
    assert "secrets" in starting.refusal_to_start()


@pytest.mark.parametrize("options", [("--server.address", "0.0.0.0"), ("--server.allowedHosts", "city.test")])
def test_the_command_refuses_in_one_sentence(options, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port()), *options],
        cwd=ROOT,
        env={**os.environ, "VULNCORE_STORE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode != 0
    assert "The dashboard does not start. Nobody would have to sign in" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
