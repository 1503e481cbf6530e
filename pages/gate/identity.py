"""How people sign in here, who somebody is, and what they may do."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import Headers
from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from vulncore.access.folder import audit_folder
from vulncore.access.roles import ALLOWED, NO_RIGHTS, Right, Rights, RoleBook, UserRole, claimed, parse_roles
from vulncore.domain.errors import InvalidRolesError
from vulncore.domain.shipped import default_store

LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
PASSED_ON: Final = b"x-vulncore-visitor"
"""The header in which the gate tells a page who somebody is; from outside it is never taken."""
OF_THE_SERVER: Final = b"x-vulncore-own-visit"
BY_PROXY: Final = ("x-forwarded", "forwarded", "via", "x-real-ip")
"""What the headers begin with that a proxy adds."""
MOST_LETTERS: Final = 200
LONGEST_COOKIE_S: Final = 31 * 24 * 3600
OF_ONE_SIGN_IN_S: Final = 5.0  # seconds: the pieces of a cookie are signed one after the other
LAST_MOMENT: Final = 32_503_680_000  # the year 3000
PROXY_CLAIM: Final = "of the proxy"
LEAD_S: Final = 12 * 3600.0  # seconds that a proxy's word holds: it is asked again at each connection

_own_visit = secrets.token_hex(32)


class Way(StrEnum):
    """How people sign in: with a provider, at a proxy, not at all as only this machine gets here, or not at all as its keeper says so."""

    PROVIDER = "provider"
    PROXY = "proxy"
    NONE = "none"
    OFF = "off"


@dataclass(frozen=True)
class Identity:
    """Somebody who is signed in.

    Attributes:
        key: What nobody else has: the provider and its own number for them. What is theirs is kept apart by it.
        id: What the audit log calls them.
        name: What a page calls them, and what notes are signed with.
        values: What the claim of roles says of them.
        claim: What that claim is called.
        expires: When they have to sign in again, in seconds since 1970.
        is_server: Whether it is the server itself, which visits its pages before others do.
        ends_by_token: Whether a provider said until when.
    """

    key: str
    id: str
    name: str
    values: tuple[str, ...] = ()
    claim: str = ""
    expires: float = 0.0
    is_server: bool = False
    ends_by_token: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether they have to sign in again: the token's time is over, or they signed out."""
        return not time.time() < self.expires or (not self.is_server and _ended(self).exists())

    def passed_on(self) -> str:
        """Return this as the text of a header."""
        return json.dumps(asdict(self))


THE_SERVER: Final = Identity("server", "server", "This server", expires=float("inf"), is_server=True)


def way_of_sign_in() -> Way:
    """Return how people sign in here: `VULNCORE_SIGN_IN` says proxy or off; a provider in the secrets is used unasked."""
    setting = os.environ.get("VULNCORE_SIGN_IN", "").strip().casefold()
    if setting in (Way.PROXY, Way.OFF):
        return Way(setting)
    return Way.PROVIDER if get_secrets_auth_section() else Way.NONE


def needs_sign_in() -> bool:
    """Return whether nobody gets in who isn't signed in."""
    return way_of_sign_in() in (Way.PROVIDER, Way.PROXY)


def identity_of(headers: Headers, cookies: Mapping[str, str], client: str) -> Identity | None:
    """Return who sends a request; None where nobody is signed in, or no more.

    Args:
        headers: The request's own.
        cookies: The request's own.
        client: The address that it comes from.
    """
    proof = headers.get(OF_THE_SERVER.decode())
    if proof is not None:
        return THE_SERVER if secrets.compare_digest(proof.encode(), _own_visit.encode()) else None
    way = way_of_sign_in()
    identity = {Way.PROVIDER: lambda: _of_cookie(cookies), Way.PROXY: lambda: _of_proxy(headers, client)}[
        way
    ]()
    return None if identity is None or identity.has_ended else identity


def sign_out(identity: Identity) -> None:
    """End a sign-in, whoever still has its cookie, on each server of the store.

    Raises:
        OSError: The folder of the audit log, where that is kept, can't be written to.
    """
    ended = _ended(identity)
    ended.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for other in ended.parent.iterdir():
        if other.stat().st_mtime < time.time() - LONGEST_COOKIE_S:
            other.unlink(missing_ok=True)
    ended.touch(mode=0o600)


def _ended(identity: Identity) -> Path:
    """Return the file that is there once a sign-in has been ended."""
    store = Path(os.environ.get("VULNCORE_STORE") or default_store())
    sign_in = hashlib.sha256(f"{identity.key} {identity.expires}".encode()).hexdigest()
    return audit_folder(store) / "ended" / sign_in[:32]


def is_over_tls() -> bool:
    """Return whether people reach this server over TLS alone, by where the provider sends them back to."""
    return str(get_secrets_auth_section().get("redirect_uri", "")).startswith("https:")


def own_visit_header() -> tuple[bytes, bytes]:
    """Return the header by which the gate knows a visit of the server itself, from within this process alone."""
    return OF_THE_SERVER, _own_visit.encode()


def passed_on(headers: Mapping[str, str]) -> Identity | None:
    """Return who the gate says a page's visitor is."""
    try:
        kept = json.loads(headers.get(PASSED_ON.decode(), ""))
        return Identity(**{**kept, "values": tuple(kept["values"])})
    except (ValueError, TypeError, KeyError):
        return None


def rights_of(identity: Identity | None) -> Rights:
    """Return what somebody may do by the file of roles as it is now: nothing, unless it names them."""
    if identity is None or identity.has_ended:
        return NO_RIGHTS
    if identity.is_server:
        return Rights(ALLOWED[UserRole.VIEWER])
    try:
        book = role_book()
    except (InvalidRolesError, OSError):
        return NO_RIGHTS  # the server doesn't start with such a file; it was changed since
    if identity.claim not in (book.claim, PROXY_CLAIM):
        return NO_RIGHTS  # the file names another claim since they signed in
    return book.rights_of({book.claim: list(identity.values)})


def role_in_words(identity: Identity) -> str:
    """Return the role of somebody, or ""."""
    try:
        book = role_book()
    except (InvalidRolesError, OSError):
        return ""
    role = book.role_of({book.claim: list(identity.values)})
    return role.replace("-", " ") if role else ""


def is_let_in(identity: Identity | None) -> bool:
    """Return whether somebody may see anything at all."""
    return rights_of(identity).may(Right.SEE)


def roles_file() -> Path:
    """Return where the file of roles lies: `VULNCORE_ROLES`, or `roles.toml` in the folder of the store."""
    store = Path(os.environ.get("VULNCORE_STORE") or default_store())
    return Path(os.environ.get("VULNCORE_ROLES") or store / "roles.toml")


def role_book() -> RoleBook:
    """Return the roles by the file as it is now.

    Raises:
        InvalidRolesError: It holds no list of roles.
        OSError: It can't be read.
    """
    path = roles_file()
    stat = path.stat()
    return _role_book(path, (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino))


@lru_cache(maxsize=4)
def _role_book(path: Path, _state: tuple[int, ...]) -> RoleBook:
    return parse_roles(path.read_bytes())


def _of_cookie(cookies: Mapping[str, str]) -> Identity | None:
    """Return whom the cookie of a sign-in names, if this server signed it; Streamlit keeps it thirty days, the token ends sooner.

    A long one comes in pieces, each signed alone: those of two sign-ins put together name nobody.
    """
    moments: list[float] = []

    def piece(name: str) -> bytes | None:
        serializer = URLSafeTimedSerializer(get_cookie_secret(), salt=name)
        try:
            value, moment = serializer.loads(
                cookies.get(name, "").encode("latin-1", "replace"),
                max_age=LONGEST_COOKIE_S,
                return_timestamp=True,
            )
        except (BadData, UnicodeError, RecursionError):
            return None
        moments.append(moment.timestamp())
        return value.encode() if isinstance(value, str) else None

    try:
        kept = get_cookie_with_chunks(piece, USER_COOKIE_NAME)
        claims = json.loads(kept) if kept else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        return None
    return of_claims(claims) if max(moments) - min(moments) <= OF_ONE_SIGN_IN_S else None


def of_claims(claims: Mapping[str, Any]) -> Identity | None:
    """Return whom the claims of a provider's token name; None where they name nobody, or don't say until when.

    Source:
        OpenID Connect Core 1.0, sections 2 and 5.1: `iss` and `sub` together are the only identifier that never becomes
        somebody else's; names and addresses can.
    """
    subject, issuer, expires = claims.get("sub"), claims.get("iss"), claims.get("exp")
    if not (isinstance(subject, str) and subject and isinstance(issuer, str) and _is_moment(expires)):
        return None
    named = [claims.get(name) for name in ("preferred_username", "email", "upn")]
    identifier = next((text for text in named if isinstance(text, str) and text), subject)[:MOST_LETTERS]
    name = claims.get("name")
    try:
        claim = role_book().claim
    except (InvalidRolesError, OSError):
        claim = ""
    return Identity(
        key=f"{issuer} {subject}",
        id=identifier,
        name=name[:80] if isinstance(name, str) and name else identifier[:80],
        values=tuple(sorted(claimed(claims, claim))),
        claim=claim,
        expires=float(expires),
        ends_by_token=True,
    )


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < LAST_MOMENT


def _of_proxy(headers: Headers, client: str) -> Identity | None:
    """Return whom the header of the proxy names, if the request comes from there and names nobody twice."""
    trusted = proxy_settings()
    if client not in trusted.addresses:
        return None
    named, roles = headers.getlist(trusted.header), headers.getlist(trusted.roles_header)
    if len(named) != 1 or len(roles) != 1:  # what a browser sent stands beside what the proxy says
        return None
    identifier = named[0].strip()
    if not 0 < len(identifier) <= MOST_LETTERS:
        return None
    values = {value.strip() for value in roles[0].replace(";", ",").split(",")} - {""}
    return Identity(
        f"proxy {identifier}",
        identifier,
        identifier[:80],
        tuple(sorted(values)),
        PROXY_CLAIM,
        time.time() + LEAD_S,
    )


@dataclass(frozen=True)
class ProxySettings:
    """What is trusted where a proxy signs people in: which header, from which addresses, and which header has the roles."""

    header: str
    addresses: frozenset[str]
    roles_header: str


def proxy_settings() -> ProxySettings:
    """Return what is trusted of a proxy.

    Raises:
        ValueError: An address is none.
    """
    given = os.environ.get("VULNCORE_SIGN_IN_FROM", "").replace(",", " ").split()
    return ProxySettings(
        os.environ.get("VULNCORE_SIGN_IN_HEADER", "").strip(),
        frozenset(str(ip_address(address)) for address in given),
        os.environ.get("VULNCORE_SIGN_IN_ROLES", "").strip(),
    )


def for_page(identity: Identity) -> Identity:
    """Return somebody as a page is told of them: with no more of their claims than roles need."""
    try:
        book = role_book()
    except (InvalidRolesError, OSError):
        return replace(identity, values=())
    known = frozenset().union(*book.values.values())
    return replace(identity, values=tuple(value for value in identity.values if value in known))
