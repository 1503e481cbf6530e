"""What the Data page promises of remedies: a press puts a finding right, after saying what that changes."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from tests.county_extract import FORCE, county_records, write_county_workbook
from tests.making import covered, delivery, incident, months
from tests.pages.visiting import visit
from vulncore.domain.periods import month_end
from vulncore.sources.records.mapping_file import parse_mapping
from vulncore.store import open_version, publish, versions

YEARS = months(date(2022, 1, 1), 36)
ASIDE = "Set September 2023 aside"


@pytest.fixture
def county(tmp_path):
    """A county force's workbook, with 12:00 where no time is known, and its records."""
    every = [
        replace(record, clock=record.clock or time(12))
        for record in county_records(date(2024, 9, 1), date(2024, 10, 31), 600)
    ]
    return write_county_workbook(tmp_path / "county.xlsx", every), every


@pytest.fixture
def short(tmp_path):
    """A store with three years, September 2023 of which is short."""
    rows = [
        incident(f"{place}-{number}", month + timedelta(days=number * month_end(month).day // count))
        for place, month in enumerate(YEARS)
        for count in [40 if place == 20 else 200]
        for number in range(count)
    ]
    publish(tmp_path / "store", "ruritania", delivery(rows, covered(YEARS)), "one")
    return tmp_path / "store"


def test_a_county_forces_workbook_is_put_right_button_by_button_and_published(tmp_path, county, monkeypatch):
    path, every = county
    page = visit(tmp_path / "store", monkeypatch, "data")
    page.upload(path.name, path.read_bytes())
    page.fill("Force", FORCE)
    page.fill("Your name", "An analyst")
    page.fill("Dataset", "county")
    page.press("Dry run")
    assert "About 25 records would have no place. Their rows stay." in page.said
    page.press("Read 0, 0 as no place")
    assert "have the point 0, 0" not in page.said
    assert not page.can_press("Read 0, 0 as no place")
    assert "The settings have changed" not in page.said
    page.press("Read 12")
    assert "are exactly 12:00" not in page.said
    counts = {row[0]: row[1] for row in page.table("with a point that stands for no place")}
    nowhere, no_time = (
        str(sum(record.place is None for record in every)),
        str(sum(record.clock == time(12) for record in every)),
    )
    assert counts["Accepted and noted: with a point that stands for no place, kept without it"] == nowhere
    assert counts["Accepted and noted: with a time that stands for no time, kept without the hour"] == no_time
    page.press("Publish")
    assert "Version 1 of 'county': nothing odd was found." in page.said
    kept = parse_mapping(versions(tmp_path / "store", "county")[-1].mapping.encode())
    assert (kept.no_place, kept.no_time) == (((0.0, 0.0),), (time(12),))
    held = open_version(tmp_path / "store", "county").incidents.to_pandas()
    assert (len(held), int(held["longitude"].isna().sum())) == (600, int(nowhere))


def test_what_is_typed_after_a_remedy_stands_and_what_cannot_be_read_is_said(tmp_path, county, monkeypatch):
    page = visit(tmp_path / "store", monkeypatch, "data")
    page.upload(county[0].name, county[0].read_bytes())
    page.fill("Force", FORCE)
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    page.press("Read 0, 0 as no place")
    page.fill("Points that stand for no place", "here")
    assert "The points that stand for no place can't be read." in page.said
    page.fill("Points that stand for no place", "")
    page.fill("Times that stand for no time", "12:00, 25:00")
    assert "The times that stand for no time can't be read." in page.said
    page.fill("Times that stand for no time", "12:00")
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    assert "have the point 0, 0" in page.said
    assert "are exactly 12:00" not in page.said


def test_a_short_month_is_set_aside_by_name_after_saying_which_figures_go(short, monkeypatch):
    page = visit(short, monkeypatch, "data", {"dataset": "ruritania"})
    assert "September 2023 is short" in page.said
    page.press(ASIDE)
    assert "(Rape: September 2023)" in page.said
    page.press("Write the note")
    assert "Write your name" in page.said
    assert len(versions(short, "ruritania")) == 1
    page.fill("Your name", "An analyst")
    page.press("Write the note")
    assert versions(short, "ruritania")[-1].published_by == "An analyst"
    assert "September 2023 is short" not in page.said
    assert "1 month is set aside (September 2023)" in page.said


def test_a_note_that_nobody_confirms_is_not_written(short, monkeypatch):
    page = visit(short, monkeypatch, "data", {"dataset": "ruritania"})
    page.press(ASIDE)
    page.press("Leave the data as they are")
    assert not page.can_press("Write the note")
    assert len(versions(short, "ruritania")) == 1


def test_what_somebody_published_meanwhile_is_not_overwritten(short, monkeypatch):
    page = visit(short, monkeypatch, "data", {"dataset": "ruritania"})
    page.press(ASIDE)
    page.fill("Your name", "An analyst")
    publish(short, "ruritania", delivery([incident(1, date(2025, 1, 1))], covered([date(2025, 1, 1)])), "two")
    page.press("Write the note")
    assert [one.published_by for one in versions(short, "ruritania")] == ["one", "two"]


def test_another_mapping_of_a_published_version_leads_to_bring_in_data(tmp_path, monkeypatch):
    rows = [
        incident(number, date(2024, 1, 1 + number % 28), longitude=-0.09 + number / 1e5, latitude=51.5)
        for number in range(300)
    ]
    for row in rows[:40]:
        row |= {"longitude": 0.0, "latitude": 0.0}
    given = delivery(rows, covered(YEARS[24:25]), source="records")
    publish(tmp_path, "ruritania", given, "one")
    page = visit(tmp_path, monkeypatch, "data", {"dataset": "ruritania"})
    assert "Bring the file in again" in page.said
    page.press("Go to Bring in data")
    assert "Choose a file." in page.said


def test_nothing_is_offered_where_nobody_may_publish_or_of_an_earlier_version(short, monkeypatch):
    publish(short, "ruritania", delivery([incident(1, date(2025, 1, 1))], covered([date(2025, 1, 1)])), "two")
    assert not visit(short, monkeypatch, "data", {"dataset": "ruritania", "version": "1"}).can_press(ASIDE)
    assert visit(short, monkeypatch, "data", {"dataset": "ruritania"}).can_press(ASIDE)
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    page = visit(short, monkeypatch, "data", {"dataset": "ruritania"})
    assert "September 2023 is short" in page.said
    assert not page.can_press(ASIDE)


def test_times_that_look_like_a_forms_are_put_back_at_a_press_and_count_on_when(tmp_path, monkeypatch):
    moments = [datetime(2024, 1, 1) + timedelta(days=n % 365, minutes=37 * n % 1_440) for n in range(240)]
    moments += [datetime(2024, 1, 1, 0, 1) + timedelta(days=6 * n) for n in range(60)]
    rows = [incident(n, at.date(), occurred_from=at, occurred_to=at) for n, at in enumerate(moments)]
    publish(tmp_path, "ruritania", delivery(rows, covered(months(date(2024, 1, 1), 12))), "one")
    set_aside = "read 00:01, which a form seems to fill in: not counted in any hour."
    assert set_aside in visit(tmp_path, monkeypatch, "when", {"dataset": "ruritania"}).said
    page = visit(tmp_path, monkeypatch, "data", {"dataset": "ruritania"})
    assert "are exactly 00:01" in page.said
    page.press("These times are real")
    page.fill("Your name", "An analyst")
    page.press("Write the note")
    assert "are exactly 00:01" not in page.said
    assert set_aside not in visit(tmp_path, monkeypatch, "when", {"dataset": "ruritania"}).said
