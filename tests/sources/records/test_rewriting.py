"""What a mapping promises that is written again into the file that it came from."""

from dataclasses import replace
from datetime import date

import pytest

from vulncore.sources.records.mapping import Coding, Moment
from vulncore.sources.records.mapping_file import parse_mapping
from vulncore.sources.records.rewriting import rewritten_mapping

OURS = """\
# As the warehouse exports it since 2019.
source = "crimes" # its name there
force = "Kent Police"
dates = "day first"
most_rejected_percent = 5

[coverage] # all of it
first = "2024-01"
last = "2024-03"

[columns]
place = "Street" # often empty
# the first entry, not the last
recorded_on = "Date"

[[counts]]
column = "Offence" # Home Office code
codes = { "19C" = "rape" }
"""
MAPPING = parse_mapping(OURS.encode())


def test_what_did_not_change_is_written_as_it_was():
    assert rewritten_mapping(MAPPING, OURS.encode()) == OURS
    assert rewritten_mapping(MAPPING, b"\xef\xbb\xbf" + OURS.encode()) == OURS


def test_another_month_changes_its_two_lines_and_no_comment():
    later = replace(MAPPING, first=date(2024, 4, 1), last=date(2024, 6, 1))
    assert rewritten_mapping(later, OURS.encode()) == OURS.replace("2024-01", "2024-04").replace(
        "2024-03", "2024-06"
    )


def test_a_line_that_changes_keeps_its_comment_and_one_that_goes_takes_it_along():
    now = replace(MAPPING, source="crimes-new", columns={"recorded_on": "Date 2"})
    text = rewritten_mapping(now, OURS.encode())
    assert 'source = "crimes-new" # its name there\n' in text
    assert '# the first entry, not the last\nrecorded_on = "Date 2"\n' in text
    assert "often empty" not in text


@pytest.mark.parametrize(
    "changed",
    [
        {"first": None, "last": None},
        {"heading": (2, 3), "sheet": "Export"},
        {"occurred_from": Moment(date="D", hour="H"), "occurred_to": Moment("At")},
        {"counts": (Coding("Offence", {"8 é\n": ("rape", "hate-crime")}, ("q",), ";"),)},
        {"counts": (*MAPPING.counts, Coding("Flag", {"Y": ("rape",)}))},
        {"counts": (Coding("Flag", {"Y": ("rape",)}),)},
    ],
    ids=["no months", "a heading", "moments", "codes", "another column", "other codes"],
)
def test_whatever_changes_is_read_back(changed):
    now = replace(MAPPING, **changed)
    assert parse_mapping(rewritten_mapping(now, OURS.encode()).encode()) == now
