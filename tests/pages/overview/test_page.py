"""What the overview promises to who looks at it."""

import csv
import io
import re
from pathlib import Path

import pytest

from tests.pages.choosing import choices
from tests.pages.conftest import PAGE_MS, settled
from vulncore.domain.shipped import shipped
from vulncore.sources import monthly_counts
from vulncore.store import publish

pytestmark = pytest.mark.browser

CHART = '[data-testid="stVegaLiteChart"]'


def open_overview(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/{link}")
    settled(page)
    page.locator("table.strands").wait_for(timeout=PAGE_MS)
    return page


def measure_heading(page, name: str):
    return page.get_by_role("heading", level=3, name=name, exact=True)


@pytest.fixture(scope="module")
def looked_at(server, page_to_look_at):
    """The overview with the measure rape, for tests that only look."""
    page_to_look_at.emulate_media(color_scheme="light")
    return open_overview(page_to_look_at, server, "?measure=rape")


def test_the_screen_shows_the_published_figures_after_the_sentences(looked_at):
    with shipped("strand-table-2024-10.csv").open(encoding="utf-8", newline="") as stream:
        published = list(csv.DictReader(stream))
    shown = [row.locator("th, td").all_inner_texts() for row in looked_at.locator("tr[data-row]").all()]
    assert len(shown) == len(published) == 19
    for row, figures in zip(shown, published, strict=True):
        counts = [row[position].replace(",", "") for position in (2, 3, 6, 8, 9)]
        columns = ("fytd_previous", "fytd_current", "fytd_2019_20", "rolling12_previous", "rolling12_current")
        assert counts == [figures[column] for column in columns]
    sentence = looked_at.get_by_text("Hate crime up 43").first.bounding_box()
    assert sentence["y"] < looked_at.locator("table.strands").bounding_box()["y"] < 900


def test_the_chart_says_its_finding_to_who_cannot_see_it_and_stands_as_a_table(looked_at):
    looked_at.locator(CHART).wait_for(timeout=PAGE_MS)
    labels = looked_at.locator(f"{CHART} [aria-label], {CHART}[aria-label]").evaluate_all(
        "every => every.map(element => element.getAttribute('aria-label'))"
    )
    assert any("Rape up 80\u202f%, from 15 to 27 in the financial year to date" in label for label in labels)
    looked_at.get_by_role("button", name=re.compile("Show as table")).click()
    table = looked_at.locator("table.plain", has_text="Mean of 12 months")
    table.wait_for(timeout=PAGE_MS)
    months = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    assert [month for month, *_ in months][:2] == ["2024-10", "2024-09"]
    assert sum(int(count) for _, count, *_ in months[:7]) == 27
    looked_at.keyboard.press("Escape")


@pytest.mark.parametrize("ask", [lambda button: button.click(), lambda button: button.press("Enter")])
def test_the_file_of_a_measure_comes_with_one_press_holds_sixty_months_and_says_that_they_are_made(
    looked_at, ask
):
    looked_at.get_by_role("button", name="Download", exact=True).click()
    with looked_at.expect_download() as download:
        ask(looked_at.get_by_role("button", name="Table (CSV)", exact=True))
    looked_at.keyboard.press("Escape")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert download.value.suggested_filename == (
        "rape-by-month-city-of-london-police-2019-11-to-2024-10-demo-version-1.csv"
    )
    assert len(rows) == 60
    assert sum(int(row["count"]) for row in rows[-7:]) == 27
    assert {row["note"] for row in rows} == {"Made data: for demonstration, not real records"}


def test_a_page_prints_without_what_is_only_for_the_screen(looked_at):
    looked_at.emulate_media(media="print")
    assert not looked_at.get_by_test_id("stSidebar").is_visible()
    assert not looked_at.get_by_role("button", name=re.compile("^Download")).first.is_visible()
    assert looked_at.locator("table.strands").is_visible()
    looked_at.emulate_media(media="screen")


def test_every_text_of_the_table_stands_out_from_its_ground_by_day(looked_at):
    assert least_contrast(looked_at) >= 4.5


def test_every_text_of_the_table_stands_out_from_its_ground_in_the_dark(server, page):
    page.emulate_media(color_scheme="dark")
    open_overview(page, server)
    assert least_contrast(page) >= 4.5


def least_contrast(page) -> float:
    contrasts = page.locator("table.strands").evaluate(CONTRASTS)
    assert len(contrasts) > 150
    return min(contrasts)


CONTRASTS = """(table) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => rgb
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const grounds = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement || at.getRootNode().host) {
      layers.unshift(getComputedStyle(at).backgroundColor);
    }
    return layers;
  };
  return [...table.querySelectorAll("b, small, button, td.number, td.line, thead th")]
    .filter((element) => element.innerText.trim() && element.offsetWidth)
    .map((element) => {
      const under = grounds(element);
      const pair = [paint(under), paint([...under, getComputedStyle(element).color])].map(luminance);
      return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    });
}"""


def test_a_row_is_picked_by_keys_or_from_afar_comes_into_view_and_the_page_is_not_reloaded(server, page):
    open_overview(page, server)
    measure_heading(page, "Hate crime").wait_for()
    page.evaluate("window.stillHere = true")
    button = page.get_by_role("button", name="Rape", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    measure_heading(page, "Rape").wait_for(timeout=PAGE_MS)
    settled(page)
    assert page.evaluate("window.stillHere") is True
    assert choices(page)["measure"] == "rape"
    assert button.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Mental health", exact=True).click()
    heading = measure_heading(page, "Mental health")
    heading.wait_for(timeout=PAGE_MS)
    settled(page)
    page.wait_for_timeout(1_000)
    assert 0 <= heading.bounding_box()["y"] < 900


def test_newer_figures_are_offered_while_the_page_is_open(server, store, tmp_path, page):
    def figures(count: int) -> Path:
        path = tmp_path / f"{count}.csv"
        lines = [f"Kent Police,robbery,2023-{month:02d},{count}" for month in range(1, 13)]
        path.write_text("\n".join(["force,measure,month,count", *lines, ""]))
        return path

    publish(store, "watched", monthly_counts.deliver(figures(3)), "tests")
    open_overview(page, server, "?dataset=watched")
    assert page.get_by_text("Newer figures were published on").count() == 0
    publish(store, "watched", monthly_counts.deliver(figures(4)), "tests")
    page.get_by_text("Newer figures were published on").wait_for(timeout=PAGE_MS)
