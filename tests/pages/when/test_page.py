"""What the page When promises to who looks at it."""

import csv
import io
import re
import struct
from datetime import date
from pathlib import Path

import pytest

from tests.pages.choosing import choices, pick
from tests.pages.conftest import PAGE_MS, settled
from vulncore.domain.periods import rolling_12
from vulncore.findings.when.counts import read_week
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.store import open_version

pytestmark = pytest.mark.browser

CHART = '[data-testid="stVegaLiteChart"]'
THREE = ("Thursday evening into early Friday", "Early hours of Saturday", "Early hours of Sunday")


def open_when(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/when{link}")
    settled(page)
    page.locator(f"{CHART} canvas, {CHART} svg").first.wait_for(timeout=PAGE_MS)
    return page


def open_tab(page, name: str):
    page.get_by_role("tab", name=name).click()
    settled(page)
    return page.get_by_role("tabpanel", name=name)


def test_the_reports_three_stretches_come_first_by_the_calendar_and_by_the_night(server, page):
    open_when(page, server)
    said = page.get_by_test_id("stMain").inner_text()
    places = [said.index(name) for name in THREE]
    assert places == sorted(places)
    assert "Thursday 20:00 to Friday 01:59 (Thursday night): 40 crimes; spread evenly it would be 6." in said
    map_at = page.locator(CHART).first.bounding_box()["y"]
    assert page.get_by_text(THREE[0]).first.bounding_box()["y"] < map_at < 900


def test_the_map_says_its_finding_and_what_is_not_known_to_who_cannot_see_it(server, page):
    open_when(page, server)
    labels = page.locator(f"{CHART} [aria-label], {CHART}[aria-label]").evaluate_all(
        "every => every.map(element => element.getAttribute('aria-label'))"
    )
    assert any(all(name in label for name in THREE) and "21 of 190 crimes" in label for label in labels)


def test_the_table_beside_the_map_has_its_figures_and_hides_what_it_hides(server, page):
    open_when(page, server)
    page.get_by_role("button", name=re.compile("Show as table")).first.click()
    table = page.locator("table.plain", has_text="Every day")
    table.wait_for(timeout=PAGE_MS)
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    assert [row[0] for row in rows][:4] == ["Monday", "Tuesday", "Wednesday", "Thursday"]
    assert rows[3][6] == "28"
    assert rows[0][1] == "–"
    assert table.locator("th[scope=col]").count() == 10


def hour_weights(store: Path) -> list[float]:
    """Return the weight of every hour of the demo's last twelve months, as nobody is to see them."""
    asked = RecordFilter(
        "City of London Police", ("other-sexual-offences", "rape"), rolling_12(date(2024, 10, 1))
    )
    return read_week(open_version(store, "demo"), asked).by_hour.tolist()


def test_no_hour_under_five_is_in_anything_that_the_server_sends(server, store, page):
    sent: list[bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived", lambda frame: sent.append(frame if isinstance(frame, bytes) else frame.encode())
        ),
    )
    open_when(page, server, "?cells=hour")
    for name in ("Patrol hours", "What changed", "How times are known"):
        open_tab(page, name)
    everything = b"".join(sent)
    weights = hour_weights(store)
    few = [weight for weight in weights if 0 < weight < 5 and weight % 1]
    assert len(few) > 50
    # the chart's table carries numbers as they are, to the last of their eight bytes
    assert any(struct.pack("<d", round(weight, 1)) in everything for weight in weights if weight >= 5)
    assert not [weight for weight in few if struct.pack("<d", weight) in everything]
    # halves and whole numbers are places on the chart, and small ones its sizes and shades
    tenths = {round(weight, 1) for weight in few if weight > 2 and round(weight * 10) % 5}
    assert len(tenths) > 5
    assert not [weight for weight in tenths if struct.pack("<d", weight) in everything]


def test_hours_rows_and_period_are_chosen_and_the_link_carries_them(server, page, context):
    open_when(page, server)
    pick(page, "Period", "Last 5 years")
    pick(page, "Cells", "Single hours")
    pick(page, "A row runs from", "00:00, by the calendar")
    page.wait_for_url(re.compile(r"rows=day"))
    assert {"period": "60", "cells": "hour", "rows": "day"}.items() <= choices(page).items()
    elsewhere = context.new_page()
    elsewhere.goto(page.url)
    settled(elsewhere)
    question = elsewhere.get_by_text("November 2019 to October 2024").first
    question.wait_for(timeout=PAGE_MS)
    for label, chosen in (
        ("Period", "Last 5 years"),
        ("Cells", "Single hours"),
        ("A row runs from", "00:00, by the calendar"),
    ):
        box = elsewhere.get_by_role("combobox", name=re.compile(label))
        box.wait_for(timeout=PAGE_MS)
        assert box.input_value() == chosen
    elsewhere.close()


def test_one_type_of_place_narrows_the_week(server, page):
    open_when(page, server, "?period=all")
    page.get_by_role("button", name=re.compile("Narrow down")).click()
    pick(page, "Type of place", "licensed premises")
    page.get_by_text("type of place licensed premises").first.wait_for(timeout=PAGE_MS)
    page.wait_for_url(re.compile("kind=licensed"))


def test_what_a_link_asks_for_and_is_not_there_is_said(server, page):
    open_when(page, server, "?measures=jaywalking,rape&period=zz&night=09-03&part=changed")
    for said in (
        "No measure jaywalking can be shown here",
        "There is no period 'zz' here",
        "There is no night '09-03' here",
    ):
        page.get_by_text(said).wait_for(timeout=PAGE_MS)
    assert page.get_by_role("tab", name="What changed").get_attribute("aria-selected") == "true"
    assert choices(page)["measures"] == "rape"


def test_a_street_with_too_few_gets_a_sentence_and_no_map(server, page):
    page.goto(f"{server.url}/when?place=Cornhill")
    settled(page)
    page.get_by_text("Too few times").wait_for(timeout=PAGE_MS)
    assert page.locator(CHART).count() == 0


def test_patrol_hours_are_chosen_and_tried_on_the_year_before(server, page):
    open_when(page, server)
    panel = open_tab(page, "Patrol hours")
    pick(page, "Shifts a week", "3")
    panel.get_by_text("3 shifts of 4 hours").wait_for(timeout=PAGE_MS)
    settled(page)
    assert panel.locator("table.plain tbody tr").count() == 3
    assert "Would it have worked?" in panel.inner_text()
    page.get_by_role("button", name=re.compile("Weigh by harm")).click()
    weight = page.get_by_role("spinbutton", name="Rape")
    weight.fill("5")
    weight.press("Enter")
    panel.get_by_text(re.compile("weighed by harm")).first.wait_for(timeout=PAGE_MS)
    settled(page)
    page.wait_for_url(re.compile("harm=[^&]*rape%3D5"))


def test_two_periods_are_set_against_each_other(server, page):
    open_when(page, server)
    panel = open_tab(page, "What changed")
    panel.get_by_text("No part of the week changed by more than chance").wait_for(timeout=PAGE_MS)
    panel.locator(CHART).wait_for(timeout=PAGE_MS)
    panel.get_by_role("button", name=re.compile("Show as table")).click()
    page.locator("table.plain", has_text="Monday 00:00 to 02:59").wait_for(timeout=PAGE_MS)


def test_months_alone_get_a_sentence_and_no_false_midnight(server, page):
    page.goto(f"{server.url}/when?dataset=city-open-counts")
    settled(page)
    page.get_by_text(re.compile("give months and no times of day")).wait_for(timeout=PAGE_MS)
    assert page.locator(CHART).count() == 0
    assert "00:00" not in page.get_by_test_id("stMain").inner_text()


def test_the_file_is_the_map_and_has_no_small_number(server, page):
    open_when(page, server)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert len(rows) == 56
    assert {row["note"] for row in rows} == {"Made data: for demonstration, not real records"}
    weights = [float(row["weight"]) for row in rows if row["weight"]]
    assert weights
    assert min(weights) >= 5


@pytest.mark.parametrize(
    "link",
    [
        (
            "?measures=nothing,%00,rape%27--&period=1e9&kind=x&place=%3Cscript%3E&victims=[a](//b)"
            "&night=99-99&cells=7&rows=x&shifts=1e9&length=-4&harm=rape=nan,rape=inf,x=1"
        ),
        (
            "?night=18-06-04&harm=rape=1.2.3,other-sexual-offences=9999999999999999999999"
            "&month=1999-01&strand=prevent&period=2030-01"
        ),
        "?harm=rape=\u00b2,other-sexual-offences=99999&part=patrols",
    ],
)
def test_a_link_of_nonsense_shows_what_there_is(server, page, link):
    page.goto(f"{server.url}/when{link}")
    settled(page)
    said = page.get_by_test_id("stMain").inner_text()
    assert page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in server.log()
    assert "City of London Police" in said or "No record of the strand" in said


def test_the_tabs_and_the_period_are_reached_with_the_keyboard_alone(server, page):
    open_when(page, server)
    page.get_by_role("combobox", name=re.compile("Period")).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page)
    page.wait_for_url(re.compile("period="))
    page.get_by_role("tab", name="What stands out").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    page.get_by_text(re.compile(r"meet about \d+ % of the crimes")).first.wait_for(timeout=PAGE_MS)
