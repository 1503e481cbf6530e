"""One browser's visit as the server sees it: speaks Streamlit's protocol over a websocket, and draws nothing."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

SUCCEEDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
LONGEST_S = 60.0  # without a word from the server
LONGEST_MESSAGE = 64 << 20  # bytes
Path = tuple[int, ...]


class PageFailedError(Exception):
    """The server showed a fault, or ended a run before its end."""


@dataclass
class Shown:
    """What a page shows: its elements and blocks by their place, and in which run each was drawn last."""

    elements: dict[Path, Element] = field(default_factory=dict)
    blocks: dict[Path, Block] = field(default_factory=dict)
    drawn_in: dict[Path, str] = field(default_factory=dict)

    def draw(self, path: Path, message: ForwardMsg, run: str) -> None:
        """Put what a message brings in its place."""
        delta = message.delta
        self.drawn_in[path] = run
        if delta.WhichOneof("type") == "add_block":
            self.blocks[path] = delta.add_block
            self.elements.pop(path, None)
        elif delta.WhichOneof("type") == "new_element":
            self.elements[path] = delta.new_element
            self.blocks.pop(path, None)

    def forget_others(self, run: str) -> None:
        """Let go of what a whole run did not draw again."""
        for path in [path for path, drawn_in in self.drawn_in.items() if drawn_in != run]:
            self.elements.pop(path, None)
            self.blocks.pop(path, None)
            del self.drawn_in[path]


@dataclass(frozen=True)
class Answer:
    """How long a run took, in seconds, until its first element and its end were here; what it sent, in bytes."""

    first: float
    whole: float
    sent: int


class Visitor:
    """One open page. Every change that is made of it waits until the server has answered.

    A message that the server knows to be here already is not sent again, as with a browser. Between changes, `linger` does
    what an open page does by itself: it answers timers.
    """

    def __init__(self, address: str) -> None:
        self.address, self.page, self.query = address, "", ""
        self.shown = Shown()
        self.widgets: dict[str, WidgetState] = {}
        self._connection: ClientConnection
        self._leaving: Callable[[], Awaitable[None]]
        self._kept: dict[str, ForwardMsg] = {}
        self._month: str | None = None
        self._script, self._pages = "", dict[str, str]()
        self._timers: dict[str, tuple[float, float]] = {}

    async def __aenter__(self) -> Self:
        host = urlsplit(self.address).netloc
        opened = connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=f"http://{host}",  # type: ignore[arg-type]
            max_size=LONGEST_MESSAGE,
            ping_interval=None,
        )
        self._connection = await opened.__aenter__()
        self._leaving = lambda: opened.__aexit__(None, None, None)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leaving()

    async def open(self, page: str, query: str = "") -> Answer:
        """Open a page by its link, as an address that is typed: the server completes it first."""
        asked = Request(f"{self.address}/{page}?{query}", headers={"Accept": "text/html"})
        with await asyncio.to_thread(urlopen, asked) as answered:
            self.page, self.query = page, urlsplit(answered.url).query
        self._month = dict(parse_qsl(self.query)).get("month")
        return await self._run(page_name=page)

    async def go(self, page: str) -> Answer:
        """Follow the way to another page that the sidebar offers, with what is chosen."""
        ways = {element.page_link.page: element.page_link for element in self._of("page_link")}
        self.page, self.query = page, ways[page].query_string
        return await self._run(page_script_hash=self._pages[page])

    async def choose(self, state: WidgetState) -> Answer:
        """Put a widget into another state."""
        self.widgets[state.id] = state
        try:
            return await self._run(page_script_hash=self._script)
        finally:
            if state.WhichOneof("value") in ("trigger_value", "json_trigger_value"):
                self.widgets.pop(state.id, None)

    async def linger(self, seconds: float) -> list[Answer]:
        """Leave the page open for a while: it asks again for what the server wants to be asked for from time to time."""
        answers, until = [], time.monotonic() + seconds
        while True:
            fragment, (due, every) = min(
                self._timers.items(), key=lambda timer: timer[1][0], default=("", (until, 0.0))
            )
            if due >= until:
                await asyncio.sleep(max(0.0, until - time.monotonic()))
                return answers
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._timers[fragment] = (time.monotonic() + every, every)
            answers.append(
                await self._run(page_script_hash=self._script, fragment_id=fragment, is_auto_rerun=True)
            )

    @property
    def at_first_month(self) -> bool:
        """Whether the page shows the month with which it was opened."""
        return dict(parse_qsl(self.query)).get("month") == self._month

    def boxes(self) -> dict[str, Element]:
        """Return the boxes of one choice that the page shows, by their label."""
        return {element.selectbox.label: element for element in self._of("selectbox")}

    def tabs(self) -> list[tuple[str, list[str]]]:
        """Return the rows of tabs that the server hears of: each with its id and its labels."""
        rows = []
        for path, block in list(self.shown.blocks.items()):
            if block.WhichOneof("type") == "tab_container" and block.tab_container.id:
                within = [one for place, one in sorted(self.shown.blocks.items()) if place[:-1] == path]
                rows.append((block.tab_container.id, [one.tab.label for one in within]))
        return rows

    def components(self, name: str) -> list[Message]:
        """Return the components of a name that the page shows."""
        return [
            element.bidi_component
            for element in self._of("bidi_component")
            if element.bidi_component.component_name.endswith(name)
        ]

    def _of(self, kind: str) -> list[Element]:
        return [
            element for element in list(self.shown.elements.values()) if element.WhichOneof("type") == kind
        ]

    async def _run(self, **asked: str | bool) -> Answer:
        message = BackMsg()
        state = message.rerun_script
        for name, value in asked.items():
            setattr(state, name, value)
        state.query_string = self.query
        state.widget_states.widgets.extend(self.widgets.values())
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone = "Europe/London"
        state.context_info.url = f"{self.address}/{self.page}?{self.query}"
        state.context_info.color_scheme = "light"
        begun, first, received = time.perf_counter(), 0.0, 0
        await self._connection.send(message.SerializeToString())
        whole_run, run = not asked.get("fragment_id"), f"{begun}"
        if whole_run:
            self._timers.clear()  # the run sets those that hold from then on
        while True:
            arrived = await self._word(asked)
            received += len(arrived)
            answer = ForwardMsg.FromString(arrived)
            kind = answer.WhichOneof("type")
            if kind in ("delta", "ref_hash"):
                first = first or time.perf_counter() - begun
                self._take(answer, run)
            elif kind != "script_finished":
                self._note(answer)
            elif answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                run = (
                    f"{time.perf_counter()}"  # what st.rerun or a switch of page begins is of the same answer
                )
            elif answer.script_finished in SUCCEEDED:
                if whole_run:
                    self.shown.forget_others(run)
                    self.widgets = {key: one for key, one in self.widgets.items() if key in self._ids()}
                whole = time.perf_counter() - begun
                return Answer(first or whole, whole, received)
            else:
                raise PageFailedError(f"{self.page}?{self.query} did not come to its end")

    async def _word(self, asked: Mapping[str, object]) -> bytes:
        try:
            return await asyncio.wait_for(self._connection.recv(decode=False), LONGEST_S)
        except TimeoutError:
            where = f"{self.page}?{self.query}"
            raise PageFailedError(f"{where}: no word for {LONGEST_S:.0f} s, asked for {asked}") from None

    def _note(self, answer: ForwardMsg) -> None:
        """Keep what the server says of the page and of when it wants to be asked again."""
        kind = answer.WhichOneof("type")
        if kind == "navigation":
            self._script = answer.navigation.page_script_hash
            self._pages = {page.url_pathname: page.page_script_hash for page in answer.navigation.app_pages}
        elif kind == "page_info_changed":
            self.query = answer.page_info_changed.query_string
        elif kind == "auto_rerun":
            every = answer.auto_rerun.interval
            self._timers[answer.auto_rerun.fragment_id] = (time.monotonic() + every, every)
        elif kind == "stop_auto_rerun":
            self._timers.pop(answer.stop_auto_rerun.fragment_id, None)

    def _take(self, answer: ForwardMsg, run: str) -> None:
        message = answer
        if answer.WhichOneof("type") == "ref_hash":
            message = self._kept[answer.ref_hash]
        elif answer.metadata.cacheable:
            self._kept[answer.hash] = answer
        path = tuple(answer.metadata.delta_path)
        self.shown.draw(path, message, run)
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            said = element.exception.message if kind == "exception" else element.alert.body
            raise PageFailedError(f"{self.page}?{self.query}: {said}")
        if kind == "selectbox":
            self._hold(element.selectbox.id, _box_state(element), element.selectbox.set_value)
        elif kind == "multiselect":
            self._hold(element.multiselect.id, _boxes_state(element), element.multiselect.set_value)

    def _hold(self, key: str, state: WidgetState, told: bool) -> None:
        if told or key not in self.widgets:
            self.widgets[key] = state

    def _ids(self) -> set[str]:
        elements = (getattr(one, one.WhichOneof("type") or "empty") for one in self.shown.elements.values())
        tabs = {block.tab_container.id for block in self.shown.blocks.values()}
        return tabs | {getattr(element, "id", "") for element in elements}


def box_state(key: str, option: str) -> WidgetState:
    """Return the state of a box, or of a row of tabs, in which an option is chosen."""
    return WidgetState(id=key, string_value=option)


def pressed(key: str, event: str, value: object) -> WidgetState:
    """Return the state of a component that reports something, once."""
    events = json.dumps([{"event": event, "value": value}])
    return WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{key}__events", json_trigger_value=events)


def _box_state(element: Element) -> WidgetState:
    box = element.selectbox
    if box.set_value:
        return box_state(box.id, box.raw_value)
    return box_state(box.id, box.options[box.default] if box.options else "")


def _boxes_state(element: Element) -> WidgetState:
    boxes, state = element.multiselect, WidgetState(id=element.multiselect.id)
    state.string_array_value.data.extend(
        boxes.raw_values if boxes.set_value else [boxes.options[place] for place in boxes.default]
    )
    return state
