"""A page as its server draws it, without a browser: for what a page says and does, whatever draws it."""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput
from streamlit.util import calc_hash

from pages.shared.text import JOINER
from tests.pages.conftest import ROOT

SECONDS = 120
TEXTS = ("body", "value", "label")  # under the first of these an element says what it says
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
TAG, ESCAPED = re.compile(r"(?<!\\)<[^>]*>"), re.compile(r"\\([!-/:-@\[-`{-~])")


class Visit:
    """One visitor's way through the app. A store other than the one that `VULNCORE_STORE` names can't be visited."""

    def __init__(self, page: str, link: Mapping[str, str], tabs: Mapping[str, str]) -> None:
        self.app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=SECONDS)
        for key, opened in tabs.items():
            self.app.session_state[key] = opened
        self._go(page, link)

    def _go(self, page: str, link: Mapping[str, str]) -> None:
        self.app._page_hash = calc_hash(page)
        self.app.query_params.clear()
        self.app.query_params.update(link)
        self.run()

    def run(self) -> None:
        """Let the page draw itself anew."""
        for box in self._writable():  # the library looks a choice up among those that were offered
            if box.value is not None and box.value not in box.options:
                box.options.append(box.value)
        self.app.run()
        assert not self.app.exception, [problem.message for problem in self.app.exception]

    def _writable(self) -> list[Any]:
        """Return the boxes in which another choice than those that are offered can be written."""
        return [box for box in self.app.selectbox if box.proto.accept_new_options]

    def _send(self, widget: Any) -> None:
        if not widget.proto.form_id:  # what is in a form waits for its button
            self.run()

    @property
    def choices(self) -> dict[str, str]:
        """What the address says."""
        every = self.app.query_params.items()
        return {name: value if isinstance(value, str) else value[-1] for name, value in every}

    @property
    def said(self) -> str:
        """All words on the page, a line for each piece of it, as somebody reads them."""
        return "\n".join(filter(None, map(_text, self.app._tree)))

    def box(self, label: str) -> Any:
        """Return the box to choose in whose label begins so, in the sidebar before any other."""
        beside = self.app.sidebar
        every = [*beside.selectbox, *beside.multiselect, *self.app.selectbox, *self.app.multiselect]
        return next(box for box in every if box.label.startswith(label))

    def shown_in(self, label: str) -> str:
        """Return the option that a box shows."""
        box = self.box(label)
        return str(box.options[box.index])

    def pick(self, label: str, option: str) -> None:
        """Choose in a box; of a box that takes several, one more."""
        box = self.box(label)
        if box in list(self.app.multiselect):
            box.set_value([*box.value, option])
        else:
            box.select_index(box.options.index(option))
        self._send(box)

    def fill(self, label: str, text: str, *, last: bool = False) -> None:
        """Write into the first field with a label, or the last; a box to choose from is one where another choice can be written."""
        every = [*self.app.text_input, *self.app.text_area, *self.app.number_input, *self._writable()]
        field = [field for field in every if field.label == label][-1 if last else 0]
        field.set_value(float(text) if isinstance(field, NumberInput) else text)
        self._send(field)

    def open(self, tabs: str, label: str) -> None:
        """Open one of some tabs."""
        self.app.session_state[tabs] = label
        self.run()

    def tick(self, label: str) -> None:
        """Tick what is to be agreed to."""
        next(box for box in self.app.checkbox if box.label.startswith(label)).check()
        self.run()

    def press(self, label: str) -> None:
        """Press a button whose label begins so."""
        next(button for button in self.app.button if button.label.startswith(label)).click()
        self.run()

    def can_press(self, label: str) -> bool:
        """Return whether a button is there that can be pressed."""
        return any(button.label.startswith(label) and not button.disabled for button in self.app.button)

    def upload(self, name: str, content: bytes, label: str = "") -> None:
        """Give a file to the first place that takes one whose label begins so."""
        place = next(place for place in self.app.file_uploader if place.label.startswith(label))
        place.set_value((name, content, "text/csv"))
        self.run()

    def follow(self, label: str) -> None:
        """Follow a link of the page's to another one."""
        link = next(link.proto for link in self.app.get("page_link") if link.label == label)
        self._go(link.page, dict(parse_qsl(link.query_string)))

    def table(self, words: str) -> list[list[str]]:
        """Return the cells of the first table that has these words, row by row, without its headings."""
        found = next(body for body in self.html if "<table" in body and words in _plain(body))
        return [
            [
                " ".join(_plain(cell).split())
                for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
            ]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", found.partition("<tbody")[2], re.DOTALL)
        ]

    def row(self, words: str, first: str) -> list[str]:
        """Return the cells of a table's row that follow the one that begins it."""
        return next(cells[1:] for cells in self.table(words) if cells[0] == first)

    @property
    def html(self) -> list[str]:
        """The HTML that is drawn as such: of components of our own first."""
        own = [json.loads(each.proto.json or "{}").get("html", "") for each in self.app.get("bidi_component")]
        return [*own, *(str(each.body) for each in self.app.get("html"))]

    @property
    def charts(self) -> int:
        """How many charts and maps are drawn."""
        return len(self.app.get("vega_lite_chart")) + len(self.app.get("deck_gl_json_chart"))

    @property
    def heard(self) -> str:
        """What charts say to who can't see them."""
        return "\n".join(chart.proto.alt for chart in self.app.get("vega_lite_chart"))


def _text(element: Any) -> str:
    """Return the words of an element; of a component of our own, those of the HTML that it draws."""
    if element.type == "bidi_component":
        return _plain(json.loads(element.proto.json or "{}").get("html", ""))
    if element.type == "popover":
        return _plain(element.proto.popover.label)
    texts = (getattr(element, name, None) for name in TEXTS)
    return _plain(next((text for text in texts if isinstance(text, str) and text), ""))


def _plain(text: str) -> str:
    """Return Markdown or HTML as it is read."""
    text = text.replace(JOINER, "")
    return html.unescape(ESCAPED.sub(r"\1", TAG.sub(" ", STYLE.sub("", text.replace("**", "")))))


def visit(
    store: Path,
    monkeypatch: Any,
    page: str,
    link: Mapping[str, str] = MappingProxyType({}),
    tabs: Mapping[str, str] = MappingProxyType({}),
) -> Visit:
    """Visit a page of a store, with tabs open that its link doesn't name."""
    monkeypatch.setenv("VULNCORE_STORE", str(store))
    return Visit(page, link, tabs)
