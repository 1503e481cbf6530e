"""Tables that hold counts already: counted by their numbers, asked about, or refused; never one record a row."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidMappingError, TooManyRejectsError, UnreadableSourceError
from vulncore.domain.schemas import validated
from vulncore.findings.overview.overview import overview
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import Draft, draft_mapping
from vulncore.sources.records.mapping import Coding, LeaveOut, Mapping
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping
from vulncore.store import publish

FAULT = Path(__file__).parents[3].parent / "shared" / "faults" / "counts-not-records" / "agg.csv"
OFFENCES = (Coding("Offence", {"Rape": ("rape",), "Burglary": ("burglary",)}),)
COUNTED = Mapping(
    source="table",
    force="Kent Police",
    counts=OFFENCES,
    columns={"recorded_on": "Month", "count": "Count"},
    first=date(2024, 1, 1),
    last=date(2024, 2, 1),
)


def table(folder: Path, *lines: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def drafted(path: Path) -> Draft:
    return draft_mapping(read_extract(path), "Kent Police")


def counts_of(path: Path, mapping: Mapping) -> dict[tuple[str, str], int]:
    """Return the counts that a table is delivered as, by measure and the first month of its period."""
    read = deliver(path, mapping, bytes)
    tables = validated(read.tables)
    assert tables.incidents.num_rows == 0
    assert read.rows.read == read.rows.accepted + sum(read.rows.rejected.values()) + sum(
        read.rows.left_out.values()
    )
    rows = tables.counts.select(["measure", "period_start", "count"]).to_pylist()
    return {(row["measure"], f"{row['period_start']:%Y-%m}"): row["count"] for row in rows}


@pytest.mark.skipif(not FAULT.is_file(), reason="the table of counts is not beside the project")
def test_a_table_of_counts_is_counted_by_its_numbers():
    assert counts_of(FAULT, drafted(FAULT).mapping) == {
        ("rape", "2024-01"): 12,
        ("rape", "2024-02"): 15,
        ("burglary", "2024-01"): 140,
        ("burglary", "2024-02"): 150,
    }


@pytest.mark.parametrize(
    "heading",
    [
        "Number of offences",
        "No. of recorded crimes",
        "Count",
        "Offence Count",
        "OFFENCES",
        "Total crimes",
        "Volume",
    ],
)
def test_a_draft_takes_a_column_that_is_called_so_for_counts_and_marks_it(tmp_path, heading):
    path = table(tmp_path, f"Date Recorded,Offence,{heading}", "01/01/2024,Rape,12", "01/02/2024,Rape,15")
    draft = drafted(path)
    assert draft.mapping.columns == {"recorded_on": "Date Recorded", "count": heading}
    assert "how many records" in draft.doubts["count"]
    again = parse_mapping(mapping_toml(draft.mapping, draft.doubts).encode())
    assert counts_of(path, again) == {("rape", "2024-01"): 12, ("rape", "2024-02"): 15}


@pytest.mark.parametrize("heading", ["Value", "Victim count", "Number of suspects"])
def test_a_draft_asks_of_numbers_that_may_be_counts_and_nothing_is_published_before(tmp_path, heading):
    path = table(tmp_path, f"Date Recorded,Offence,{heading}", "01/01/2024,Rape,12", "01/02/2024,Rape,15")
    draft = drafted(path)
    assert "27 in all in 2 rows" in draft.questions["count"]
    with pytest.raises(InvalidMappingError, match="1 question of the draft is open"):
        parse_mapping(mapping_toml(draft.mapping).encode())
    unanswered = replace(draft.mapping, questions=())
    with pytest.raises(UnreadableSourceError, match=f'not_read = \\["{heading}"\\]'):
        deliver(path, unanswered, bytes)
    records = deliver(path, replace(unanswered, not_read=(heading,)), bytes)
    assert records.tables.incidents.num_rows == 2


def test_a_mapping_of_before_is_asked_of_counts_where_rows_have_no_reference(tmp_path):
    path = table(tmp_path, "Ref,Month,Offence,Count", "A1,01/01/2024,Rape,12", "A2,01/02/2024,Rape,1")
    records = replace(COUNTED, columns={"recorded_on": "Month"})
    with pytest.raises(UnreadableSourceError, match='write count = "Count" under'):
        deliver(path, records, bytes)
    with_reference = replace(records, columns={"recorded_on": "Month", "record_id": "Ref"})
    read = deliver(path, with_reference, bytes)
    assert read.tables.incidents.num_rows == 2
    assert read.rows.noted["with a number above 1 in column Count, counted as one record"] == 1


@pytest.mark.parametrize(
    ("heading", "value", "other"),
    [
        ("Measure", "Offences", "Positive Outcomes"),
        ("Borough", "Camden", "Total"),
        ("Area", "Camden", "All boroughs"),
        ("Statistic", "Number", "Rate per 1,000"),
    ],
)
def test_what_is_counted_otherwise_or_together_is_left_out_and_marked(tmp_path, heading, value, other):
    rows = (f'01/0{month}/2024,Rape,"{of}",{12 * month}' for month in (1, 2) for of in (value, other))
    path = table(tmp_path, f"Date Recorded,Offence,{heading},Count", *rows)
    draft = drafted(path)
    assert draft.mapping.leave_out == (LeaveOut(heading, (other,)),)
    assert "2 of 4 rows (50 %)" in draft.doubts[f"{heading} takes out"]
    assert counts_of(path, draft.mapping) == {("rape", "2024-01"): 12, ("rape", "2024-02"): 24}


@pytest.mark.parametrize(
    "numbers", [("1", "1", "1"), ("1", "2", "3"), ("7", "8", "9"), ("a", "b", "1"), ("-1", "-2", "0.5")]
)
def test_numbers_of_lines_and_numbers_that_count_nothing_are_not_asked_of(tmp_path, numbers):
    rows = (f"0{day}/01/2024,Rape,{number}" for day, number in enumerate(numbers, start=1))
    draft = drafted(table(tmp_path, "Date Recorded,Offence,Number", *rows))
    assert draft.questions == {}
    assert "count" not in draft.mapping.columns


def test_rows_of_several_areas_add_up_and_noughts_are_noughts(tmp_path):
    path = table(
        tmp_path,
        "Month,Area,Offence,Count",
        "2024-01-01,North,Rape,12",
        '2024-01-01,South,Rape,"1,000"',
        "2024-01-01,South,Burglary,0",
        "2024-02-01,South,Burglary,3",
    )
    assert counts_of(path, COUNTED) == {
        ("rape", "2024-01"): 1_012,
        ("rape", "2024-02"): 0,
        ("burglary", "2024-01"): 0,
        ("burglary", "2024-02"): 3,
    }


def test_a_count_that_cannot_be_read_makes_its_month_missing_and_not_smaller(tmp_path):
    path = table(
        tmp_path,
        "Month,Area,Offence,Count",
        "2024-01-01,North,Rape,12",
        "2024-01-01,South,Rape,<5",
        "2024-01-01,South,Burglary,7",
        "2024-02-01,South,Rape,3",
    )
    with pytest.raises(TooManyRejectsError, match="a count that cannot be read: <5"):
        deliver(path, COUNTED, bytes)
    lenient = replace(COUNTED, most_rejected_percent=30)
    assert counts_of(path, lenient) == {
        ("rape", "2024-02"): 3,
        ("burglary", "2024-01"): 7,
        ("burglary", "2024-02"): 0,
    }


def test_a_code_that_nobody_explained_leaves_no_nought_in_its_month(tmp_path):
    path = table(
        tmp_path, "Month,Offence,Count", "2024-01-01,Rape,12", "2024-02-01,Raep,9", "2024-02-01,Rape,1"
    )
    lenient = replace(COUNTED, most_rejected_percent=60)
    assert counts_of(path, lenient) == {
        ("rape", "2024-01"): 12,
        ("rape", "2024-02"): 1,
        ("burglary", "2024-01"): 0,
    }


def test_rows_of_periods_count_for_their_periods(tmp_path):
    path = table(
        tmp_path,
        "From,To,Offence,Count",
        "01/01/2024,31/03/2024,Rape,30",
        "01/04/2024,30/06/2024,Rape,40",
        "01/07/2024,30/06/2024,Rape,1",
    )
    quarters = replace(
        COUNTED,
        columns={"period_from": "From", "period_to": "To", "count": "Count"},
        last=date(2024, 12, 1),
        most_rejected_percent=40,
    )
    read = deliver(path, quarters, bytes)
    assert read.rows.rejected == {"a period that cannot be read": 1}
    rows = read.tables.counts.select(["period_start", "period_end", "count"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (date(2024, 1, 1), date(2024, 3, 31), 30),
        (date(2024, 4, 1), date(2024, 6, 30), 40),
    ]
    assert read.tables.coverage.num_rows == 6


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"period_from": "From", "count": "Count"}, "needs both period_from and period_to"),
        (
            {"period_from": "From", "period_to": "To", "recorded_on": "From", "count": "Count"},
            "no recorded_on",
        ),
        ({"period_from": "From", "period_to": "To"}, "tables of counts alone"),
    ],
)
def test_half_a_period_is_refused(tmp_path, columns, sentence):
    with pytest.raises(InvalidMappingError, match=sentence):
        deliver(table(tmp_path, "From,To,Count,Offence"), replace(COUNTED, columns=columns), bytes)


def test_counts_stand_in_the_strand_table(tmp_path):
    rows = [f"2023-{month:02d}-01,Rape,{month}" for month in range(1, 13)]
    path = table(tmp_path, "Month,Offence,Count", *rows)
    mapping = replace(COUNTED, first=date(2023, 1, 1), last=date(2023, 12, 1))
    published = publish(tmp_path / "store", "kent", deliver(path, mapping, bytes), "test")
    assert published.table_rows["counts"] == 24
    table_of = overview(tmp_path / "store", "kent").table
    assert table_of.set_index("measure").loc["rape", "fytd_current"] == 72
