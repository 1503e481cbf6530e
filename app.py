"""Starts the dashboard (`streamlit run app.py`) and adds security headers, refusals, `/live`, `/ready`, tiles of maps and whole addresses.

`main.py` lies beside the pages on purpose: it then runs first for every visitor, whichever page their
link names (`docs/decisions/0003-st-app.md`).
"""

import asyncio
import base64
import gc
import hashlib
import importlib
import logging
import os
import re
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from pages.gate.gate import FIGURES, Gate, path_beneath
from pages.gate.identity import is_over_tls
from pages.gate.starting import refusal_to_start, word_at_start

if TYPE_CHECKING:
    from vulncore.store.grounds import KeptGround

FIRST_PAGE = Path(st.__file__).parent / "static" / "index.html"


def content_security_policy(page: str) -> str:
    """Return the policy under which Streamlit works and no host but ours is reached.

    Args:
        page: The HTML that Streamlit sends first: its inline scripts, and no others, are allowed.

    Source:
        Each source below was taken away in turn and the page watched: what stands here is what broke
        (`docs/decisions/0003-st-app.md`).
    """
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    hashes = "".join(f" 'sha256-{digest}'" for digest in digests)
    directives = [
        "default-src 'none'",
        # blob: carries the script of a st.components.v2 component; deck.gl's decoders are WebAssembly
        f"script-src 'self' blob: 'wasm-unsafe-eval'{hashes}",
        # Streamlit writes its styles into the page as it draws; Vega and components bring theirs
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return "; ".join(directives)


SECURITY_HEADERS = {
    "Content-Security-Policy": content_security_policy(FIRST_PAGE.read_text(encoding="utf-8")),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STAYING_ON_TLS = {"Strict-Transport-Security": "max-age=31536000"}


class SecurityHeaders:
    """Puts the security headers on every HTTP response; websockets pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request through the app within."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(
                    SECURITY_HEADERS | STAYING_ON_TLS if is_over_tls() else SECURITY_HEADERS
                )
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if started:
                raise
            # answered here, or the answer would leave without the headers
            logging.getLogger(__name__).exception("a request failed")
            failed = PlainTextResponse("Something went wrong. The server's log says what.", status_code=500)
            await failed(scope, receive, send_with_headers)


class OwnWebsockets:
    """Refuses a websocket that a page of another host opens, before Streamlit asks a host outside whether it is ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request through the app within, or refuse its websocket."""
        headers = MutableHeaders(scope=scope) if scope["type"] == "websocket" else {}
        if "origin" in headers:
            origin, host = headers["origin"], headers.get("host", "")
            if not is_our_origin(origin, host):
                logging.getLogger(__name__).warning("refused a websocket of %r: not in allowedHosts", origin)
                await WebSocketClose(code=1008)(scope, receive, send)
                return
            # behind a proxy the browser's host can be another than the one that is asked here
            headers["origin"] = f"http://{host}"
        await self.app(scope, receive, send)


def is_our_origin(origin: str, host: str) -> bool:
    """Return whether a page's origin is the host that its request names, or one of `allowedHosts` on any port.

    >>> is_our_origin("https://city.test:8443", "city.test:8443"), is_our_origin("null", "")
    (True, False)
    """
    try:
        page = urlsplit(origin)
        return bool(page.netloc) and (
            page.netloc == host or page.hostname in st.get_option("server.allowedHosts")
        )
    except ValueError:
        return False


def live(_: Request) -> JSONResponse:
    """Return 200: the server runs."""
    return JSONResponse({"live": True})


VISITED = asyncio.Event()
"""Set once each page has been visited."""


@asynccontextmanager
async def visiting(app: st.App) -> AsyncIterator[None]:
    """Have each page visited while the server runs, unless `VULNCORE_FIRST_VISITS` is `off`."""
    if os.environ.get("VULNCORE_FIRST_VISITS", "").casefold() == "off":
        VISITED.set()
        yield
        return
    visits = asyncio.create_task(_visit_pages(app))
    yield
    visits.cancel()
    with suppress(asyncio.CancelledError):
        await visits


async def _visit_pages(app: st.App) -> None:
    # imported here, so that the server listens before the engine is loaded
    visits = await asyncio.to_thread(importlib.import_module, "pages.first_visits")
    await visits.visit_again_and_again(app, VISITED)


def ready(_: Request) -> JSONResponse:
    """Return 200 once the store can be read and each page's first view is kept, and 503 until then; never why."""
    # imported here, so that the server listens before the engine is loaded
    from pages.shared.reads import store_path  # noqa: PLC0415
    from vulncore.store import is_readable  # noqa: PLC0415

    if VISITED.is_set() and is_readable(store_path()):
        return JSONResponse({"ready": True})
    return JSONResponse({"ready": False}, status_code=503)


def figures(request: Request) -> Response:
    """Return the figures of a version, force and month as JSON (docs/data-package.md), by the names that links use; or why not."""
    # imported here, so that the server listens before the engine is loaded
    from pages.shared.reads import store_path  # noqa: PLC0415
    from pages.shared.sidebar import FIRST_DATASET  # noqa: PLC0415
    from vulncore.domain.errors import VulncoreError  # noqa: PLC0415
    from vulncore.domain.periods import parse_month  # noqa: PLC0415
    from vulncore.findings.overview.overview import overview  # noqa: PLC0415
    from vulncore.packs.data_package import figures_json  # noqa: PLC0415

    choices = request.query_params
    version, month = choices.get("version"), choices.get("month")
    try:
        if version is not None and not WHOLE_NUMBER.fullmatch(version):
            return JSONResponse({"error": "A version is a whole number."}, status_code=400)
        shown = overview(
            store_path(),
            choices.get("dataset", FIRST_DATASET),
            None if version is None else int(version),
            choices.get("force"),
            parse_month(month) if month else None,
        )
    except VulncoreError as problem:
        return JSONResponse({"error": str(problem)}, status_code=404)
    return Response(
        figures_json(shown), media_type="application/json", headers={"Cache-Control": "private, no-store"}
    )


KEY = re.compile("[0-9a-f]{16}")
WHOLE_NUMBER = re.compile("[0-9]{1,8}")  # a tile's row and column have up to seven figures
GROUND_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",  # another file has another address
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
STYLE_HEADERS = {
    **GROUND_HEADERS,
    "Cache-Control": "no-cache",
}  # another edition of ours may draw it in another way


def ground_tile(request: Request) -> Response:
    """Return a tile of the ground that a force brought: 204 where it is empty, and 404 where there is no such thing.

    Nothing of the address becomes a path: a force's key is looked up, and its file's digest and the tile's place are held
    against what is kept. Whoever reaches the server may see it, as all that the store holds.
    """
    # imported here, so that the server listens before the engine is loaded
    from pages.shared.reads import store_path  # noqa: PLC0415
    from vulncore.domain.errors import DamagedStoreError  # noqa: PLC0415
    from vulncore.domain.tiles.archive import unpacked  # noqa: PLC0415
    from vulncore.store.grounds import tile_of  # noqa: PLC0415

    kept, place = _named_ground(request), [request.path_params[name] for name in "zxy"]
    if kept is None or not all(map(WHOLE_NUMBER.fullmatch, place)):
        return _no_such_ground()
    z, x, y = map(int, place)
    if not kept.zooms[0] <= z <= kept.zooms[1] or max(x, y) >= 2**z:
        return _no_such_ground()
    try:
        data, packed = tile_of(store_path(), kept, z, x, y) or (b"", False)
        if packed and "gzip" not in request.headers.get("accept-encoding", ""):
            data, packed = unpacked(data), False
    except (DamagedStoreError, ValueError, OSError):
        logging.getLogger(__name__).exception("a tile of the ground of %r can't be read", kept.force)
        return _no_such_ground()
    headers = {**GROUND_HEADERS, "Content-Encoding": "gzip"} if packed else GROUND_HEADERS
    if not data:
        return Response(status_code=204, headers=GROUND_HEADERS)
    return Response(data, media_type="application/vnd.mapbox-vector-tile", headers=headers)


def ground_style(request: Request) -> Response:
    """Return how the ground that a force brought is drawn, for a page of ours whose address is given, light or dark."""
    # imported here, so that the server listens before the engine is loaded
    from pages.where.ground import PALETTES, style_of  # noqa: PLC0415

    kept, theme = _named_ground(request), request.path_params["theme"]
    page = request.query_params.get("page", "")
    if kept is None or theme not in PALETTES or not is_our_origin(page, request.headers.get("host", "")):
        return _no_such_ground()
    return JSONResponse(style_of(kept, theme, page), headers=STYLE_HEADERS)


def _named_ground(request: Request) -> "KeptGround | None":
    """Return the ground that an address names, if that very file is kept and no page of another host asks."""
    # imported here, so that the server listens before the engine is loaded
    from pages.shared.reads import store_path  # noqa: PLC0415
    from vulncore.store.grounds import ground_by_key  # noqa: PLC0415

    key, edition, headers = request.path_params["key"], request.path_params["edition"], request.headers
    foreign = "origin" in headers and not is_our_origin(headers["origin"], headers.get("host", ""))
    kept = None if foreign or not KEY.fullmatch(key) else ground_by_key(store_path(), key)
    return kept if kept is not None and kept.edition == edition else None


def _no_such_ground() -> Response:
    return PlainTextResponse("There is no such map here.", status_code=404)


def beneath(path: str) -> set[str]:
    """Return a path with the sub-path of the page before it and without, as a proxy may take it off."""
    under = (st.get_option("server.baseUrlPath") or "").strip("/")
    return {f"{before}/{path}" for before in ("", f"/{under}" if under else "")}


class PinnedAddress:
    """Completes a page's address before the page opens, so that opening it is one step of the browser's history."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the way to the completed address, or through the app within."""
        address = await run_in_threadpool(completed_address, Request(scope)) if _opens_a_page(scope) else ""
        await (RedirectResponse(address) if address else self.app)(scope, receive, send)


def completed_address(request: Request) -> str:
    """Return the address to which a request for a page is sent, relative to its own; empty where it is whole."""
    # imported here, so that the server listens before the engine is loaded
    from pages.ways import PAGES, completed_link  # noqa: PLC0415

    name = request.scope["path"].rpartition("/")[2]  # request.url can't be made of every query
    page = name or "overview"
    if page not in PAGES:
        return ""
    given = dict(request.query_params)
    link = given if {"dataset", "version", "month"} <= set(given) else completed_link(page, given) or given
    return "" if name and link == given else f"./{page}?{urlencode(link)}"


def _opens_a_page(scope: Scope) -> bool:
    accepted = dict(scope.get("headers", ())).get(b"accept", b"")
    # beneath others lies what the gate lets everybody have
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and b"text/html" in accepted
        and "/" not in path_beneath(scope)
    )


def say_that_it_failed(_: Exception) -> bool:
    """Return True, so that Streamlit shows our sentence and keeps the traceback for the log."""
    st.error(
        "This page could not be shown. What went wrong is in the server's log; "
        "reload the page to try again, and tell the dashboard's keeper if it stays."
    )
    return True


def load_engine() -> None:
    """Load what every page needs, then what only some do; Prophet and statsmodels are left to the processes that fit.

    It stays as long as the server, so that no collection of garbage needs to look through it again.
    """
    for module in ("pages.ways", "scipy.stats"):
        importlib.import_module(module)
    # tests hold each chart against Vega-Lite's schema; here every part of it would be held against it again
    importlib.import_module("altair.utils.schemapi").disable_debug_mode()
    gc.freeze()


if refusal := refusal_to_start():
    sys.exit(f"The dashboard does not start. {refusal}")
print(word_at_start(), file=sys.stderr)  # noqa: T201

# loaded while the server already listens, so that the first visitor does not wait for it
threading.Thread(target=load_engine, name="engine", daemon=True).start()

app = st.App(
    "pages/main.py",
    lifespan=visiting,
    routes=[
        Route("/live", live),
        Route("/ready", ready),
        *(Route(path, figures) for path in beneath(FIGURES)),
        *(Route(path, ground_tile) for path in beneath("ground/{key}/{edition}/{z}/{x}/{y}")),
        *(Route(path, ground_style) for path in beneath("ground/{key}/{edition}/{theme}.json")),
    ],
    middleware=[
        Middleware(OwnWebsockets),
        Middleware(SecurityHeaders),
        Middleware(Gate),
        Middleware(PinnedAddress),
    ],
    on_script_error=say_that_it_failed,
)
