"""Visits each page before anybody does, as a browser would: whoever comes finds kept what a first view takes.

The server does so when it starts, and again when a dataset has a new version (`app.py`).
"""

import asyncio
import logging
from collections.abc import MutableMapping
from contextlib import suppress
from itertools import product
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st
from starlette.types import ASGIApp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.gate.identity import own_visit_header
from pages.shared.reads import store_path
from pages.shared.sidebar import FIRST_DATASET
from pages.ways import PAGES, completed_link
from vulncore import store as stores
from vulncore.domain.errors import VulncoreError

THEMES: Final = ("light", "dark")
LONGEST_S: Final = 600.0  # a page whose forecasts have to be fitted takes half a minute
LOOK_EVERY_S: Final = 15.0


async def visit_again_and_again(app: ASGIApp, visited: asyncio.Event) -> None:
    """Visit every page of each dataset, the one that opens first; do so again when a dataset has a newer version.

    `visited` is set once the first of them has been visited.
    """
    before: dict[str, int] = {}
    while True:
        now = await asyncio.to_thread(_newest)
        for dataset in now:
            if before.get(dataset) != now[dataset]:
                await _visit_pages(app, dataset)
            visited.set()
        visited.set()  # of a store that holds nothing, too
        before = now
        await asyncio.sleep(LOOK_EVERY_S)


def _newest() -> dict[str, int]:
    """Return the number of each dataset's newest version, that which opens first; those that can't be read are left out."""
    newest = {}
    with suppress(VulncoreError, OSError):  # whoever opens a page is told what is wrong
        names = sorted(stores.datasets(store_path()), key=lambda name: name != FIRST_DATASET)
        for dataset in names:
            with suppress(VulncoreError, OSError, LookupError):
                newest[dataset] = stores.versions(store_path(), dataset)[-1].number
    return newest


async def _visit_pages(app: ASGIApp, dataset: str) -> None:
    for page, theme in product(PAGES, THEMES):
        try:
            whole = await asyncio.to_thread(completed_link, page, {"dataset": dataset})
            await asyncio.wait_for(visit(app, page, whole, theme), LONGEST_S)
        except Exception:  # a page that fails here says so to whoever opens it
            logging.getLogger(__name__).warning("could not visit %s before others", page, exc_info=True)


async def visit(app: ASGIApp, page: str, link: dict[str, str], theme: str) -> None:
    """Open a page through the app itself, wait until it has run, and leave.

    Raises:
        ConnectionRefusedError: The app closes before the page has run.
    """
    finished = asyncio.Event()
    asked_for = {"query_string": urlencode(link), "page_name": page, "context_info": {"color_scheme": theme}}
    opening = BackMsg(rerun_script=asked_for)
    to_server: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    to_server.put_nowait({"type": "websocket.connect"})
    to_server.put_nowait({"type": "websocket.receive", "bytes": opening.SerializeToString()})

    async def from_server(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "websocket.send":
            answer = ForwardMsg.FromString(message["bytes"])
            if (
                answer.WhichOneof("type") == "script_finished"
                and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                finished.set()

    session = asyncio.create_task(app(_scope(), to_server.get, from_server))
    run = asyncio.create_task(finished.wait())
    try:
        await asyncio.wait({session, run}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        run.cancel()
        to_server.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await session
    if not finished.is_set():
        raise ConnectionRefusedError(f"the app closed before {page} had run")


def _scope() -> dict[str, Any]:
    allowed = st.get_option("server.allowedHosts") or ["127.0.0.1"]
    host = str(allowed[0]).replace("*", "dashboard")  # any name fits a pattern
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    path = f"/{base}/_stcore/stream" if base else "/_stcore/stream"
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", host.encode()), own_visit_header()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "subprotocols": ["streamlit"],
        "state": {},
        "extensions": {},
    }
