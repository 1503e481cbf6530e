"""What the page Where promises to who looks at it."""

import json
import math
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TimedOut

from tests.making import FORCE, covered, delivery, incident, months
from tests.pages.choosing import choices, pick
from tests.pages.conftest import PAGE_MS, Server, settled
from vulncore.charts.map_chart import hotspot_map
from vulncore.domain.periods import rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.layer import Layer
from vulncore.findings.where.counts import RecordCounts, record_counts
from vulncore.findings.where.layers import NAMES, MapChoice
from vulncore.findings.where.map import map_view
from vulncore.findings.where.protection import layer_view, where_view
from vulncore.findings.where.question import MapSelection
from vulncore.findings.where.view import MapView
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import open_version, publish

pytestmark = pytest.mark.browser

MAP = '[data-testid="stDeckGlJsonChart"]'
SMALL = (900, 700)
"""A window whose map is soon drawn without a graphics card."""
PAIR = re.compile(rb"\[\s*(-?\d+\.\d+)\s*,\s*(-?\d+\.\d+)\s*\]")


def open_where(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/where{link}")
    settled(page)
    page.locator(f"{MAP} canvas").first.wait_for(timeout=PAGE_MS)
    settled(page)
    return page


@cache
def counts_in(store: Path) -> RecordCounts:
    records = RecordFilter(
        "City of London Police", ("other-sexual-offences", "rape"), rolling_12(date(2024, 10, 1))
    )
    return record_counts(open_version(store, "demo"), store, MapSelection(records), report_measures())


@cache
def map_in(store: Path, layer: Layer = Layer.CELLS) -> MapView:
    counts = counts_in(store)
    return map_view(
        where_view(counts), layer_view(counts, MapChoice(layer)), open_version(store, "demo").publish
    )


def pixel_of(cell: str, shown: MapView, box: dict[str, float]) -> tuple[float, float]:
    """Return where the middle of a cell is on the page, as the map is first drawn."""
    view = json.loads(hotspot_map([], [], shown.outline, shown.bounds).to_json())["initialViewState"]
    middle = next(
        feature["properties"]["middle"] for feature in shown.features if feature["properties"]["cell"] == cell
    )
    scale = 512 * 2 ** view["zoom"] / 360

    def north(latitude: float) -> float:
        return math.degrees(math.asinh(math.tan(math.radians(latitude))))

    x = box["x"] + box["width"] / 2 + scale * (middle[0] - view["longitude"])
    y = box["y"] + box["height"] / 2 - scale * (north(middle[1]) - north(view["latitude"]))
    return x, y


LOOK = """element => {
    const waiting = [element[Object.keys(element).find(key => key.startsWith("__reactFiber$"))]];
    while (waiting.length) {
        const fiber = waiting.pop(), view = fiber.memoizedProps?.viewState;
        if (view?.zoom) return [view.zoom, view.longitude, view.latitude];
        for (let child = fiber.child; child; child = child.sibling) waiting.push(child);
    }
    return null;
}"""


def look(page) -> list[float]:
    """Return where the map looks: its zoom, its longitude, its latitude; once it has come to rest."""
    seen = None
    for _ in range(60):
        page.wait_for_timeout(500)
        now = page.locator(MAP).evaluate(LOOK)
        if now and now == seen:
            return now
        seen = now
    raise AssertionError(f"the map did not come to rest: {seen}")


def click_on_map(page, x: float, y: float) -> None:
    """Click where a cell is, once the map says of it what it would say to a mouse; a second click would let it go."""
    tooltip = page.locator(".deck-tooltip", has_text="About")
    for _ in range(60):  # a map drawn without a graphics card takes its time
        page.mouse.move(x + 1, y)
        page.mouse.move(x, y)
        page.wait_for_timeout(500)
        if tooltip.is_visible():
            page.mouse.click(x, y)
            with suppress(TimedOut):
                page.wait_for_url(re.compile("cell="), timeout=20_000)
                return


@pytest.fixture(scope="module")
def two_forces(serving, tmp_path_factory) -> Iterator[Server]:
    """A server of a store with two forces that have places and hours, the City and one far from it."""
    rng = np.random.default_rng(0)
    every = months(date(2022, 1, 1), 36)
    middles = {"City of London Police": (-0.093, 51.5155), FORCE: (0.55, 51.225)}
    rows = [
        incident(
            1_000 * at + number,
            month,
            force=force,
            longitude=middle[0] + rng.uniform(-0.012, 0.012),
            latitude=middle[1] + rng.uniform(-0.003, 0.003),
            occurred_from=datetime.combine(month, time((21 if number % 3 else 11) + number % 2, number % 59)),
        )
        for at, (force, middle) in enumerate(middles.items())
        for number, month in enumerate(every * 25)
    ]
    folder = tmp_path_factory.mktemp("two forces")
    coverage = [{**row, "force": force} for force in middles for row in covered(every)]
    publish(folder, "made", delivery(rows, coverage), "tests")
    with serving(folder) as running:
        yield running


def test_the_map_stays_where_it_was_moved_until_the_force_changes(two_forces, page):
    open_where(page, two_forces, "?force=City+of+London+Police", *SMALL)
    page.locator(MAP).scroll_into_view_if_needed()
    first = look(page)
    box = page.locator(MAP).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(500)
    assert look(page) == first  # a wheel is the page's
    page.locator(f"{MAP} .mapboxgl-ctrl-zoom-in").click()
    page.locator(MAP).scroll_into_view_if_needed()
    box = page.locator(MAP).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()
    page.wait_for_timeout(1_000)
    moved = look(page)
    assert moved[0] > first[0] + 0.2
    assert moved[1:] != first[1:]
    for layer in (Layer.STANDS_OUT, Layer.WARDS):
        pick(page, "Show", NAMES[layer], layer=layer.value)
        assert look(page) == moved, layer
    pick(page, "Hours", "Night-time economy, 18:00 to 05:59", hours="night")
    assert look(page) == moved
    pick(page, "Period", "Last 3 years", period="36")
    assert look(page) == moved
    pick(page, "Force", FORCE, force=FORCE)
    elsewhere = look(page)
    assert elsewhere[1] == pytest.approx(0.55, abs=0.02)
    assert elsewhere[2] == pytest.approx(51.225, abs=0.02)


def test_a_cell_picked_on_the_map_shows_its_place_is_let_go_on_the_next_layer_and_stays_if_picked_from_the_list(
    server, store, page
):
    open_where(page, server, "", *SMALL)
    page.locator(MAP).scroll_into_view_if_needed()
    look(page)
    shown = map_in(store)
    top, name = shown.listing["cell"].iloc[0], shown.listing["Place"].iloc[0]
    click_on_map(page, *pixel_of(top, shown, page.locator(MAP).bounding_box()))
    page.wait_for_url(re.compile(f"cell={top}"), timeout=PAGE_MS)
    settled(page)
    panel = page.get_by_role("tabpanel", name="One place")
    panel.get_by_text(re.compile("Streets: .*Liverpool Street")).wait_for(timeout=PAGE_MS)
    assert page.get_by_role("combobox", name="Place").input_value() == name
    pick(page, "Show", NAMES[Layer.STANDS_OUT], layer="gi")
    assert "cell" not in choices(page)
    pick(page, "Place", page.locator("table.plain tbody tr td").first.inner_text())
    page.wait_for_url(re.compile("cell="), timeout=PAGE_MS)
    settled(page)
    cell = choices(page)["cell"]
    pick(page, "Hours", "Night-time economy, 18:00 to 05:59", hours="night")
    assert choices(page)["cell"] == cell


@dataclass(frozen=True)
class Watched:
    """A page with a place chosen, and all that its server sends."""

    page: Page
    sent: list[bytes]


@pytest.fixture(scope="module")
def watched(server, store, page_to_look_at) -> Watched:
    page, sent = page_to_look_at, []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived", lambda frame: sent.append(frame if isinstance(frame, bytes) else frame.encode())
        ),
    )
    page.on("response", lambda answer: sent.append(answer.body()) if "geojson" in answer.url else None)
    return Watched(open_where(page, server, f"?cell={map_in(store).listing['cell'].iloc[0]}"), sent)


def test_the_finding_comes_first_and_the_map_says_it_to_who_cannot_see_it(watched, store):
    page = watched.page
    shown = map_in(store)
    first = shown.listing["Place"].iloc[0]
    lead = page.locator("h2#finding").bounding_box()
    map_at = page.locator(MAP).bounding_box()
    assert lead["y"] < map_at["y"] < 600
    labels = page.locator("[aria-label^='Map. ']").evaluate_all(
        "every => every.map(element => element.getAttribute('aria-label'))"
    )
    assert any(first in label for label in labels)
    listed = page.locator("table.plain", has_text="Places of crimes")
    assert listed.locator("tbody tr").first.locator("td").first.inner_text() == first
    assert page.get_by_role("combobox", name="Cells").input_value() == "As numbers allow"
    assert "OpenStreetMap contributors" in page.get_by_test_id("stMain").inner_text()


def says_in_words(page, shown: MapView) -> None:
    page.get_by_text(f"{shown.title}.", exact=True).wait_for(timeout=PAGE_MS)
    assert page.locator("ul.legend li:not(:has(i.hot))").count() == len(shown.legend)
    for name in shown.listing["Place"].head(1):
        page.locator("table.plain td", has_text=name).first.wait_for(timeout=PAGE_MS)


def test_every_layer_says_the_same_in_words_and_no_record_s_coordinates_are_in_anything_that_the_server_sends(
    watched, store
):
    page = watched.page
    for layer in (Layer.DENSITY, Layer.STANDS_OUT, Layer.CHANGE, Layer.CLASS, Layer.WARDS):
        pick(page, "Show", NAMES[layer], layer=layer.value)
        says_in_words(page, map_in(store, layer))
    for name in ("Test on past months", "Near repeats", "What classes mean"):
        page.get_by_role("tab", name=name).click()
        settled(page)
    everything = b"".join(watched.sent)
    counts = counts_in(store)
    points = set(
        zip(
            counts.placed.numbers("longitude").tolist(),
            counts.placed.numbers("latitude").tolist(),
            strict=True,
        )
    )
    assert len(points) > 300
    pairs = {(round(float(a), 6), round(float(b), 6)) for a, b in PAIR.findall(everything)}
    assert len(pairs) > 1_000  # the shapes of cells are there, so pairs are found where there are any
    assert not pairs & points
    for x, y in points:
        assert struct.pack("<d", x) not in everything
        assert struct.pack("<d", y) not in everything
