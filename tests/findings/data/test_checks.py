"""What the data checks promise on real data: what is wrong is named with its figure, what is sound is left alone."""

import re
from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.conftest import SHARED
from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.blur import SHARE_SWAPPED
from vulncore.domain.delivery import Delivery, RowAccount, measures_table
from vulncore.domain.periods import add_months
from vulncore.domain.schemas import COVERAGE, INCIDENTS, Tables, conform
from vulncore.domain.vocabulary import Flow, Measure, Polarity
from vulncore.findings.data.checks import (
    MOST_OF_A_CHECK,
    Sureness,
    data_checks,
    findings_frame,
    findings_sentence,
)
from vulncore.sources import police_uk
from vulncore.sources.police_uk.files import FileKind
from vulncore.store import open_version, preview, publish
from vulncore.store.secrets import FILE_NAME

TODAY = date(2024, 12, 31)


def checked(folder, given: Delivery, today=TODAY):
    (folder / "store").mkdir(parents=True)
    (folder / "store" / FILE_NAME).write_bytes(b"k" * 32)  # which records swap is the same each time
    publish(folder / "store", "tried", given, "tests")
    return data_checks(open_version(folder / "store", "tried"), today=today)


def by_check(findings):
    return {finding.check: finding for finding in findings}


@pytest.fixture(scope="module")
def street(street_zip, tmp_path_factory):
    return by_check(checked(tmp_path_factory.mktemp("street"), police_uk.deliver([street_zip])))


def test_the_real_street_files_raise_these_and_no_others(street):
    assert set(street) == {
        "months-not-delivered",
        "measure-month-empty",
        "level-fall",
        "record-repeated",
        "outside-area",
        "points-snapped",
    }


def test_the_months_never_published_are_named(street):
    finding = street["months-not-delivered"]
    assert "October and November 2017 were not delivered (all 14 measures)" in finding.what
    assert (finding.count, finding.of, finding.sure) == (2, 108, Sureness.CERTAIN)


def test_the_months_in_which_one_category_was_not_delivered_are_named(street):
    finding = street["measure-month-empty"]
    assert "Anti-social behaviour: May 2017 and September 2017 have none" in finding.what
    assert 270 <= finding.of <= 310  # 136 to 179 in each month around
    assert finding.sure is Sureness.LIKELY
    assert finding.remedy.measures == ("anti-social-behaviour",)
    assert [f"{month:%Y-%m}" for month in finding.remedy.months] == ["2017-05", "2017-09"]


def test_the_collapse_of_anti_social_behaviour_is_named_with_its_levels(street):
    finding = street["level-fall"]
    assert "Anti-social behaviour: 78 a month before March 2023 and 23 from then on" in finding.what
    assert finding.what.endswith("Is this a real fall, or did recording change?")


def test_points_outside_the_city_are_about_so_many_and_no_single_one_is_measured(street):
    finding = street["outside-area"]  # 1,892 of 65,855, of them 293 over 1 km and the farthest 218.8 km
    found = re.match(
        r"About ([\d,]+) of about 65,855 points \(3 %\) lie more than 50 m outside the force's area, "
        r"about (\d+) of them over 1 km, and the farthest over 200 km\.",
        finding.what,
    )
    assert found is not None, finding.what
    outside, beyond = (int(number.replace(",", "")) for number in found.groups())
    assert outside % 5 == beyond % 5 == 0
    assert outside == pytest.approx(1_892, abs=4 * (SHARE_SWAPPED * 2 * 1_892) ** 0.5)
    assert beyond == pytest.approx(293, abs=4 * (SHARE_SWAPPED * 2 * 293) ** 0.5)
    assert (finding.count, finding.of) == (outside, 65_855)


def test_snapped_points_are_stated_as_no_fault(street, street_zip):
    rows = police_uk.deliver([street_zip]).tables.incidents.to_pandas().dropna(subset="longitude")
    distinct = len(rows[["longitude", "latitude"]].drop_duplicates())
    finding = street["points-snapped"]
    assert finding.what.startswith(f"About {5 * round(len(rows) / 5):,} rows share about ")
    assert (
        0.9 * distinct < finding.count < distinct
    )  # of points of one record some are nobody's after the swap
    assert "no fault" in finding.what


def test_anti_social_behaviour_without_an_id_is_no_duplicate(street):
    finding = street["record-repeated"]
    assert "Anti-social" not in finding.where
    assert finding.count == 813


def test_the_demo_raises_only_what_the_report_itself_says(shipped_store):
    findings = data_checks(open_version(shipped_store, "demo"))
    assert [finding.check for finding in findings] == ["level-fall", "never-a-row"]
    assert findings[0].what.startswith(
        "Attempted suicides: 13 a month before April 2024 and none from then on"
    )
    assert "Female genital mutilation" in findings[1].what


def test_a_fall_that_is_written_down_is_said_to_be_known(shipped_store):
    findings = by_check(data_checks(open_version(shipped_store, "city-open-counts")))
    assert set(findings) == {"months-not-delivered", "known-level-fall"}
    assert "This is known: Anti-social behaviour all but stops" in findings["known-level-fall"].what


def houston() -> Delivery:
    path = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
    if not path.exists():
        pytest.skip("the Houston file is not beside this checkout (../shared/data/incidents)")
    rows = pd.read_csv(path)
    day = pd.to_datetime(rows["date"], format="%m/%d/%Y")
    ids = [f"houston-{number:06d}" for number in range(len(rows))]
    table = pd.DataFrame(
        {
            "row_id": ids,
            "record_id": ids,
            "force": "Houston Police",
            "measure": rows["offense"].str.replace(" ", "-"),
            "record_kind": "crime",
            "offence": rows["offense"],
            "recorded_on": day.dt.date,
            "occurred_from": day + pd.to_timedelta(rows["hour"], unit="h"),
            "longitude": rows["lon"],
            "latitude": rows["lat"],
            "location_type": rows["premise"],
        }
    )
    keys = sorted(table["measure"].unique())
    coverage = [
        {**row, "force": "Houston Police", "source": "records"}
        for key in keys
        for row in covered(months(date(2010, 1, 1), 8), key)
    ]
    return Delivery(
        source="records",
        tables=Tables(
            incidents=conform(pa.Table.from_pandas(table, preserve_index=False), INCIDENTS),
            coverage=pa.Table.from_pylist(coverage, schema=COVERAGE),
            measures=measures_table(plain(key, order) for order, key in enumerate(keys)),
        ),
        files=(),
        rows=RowAccount(len(rows), len(rows)),
    )


def plain(key: str, order: int) -> Measure:
    name = key.replace("-", " ").capitalize()
    return Measure(key, name, name, "", "", order, "crime", "crimes", Flow.FLOW, Polarity.HARM, False, "", "")


def test_houston_raises_its_equal_rows_and_its_far_points_alone(tmp_path):
    findings = by_check(checked(tmp_path, houston()))
    assert set(findings) == {"rows-identical", "far-points"}
    assert findings["rows-identical"].count == 626  # pandas' duplicated() on the file
    # 205 by the haversine, beyond 8 times the median of 13.05 km; 178 of them on one spot
    assert findings["far-points"].count == pytest.approx(205, abs=4 * (SHARE_SWAPPED * 2 * 205) ** 0.5)


def test_afternoons_lost_on_the_way_are_named(tmp_path):
    given = houston()
    times = given.tables.incidents["occurred_from"]
    hour = pc.hour(times)
    wrong = pc.subtract(
        times, pc.multiply(pc.greater_equal(hour, 13).cast("int64"), 12 * 3_600_000_000).cast("duration[us]")
    )
    position = given.tables.incidents.schema.get_field_index("occurred_from")
    incidents = given.tables.incidents.set_column(position, INCIDENTS.field(position), wrong)
    given = Delivery(
        given.source, Tables(**{**given.tables.named(), "incidents": incidents}), given.files, given.rows
    )
    assert "Hardly any of" in by_check(checked(tmp_path, given))["twelve-hour-clock"].what


def test_the_real_searches_raise_their_gap_and_the_two_months_whose_afternoons_are_lost(tmp_path):
    path = SHARED / "data" / "police-uk" / "city-of-london-stop-and-search-2015-03-to-2018-12.zip"
    if not path.exists():
        pytest.skip(
            "the City's stop-and-search files are not beside this checkout (../shared/data/police-uk)"
        )
    findings = by_check(checked(tmp_path, police_uk.deliver([path], FileKind.STOP_AND_SEARCH)))
    assert set(findings) == {"months-not-delivered", "twelve-hour-clock", "outside-area"}
    assert (
        "Hardly any of 239 times is from 13:00 to 23:59 (June and July 2015)"
        in findings["twelve-hour-clock"].what
    )


def at(number: int, hour: int, longitude: float, minute: int = 0) -> dict[str, object]:
    """Return a record of a day and hour in the City's latitude."""
    day = datetime(2024, 1, 1) + timedelta(days=number % 360)
    moment = day + timedelta(hours=hour, minutes=minute)
    return incident(
        number, day.date(), occurred_from=moment, occurred_to=moment, longitude=longitude, latitude=51.5
    )


@pytest.mark.parametrize("odd", [1, 4])
def test_no_number_is_given_of_one_to_four_records_of_an_hour_or_a_place(tmp_path, odd):
    rows = [at(number, 6 + number % 6, -0.1 + number % 50 / 10_000) for number in range(400 - odd)]
    rows += [at(400 + number, 14, 5.0 + number / 100) for number in range(odd)]
    coverage = covered(months(date(2024, 1, 1), 12))
    findings = by_check(checked(tmp_path, delivery(rows, coverage)))
    assert re.match(r"(Hardly any|About \d+) of 400 times", findings["twelve-hour-clock"].what)
    assert re.match(r"(Fewer than|About) \d+ rows of about 400", findings["far-points"].what)
    assert findings["far-points"].what.endswith("The farthest is over 200 km from the middle.")
    assert findings["far-points"].count in (None, 5, 10)


def test_who_reads_the_records_gets_every_number_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("VULNCORE_SMALLEST_SHOWN", "1")
    rows = [at(number, 6 + number % 6, -0.1 + number % 50 / 10_000) for number in range(399)]
    rows += [at(400, 14, 5.0)]
    findings = by_check(checked(tmp_path, delivery(rows, covered(months(date(2024, 1, 1), 12)))))
    assert findings["twelve-hour-clock"].what.startswith("1 of 400 times is from 13:00")
    assert findings["far-points"].what.startswith("1 row of 400 with a point is far from all others.")


def test_a_dry_run_checks_hours_and_places_of_what_is_brought_alone(tmp_path):
    """Else whoever brings rows of their own, all at one hour, would see by the figure whether a standing one is there, too."""
    month = months(date(2024, 1, 1), 2)
    for standing in (9, 14):
        store = tmp_path / str(standing)
        lone = incident(
            1, month[1], occurred_from=datetime(2024, 2, 1, standing), longitude=5.0, latitude=51.5
        )
        publish(store, "tried", delivery([lone], covered(month[1:])), "tests")
        rows = [{**at(100 + number, 14, -0.1), "recorded_on": month[0]} for number in range(22)]
        brought = delivery(rows, covered(month[:1]))
        seen = preview(store, "tried", brought, "tests")
        assert seen.incidents.count().execute() == 23
        found = by_check(data_checks(seen, today=TODAY, brought=brought.tables.incidents))
        assert found["default-time"].what.startswith("About 20 of 22 times")
        assert "far-points" not in found
        assert "default-time" not in by_check(data_checks(seen, today=TODAY))


def test_dates_in_an_odd_order_are_about_so_many(tmp_path):
    rows = [at(number, 12, -0.1 + number % 50 / 10_000) for number in range(400)]
    for row in rows[:80]:
        row["occurred_from"] = row["occurred_to"] + timedelta(hours=2)
    found = by_check(checked(tmp_path, delivery(rows, covered(months(date(2024, 1, 1), 12)))))
    finding = found["ended-before-beginning"]
    assert finding.what == f"About {finding.count} rows of 400 are dated as ending before beginning."
    assert finding.count == pytest.approx(80, abs=4 * (SHARE_SWAPPED * 2 * 80) ** 0.5)


def met() -> Delivery:
    path = SHARED / "data" / "recorded-crime" / "mps-borough-monthly-2010-04-to-2023-11.csv"
    if not path.exists():
        pytest.skip("the Met's borough table is not beside this checkout (../shared/data/recorded-crime)")
    wide = pd.read_csv(path).melt(
        ["MajorText", "MinorText", "BoroughName"], var_name="month", value_name="count"
    )
    wide["month"] = pd.to_datetime(wide["month"], format="%Y%m").dt.date
    totals = wide.groupby(["MinorText", "month"], as_index=False)["count"].sum()
    keys = sorted(totals["MinorText"].unique())
    return delivery(
        counts=[month_total(month, int(count), key) for key, month, count in totals.itertuples(index=False)],
        coverage=[
            row
            for key, some in totals.groupby("MinorText")
            for row in covered(some["month"], key, table="counts", source="published-table")
        ],
        measures=[plain(key, order) for order, key in enumerate(keys)],
    )


def test_the_mets_series_raise_the_categories_that_were_replaced_and_one_riot(tmp_path):
    findings = checked(tmp_path, met())
    assert {(finding.check, finding.where.split(", ", 1)[1]) for finding in findings} == {
        ("month-odd", "Violent disorder, August 2011"),  # the riots
        ("level-fall", "Fraud and forgery, from February 2013"),  # from then on recorded by Action Fraud
        ("level-fall", "Domestic burglary, from May 2023"),  # replaced by the two that follow
        ("level-rise", "Res burglary of a home, from April 2023"),
        ("level-rise", "Res burglary of unconnected building, from December 2022"),
        ("level-rise", "Race or religious agg public fear, from April 2012"),  # in 26 of 33 areas at once
        (
            "level-fall",
            "Violent disorder, from March 2012",
        ),  # half a year after the riots: real, and a false alarm
    }


def every_day(first: date, days: int, a_day: int = 2):
    return [
        incident(day * a_day + number, first + timedelta(days=day))
        for day in range(days)
        for number in range(a_day)
    ]


def test_sound_data_raise_nothing_and_the_sentence_says_so(tmp_path):
    first = date(2023, 1, 1)
    given = delivery(every_day(first, 730), covered(months(first, 24)))
    findings = checked(tmp_path, given)
    assert findings == ()
    published = open_version(tmp_path / "store", "tried").publish
    assert findings_sentence(published, findings) == "Version 1 of 'tried': nothing odd was found."


@pytest.mark.parametrize(
    ("days", "said"), [(1, "last 1 day of December 2024 has no"), (2, "last 2 days of December 2024 have no")]
)
def test_one_day_without_records_is_one_day(tmp_path, days, said):
    first = date(2023, 1, 1)
    rows = every_day(first, 731 - days, a_day=20)
    (finding,) = checked(tmp_path, delivery(rows, covered(months(first, 24))))
    assert (finding.check, said in finding.what) == ("half-delivered-month", True)


def test_what_makes_whole_months_wrong_comes_first_and_statements_last(tmp_path):
    first = date(2023, 1, 1)
    rows = [row for row in every_day(first, 730) if row["recorded_on"] < date(2024, 12, 12)]
    rows += [incident(9_000 + n, date(2025, 1, 5)) for n in range(3)]
    coverage = covered(months(first, 24)) + covered(months(first, 24), "suicides")
    findings = checked(tmp_path, delivery(rows, coverage))
    assert [finding.check for finding in findings] == [
        "recorded-in-future",
        "half-delivered-month",
        "never-a-row",
    ]
    assert "3 rows of 1,425 are recorded after 31 December 2024" in findings[0].what
    assert findings[0].count == 3


def test_months_declared_ahead_of_the_day_are_named(tmp_path):
    first = date(2024, 1, 1)
    findings = by_check(checked(tmp_path, delivery(every_day(first, 366), covered(months(first, 14)))))
    assert "January and February 2025 are declared as delivered" in findings["declared-in-future"].what


def test_only_the_force_asked_for_is_looked_at(tmp_path):
    first = date(2023, 1, 1)
    gap = [row for row in covered(months(first, 24)) if row["month"] != add_months(first, 9)]
    other = [{**row, "force": "Other Police"} for row in covered(months(first, 24))]
    publish(tmp_path, "tried", delivery(every_day(first, 730), gap + other), "tests")
    snapshot = open_version(tmp_path, "tried")
    assert "months-not-delivered" in by_check(data_checks(snapshot, FORCE, TODAY))
    assert data_checks(snapshot, "Nowhere Police", TODAY) == ()
    assert all(finding.where.startswith("Other") for finding in data_checks(snapshot, "Other Police", TODAY))


def test_a_check_that_would_fill_the_page_is_cut_and_says_how_many_more(tmp_path):
    first = date(2023, 1, 1)
    coverage = [
        {**row, "force": f"Force {number:02d}"}
        for number in range(MOST_OF_A_CHECK + 8)
        for row in covered(months(first, 12))
        if row["month"].month != 6
    ]
    findings = checked(tmp_path, delivery([], coverage))
    assert len(findings) == MOST_OF_A_CHECK
    assert findings[-1].what.endswith("There are 8 more like this.")


def test_nothing_published_raises_nothing(tmp_path):
    assert checked(tmp_path, delivery()) == ()


def test_findings_as_a_table_keep_their_order_and_say_how_sure(street):
    frame = findings_frame(list(street.values()))
    assert frame["Check"].tolist() == [finding.check for finding in street.values()]
    assert frame["How sure"].iloc[0] == "certain: counted, not judged"
    assert frame["Out of"].isna().sum() == 1  # rows that repeat an id are out of nothing
    assert frame.notna().all().drop("Out of").all()
