"""Dates and times as spreadsheets and databases write them: read, or refused where a spreadsheet swapped day and month."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from vulncore.domain.errors import InvalidMappingError
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import Draft, draft_mapping
from vulncore.sources.records.draft_columns import describe_columns
from vulncore.sources.records.later import later_file
from vulncore.sources.records.mapping import Coding, Mapping, Moment
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping
from vulncore.sources.records.moments import DateOrder, parse_moment, parse_month_alone, swapped_in_part

FAULTS = Path(__file__).parents[3].parent / "shared" / "faults"
NEXT_DAY = "with an end earlier than its beginning on the one date given, read as the next day"
RAPES = Mapping(
    source="crimes",
    force="Ruritania Police",
    counts=(Coding("Offence", {"Rape": ("rape",)}),),
    columns={"record_id": "Ref", "recorded_on": "Recorded"},
    first=date(2024, 1, 1),
    last=date(2024, 12, 1),
)


def fault(name: str) -> Path:
    if not (FAULTS / name).is_file():
        pytest.skip("the inputs that came out wrong are not beside the project")
    return FAULTS / name


def extract(folder: Path, header: str, *rows: str, name: str = "extract.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def drafted(path: Path) -> Draft:
    return draft_mapping(read_extract(path), "Ruritania Police")


def rows_of(path: Path, mapping: Mapping, *columns: str):
    """Return what columns of the incidents hold, row by row, and what was noted of the rows."""
    read = deliver(path, mapping, lambda: b"k" * 32)
    return [tuple(row.values()) for row in read.tables.incidents.select(columns).to_pylist()], read.rows.noted


# Days and months swapped in part


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=step) for step in range(count)]


def turned(day: date) -> date:
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


def spreadsheet(folder: Path, days: list[date]) -> Path:
    """Return a workbook as a spreadsheet that reads the month first leaves it: swapped dates up to the 12th, else text."""
    book = Workbook()
    book.active.append(["Ref", "Recorded", "Offence"])
    for number, day in enumerate(days):
        book.active.append([f"A{number}", turned(day) if day.day <= 12 else f"{day:%d/%m/%Y}", "Rape"])
    path = folder / "extract.xlsx"
    book.save(path)
    return path


YEAR = days_from(date(2024, 1, 1), 366)
OCTOBER = days_from(date(2024, 10, 1), 31)


@pytest.mark.parametrize(
    "days", [YEAR, OCTOBER, days_from(date(2024, 4, 1), 214)], ids=["year", "month", "half"]
)
def test_dates_that_a_spreadsheet_swapped_in_part_are_refused_at_publish_and_marked_in_a_draft(
    tmp_path, days
):
    path = spreadsheet(tmp_path, days)
    with pytest.raises(
        InvalidMappingError, match=r"column Recorded seem to be swapped in part.* Export .* again"
    ):
        deliver(path, RAPES, bytes)
    assert "swapped days and months" in drafted(path).doubts["dates"]


def test_the_half_swapped_workbook_is_refused():
    path = fault("half-swapped/crimes.xlsx")
    mapping = replace(drafted(path).mapping, first=date(2024, 1, 1), last=date(2024, 12, 1))
    with pytest.raises(InvalidMappingError, match="swapped in part: the dates after the 12th are text"):
        deliver(path, mapping, bytes)


def test_dates_swapped_in_part_and_saved_as_text_all_alike_are_refused(tmp_path):
    rows = [f"A{n},{turned(day):%d/%m/%Y},Rape" for n, day in enumerate(days_from(date(2024, 9, 1), 91))]
    path = extract(tmp_path, "Ref,Recorded,Offence", *rows)
    with pytest.raises(
        InvalidMappingError, match="in the months of the others only once day and month change"
    ):
        deliver(path, RAPES, bytes)


def test_swapped_dates_of_another_column_that_is_read_are_refused_and_of_one_that_is_not_are_none_of_its_business(
    tmp_path,
):
    rows = [
        f"A{n},{day:%d/%m/%Y},Rape,{turned(day).isoformat() if day.day <= 12 else f'{day:%d/%m/%Y}'}"
        for n, day in enumerate(OCTOBER)
    ]
    path = extract(tmp_path, "Ref,Recorded,Offence,Outcome Date", *rows)
    assert len(rows_of(path, RAPES, "recorded_on")[0]) == 31
    with_outcome = replace(RAPES, columns={**RAPES.columns, "outcome_on": "Outcome Date"})
    with pytest.raises(InvalidMappingError, match="Days and months of column Outcome Date"):
        deliver(path, with_outcome, bytes)


def test_whoever_knows_that_the_dates_are_right_says_so_and_a_later_file_is_read_so(tmp_path):
    path = spreadsheet(tmp_path, YEAR)
    sure = parse_mapping(mapping_toml(replace(RAPES, not_swapped=("Recorded",))).encode())
    assert sure.not_swapped == ("Recorded",)
    assert len(rows_of(path, sure, "recorded_on")[0]) == 366
    there = read_extract(path)
    assert later_file(sure, there, draft_mapping(there), describe_columns(there)).kept.not_swapped == (
        "Recorded",
    )


def test_a_few_dates_typed_since_do_not_hide_that_the_others_were_swapped(tmp_path):
    texts = [turned(day).isoformat() if day.day <= 12 else f"{day:%d/%m/%Y}" for day in YEAR]
    assert swapped_in_part([*texts, "2024-04-15"], DateOrder.DAY_FIRST)


@pytest.mark.parametrize(
    "texts",
    [
        [f"{day:%d/%m/%Y}" for day in YEAR],
        [day.isoformat() for day in YEAR],
        [f"{day.day}/{day.month}/{day.year}" for day in OCTOBER],
        [day.isoformat() for day in OCTOBER[:12]] + [f"{day:%d/%m/%Y}" for day in OCTOBER[12:]],  # another system
        [f"{day:%d/%m/%Y}" for day in OCTOBER[:12]],
        [f"{day:%d/%m/%Y}" for day in YEAR if day.day <= 12],
        [turned(day).isoformat() for day in OCTOBER[:4]] + ["13/10/2024", "14/10/2024"],  # so few are chance
        ["01/01/1990", "05/06/2024", "13/10/2024", *(f"{day:%d/%m/%Y}" for day in OCTOBER)],
        ["2024-10", "Oct-24", "", "n/a"],
    ],
)  # fmt: skip
def test_honest_dates_are_never_taken_for_swapped_ones(texts):
    assert swapped_in_part(texts, DateOrder.DAY_FIRST) == ""


@given(st.lists(st.tuples(st.dates(date(2023, 1, 1), date(2024, 12, 31)), st.booleans()), max_size=300))
def test_two_ways_of_writing_in_one_column_are_not_taken_for_swapped_dates(written):
    texts = {f"{day:%d/%m/%Y}" if typed else day.isoformat() for day, typed in written}
    days = [day.day for day, typed in written if typed], [day.day for day, typed in written if not typed]
    apart = min(map(len, days)) and min(days[0]) > 12 >= max(days[1])
    assert apart or swapped_in_part(texts, DateOrder.DAY_FIRST) == ""


# A night in one date column


def test_an_end_earlier_than_its_beginning_on_the_one_date_is_on_the_next_day(tmp_path):
    path = extract(
        tmp_path,
        "Ref,Recorded,Offence,Incident Date,Time From,Time To",
        "A1,02/10/2024,Rape,01/10/2024,23:30,00:45",
        "A2,02/10/2024,Rape,01/10/2024,21:00,22:15",
        "A3,02/10/2024,Rape,01/10/2024,21:00,21:00",
        "A4,02/10/2024,Rape,01/10/2024,23:30,",
        "A5,02/10/2024,Rape,31/12/2023,23:59,00:01",
    )
    draft = drafted(path)
    assert draft.mapping.occurred_from == Moment(date="Incident Date", time="Time From")
    assert draft.mapping.occurred_to == Moment(date="Incident Date", time="Time To")
    assert "next day" in draft.doubts["occurred_to"]
    rows, noted = rows_of(path, draft.mapping, "occurred_from", "occurred_to")
    assert rows == [
        (datetime(2024, 10, 1, 23, 30), datetime(2024, 10, 2, 0, 45)),
        (datetime(2024, 10, 1, 21), datetime(2024, 10, 1, 22, 15)),
        (datetime(2024, 10, 1, 21), datetime(2024, 10, 1, 21)),
        (datetime(2024, 10, 1, 23, 30), datetime(2024, 10, 1, 23, 59, 59)),
        (datetime(2023, 12, 31, 23, 59), datetime(2024, 1, 1, 0, 1)),
    ]
    assert noted[NEXT_DAY] == 2


def test_sixty_nights_in_one_date_column_are_known_to_75_minutes():
    path = fault("midnight-one-date/crimes.csv")
    draft = drafted(path)
    rows, noted = rows_of(path, draft.mapping, "occurred_from", "occurred_to")
    assert {end - start for start, end in rows} == {timedelta(minutes=75)}
    assert (len(rows), noted[NEXT_DAY]) == (60, 60)


@pytest.mark.parametrize(
    ("header", "row", "moments", "end"),
    [
        (
            "Day,From Hour,To Hour",
            "01/10/2024,23,1",
            (Moment(date="Day", hour="From Hour"), Moment(date="Day", hour="To Hour")),
            datetime(2024, 10, 2, 1, 59, 59),
        ),
        (
            "Day,From Hour,To",
            "01/10/2024,23,23:30",
            (Moment(date="Day", hour="From Hour"), Moment(date="Day", time="To")),
            datetime(2024, 10, 1, 23, 30),
        ),
        (
            "Start,To",
            "01/10/2024 23:30,00:45",
            (Moment(at="Start"), Moment(date="Start", time="To")),
            datetime(2024, 10, 2, 0, 45),
        ),
        (
            "Day,From,Last Day,To",
            "01/10/2024,23:30,01/10/2024,00:45",
            (Moment(date="Day", time="From"), Moment(date="Last Day", time="To")),
            datetime(2024, 10, 1, 0, 45),  # two dates are two dates
        ),
    ],
    ids=["hours", "an hour and a time", "a moment and a time", "two dates"],
)
def test_a_night_is_a_night_however_its_times_are_given(tmp_path, header, row, moments, end):
    path = extract(tmp_path, f"Ref,Recorded,Offence,{header}", f"A1,02/10/2024,Rape,{row}")
    mapping = replace(RAPES, occurred_from=moments[0], occurred_to=moments[1])
    assert rows_of(path, mapping, "occurred_to")[0] == [(end,)]


def test_a_time_that_stands_for_no_time_moves_no_end_to_the_next_day(tmp_path):
    path = extract(tmp_path, "Ref,Recorded,Offence,Day,From,To", "A1,02/10/2024,Rape,01/10/2024,23:30,00:00")
    mapping = replace(
        RAPES,
        occurred_from=Moment(date="Day", time="From"),
        occurred_to=Moment(date="Day", time="To"),
        no_time=(datetime(2024, 1, 1).time(),),
    )
    rows, noted = rows_of(path, mapping, "occurred_to")
    assert rows == [(datetime(2024, 10, 1, 23, 59, 59),)]
    assert NEXT_DAY not in noted


# Timestamps, and months alone


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-20 11:08:25+00", "2024-02-20 11:08:25"),
        ("2024-07-20 23:48:25+00", "2024-07-21 00:48:25"),
        ("2024-07-20 11:08:25.123+0000", "2024-07-20 12:08:25"),
        ("2024-07-20 11:08:25 UTC", "2024-07-20 12:08:25"),
        ("2024-07-20 11:08 GMT", "2024-07-20 12:08:00"),
        ("2024-07-20T11:08:25Z", "2024-07-20 12:08:25"),
        ("2024-02-20T11:08:25.123456+01:00", "2024-02-20 10:08:25"),
        ("2024-07-20 11:08:25.123 +0000 UTC", "2024-07-20 12:08:25"),
        ("Sat Jul 20 11:08:25 BST 2024", "2024-07-20 11:08:25"),
        ("20-JUL-24 11.08.25.000000 AM +00:00", "2024-07-20 12:08:25"),
        ("20240720T110825Z", "2024-07-20 12:08:25"),
        ("2024-07-20 11:08:25,123", "2024-07-20 11:08:25"),
        ("2024-07-20T23:48:25+01:00[Europe/London]", "2024-07-20 23:48:25"),
        ("Sat, 20 Jul 2024 11:08:25 GMT", "2024-07-20 12:08:25"),
        ("2024-03-31 00:59:59+00", "2024-03-31 00:59:59"),
        ("2024-03-31 01:00:00+00", "2024-03-31 02:00:00"),
    ],
)
def test_moments_are_read_as_databases_write_them(text, moment):
    day, clock = parse_moment(text, DateOrder.DAY_FIRST)
    assert datetime.combine(day, clock) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text", ["20/07/2024 10:30-11:45", "20/07/2024 10:30-11", "2024-07-20 11", "2024-07-20 UTC"]
)
def test_a_span_of_time_or_a_zone_alone_is_no_moment(text):
    assert parse_moment(text, DateOrder.DAY_FIRST) is None


def test_a_database_s_times_are_read_as_universal_time():
    path = fault("postgres-times/pg.csv")
    draft = drafted(path)
    assert draft.mapping.columns["recorded_on"] == "recorded_at"
    assert rows_of(path, draft.mapping, "recorded_on")[0] == [(date(2024, 2, 20),), (date(2024, 7, 21),)]


@pytest.mark.parametrize(
    "text", ["2024-09", "Sep-24", "Sept-24", "September 2024", "09/2024", "9/2024", "2024/09", "202409", "2024 Sep", "Sep '24"]
)  # fmt: skip
def test_a_month_alone_is_read_as_one(text):
    assert parse_month_alone(text) == date(2024, 9, 1)


@pytest.mark.parametrize(
    "text", ["Sep 24", "24-Sep", "2024-13", "13/2024", "2024", "9.2024", "20240901", "12345", "May"]
)
def test_what_may_be_a_day_or_a_number_is_no_month(text):
    assert parse_month_alone(text) is None


@pytest.mark.parametrize("written", ["%Y-%m", "%b-%y", "%B %Y", "%m/%Y"])
def test_months_alone_say_nothing_of_the_day(tmp_path, written):
    months = [date(2024, month, 1) for month in range(1, 7)]
    rows = [f"A{n},{month:{written}},Rape,{month:{written}}" for n, month in enumerate(months)]
    path = extract(tmp_path, "Ref,Month Recorded,Offence,Month Committed", *rows)
    draft = drafted(path)
    assert draft.mapping.columns["recorded_on"] == "Month Recorded"
    assert draft.mapping.occurred_from == Moment(date="Month Committed")
    assert (draft.mapping.first, draft.mapping.last) == (months[0], months[-1])
    (first, *_, last), _ = rows_of(path, draft.mapping, "recorded_on", "occurred_from", "occurred_to")
    assert first == (months[0], datetime(2024, 1, 1), datetime(2024, 1, 31, 23, 59, 59))
    assert last == (months[-1], datetime(2024, 6, 1), datetime(2024, 6, 30, 23, 59, 59))


def test_a_last_month_ends_with_its_last_day(tmp_path):
    path = extract(tmp_path, "Ref,Recorded,Offence,From,To", "A1,02/10/2024,Rape,15/01/2024,Feb-24")
    mapping = replace(RAPES, occurred_from=Moment(date="From"), occurred_to=Moment(date="To"))
    rows, _ = rows_of(path, mapping, "occurred_from", "occurred_to")
    assert rows == [(datetime(2024, 1, 15), datetime(2024, 2, 29, 23, 59, 59))]


def test_references_of_a_year_and_a_number_are_no_months(tmp_path):
    rows = [f"{n}/2024,{n:02d}/10/2024,Rape" for n in range(1, 13)]
    assert (
        drafted(extract(tmp_path, "Crime Ref,Recorded,Offence", *rows)).mapping.columns["record_id"]
        == "Crime Ref"
    )


# Apostrophes, and what nobody sees


@pytest.mark.parametrize(
    "mark",
    ["'{}", "{}\u200b", "\ufeff{}", "\u00a0{}\u00a0", "{}\u00ad", "\u200e{}\u200f", "\u2019{}", "'{}'"],
)
def test_what_nobody_sees_changes_no_cell(tmp_path, mark):
    marked = [mark.format(cell) for cell in ("01/10/2024", "19C")]
    header, row = "Ref,Date Recorded,Code", f"A1,{marked[0]},{marked[1]}"
    text = extract(tmp_path, header, row)
    book = Workbook()
    book.active.append(header.split(","))
    book.active.append(row.split(","))
    book.active.append(row.replace("A1", "A2").split(","))
    book.save(tmp_path / "extract.xlsx")
    columns = {name: [cell] for name, cell in zip(header.split(","), row.split(","), strict=True)}
    pq.write_table(pa.table(columns), tmp_path / "extract.parquet")
    for path in (text, tmp_path / "extract.xlsx", tmp_path / "extract.parquet"):
        read = read_extract(path).table
        assert read.select(["Date Recorded", "Code"]).to_pylist()[0] == {
            "Date Recorded": "01/10/2024",
            "Code": "19C",
        }
    assert drafted(text).mapping.columns["recorded_on"] == "Date Recorded"


def test_a_text_keeps_its_apostrophe_unless_every_one_of_its_column_has_one(tmp_path):
    path = extract(
        tmp_path, "Ref,Venue,Offence", "A1,'80s Bar,'Rape", "A2,Bow Lane,'Burglary", "A3,'Til Late,"
    )
    read = read_extract(path).table
    assert read["Venue"].to_pylist() == ["'80s Bar", "Bow Lane", "'Til Late"]
    assert read["Offence"].to_pylist() == ["Rape", "Burglary", ""]


def test_dates_with_an_apostrophe_are_read():
    path = fault("apostrophe/crimes.csv")
    rows, _ = rows_of(path, drafted(path).mapping, "recorded_on")
    assert rows[0] == (date(2024, 10, 1),)


def test_a_mapping_from_before_that_names_codes_and_headings_with_such_marks_still_reads_its_extract(
    tmp_path,
):
    path = extract(
        tmp_path, "Ref,Re\u00adcorded,Offence", "A1,01/10/2024,'19C", "A2,01/10/2024,'Rape", "A3,01/10/2024,x"
    )
    mapping = replace(
        RAPES,
        counts=(Coding("Offence", {"'19C": ("rape",), "'Rape": ("rape",)}, ("x",)),),
        columns={"record_id": "Ref", "recorded_on": "Re\u00adcorded"},
    )
    assert len(rows_of(path, mapping, "recorded_on")[0]) == 2
    there = read_extract(path)
    later = later_file(mapping, there, draft_mapping(there), describe_columns(there))
    assert (later.gone, later.codes) == ((), {})


def test_a_refusal_speaks_of_the_order_of_dates_where_dates_are_at_fault_and_nowhere_else(tmp_path):
    rows = [f"A{n},01/10/2024,Rape,nowhere,nowhere,99:99,soon" for n in range(10)]
    path = extract(tmp_path, "Ref,Recorded,Offence,X,Y,Clock,Done", *rows)
    placed = replace(RAPES, columns={**RAPES.columns, "easting": "X", "northing": "Y"})
    timed = replace(RAPES, occurred_from=Moment(date="Recorded", time="Clock"))
    done = replace(RAPES, columns={**RAPES.columns, "outcome_on": "Done"})
    said = []
    for mapping in (placed, timed, done):
        with pytest.raises(InvalidMappingError) as refused:
            deliver(path, mapping, bytes)
        said.append("Dates are read day first" in str(refused.value))
    assert said == [False, False, True]
