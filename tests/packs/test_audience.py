"""Who may see what: the safest is what nobody has to ask for."""

import inspect

import pytest

from vulncore.domain.disclosure import SETTING
from vulncore.domain.errors import VulncoreError
from vulncore.packs.audience import LONGEST_MARKING, Audience, marking_for
from vulncore.packs.pack import PackRequest


def test_whoever_names_no_audience_makes_a_pack_for_the_public():
    assert inspect.signature(PackRequest).parameters["audience"].default is Audience.PUBLIC


def test_the_public_sees_no_place_no_commentary_no_operation_and_no_number_under_ten():
    public = Audience.PUBLIC
    assert not any([public.sees_places, public.sees_commentary, public.sees_operations])
    assert (public.smallest, public.rounding) == (10, 10)


def test_partners_see_places_and_neither_commentary_nor_operations():
    partners = Audience.PARTNERSHIP
    assert partners.sees_places
    assert not any([partners.sees_commentary, partners.sees_operations])
    assert (partners.smallest, partners.rounding) == (5, 5)


@pytest.mark.parametrize("setting", ["1", "3"])
def test_no_document_shows_smaller_numbers_than_five_whatever_the_server_shows(monkeypatch, setting):
    monkeypatch.setenv(SETTING, setting)
    assert [audience.smallest for audience in Audience] == [10, 5, 5]


def test_a_server_that_hides_more_hides_more_in_documents(monkeypatch):
    monkeypatch.setenv(SETTING, "20")
    assert [audience.smallest for audience in Audience] == [20, 20, 20]


@pytest.mark.parametrize(
    ("audience", "classification", "handling", "words"),
    [
        (Audience.PUBLIC, None, None, "OFFICIAL"),
        (Audience.INTERNAL, None, None, "OFFICIAL-SENSITIVE: police only"),
        (Audience.INTERNAL, " ", None, "OFFICIAL-SENSITIVE: police only"),
        (Audience.INTERNAL, "OFFICIAL", None, "OFFICIAL"),
        (Audience.PUBLIC, "OFFICIAL-SENSITIVE", "board\n only", "OFFICIAL-SENSITIVE: board only"),
        (Audience.INTERNAL, None, "", "OFFICIAL-SENSITIVE"),
    ],
)
def test_a_document_is_marked_as_somebody_says_else_as_suits_its_audience(
    audience, classification, handling, words
):
    assert marking_for(audience, classification, handling).words == words


def test_a_marking_that_no_page_has_room_for_is_refused():
    with pytest.raises(VulncoreError, match=f"room for {LONGEST_MARKING}"):
        marking_for(Audience.PUBLIC, "O" * 200)
