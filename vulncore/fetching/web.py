"""Asking sites over HTTP: patiently, within bounds, and with one sentence for whatever goes wrong.

Source: RFC 9110, HTTP Semantics, sections 8.8 (validators), 13.1.5 (If-Range), 14 (range requests) and 15.3.7 (206).
"""

import io
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from vulncore.domain.errors import NotThereError, UnreachableSiteError

ByteProgress = Callable[[str, int, int | None], None]
"""Told what is being fetched, how many of its bytes are here, and how many there are, if that is known."""

CHUNK_BYTES: Final = 256 * 1024
MAX_TEXT_BYTES: Final = 64 * 1024**2  # a page of boundaries has some 5 MB, what else is kept in memory less
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
WORTH_WHILE_BYTES: Final = 1024**2  # a try that brought as much is no failure, however it ended

_BUSY: Final = (429, 500, 502, 503, 504)
_ANSWERED: Final = (200, 206, 416)  # the whole, a part, or no such part
_NOT_THERE: Final = (403, 404, 410)  # a store that keeps its list to itself says 403 of what is not there
_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")


@dataclass(frozen=True)
class Patience:
    """How long a site is waited for, in seconds, and how often it is asked again."""

    connecting: float = 10.0
    silent: float = 60.0
    tries: int = 5
    pause: float = 1.0  # before the second try; doubled before each later one
    slowest: float = 1_000.0  # bytes a second: below that a connection is as good as broken
    watched: float = 60.0  # the seconds over which that is measured


PATIENCE: Final = Patience()


class ChangedFileError(UnreachableSiteError):
    """What is at an address is no longer what it was, or the site gives no parts of it."""


class _BrokenOffError(Exception):
    """A body ended before its end, or trickles."""


@dataclass(frozen=True)
class Version:
    """What tells one content of an address from another: the site's validator ("" without one), and its size."""

    validator: str
    bytes: int | None


@dataclass
class _Transfer:
    """What is written where, and of which version it is so far: the arguments of `Web.transfer`."""

    url: str
    sink: IO[bytes]
    most_bytes: int
    part: tuple[int, int] | None
    validator: str
    begun: Callable[[Version], None] | None
    progress: Callable[[int, int | None], None] | None
    pages: bool

    @property
    def held(self) -> int:
        """How many bytes are here; the next ones go behind them."""
        return self.sink.seek(0, io.SEEK_END)

    def start_over(self) -> None:
        """Throw away what is here, of whatever version it was."""
        self.sink.seek(0)
        self.sink.truncate()
        self.validator = ""


class _LocalOnly(HTTPAdapter):
    """Lets plain HTTP reach this machine alone, whoever leads there: an option, a link, a redirect."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request to this machine, and none to another."""
        host = urlsplit(request.url or "").hostname
        if host not in LOCAL_HOSTS:
            raise UnreachableSiteError(
                f"http://{host} is not encrypted, so anybody on the way could change the data. Only https is fetched from."
            )
        return super().send(request, *args, **kwargs)


class Web:
    """Asks sites, or a mirror in the place of all of them.

    A proxy, and certificates of one's own, are taken from the environment (HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE),
    as the library `requests` has them.

    Args:
        mirror: The address of a mirror, or None for the sites themselves. The mirror has what is at
            `https://data.police.uk/api/forces` at its own `/data.police.uk/api/forces`.
        patience: How long sites are waited for.

    Raises:
        UnreachableSiteError: The mirror's address is not https, and not on this machine either.
    """

    def __init__(self, mirror: str | None = None, patience: Patience = PATIENCE) -> None:
        parts = urlsplit(mirror or "https://data.police.uk")
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)
        if not parts.hostname or not safe:
            raise UnreachableSiteError(
                f"'{str(mirror)[:60]}' is not the address of a site. Write an address that begins with https://"
            )
        self._mirror = mirror.rstrip("/") if mirror else None
        self.patience = patience
        retries = Retry(
            total=patience.tries - 1,
            connect=min(1, patience.tries - 1),
            read=min(2, patience.tries - 1),
            status_forcelist=_BUSY,
            backoff_factor=patience.pause,
            retry_after_max=60,
            raise_on_status=False,
        )
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": "vulncore", "Accept-Encoding": "identity"})
        self._session.mount("https://", HTTPAdapter(max_retries=retries))
        self._session.mount("http://", _LocalOnly(max_retries=retries))

    def address(self, url: str) -> str:
        """Return where what is at an official address is asked for."""
        parts = urlsplit(url)
        if self._mirror is None or url.startswith(f"{self._mirror}/"):
            return url
        return f"{self._mirror}/{parts.netloc}{parts.path}{f'?{parts.query}' if parts.query else ''}"

    def host(self, url: str) -> str:
        """Return the name of the host that is asked for an official address, to be told in a sentence."""
        return urlsplit(self.address(url)).netloc

    def text(self, url: str, params: Mapping[str, str] | None = None) -> str:
        """Return a page as text; raises what `transfer` does."""
        prepared = requests.Request("GET", url, params=params).prepare().url or url
        content = io.BytesIO()
        self.transfer(prepared, content, MAX_TEXT_BYTES, pages=True)
        return content.getvalue().decode("utf-8-sig", errors="replace")

    def json(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        """Return what an interface answers; raises what `transfer` does, and UnreachableSiteError if it is no JSON."""
        text = self.text(url, params)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise UnreachableSiteError(self._other(url, text.encode()[:200], "data (JSON)")) from problem

    def transfer(
        self,
        url: str,
        sink: IO[bytes],
        most_bytes: int,
        *,
        part: tuple[int, int] | None = None,
        validator: str = "",
        begun: Callable[[Version], None] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
        pages: bool = False,
    ) -> Version:
        """Write what is at an address into a file, going on where a connection broke off.

        Args:
            url: The official address.
            sink: Where bytes go. What it holds is taken as the beginning of what `validator` names, and is
                thrown away where that has changed meanwhile.
            most_bytes: How many bytes it may have in all.
            part: The first byte and the last of a part of it; without it the whole.
            validator: Of which version the bytes in the sink are, or the part has to be.
            begun: Told what is coming before it comes.
            progress: Told how many bytes are here, and of how many.
            pages: Whether it may be a page for people (HTML).

        Returns:
            What was written.

        Raises:
            ChangedFileError: A part was asked for, and the site gives none, or of another version.
            NotThereError: There is nothing at the address.
            UnreachableSiteError: The site can't be reached, breaks off again and again, has more bytes than may
                be, or answers with a page for people.
        """
        way = _Transfer(url, sink, most_bytes, part, validator, begun, progress, pages)
        failures, problem = 0, ""
        if not part and not (validator and _goes_into_a_header(validator)):
            way.start_over()
        while failures < self.patience.tries:
            if failures:
                time.sleep(self.patience.pause * 2 ** (failures - 1))
            held = way.held
            try:
                return self._attempt(way)
            except ChangedFileError:
                if part or not held:
                    raise
                way.start_over()
                failures += 1
            except _BrokenOffError as broken:
                problem = str(broken)
                kept = bool(part or way.validator)
                failures = 1 if kept and way.held - held >= WORTH_WHILE_BYTES else failures + 1
                if not kept:
                    way.start_over()
        raise UnreachableSiteError(
            f"{self.host(url)} breaks off again and again: {problem or 'its answers contradict each other'}. "
            "What has come is kept. Run the same command again to go on from there."
        )

    def _attempt(self, way: _Transfer) -> Version:
        """Ask for what is not here yet, and write it."""
        url, part = way.url, way.part
        at = (part[0] if part else 0) + way.held
        headers = {"Range": f"bytes={at}-{part[1] if part else ''}"} if part or at else {}
        if headers and way.validator:
            headers["If-Range"] = way.validator
        with self._answer(url, headers) as reply:
            version = self._version(way, reply, at)
            kind = str(reply.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
            if not way.pages and kind in {"text/html", "application/xhtml+xml"}:
                raise UnreachableSiteError(self._other(url, b"<html", "a file"))
            if not part and reply.status_code == HTTPStatus.OK:
                way.start_over()
            way.validator = version.validator
            end = part[1] + 1 - part[0] if part else version.bytes
            most = way.most_bytes if end is None else end
            if most > way.most_bytes:
                raise UnreachableSiteError(self._too_many(url, way.most_bytes))
            if way.begun:
                way.begun(version)
            held = way.held
            for piece in self._pieces(reply):
                held += len(piece)
                if held > most:
                    raise UnreachableSiteError(self._too_many(url, most))
                way.sink.write(piece)
                if way.progress:
                    way.progress(held, end)
            if end is not None and held < end:
                raise _BrokenOffError(f"{end - held:,} of {end:,} bytes did not come")
        return version

    @contextmanager
    def _answer(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        waits = (self.patience.connecting, self.patience.silent)
        try:
            reply = self._session.get(self.address(url), headers=headers, stream=True, timeout=waits)
        except requests.exceptions.SSLError as problem:
            raise UnreachableSiteError(
                f"{self.host(url)} cannot be trusted from here: its certificate is not one that this machine knows. Where a proxy "
                "signs what passes, set REQUESTS_CA_BUNDLE to the file of its certificate."
            ) from problem
        except requests.RequestException as problem:
            raise UnreachableSiteError(
                f"There is no way to {self.host(url)} from here: {_reason(problem)}. Check that this machine reaches the internet; "
                "behind a proxy, set HTTPS_PROXY to its address. Otherwise fetch on a machine that does, and bring the folder here."
            ) from problem
        with reply:
            if reply.status_code in _NOT_THERE:
                raise NotThereError(
                    f"{self.host(url)} has nothing at {urlsplit(url).path[-120:]} (answer {reply.status_code}). "
                    "It may have moved: look it up on the site."
                )
            if reply.status_code not in _ANSWERED:
                raise UnreachableSiteError(
                    f"{self.host(url)} does not answer as it should (answer {reply.status_code}, {str(reply.reason)[:40]}). "
                    "Try again later. What was fetched so far is kept."
                )
            yield reply

    def _version(self, way: _Transfer, reply: requests.Response, at: int) -> Version:
        """Return what a reply is of; refuse a part of another version, and one that begins elsewhere."""
        part, current = way.part, strong_validator(reply.headers)
        host, path = self.host(way.url), urlsplit(way.url).path[-80:]
        if reply.status_code == HTTPStatus.OK:
            if part:
                raise ChangedFileError(
                    f"{host} gives no parts of {path}, or it has changed. Run the command again."
                )
            length = str(reply.headers.get("Content-Length", ""))
            return Version(current, int(length) if re.fullmatch(r"\d{1,15}", length) else None)
        named = _CONTENT_RANGE.fullmatch(str(reply.headers.get("Content-Range", "")).strip())
        of_another = way.validator and current != way.validator
        if not named or int(named[1]) != at or (part and int(named[2]) > part[1]) or of_another:
            raise ChangedFileError(
                f"{host} gives another part of {path} than it was asked for. Run the command again."
            )
        return Version(current, None if named[3] == "*" else int(named[3]))

    def _pieces(self, reply: requests.Response) -> Iterator[bytes]:
        began, taken = time.monotonic(), 0
        try:
            while piece := reply.raw.read1(CHUNK_BYTES, decode_content=False):
                taken += len(piece)
                yield piece
                passed = time.monotonic() - began
                if passed >= self.patience.watched:
                    if taken < self.patience.slowest * passed:
                        raise _BrokenOffError(f"only {taken / passed:,.0f} bytes a second came")
                    began, taken = time.monotonic(), 0
        except (HTTPError, OSError) as problem:
            raise _BrokenOffError("the connection ended in the middle") from problem

    def _other(self, url: str, beginning: bytes, expected: str) -> str:
        what = "a web page" if beginning.lstrip().startswith(b"<") else "something else"
        return (
            f"{self.host(url)} answers with {what} where {expected} should be. A proxy that asks people to sign in may stand "
            "between: open the site in a browser on this machine, and run the command again."
        )

    def _too_many(self, url: str, most_bytes: int) -> str:
        return (
            f"{urlsplit(url).path[-80:]} of {self.host(url)} has more than {most_bytes:,} bytes, more than it should. "
            "Nothing of it is kept. Check the address."
        )


def strong_validator(headers: Mapping[str, str]) -> str:
    """Return what tells one version of a file from another to the byte; "" where the site says nothing of the kind.

    >>> strong_validator({"ETag": '"a1"'}), strong_validator({"ETag": 'W/"a1"'}), strong_validator({})
    ('"a1"', '', '')
    >>> strong_validator({"ETag": 'W/"a1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"})
    'Wed, 21 Oct 2015 07:28:00 GMT'
    """
    tag = headers.get("ETag", "").strip()
    validator = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "").strip()
    return validator if len(validator) <= 200 and _goes_into_a_header(validator) else ""


def _goes_into_a_header(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _reason(problem: Exception) -> str:
    """Return why a site can't be reached."""
    if isinstance(problem, requests.exceptions.ProxyError):
        return "the proxy does not lead there"
    if isinstance(problem, requests.Timeout):
        return "it does not answer in time"
    if isinstance(problem, requests.TooManyRedirects):
        return "it leads round in circles"
    text = str(problem)
    if "NameResolutionError" in text or "getaddrinfo" in text or "Name or service" in text:
        return "its name cannot be looked up"
    if "refused" in text:
        return "nothing answers there"
    return "the connection fails"
