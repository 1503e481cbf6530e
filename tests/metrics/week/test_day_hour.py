"""What vulncore.metrics.week.day_hour promises: every record adds up to 1, in the hours it may lie in or as unknown."""

import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import FORCE, covered, delivery, incident, months
from tests.metrics.week.test_known_times import LONDON, MINUTE, expected_kind, records, rows, span
from tests.sources.police_uk.test_street import published_zip
from vulncore.domain.periods import WEEKDAYS, Window, rolling_12
from vulncore.metrics.strands.counts import monthly_counts
from vulncore.metrics.week.counted import WORDS, Chosen, RecordFilter, counted, counted_records
from vulncore.metrics.week.day_hour import day_hour, week_of
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.known_times import USED, Known, known_times
from vulncore.metrics.week.no_times import NoTime, no_times
from vulncore.sources import police_uk
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.store import open_version

HOUSTON = Path(__file__).parents[3].parent / "shared" / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
CLOSE = 2e-9  # weights are rounded to nine decimals
MONDAY = datetime(2024, 6, 3)
HOUR = timedelta(hours=1)


def weighed(*drawn):
    timed = known_times(records(drawn))
    named = {name: ibis.null("string") for name in WORDS}
    number = ibis.row_number().over(order_by=timed.harm).cast("string")
    counted_rows = counted(
        timed.mutate(
            record_id=number,
            measure=timed.harm.cast("string"),
            month=ibis.date("2024-01-01"),
            longitude=ibis.null("float64"),
            latitude=ibis.null("float64"),
            **named,
        )
    )
    harm = np.array([float(harm) for harm in counted_rows.words("measure")])[counted_rows.numbers("measure")]
    return day_hour(Chosen(counted_rows, np.arange(len(harm)), harm))


def by_cell(weights, column="weight"):
    cells = (None if pd.isna(cell) else int(cell) for cell in weights["cell"])
    return dict(zip(zip(weights["known"], cells, strict=True), weights[column], strict=True))


def hours(*drawn):
    """Each hour of the week that holds something, and what it holds."""
    week = week_of(weighed(*drawn))
    return {name_of(cell): week[cell] for cell in np.flatnonzero(week)}


def name_of(cell):
    return f"{WEEKDAYS[cell // 24]} {cell % 24:02}"


def by_minute(drawn):
    """What a walk over every minute of every record gives, the weights first and then the harm."""
    weight, harm = defaultdict(float), defaultdict(float)
    for begin, end, no_time, harms in drawn:
        known = expected_kind(begin, end, no_time)
        if known not in USED:
            weight[known, None] += 1
            harm[known, None] += harms
            continue
        first, last = span(begin, end)
        total = (last - first) // MINUTE + 1
        for step in range(total):
            local = (first + step * MINUTE).astimezone(LONDON)
            weight[known, local.weekday() * 24 + local.hour] += 1 / total
            harm[known, local.weekday() * 24 + local.hour] += harms / total
    return weight, harm


def harmful_rows():
    return st.builds(lambda row, harm: (*row, harm), rows(), st.integers(1, 50))


@settings(max_examples=16)
@given(st.lists(harmful_rows(), min_size=1, max_size=25))
def test_weights_equal_a_walk_over_every_minute(drawn):
    weights = weighed(*drawn)
    weight, harm = by_minute(drawn)
    assert by_cell(weights) == pytest.approx(weight, abs=CLOSE)
    assert by_cell(weights, "harm") == pytest.approx(harm, abs=CLOSE)


@settings(max_examples=10)
@given(st.lists(rows(), min_size=1, max_size=60))
def test_every_record_adds_up_to_one_in_the_hours_or_as_unknown_and_never_in_both(drawn):
    weights = weighed(*drawn)
    kinds = Counter(expected_kind(*row) for row in drawn)
    assert weights.groupby("known")["weight"].sum().to_dict() == pytest.approx(kinds, abs=HOURS * CLOSE)
    assert (weights["cell"].notna() == weights["known"].isin(USED)).all()
    assert weights["cell"].dropna().between(0, 167).all()


@settings(max_examples=8)
@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 3_000)), min_size=1, max_size=40),
    st.integers(-500, 1_000),
)
def test_records_moved_by_whole_hours_move_their_weights_by_as_many(drawn, by):
    pairs = [(MONDAY + begin * MINUTE, MONDAY + (begin + length) * MINUTE) for begin, length in drawn]
    as_they_were = week_of(weighed(*((*pair, None) for pair in pairs)))
    moved = week_of(weighed(*((begin + by * HOUR, end + by * HOUR, None) for begin, end in pairs)))
    assert moved == pytest.approx(np.roll(as_they_were, by), abs=CLOSE)


@settings(max_examples=6)
@given(st.lists(harmful_rows(), min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(drawn, random):
    shuffled = random.sample(drawn, len(drawn))
    pd.testing.assert_frame_equal(weighed(*shuffled), weighed(*drawn), rtol=0, atol=CLOSE)


def test_a_window_gives_each_hour_the_share_of_its_minutes():
    night = (MONDAY.replace(hour=22, minute=45), (MONDAY + timedelta(days=1)).replace(hour=1), None)
    assert hours(night) == pytest.approx(
        {"Monday 22": 15 / 135, "Monday 23": 60 / 135, "Tuesday 00": 60 / 135}, abs=CLOSE
    )


def test_a_week_runs_on_from_sunday_into_monday():
    night = (MONDAY - timedelta(minutes=30), MONDAY + timedelta(minutes=30), None)
    assert hours(night) == {"Monday 00": 0.5, "Sunday 23": 0.5}


def test_a_whole_week_gives_every_hour_the_same():
    week = week_of(weighed((MONDAY, MONDAY + timedelta(days=7), None)))
    assert week == pytest.approx(np.full(HOURS, 1 / HOURS), abs=CLOSE)


def test_what_is_unknown_is_counted_by_its_kind_and_in_no_hour():
    day_end = MONDAY.replace(hour=23, minute=59, second=59)
    weights = weighed(
        (None, None, None, 7),
        (None, MONDAY, None, 7),
        (MONDAY, day_end, None, 7),
        (MONDAY, None, Known.DEFAULT, 7),
        (MONDAY + HOUR, MONDAY, None, 7),
        (MONDAY, MONDAY + timedelta(days=8), None, 7),
    )
    ones = {Known.DATE: 1, Known.DEFAULT: 1, Known.INVERTED: 1, Known.LONG: 1, Known.NO_TIME: 2}
    assert by_cell(weights) == {(known, None): count for known, count in ones.items()}
    assert by_cell(weights, "harm") == {(known, None): 7 * count for known, count in ones.items()}
    assert not week_of(weights).any()


def test_no_records_give_no_rows_and_an_empty_week():
    weights = weighed()
    assert weights.empty
    assert week_of(weights).tolist() == [0.0] * HOURS


@pytest.mark.parametrize(
    ("day", "skipped"),
    [
        (datetime(1972, 3, 19), 2),
        (datetime(1980, 3, 16), 2),
        (datetime(1981, 3, 29), 1),
        (datetime(2024, 3, 31), 1),
    ],
    ids=str,
)
def test_the_hour_that_the_clocks_skip_gets_nothing(day, skipped):
    around = (day + (skipped - 1) * HOUR, day + (skipped + 2) * HOUR, None)
    before, after = f"Sunday {skipped - 1:02}", f"Sunday {skipped + 1:02}"
    assert hours(around) == {before: 0.5, after: 0.5}


@pytest.mark.parametrize(
    ("day", "repeated"),
    [
        (datetime(1972, 10, 29), 2),
        (datetime(1980, 10, 26), 2),
        (datetime(1981, 10, 25), 1),
        (datetime(2024, 10, 27), 1),
    ],
    ids=str,
)
def test_the_hour_that_the_clocks_repeat_gets_both(day, repeated):
    around = (day + (repeated - 1) * HOUR, day + (repeated + 2) * HOUR, None)
    assert hours(around) == {
        f"Sunday {repeated - 1:02}": 0.25,
        f"Sunday {repeated:02}": 0.5,
        f"Sunday {repeated + 1:02}": 0.25,
    }


@pytest.mark.parametrize(("day", "hour"), [(datetime(1975, 3, 16), 2), (datetime(2024, 3, 31), 1)], ids=str)
def test_a_moment_read_in_the_skipped_hour_counts_an_hour_later(day, hour):
    at = day.replace(hour=hour, minute=30)
    assert hours((at, at, None)) == hours((at, None, None)) == {f"Sunday {hour + 1:02}": 1}


@pytest.mark.parametrize(
    ("day", "skipped"),
    [(datetime(2024, 6, 2), None), (datetime(2024, 10, 27), None), (datetime(2024, 3, 31), 1)],
    ids=["a plain Sunday", "the hour repeated", "an hour skipped"],
)
def test_a_record_with_its_hour_alone_counts_whole_in_that_hour(day, skipped):
    starts = [day + hour * HOUR for hour in range(24)]
    week = week_of(
        weighed(
            *((start, start + HOUR - timedelta(seconds=1), None, 100 + n) for n, start in enumerate(starts))
        ),
        "harm",
    )
    expected = np.zeros(HOURS)
    for hour in range(24):
        expected[6 * 24 + hour + (hour == skipped)] += 100 + hour
    assert week == pytest.approx(expected, abs=CLOSE)


JANUARY, YEAR = date(2024, 1, 1), Window(date(2024, 1, 1), date(2024, 12, 31))
AT = datetime(2024, 1, 8, 21, 30)
BOTH = ("hate-crime", "rape")


def weights_of(incidents, coverage, measures=("rape",), window=YEAR, verdict=(), **more):
    tables = delivery(incidents, coverage).tables
    record_filter = RecordFilter(FORCE, tuple(measures), window, **more)
    return weights_in(tables.incidents, tables.coverage, record_filter, verdict)


def weights_in(incidents, coverage, record_filter, verdict):
    incidents, coverage = (
        ibis.memtable(rows) if isinstance(rows, pa.Table) else rows for rows in (incidents, coverage)
    )
    return day_hour(counted_records(incidents, coverage, record_filter.force, verdict).chosen(record_filter))


def at(number, measure="rape", recorded_on=date(2024, 1, 9), **more):
    times = {"occurred_from": AT, "occurred_to": AT}
    return incident(number, recorded_on, measure, **{**times, **more})


def covered_year(measures=BOTH):
    return [row for measure in measures for row in covered(months(JANUARY, 12), measure)]


def total(weights, column="weight"):
    return weights[column].sum()


@pytest.mark.parametrize(("rape", "hate"), [(5.0, 2.0), (2.0, 5.0)])
def test_a_record_of_two_measures_counts_once_and_as_the_heaviest(rape, hate):
    incidents = [at(1), at(2, "hate-crime", record_id="record-1"), at(3, "hate-crime")]
    weights = weights_of(incidents, covered_year(), BOTH, harm=(("rape", rape), ("hate-crime", hate)))
    assert by_cell(weights) == {(Known.MOMENT, 21): 2}
    assert by_cell(weights, "harm") == {(Known.MOMENT, 21): 5.0 + hate}


def test_a_record_of_two_measures_counts_in_each_that_is_asked_for_alone():
    incidents = [at(1), at(2, "hate-crime", record_id="record-1")]
    assert [total(weights_of(incidents, covered_year(), [measure])) for measure in BOTH] == [1, 1]


def test_a_measure_that_was_not_asked_for_lends_no_harm():
    incidents = [at(1), at(2, "hate-crime", record_id="record-1")]
    weights = weights_of(incidents, covered_year(), ["rape"], harm=(("rape", 2.0), ("hate-crime", 9.0)))
    assert total(weights, "harm") == 2


def test_harm_is_one_unless_told():
    weights = weights_of([at(1), at(2, "hate-crime")], covered_year(), BOTH, harm=(("rape", 3.0),))
    assert total(weights, "harm") == 3 + 1


def test_a_record_that_turned_out_to_be_no_crime_is_left_out():
    assert total(weights_of([at(1), at(2, no_crimed_on=date(2024, 3, 1))], covered_year())) == 1


def test_another_forces_records_and_months_stay_out():
    theirs = {"force": "Grand Fenwick Police"}
    ours = covered([JANUARY])
    february = at(3, recorded_on=date(2024, 2, 1))
    weights = weights_of([at(1), at(2, **theirs), february], ours + covered([date(2024, 2, 1)], **theirs))
    assert total(weights) == 1


def test_a_month_that_was_not_delivered_is_left_out_whatever_records_bear_its_date():
    incidents = [at(1), at(2, recorded_on=date(2024, 2, 1)), at(3, recorded_on=date(2024, 3, 1))]
    coverage = covered([JANUARY]) + covered([date(2024, 3, 1)], table="counts")
    assert total(weights_of(incidents, coverage)) == 1


def test_a_month_delivered_for_one_measure_counts_for_that_measure_alone():
    incidents = [at(1), at(2, "hate-crime", record_id="record-1"), at(3, "hate-crime")]
    weights = weights_of(incidents, covered_year(["rape"]), BOTH, harm=(("hate-crime", 9.0),))
    assert (total(weights), total(weights, "harm")) == (1, 1)


def test_the_window_goes_by_the_day_of_recording_both_ends_included():
    days = [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1)]
    incidents = [at(n, recorded_on=day) for n, day in enumerate(days)]
    assert (
        total(weights_of(incidents, covered_year(), window=Window(date(2024, 2, 1), date(2024, 2, 29)))) == 2
    )


def test_only_records_with_the_values_asked_for_count():
    bank = {"place": "Bank", "location_type": "street"}
    incidents = [at(1, **bank), at(2, **{**bank, "location_type": "bar"}), at(3, place="Aldgate"), at(4)]
    assert total(weights_of(incidents, covered_year(), where=(("place", "Bank"),))) == 2
    both = (("place", "Bank"), ("location_type", "street"))
    assert total(weights_of(incidents, covered_year(), where=both)) == 1


def test_which_times_are_none_goes_by_measure():
    midnight = {"occurred_from": datetime(2024, 1, 8), "occurred_to": None}
    incidents = [at(1, **midnight), at(2, "hate-crime", **midnight)]
    weights = weights_of(incidents, covered_year(), BOTH, verdict=[NoTime("rape", 0, -1, Known.DEFAULT)])
    assert by_cell(weights) == {(Known.DEFAULT, None): 1, (Known.START, 0): 1}


def test_a_repeated_record_counts_as_often_as_the_monthly_counts_have_it():
    incidents = [at(1), at(2, record_id="record-1"), at(3)]
    tables = delivery(incidents, covered_year()).tables
    counts = monthly_counts(ibis.memtable(tables.incidents), ibis.memtable(tables.coverage), FORCE)
    repeated = weights_of(incidents, covered_year())
    assert total(repeated) == counts.loc[counts["measure"] == "rape", "count"].sum() == 3


@pytest.mark.parametrize("measure", ["rape", "domestic-abuse-crime", "hate-crime"])
def test_the_demos_weights_add_up_to_its_monthly_counts(shipped_store, measure):
    demo = open_version(shipped_store, "demo")
    force, window = demo.incidents.force.max().execute(), rolling_12(date(2024, 10, 1))
    counts = monthly_counts(demo.incidents, demo.coverage, force).query("measure == @measure")
    inside = counts["month"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))
    weights = weights_in(demo.incidents, demo.coverage, RecordFilter(force, (measure,), window), {})
    assert total(weights) == pytest.approx(counts.loc[inside, "count"].sum(), abs=HOURS * CLOSE)
    assert total(weights) > 20


def test_the_demos_records_of_two_measures_count_once_together(shipped_store):
    demo = open_version(shipped_store, "demo")
    rows_of_demo = demo.incidents.to_pandas()
    force, window = rows_of_demo["force"].iat[0], rolling_12(date(2024, 10, 1))
    measures = tuple(rows_of_demo["measure"].unique())
    recorded = pd.to_datetime(rows_of_demo["recorded_on"])
    inside = recorded.between(pd.Timestamp(window.start), pd.Timestamp(window.end))
    counting = rows_of_demo[inside & rows_of_demo["no_crimed_on"].isna()]
    weights = weights_in(demo.incidents, demo.coverage, RecordFilter(force, measures, window), {})
    assert counting["record_id"].nunique() < len(counting)
    assert total(weights) == pytest.approx(counting["record_id"].nunique(), abs=HOURS * CLOSE)


def counts_by_hour(days, hour_of):
    """How many stand in each hour of the week, from Monday 00:00."""
    return pd.Series(days.dt.dayofweek * 24 + hour_of).value_counts().reindex(range(HOURS), fill_value=0)


def test_houstons_rapes_stand_in_the_hours_that_a_plain_count_gives(tmp_path):
    if not HOUSTON.exists():
        pytest.skip("the Houston file is not beside this checkout (../shared/data/incidents)")
    published = pd.read_csv(HOUSTON).query("offense == 'rape'")
    path = tmp_path / "houston.csv"
    published.to_csv(path, index=False)
    tables = deliver(
        path, draft_mapping(read_extract(path), force="Houston").mapping, lambda: b"k" * 32
    ).tables
    incidents, coverage = ibis.memtable(tables.incidents), ibis.memtable(tables.coverage)
    record_filter = RecordFilter("Houston", ("rape",), Window(date(2010, 1, 1), date(2010, 8, 31)))
    week = week_of(weights_in(incidents, coverage, record_filter, no_times(incidents, "Houston")))
    days = pd.to_datetime(published["date"], format="%m/%d/%Y")
    # London's clocks skipped this hour, and a record in it counts in the next
    skipped = (days == "2010-03-28") & (published["hour"] == 1)
    assert len(published) == 378
    assert week.tolist() == counts_by_hour(days, published["hour"] + skipped).tolist()


def test_the_citys_searches_stand_in_the_hours_that_a_plain_count_gives():
    path = published_zip("stop-and-search")
    tables = police_uk.deliver([path]).tables
    incidents, coverage = ibis.memtable(tables.incidents), ibis.memtable(tables.coverage)
    force = tables.incidents["force"][0].as_py()
    record_filter = RecordFilter(force, ("stop-and-search",), Window(date(2015, 3, 1), date(2018, 12, 31)))
    week = week_of(weights_in(incidents, coverage, record_filter, no_times(incidents, force)))
    with zipfile.ZipFile(path) as files:
        published = pd.concat(
            pd.read_csv(files.open(name)) for name in files.namelist() if name.endswith(".csv")
        )
    local = pd.to_datetime(published["Date"], utc=True).dt.tz_convert("Europe/London").reset_index(drop=True)
    # June and July 2015 have hardly a time from 13:00 on: a 12-hour clock, whose hours nobody knows
    known = local[~local.dt.strftime("%Y-%m").isin(["2015-06", "2015-07"])]
    assert (len(published), len(published) - len(known)) == (4_387, 239)
    # of a search in the hour that is shown twice, weekday and hour are the same either time
    assert week.tolist() == counts_by_hour(known, known.dt.hour).tolist()
