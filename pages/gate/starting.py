"""What must hold before a server starts."""

import importlib.util
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section, validate_auth_credentials
from streamlit.errors import Error as StreamlitError
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.gate.identity import LOOPBACK, Way, proxy_settings, role_book, roles_file, way_of_sign_in
from vulncore.domain.errors import InvalidRolesError

LEAST_SECRET = 32  # letters
OPEN = "To let everybody in who reaches it, say so with VULNCORE_SIGN_IN=off."


def providers() -> list[str]:
    """Return the names of the providers that people can sign in with; the only one without a name is "default"."""
    section = get_secrets_auth_section()
    named = [name for name, value in section.items() if hasattr(value, "get") and value.get("client_id")]
    return (["default"] if section.get("client_id") else []) + named


def refusal_to_start() -> str:
    """Return why this server must not start as it is set up, and what to do; "" where it may."""
    setting = os.environ.get("VULNCORE_SIGN_IN", "").strip()
    if setting.casefold() not in ("", Way.PROXY, Way.OFF):
        return f"VULNCORE_SIGN_IN is '{setting}'. Say proxy or off, or leave it away: a provider in the secrets is used unasked."
    if unusable := _unusable_secrets():
        return unusable
    way = way_of_sign_in()
    problems = {Way.PROVIDER: _of_provider, Way.PROXY: _of_proxy, Way.NONE: _of_none, Way.OFF: _of_off}[way]()
    return next(problems, "")


def _unusable_secrets() -> str:
    """Return why secrets that are there name no provider: without a word, a slip in them would turn the sign-in off."""
    for path in map(Path, st.get_option("secrets.files")):
        if not path.is_file():
            continue
        try:
            named = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            return f"The secrets can't be read: {problem} ({path.name}). Correct them, or take the file away."
        if not isinstance(named.get("auth"), dict) or not named["auth"]:
            return f"The secrets ({path.name}) name no provider. Put it under [auth], or take the file away."
    return ""


def word_at_start() -> str:
    """Return what is said of the sign-in when a server starts."""
    return {
        Way.PROVIDER: "People sign in with the provider that the secrets name.",
        Way.PROXY: "People sign in at the proxy.",
        Way.NONE: "Sign-in is off: this server answers to this machine alone.",
        Way.OFF: "Sign-in is off, as VULNCORE_SIGN_IN says: whoever reaches this server sees all that it shows.",
    }[way_of_sign_in()]


def is_for_this_machine_alone() -> bool:
    """Return whether the server listens to this machine alone, and by no other name."""
    hosts = st.get_option("server.allowedHosts") or []
    return st.get_option("server.address") in LOOPBACK and bool(hosts) and set(hosts) <= LOOPBACK


def _of_provider() -> Iterator[str]:
    if importlib.util.find_spec("authlib") is None:
        yield "Sign-in needs Authlib, which is not installed here. Install the whole with: pip install 'vulncore[app]'"
    section, names = get_secrets_auth_section(), providers()
    try:
        for name in names:
            validate_auth_credentials(name)
    except StreamlitError as problem:
        yield f"The provider in the secrets is not complete. {' '.join(str(problem).split())}"
    if not names:
        yield "The secrets have [auth] but no provider. Give client_id, client_secret and server_metadata_url."
    address = urlsplit(str(section.get("redirect_uri", "")))
    if not address.path.endswith("/oauth2callback"):
        yield "redirect_uri in the secrets doesn't end with /oauth2callback, which is where people come back to."
    if not is_host_allowed(address.netloc.rpartition("@")[2]):
        yield f"redirect_uri in the secrets leads to {address.hostname}, by which nobody may reach this server. Add --server.allowedHosts {address.hostname}"
    metadata = [section, *(section[name] for name in names if name != "default")]
    for url in (
        str(section.get("redirect_uri")),
        *(str(one.get("server_metadata_url") or "https:") for one in metadata),
    ):
        if not url.startswith("https:") and urlsplit(url).hostname not in LOOPBACK:
            yield f"{url} in the secrets begins with http: people's sign-in could be read on the way. Let it begin with https."
    if len(str(section.get("cookie_secret", ""))) < LEAST_SECRET:
        yield f"cookie_secret in the secrets has fewer than {LEAST_SECRET} letters. Make one: openssl rand -hex 32"
    yield from _of_roles()


def _of_proxy() -> Iterator[str]:
    try:
        settings = proxy_settings()
    except ValueError as problem:
        yield f"VULNCORE_SIGN_IN_FROM names no address: {problem}. Give the addresses of the proxy, like 10.0.0.5."
        return
    if get_secrets_auth_section():
        yield "The secrets name a provider, and VULNCORE_SIGN_IN says proxy. Take one of them away."
    if not settings.header or not settings.addresses:
        yield (
            "VULNCORE_SIGN_IN is proxy, but not what is trusted. Name the header in which the proxy says who somebody is "
            "(VULNCORE_SIGN_IN_HEADER) and the address that it comes from (VULNCORE_SIGN_IN_FROM)."
        )
    if (
        os.environ.get("FORWARDED_ALLOW_IPS") != ""
    ):  # else uvicorn puts what a header claims in the place of the address
        yield "Who is behind a proxy is only told apart where the server is started by: vulncore serve"
    if not settings.roles_header:
        yield "VULNCORE_SIGN_IN is proxy: name the header in which it says people's roles or groups (VULNCORE_SIGN_IN_ROLES)."
    yield from _of_roles()


def _of_roles() -> Iterator[str]:
    try:
        role_book()
    except FileNotFoundError:
        yield (
            f"Nobody would be let in: there is no file of roles at {roles_file()}. Write one (docs/security.md has an example), or "
            "name it with VULNCORE_ROLES."
        )
    except InvalidRolesError as problem:
        yield f"{problem} (the file of roles, {roles_file()})"
    except OSError as problem:
        yield f"The file of roles can't be read: {problem.strerror or problem}: {roles_file()}."


def _of_none() -> Iterator[str]:
    if not is_for_this_machine_alone():
        yield (
            "Nobody would have to sign in, and others than this machine could reach this server: its address or its allowedHosts "
            f"are not of this machine alone. Set up a provider or a proxy that signs people in (docs/security.md). {OPEN}"
        )


def _of_off() -> Iterator[str]:
    if get_secrets_auth_section():
        yield "The secrets name a provider, and VULNCORE_SIGN_IN says off. Take one of them away."
