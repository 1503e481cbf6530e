"""What pages.shared.choices promises: a choice goes from the link into one field and back, and falls with what it belongs to."""

from dataclasses import FrozenInstanceError, fields
from datetime import date
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.forecast.question import ForecastChoices
from pages.overview.question import OverviewChoices
from pages.resourcing.question import ResourcingChoices
from pages.shared import choices as shared
from pages.shared.choices import Choices, Picker, adopt, change, chosen
from pages.shared.sidebar import SidebarChoices
from pages.shared.visit import Visit
from pages.shared.which_records import RecordChoices
from pages.ways import PAGES
from pages.when.question import WhenChoices
from pages.where.question import WhereChoices
from vulncore.findings.shared.layer import Layer

EVERY_KIND = [SidebarChoices, *dict.fromkeys(PAGES.values())]
OF_0_1_0 = {
    SidebarChoices: ("dataset", "version", "force", "month", "strand"),
    OverviewChoices: ("measure",),
    WhenChoices: (
        *("measures", "period", "kind", "place", "victims", "night", "hours", "part"),
        *("cells", "rows", "shifts", "length", "harm"),
    ),
    WhereChoices: (
        *("measures", "period", "kind", "place", "victims", "night", "hours", "part"),
        *("layer", "size", "bandwidth", "cell"),
    ),
    ForecastChoices: ("subject", "lockdowns", "whatif", "part"),
    ResourcingChoices: ("plan", "role", "year", "basis", "chance", "since", "compare", "numbers", "part"),
}
"""The names that links of version 0.1.0 have, page by page."""
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "7",
            "-1",
            "2024-10",
            "gi",
            "none",
            "fitting",
            "rape,hate-crime",
            "rape=5",
            "a~b",
            "a.b",
            "five-year",
        ]
    ),
)


@pytest.fixture(autouse=True)
def visit(monkeypatch) -> Visit:
    kept = Visit()
    monkeypatch.setattr(shared, "visit", lambda: kept)
    return kept


@pytest.mark.parametrize("kind", OF_0_1_0, ids=lambda kind: kind.__name__)
def test_every_name_that_a_link_ever_had_is_a_field(kind):
    assert set(OF_0_1_0[kind]) <= {field.name for field in fields(kind)}


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
def test_what_nobody_chose_is_not_in_the_link_and_nothing_can_be_written_into_choices(kind):
    assert kind().to_link() == {}
    assert kind.from_link({}) == kind()
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        kind().unread = ()


@given(kind=st.sampled_from(EVERY_KIND), data=st.data())
def test_a_link_that_was_written_is_read_as_the_same_choices(kind, data):
    names = [field.name for field in fields(kind)]
    link = data.draw(st.dictionaries(st.sampled_from(names), TEXTS))
    choices = kind.from_link(link)
    written = dict(parse_qsl(urlencode(choices.to_link()), keep_blank_values=True))
    again = kind.from_link(written)
    assert again.to_link() == choices.to_link()
    assert [getattr(again, name) for name in names if name != "unread"] == [
        getattr(choices, name) for name in names if name != "unread"
    ]


def test_what_can_not_be_read_is_kept_to_be_said():
    choices = WhereChoices.from_link({"layer": "<script>", "size": "9", "bandwidth": "far"})
    assert (choices.layer, choices.size, choices.bandwidth) == (None, 9, None)
    assert choices.unread == (("layer", "<script>"), ("bandwidth", "far"))


def test_an_option_that_is_not_there_is_forgotten_and_said(visit):
    adopt(WhenChoices, {"shifts": "many", "rows": "year", "cells": "hour"})
    many = Picker("Shifts a week", "shifts", [4, 5, 6], noun="number of shifts")
    row = Picker("A row runs from", "rows", ["night", "day"], words=str.upper, noun="start of rows")
    assert many.made(chosen(WhenChoices)) == 5
    assert row.made(chosen(WhenChoices)) == "night"
    assert visit.unmet == [
        "There is no number of shifts 'many' here. You see 5 instead.",
        "There is no start of rows 'year' here. You see NIGHT instead.",
    ]
    assert chosen(WhenChoices).to_link() == {"cells": "hour"}
    assert chosen(WhenChoices).unread == ()


def test_which_records_are_shown_is_one_choice_of_both_pages_that_show_them():
    change(WhenChoices, measures=("rape",), period="fytd", rows="day")
    change(WhereChoices, layer=Layer.STANDS_OUT, place="Cornhill")
    assert chosen(WhereChoices).to_link() == {
        "measures": "rape", "period": "fytd", "place": "Cornhill", "layer": "gi"
    }  # fmt: skip
    assert chosen(WhenChoices).to_link() == {
        "measures": "rape", "period": "fytd", "place": "Cornhill", "rows": "day"
    }  # fmt: skip
    assert chosen(RecordChoices).place == "Cornhill"


def test_what_belongs_to_an_old_choice_falls_with_it_on_every_page():
    change(
        SidebarChoices,
        dataset="demo",
        version=3,
        force="Kent Police",
        strand="hate-crime",
        month=date(2024, 3, 1),
    )
    change(OverviewChoices, measure="hate-crime")
    change(
        WhereChoices,
        measures=("hate-crime",),
        place="Cornhill",
        size=9,
        cell="89",
        night="20-04",
        period="fytd",
    )
    change(WhenChoices, harm=(("hate-crime", 2.0),), rows="day")
    change(ForecastChoices, subject="hate-crime", lockdowns="used")
    change(SidebarChoices, strand="prevent")
    assert chosen(WhereChoices).to_link() == {
        "place": "Cornhill", "size": "9", "cell": "89", "night": "20-04", "period": "fytd"
    }  # fmt: skip
    assert chosen(WhenChoices).harm == ()
    assert chosen(ForecastChoices).to_link() == {"lockdowns": "used"}
    change(SidebarChoices, dataset="other")
    assert chosen(SidebarChoices).to_link() == {"dataset": "other", "month": "2024-03"}
    assert chosen(OverviewChoices).to_link() == {}
    assert chosen(WhereChoices).to_link() == {"night": "20-04", "period": "fytd"}
    assert chosen(WhenChoices).rows == "day"


def test_a_choice_made_again_takes_nothing_down():
    change(WhereChoices, layer=Layer.STANDS_OUT, cell="89")
    change(WhereChoices, layer=Layer.STANDS_OUT)
    assert chosen(WhereChoices).cell == "89"
    change(WhereChoices, layer=Layer.CELLS)
    assert chosen(WhereChoices).cell == WhereChoices().cell


def test_a_link_gone_back_to_puts_the_page_as_it_was_and_leaves_other_pages_theirs():
    change(WhenChoices, rows="day", shifts=7)
    change(ForecastChoices, lockdowns="used")
    adopt(WhenChoices, {"shifts": "3"})
    assert chosen(WhenChoices).to_link() == {"shifts": "3"}
    assert chosen(ForecastChoices).lockdowns == "used"


def test_every_choice_falls_only_with_choices_that_there_are():
    names = {field.name for kind in EVERY_KIND for field in fields(kind)}
    falls = {
        name for kind in EVERY_KIND for field in fields(kind) for name in field.metadata.get("falls_with", ())
    }
    assert falls <= names
    assert Choices().to_link() == {}


def test_options_that_read_alike_stay_options_of_their_own():
    def page():
        import streamlit as st  # noqa: PLC0415 - the page stands alone

        from pages.shared.choices import Picker, chosen  # noqa: PLC0415 - the page stands alone
        from pages.when.question import WhenChoices  # noqa: PLC0415 - the page stands alone

        names = {"a": "Llanelli", "b": "Neath", "c": "Llanelli"}
        cell = Picker("Place", "rows", list(names), words=names.__getitem__).draw(chosen(WhenChoices))
        st.text(cell)

    app = AppTest.from_function(page).run()
    box = app.selectbox[0]
    assert box.options == ["Llanelli", "Neath", "Llanelli (2)"]
    box.select_index(2).run()
    assert [text.value for text in app.text] == ["c"]
