"""What the page Resourcing promises to who looks at it."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests.pages.choosing import choices
from tests.pages.conftest import PAGE_MS, settled
from vulncore.resourcing.scenario.link import example_scenario, scenario_code

pytestmark = pytest.mark.browser

LINES = 90  # pixels: three lines
CHARTS = '[data-testid="stVegaLiteChart"]'
ASKS = re.compile(r"In 20\d\d demand asks for ([\d,.]+) full-time")


def open_resourcing(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/resourcing{link}")
    page.get_by_role("tab", name="Assumptions").wait_for(timeout=PAGE_MS)
    return again(page)


def again(page):
    page.wait_for_timeout(300)  # until the run that something starts has begun
    return settled(page)


def first_sentence(page) -> str:
    return page.locator("p", has_text="demand asks for").first.text_content() or ""


def asked_for(page) -> float:
    return float(ASKS.search(first_sentence(page))[1].replace(",", ""))


def wait_until_it_asks_for(page, which: str, than: float) -> None:
    page.wait_for_function(
        """([which, than, asks]) => [...document.querySelectorAll("p")].some(each => {
            const asked = parseFloat(each.textContent.match(asks)?.[1].replaceAll(",", ""));
            return which === "more" ? asked > than : asked < than;
        })""",
        arg=[which, than, ASKS.pattern],
        timeout=PAGE_MS,
    )


def labels(page) -> list[str]:
    """What a screen reader says of the charts."""
    every = page.locator(f"{CHARTS} [aria-label], {CHARTS}[aria-label]").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    return [label for label in every if label and re.search(r"officer|wanting|Chance", label)]


def table(page, caption: str) -> dict[str, list[str]]:
    shown = page.locator("table.plain", has_text=caption)
    shown.first.wait_for(timeout=PAGE_MS)
    rows = [row.locator("td, th").all_inner_texts() for row in shown.first.locator("tbody tr").all()]
    return {row[0]: row[1:] for row in rows}


def saved(page, label: str) -> str:
    with page.expect_download(timeout=PAGE_MS) as arriving:
        page.get_by_role("button", name=label).first.click()
    return Path(arriving.value.path()).read_text()


def press(page, lever: str, key: str, times: int = 1) -> None:
    slider = page.get_by_role("slider", name=lever)
    slider.focus()
    for _ in range(times):
        slider.press(key)
    again(page)
    page.wait_for_timeout(500)
    again(page)


def test_every_part_fits_a_telephone(server, page):
    code = scenario_code(example_scenario().called("Second"))
    open_resourcing(page, server, f"?compare={code}", width=390, height=844)
    for part in ("Assumptions", "What drives it", "Compare scenarios", "Roles and months", "What comes in"):
        page.get_by_role("tab", name=part).click()
        again(page)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, part
        assert not page.get_by_text("Traceback").count()
        assert len(labels(page)) >= 2


def test_the_sentence_the_table_the_file_and_the_screen_reader_say_the_same(server, page):
    open_resourcing(page, server, "?part=months")
    needed = table(page, "Public Protection Unit, 2026")["PIP 2 investigator"][1]
    assert f"In 2026 demand asks for {needed} full-time PIP 2 investigators" in first_sentence(page)
    december = table(page, "PIP 2 investigator by month")["December 2026"]
    heard = labels(page)
    assert (
        f"December 2026 needed {december[0]}, enough in 4 of 5 forecasts {december[1]}, in 19 of 20 {december[2]}"
        in heard[1]
    )
    # cases first: the rule is about them
    assert f"chance of more than 15 {december[9]}".replace("\u00a0", " ") in heard[0].replace("\u00a0", " ")
    rows = list(csv.DictReader(io.StringIO(saved(page, "Download as CSV"))))
    row = next(row for row in rows if (row["role"], row["month"]) == ("pip2", "2026-12"))
    assert f"{float(row['needed50']):,.1f}" == december[0]
    assert row["note"].startswith("Made data")


def test_what_the_page_says_follows_a_lever_that_keeps_its_place_while_it_is_dragged(server, page):
    open_resourcing(page, server)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 250")
    page.wait_for_timeout(300)
    lever, before = page.get_by_role("slider", name="Demand"), asked_for(page)
    box = lever.bounding_box()
    start, middle = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    page.mouse.move(start, middle)
    page.mouse.down()
    seen = []
    for step in range(1, 7):
        page.mouse.move(start + 10 * step, middle)
        page.wait_for_timeout(200)
        seen.append(lever.bounding_box())
    wait_until_it_asks_for(page, "more", before)  # the button is still down
    page.mouse.move(start - 20, middle, steps=6)
    page.mouse.up()
    wait_until_it_asks_for(page, "fewer", before)
    assert {(each["x"], each["width"]) for each in seen} == {(box["x"], box["width"])}
    assert all(
        abs(each["y"] - box["y"]) <= LINES for each in seen
    )  # sentences above may take fewer lines or more


def test_a_lever_is_worked_by_keys_and_goes_back_to_where_it_was_and_who_can_not_see_is_told(server, page):
    open_resourcing(page, server)
    before = first_sentence(page)
    press(page, "Demand", "ArrowRight", 3)
    assert page.get_by_role("slider", name="Demand").get_attribute("aria-valuetext") == "115\u202f%"
    assert first_sentence(page) != before
    assert "plan" in choices(page)
    page.wait_for_timeout(1000)
    heard = page.locator('[role="status"]', has_text="demand asks for").inner_text()
    assert ASKS.search(heard)[0] in first_sentence(page)
    page.get_by_role("button", name=re.compile("Demand.*back to 100")).click()
    page.wait_for_timeout(600)
    again(page)
    assert first_sentence(page) == before
    assert "plan" not in choices(page)


def test_a_number_that_was_pulled_no_longer_claims_its_source_and_goes_back_to_it(server, page):
    open_resourcing(page, server, "?numbers=role.pip2.")
    before = table(page, "PIP 2 investigator")["Leavers"]
    assert "Home Office" in before[2]
    press(page, "Leavers", "ArrowRight", 2)
    pulled = table(page, "PIP 2 investigator")["Leavers"]
    assert pulled[0].startswith("14 (")
    assert pulled[2] == "assumed: moved from 12"
    press(page, "Leavers", "ArrowLeft", 2)
    assert table(page, "PIP 2 investigator")["Leavers"] == before


def test_a_sheet_goes_out_is_filled_in_and_its_numbers_are_on_screen(server, page, tmp_path):
    open_resourcing(page, server, "?numbers=role.pip2.")
    assert table(page, "PIP 2 investigator")["Funded posts"][0] != "31"
    with page.expect_download(timeout=PAGE_MS) as arriving:
        page.get_by_role("button", name="Download sheet to fill in (XLSX)").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(arriving.value.path()).read_bytes()))
    row = next(row for row in book.active.iter_rows() if row[0].value == "role.pip2.posts")
    for cell in row[3:6]:
        cell.value = 31
    book.save(tmp_path / "filled.xlsx")
    page.locator('input[type="file"]').last.set_input_files(tmp_path / "filled.xlsx")
    page.get_by_text("1 number changed (PIP 2 investigator").wait_for(timeout=PAGE_MS)
    again(page)
    assert table(page, "PIP 2 investigator")["Funded posts"][0] == "31"
    assert "plan" in choices(page)
