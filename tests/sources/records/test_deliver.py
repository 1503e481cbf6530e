"""What vulncore.sources.records promises of a force's own extract: every row is accounted for."""

import csv
import gzip
import io
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from tests import rms_extract
from vulncore.domain.errors import InvalidMappingError, TooManyRejectsError, UnreadableSourceError
from vulncore.domain.identifiers import pseudonym
from vulncore.domain.schemas import validated
from vulncore.findings.overview.overview import overview
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.sources.records.mapping import Coding, Mapping, Moment
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping
from vulncore.sources.records.moments import DateOrder
from vulncore.store import publish

SHARED = Path(__file__).parents[3].parent / "shared"
HOUSTON = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
SECRET = b"k" * 32
JANUARY = date(2024, 1, 1)

SIMPLE = Mapping(
    source="crimes",
    force="Kent Police",
    counts=(Coding("Offence", {"rape": ("rape",), "assault": ("other-sexual-offences",)}, ("lost dog",)),),
    columns={"record_id": "Id", "recorded_on": "Recorded"},
    first=JANUARY,
    last=date(2024, 3, 1),
)


def extract(folder: Path, *rows: str, header: str = "Id,Recorded,Offence") -> Path:
    path = folder / "extract.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def read(
    folder: Path, *rows: str, mapping: Mapping = SIMPLE, header: str = "Id,Recorded,Offence", lenient=True
):
    mapping = replace(mapping, most_rejected_percent=100) if lenient else mapping
    return deliver(extract(folder, *rows, header=header), mapping, lambda: SECRET)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """Return a workbook of a records management system, and the records that are in it."""
    every = rms_extract.records()
    return rms_extract.write_workbook(
        tmp_path_factory.mktemp("rms") / "Crime export 2024-06.xlsx", every
    ), every


def test_every_row_is_counted_left_out_or_rejected_with_its_line_and_reason(tmp_path):
    delivery = read(
        tmp_path,
        "1,05/01/2024,rape",
        "2,06/01/2024,lost dog",
        "3,,rape",
        "4,31/02/2024,rape",
        "5,05/04/2024,rape",
        "6,05/01/2024,",
        "7,05/01/2024,piracy",
        "1,05/01/2024,rape",
    )
    assert [(reject.line, reject.reason, reject.value) for reject in delivery.rejects] == [
        (4, "no date recorded", ""),
        (5, "a date recorded that cannot be read", "31/02/2024"),
        (6, "a date in a month that is not covered", "05/04/2024"),
        (7, "no code", ""),
        (8, "a code that is not in the mapping", "Offence: piracy"),
    ]
    assert {reject.file for reject in delivery.rejects} == {"extract.csv"}
    assert (delivery.rows.read, delivery.rows.accepted, sum(delivery.rows.rejected.values())) == (8, 1, 5)
    assert delivery.rows.left_out == {
        "codes that the mapping leaves out": 1,
        "another row of a record already counted": 1,
    }


def test_too_many_rows_that_cannot_be_used_stop_the_publish_and_are_all_handed_over(tmp_path):
    rows = [f"{number},05/01/2024,{'piracy' if number < 6 else 'rape'}" for number in range(100)]
    with pytest.raises(
        TooManyRejectsError,
        match=r"6 of 100 rows of extract\.csv cannot be used, more than 5 %\. 6 have a code that .*: Offence: piracy\.",
    ) as refusal:
        read(tmp_path, *rows, lenient=False)
    assert [reject.line for reject in refusal.value.rejects] == [2, 3, 4, 5, 6, 7]


def test_a_share_that_is_just_reached_lets_the_publish_go_on(tmp_path):
    rows = [f"{number},05/01/2024,{'piracy' if number < 5 else 'rape'}" for number in range(100)]
    assert read(tmp_path, *rows, lenient=False).rows.rejected == {"a code that is not in the mapping": 5}


def test_the_months_are_those_that_were_declared_and_not_those_that_have_rows(tmp_path):
    coverage = validated(read(tmp_path, "1,05/02/2024,rape").tables).coverage
    assert Counter(coverage["measure"].to_pylist()) == {"rape": 3, "other-sexual-offences": 3}
    assert sorted(set(coverage["month"].to_pylist())) == [date(2024, month, 1) for month in (1, 2, 3)]


def test_an_extract_whose_months_nobody_declared_is_refused_and_told_what_it_holds(tmp_path):
    with pytest.raises(
        InvalidMappingError, match=r"records are from 2024-01 to 2024-03\. .*--covers 2024-01:2024-03"
    ):
        read(
            tmp_path, "1,05/01/2024,rape", "2,05/03/2024,rape", mapping=replace(SIMPLE, first=None, last=None)
        )


def test_columns_that_are_not_there_are_named(tmp_path):
    with pytest.raises(
        InvalidMappingError, match=r"2 columns that the mapping reads are not in extract\.csv: Id, Offence"
    ):
        read(tmp_path, "1,05/01/2024", header="Ref,Recorded")


def test_one_record_counts_towards_every_measure_that_its_codes_and_flags_name(tmp_path):
    mapping = replace(
        SIMPLE,
        counts=(
            Coding(
                "Offence",
                {"rape": ("rape",), "hate rape": ("rape", "hate-crime"), "lost dog": ("prevent",)},
                separator=";",
            ),
            Coding("DA", {"Y": ("domestic-abuse-crime",)}, ("N",)),
        ),
    )
    header = "Id,Recorded,Offence,DA"
    delivery = read(
        tmp_path,
        "1,05/01/2024,hate rape,Y",
        "2,05/01/2024,rape; lost dog,N",
        "3,05/01/2024,,Y",
        mapping=mapping,
        header=header,
    )
    counted = sorted(
        zip(*(delivery.tables.incidents[name].to_pylist() for name in ("record_id", "measure")), strict=True)
    )
    assert counted == [
        ("1", "domestic-abuse-crime"),
        ("1", "hate-crime"),
        ("1", "rape"),
        ("2", "prevent"),
        ("2", "rape"),
        ("3", "domestic-abuse-crime"),
    ]
    assert delivery.rows.accepted == 3


def test_a_record_with_a_row_for_each_victim_is_counted_once(tmp_path):
    delivery = read(
        tmp_path, "1,05/01/2024,rape", "1,05/01/2024,rape", "1,05/01/2024,assault", "2,05/01/2024,rape"
    )
    assert Counter(delivery.tables.incidents["measure"].to_pylist()) == {
        "rape": 2,
        "other-sexual-offences": 1,
    }
    assert (delivery.rows.accepted, sum(delivery.rows.left_out.values())) == (3, 1)


def test_rows_without_a_reference_are_records_of_their_own(tmp_path):
    mapping = replace(SIMPLE, columns={"recorded_on": "Recorded"})
    incidents = read(tmp_path, "1,05/01/2024,rape", "1,05/01/2024,rape", mapping=mapping).tables.incidents
    assert incidents["record_id"].to_pylist() == incidents["row_id"].to_pylist()
    assert len(set(incidents["row_id"].to_pylist())) == 2


def test_a_record_that_comes_again_in_another_month_is_another_row(tmp_path):
    ids = [
        read(tmp_path, f"1,05/0{month}/2024,rape").tables.incidents["row_id"].to_pylist()[0]
        for month in (1, 2)
    ]
    assert ids == ["Kent Police/crimes/2024-01/1/rape", "Kent Police/crimes/2024-02/1/rape"]


WHEN = replace(
    SIMPLE,
    occurred_from=Moment(date="From", time="At"),
    occurred_to=Moment(date="To", time="Until"),
)
HEADER = "Id,Recorded,Offence,From,At,To,Until"


@pytest.mark.parametrize(
    ("cells", "start", "end"),
    [
        ("04/01/2024,2130,05/01/2024,02:15", datetime(2024, 1, 4, 21, 30), datetime(2024, 1, 5, 2, 15)),
        ("04/01/2024,21:30,,", datetime(2024, 1, 4, 21, 30), None),
        ("04/01/2024,,,", datetime(2024, 1, 4), datetime(2024, 1, 4, 23, 59, 59)),
        ("04/01/2024,,05/01/2024,", datetime(2024, 1, 4), datetime(2024, 1, 5, 23, 59, 59)),
        (",,05/01/2024,02:15", None, datetime(2024, 1, 5, 2, 15)),
        (",,,", None, None),
    ],
    ids=["both", "one moment", "a day", "two days", "only until", "nothing"],
)
def test_when_it_happened_is_as_exact_as_the_extract_says_and_no_more(tmp_path, cells, start, end):
    (row,) = read(
        tmp_path, f"1,05/01/2024,rape,{cells}", mapping=WHEN, header=HEADER
    ).tables.incidents.to_pylist()
    assert (row["occurred_from"], row["occurred_to"]) == (start, end)


def test_an_hour_stands_for_that_hour(tmp_path):
    mapping = replace(SIMPLE, occurred_from=Moment(date="Recorded", hour="Hour"))
    (row,) = read(
        tmp_path, "1,05/01/2024,rape,9", mapping=mapping, header="Id,Recorded,Offence,Hour"
    ).tables.incidents.to_pylist()
    assert (row["occurred_from"], row["occurred_to"]) == (
        datetime(2024, 1, 5, 9),
        datetime(2024, 1, 5, 9, 59, 59),
    )


def test_gaps_are_kept_and_counted(tmp_path):
    rows = [
        "1,05/01/2024,rape,04/01/2024,,,",
        "2,05/01/2024,rape,,,,",
        "3,05/01/2024,rape,04/01/2024,21:00,,",
    ]
    noted = read(tmp_path, *rows, mapping=WHEN, header=HEADER).rows.noted
    assert noted == {"without a date when it happened": 1, "without a time of day, kept as the whole day": 1}


def test_one_value_that_cannot_be_read_leaves_a_gap_and_many_refuse_the_mapping(tmp_path):
    good = [f"{number},05/01/2024,rape,04/01/2024,21:00,," for number in range(10)]
    few = read(tmp_path, *good, "99,05/01/2024,rape,31/12/9999,21:00,,", mapping=WHEN, header=HEADER)
    assert few.rows.noted["with a value of From that cannot be read, left empty"] == 1
    assert few.rows.accepted == 11
    bad = [f"{number},05/01/2024,rape,01/{number}/2024,21:00,," for number in range(13, 31)]
    with pytest.raises(
        InvalidMappingError,
        match=r"18 of 28 values of column From cannot be read as Happened from, like '01/13/2024'\. .*day first",
    ):
        read(tmp_path, *good, *bad, mapping=WHEN, header=HEADER, lenient=False)


def test_victims_are_pseudonyms_and_columns_that_are_not_mapped_leave_no_trace(tmp_path):
    mapping = replace(SIMPLE, columns={**SIMPLE.columns, "victim_key": "Victim"})
    header = "Id,Recorded,Offence,Victim,Name"
    delivery = read(tmp_path, "1,05/01/2024,rape,V 17,Jane Ruritania", mapping=mapping, header=header)
    assert delivery.tables.incidents["victim_key"].to_pylist() == [pseudonym(SECRET, "V 17")]
    for trace in ("V 17", "Jane"):
        assert trace not in str(delivery.tables.incidents.to_pylist())


def test_places_are_read_in_degrees_and_what_is_no_place_is_a_gap(tmp_path):
    mapping = replace(SIMPLE, columns={**SIMPLE.columns, "longitude": "x", "latitude": "y"})
    header = "Id,Recorded,Offence,x,y"
    rows = [
        "1,05/01/2024,rape,-0.09,51.51",
        "2,05/01/2024,rape,0,0",
        "3,05/01/2024,rape,,51.5",
        "4,05/01/2024,rape,512,51.5",
    ]
    delivery = read(tmp_path, *rows, mapping=mapping, header=header)
    incidents = validated(delivery.tables).incidents
    assert incidents["longitude"].to_pylist() == [-0.09, None, None, None]
    assert incidents["latitude"].to_pylist() == [51.51, None, None, None]
    assert delivery.rows.noted["without a place"] == 3


def test_places_outside_a_force_whose_boundary_ships_are_marked(tmp_path):
    mapping = replace(
        SIMPLE, force="City of London Police", columns={**SIMPLE.columns, "longitude": "x", "latitude": "y"}
    )
    rows = ["1,05/01/2024,rape,-0.0922,51.5155", "2,05/01/2024,rape,-0.1276,51.5072", "3,05/01/2024,rape,,"]
    delivery = read(tmp_path, *rows, mapping=mapping, header="Id,Recorded,Offence,x,y")
    assert delivery.tables.incidents["outside_area"].to_pylist() == [False, True, None]


def test_a_workbook_of_a_records_system_loads_through_the_mapping_that_was_drafted(workbook):
    path, every = workbook
    extract_read = read_extract(path)
    draft = draft_mapping(extract_read, force="City of London Police")
    mapping = parse_mapping(mapping_toml(draft.mapping, draft.doubts).encode())
    assert mapping == draft.mapping
    assert (mapping.date_order, mapping.first, mapping.last) == (
        DateOrder.DAY_FIRST,
        JANUARY,
        date(2024, 6, 1),
    )
    delivery = deliver(path, mapping, lambda: SECRET)
    incidents = validated(delivery.tables).incidents.to_pandas()

    expected = Counter((record.number, rms_extract.CODES[record.code]) for record in every)
    expected.update((record.number, "domestic-abuse-crime") for record in every if record.domestic)
    assert Counter(zip(incidents["record_id"], incidents["measure"], strict=True)) == expected
    assert delivery.rows.left_out == {
        "another row of a record already counted": 1,
        "totals row": 1,
    }
    assert delivery.rows.rejected == {}

    first = incidents.drop_duplicates("record_id").set_index("record_id")
    for record in every:
        row = first.loc[record.number]
        assert row["recorded_on"] == record.recorded_on
        assert row["occurred_from"] == datetime.combine(record.start, record.clock)
        assert row["occurred_to"] == datetime.combine(record.end, datetime.min.time()) + timedelta(
            hours=23, minutes=59
        )
        assert row["victim_key"] == pseudonym(SECRET, record.victim)
    assert first["longitude"].between(-0.12, -0.07).all()
    assert first["latitude"].between(51.50, 51.53).all()


def test_the_houston_file_loads_through_the_mapping_that_was_drafted(tmp_path):
    if not HOUSTON.exists():
        pytest.skip("the Houston file is not beside this checkout (../shared/data/incidents)")
    draft = draft_mapping(read_extract(HOUSTON), force="Houston Police Department")
    mapping = parse_mapping(mapping_toml(draft.mapping, draft.doubts).encode())
    delivery = deliver(HOUSTON, mapping, lambda: SECRET)
    with gzip.open(HOUSTON, "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(io.StringIO(stream.read())))
    assert (delivery.rows.read, delivery.rows.accepted, delivery.rows.rejected) == (86_314, 86_314, {})
    incidents = delivery.tables.incidents.to_pandas()
    assert Counter(incidents["offence"]) == Counter(row["offense"] for row in rows)
    by_month = Counter(
        (pd.Timestamp(day).month, offence)
        for day, offence in zip(incidents["recorded_on"], incidents["offence"], strict=True)
    )
    assert by_month == Counter((int(row["date"].split("/")[0]), row["offense"]) for row in rows)
    hours = incidents.loc[incidents["measure"] == "rape", "occurred_from"].dt.hour
    assert Counter(hours) == Counter(int(row["hour"]) for row in rows if row["offense"] == "rape")
    publish(tmp_path, "houston", delivery, "tests")
    table = overview(tmp_path, "houston").table.set_index("measure")
    in_time = [row for row in rows if row["offense"] == "rape" and int(row["date"].split("/")[0]) >= 4]
    assert table.loc["rape", "fytd_current"] == len(in_time)


def test_references_that_a_spreadsheet_has_shortened_are_refused(tmp_path):
    rows = [f"1.23457E+11,05/01/2024,{kind}" for kind in ("rape", "assault")]
    with pytest.raises(
        UnreadableSourceError, match=r"shortened 2 references in column Id .*like 1\.23457E\+11"
    ):
        read(tmp_path, *rows)


@pytest.mark.parametrize("turned", [False, True])
def test_a_record_stands_as_long_as_one_of_its_rows_does(tmp_path, turned):
    mapping = replace(SIMPLE, columns={**SIMPLE.columns, "no_crimed_on": "Cancelled"})
    rows = ["1,05/01/2024,rape,06/01/2024", "1,05/01/2024,rape,"]
    delivery = read(
        tmp_path,
        *(reversed(rows) if turned else rows),
        mapping=mapping,
        header="Id,Recorded,Offence,Cancelled",
    )
    assert delivery.tables.incidents["no_crimed_on"].to_pylist() == [None]


def test_a_month_with_many_unknown_codes_is_refused_though_few_of_all_rows_have_them(tmp_path):
    good = [f"{number},05/01/2024,rape" for number in range(1_000)]
    bad = [f"x{number},05/02/2024,{'rape' if number > 6 else 'new code'}" for number in range(40)]
    with pytest.raises(TooManyRejectsError, match=r"7 of 40 rows of February 2024 .*quieter than it was"):
        read(tmp_path, *good, *bad, lenient=False)


def test_a_measure_without_a_row_is_not_called_zero_where_codes_are_unknown(tmp_path):
    good = [f"{number},05/0{1 + number % 3}/2024,rape" for number in range(300)]
    delivery = read(tmp_path, *good, "new,05/02/2024,new code", lenient=False)
    covered = {(row["measure"], row["month"].month) for row in delivery.tables.coverage.to_pylist()}
    assert covered == {
        ("rape", 1),
        ("rape", 2),
        ("rape", 3),
        ("other-sexual-offences", 1),
        ("other-sexual-offences", 3),
    }


def test_an_extract_of_which_nothing_counts_is_refused_whatever_share_may_be_rejected(tmp_path):
    with pytest.raises(
        UnreadableSourceError, match=r"None of the 2 rows of extract\.csv counts towards a measure"
    ):
        read(tmp_path, "1,05/01/2024,lost dog", "2,05/01/2024,lost dog")


def test_gaps_are_counted_of_accepted_rows_alone(tmp_path):
    rows = ["1,05/01/2024,rape,,,,", "2,,rape,,,,", "3,05/01/2024,lost dog,,,,"]
    delivery = read(tmp_path, *rows, mapping=WHEN, header=HEADER)
    assert (delivery.rows.accepted, delivery.rows.noted) == (1, {"without a date when it happened": 1})


def test_the_same_records_are_read_alike_from_text_workbook_and_parquet(tmp_path):
    header, rows = (
        ["Id", "Recorded", "Offence"],
        [["1", "05/01/2024", "rape"], ["2", "25/03/2024", "assault"]],
    )
    text = extract(tmp_path, *(",".join(row) for row in rows))
    book = Workbook()
    for row in (header, *rows):
        book.active.append(row)
    book.save(tmp_path / "extract.xlsx")
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    pq.write_table(
        pa.table({name: list(values) for name, values in columns.items()}), tmp_path / "extract.parquet"
    )
    read_from = [
        deliver(path, SIMPLE, lambda: SECRET)
        for path in (text, tmp_path / "extract.xlsx", tmp_path / "extract.parquet")
    ]
    tables = [delivery.tables.incidents.sort_by("row_id") for delivery in read_from]
    assert tables[0] == tables[1] == tables[2]
    assert tables[0]["recorded_on"].to_pylist() == [date(2024, 1, 5), date(2024, 3, 25)]


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        (("longitude", "latitude"), ("-0.0881", "51.5134")),
        (("easting", "northing"), ("532750", "181100")),
        (("grid_reference",), ("TQ 32750 81100",)),
    ],
    ids=["degrees", "metres", "reference"],
)
def test_a_place_is_the_same_however_it_is_given(tmp_path, columns, cells):
    mapping = replace(SIMPLE, columns={**SIMPLE.columns, **{name: name for name in columns}})
    header = ",".join(["Id", "Recorded", "Offence", *columns])
    delivery = read(tmp_path, ",".join(["1", "05/01/2024", "rape", *cells]), mapping=mapping, header=header)
    (row,) = delivery.tables.incidents.to_pylist()
    # the Bank of England's corner: the Ordnance Survey's and the WGS 84 coordinates of one spot, to some metres
    assert (row["longitude"], row["latitude"]) == pytest.approx((-0.0881, 51.5134), abs=0.0003)


def test_a_date_recorded_in_the_year_9999_is_rejected_and_not_read_as_another(tmp_path):
    delivery = read(tmp_path, "1,31/12/9999,rape", "2,05/01/2024,rape")
    assert [(reject.line, reject.reason) for reject in delivery.rejects] == [
        (2, "a date recorded that cannot be read")
    ]


@pytest.mark.parametrize(
    ("columns", "cells", "no_place"),
    [
        (("easting", "northing"), ("0,0", "532650,181200"), (0, 0)),
        (("easting", "northing"), ("532000,181000", "532650,181200"), (532_000, 181_000)),
        (("longitude", "latitude"), ("0,0", "-0.09,51.51"), (0, 0)),
        (("longitude", "latitude"), ("-0.1277583,51.5073219", "-0.1277,51.5073"), (-0.12776, 51.50732)),
        (("grid_reference",), ("SV 000 000", "TQ 326 812"), (0, 0)),
    ],
)
def test_a_point_that_stands_for_no_place_is_none_and_the_account_says_how_many(
    tmp_path, columns, cells, no_place
):
    none, known = cells
    rows = [f"{number},05/01/2024,rape,{none}" for number in range(7)] + [f"7,05/01/2024,rape,{known}"]
    header = ",".join(["Id,Recorded,Offence", *columns])
    mapping = replace(
        SIMPLE, columns={**SIMPLE.columns, **{name: name for name in columns}}, no_place=(no_place,)
    )
    delivery = read(tmp_path, *rows, mapping=mapping, header=header, lenient=False)
    assert delivery.tables.incidents["longitude"].null_count == 7
    assert delivery.rows.accepted == 8
    assert delivery.rows.noted["with a point that stands for no place, kept without it"] == 7
    assert delivery.rows.noted["without a place"] == 7
    assert not any("cannot be read" in note for note in delivery.rows.noted)


def test_a_time_that_stands_for_no_time_leaves_the_day_and_the_account_says_how_many(tmp_path):
    mapping = replace(
        SIMPLE, occurred_from=Moment(at="From"), occurred_to=Moment(at="To"), no_time=(time(12), time(0, 1))
    )
    delivery = read(
        tmp_path,
        "1,05/01/2024,rape,04/01/2024 12:00,",
        "2,05/01/2024,rape,04/01/2024 12:00:30,04/01/2024 13:00",
        "3,05/01/2024,rape,04/01/2024 11:00,04/01/2024 00:01",
        "4,05/01/2024,rape,04/01/2024 00:00,04/01/2024 11:00",
        mapping=mapping,
        header="Id,Recorded,Offence,From,To",
    )
    day, end = datetime(2024, 1, 4), datetime(2024, 1, 4, 23, 59, 59)
    assert delivery.tables.incidents["occurred_from"].to_pylist() == [day, day, day.replace(hour=11), day]
    assert delivery.tables.incidents["occurred_to"].to_pylist() == [end, end, end, day.replace(hour=11)]
    assert delivery.rows.noted["with a time that stands for no time, kept without the hour"] == 3


def test_an_hour_that_stands_for_no_time_leaves_the_day(tmp_path):
    mapping = replace(SIMPLE, occurred_from=Moment(date="From", hour="Hour"), no_time=(time(0),))
    rows = ("1,05/01/2024,rape,04/01/2024,0", "2,05/01/2024,rape,04/01/2024,1")
    delivery = read(tmp_path, *rows, mapping=mapping, header="Id,Recorded,Offence,From,Hour")
    ends = delivery.tables.incidents["occurred_to"].to_pylist()
    assert ends == [datetime(2024, 1, 4, 23, 59, 59), datetime(2024, 1, 4, 1, 59, 59)]


def test_so_many_points_at_nought_refuse_the_mapping_with_the_line_that_helps(tmp_path):
    mapping = replace(SIMPLE, columns={**SIMPLE.columns, "longitude": "X", "latitude": "Y"})
    rows = [f"{number},05/01/2024,rape,0,0" for number in range(10)]
    with pytest.raises(InvalidMappingError, match=r"no_place = \[\[0, 0\]\]"):
        read(tmp_path, *rows, mapping=mapping, header="Id,Recorded,Offence,X,Y", lenient=False)
