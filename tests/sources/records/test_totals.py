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
from vulncore.store import open_version, publish

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


@pytest.mark.parametrize("numbers", [("12", "13", "14"), ("<5", "<5", "7"), ("*", "3", "*")])
def test_a_heading_that_counts_is_believed_whatever_its_numbers(tmp_path, numbers):
    rows = (f"01/0{month}/2024,Rape,{number}" for month, number in enumerate(numbers, start=1))
    draft = drafted(table(tmp_path, "Date Recorded,Offence,Number of offences", *rows))
    assert draft.mapping.columns["count"] == "Number of offences"


def test_a_table_whose_rows_are_numbered_is_asked_about(tmp_path):
    path = table(tmp_path, "ID,Date Recorded,Offence,Total", "1,01/01/2024,Rape,12", "2,01/02/2024,Rape,15")
    assert "27 in all in 2 rows" in drafted(path).questions["count"]
    of_victims = table(
        tmp_path, "ID,Date Recorded,Offence,Victims total", "1,01/01/2024,Rape,2", "2,01/02/2024,Rape,1"
    )
    assert drafted(of_victims).questions == {}


def test_a_point_that_may_stand_for_thousands_is_no_count(tmp_path):
    path = table(tmp_path, "Month,Offence,Count", "2024-01-01,Rape,1.000", "2024-02-01,Rape,3")
    assert counts_of(path, replace(COUNTED, most_rejected_percent=60))[("rape", "2024-02")] == 3
    assert ("rape", "2024-01") not in counts_of(path, replace(COUNTED, most_rejected_percent=60))


def test_a_table_that_comes_again_replaces_its_months_whole(tmp_path):
    store = tmp_path / "store"

    def brought(*rows: str, mapping: Mapping = COUNTED) -> dict[tuple[str, str], int]:
        path = table(tmp_path, "Month,Offence,Count", *rows)
        publish(store, "kent", deliver(path, replace(mapping, most_rejected_percent=60), bytes), "test")
        held = open_version(store, "kent").counts.to_pandas()
        return {
            (row.measure, f"{row.period_start:%Y-%m}"): row.count_
            for row in held.rename(columns={"count": "count_"}).itertuples()
        }

    first = brought("2024-01-01,Rape,4", "2024-02-01,Rape,9")
    assert first[("rape", "2024-01")] == 4
    hidden = brought("2024-01-01,Rape,<5", "2024-02-01,Rape,9")
    assert ("rape", "2024-01") not in hidden
    assert hidden[("rape", "2024-02")] == 9
    other = replace(COUNTED, counts=(Coding("Offence", {"Rape": ("homicide",)}),))
    assert set(brought("2024-01-01,Rape,4", "2024-02-01,Rape,9", mapping=other)) == {
        ("homicide", "2024-01"),
        ("homicide", "2024-02"),
    }


def test_records_take_the_place_of_counts_of_their_months_and_counts_that_of_records(tmp_path):
    store = tmp_path / "store"
    counts = table(tmp_path, "Month,Offence,Count", "2024-01-01,Rape,100", "2024-02-01,Rape,90")
    publish(store, "kent", deliver(counts, COUNTED, bytes), "test")
    records = tmp_path / "records.csv"
    records.write_text("Month,Offence\n" + "2024-02-05,Rape\n" * 3)
    of_february = replace(COUNTED, columns={"recorded_on": "Month"}, first=date(2024, 2, 1))
    publish(store, "kent", deliver(records, of_february, bytes), "test")
    now = open_version(store, "kent")
    assert now.counts.to_pandas()["period_start"].astype(str).unique().tolist() == ["2024-01-01"]
    assert now.incidents.count().execute() == 3
    publish(store, "kent", deliver(counts, COUNTED, bytes), "test")
    again = open_version(store, "kent")
    assert (again.incidents.count().execute(), again.counts.to_pandas()["count"].sum()) == (0, 190)


def test_a_total_among_the_offences_is_left_out_and_outcomes_of_offences_stay(tmp_path):
    path = table(
        tmp_path,
        "Month,Offence,Outcome,Number of offences",
        *(
            "01/01/2024,Rape,No suspect identified,12",
            "01/01/2024,Rape,Charged,3",
            "01/01/2024,Burglary,Charged,1",
        ),
        "01/01/2024,Total,Charged,16",
    )
    draft = drafted(path)
    assert draft.mapping.leave_out == ()
    assert draft.mapping.counts == (
        Coding("Offence", {"Rape": ("rape",), "Burglary": ("burglary",)}, ("Total",)),
    )
    assert (draft.mapping.measures, "all together" in draft.doubts["Offence left out"]) == ((), True)
    assert counts_of(path, draft.mapping) == {("rape", "2024-01"): 15, ("burglary", "2024-01"): 1}
