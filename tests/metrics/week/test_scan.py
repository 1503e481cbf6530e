"""What vulncore.metrics.week.scan promises."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from vulncore.metrics.week.scan import SEED, day_windows, shuffled_weeks, week_windows

THURSDAY_20 = 92


def moments(week: np.ndarray) -> pd.DataFrame:
    """Shapes of records that are each known to the minute."""
    return pd.DataFrame({"first_minute": [0], "minutes": [1], "records": [round(float(week.sum()))]})


def raised_week(*stretches: tuple[int, int, float], base: float = 2.0) -> np.ndarray:
    """A week that holds `base` in each hour but for stretches: first hour, hours, what each holds."""
    week = np.full(168, base)
    for start, hours, held in stretches:
        week[np.arange(start, start + hours) % 168] = held
    return week


def stretches_of(week: np.ndarray) -> list[tuple[int, int]]:
    stretches = week_windows(week, moments(week))
    return list(zip(stretches["start"], stretches["hours"], strict=True))


def shares_by_hour(record: tuple[int, int]) -> list[tuple[int, float]]:
    """How many hours in, and what share of it, for a record given as minute of its first hour and minutes long."""
    first, minutes = record
    hours = range((first + minutes - 1) // 60 + 1)
    return [(at, (min(first + minutes, 60 * at + 60) - max(first, 60 * at)) / minutes) for at in hours]


def shuffled(records: list[tuple[int, int]], rng: np.random.Generator) -> np.ndarray:
    """Move each record to an hour drawn evenly."""
    week = [0.0] * 168
    for record, start in zip(records, rng.integers(168, size=len(records)).tolist(), strict=True):
        for at, share in shares_by_hour(record):
            week[(start + at) % 168] += share
    return np.array(week)


def mixed_records(count: int, seed: int) -> list[tuple[int, int]]:
    """Moments, and windows of up to twelve hours."""
    rng = np.random.default_rng(seed)
    minutes = np.where(rng.random(count) < 0.5, 1, rng.integers(2, 721, count))
    return list(zip(rng.integers(60, size=count).tolist(), minutes.tolist(), strict=True))


def shapes_of(records: list[tuple[int, int]]) -> pd.DataFrame:
    kinds = [(first, minutes) if first + minutes > 60 else (0, 1) for first, minutes in records]
    counted = pd.Series(kinds).value_counts()
    rows = [(first, minutes, number) for (first, minutes), number in counted.items()]
    return pd.DataFrame(rows, columns=["first_minute", "minutes", "records"])


def runs_by_a_loop(week: np.ndarray, step: int) -> dict[tuple[int, int], float]:
    """The logarithm of how many times likelier each run is with a share of its own than with an even week's."""
    parts = [sum(week[at : at + step].tolist()) for at in range(0, 168, step)]
    total, count = sum(parts), len(parts)
    ratios = {}
    for start in range(count):
        for longer in range(1, 12 // step + 1):
            run = [parts[(start + at) % count] for at in range(longer)]
            if run[-1] < 1.5 * total / count:
                break
            held, width = sum(run), longer / count
            ratio = held * math.log(held / total)
            if total - held > 1e-9:
                ratio += (total - held) * math.log((total - held) / total)
            ratios[start * step, longer * step] = (
                ratio - held * math.log(width) - (total - held) * math.log(1 - width)
            )
    return ratios


def scanned_by_a_loop(week: np.ndarray, made: np.ndarray, step: int) -> list[tuple[int, int, float]]:
    """Non-overlapping runs that stand out at 10 %, joined where they touch: start, hours, largest p-value."""
    furthest = [max(runs_by_a_loop(one_week, step).values(), default=0.0) for one_week in made]
    p_values: dict[int, float] = {}  # of each hour in a run that stands out
    for (start, hours), ratio in sorted(runs_by_a_loop(week, step).items(), key=lambda run: -run[1]):
        p_value = (1 + sum(chance >= ratio for chance in furthest)) / (1 + len(made))
        run = [(start + at) % 168 for at in range(hours)]
        if p_value <= 0.1 and not any(hour in p_values for hour in run):
            p_values.update(dict.fromkeys(run, p_value))
    joined = []
    for start in range(168):
        if start in p_values and (start - 1) % 168 not in p_values:
            hours = next(longer for longer in range(1, 169) if (start + longer) % 168 not in p_values)
            joined.append((start, hours, max(p_values[(start + at) % 168] for at in range(hours))))
    return joined


@pytest.mark.parametrize(("count", "step"), [(120, 3), (400, 1)], ids=["three-hour bands", "hours"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stretches_and_p_values_are_those_of_a_loop_over_all_runs(count, step, seed):
    records = mixed_records(count, seed)
    rng = np.random.default_rng(seed)
    week = shuffled(records, rng)
    for start, hours in ((164, 7), (40, 3), (THURSDAY_20, 5), (97, 2)):
        week[np.arange(start, start + hours) % 168] += rng.uniform(0.03, 0.06, hours) * count
    week *= count / week.sum()
    shapes = shapes_of(records)
    made = shuffled_weeks(shapes, 59, np.random.default_rng(SEED))
    stretches = week_windows(week, shapes, level=0.1, made_weeks=59)
    expected = scanned_by_a_loop(week, made, step)
    assert len(expected) >= 2
    assert list(zip(stretches["start"], stretches["hours"], stretches["p_value"].round(9), strict=True)) == [
        (start, hours, round(p_value, 9)) for start, hours, p_value in expected
    ]


@pytest.mark.parametrize("start", [0, 1, THURSDAY_20, 100, 165])
@pytest.mark.parametrize("hours", [1, 4, 11])
def test_a_stretch_is_found_where_it_was_planted_also_from_sunday_night_into_monday(start, hours):
    assert stretches_of(raised_week((start, hours, 15.0))) == [(start, hours)]


def test_a_stretch_says_what_it_holds_and_what_an_even_week_would_put_there():
    week = raised_week((166, 4, 22.0))
    row = week_windows(week, moments(week)).iloc[0]
    assert row["weight"] == 4 * 22
    assert row["even"] == pytest.approx((164 * 2 + 4 * 22) * 4 / 168)
    assert row["p_value"] == pytest.approx(1 / 1_000)


def test_stretches_apart_are_each_found_in_order_of_the_week():
    week = raised_week((144, 4, 15.0), (THURSDAY_20, 6, 12.0), (120, 3, 18.0))
    assert stretches_of(week) == [(92, 6), (120, 3), (144, 4)]


@pytest.mark.parametrize(
    ("stretches", "whole"),
    [
        ([(90, 16, 12.0)], (90, 16)),
        ([(160, 14, 12.0)], (160, 14)),
        ([(92, 3, 60.0), (95, 10, 9.0)], (92, 13)),
    ],
    ids=["longer than a run can be", "and around the week's end", "a high one and a lower one"],
)
def test_two_stretches_that_touch_are_one(stretches, whole):
    assert stretches_of(raised_week(*stretches)) == [whole]


@pytest.mark.parametrize("held", [0.1, 1.0, 5.0, 1_000.0])
def test_nothing_stands_out_of_an_even_week(held):
    assert stretches_of(np.full(168, held)) == []


def test_nothing_stands_out_of_an_empty_week():
    none = pd.DataFrame({"first_minute": [], "minutes": [], "records": []}, dtype="int64")
    stretches = week_windows(np.zeros(168), none)
    assert stretches.empty
    assert list(stretches.columns) == ["start", "hours", "weight", "even", "p_value"]


@pytest.mark.parametrize("hours", range(1, 14))
def test_one_record_never_stands_out_however_long_its_window(hours):
    week = np.zeros(168)
    week[18 : 18 + hours] = round(1 / hours, 9)  # as weights come
    window = (0, 60 * hours) if hours > 1 else (0, 1)
    assert week_windows(week, shapes_of([window])).empty


def test_two_records_in_one_band_are_as_rare_as_that_the_second_falls_in_with_the_first():
    week = np.zeros(168)
    week[THURSDAY_20] = 2
    row = week_windows(week, moments(week)).iloc[0]
    assert row["p_value"] == pytest.approx(1 / 56, abs=3 * np.sqrt(1 / 56 / 999))


@pytest.mark.parametrize(("times", "expected"), [(1.49, []), (1.51, [(THURSDAY_20, 6)])])
def test_under_one_and_a_half_times_even_no_number_of_records_stands_out(times, expected):
    even = 100_000.0
    rest = (168 - 6 * times) / 162
    assert stretches_of(raised_week((THURSDAY_20, 6, times * even), base=rest * even)) == expected


def test_an_hour_that_is_not_raised_is_not_bridged():
    week = raised_week((THURSDAY_20, 3, 20.0), (96, 3, 20.0))
    assert stretches_of(week) == [(92, 3), (96, 3)]


@pytest.mark.parametrize(("others", "expected"), [(127, (90, 6)), (128, (92, 2))])
def test_fewer_than_168_records_go_by_bands_of_three_hours(others, expected):
    away = [hour for hour in range(168) if not 90 <= hour < 96]
    week = np.zeros(168)
    week[[away[at] for at in range(others)]] = 1
    week[[92, 93]] = 20
    assert stretches_of(week) == [expected]


def test_whole_records_decide_on_bands_though_their_shares_are_rounded():
    week = np.zeros(168)
    week[[hour for hour in range(164) if hour not in {92, 93}][:147]] = 1
    week[[92, 93]] = 10
    week[164:167] += round(1 / 3, 9)  # one record, of 168: its shares add up to 0.999999999
    stretches = week_windows(week, shapes_of([(0, 1)] * 167 + [(0, 180)]))
    assert list(zip(stretches["start"], stretches["hours"], strict=True)) == [(92, 2)]


def test_the_same_data_give_the_same_answer_twice():
    records = mixed_records(300, 7)
    week = shuffled(records, np.random.default_rng(7))
    week[100:104] += 6
    first = week_windows(week, shapes_of(records))
    np.random.default_rng().random(1_000)
    pd.testing.assert_frame_equal(first, week_windows(week, shapes_of(records)))
    assert len(first) > 0


@pytest.mark.parametrize("count", [100, 400], ids=["three-hour bands", "hours"])
def test_a_week_moved_on_by_a_day_gives_the_same_stretches_a_day_later(count):
    records = mixed_records(count, 11)
    week = shuffled(records, np.random.default_rng(11))
    for start in (60, 140):
        week[start : start + 3] += 0.06 * count
    week *= count / week.sum()
    here, later = (week_windows(np.roll(week, 24 * days), shapes_of(records)) for days in (0, 1))
    moved = here.assign(start=(here["start"] + 24) % 168).sort_values("start", ignore_index=True)
    assert len(here) == 2
    pd.testing.assert_frame_equal(later, moved, atol=0.01)


@pytest.mark.parametrize(("count", "weeks"), [(80, 200), (600, 100)])
def test_of_weeks_in_which_the_hour_means_nothing_one_in_twenty_has_a_stretch(count, weeks):
    records = mixed_records(count, seed=count)
    shapes, rng = shapes_of(records), np.random.default_rng(count)
    alarms = 0
    for number in range(weeks):
        # the level is an average over throws of the dice
        alarms += not week_windows(shuffled(records, rng), shapes, made_weeks=199, seed=number).empty
    low, high = binom.interval(0.99, weeks, 0.05)
    assert low <= alarms <= high


def test_in_a_month_with_five_fridays_the_fifth_is_no_stretch():
    occurs = np.repeat([4.0, 4.0, 4.0, 4.0, 5.0, 5.0, 5.0], 24)
    week = occurs * 30
    assert week_windows(week, moments(week), occurs).empty
    made = shuffled_weeks(moments(week), 400, np.random.default_rng(1), occurs)
    assert made[:, 100].mean() / made[:, 0].mean() == pytest.approx(5 / 4, rel=0.02)
    row = week_windows(np.where(np.arange(168) == 100, 400.0, week), moments(week), occurs).iloc[0]
    assert row["even"] == pytest.approx((week.sum() + 250) * 5 / occurs.sum())


@pytest.mark.parametrize("hours", [(22, 4), (3, 6), (0, 3)])
def test_what_happens_at_the_same_hours_of_every_day_is_found_in_the_day_and_not_in_the_week(hours):
    start, long = hours
    week = np.full(168, 3.0)
    for day in range(7):
        week[(24 * day + start + np.arange(long)) % 168] = 5.0
    assert week_windows(week, moments(week)).empty
    (row,) = day_windows(week, moments(week)).to_dict("records")
    assert (row["start"], row["hours"], row["weight"]) == (start, long, 35.0 * long)
    assert row["even"] == pytest.approx(week.sum() * long / 24)


def test_of_days_in_which_the_hour_means_nothing_one_in_twenty_has_a_stretch():
    rng = np.random.default_rng(7)
    even = [rng.multinomial(300, np.full(168, 1 / 168)).astype(float) for _ in range(200)]
    stand_out = sum(not day_windows(week, moments(week), made_weeks=199).empty for week in even)
    assert stand_out <= 19  # of 200 at 5 %: over 19 once in 300 times
