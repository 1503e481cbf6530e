"""What the overview promises to who looks at it."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.pages.conftest import PAGE_MS, Server, settled
from vulncore.domain.shipped import shipped
from vulncore.sources import monthly_counts, published_table
from vulncore.store import publish

pytestmark = pytest.mark.browser

CHART = '[data-testid="stVegaLiteChart"]'


def open_overview(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/{link}")
    settled(page)
    page.locator("table.strands").wait_for(timeout=PAGE_MS)
    return page


def choices(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def cells(page, measure: str) -> list[str]:
    return (
        page.locator("tr[data-row]", has=page.get_by_role("button", name=measure, exact=True))
        .locator("th, td")
        .all_inner_texts()
    )


def pick(page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def measure_heading(page, name: str):
    return page.get_by_role("heading", level=3, name=name, exact=True)


def test_the_screen_shows_the_published_figures(server, page):
    open_overview(page, server)
    with shipped("strand-table-2024-10.csv").open(encoding="utf-8", newline="") as stream:
        published = list(csv.DictReader(stream))
    shown = [row.locator("th, td").all_inner_texts() for row in page.locator("tr[data-row]").all()]
    assert len(shown) == len(published) == 19
    for row, figures in zip(shown, published, strict=True):
        counts = [row[position].replace(",", "") for position in (2, 3, 6, 8, 9)]
        columns = ("fytd_previous", "fytd_current", "fytd_2019_20", "rolling12_previous", "rolling12_current")
        assert counts == [figures[column] for column in columns]


def test_the_sentences_come_first_and_say_what_changed(server, page):
    open_overview(page, server)
    said = page.locator("body").inner_text()
    assert "Hate crime up 43\u202f%, from 131 to 187." in said
    assert "Rape up 80\u202f%, from 15 to 27." in said
    assert "Attempted suicides down 100\u202f%, from 90 to 0." in said
    heading = page.get_by_text("Hate crime up 43").first.bounding_box()
    table = page.locator("table.strands").bounding_box()
    assert heading["y"] < table["y"] < 900


@pytest.mark.parametrize("path", ["", "methods"])
def test_made_data_are_marked_on_every_page(server, page, path):
    page.goto(f"{server.url}/{path}")
    settled(page)
    page.get_by_text("Made data: for demonstration, not real records").first.wait_for(timeout=PAGE_MS)


def test_a_row_is_picked_with_the_keyboard_alone_and_the_page_is_not_reloaded(server, page):
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


def test_the_chart_says_its_finding_to_who_cannot_see_it_and_stands_as_a_table(server, page):
    open_overview(page, server, "?measure=rape")
    page.locator(CHART).wait_for(timeout=PAGE_MS)
    labels = page.locator(f"{CHART} [aria-label], {CHART}[aria-label]").evaluate_all(
        "every => every.map(element => element.getAttribute('aria-label'))"
    )
    assert any("Rape up 80\u202f%, from 15 to 27 in the financial year to date" in label for label in labels)
    page.get_by_role("button", name=re.compile("Show as table")).click()
    page.get_by_test_id("stDataFrame").wait_for()


def test_the_file_of_a_measure_holds_sixty_months_and_says_that_they_are_made(server, page):
    open_overview(page, server, "?measure=rape")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert download.value.suggested_filename == "demo-rape-2024-10.csv"
    assert len(rows) == 60
    assert sum(int(row["count"]) for row in rows[-7:]) == 27
    assert {row["note"] for row in rows} == {"Made data: for demonstration, not real records"}


def test_a_colleague_who_opens_the_link_sees_the_same_screen(server, page, browser):
    open_overview(page, server)
    pick(page, "Figures to the end of", "March 2022")
    pick(page, "Strand", "Sexual Violence")
    page.get_by_role("button", name="Other sexual offences", exact=True).click()
    measure_heading(page, "Other sexual offences").wait_for(timeout=PAGE_MS)
    settled(page)
    link = page.url
    assert choices(page) == {
        "dataset": "demo",
        "version": "1",
        "month": "2022-03",
        "strand": "sexual-violence",
        "measure": "other-sexual-offences",
    }
    mine = page.locator("table.strands").inner_text()
    colleague = browser.new_page()  # with nothing of ours but the link
    colleague.goto(link)
    settled(colleague)
    measure_heading(colleague, "Other sexual offences").wait_for(timeout=PAGE_MS)
    assert colleague.locator("table.strands").inner_text() == mine
    assert colleague.locator("tr[data-row]").count() == 2
    colleague.close()


def test_choices_survive_the_way_to_another_page_and_back(server, page):
    open_overview(page, server, "?dataset=city-open-counts&month=2018-03")
    page.get_by_role("link", name="Methods").click()
    page.get_by_role("heading", level=1, name="Methods").wait_for(timeout=PAGE_MS)
    settled(page)
    assert choices(page)["month"] == "2018-03"
    assert "April 2017 to March 2018" in page.locator("body").inner_text()
    page.get_by_role("link", name="Overview").click()
    page.locator("table.strands").wait_for(timeout=PAGE_MS)
    settled(page)
    assert {"dataset": "city-open-counts", "month": "2018-03"}.items() <= choices(page).items()


def test_another_dataset_changes_the_whole_app(server, page):
    open_overview(page, server, "?strand=sexual-violence&measure=rape")
    pick(page, "Dataset", "City open counts")
    page.get_by_role("button", name="Shoplifting", exact=True).wait_for(timeout=PAGE_MS)
    settled(page)
    assert page.locator("tr[data-row]").count() == 14
    assert choices(page)["month"] == "2024-12"
    assert page.get_by_text("Made data").count() == 0
    assert "Open Government Licence v3.0" in page.locator("body").inner_text()


def test_months_never_published_are_visibly_missing(server, page):
    open_overview(page, server, "?dataset=city-open-counts&month=2018-03&measure=robbery")
    assert cells(page, "Robbery")[3] == "10 of 12 months"
    assert (
        "has 10 of 12 months, without October 2017, November 2017, so it is not compared"
        in page.locator("body").inner_text()
    )
    page.get_by_text("2 of 27 months were not delivered").first.wait_for(timeout=PAGE_MS)


@pytest.mark.parametrize(
    ("link", "sentences"),
    [
        (
            "?dataset=city-open-counts&month=2017-10",
            ["October 2017 was not delivered for City of London Police"],
        ),
        (
            "?month=2031-01&version=7&strand=%3Cimg%20src%3Dx%3E&measure=%3Cscript%3E",
            [
                "January 2031 was not delivered",
                "There is no version '7' here",
                "There is no strand",
                "Hate crime up 43",
            ],
        ),
        ("?month=yesterday&dataset=nope", ["'yesterday' is not a month", "There is no dataset 'nope' here"]),
        ("?dataset=%5BSign%20in%5D(https://example.org)", ["There is no dataset '[Sign in]"]),
    ],
)
def test_a_link_that_names_what_is_not_there_is_told_so_and_shows_what_is(server, page, link, sentences):
    open_overview(page, server, link)
    for sentence in sentences:
        page.get_by_text(sentence).first.wait_for(timeout=PAGE_MS)
    assert page.locator("tr[data-row]").count() > 10
    assert page.get_by_test_id("stAlert").get_by_role("link").count() == 0


@pytest.fixture(scope="module")
def own(serving, store, tmp_path_factory) -> Iterator[tuple[Path, Server]]:
    """A store that tests may publish to, each to datasets of its own, and a server of it."""
    folder = tmp_path_factory.mktemp("own")
    for dataset in ("city-open-counts", "anew"):
        shutil.copytree(store / "city-open-counts", folder / dataset)
    with serving(folder) as running:
        yield folder, running


def test_newer_figures_are_offered_while_the_page_is_open_and_the_link_keeps_the_old(own, tmp_path, page):
    mine, running = own
    open_overview(page, running, "?dataset=city-open-counts&month=2024-10")
    before = cells(page, "Robbery")[3]
    old_link = page.url
    raised = monthly_counts.deliver(_with_more_robbery(tmp_path))
    publish(mine, "city-open-counts", raised, "tests")
    page.get_by_text("Newer figures were published on").wait_for(timeout=PAGE_MS)
    assert cells(page, "Robbery")[3] == before
    page.get_by_role("button", name="Burglary", exact=True).click()
    measure_heading(page, "Burglary").wait_for(timeout=PAGE_MS)
    settled(page)
    assert (choices(page)["version"], cells(page, "Robbery")[3]) == ("1", before)
    page.get_by_role("button", name="Show the newest").click()
    page.get_by_text("Newer figures were published on").wait_for(state="detached", timeout=PAGE_MS)
    settled(page)
    assert choices(page)["version"] == "2"
    assert int(cells(page, "Robbery")[3]) == int(before) + 100
    page.goto(old_link)
    settled(page)
    page.locator("table.strands").wait_for(timeout=PAGE_MS)
    assert cells(page, "Robbery")[3] == before


def _all_with_more_robbery(folder: Path) -> Path:
    return _with_more_robbery(folder, whole=True)


def _with_more_robbery(folder: Path, *, whole: bool = False) -> Path:
    path = folder / "corrected.csv"
    with shipped("city-open-counts.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    october = [r for r in rows if r["month"] == "2024-10" and "obbery" in r["measure"]]
    assert len(october) == 1
    october[0]["count"] = str(int(october[0]["count"]) + 100)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows if whole else october)
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_table_stands_out_from_its_ground(server, page, scheme):
    page.emulate_media(color_scheme=scheme)
    open_overview(page, server)
    contrasts = page.locator("table.strands").evaluate(CONTRASTS)
    assert len(contrasts) > 150
    assert min(contrasts) >= 4.5


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


def test_a_measure_picked_from_afar_comes_into_view(server, page):
    open_overview(page, server)
    page.get_by_role("button", name="Mental health", exact=True).click()
    heading = measure_heading(page, "Mental health")
    heading.wait_for(timeout=PAGE_MS)
    settled(page)
    page.wait_for_timeout(1_500)
    assert 0 <= heading.bounding_box()["y"] < 900


def test_totals_without_months_are_said_and_not_drawn(own, page):
    mine, running = own
    table = shipped("strand-table-2024-10.csv")
    publish(mine, "totals", published_table.deliver(table, date(2024, 10, 1)), "tests")
    open_overview(page, running, "?dataset=totals")
    assert cells(page, "Hate crime")[1:4] == ["only totals", "131", "187"]
    page.get_by_text("Only totals are published for this measure").wait_for(timeout=PAGE_MS)
    assert page.locator(CHART).count() == 0


def test_a_store_laid_anew_under_the_same_path_is_read_anew(own, tmp_path, page):
    mine, running = own
    open_overview(page, running, "?dataset=anew&month=2024-10")
    before = cells(page, "Robbery")[3]
    shutil.rmtree(mine / "anew")
    publish(mine, "anew", monthly_counts.deliver(_all_with_more_robbery(tmp_path)), "tests")
    open_overview(page, running, "?dataset=anew&month=2024-10")
    assert int(cells(page, "Robbery")[3]) == int(before) + 100


def test_one_force_is_on_screen_at_a_time_and_the_link_names_it(own, tmp_path, page):
    mine, running = own
    rows = [
        f"{force},rape,{year}-{month:02d},{count}"
        for force, count in (("Ruritania *Police*", 3), ("Kent Police", 5))
        for year in (2022, 2023)
        for month in range(1, 13)
    ]
    (tmp_path / "two.csv").write_text("\n".join(["force,measure,month,count", *rows, ""]), encoding="utf-8")
    publish(mine, "two", monthly_counts.deliver(tmp_path / "two.csv"), "tests")
    open_overview(page, running, "?dataset=two")
    assert cells(page, "Rape")[3] == "45"
    pick(page, "Force", "Ruritania *Police*")
    page.get_by_text("Ruritania *Police*: April 2023 to December 2023").wait_for(timeout=PAGE_MS)
    settled(page)
    assert cells(page, "Rape")[3] == "27"
    assert choices(page)["force"] == "Ruritania *Police*"


def test_a_page_prints_without_what_is_only_for_the_screen(server, page):
    open_overview(page, server)
    page.emulate_media(media="print")
    assert not page.get_by_test_id("stSidebar").is_visible()
    assert not page.get_by_role("button", name="Download as CSV").is_visible()
    assert page.locator("table.strands").is_visible()
