"""What vulncore.sources.monthly_counts promises of a table of monthly totals."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.sources.extract.test_other_workbooks import cell, named, old_workbook, open_document, row
from tests.sources.extract.test_workbook import book_of
from vulncore.domain.delivery import provisional
from vulncore.domain.errors import InvalidPeriodError, InvalidRowsError, UnreadableSourceError
from vulncore.domain.schemas import validated
from vulncore.domain.shipped import shipped
from vulncore.sources import published_table
from vulncore.sources.csv_text import MAX_TABLE_BYTES, MAX_TABLE_LINES
from vulncore.sources.deliveries import Source, likely_source
from vulncore.sources.monthly_counts import deliver

FAULTS = Path(__file__).parents[2].parent / "shared" / "faults"
PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "police-uk"
HEADER = "force,measure,month,count"


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "counts.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_open_counts_are_those_of_the_published_files():
    archives = sorted(PUBLISHED.glob("city-of-london-street-*.zip"))
    if not archives:
        pytest.skip("the published street files are not beside this checkout")
    expected: Counter[tuple[str, str]] = Counter()
    with zipfile.ZipFile(archives[0]) as archive:
        months = [name[:7] for name in archive.namelist()]
        for name in archive.namelist():
            rows = csv.DictReader(io.TextIOWrapper(archive.open(name), encoding="utf-8", newline=""))
            expected.update((row["Month"], row["Crime type"]) for row in rows)
    categories = {category for _, category in expected}
    delivery = deliver(shipped("city-open-counts.csv"))
    labels = {row["key"]: row["label"] for row in delivery.tables.measures.to_pylist()}
    delivered = {
        (f"{row['period_start']:%Y-%m}", labels[row["measure"]]): row["count"]
        for row in delivery.tables.counts.to_pylist()
    }
    absent = {
        ("2017-05", "Anti-social behaviour"),
        ("2017-09", "Anti-social behaviour"),
    }  # not in those months' files
    every = {(month, name) for month in months for name in categories}
    assert all(expected[cell] == 0 for cell in absent)
    assert delivered == {cell: expected[cell] for cell in every - absent}


def test_a_month_not_delivered_is_missing_not_zero(tmp_path):
    path = table(tmp_path, "Kent Police,rape,2024-01,3", "Kent Police,rape,2024-03,0")
    tables = validated(deliver(path).tables)
    assert tables.coverage["month"].to_pylist() == [date(2024, 1, 1), date(2024, 3, 1)]
    assert tables.coverage["table"].to_pylist() == ["counts", "counts"]
    assert tables.counts["count"].to_pylist() == [3, 0]


def test_a_month_is_counted_from_its_first_day_to_its_last(tmp_path):
    (row,) = deliver(table(tmp_path, "Kent Police,rape,2024-02,3")).tables.counts.to_pylist()
    assert (row["period_start"], row["period_end"]) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize("measure", ["hate-crime", "Hate Crime", "hate crime", " Hate crime "])
def test_a_measure_goes_by_key_or_label(tmp_path, measure):
    delivery = deliver(table(tmp_path, f"Kent Police,{measure},2024-01,3"))
    assert delivery.tables.measures["key"].to_pylist() == ["hate-crime"]


def test_measures_of_the_report_and_of_data_police_uk_stand_together(tmp_path):
    path = table(tmp_path, "Kent Police,Burglary,2024-01,3", "Kent Police,Rape,2024-01,2")
    assert deliver(path).tables.measures["key"].to_pylist() == ["rape", "burglary"]


def test_the_licence_line_goes_with_the_figures(tmp_path):
    delivery = deliver(table(tmp_path, "Kent Police,rape,2024-01,3"), attribution="Figures of the force")
    assert (delivery.source, delivery.attribution) == ("monthly-counts", "Figures of the force")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Kent Police,rape,2024-01,-1", "Line 2: '-1' is not a count"),
        ("Kent Police,rape,2024-01,1.5", r"Line 2: '1\.5' is not a count"),
        ("Kent Police,rape,2024-01,", "Line 2: '' is not a count"),
        ("Kent Police,rape,2024-01,٣", "Line 2: '٣' is not a count"),
        ('Kent Police,rape,2024-01,"1,00"', "Line 2: '1,00' is not a count"),
        ("Kent Police,rape,2024-01,1.000", r"Line 2: '1\.000' is not a count"),
        ("Kent Police,rape,2024-01,=1+1", r"Line 2: '=1\+1' is not a count"),
        ("Kent Police,rape,2024-13,1", "Line 2: '2024-13' is not a month"),
        ("Kent Police,rape,02/01/2024,1", "Line 2: '02/01/2024' is not a month, or could be several"),
        ("Kent Police,rape,24-Apr,1", "Line 2: '24-Apr' is not a month, or could be several"),
        ("Kent Police,piracy,2024-01,1", "Line 2: No measure is called 'piracy'"),
        (",rape,2024-01,1", "Line 2: The force is empty"),
        ("Ci\x01ty,rape,2024-01,1", "Line 2: The force Ci.ty has signs that can.t be printed"),
    ],
)
def test_a_row_that_cannot_be_counted_is_named_and_nothing_delivered(tmp_path, row, message):
    with pytest.raises(InvalidRowsError, match=f"1 of 2 rows of counts.csv cannot be used. {message}"):
        deliver(table(tmp_path, row, "Kent Police,rape,2024-02,1"))


def test_the_same_month_twice_is_refused_even_with_the_same_count(tmp_path):
    path = table(tmp_path, "Kent Police,rape,2024-01,1", "Kent Police,Rape,2024-01,1")
    with pytest.raises(InvalidRowsError, match=r"1 rows of counts\.csv repeat .*Kent Police rape 2024-01"):
        deliver(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \r\n", "is empty: it has not even a heading"),
        (f"{HEADER}\n".encode(), "has a heading and no rows"),
        (b"force,measure,month\nKent Police,rape,2024-01\n", r"1 are missing \(count\)"),
        (b"force,measure,month,count,note\nKent Police,rape,2024-01,1,x\n", r"1 are unknown \(note\)"),
        (b"force,measure,month,count\nK\xe4nt,rape,2024-01,1\n", "is not UTF-8"),
        (b"force,measure,month,count\nKent\0,rape,2024-01,1\n", "NUL bytes"),
    ],
    ids=["nothing", "empty lines", "header", "too few", "too many", "latin-1", "NUL"],
)
def test_another_kind_of_file_is_refused(tmp_path, content, message):
    path = tmp_path / "counts.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSourceError, match=message):
        deliver(path)


def test_lines_of_another_length_than_the_header_are_named(tmp_path):
    path = table(tmp_path, "Kent Police,rape,2024-01,1", "Kent Police,rape", '"Kent,rape,2024-02,1')
    with pytest.raises(
        InvalidRowsError, match=r"2 lines of counts\.csv do not have the heading's 4 fields: line 3, 4"
    ):
        deliver(path)


def test_a_file_that_is_not_there_or_far_too_large_is_refused_before_it_is_read(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"There is no file .*counts\.csv"):
        deliver(tmp_path / "counts.csv")
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(MAX_TABLE_BYTES + 1)
    with pytest.raises(UnreadableSourceError, match="has 20,000,001 bytes"):
        deliver(path)


def test_a_table_of_countless_lines_is_refused(tmp_path):
    path = table(tmp_path, *[""] * MAX_TABLE_LINES)
    with pytest.raises(UnreadableSourceError, match=r"counts\.csv has 200,001 lines\. .* at most 200,000"):
        deliver(path)


def test_empty_lines_at_the_end_are_no_rows(tmp_path):
    assert deliver(table(tmp_path, "Kent Police,rape,2024-01,1", "", "")).rows.read == 1


def test_months_from_a_given_one_on_are_marked_as_provisional(tmp_path):
    path = table(tmp_path, *[f"Kent Police,rape,2024-0{month},1" for month in (1, 2, 3)])
    marked = provisional(deliver(path), date(2024, 2, 1)).tables.coverage
    assert marked["provisional"].to_pylist() == [False, True, True]


def test_a_mark_that_no_month_would_bear_is_refused(tmp_path):
    path = table(tmp_path, "Kent Police,rape,2024-09,1")
    table_without_months = published_table.deliver(shipped("strand-table-2024-10.csv"), date(2024, 10, 1))
    for delivered in (deliver(path), table_without_months):
        with pytest.raises(
            InvalidPeriodError,
            match=r"This delivery has no month from 2024-10 on, so none was marked as provisional\.",
        ):
            provisional(delivered, date(2024, 10, 1))


LONG = "force,measure,month,count\nKent Police,rape,2024-04,1200\nKent Police,rape,2024-05,0\n"
WIDE = 'Force,Measure,Apr-24,May-24\nKent Police,Rape,"1,200",0\n'
CLOTHES: dict[str, bytes] = {
    "plain": LONG.encode(),
    "capitals": LONG.replace("force,measure,month,count", "FORCE, Measure ,Month,COUNT").encode(),
    "order": b"count,month,measure,force\n1200,2024-04,rape,Kent Police\n0,2024-05,rape,Kent Police\n",
    "names of months": LONG.replace("2024-04", "Apr-24").replace("2024-05", "May-24").encode(),
    "days": LONG.replace("2024-04", "01/04/2024").replace("2024-05", "01/05/2024").encode(),
    "thousands": LONG.replace("1200", '"1,200"').encode(),
    "decimals": LONG.replace("1200", "1200.0").replace(",0\n", ",0.0\n").encode(),
    "semicolons": LONG.replace(",", ";").replace("1200", "1,200").encode(),
    "tabs": LONG.replace(",", "\t").replace("1200", "1,200").encode(),
    "unicode text": LONG.replace(",", "\t").encode("utf-16"),
    "empty at the end": LONG.replace("\n", ",,\n").encode() + b",,,,,\n",
    "months as columns": WIDE.encode(),
    "months as columns, by tab": WIDE.replace(",", "\t").replace('"1\t200"', "1,200").encode(),
    "months as columns in front": b"2024-04,01/05/2024,measure,force\n1200,0,rape,Kent Police\n",
}


def figures(path: Path) -> list[tuple[str, str, date, int]]:
    columns = ("force", "measure", "period_start", "count")
    return [tuple(row[name] for name in columns) for row in deliver(path).tables.counts.to_pylist()]


TWO_MONTHS = [("Kent Police", "rape", date(2024, 4, 1), 1200), ("Kent Police", "rape", date(2024, 5, 1), 0)]


@pytest.mark.parametrize("clothes", CLOTHES)
def test_a_table_is_the_same_after_a_trip_through_a_spreadsheet(tmp_path, clothes):
    path = tmp_path / "counts.csv"
    path.write_bytes(CLOTHES[clothes])
    assert figures(path) == TWO_MONTHS
    assert likely_source(path) is Source.MONTHLY_COUNTS


def of_excel(folder: Path) -> Path:
    rows = [["Kent Police", "Rape", datetime(2024, month, 1), count] for month, count in ((4, 1200), (5, 0))]
    return book_of(folder, ["Counts of the force"], ["Force", "Measure", "Month", "Count"], *rows)


def of_excel_with_a_column_a_month(folder: Path) -> Path:
    months = [datetime(2024, 4, 1), datetime(2024, 5, 1)]
    return book_of(folder, ["Measure", "Force", *months], ["rape", "Kent Police", 1200.0, 0])


def of_libre_office(folder: Path) -> Path:
    rows = (
        row(
            cell("string", text="Kent Police"),
            cell("string", text="rape"),
            cell("date", month, shown),
            cell("float", count, count),
        )
        for month, shown, count in (("2024-04-01", "Apr-24", "1200"), ("2024-05-01", "May-24", "0"))
    )
    notes = f'<table:table table:name="Notes">{named("Counts", "of", "the", "force")}</table:table>'
    return open_document(folder, named("force", "measure", "month", "count") + "".join(rows), notes)


def of_old_excel(folder: Path) -> Path:
    rows = [["Kent Police", "rape", month, count] for month, count in (("Apr-24", 1200.0), ("May-24", 0.0))]
    return old_workbook(folder, ["force", "measure", "month", "count"], *rows)


@pytest.mark.parametrize(
    "workbook",
    [of_excel, of_excel_with_a_column_a_month, of_libre_office, of_old_excel],
    ids=lambda made: made.__name__,
)
def test_a_workbook_is_read_by_its_only_sheet_of_counts(tmp_path, workbook: Callable[[Path], Path]):
    path = workbook(tmp_path)
    assert figures(path) == TWO_MONTHS
    assert likely_source(path) is Source.MONTHLY_COUNTS


def test_an_empty_cell_of_a_months_column_is_missing_not_zero(tmp_path):
    path = table(
        tmp_path, "Kent Police,rape,3,", "Kent Police,hate-crime,,", header="force,measure,2024-01,2024-02"
    )
    delivery = deliver(path)
    assert delivery.tables.coverage["month"].to_pylist() == [date(2024, 1, 1)]
    assert (delivery.rows.accepted, delivery.rows.left_out) == (1, {"a row without a figure in any month": 1})


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "force,measure,Apr-24,Total",
            "1 of 2 columns of counts.csv beside force and measure are not months: Total",
        ),
        ("force,measure,Apr-24,2024-04", "several columns for the month 2024-04"),
        ("force,measure,Apr-24,04/01/2024", "are not months: 04/01/2024"),
        ("force,force,measure,Apr-24", "several columns for the force or the measure"),
    ],
)
def test_a_column_that_is_no_month_is_named(tmp_path, header, message):
    with pytest.raises(UnreadableSourceError, match=message):
        deliver(table(tmp_path, "Kent Police,rape,1,1", header=header))


def test_a_figure_that_cannot_be_read_is_named_with_its_month(tmp_path):
    path = table(tmp_path, "Kent Police,rape,1,-", header="force,measure,2024-01,Feb-24")
    with pytest.raises(InvalidRowsError, match="Line 2, Feb-24: '-' is not a count"):
        deliver(path)


def test_a_workbook_of_several_such_sheets_is_refused(tmp_path):
    more = f'<table:table table:name="More">{named("force", "measure", "month", "count")}{named("a", "b", "c", "d")}</table:table>'
    rows = named("force", "measure", "month", "count") + named("Kent Police", "rape", "2024-04", "1")
    with pytest.raises(
        UnreadableSourceError, match=r"2 sheets of crimes\.ods \(Data, More\) have the columns"
    ):
        deliver(open_document(tmp_path, rows, more))
    with pytest.raises(UnreadableSourceError, match=r"No sheet of crimes\.ods has the columns"):
        deliver(open_document(tmp_path, named("a", "b", "c")))


def test_the_tables_that_came_back_from_a_spreadsheet_are_read():
    folders = sorted(FAULTS.glob("monthly-*"))
    if not folders:
        pytest.skip("the faults are not beside this checkout (../shared/faults)")
    for folder in folders:
        first, *_, last = figures(folder / "counts.csv")
        assert (first[2], last[2]) == (date(2023, 4, 1), date(2024, 10, 1))
        assert first[3] == (1200 if folder.name == "monthly-thousands" else 20)
        assert likely_source(folder / "counts.csv") is Source.MONTHLY_COUNTS
