"""What vulncore.sources.recorded_crime promises of the two published files, and of whatever else it is given."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from tests.sources.recorded_crime.test_areas import area_table
from tests.sources.recorded_crime.test_quarters import HEADER, quarter_table
from vulncore.domain.errors import (
    InvalidPeriodError,
    PublishRefusedError,
    TooManyRejectsError,
    UnreadableSourceError,
)
from vulncore.domain.schemas import validated
from vulncore.findings.overview.overview import overview
from vulncore.sources.csv_text import MAX_TABLE_BYTES
from vulncore.sources.recorded_crime import MOST_REJECTED, deliver, is_heading
from vulncore.store import publish

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "data" / "recorded-crime"
QUARTERS = {"1": (2017, 4), "2": (2017, 7), "3": (2017, 10), "4": (2018, 1)}
RAPE = "Metropolitan Police Service: Westminster", "rape"


@pytest.fixture(scope="module")
def home_office():
    return published("prc-pfa-2017-18.csv")


@pytest.fixture(scope="module")
def met():
    return published("mps-borough-monthly-2010-04-to-2023-11.csv")


def published(name):
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip("the published tables of recorded crime are not beside this checkout")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return path, list(csv.DictReader(stream)), deliver(path)


def counted(delivery, force, measure):
    """Return a force's counts of a measure by the first day of their period."""
    return {
        row["period_start"]: row["count"]
        for row in delivery.tables.counts.to_pylist()
        if (row["force"], row["measure"]) == (force, measure)
    }


def whole(cell: str) -> int:
    return 0 if cell.strip() == "-00" else int(cell)


def test_every_row_of_the_home_office_table_is_accounted_for(home_office):
    _, rows, delivery = home_office
    account = delivery.rows
    assert (len(rows), account.read, account.accepted) == (23_068, 23_068, 23_068)
    assert (account.rejected, account.left_out, delivery.rejects) == ({}, {}, ())
    below = sum(whole(row["Number of Offences"]) < 0 for row in rows)
    folded = sum("/" in row["Offence Code"] for row in rows)
    bodies = sum(row["Offence Subgroup"].startswith("Fraud: ") for row in rows)
    assert sorted(account.noted.values()) == sorted([below, folded, bodies])


def test_the_home_offices_totals_are_those_of_a_plain_loop_over_its_rows(home_office):
    _, rows, delivery = home_office
    expected = Counter()
    for row in rows:
        year, month = QUARTERS[row["Financial Quarter"]]
        expected[row["Force Name"], row["Offence Subgroup"], date(year, month, 1)] += whole(
            row["Number of Offences"]
        )
    assert len(expected) == delivery.tables.counts.num_rows == 44 * 24 * 4 + 12
    assert sorted(expected.values()) == sorted(delivery.tables.counts["count"].to_pylist())
    for subgroup, key in {
        "Rape offences": "rape",
        "Other sexual offences": "other-sexual-offences",
        "Homicide": "homicide",
        "Violence with injury": "violence-with-injury",
    }.items():
        for force, name in {
            "London, City of": "City of London Police",
            "Devon and Cornwall": "Devon & Cornwall Police",
            "Metropolitan Police": "Metropolitan Police Service",
        }.items():
            assert counted(delivery, name, key) == {
                start: count for (f, s, start), count in expected.items() if (f, s) == (force, subgroup)
            }


def test_the_city_recorded_25_rapes_in_2017_18(home_office):
    rapes = counted(home_office[2], "City of London Police", "rape")
    assert rapes == {date(2017, 4, 1): 9, date(2017, 7, 1): 3, date(2017, 10, 1): 4, date(2018, 1, 1): 9}


def test_a_quarter_covers_each_of_its_months(home_office):
    delivery = home_office[2]
    validated(delivery.tables)
    covered = [
        row["month"]
        for row in delivery.tables.coverage.to_pylist()
        if (row["force"], row["measure"]) == ("City of London Police", "rape")
    ]
    assert sorted(covered) == [date(2017 + (m > 12), (m - 1) % 12 + 1, 1) for m in range(4, 16)]
    (last,) = {
        row["period_end"]
        for row in delivery.tables.counts.to_pylist()
        if row["period_start"] == date(2018, 1, 1)
    }
    assert last == date(2018, 3, 31)


def test_every_row_of_the_met_table_is_accounted_for(met):
    _, rows, delivery = met
    assert (len(rows), delivery.rows.read, delivery.rows.accepted) == (1_084, 1_084, 1_084)
    assert (delivery.rows.rejected, delivery.rows.left_out, delivery.rejects) == ({}, {}, ())
    months = [name for name in rows[0] if name.isdigit()]
    categories = {row["MinorText"] for row in rows}
    assert delivery.tables.counts.num_rows == (len(rows) + len(categories)) * len(months)
    assert delivery.tables.counts.num_rows == delivery.tables.coverage.num_rows
    validated(delivery.tables)


def test_a_boroughs_rapes_are_those_of_its_row(met):
    _, rows, delivery = met
    (row,) = (r for r in rows if (r["MinorText"], r["BoroughName"]) == ("RAPE", "Westminster"))
    assert counted(delivery, *RAPE) == {
        date(int(name[:4]), int(name[4:]), 1): int(cell) for name, cell in row.items() if name.isdigit()
    }


def test_the_whole_force_is_the_sum_of_its_areas(met):
    _, rows, delivery = met
    expected = defaultdict(int)
    for row in rows:
        expected[row["MinorText"]] += int(row["202001"])
    january = {
        row["measure"]: row["count"]
        for row in delivery.tables.counts.to_pylist()
        if row["force"] == "Metropolitan Police Service" and row["period_start"] == date(2020, 1, 1)
    }
    assert january["rape"] == expected["RAPE"]
    assert january["other-sexual-offences"] == expected["OTHER SEXUAL OFFENCES"]
    assert sorted(january.values()) == sorted(expected.values())


def test_a_category_that_ends_within_the_table_is_noted(met):
    _, rows, delivery = met
    ending = {
        category
        for category in {row["MinorText"] for row in rows}
        for month in ("201004", "202311")
        if not any(int(row[month]) for row in rows if row["MinorText"] == category)
    }
    assert len(ending) == 3
    assert list(delivery.rows.noted.values()) == [sum(row["MinorText"] in ending for row in rows)]


def test_quarters_answer_at_a_quarters_end_and_at_no_other_month(home_office, tmp_path):
    publish(tmp_path, "recorded", home_office[2], "an analyst")
    answer = overview(tmp_path, "recorded", force="City of London Police")
    assert answer.as_at == date(2018, 3, 1)
    (rape,) = answer.table[answer.table["measure"] == "rape"].to_dict("records")
    assert (rape["fytd_current"], rape["rolling12_current"], rape["fytd_previous_months"]) == (25, 25, 0)
    with pytest.raises(
        InvalidPeriodError,
        match="No figure of City of London Police ends with February 2018. Choose .*: March 2018, December",
    ):
        overview(tmp_path, "recorded", force="City of London Police", as_at=date(2018, 2, 1))


def test_the_met_answers_for_any_of_its_months(met, tmp_path):
    _, rows, delivery = met
    publish(tmp_path, "recorded", delivery, "an analyst")
    answer = overview(tmp_path, "recorded", force="metropolitan police service", as_at=date(2020, 1, 1))
    months = [f"2019{m:02d}" for m in range(4, 13)] + ["202001"]
    expected = sum(int(row[month]) for row in rows if row["MinorText"] == "RAPE" for month in months)
    (rape,) = answer.table[answer.table["measure"] == "rape"].to_dict("records")
    assert rape["fytd_current"] == expected


def test_each_table_bears_its_licence_line(home_office, met):
    for (_, _, delivery), publisher in ((home_office, "Home Office"), (met, "London Datastore")):
        assert "Open Government Licence v3.0" in delivery.attribution
        assert publisher in delivery.attribution
        assert delivery.made is False


def test_the_two_tables_are_two_sources_and_never_mixed(home_office, met, tmp_path):
    assert home_office[2].source == "recorded-crime-home-office"
    assert set(met[2].tables.coverage["source"].to_pylist()) == {"recorded-crime-met"} == {met[2].source}
    publish(tmp_path, "recorded", home_office[2], "an analyst")
    with pytest.raises(PublishRefusedError, match="holds figures from recorded-crime-home-office"):
        publish(tmp_path, "recorded", met[2], "an analyst")


def test_a_heading_of_neither_table_is_refused_with_both(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text("Month_Year,Area Type,Area name,Offence Subgroup,Count\n2024-01,Borough,Brent,Rape,3\n")
    assert not is_heading(["Month_Year", "Area Type", "Area name", "Offence Subgroup", "Count"])
    with pytest.raises(
        UnreadableSourceError, match=r"not the heading of either table.*Financial Year,.*LookUp_BoroughName"
    ):
        deliver(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: it has not even a heading"),
        (b"PK\x03\x04\x14\0\0\0", "breaks off or is damaged"),
        (HEADER.encode() + b"\n", "has a heading and no rows"),
        (HEADER.encode() + b"\n2017/18,1,Kent,Rape\0", "has 1 NUL bytes"),
        (HEADER.encode() + b"\n2017/18,1,K\xe4nt", r"is not UTF-8 text \(line 2\)"),
        (HEADER.encode("utf-16")[:-1], "NUL bytes, so the file is damaged or not a CSV"),
        (HEADER.encode() + b"\n" + b"," * 20_000, "Line 2 of .* has 20,000 bytes"),
        (HEADER.encode() + b"\n" * 300_000 + b"x", "has 300,000 lines"),
        (b"<html>Not found</html>\n<p>", "not the heading of either table"),
        (HEADER.encode() + b"\n2017/18,1,Kent,Rape", "breaks off in line 2, so rows are missing"),
    ],
    ids=["nothing", "ods", "heading", "NUL", "latin-1", "utf-16", "wide", "long", "web page", "cut off"],
)
def test_what_is_no_such_table_is_refused_in_a_sentence(tmp_path, content, message):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSourceError, match=message):
        deliver(path)


def test_a_file_that_is_too_large_is_given_up_while_it_is_read(tmp_path):
    path = tmp_path / "table.csv"
    with path.open("wb") as stream:
        stream.truncate(2_000_000_000)  # sparse: two gigabytes of nulls that take no room
    with pytest.raises(UnreadableSourceError, match=f"more than {MAX_TABLE_BYTES:,} bytes"):
        deliver(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"There is no file .*nowhere\.csv"):
        deliver(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_that_is_none_is_refused(tmp_path, share):
    with pytest.raises(UnreadableSourceError, match=f"{share} is not a share of a file's rows"):
        deliver(quarter_table(tmp_path), most_rejected=share)


def test_more_rejects_than_may_be_stop_the_delivery_and_are_all_handed_over(tmp_path):
    good = [f"2017/18,1,Kent,Rape,Sexual offences,Rape offences,{n}, 1 " for n in range(18)]
    path = quarter_table(
        tmp_path, *good, "2017/18,9,Kent,Rape,S,Rape offences,98,1", "2017/18,1,,R,S,Rape offences,99,1"
    )
    with pytest.raises(
        TooManyRejectsError, match=r"2 of 20 rows of table\.csv cannot be used, more than 5 %.*1 have"
    ) as refused:
        deliver(path)
    assert MOST_REJECTED == 0.05
    assert [(reject.file, reject.line) for reject in refused.value.rejects] == [
        ("table.csv", 20),
        ("table.csv", 21),
    ]
    assert re.search("recorded_crime_measures", str(refused.value))


def test_a_table_of_which_no_total_stands_is_refused(tmp_path):
    path = quarter_table(tmp_path, "2017/18,1,Kent,Rape,S,Rape offences,19C,many")
    with pytest.raises(UnreadableSourceError, match="No total can be made from the 1 rows of table.csv"):
        deliver(path, most_rejected=1)


def test_the_heading_tells_the_two_tables_apart(tmp_path):
    rape = "2017/18,1,Kent,Rape,Sexual offences,Rape offences,19C, 1 "
    assert "Home Office" in deliver(quarter_table(tmp_path, rape)).attribution
    assert "Metropolitan" in deliver(area_table(tmp_path, "S,RAPE,Brent,1")).attribution
    assert is_heading(HEADER.split(","))
