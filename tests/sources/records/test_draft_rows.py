"""Rows that do not count: a status that takes a record out is read in a draft and in a mapping, and said with its share."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidMappingError
from vulncore.findings.data.publishes import publish_account
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.sources.records.draft_columns import describe_columns
from vulncore.sources.records.later import later_file
from vulncore.sources.records.mapping import LeaveOut
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping
from vulncore.store import publish

FAULT = Path(__file__).parents[3].parent / "shared" / "faults" / "status-no-crime" / "crimes.csv"


def crimes(folder: Path, heading: str, *statuses: str) -> Path:
    rows = [
        f"K{number},{1 + number % 28:02d}/10/2024,Rape,{status}" for number, status in enumerate(statuses)
    ]
    path = folder / "crimes.csv"
    path.write_text("\n".join([f"Crime Ref,Date Recorded,Offence,{heading}", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.skipif(not FAULT.is_file(), reason="the extract with a status is not beside the project")
def test_a_status_takes_records_out():
    draft = draft_mapping(read_extract(FAULT), "Kent Police")
    assert draft.mapping.leave_out == (LeaveOut("Crime Status", ("No crime", "Transferred to other force")),)
    assert "9 of 40 rows (22 %)" in draft.doubts["Crime Status takes out"]
    assert deliver(FAULT, draft.mapping, bytes).tables.incidents.num_rows == 31


@pytest.mark.parametrize(
    ("heading", "out", "kept"),
    [
        ("Crime Status", "No crime", "Open"),
        ("Classification", "No Crime - AVI", "Confirmed"),
        ("Current state", "CANCELLED", "Under investigation"),
        ("Outcome", "Transferred to Essex Police", "Transferred to CID"),
        ("Status", "Recorded in error", "Filed"),
        ("Stage", "Not a crime", "No further action"),
        ("Cancelled?", "Y", "N"),
        ("No Crime Flag", "Yes", "No"),
    ],
)
def test_a_draft_finds_what_takes_records_out_and_marks_it(tmp_path, heading, out, kept):
    path = crimes(tmp_path, heading, out, *[kept] * 9)
    draft = draft_mapping(read_extract(path), "Kent Police")
    assert draft.mapping.leave_out == (LeaveOut(heading, (out,)),)
    text = mapping_toml(draft.mapping, draft.doubts)
    assert (
        "[[leave_out]]  # ? these values seem to say that a record does not count: 1 of 10 rows (10 %)"
        in text
    )
    read = deliver(path, parse_mapping(text.encode()), bytes)
    assert read.rows.accepted == 9
    published = publish(tmp_path / "store", "kent", read, "test")
    assert f"Left out, {heading} says {out} (10 % of all rows): 1" in publish_account(published)


@pytest.mark.parametrize(
    "status", ["Undetected", "Charged", "No suspect", "Duplicate suspect interview", "Crime"]
)
def test_what_happened_to_a_crime_takes_nothing_out(tmp_path, status):
    draft = draft_mapping(read_extract(crimes(tmp_path, "Status", status, "Open")), "Kent Police")
    assert draft.mapping.leave_out == ()


def test_values_that_take_out_are_told_whatever_their_letters_and_spaces(tmp_path):
    path = crimes(tmp_path, "Status", "No  Crime", "no crime", "NO CRIME", "Open")
    mapping = replace(
        draft_mapping(read_extract(path), "Kent Police").mapping,
        leave_out=(LeaveOut("Status", ("No crime",)),),
    )
    assert deliver(path, mapping, bytes).rows.accepted == 1


def test_a_row_that_is_out_is_out_whatever_else_it_holds(tmp_path):
    path = tmp_path / "crimes.csv"
    path.write_text("Ref,Recorded,Offence,Status\nA,01/10/2024,Rape,Open\nB,,Nonsense,No crime\n")
    mapping = replace(draft_mapping(read_extract(path), "Kent Police").mapping, first=date(2024, 10, 1))
    mapping = replace(
        mapping, last=mapping.first, questions=(), leave_out=(LeaveOut("Status", ("No crime",)),)
    )
    rows = deliver(path, mapping, bytes).rows
    assert (rows.accepted, rows.rejected, sum(rows.left_out.values())) == (1, {}, 1)


def test_a_status_that_nobody_spoke_of_is_noted(tmp_path):
    path = crimes(tmp_path, "Status", "No crime", *["Open"] * 3)
    mapping = replace(draft_mapping(read_extract(path), "Kent Police").mapping, leave_out=())
    read = deliver(path, mapping, bytes)
    assert read.rows.accepted == 4
    (what,) = [what for what in read.rows.noted if "Status" in what]
    assert (read.rows.noted[what], "seems to take records out and is not read; they count" in what) == (
        1,
        True,
    )
    assert "No crime" not in what
    later = deliver(
        path, replace(mapping, not_read=("Status",)), bytes
    )  # the first file may have had no such value
    assert later.rows.noted == read.rows.noted


def test_a_date_of_no_crimes_that_is_empty_at_first_is_read_by_its_heading(tmp_path):
    draft = draft_mapping(read_extract(crimes(tmp_path, "No Crime Date", *[""] * 9)), "Kent Police")
    assert draft.mapping.columns["no_crimed_on"] == "No Crime Date"
    assert "it is empty in this file" in draft.doubts["no_crimed_on"]
    path = crimes(tmp_path, "No Crime Date", "05/11/2024", *[""] * 8)
    read = deliver(path, draft.mapping, bytes)
    assert read.rows.noted == {"no-crimed, kept and not counted": 1}
    columns = {ours: name for ours, name in draft.mapping.columns.items() if ours != "no_crimed_on"}
    unread = deliver(path, replace(draft.mapping, columns=columns, not_read=("No Crime Date",)), bytes)
    assert unread.rows.noted["with a date in column No Crime Date, which is not read, and counted"] == 1


@pytest.mark.parametrize("heading", ["No Crime", "Cancelled?", "Outcome Date"])
def test_an_empty_column_that_may_be_something_else_is_not_read(tmp_path, heading):
    draft = draft_mapping(read_extract(crimes(tmp_path, heading, *[""] * 9)), "Kent Police")
    assert draft.not_read == (heading,)


def test_values_that_seem_to_say_the_same_and_are_not_listed_are_noted(tmp_path):
    path = crimes(tmp_path, "Status", "No crime", "No-Crime - AVI", "Cancelled", *["Open"] * 3)
    mapping = replace(
        draft_mapping(read_extract(path), "Kent Police").mapping,
        leave_out=(LeaveOut("Status", ("No crime",)),),
    )
    read = deliver(path, mapping, bytes)
    (what,) = [what for what in read.rows.noted if "is not listed; they count" in what]
    assert (read.rows.accepted, read.rows.noted[what]) == (5, 2)


def test_two_columns_that_say_the_same_add_up(tmp_path):
    path = crimes(tmp_path, "Status", "A", "B", "C", "D", "E", "Open")
    rules = (LeaveOut("Status", ("A", "B", "C", "D")), LeaveOut("Status", ("A", "B", "C", "E")))
    rows = deliver(
        path, replace(draft_mapping(read_extract(path), "Kent Police").mapping, leave_out=rules), bytes
    ).rows
    assert (rows.accepted, sum(rows.left_out.values())) == (1, 5)


def test_a_case_that_went_to_court_is_a_crime(tmp_path):
    draft = draft_mapping(
        read_extract(crimes(tmp_path, "Status", "Case transferred to CPS", "Open")), "Kent Police"
    )
    assert draft.mapping.leave_out == ()


@pytest.mark.parametrize("out", [LeaveOut("", ("No crime",)), LeaveOut("Status", ())])
def test_half_a_rule_is_refused(tmp_path, out):
    path = crimes(tmp_path, "Status", "Open")
    mapping = replace(draft_mapping(read_extract(path), "Kent Police").mapping, leave_out=(out,))
    with pytest.raises(InvalidMappingError, match=r"1 \[\[leave_out\]\] has no column or no values"):
        deliver(path, mapping, bytes)


def test_a_status_that_comes_up_later_is_offered_with_the_next_file(tmp_path):
    first = deliver(
        path := crimes(tmp_path, "Status", *["Open"] * 10),
        draft_mapping(read_extract(path), "Kent Police").mapping,
        bytes,
    )
    kept = parse_mapping(first.mapping.encode())
    extract = read_extract(crimes(tmp_path, "Status", "No crime", *["Open"] * 9))
    later = later_file(kept, extract, draft_mapping(extract), describe_columns(extract))
    assert later.draft.mapping.leave_out == (LeaveOut("Status", ("No crime",)),)
    assert "1 of 10 rows (10 %)" in later.draft.doubts["Status takes out"]
    rule = replace(kept, leave_out=(LeaveOut("Status", ("Cancelled",)),), not_read=())
    more = later_file(rule, extract, draft_mapping(extract), describe_columns(extract)).draft
    assert more.mapping.leave_out == (LeaveOut("Status", ("Cancelled", "No crime")),)
