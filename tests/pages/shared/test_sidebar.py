"""What pages promise of what is looked at: views across strands, and links that name a strand by a former key."""

import shutil
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pytest

from tests.making import covered, delivery, month_total, months
from tests.pages.visiting import visit
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.domain.vocabulary import Flow, Strand, report_measures
from vulncore.store import publish, set_strands

VAWG = "Violence against women and girls"
LOOKED_AT = "Strand or measure"
pytestmark = pytest.mark.usefixtures("few_origins")
PINNED = {"dataset": "demo", "month": "2024-10"}
SEX = Strand("sex-offences", "Sex offences", "Sex offences", was=("sexual-violence",))
RADICAL = Strand("radicalisation", "Radicalisation", "Radicalisation", was=("prevent",))
HATE = replace(shipped_list().strands[4], measures=("fgm",))
OWN = replace(
    shipped_list(),
    strands=tuple(
        {"sexual-violence": SEX, "prevent": RADICAL, "hate-crime": HATE}.get(one.key, one)
        for one in shipped_list().strands
    ),
)
"""A strand with another key and name, another with a single measure, and one to which a measure moved."""


@pytest.fixture(scope="module")
def renamed(shipped_store, tmp_path_factory):
    """The demonstration data before (version 1) and after its list was edited (version 2)."""
    folder = tmp_path_factory.mktemp("renamed")
    shutil.copytree(shipped_store / "demo", folder / "demo")
    set_strands(folder, "demo", OWN, "me")
    return folder


@pytest.fixture
def opened(renamed, monkeypatch):
    """Visits a page by a link."""
    return lambda page, **link: visit(renamed, monkeypatch, page, PINNED | {"version": "2"} | link)


@pytest.mark.parametrize("name", ["overview", "when", "where", "forecast"])
def test_a_view_across_strands_is_offered_on_each_page_and_stands_in_its_link(opened, name):
    page = opened(name, strand="vawg")
    assert page.shown_in(LOOKED_AT) == VAWG
    assert page.choices["strand"] == "vawg"
    assert "Each record is counted once." in page.said
    assert "so all victims are counted" in page.said
    page.pick(LOOKED_AT, "\u2003Rape")
    assert page.choices["strand"] == "sex-offences/rape"
    assert "so all victims are counted" not in page.said


@pytest.mark.parametrize("name", ["overview", "when", "where", "forecast"])
@pytest.mark.parametrize(
    ("old", "new"),
    [("sexual-violence", "sex-offences"), ("sexual-violence/rape", "sex-offences/rape")],
)
def test_a_link_from_before_leads_to_what_the_strand_is_now_with_the_same_figures(opened, name, old, new):
    before, now = opened(name, version="1", strand=old), opened(name, strand=old)
    assert now.choices["strand"] == new
    assert "There is no strand" not in now.said
    assert now.charts == before.charts
    assert now.heard.casefold().replace("sex offences", "sexual violence") == before.heard.casefold()


def test_a_measure_that_moved_is_found_by_the_link_that_names_its_strand_of_before(opened):
    page = opened("overview", strand="harmful-practices/fgm")
    assert page.choices["strand"] == "hate-crime/fgm"
    assert page.shown_in(LOOKED_AT) == "\u2003Female genital mutilation"


def test_what_else_a_link_from_before_chose_stays(opened):
    page = opened("when", strand="sexual-violence", measures="rape", period="36")
    assert (page.choices["strand"], page.choices["measures"], page.choices["period"]) == (
        "sex-offences",
        "rape",
        "36",
    )


@pytest.mark.parametrize("strand", ["piracy", "piracy/rape", "../etc", "<b>x</b>", "vawg/rape", "all/rape"])
def test_what_no_list_knows_is_said_as_ever(opened, strand):
    page = opened("overview", strand=strand)
    assert f"There is no strand '{strand}' here. You see All strands instead." in page.said
    assert page.shown_in(LOOKED_AT) == "All strands"


def test_a_renamed_strand_of_one_measure_goes_by_the_name_that_the_force_gave_it(opened):
    assert "Radicalisation" in opened("overview").box(LOOKED_AT).options
    assert "Prevent" in opened("overview", version="1").box(LOOKED_AT).options


@pytest.mark.parametrize("name", ["overview", "when", "where"])
def test_a_pinned_view_with_a_former_key_stands_beside_the_one_on_screen(opened, name):
    pin = urlencode({**PINNED, "version": "2", "strand": "sexual-violence/rape"})
    page = opened(name, strand="hate-crime/hate-crime", beside=pin)
    assert "Pinned: Rape" in page.said
    assert "The pinned view can't be shown here" not in page.said
    page.press("Swap the two")
    assert page.choices["strand"] == "sex-offences/rape"


def test_a_pinned_view_of_the_version_before_keeps_its_words(opened):
    pin = urlencode({**PINNED, "version": "1", "strand": "sexual-violence"})
    page = opened("when", strand="vawg", beside=pin)
    assert "Pinned: Sexual violence" in page.said
    assert f"On screen: {VAWG}" in page.said


def test_pages_without_strands_keep_the_choice_under_its_present_key(opened):
    assert opened("methods", strand="sexual-violence").choices["strand"] == "sex-offences"
    assert "Sex offences" in opened("methods").said


def test_strand_opens_with_the_first_measure_where_nothing_but_figures_of_month_ends_was_delivered(
    tmp_path, monkeypatch
):
    stocks = [replace(measure, flow=Flow.STOCK) for measure in report_measures() if measure.key == "rape"]
    counted = months(date(2022, 1, 1), 30)
    rows = [month_total(month, 20 + place % 5) for place, month in enumerate(counted)]
    publish(tmp_path, "custody", delivery(None, covered(counted), rows, measures=stocks), "me")
    page = visit(tmp_path, monkeypatch, "strand", {"dataset": "custody"})
    assert "Rape: " in page.said
    assert "What is there at a month's end" in page.said
