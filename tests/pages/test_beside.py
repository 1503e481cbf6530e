"""A view is pinned, and the next one stands beside it: on each page that has one, from each link, whatever the link says."""

from urllib.parse import parse_qsl

import pytest

from pages.shared.beside import PINNED, UNMET
from pages.shared.sidebar import LONGEST_BESIDE
from tests.pages.visiting import visit

PAGES = ("overview", "when", "where", "forecast")
CHARTS = {
    "overview": 3,
    "when": 2,
    "where": 2,
    "forecast": 2,
}  # with the measure's own beneath the strand table
HATE, RAPE = "Hate crime", "\u2003Rape"
OTHER = {"overview": RAPE, "when": HATE, "where": HATE, "forecast": HATE}  # than what the page opens with

pytestmark = pytest.mark.usefixtures("few_origins")


@pytest.fixture
def opened(shipped_store, monkeypatch):
    """Visits a page of what ships by a link."""
    return lambda page, **link: visit(shipped_store, monkeypatch, page, link)


@pytest.mark.parametrize("name", PAGES)
def test_the_next_view_stands_beside_the_pinned_one_and_its_link_opens_both(opened, name):
    page = opened(name)
    charts = page.charts
    page.press("Pin this view")
    assert PINNED in page.said
    assert page.charts == charts
    page.pick("Strand or measure", OTHER[name])
    assert PINNED not in page.said
    assert f"On screen: {OTHER[name].strip()}" in page.said
    assert page.charts == CHARTS[name]
    again = opened(name, **page.choices)
    assert again.said == page.said
    assert again.choices == page.choices


@pytest.mark.parametrize("name", PAGES)
def test_the_two_are_swapped_and_swapped_back_and_let_go(opened, name):
    page = opened(name)
    page.press("Pin this view")
    page.pick("Strand or measure", OTHER[name])
    first = page.said
    pinned = dict(parse_qsl(page.choices["beside"]))["strand"]
    page.press("Swap the two")
    assert f"Pinned: {OTHER[name].strip()}" in page.said
    assert page.choices["strand"] == pinned
    page.press("Swap the two")
    assert page.said == first
    page.press("Stop comparing")
    assert "beside" not in page.choices
    assert "Pinned: " not in page.said
    assert page.shown_in("Strand or measure") == OTHER[name]


@pytest.mark.parametrize("name", PAGES)
def test_the_year_before_stands_beside_at_one_press(opened, name):
    page = opened(name)
    page.press("Compare with a year before")
    assert dict(parse_qsl(page.choices["beside"]))["month"] == "2023-10"
    assert page.shown_in("Figures to the end of") == "October 2024"
    assert "Pinned: " in page.said
    assert page.charts == CHARTS[name]


def test_a_pin_goes_along_to_other_pages_and_takes_period_and_narrowing_with_it(opened):
    page = opened("when")
    page.pick("Period", "Last 3 years")
    page.press("Pin this view")
    page.pick("Period", "Last 12 months")
    assert "Pinned: Nov 2021 to Oct 2024" in page.said
    assert "Both have some of the same records" in page.said
    where = opened("where", **page.choices)
    assert "Pinned: Nov 2021 to Oct 2024" in where.said
    assert where.charts == 2


def test_what_is_drawn_and_how_is_chosen_once_for_both(opened):
    page = opened("where")
    page.press("Pin this view")
    page.pick("Strand or measure", HATE)
    page.pick("Show", "Wards")
    assert page.charts == 2
    assert page.said.count("by ward") == 2
    page.press("Swap the two")
    assert page.said.count("by ward") == 2


BROKEN = (
    "dataset=nowhere&version=1&month=2024-10",
    "dataset=demo&version=99&month=2024-10",
    "dataset=demo&version=x&month=2024-10",
    "dataset=demo&version=1&month=1999-01",
    "dataset=demo&version=1&month=2024-10&strand=nothing",
    "dataset=demo&version=1&month=2024-10&strand=sexual-violence/nothing",
    "%00&&==<script>",
    "x" * (LONGEST_BESIDE + 1),
)


@pytest.mark.parametrize("beside", BROKEN)
@pytest.mark.parametrize("name", PAGES)
def test_a_pinned_view_that_is_not_there_is_let_go_of_and_that_is_said(opened, name, beside):
    page = opened(name, dataset="demo", version="1", month="2024-10", beside=beside)
    assert f"{UNMET}. You see this view alone instead." in page.said
    assert "beside" not in page.choices
    assert "Pinned: " not in page.said
    assert page.charts >= 1


@pytest.mark.parametrize(
    ("name", "beside", "why"),
    [
        ("when", "dataset=city-open-counts&version=1&month=2024-10", "give months and no times of day"),
        ("where", "dataset=city-open-counts&version=1&month=2024-10", "no places"),
        (
            "when",
            "dataset=demo&version=1&month=2024-10&measures=nothing",
            "No measure nothing can be shown here",
        ),
        ("when", "dataset=demo&version=1&month=2024-10&kind=nowhere", "There is no type of place 'nowhere'"),
        ("where", "dataset=demo&version=1&month=2024-10&hours=never", "There is no stretch of hours 'never'"),
        ("forecast", "dataset=demo&version=1&month=2018-06&strand=sexual-violence", "can't be forecast"),
    ],
)
def test_one_that_the_page_cannot_show_is_let_go_of_with_the_reason_and_changes_nothing_on_screen(
    opened, name, beside, why
):
    link = {"dataset": "demo", "version": "1", "month": "2024-10", "strand": "hate-crime"}
    alone = opened(name, **link)
    page = opened(name, **link, beside=beside)
    assert UNMET in page.said
    assert why in page.said
    assert "beside" not in page.choices
    assert page.choices == alone.choices
    assert page.charts == alone.charts


def test_a_pin_means_nothing_on_pages_without_a_view_and_stays_for_the_others(opened):
    beside = "dataset=demo&version=1&month=2023-10&strand=hate-crime"
    for name in ("resourcing", "data", "methods"):
        page = opened(name, beside=beside)
        assert page.choices.get("beside", beside) == beside
        assert not page.can_press("Pin this view")
        assert "Pinned: " not in page.said


@pytest.mark.parametrize("name", PAGES)
def test_whose_both_are_and_what_both_are_of_stands_above_them(opened, name):
    page = opened(name, strand="hate-crime")
    page.press("Compare with a year before")
    assert "City of London Police: Hate crime, two views, on the same scale" in page.said
    page.pick("Strand or measure", RAPE)
    assert "City of London Police: two views, on the same scale" in page.said
    assert "Hate crime, two views" not in page.said
