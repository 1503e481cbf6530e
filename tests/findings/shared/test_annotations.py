"""What vulncore.findings.shared.annotations promises of notes on months, strands and views."""

from dataclasses import replace
from datetime import date

import pytest

from tests.findings.strand.stores import JANUARY, publish_months
from tests.making import FORCE, months
from tests.store.test_notes import note, notes
from vulncore.domain.periods import Window
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.domain.vocabulary import Strand, report_measures
from vulncore.findings.shared.annotations import (
    annotation_notes,
    annotations_of,
    annotations_to_read,
    noted_months,
)
from vulncore.findings.shared.contents import dataset_contents
from vulncore.store import annotate, open_version, set_strands
from vulncore.store.notes import OF_A_STRAND, NoteKind

MAY, JUNE = date(2022, 5, 1), date(2022, 6, 1)


def noted(store, *rows):
    publish_months(store, [20] * 12)
    annotate(store, "city", notes(*(note(**{"measure": "hate-crime", **row}) for row in rows)), "me")
    return annotations_of(open_version(store, "city"), FORCE)


def test_months_are_those_of_a_kind_on_these_keys_each_once_and_in_order(tmp_path):
    frame = noted(
        tmp_path,
        {"kind": "one-off month", "month": JUNE},
        {"kind": "one-off month", "month": MAY},
        {"kind": "one-off month", "month": MAY, "text": "Again", "measure": "vawg"},
        {"kind": "one-off month", "month": JANUARY, "measure": "prevent"},
        {"kind": "level change", "month": date(2022, 7, 1)},
    )
    assert noted_months(NoteKind.ONE_OFF, frame, ("hate-crime", "vawg")) == (MAY, JUNE)
    assert noted_months(NoteKind.ONE_OFF, frame, ()) == ()


def test_a_note_on_all_measures_bears_on_each(tmp_path):
    frame = noted(tmp_path, {"kind": "series break", "month": MAY, "measure": None})
    assert noted_months(NoteKind.SERIES_BREAK, frame, ("rape",)) == (MAY,)


def test_a_note_without_a_month_is_of_none(tmp_path):
    frame = noted(tmp_path, {"kind": "target", "month": None}, {"kind": "target", "month": MAY})
    assert noted_months(NoteKind.TARGET, frame, ("hate-crime",)) == (MAY,)


def test_what_stands_beside_a_chart_or_is_of_a_strand_stands_in_no_list_of_measures(tmp_path):
    rows = [{"kind": kind.value, "month": MAY, "text": kind.value} for kind in OF_A_STRAND]
    frame = noted(tmp_path, *rows, *({**row, "measure": "vawg"} for row in rows))
    measures = [measure for measure in report_measures() if measure.key == "hate-crime"]
    shown = annotation_notes(frame, measures, Window(JANUARY, date(2022, 12, 31)))
    assert sorted(shown) == [
        f"Hate crime, May 2022: {kind}" for kind in ("level change", "one-off month", "target")
    ]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("vawg", "Violence against women and girls"),
        ("hate-crime", "Hate crime"),
        ("faith", "Faith and belief"),
        (None, "All measures"),
    ],
)
def test_every_note_can_be_read_by_the_name_that_the_dataset_gives(tmp_path, key, name):
    publish_months(tmp_path, [20] * 12)
    own = replace(
        shipped_list(), strands=(*shipped_list().strands, Strand("faith", "Faith", "Faith and belief"))
    )
    set_strands(tmp_path, "city", own, "me")
    row = note(kind="commentary", measure=key, month=months(MAY, 1)[0])
    contents = dataset_contents(open_version(tmp_path, "city"))
    assert annotations_to_read([row], contents)["Measure"].tolist() == [name]
