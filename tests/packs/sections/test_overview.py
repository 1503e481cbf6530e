"""The strand table and the measures of a pack: what the screen does not compare, no document compares."""

import dataclasses
from datetime import date

import pytest

from vulncore.packs.audience import Audience
from vulncore.packs.pack import PackRequest, pack_basis
from vulncore.packs.recipe import find_recipe
from vulncore.packs.sections import basis as drawing
from vulncore.packs.sections.overview import change_parts, measure_parts, strand_pack_table

BROKEN = "Anti-social behaviour"  # its recording changed in January 2023


@pytest.fixture(scope="module")
def basis(shipped_store):
    request = PackRequest(
        shipped_store,
        "city-open-counts",
        find_recipe("committee"),
        Audience.PUBLIC,
        as_at=date(2023, 6, 1),
    )
    return pack_basis(request)


def test_a_change_across_a_change_of_recording_is_neither_told_nor_coloured(basis):
    table = strand_pack_table(basis.overview)
    row = table.frame.set_index("Strand").loc[BROKEN]
    assert row["Current FYTD"] == 109
    assert {row[name] for name in table.frame.columns if name.startswith("% change")} == {"Not comparable"}
    assert {row[name] for name in table.frame.columns if name.startswith("Frequency")} == {"–"}
    place = table.frame.index[table.frame["Strand"] == BROKEN][0]
    assert place not in {at for at, _ in table.tints}
    assert table.tints
    assert not [note for note in table.notes if note.startswith(BROKEN)]


def test_nor_is_it_said_of_the_measure(basis, monkeypatch):
    monkeypatch.setattr(drawing, "picture", lambda *_, **__: b"")
    subject = dataclasses.replace(
        basis.subject(()), measures=tuple(one for one in basis.overview.measures if one.name == BROKEN)
    )
    (part,) = measure_parts(basis, subject, most=1)
    assert part.finding.startswith(
        f"{BROKEN}: 109 in the financial year to date, not comparable with last year, because recording changed"
    )
    assert BROKEN not in {one.heading for one in change_parts(basis, most=9)}


def test_a_dataset_without_strands_is_not_called_strands(basis):
    assert strand_pack_table(basis.overview).caption.startswith("Recorded incidents by category, ")
