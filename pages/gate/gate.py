"""The gate: who isn't signed in gets the way in and nothing else, and who is gets what is theirs."""

import asyncio
import logging
import re
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.gate.door import no_role_page, not_from_elsewhere_page, proxy_page, sign_in_page
from pages.gate.holdings import HOLDINGS, beginning, name_of_download
from pages.gate.identity import (
    BY_PROXY,
    LOOPBACK,
    OF_THE_SERVER,
    PASSED_ON,
    Identity,
    Way,
    for_page,
    identity_of,
    is_let_in,
    is_over_tls,
    needs_sign_in,
    rights_of,
    sign_out,
    way_of_sign_in,
)
from pages.gate.limits import CONNECTIONS, DEAR, MESSAGES, SIGN_INS
from pages.gate.log import logged
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError

STREAM: Final = "_stcore/stream"
UPLOADS: Final = "_stcore/upload_file/"
FILES: Final = "media/"
FIGURES: Final = "api/figures"
SIGN_IN: Final = ("auth/login", "auth/logout", "oauth2callback")
PUBLIC: Final = ("live", "ready", "_stcore/health", "_stcore/host-config", *SIGN_IN)
"""What anybody may ask for: whether the server runs, and the way in."""
PUBLIC_BENEATH: Final = ("static/", "app/static/")
"""Streamlit's own scripts and styles, and what lies under pages/static/: no figure among them."""
CLOSED: Final = ("_stcore/agent", "_stcore/metrics", "_stcore/script-health-check")
"""What no page needs, and nobody gets."""
UNDERSTOOD: Final = {
    "rerun_script",
    "stop_script",
    "file_urls_request",
    "app_heartbeat",
    "backend_operation_request",
}
"""What a browser may ask of a session. Left out: clearing everybody's cache, ending the server, and what writes into its folder."""
LONGEST_UPLOAD_S: Final = 900.0
NEXT: Final = "vulncore_next"
NEXT_S: Final = 600
PAGE: Final = re.compile(r"[a-z]{1,20}")
LONGEST_NEXT: Final = 3_000
NOT_HERE: Final = "There is nothing here."


class Gate:
    """Lets in who is signed in, and passes on to pages who that is.

    Without a provider or a proxy that signs people in, it lets in who is on this machine, unless its keeper says that all may come in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or one websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        headers, path = Headers(scope=scope), path_beneath(scope)
        scope = {**scope, "headers": _without_ours(scope["headers"])}
        if scope["type"] == "http" and path.startswith(CLOSED):
            await PlainTextResponse(NOT_HERE, 404)(scope, receive, send)
        elif not needs_sign_in():
            await self._without_sign_in(connection, headers, path, scope, receive, send)
        elif scope["type"] == "websocket":
            await self._session(_identity(connection, headers), path, scope, receive, send)
        elif path in SIGN_IN:
            await self._signing_in(path, scope, receive, send)
        elif path in PUBLIC or path.startswith(PUBLIC_BENEATH):
            await self.app(scope, receive, send)
        else:
            await self._page_or_file(_identity(connection, headers), path, scope, receive, send)

    async def _without_sign_in(
        self,
        connection: HTTPConnection,
        headers: Headers,
        path: str,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if (
            way_of_sign_in() is Way.NONE
            and path not in ("live", "ready")
            and not _is_of_this_machine(connection, headers)
        ):
            logging.getLogger(__name__).warning("refused a request from elsewhere: sign-in is off")
            refusal = WebSocketClose(1008) if scope["type"] == "websocket" else not_from_elsewhere_page()
            await refusal(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._talk(None, scope, receive, send)
        elif path.startswith(UPLOADS):
            await self._upload(None, path, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _signing_in(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if way_of_sign_in() is not Way.PROVIDER:
            await PlainTextResponse(NOT_HERE, 404)(scope, receive, send)
            return
        wait = 0.0 if path == "auth/logout" else SIGN_INS.wait(_address(scope))
        answer = _too_many(wait) if wait else self.app
        identity = _identity(HTTPConnection(scope), Headers(scope=scope)) if path == "auth/logout" else None
        if identity:
            with suppress(OSError):  # whoever signs out does so, where the disk is full as well
                sign_out(identity)
            await _recorded(identity, "signed out")

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {
                    **message,
                    "headers": [_as_kept(name, value) for name, value in message["headers"]],
                }
            await send(message)

        await answer(scope, receive, send_kept)

    async def _page_or_file(
        self, identity: Identity | None, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        request = Request(scope)
        if not is_let_in(identity):
            if identity:
                await _recorded(identity, "was refused", once=True, why="no role")
            await self._refusal(identity, request)(scope, receive, send)
        elif path.startswith(UPLOADS):
            await self._upload(identity, path, scope, receive, send)
        elif path.startswith(FILES):
            await self._file(identity, path, scope, receive, send)
        elif path == FIGURES and identity:
            await self._figures(identity, request, scope, receive, send)
        elif not path and NEXT in request.cookies:
            answer = RedirectResponse(_next(request.cookies[NEXT]) or f"{_base()}/overview", 303)
            answer.delete_cookie(NEXT, path=f"{_base()}/")
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, identity: Identity | None, request: Request) -> Response:
        is_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if not is_page:
            return PlainTextResponse("Sign in first." if identity is None else "You have no role here.", 401)
        if identity is not None:
            return no_role_page(_base(), identity.name, way_of_sign_in() is Way.PROVIDER)
        if way_of_sign_in() is Way.PROXY:
            return proxy_page()
        page = sign_in_page(_base())
        page.set_cookie(
            NEXT,
            quote(
                f"{path_beneath(request.scope).rpartition('/')[2]}?{request.scope['query_string'].decode('latin-1')}"[
                    :LONGEST_NEXT
                ]
            ),
            max_age=NEXT_S,
            path=f"{_base()}/",
            httponly=True,
            samesite="lax",
        )
        return page

    async def _file(
        self, identity: Identity | None, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve a file to whom its address was given, and to nobody else who has it."""
        rights = rights_of(identity)
        if identity is None or not await run_in_threadpool(HOLDINGS.has_file, path, identity.key, rights):
            await PlainTextResponse(NOT_HERE, 404)(scope, receive, send)
            return
        saved_as = name_of_download(path)
        if (
            saved_as
            and scope["method"] == "GET"
            and not await _recorded(identity, "downloaded", file=saved_as)
        ):
            await PlainTextResponse("The download can't be recorded, so it is not sent.", 503)(
                scope, receive, send
            )
            return

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "private, no-store"
            await send(message)

        await self.app(scope, receive, send_uncached)

    async def _figures(
        self, identity: Identity, request: Request, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer a program that reads figures: each answer is a download, and one that others may wait for."""
        asks = {
            name: value[:100]
            for name, value in request.query_params.items()
            if name in ("dataset", "version", "month")
        }
        answer: ASGIApp = self.app
        if wait := DEAR.wait(identity.key):
            answer = _too_many(wait)
        elif not await _recorded(identity, "downloaded", file=FIGURES, choices=asks):
            answer = PlainTextResponse("What you ask for can't be recorded, so it is not sent.", 503)
        await answer(scope, receive, send)

    async def _upload(
        self, identity: Identity | None, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Take a file in where its session is the sender's, they may publish, and there is room."""
        session = path.removeprefix(UPLOADS).partition("/")[0]
        size = Headers(scope=scope).get("content-length", "")
        if needs_sign_in() and not (
            identity
            and HOLDINGS.has_session(session, identity.key)
            and rights_of(identity).may(Right.PUBLISH)
        ):
            if identity and not CONNECTIONS.wait(identity.key):
                await _recorded(identity, "was refused", why="an upload")
            await PlainTextResponse("You may not send files here.", 403)(scope, receive, send)
        elif scope["method"] != "PUT":
            await self.app(scope, receive, send)
        elif not size.isdecimal() or "transfer-encoding" in Headers(scope=scope):
            await PlainTextResponse("Say how long the file is.", 411)(scope, receive, send)
        elif refusal := HOLDINGS.take_in(session, int(size)):
            await PlainTextResponse(refusal, 413)(scope, receive, send)
        else:
            try:
                await asyncio.wait_for(self.app(scope, receive, send), LONGEST_UPLOAD_S)
            except TimeoutError:
                logging.getLogger(__name__).warning("an upload took too long, and was ended")
            finally:
                HOLDINGS.have_taken_in(session, int(size))

    async def _session(
        self, identity: Identity | None, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if identity is None or not is_let_in(identity) or path != STREAM or CONNECTIONS.wait(identity.key):
            await WebSocketClose(1008)(scope, receive, send)
            return
        headers = MutableHeaders(scope=scope)
        protocols = headers.get("sec-websocket-protocol", "").split(",")
        if len(protocols) > 2 and not HOLDINGS.has_session(protocols[2].strip(), identity.key):
            headers["sec-websocket-protocol"] = ",".join(
                protocols[:2]
            )  # another's session is not gone on with
        headers[PASSED_ON.decode()] = for_page(identity).passed_on()
        if not await _recorded(identity, "signed in", once=True):
            await WebSocketClose(1011)(scope, receive, send)
            return
        await self._talk(identity, scope, receive, send)

    async def _talk(self, identity: Identity | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what a browser asks of its session, as long as its sign-in holds, and what it is answered."""
        key, session = identity.key if identity else "", ""
        rights = rights_of(identity)

        async def receive_understood() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                if not message.get("bytes"):
                    await send({"type": "websocket.close", "code": 1003})
                    return {"type": "websocket.disconnect", "code": 1003}
                if identity and rights_of(identity) != rights:  # it has ended, or the roles have changed
                    again = ForwardMsg()
                    again.auth_redirect.url = f"{_base()}/{HOLDINGS.address_of(session)}"
                    with suppress(Exception):
                        await send({"type": "websocket.send", "bytes": again.SerializeToString()})
                        await send({"type": "websocket.close", "code": 1008})
                    return {"type": "websocket.disconnect", "code": 1008}
                request = parsed(message["bytes"])
                if request is None:
                    return message  # Streamlit says what is wrong with it
                if not self._is_understood(request, key, identity):
                    continue
                wait = MESSAGES.wait(key or session)
                if wait:
                    await asyncio.sleep(min(wait, 5.0))
                return message

        async def send_noted(message: Message) -> None:
            nonlocal session
            content = message.get("bytes")
            if message["type"] == "websocket.send" and content:
                begun, message["bytes"] = beginning(content)
                if begun and begun != session:
                    session = begun
                    HOLDINGS.note_session(session, key)
                if identity and FILES.encode() in content and len(content) < 10_000:
                    answer = ForwardMsg.FromString(content)
                    if answer.WhichOneof("type") == "backend_operation_response":
                        HOLDINGS.note_file(answer.backend_operation_response.deferred_file.url, key, rights)
            await send(message)

        await self.app(scope, receive_understood, send_noted)

    def _is_understood(self, request: BackMsg, key: str, identity: Identity | None) -> bool:
        kind = request.WhichOneof("type")
        if kind not in UNDERSTOOD:
            return False
        if kind == "file_urls_request":
            return identity is None or rights_of(identity).may(Right.PUBLISH)
        if kind != "backend_operation_request":
            return True
        operation = request.backend_operation_request
        is_file = operation.WhichOneof("payload") == "deferred_file"
        return is_file and (
            identity is None or HOLDINGS.has_file(operation.deferred_file.file_id, key, rights_of(identity))
        )


async def _recorded(identity: Identity, what: str, *, once: bool = False, **more: object) -> bool:
    """Write what somebody did into the audit log, and return whether that could be done; the server's log says why not."""
    try:
        await run_in_threadpool(logged, identity, what, once=once, **more)
    except VulncoreError:
        logging.getLogger(__name__).exception("the audit log can't be written")
        return False
    return True


def _identity(connection: HTTPConnection, headers: Headers) -> Identity | None:
    return identity_of(headers, connection.cookies, _address(connection.scope))


def _is_of_this_machine(connection: HTTPConnection, headers: Headers) -> bool:
    """Return whether a request comes from this machine itself, and by no proxy that others may stand behind."""
    if headers.get(OF_THE_SERVER.decode()) is not None and identity_of(headers, {}, "") is not None:
        return True
    through = any(name.startswith(BY_PROXY) for name in headers)
    return _address(connection.scope) in LOOPBACK and not through and is_host_allowed(headers.get("host"))


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("", 0))[0])


def _without_ours(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a request's headers without those by which the gate speaks to pages, or the server to the gate."""
    return [(name, value) for name, value in headers if name.lower() not in (PASSED_ON, OF_THE_SERVER)]


def _base() -> str:
    under = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{under}" if under else ""


def path_beneath(scope: Scope) -> str:
    """Return the path of a request beneath the sub-path of the page, which a proxy may have taken off, without its first slash."""
    path = str(scope["path"]).lstrip("/")
    under = _base().strip("/")
    if under and (path == under or path.startswith(f"{under}/")):
        return path[len(under) :].lstrip("/")
    return path


def _next(kept: str) -> str:
    """Return the address of the page that somebody wanted to open before they signed in; "" where it is none of ours."""
    page, _, query = unquote(kept).partition("?")
    if not PAGE.fullmatch(page):
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    return f"{_base()}/{page}?{urlencode(pairs)}" if pairs else f"{_base()}/{page}"


def parsed(content: bytes) -> BackMsg | None:
    """Return what a browser asks of its session; None where that is no message."""
    message = BackMsg()
    try:
        message.ParseFromString(content)
    except Exception:  # noqa: BLE001 - protobuf has its own exceptions, by implementation
        return None
    return message


def _as_kept(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header of the sign-in as a browser gets it: a cookie ends with the browser, not in thirty days, and goes over TLS alone."""
    if name.lower() != b"set-cookie" or not value.startswith(b"_streamlit"):
        return name, value
    parts = [part for part in value.split(b"; ") if not part.lower().startswith(b"max-age=2592000")]
    return name, b"; ".join([*parts, b"Secure"] if is_over_tls() else parts)


def _too_many(wait: float) -> Response:
    return PlainTextResponse(
        f"That is too much in too little time. Try again in {wait:.0f} seconds.",
        429,
        headers={"Retry-After": f"{wait:.0f}"},
    )
