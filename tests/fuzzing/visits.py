"""Links of every page, read and completed, and whole visits: a page opened by a link, its fields filled, its buttons pressed."""

import os
import shutil
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request

from app import completed_address
from pages.shared.sidebar import SidebarChoices
from pages.ways import PAGES
from tests.conftest import one_by_one
from tests.fuzzing import hostile
from tests.fuzzing.extracts import text_extract, workbook
from tests.fuzzing.kinds import Kind
from tests.fuzzing.scenarios import _code
from tests.pages.visiting import Visit
from vulncore.forecasting import backtest, forecast
from vulncore.forecasting.models import all as all_models
from vulncore.forecasting.models.naive import seasonal_naive

STORE = "STORE_OF_VISITS"
"""The variable of the environment that names the store with the data that ships."""

USUAL = {
    "dataset": ("demo", "city-open-counts"),
    "version": ("1",),
    "month": ("2024-10", "2024-09", "2023-12"),
    "force": ("City of London Police",),
    "strand": ("all", "sexual-violence", "hate-crime", "vawg", "sexual-violence/rape"),
    "measure": ("rape", "hate-crime"),
    "measures": ("rape", "rape,hate-crime"),
    "period": ("12m", "fytd", "2023-01", "all"),
    "kind": ("any", "Licensed premises"),
    "place": ("any",),
    "victims": ("any", "resident"),
    "night": ("18-06", "20-04"),
    "hours": ("every", "night", "stretch-1"),
    "cells": ("fitting", "hour", "three"),
    "rows": ("night", "day"),
    "shifts": ("5", "21"),
    "length": ("4", "12"),
    "harm": ("rape=5,hate-crime=2",),
    "part": ("patrols", "change", "table", "compare", "what-if", "notes", "bring-in"),
    "layer": ("cells", "kde", "wards", "gi", "change", "class"),
    "size": ("fitting", "9", "10"),
    "bandwidth": ("200", "fitting"),
    "cell": ("none", "8b194ad32b1bfff"),
    "subject": ("rape", "sexual-violence"),
    "lockdowns": ("aside", "used"),
    "whatif": ("growth:2025-04:+10", "campaign:2025-04:+10:6:Name~venue:2025-01:+3"),
    "plan": ("",),
    "role": ("investigators",),
    "year": ("2025", "2026"),
    "basis": ("five-year", "current-process"),
    "chance": ("10", "5"),
    "since": ("2025-04",),
    "compare": ("",),
    "numbers": ("unit",),
}
DEAR = ("forecast", "resourcing")  # pages that forecast, for seconds


def _link(draw: Random, page: str) -> dict[str, str]:
    fields = [*PAGES[page].__dataclass_fields__, *SidebarChoices.__dataclass_fields__]
    names = draw.sample(fields, draw.randrange(1, len(fields) + 1))
    link = {}
    for name in names:
        usual = draw.choice(USUAL.get(name, ("x",)))
        chance = draw.random()
        if name in ("plan", "compare") and chance < 0.5:
            usual = ".".join(_code(draw) for _ in range(draw.choice((1, 1, 5)) if name == "compare" else 1))
        if chance < 0.25:
            usual = hostile.token(draw)
        elif chance < 0.4:
            usual = hostile.damaged_words(draw, usual, r"[\w.]+|\W")
        link[name] = hostile.encoded(usual).decode("utf-8", "replace")
    if draw.random() < 0.1:
        link[hostile.encoded(hostile.token(draw)).decode("utf-8", "replace")] = "x"
    return link


def _page_and_link(draw: Random) -> tuple[str, dict[str, str]]:
    page = draw.choice(list(PAGES))
    return page, _link(draw, page)


def _read_link(given: tuple[str, dict[str, str]], _: Path) -> str:
    page, link = given
    for kind in (PAGES[page], SidebarChoices):
        written = kind.from_link(link).to_link()
        if kind.from_link(written).to_link() != written:
            raise AssertionError(f"a link is not what it was once it has been read: {written}")
    return "read"


def _address(draw: Random) -> tuple[str, bytes]:
    page, link = _page_and_link(draw)
    path = draw.choice((page, page, "", "front", quote(hostile.token(draw)[:50], errors="replace")))
    query = urlencode(link, errors="replace").encode()
    return f"/{path}", hostile.damaged(draw, query)[:8_000] if draw.random() < 0.5 else query[:8_000]


def _complete(given: tuple[str, bytes], _: Path) -> str:
    os.environ["VULNCORE_STORE"] = os.environ[STORE]
    path, query = given
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
    completed_address(Request(scope)).encode("ascii")
    return "read"


def _visit(draw: Random) -> dict[str, Any]:
    page = draw.choice([page for page in PAGES if page not in DEAR or draw.random() < 0.3])
    given = {
        "page": page,
        "link": {"dataset": draw.choice(USUAL["dataset"]), **_link(draw, page)},
        "file": None,
        "tabs": {},
    }
    if page == "data" and draw.random() < 0.7:
        given |= {"file": draw.choice((text_extract, workbook))(draw), "tabs": {"data part": "Bring in data"}}
    return {**given, "steps": [draw.randrange(10**6) for _ in range(draw.choice((0, 1, 3)))]}


def _go(given: dict[str, Any], folder: Path) -> str:
    store = os.environ[STORE]
    if given["steps"]:  # which may publish into it
        store = shutil.copytree(store, folder / "store")
    os.environ |= {"VULNCORE_STORE": str(store), "VULNCORE_PUBLISHING": "on"}
    visited = Visit(given["page"], given["link"], given["tabs"])
    if given["file"] and visited.app.file_uploader:
        visited.upload(given["file"].name, given["file"].content)
    for step in given["steps"]:
        _step(Random(step), visited)
    if given["file"]:
        _publish(visited)
    if str(folder) in visited.said:
        raise AssertionError("the page tells a folder of this machine")
    return "read"


def _publish(visited: Visit) -> None:
    for field in ("Force", "Your name"):
        if any(each.label == field for each in visited.app.text_input):
            visited.fill(field, "Kent Police")
    for button in ("Dry run", "Publish"):
        if visited.can_press(button):
            visited.press(button)


def _step(draw: Random, visited: Visit) -> None:
    """Do one thing that a visitor can do, or that a browser can be made to do."""
    app = visited.app
    texts = [*app.text_input, *app.text_area]
    boxes = [box for box in [*app.selectbox, *app.radio] if len(box.options)]
    does = [*texts, *boxes, *app.multiselect, *app.number_input, *app.checkbox, *app.button]
    if not does:
        return
    what = draw.choice(does)
    if what in texts:
        what.set_value(hostile.encoded(hostile.token(draw)).decode("utf-8", "replace"))
    elif what in boxes:
        what.select_index(draw.randrange(len(what.options)))
    elif what in list(app.multiselect):
        what.set_value(what.value[: draw.randrange(3)])
    elif what in list(app.number_input):
        what.set_value(draw.choice((what.min, what.max, what.value)))
    elif what in list(app.checkbox):
        what.set_value(draw.random() < 0.5)
    elif what in list(app.button):
        what.click()
    visited.run()


def forecast_cheaply() -> None:
    """Let the plainest model stand in for all, here and not in other processes: it is pages that are tried, not models."""
    all_models.SINGLE = dict.fromkeys(all_models.SINGLE, seasonal_naive)
    forecast.in_parallel, backtest.MOST_ORIGINS = one_by_one, 4


KINDS = (
    Kind("link", 120, _page_and_link, _read_link),
    Kind("address", 20, _address, _complete),
    Kind("visit", 0.7, _visit, _go),
)
