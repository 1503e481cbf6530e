"""What vulncore.findings.strand.noting promises."""

import pytest

from vulncore.domain.errors import VulncoreError
from vulncore.domain.vocabulary import find_measure, report_measures
from vulncore.findings.shared.subject import Subject
from vulncore.findings.strand.noting import strand_note
from vulncore.store.notes import NoteKind, Target, target_of

RAPE = find_measure(report_measures(), "rape")
SUBJECT = Subject(RAPE.key, RAPE.name, RAPE.unit, (RAPE,))


@pytest.mark.parametrize("records", [float("nan"), float("inf"), 1e6, 0.125, 1e300])
def test_a_target_that_no_chart_could_read_again_is_refused(records):
    text = Target(records, at_most=True, why="Agreed.").text
    with pytest.raises(VulncoreError, match="Give a number of records a month"):
        strand_note(NoteKind.TARGET, "Ruritania Police", SUBJECT, None, text, "A. Analyst")


@pytest.mark.parametrize("records", [0.0, 0.25, 20.0, 123456.5, 999_999.99])
def test_a_target_is_read_again_as_it_was_given(records):
    text = Target(records, at_most=False, why="Agreed.").text
    note = strand_note(NoteKind.TARGET, "Ruritania Police", SUBJECT, None, text, "A. Analyst")
    assert target_of(str(note["text"])) == Target(records, at_most=False, why="Agreed.")
