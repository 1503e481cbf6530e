"""What a tasking sheet says, and to whom."""

from datetime import date

import pytest

from vulncore.packs.audience import Audience
from vulncore.packs.pack import PackRequest, pack_basis
from vulncore.packs.recipe import find_recipe
from vulncore.packs.sections import basis as drawing
from vulncore.packs.sections.basis import LeftOutError
from vulncore.packs.sections.tasking import tasking


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch):
    monkeypatch.setattr(drawing, "picture", lambda *_, **__: b"")


def basis_of(store, audience=Audience.INTERNAL, dataset="demo"):
    return pack_basis(PackRequest(store, dataset, find_recipe("ttcg"), audience, as_at=date(2024, 10, 1)))


def test_it_says_when_where_what_to_patrol_and_whether_that_would_have_worked(shipped_store):
    basis = basis_of(shipped_store)
    sheet = tasking(basis, basis.subject(("sexual-violence",)))
    assert sheet.stretches["Stretch"].tolist() == ["Thursday night", "Friday night", "Saturday night"]
    assert sheet.stretches["From and to"].iloc[0] == "Thursday 20:00 to Friday 02:59"
    assert sheet.places["Place"].iloc[0] == "Liverpool Street and Bishopsgate"
    assert "A hotspot. Send people." in sheet.places["What happened there"].iloc[0]
    assert len(sheet.shifts) == 5
    assert sheet.worked[1].startswith("Would it have worked? Shifts chosen in the same way on")
    assert sheet.map is not None


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.PARTNERSHIP])
def test_nobody_outside_the_force_is_told_where_officers_will_be(shipped_store, audience):
    basis = basis_of(shipped_store, audience)
    with pytest.raises(LeftOutError, match="where officers will be"):
        tasking(basis, basis.subject(("sexual-violence",)))


def test_what_has_neither_hours_nor_places_has_no_sheet(shipped_store):
    basis = basis_of(shipped_store, dataset="city-open-counts")
    with pytest.raises(LeftOutError, match="no time of day"):
        tasking(basis, basis.subject(("robbery",)))
