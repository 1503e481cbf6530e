"""A real provider of sign-ins, and clients of the dashboard that it signs in: by the whole flow, or by a cookie as the server signs it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.sync.client import ClientConnection, connect

COOKIE = "_streamlit_user"
START_S = 30
SECRET = "of-this-test-and-of-nothing-else-0123456789"
ANOTHERS_SECRET = "of-another-server-than-this-one-0123456789"
ROLES = """
claim = "roles"

[roles]
viewer = ["Read"]
strand-lead = ["Lead.Hate"]
analyst = ["Analyse"]
administrator = ["Administer"]

[strands]
"Lead.Hate" = ["hate-crime"]
"""
FULL_PROVIDER = {
    "redirect_uri": "https://dashboard.force.test/oauth2callback",
    "cookie_secret": "x" * 32,
    "client_id": "a",
    "client_secret": "b",
    "server_metadata_url": "https://login.force.test/.well-known/openid-configuration",
}
PEOPLE = {
    "viewer": ("Vera Viewer", ["Read"]),
    "strand-lead": ("Leo Lead", ["Lead.Hate"]),
    "analyst": ("Ana Analyst", ["Analyse"]),
    "administrator": ("Ada Administrator", ["Administer"]),
    "nobody": ("Ned Nobody", ["Finance"]),
}


@dataclass(frozen=True)
class Signed:
    """A dashboard that people sign in to."""

    url: str
    port: int
    store: Path

    def cookie(self, person: str, *, secret: str = SECRET, **other: Any) -> str:
        """The cookie that the server sets for a person whom the provider has named."""
        return cookie_of(claims_of(person, self.url, **other), secret)

    def client(self, person: str | None, **other: Any) -> requests.Session:
        """A client with the cookie of a person; without one for None."""
        session = requests.Session()
        if person:
            session.headers["Cookie"] = f"{COOKIE}={self.cookie(person, **other)}"
        return session

    def websocket(self, person: str | None, *, again: str = "", **other: Any) -> ClientConnection:
        """The connection of a page, to be entered; `again` is the session that it would go on with."""
        given = {"Cookie": f"{COOKIE}={self.cookie(person, **other)}"} if person else {}
        return connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit", "x", again] if again else ["streamlit"],
            additional_headers=given,
            origin=self.url,
            max_size=None,
        )


def claims_of(person: str, url: str, **other: Any) -> dict[str, Any]:
    name, roles = PEOPLE[person]
    claims = {
        "iss": "http://provider.test", "sub": f"{person}-1", "preferred_username": f"{person}@force.test",
        "name": name, "roles": roles, "exp": time.time() + 3600, "origin": url, "is_logged_in": True, "provider": "default",
    }  # fmt: skip
    return claims | other


def cookie_of(claims: Mapping[str, Any], secret: str) -> str:
    return create_signed_value(secret, COOKIE, json.dumps(claims)).decode()


@contextmanager
def provider(port: int) -> Iterator[str]:
    """Run a provider that knows the people above, and yield its address."""
    people = [
        json.dumps(
            {
                "sub": person,
                "name": name,
                "email": f"{person}@force.test",
                "preferred_username": f"{person}@force.test",
                "roles": roles,
            }
        )
        for person, (name, roles) in PEOPLE.items()
    ]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    running = subprocess.Popen(
        [*command, *(part for person in people for part in ("--user-claims", person))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(START_S * 10):
            with suppress(requests.ConnectionError):
                requests.get(url, timeout=5)
                break
            time.sleep(0.1)
        yield url
    finally:
        running.terminate()
        running.wait(10)


def write_settings(folder: Path, port: int, provider_url: str, base: str = "") -> dict[str, str]:
    """Write secrets and roles into a folder, and return the environment that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roles.toml").write_text(ROLES)
    (folder / "secrets.toml").write_text(f"""
[auth]
redirect_uri = "http://127.0.0.1:{port}{base}/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "dashboard"
client_secret = "of-the-provider"
server_metadata_url = "{provider_url}/.well-known/openid-configuration"
""")
    return {
        "VULNCORE_ROLES": str(folder / "roles.toml"),
        "STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"),
        "STREAMLIT_SERVER_BASE_URL_PATH": base.strip("/"),
    }
