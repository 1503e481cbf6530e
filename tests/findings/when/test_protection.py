"""What vulncore.findings.when.protection promises: of blurred records, right on average, as sure as it says, nothing small."""

import re
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.findings.when.weeks import (
    CITY,
    DEMO_FILTER,
    OCTOBER,
    THURSDAY,
    YEAR,
    filter_of,
    made,
    of_real_times,
)
from tests.making import covered, delivery, incident, months
from vulncore.domain.blur import HOUR_ODDS
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.when.change import change_headline
from vulncore.findings.when.charts import map_legend
from vulncore.findings.when.counts import WeekCounts, read_week
from vulncore.findings.when.map import Layout, map_cells, map_export
from vulncore.findings.when.protection import protected_week
from vulncore.findings.when.sentences import known_table
from vulncore.findings.when.when import patrol_hours, when
from vulncore.metrics.statistics.intervals import poisson_interval
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.known_times import Known
from vulncore.metrics.week.night_time import Night
from vulncore.store import open_version, publish


def test_no_cell_total_or_row_of_the_file_under_five_leaves_the_server(demo):
    for layout in (Layout(1, 6), Layout(3, 6), Layout(1, 0), Layout(3, 0)):
        cells = map_cells(demo.now, layout)
        assert cells["weight"].min() >= 5
        assert cells.loc[cells["hidden"], ["weight", "low", "high"]].isna().all(axis=None)
        assert map_export(demo.now, layout)["weight"].min() >= 5
    assert demo.now.of("band")["hidden"].sum() > 40


def test_the_hours_of_all_records_add_up_to_the_total(demo, demo_counts):
    hours = demo_counts.sharpened
    assert hours.sum() == pytest.approx(demo_counts.timed)
    assert demo.now.of("night row")["weight"].sum() == pytest.approx(demo_counts.timed, abs=0.5)
    assert not np.allclose(hours, hours.round(), atol=0.01)


def test_limits_take_in_what_the_blur_adds(demo, demo_counts):
    bands = demo.now.of("band").dropna(subset=["weight"])
    exact = poisson_interval(bands["weight"].to_numpy())
    assert (bands["low"] < exact[0]).all()
    assert (bands["high"] > exact[1]).all()
    assert 0.3 * demo.now.timed < demo.now.night_worth < 0.9 * demo.now.timed


def blurred_counts(rate: np.ndarray, rng: np.random.Generator) -> WeekCounts:
    """Return the counts of a week by chance from a rate, each record moved as the blur moves one."""
    week = np.zeros(168)
    for hour, count in enumerate(rng.poisson(rate)):
        week += np.roll(rng.multinomial(count, HOUR_ODDS), hour - 84)
    shapes = pd.DataFrame({"first_minute": [0], "minutes": [1], "records": [int(week.sum())]})
    return WeekCounts(YEAR, True, week, week, {Known.MOMENT: float(week.sum())}, shapes, missing_months=0)


def test_limits_hold_the_true_rate_in_nineteen_of_twenty_bands():
    rate = np.full(168, 2.0)
    rate[90:102] = 8.0
    rng = np.random.default_rng(11)
    shown = [protected_week(blurred_counts(rate, rng), Night(), 5).of("band").iloc[30:34] for _ in range(30)]
    held = pd.concat([(bands["low"] <= 24) & (bands["high"] >= 24) for bands in shown])
    assert held.mean() > 0.93


def test_the_nights_share_is_right_on_average_and_as_sure_as_said():
    rate = np.full(168, 1.0)
    rate[Night().mask] = 3.0
    rng = np.random.default_rng(5)
    weeks = [protected_week(blurred_counts(rate, rng), Night(), 5) for _ in range(30)]
    share = rate[Night().mask].sum() / rate.sum()
    apart = np.array([week.night_share / 100 - share for week in weeks])
    worth = np.mean([week.night_worth for week in weeks])
    assert abs(apart.mean()) < 3 * apart.std() / np.sqrt(30) + 0.015  # what three steps leave
    assert apart.std() == pytest.approx(np.sqrt(share * (1 - share) / worth), rel=0.4)


def test_so_few_times_that_a_week_would_show_each_are_not_drawn(tmp_path):
    snapshot = made(tmp_path, [(THURSDAY.replace(hour=22), 19)])
    weeks = when(snapshot, YEAR, report_measures())
    assert weeks.now.too_few
    assert [line.lead for line in weeks.headline] == ["Too few times"]
    assert not weeks.now.stretches
    assert "19 crimes with a time" in weeks.headline[0].text
    assert map_cells(weeks.now, Layout())["weight"].dropna().tolist() == [19.0]
    with pytest.raises(VulncoreError, match=r"Fewer than 20 crimes with a time"):
        patrol_hours(snapshot, YEAR, report_measures(), 2, 4)


def test_fewer_than_five_are_not_even_counted(tmp_path):
    weeks = when(made(tmp_path, [(THURSDAY.replace(hour=22), 3)]), YEAR, report_measures())
    assert "Fewer than 5 crimes" in weeks.headline[0].text
    assert "3" not in weeks.headline[0].text
    assert map_cells(weeks.now, Layout())["weight"].isna().all()


def test_of_one_type_of_place_few_unknown_times_cannot_be_taken_from_the_total(tmp_path):
    timed = [
        incident(n, date(2024, 5, 2), location_type="street", occurred_from=THURSDAY.replace(hour=22))
        for n in range(40)
    ]
    untimed = [incident(100 + n, date(2024, 5, 2), location_type="street") for n in range(3)]
    publish(
        tmp_path,
        "made",
        of_real_times(delivery(timed + untimed, covered(months(date(2023, 1, 1), 24)))),
        "tests",
    )
    snapshot = open_version(tmp_path, "made")
    whole, street = (
        when(snapshot, filter_of(date(2024, 1, 1), date(2024, 12, 1), where=where), report_measures())
        for where in ((), (("location_type", "street"),))
    )
    assert whole.headline[-1].text.startswith("3 of 43 crimes")
    assert street.headline[-1].text.startswith("Fewer than 5 crimes")
    assert "43" not in street.headline[-1].text
    assert "Hour not known: fewer than 5" in map_legend(street, Layout())
    records = known_table(street.now).set_index("Time known")["Records"]
    assert records["No start"] == "hidden (fewer than 5)"
    assert records["Default time"] == "0"


@pytest.mark.parametrize("hours", [range(10, 16), range(22, 24)], ids=["none at night", "all at night"])
def test_a_share_of_none_or_of_all_is_worth_some_records_and_no_more_than_there_are(hours):
    rate = np.zeros(168)
    rate[[24 * day + hour for day in range(7) for hour in hours]] = 2.0
    rng = np.random.default_rng(4)
    for _ in range(20):
        counts = blurred_counts(rate, rng)
        assert 1 <= counts.worth(Night().mask.astype(float), 3) <= counts.timed


def test_the_nights_share_is_no_finer_than_five_records(demo):
    sentence = next(line.text for line in demo.headline if line.lead == "Night-time economy")
    shares = [
        int(number) for number in re.findall(r"(\d+) %", sentence.split("(")[0] + sentence.split(")")[1])
    ]
    assert len(shares) == 2
    assert shares[0] % 3 == 0  # of 169 records, 3 % are five
    assert shares[1] % 4 == 0  # of 148, 4 %


def test_a_change_from_fewer_than_five_says_no_more_than_that(tmp_path):
    moments = [(datetime(2023, 5, 4, 22), 2), (datetime(2024, 5, 2, 22), 40)]
    moments += [(datetime(2023, 5, 2 + day, 10), 8) for day in range(7)]
    moments += [(datetime(2024, 5, 6 + day, 10), 8) for day in range(7)]
    weeks = when(made(tmp_path, moments), YEAR, report_measures())
    bands = weeks.change.bands.set_index("at")
    row = bands.loc[3 * 24 + 21]
    assert row["clear"]
    assert pd.isna(row["change"])
    assert row["before_words"].startswith("hidden (fewer than 5")


def test_shares_of_shifts_are_in_steps_of_five_records_or_more(shipped_store, demo_counts):
    snapshot = open_version(shipped_store, "demo")
    for shifts in range(1, 7):
        patrols = patrol_hours(snapshot, DEMO_FILTER, report_measures(), shifts, 3)
        assert patrols.step * demo_counts.timed / 100 >= 5
        assert {share % patrols.step for share in patrols.shares} == {0}
        assert sorted(patrols.ranks) == list(range(1, shifts + 1))


def test_weights_cannot_single_out_a_measure_of_few_records(shipped_store):
    snapshot, year = open_version(shipped_store, "demo"), rolling_12(OCTOBER)
    few = read_week(snapshot, RecordFilter(CITY, ("suicides",), year), SMALLEST_SHOWN).timed
    assert 0 < few < 20
    for others in (0.0, 0.0001):
        record_filter = RecordFilter(
            CITY, ("suicides", "mental-health"), year, harm=(("mental-health", others),)
        )
        with pytest.raises(VulncoreError, match=r"that weigh anything"):
            patrol_hours(snapshot, record_filter, report_measures(), 3, 2)


def street_week(tmp_path, spread: int, untimed: int, windows: int = 0):
    """Return the week of a street's 40 moments, with some windows over several hours or one, and some without a time."""
    moment = THURSDAY.replace(hour=22)
    times = [
        *[{"occurred_from": moment, "occurred_to": moment}] * 40,
        *[{"occurred_from": moment, "occurred_to": moment + timedelta(hours=3)}] * spread,
        *[{"occurred_from": moment, "occurred_to": moment + timedelta(minutes=30)}] * windows,
        *[{}] * untimed,
    ]
    rows = [
        incident(number, day, location_type="street", **when_it_was)
        for number, (day, when_it_was) in enumerate(
            [(date(2024, 5, 2), time) for time in times] + [(date(2023, 5, 4), times[0])] * 40
        )
    ]
    publish(tmp_path, "made", of_real_times(delivery(rows, covered(months(date(2023, 1, 1), 24)))), "tests")
    street = filter_of(date(2024, 1, 1), date(2024, 12, 1), where=(("location_type", "street"),))
    return when(open_version(tmp_path, "made"), street, report_measures())


@pytest.mark.parametrize(("spread", "windows", "shown"), [(2, 10, 0), (4, 0, 0), (10, 10, 10), (10, 0, 10)])
def test_of_one_type_of_place_few_spread_over_hours_are_not_said(tmp_path, spread, windows, shown):
    weeks = street_week(tmp_path, spread, 0, windows)
    assert weeks.now.spread == shown
    assert ("within several hours" in weeks.headline[-1].text) == bool(shown)


@pytest.mark.parametrize(
    ("untimed", "sentence"),
    [(4, "changed by over 5 points"), (8, "went from 0 % to 17 %")],
    ids=["few", "enough"],
)
def test_a_share_of_unknown_times_that_moved_tells_of_no_few(tmp_path, untimed, sentence):
    weeks = street_week(tmp_path, 0, untimed)
    care = next(line for line in change_headline(weeks) if line.lead == "Compare with care")
    assert sentence in care.text
    assert pd.isna(weeks.now.unknown) == pd.isna(weeks.now.records) == (untimed < 5)
