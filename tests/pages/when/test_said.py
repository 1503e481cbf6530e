"""What the page When says and does, as its server draws it."""

import pytest

from tests.pages.visiting import visit


@pytest.fixture
def when(shipped_store, monkeypatch):
    """Visits the page of what ships by a link."""
    return lambda **link: visit(shipped_store, monkeypatch, "when", link)


def test_hours_rows_and_period_are_chosen_and_the_link_carries_them(when):
    page = when()
    chosen = {
        "Period": "Last 5 years",
        "Cells": "Single hours",
        "A row runs from": "00:00, by the calendar",
    }
    for label, option in chosen.items():
        page.pick(label, option)
    assert {"period": "60", "cells": "hour", "rows": "day"}.items() <= page.choices.items()
    theirs = when(**page.choices)
    assert "November 2019 to October 2024" in theirs.said
    assert {label: theirs.shown_in(label) for label in chosen} == chosen
    assert theirs.said == page.said


def test_one_type_of_place_narrows_the_week(when):
    page = when(period="all")
    page.pick("Type of place", "licensed premises")
    assert "type of place licensed premises" in page.said
    assert page.choices["kind"] == "licensed premises"


def test_what_a_link_asks_for_and_is_not_there_is_said(when):
    page = when(measures="jaywalking,rape", period="zz", night="09-03", part="changed")
    for said in (
        "No measure jaywalking can be shown here",
        "There is no period 'zz' here",
        "There is no night '09-03' here",
    ):
        assert said in page.said
    assert page.choices["part"] == "changed"
    assert page.choices["measures"] == "rape"


def test_a_street_with_too_few_gets_a_sentence_and_no_map(when):
    page = when(place="Cornhill")
    assert "Too few times" in page.said
    assert page.charts == 0


def test_patrol_hours_are_chosen_and_tried_on_the_year_before(when):
    page = when(part="patrols")
    page.pick("Shifts a week", "3")
    assert "3 shifts of 4 hours" in page.said
    assert len(page.table("Shifts, in order")) == 3
    assert "Would it have worked?" in page.said
    page.fill("Rape", "5")
    assert "weighed by harm" in page.said
    assert "rape=5" in page.choices["harm"]


def test_two_periods_are_set_against_each_other(when):
    page = when(part="changed")
    assert "No part of the week changed by more than chance" in page.said
    assert page.charts == 2
    assert page.row("Monday 00:00 to 02:59", "Monday 00:00 to 02:59")


def test_months_alone_get_a_sentence_and_no_false_midnight(when):
    page = when(dataset="city-open-counts")
    assert "give months and no times of day" in page.said
    assert page.charts == 0
    assert "00:00" not in page.said


@pytest.mark.parametrize(
    "link",
    [
        {
            "measures": "nothing,\0,rape'--",
            "period": "1e9",
            "kind": "x",
            "place": "<script>",
            "victims": "[a](//b)",
            "night": "99-99",
            "cells": "7",
            "rows": "x",
            "shifts": "1e9",
            "length": "-4",
            "harm": "rape=nan,rape=inf,x=1",
        },
        {
            "night": "18-06-04",
            "harm": "rape=1.2.3,other-sexual-offences=9999999999999999999999",
            "month": "1999-01",
            "strand": "prevent",
            "period": "2030-01",
        },
        {"harm": "rape=\u00b2,other-sexual-offences=99999", "part": "patrols"},
    ],
)
def test_a_link_of_nonsense_shows_what_there_is(when, link):
    said = when(**link).said
    assert "City of London Police" in said or "No record of the strand" in said


def test_measures_that_are_not_there_leave_the_page_as_it_opens_and_its_link_opens_the_same(when):
    page = when(measures="nonsense")
    assert page.shown_in("Strand or measure") == "Sexual violence"
    assert when(**page.choices).said.split("\n")[1] == when().said.split("\n")[1]


def test_one_measure_of_the_usual_strand_leaves_the_strand_as_it_is(when):
    assert when(measures="rape").shown_in("Strand or measure") == "Sexual violence"
    assert when(measures="rape,hate-crime").shown_in("Strand or measure") == "All strands"
