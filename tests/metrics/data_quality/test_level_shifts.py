"""What the check for shifts of level promises: feeds that stop or halve at once, and nothing that all share."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.metrics.data_quality.test_months import FIRST, series
from vulncore.metrics.data_quality.level_shifts import level_shifts
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.metrics.data_quality.share_change import share_change

SEASON = 1 + 0.4 * np.sin(np.arange(12) * np.pi / 6)


def force_of(*rows, first=FIRST):
    return pd.concat(
        [series(row, measure=str(number), first=first) for number, row in enumerate(rows)], ignore_index=True
    )


def steady(level, months=72, seed=1):
    return np.random.default_rng(seed).poisson(level * np.resize(SEASON, months)).astype(float)


def others(seed=10):
    return [steady(level, seed=seed + number) for number, level in enumerate((20, 60, 120))]


def test_a_measure_that_stops_is_named_with_its_month_and_levels():
    stopped = np.r_[np.full(65, 13.0), np.zeros(7)]
    (shift,) = level_shifts(force_of(*others(), stopped)).to_dict("records")
    assert (shift["measure"], shift["month"], shift["ends"]) == ("3", FIRST + 65, True)
    assert (shift["before"], shift["after"], shift["ratio"]) == (13, 0, 0)


def test_a_measure_that_falls_to_a_third_is_named_within_a_month_of_it():
    fallen = steady(80)
    fallen[40:] = np.round(fallen[40:] / 3)
    (shift,) = level_shifts(force_of(*others(), fallen)).to_dict("records")
    assert shift["measure"] == "3"
    assert abs(shift["month"] - (FIRST + 40)) <= 1
    assert shift["ratio"] == pytest.approx(1 / 3, rel=0.15)


def test_a_new_category_is_named_when_it_starts():
    new = np.r_[np.zeros(40), steady(25, months=32)]
    (shift,) = level_shifts(force_of(*others(), new)).to_dict("records")
    assert abs(shift["month"] - (FIRST + 40)) <= 2
    assert shift["ratio"] > 3


def test_what_hits_every_measure_is_no_feed():
    rows = [steady(level, seed=number) for number, level in enumerate((20, 60, 120, 80))]
    for row in rows:
        row[40:] = np.round(row[40:] / 3)
    assert level_shifts(force_of(*rows)).empty


def test_what_each_measure_did_under_the_restrictions_of_2020_is_no_feed():
    first = month_number(date(2017, 1, 1))
    rows = [*others(), steady(80)]
    rows[3][38:54] = np.round(rows[3][38:54] / 4)  # March 2020 to June 2021
    assert level_shifts(force_of(*rows, first=first)).empty


def test_a_feed_that_stopped_under_the_restrictions_is_named_all_the_same():
    first = month_number(date(2017, 1, 1))
    stopped = np.r_[np.full(42, 30.0), np.zeros(30)]  # from July 2020
    (shift,) = level_shifts(force_of(*others(), stopped, first=first)).to_dict("records")
    assert shift["month"] == first + 42


@pytest.mark.parametrize(
    "odd",
    [
        np.resize(np.r_[np.full(6, 100.0), np.full(6, 10.0)], 72),
        np.round(100 * 0.965 ** np.arange(72)),
        np.r_[np.full(30, 40.0), 900, np.full(41, 40.0)],
        np.r_[np.full(30, 40.0), np.full(2, 0.0), np.full(40, 40.0)],
    ],
    ids=["a season", "a slow fall", "one wild month", "two empty months"],
)
def test_what_is_no_lasting_change_at_once_is_not_named(odd):
    assert level_shifts(force_of(*others(), odd)).empty


def test_sound_series_raise_nothing():
    rng = np.random.default_rng(3)
    for _ in range(15):
        levels = rng.choice([3, 12, 40, 150], size=12)
        rows = [rng.negative_binomial(level * np.resize(SEASON, 90), 0.5).astype(float) for level in levels]
        assert level_shifts(force_of(*rows)).empty


def test_months_not_delivered_don_t_count_as_a_stop():
    gappy = steady(60)
    gappy[36:50] = np.nan
    assert level_shifts(force_of(*others(), gappy)).empty


def test_with_less_than_a_year_only_a_stop_is_named():
    short = [np.full(9, level) for level in (50.0, 80.0, 120.0)]
    halved, stopped = np.r_[np.full(5, 60.0), np.full(4, 25.0)], np.r_[np.full(5, 60.0), np.zeros(4)]
    shifts = level_shifts(force_of(*short, halved, stopped))
    assert shifts["measure"].tolist() == ["4"]
    assert not shifts["in_season"].item()


def test_deviations_equal_a_naive_loop():
    counts = np.stack([*others(), steady(33, seed=5)])
    change = share_change(counts, 40)
    for row in range(4):
        after, before = counts[row, 40:52].sum(), counts[row, 28:40].sum()
        rest_after = counts[:, 40:52].sum() - after
        rest = rest_after + counts[:, 28:40].sum() - before
        both, share = after + before, rest_after / rest
        variance = 2 * both * share * (1 - share) * (1 + both / rest)
        assert change.deviations(np.full(4, 2.0))[row] == pytest.approx(
            (after - both * share) / variance**0.5
        )
        assert change.ratio[row] == pytest.approx((after / before) / (rest_after / (rest - rest_after)))


def test_the_typical_level_is_numpys_median_of_the_months_known():
    rng = np.random.default_rng(8)
    counts = rng.poisson(20, (40, 30)).astype(float)
    counts[rng.random(counts.shape) < 0.2] = np.nan
    later, earlier = counts[:, 15:27], counts[:, 3:15]
    theirs = (np.nanmedian(later, axis=1) + 0.5) / (np.nanmedian(earlier, axis=1) + 0.5)
    assert share_change(counts, 15).typical == pytest.approx(theirs)
