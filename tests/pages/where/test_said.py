"""What the page Where says and does, as its server draws it."""

import json
import re

import pytest

from tests.pages.visiting import visit
from vulncore.domain.disclosure import SETTING
from vulncore.findings.shared.words import PLACES_BLURRED


@pytest.fixture
def where(shipped_store, monkeypatch):
    """Visits the page of what ships by a link."""
    return lambda **link: visit(shipped_store, monkeypatch, "where", link)


def test_hours_picked_on_when_are_those_of_the_map(shipped_store, monkeypatch):
    monkeypatch.setenv(SETTING, "1")
    page = visit(shipped_store, monkeypatch, "when")
    page.pick("Hours to map", "Thursday 20:00 to Friday 01:59")
    page.follow("See where it happens in these hours")
    assert "Sexual violence, Thursday 20:00 to Friday 01:59, November 2023 to October 2024" in page.said
    assert page.shown_in("Hours") == "Thursday 20:00 to Friday 01:59"
    assert page.choices["hours"] == "stretch-92-6"


def test_a_picked_place_is_in_the_link_and_a_colleague_sees_the_same(where):
    page = where()
    first = page.table("Places of crimes")[0][0]
    page.pick("Place", first)
    assert re.search(r"About \d+ crimes, \d+ % of all on the map", page.said)
    assert re.search("Streets: .*Liverpool Street", page.said)
    assert page.charts == 3
    theirs = where(**page.choices)
    assert theirs.shown_in("Place") == first
    assert theirs.said == page.said


def test_whether_the_map_would_have_been_right_is_said(where):
    page = where(part="tried")
    assert page.charts == 2
    assert page.table("PAI")


def test_repeats_are_said(where):
    assert where(part="repeats").table("Within 7 days")


def test_a_link_to_what_is_not_there_is_told(where):
    page = where(layer="lava", size="99", hours="stretch-0-168", cell="<b>", bandwidth="NaN", part="zz")
    for said in (
        "There is no layer 'lava' here",
        "There is no size of cells '99' here",
        "There is no place '<b>' on this map",
    ):
        assert said in page.said


def test_a_dataset_without_places_gets_a_sentence_and_no_map(where):
    page = where(dataset="city-open-counts")
    assert "have no places, so there is no map" in page.said
    assert page.charts == 0


def test_that_places_are_blurred_is_said_where_they_are(where, monkeypatch):
    assert f"{PLACES_BLURRED} The number of crimes with a place is about right." in where().said
    narrowed = where(hours="night").said
    assert PLACES_BLURRED in narrowed
    assert "Totals are exact" not in narrowed
    monkeypatch.setenv(SETTING, "1")
    assert PLACES_BLURRED not in where().said


def test_a_place_is_set_beside_another_and_let_go_of_when_it_is_picked_itself(where):
    page = where()
    first, second = (row[0] for row in page.table("Places of crimes")[:2])
    page.pick("Place", first)
    page.pick("Compare with", second)
    assert page.charts == 5  # the map, and the months and hours of both
    assert "Whether they differ by more than chance can't be told" in page.said
    again = where(**page.choices)
    assert again.said == page.said
    page.pick("Place", second)
    assert "against" not in page.choices
    assert page.charts == 3


def test_a_place_beside_that_is_not_there_is_said_and_let_go_of(where):
    page = where()
    page.pick("Place", page.table("Places of crimes")[0][0])
    lost = where(**page.choices, against="nowhere")
    assert "There is no place 'nowhere' on this map" in lost.said
    assert "against" not in lost.choices
    assert lost.charts == 3


def test_the_map_itself_says_that_its_data_is_made(where):
    deck = json.loads(where().app.get("deck_gl_json_chart")[0].proto.json)
    names = [
        text["name"] for layer in deck["layers"] if layer["@@type"] == "TextLayer" for text in layer["data"]
    ]
    assert names.count("(Made data, not real)") == 2  # the word, and the ground that it is read from
