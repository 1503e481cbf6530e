"""A site on this machine that speaks as the sites of open data do, and misbehaves when it is told to."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from vulncore.fetching.web import Patience

HASTY = Patience(connecting=2, silent=0.5, tries=3, pause=0.01, slowest=1_000, watched=0.2)


@dataclass
class Served:
    """What the site has at a path, and how it hands that out."""

    content: bytes = b""
    kind: str = "application/octet-stream"
    tag: str | None = '"1"'
    ranges: bool = True
    first_answers: list[int] = field(default_factory=list)  # statuses before it answers well
    break_after: list[int] = field(
        default_factory=list
    )  # bytes of a body, request by request, until the line breaks
    pause: float = 0.0  # seconds between single bytes
    leads_to: str = ""  # another address, by a redirect
    made_for: Callable[[dict[str, str]], bytes] | None = None  # content by the query


@dataclass
class LocalSite:
    """The site: what it has by path, and what it was asked."""

    address: str
    served: dict[str, Served] = field(default_factory=dict)
    asked_for: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bytes_sent: int = 0

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked_for]


@contextmanager
def local_site() -> Iterator[LocalSite]:
    """Serve on a free port of this machine until the test is over."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.site = LocalSite(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of those who went away before the end."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""

    def do_CONNECT(self) -> None:
        self.server.site.asked_for.append((f"CONNECT {self.path}", dict(self.headers)))
        self._answer(502, b"", {})

    def do_GET(self) -> None:
        site = self.server.site
        parts = urlsplit(self.path)
        site.asked_for.append((parts.path, dict(self.headers)))
        served = site.served.get(parts.path)
        if served is None:
            return self._answer(404, b"not here", {})
        if served.first_answers:
            return self._answer(served.first_answers.pop(0), b"busy", {})
        if served.leads_to:
            return self._answer(302, b"", {"Location": served.leads_to})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        content = served.made_for(query) if served.made_for else served.content
        headers = {"Content-Type": served.kind} | ({"ETag": served.tag} if served.tag else {})
        return self._content(served, content, headers)

    def _content(self, served: Served, content: bytes, headers: dict[str, str]) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in {None, served.tag}
        if not wanted or not same or not served.ranges:
            return self._answer(200, content, headers, served)
        begin, end = int(wanted[1]), int(wanted[2] or len(content) - 1)
        if begin >= len(content):
            return self._answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
        end = min(end, len(content) - 1)
        headers["Content-Range"] = f"bytes {begin}-{end}/{len(content)}"
        return self._answer(206, content[begin : end + 1], headers, served)

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str], served: Served | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        breaks = bool(served and served.break_after)
        sent = body[: served.break_after.pop(0)] if breaks else body
        try:
            if served and served.pause:
                for at in range(len(sent)):
                    self.wfile.write(sent[at : at + 1])
                    self.wfile.flush()
                    time.sleep(served.pause)
            else:
                self.wfile.write(sent)
        except OSError:
            pass  # whoever asked has gone
        self.server.site.bytes_sent += len(sent)
        if breaks:
            self.wfile.flush()
            self.close_connection = True
