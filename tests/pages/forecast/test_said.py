"""What the page Forecast says and does, as its server draws it."""

import re
import shutil

import pytest
import streamlit as st

from tests.conftest import tried_at_few_origins
from tests.pages.visiting import visit
from vulncore.findings.shared.by_version import KEPT, Kept
from vulncore.forecasting import forecast
from vulncore.forecasting.models.all import Model

EXPECTED = re.compile(r"Expected (from|\d)")
YEARS = "Sexual violence by calendar year"
HATE_YEARS = "Hate crime by calendar year"


@pytest.fixture
def forecasts(shipped_store, monkeypatch):
    """Visits the page of what ships by a link."""
    return lambda **link: visit(shipped_store, monkeypatch, "forecast", link)


def test_a_what_if_bends_the_chart_and_the_link_shows_another_the_same(forecasts):
    page = forecasts()
    before = page.row(YEARS, "2028")
    assert EXPECTED.search(page.heard)
    page.pick("What happens", "A change in recording")
    page.fill("Percent more from then on", "50")
    page.fill("Name on the chart", "New counting rules")
    page.press("Add")
    assert page.choices["whatif"] == "recording:2024-11:+50::New counting rules"
    after = page.row(YEARS, "2028")
    assert int(after[1]) == pytest.approx(1.5 * int(before[1]), rel=0.02)
    theirs = forecasts(**page.choices)
    assert "If the what-ifs hold" in theirs.said
    assert "New counting rules: +50 % from November 2024" in theirs.said
    assert theirs.row(YEARS, "2028") == after
    theirs.press("Remove")
    assert "If the what-ifs hold" not in theirs.said
    assert theirs.row(YEARS, "2028") == before


def test_a_second_look_needs_no_fitting(forecasts, monkeypatch):
    page = forecasts()
    said = page.said

    def work(*_: object) -> None:
        raise AssertionError("fitted anew")

    monkeypatch.setattr(forecast, "in_parallel", work)
    page.follow("Methods")
    page.follow("Forecast")
    assert page.said == said


def test_the_first_look_after_a_restart_fits_nothing_and_shows_no_progress(
    shipped_store, tmp_path, monkeypatch
):
    store = shutil.copytree(shipped_store, tmp_path / "store")
    st.cache_resource.clear()
    with tried_at_few_origins():
        said = visit(store, monkeypatch, "forecast").said

        def work(*_: object) -> None:
            raise AssertionError("fitted anew")

        monkeypatch.setattr(forecast, "in_parallel", work)
        monkeypatch.setattr(st, "progress", work)
        st.cache_resource.clear()
        assert visit(store, monkeypatch, "forecast").said == said


def test_a_forecast_is_kept_for_its_question_until_too_many_others_were_asked():
    kept = Kept()
    for number in range(KEPT + 1):
        kept.keep(("demo", number), {})
        kept.get(("demo", 0))
    assert kept.get(("demo", 0)) == {}
    assert kept.get(("demo", 1)) is None
    assert kept.get(("demo", KEPT)) == {}


def test_what_is_too_small_for_a_forecast_gets_a_sentence_and_nothing_ahead(forecasts):
    page = forecasts(subject="fgm")
    assert "fewer than 10 a year" in page.said
    assert "If nothing changes" in page.said
    assert "Recorded" in page.heard
    assert not EXPECTED.search(page.heard)
    assert not page.can_press("Add")


def test_a_feed_that_stopped_is_not_forecast(forecasts):
    page = forecasts(subject="attempted-suicides")
    assert "nothing was recorded after March 2024" in page.said
    assert "2023 153" in page.heard
    assert "Recorded" in page.heard
    assert not EXPECTED.search(page.heard)
    assert not page.can_press("Add")


def test_every_model_stands_in_the_table_of_trials_and_the_one_shown_is_marked(forecasts):
    rows = forecasts(part="models").table("Five years: how each model foretold")
    assert len(rows) == len(Model)
    assert [row[0] for row in rows if row[0].endswith("(shown)")] == ["All combined (shown)"]
    assert all(re.fullmatch(r"\d+ %", row[4]) for row in rows)


def test_until_versions_foretold_something_tests_say_what_came(forecasts):
    page = forecasts(part="came")
    assert "No earlier version's forecast of this is kept." in page.said
    rows = page.table("Current process: what was said of twelve months")
    held = sum(row[3] == "yes" for row in rows)
    assert len(rows) == held + sum(row[3] == "no" for row in rows) > 0
    assert f"gave {len(rows)} ranges for twelve months. {held} held" in page.said


def test_what_models_learn_from_is_said(forecasts):
    page = forecasts(part="learns")
    assert "set aside: lockdown" in page.said
    assert "The forecast adds up those of its measures: other sexual offences and rape." in page.said


def test_what_a_link_asks_for_and_is_not_there_is_said_and_shown_as_text(forecasts):
    hostile = "<img src=x onerror=alert(1)>"
    page = forecasts(subject=hostile, whatif=f"miracle:2025-01:+1~growth:2025-01:+10::{hostile}")
    assert "There is no series to forecast" in page.said
    assert "is not a what-if" in page.said
    assert "If the what-ifs hold" in page.said
    drawn = [*page.html, *(each.value for each in page.app.markdown)]
    assert not [text for text in drawn if re.search(r"(?<!\\)<img", text)]


def test_all_strands_are_no_series_so_that_the_box_names_what_is_forecast(forecasts):
    page = forecasts(strand="all")
    assert "All strands" not in page.box("Strand or measure").options
    assert page.shown_in("Strand or measure") == "Sexual violence"
    assert "Sexual violence:" in page.said


def test_a_link_of_before_with_a_subject_shows_that_subject(forecasts):
    page = forecasts(subject="hate-crime")
    assert page.shown_in("Strand or measure") == "Hate crime"
    assert "subject" not in page.choices
    assert page.choices["strand"] == "hate-crime"


def test_abbreviations_keep_their_capitals(forecasts):
    page = forecasts(strand="adults-at-risk")
    assert "adults at risk (PPNs)" in page.said
    assert "ppns" not in page.said


def test_a_change_of_level_that_nobody_decided_is_offered_both_ways(forecasts):
    page = forecasts(strand="hate-crime")
    assert "Hate crime: recording seems to have risen by 41 % in November 2023." in page.said
    as_it_was = page.row(HATE_YEARS, "2025")
    page.pick("Level of recording", "As if changed in November 2023")
    assert page.choices["level"] == "changed"
    assert "As if the level changed in November 2023" in page.heard
    as_if = page.row(HATE_YEARS, "2025")
    assert (
        f"If the new level holds, about {as_if[1]} in 2025, as shown. If not, about {as_it_was[1]}."
        in page.said
    )
    assert forecasts(**page.choices).row(HATE_YEARS, "2025") == as_if


def test_a_link_to_a_level_that_is_not_proposed_is_said_and_shows_the_forecast_as_it_was(forecasts):
    page = forecasts(level="changed")
    assert "There is no level 'changed' here" in page.said
    assert page.row(YEARS, "2025") == forecasts().row(YEARS, "2025")
