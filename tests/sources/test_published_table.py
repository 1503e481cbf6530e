"""What vulncore.sources.published_table promises of a table of windows and changes."""

import csv
from datetime import date
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidRowsError, UnreadableSourceError
from vulncore.domain.schemas import validated
from vulncore.domain.shipped import shipped
from vulncore.sources.published_table import deliver

OCTOBER = date(2024, 10, 1)
HEADER = (
    "group,measure,fytd_previous,fytd_current,fytd_change,fytd_change_pct,fytd_2019_20,baseline_change,"
    "baseline_change_pct,rolling12_previous,rolling12_current,rolling12_change,rolling12_change_pct"
)
HATE = ",Hate Crime,131,187,56,43,91,96,105,245,336,91,37"


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def published():
    return deliver(shipped("strand-table-2024-10.csv"), OCTOBER)


def test_every_count_of_the_published_table_is_delivered_for_its_months(published):
    periods = {  # the five windows as the report's headings have them, written out
        "fytd_previous": ("2023-04-01", "2023-10-31"),
        "fytd_current": ("2024-04-01", "2024-10-31"),
        "fytd_2019_20": ("2019-04-01", "2019-10-31"),
        "rolling12_previous": ("2022-11-01", "2023-10-31"),
        "rolling12_current": ("2023-11-01", "2024-10-31"),
    }
    labels = {row["key"]: row["label"] for row in published.tables.measures.to_pylist()}
    with shipped("strand-table-2024-10.csv").open(encoding="utf-8", newline="") as stream:
        expected = {
            (row["measure"], *period): int(row[name])
            for row in csv.DictReader(stream)
            for name, period in periods.items()
        }
    delivered = {
        (labels[row["measure"]], str(row["period_start"]), str(row["period_end"])): row["count"]
        for row in published.tables.counts.to_pylist()
    }
    assert delivered == expected
    assert published.tables.counts.num_rows == len(expected) == 19 * 5


def test_a_published_table_covers_only_what_its_periods_say(published):
    assert published.tables.coverage.num_rows == 0
    assert (published.source, published.rows.read, published.rows.accepted) == ("published-table", 19, 19)
    assert validated(published.tables).counts["force"].to_pylist() == ["City of London Police"] * 95


def test_the_baseline_is_the_year_in_its_columns_name(tmp_path):
    path = table(tmp_path, HATE, header=HEADER.replace("2019_20", "2018_19"))
    starts = deliver(path, OCTOBER).tables.counts["period_start"].to_pylist()
    assert date(2018, 4, 1) in starts
    assert date(2019, 4, 1) not in starts


def test_the_force_is_the_one_that_is_named(tmp_path):
    counts = deliver(table(tmp_path, HATE), OCTOBER, force="Kent Police").tables.counts
    assert set(counts["force"].to_pylist()) == {"Kent Police"}


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        (HATE.replace(",56,", ",57,"), "line 2, fytd_change: '57' should be 56"),
        (HATE.replace(",43,", ",42,"), "line 2, fytd_change_pct: '42' does not follow from 131 to 187"),
        (HATE.replace(",96,", ",-96,"), "line 2, baseline_change: '-96' should be 96"),
        (HATE.replace(",105,", ",106,"), "line 2, baseline_change_pct: '106'"),
        (HATE.replace(",91,37", ",91,"), "line 2, rolling12_change_pct: ''"),
        (HATE.replace("131", "131.0"), "line 2, fytd_previous: '131.0' is not a whole count"),
        (HATE.replace("187", "-187"), "line 2, fytd_current: '-187' is not a whole count"),
        (HATE.replace("336", '"1,336"'), "line 2, rolling12_current: '1,336' is not a whole count"),
        (HATE.replace(",245,", ",,"), "line 2, rolling12_previous: '' is not a whole count"),
        (HATE.replace("131", "=1+1"), "line 2, fytd_previous: '=1"),
        (HATE.replace("Hate Crime", "Piracy"), "line 2: No measure is called 'Piracy'"),
    ],
)
def test_a_cell_that_cannot_stand_is_named_and_nothing_delivered(tmp_path, row, cell):
    with pytest.raises(InvalidRowsError, match=r"1 cells of table\.csv cannot be right") as refusal:
        deliver(table(tmp_path, row), OCTOBER)
    assert cell in str(refusal.value)


@pytest.mark.parametrize(
    ("percents", "stands"),
    [
        (("2", "2"), True),  # a half may be rounded up
        (("3", "2"), True),  # or to the even number
        (("2.5", "2.50"), True),
        (("4", "2"), False),
        (("2.4", "2"), False),
    ],
)
def test_a_percentage_is_the_changes_as_far_as_it_is_printed(tmp_path, percents, stands):
    fytd, rolling = percents  # 40 to 41 is 2.5 %
    path = table(tmp_path, f",Hate Crime,40,41,1,{fytd},40,1,2.5,40,41,1,{rolling}")
    if stands:
        assert deliver(path, OCTOBER).rows.accepted == 1
    else:
        with pytest.raises(InvalidRowsError, match="fytd_change_pct"):
            deliver(path, OCTOBER)


@pytest.mark.parametrize(("percent", "stands"), [("", True), ("0", False), ("100", False)])
def test_from_nothing_to_something_there_is_no_percentage(tmp_path, percent, stands):
    path = table(tmp_path, f",Rape,0,5,5,{percent},5,0,0,5,5,0,0")
    if stands:
        assert deliver(path, OCTOBER).rows.accepted == 1
    else:
        with pytest.raises(InvalidRowsError, match="does not follow from 0 to 5"):
            deliver(path, OCTOBER)


def test_a_measure_twice_is_refused(tmp_path):
    with pytest.raises(InvalidRowsError, match="line 3: Hate Crime is there twice"):
        deliver(table(tmp_path, HATE, HATE), OCTOBER)


def test_windows_of_the_same_months_are_one_count(tmp_path):
    # as at March the financial year to date is the twelve months
    path = table(tmp_path, ",Hate Crime,40,41,1,2.5,20,21,105,40,41,1,2.5")
    counts = deliver(path, date(2024, 3, 1)).tables
    assert counts.counts.num_rows == 3
    assert validated(counts).counts["count"].to_pylist() == [40, 41, 20]


def test_windows_of_the_same_months_with_different_counts_are_refused(tmp_path):
    path = table(tmp_path, ",Hate Crime,40,41,1,2.5,20,21,105,40,42,2,5")
    with pytest.raises(
        InvalidRowsError, match="rolling12_current: 42 and 41 for the same months, April 2023"
    ):
        deliver(path, date(2024, 3, 1))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("fytd_2019_20", "baseline"), "has 0 columns named like fytd_2019_20"),
        (HEADER.replace("2019_20", "2019_21"), "fytd_2019_21 of table.csv does not name a financial year"),
        (HEADER.replace("2019_20", "2024_25"), "baseline of table.csv is 2024/25, which is not before"),
        (HEADER.replace("measure", "strand"), r"1 are missing \(measure\) and 1 are unknown \(strand\)"),
        (HEADER.replace("group,measure", "measure,group"), "their order differs, or a column repeats"),
    ],
)
def test_another_tables_columns_are_refused(tmp_path, header, message):
    with pytest.raises(UnreadableSourceError, match=message):
        deliver(table(tmp_path, HATE, header=header), OCTOBER)


def test_a_group_that_is_not_the_vocabularys_is_counted(tmp_path):
    assert deliver(table(tmp_path, f"Other{HATE}"), OCTOBER).rows.noted == {
        "under another group than the list of measures has": 1
    }
