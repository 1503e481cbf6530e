"""What vulncore.metrics.hotspots.near_repeats promises."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from vulncore.domain.errors import InvalidRowsError, VulncoreError
from vulncore.metrics.hotspots import near_repeats as nearing
from vulncore.metrics.hotspots.near_repeats import MOST_PAIRS, MOST_RECORDS, near_repeats

REACH_M, REACH_DAYS = [0, 50, 100], [3, 7, 14]

Record = tuple[int, int, int]  # metres east, metres north, day

on_a_lattice = st.tuples(  # of 10 m, so that 30, 40 and 50 m meet a band's edge
    st.integers(-8, 8).map(lambda at: 10 * at),
    st.integers(-8, 8).map(lambda at: 10 * at),
    st.integers(-20, 20),
)


def split(records: list[Record]) -> tuple[np.ndarray, np.ndarray]:
    places = np.array([record[:2] for record in records], dtype=float).reshape(-1, 2)
    return places, np.array([record[2] for record in records], dtype="int64")


def band_of(value: float, reaches: list[int]) -> int | None:
    return next((at for at, reach in enumerate(reaches) if value <= reach), None)


def counted_by_a_loop(records: list[Record]) -> np.ndarray:
    counts = np.zeros((len(REACH_M), len(REACH_DAYS)))
    for (x, y, day), (other_x, other_y, other_day) in itertools.combinations(records, 2):
        near = band_of(math.hypot(x - other_x, y - other_y), REACH_M)
        soon = band_of(abs(day - other_day), REACH_DAYS)
        if near is not None and soon is not None:
            counts[near, soon] += 1
    return counts


def every_dealing(records: list[Record]) -> np.ndarray:
    """The counts of each way in which the records' days can be dealt out over them."""
    days = [record[2] for record in records]
    return np.array(
        [
            counted_by_a_loop([(x, y, day) for (x, y, _), day in zip(records, dealt, strict=True)])
            for dealt in itertools.permutations(days)
        ]
    )


def scattered(count: int, seed: int, side_m: float = 1_700, days: int = 365) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, side_m, (count, 2)), rng.integers(0, days, count)


def with_repeats(count: int, repeats: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scattered records, of which some are followed by another within 80 m and 3 days."""
    places, days = scattered(count, seed)
    rng = np.random.default_rng([seed, 1])
    away, turn = rng.uniform(5, 80, repeats), rng.uniform(0, 2 * np.pi, repeats)
    follows = places[:repeats] + np.column_stack([away * np.cos(turn), away * np.sin(turn)])
    return np.vstack([places, follows]), np.append(days, days[:repeats] + rng.integers(0, 4, repeats))


SIX = [(0, 0, 1), (30, 40, 2), (0, 0, 4), (90, 0, 9), (60, 0, 9), (0, 100, 30)]


@given(st.lists(on_a_lattice, max_size=25))
@settings(max_examples=60)
def test_observed_pairs_are_those_of_a_loop_over_all_pairs(records):
    table = near_repeats(*split(records), REACH_M, REACH_DAYS, permutations=1).table
    assert table["observed"].tolist() == counted_by_a_loop(records).ravel().tolist()


def test_expected_pairs_are_the_mean_of_every_way_to_deal_out_the_dates():
    table = near_repeats(*split(SIX), REACH_M, REACH_DAYS, permutations=1).table
    assert table["expected"].to_numpy() == pytest.approx(every_dealing(SIX).mean(axis=0).ravel())


def test_p_values_are_the_shares_of_all_ways_to_deal_out_the_dates():
    dealings, observed = every_dealing(SIX), counted_by_a_loop(SIX)
    table = near_repeats(*split(SIX), REACH_M, REACH_DAYS, permutations=4_999).table
    exact = (dealings >= observed).mean(axis=0).ravel()
    assert table["p_value"].to_numpy() == pytest.approx(exact, abs=4 * 0.5 / math.sqrt(4_999))
    assert len(set(exact.round(3))) > 3


def test_adjusted_p_values_are_the_shares_in_which_any_band_lies_as_far_beyond_its_mean():
    dealings, observed = every_dealing(SIX), counted_by_a_loop(SIX)
    deviation = dealings.std(axis=0)
    scores, observed_score = (
        np.where(deviation > 0, (counts - dealings.mean(axis=0)) / np.where(deviation > 0, deviation, 1), 0.0)
        for counts in (dealings, observed)
    )
    exact = (scores.max(axis=(1, 2))[:, None, None] >= observed_score - 1e-9).mean(axis=0).ravel()
    table = near_repeats(*split(SIX), REACH_M, REACH_DAYS, permutations=4_999).table
    assert table["p_adjusted"].to_numpy() == pytest.approx(exact, abs=0.03)
    assert (table["p_adjusted"] >= table["p_value"]).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_repeats_are_found_near_and_soon_and_not_far_away(seed):
    table = near_repeats(*with_repeats(300, 40, seed), [100, 200, 400], [3, 7, 14], permutations=199).table
    near, far = table[table["distance_to_m"] == 100], table[table["distance_from_m"] >= 100]
    assert near["clear"].tolist() == [True, False, False]
    # of some 340 x 340 / 2 x 0.011 = 630 pairs within 100 m, 7 in 365 are within 3 days: 12, and 40 planted ones
    assert near.iloc[0]["observed"] >= 40
    assert 3 < near.iloc[0]["ratio"] < 6
    assert not far["clear"].any()


def test_repeats_at_the_same_place_have_a_band_of_their_own():
    places, days = scattered(200, seed=4)
    places, days = np.vstack([places, places[:25]]), np.append(days, days[:25] + 2)
    table = near_repeats(places, days, [0, 100], [3, 7], permutations=199).table
    assert table[["distance_from_m", "distance_to_m", "days_from", "days_to"]].values.tolist() == [
        [0, 0, 0, 3],
        [0, 0, 4, 7],
        [0, 100, 0, 3],
        [0, 100, 4, 7],
    ]
    assert table["observed"].tolist()[:2] == [25, 0]
    assert table["clear"].tolist() == [True, False, False, False]


@pytest.mark.parametrize("places", ["scattered", "crowded"])
def test_where_dates_mean_nothing_no_more_than_one_map_in_twenty_has_a_clear_band(places):
    alarms = 0
    for seed in range(200):
        points, days = scattered(150, seed, side_m=1_000)
        if places == "crowded":  # half of them in a few venues
            points[:75] = points[np.arange(75) % 6]
        repeats = near_repeats(points, days, [0, 50, 100, 200], [3, 7, 14], permutations=99, seed=seed)
        alarms += bool(repeats.table["clear"].any())
    low, high = binom.interval(0.998, 200, 0.05)
    assert low <= alarms <= high


def test_the_same_seed_gives_the_same_answer_and_another_seed_other_dice():
    points, days = with_repeats(150, 6, seed=5)
    first, again, other = (near_repeats(points, days, [100], [3, 30], 99, seed).table for seed in (7, 7, 8))
    pd.testing.assert_frame_equal(first, again)
    assert first["p_value"].tolist() != other["p_value"].tolist()
    assert first["expected"].tolist() == other["expected"].tolist()


@given(st.permutations(range(60)))
@settings(max_examples=10)
def test_the_order_of_the_records_makes_no_difference(order):
    points, days = scattered(60, seed=6, side_m=300, days=60)
    there, here = (
        near_repeats(points[rows], days[rows], [50, 100], [3, 7], permutations=99).table
        for rows in (np.arange(60), np.array(order))
    )
    pd.testing.assert_frame_equal(there, here)
    assert there["p_value"].between(0.05, 0.95).any()  # what other dice would change


def test_days_may_be_counted_from_any_day_and_metres_from_any_place():
    points, days = split(SIX)
    there, here = (
        near_repeats(points + metres, days + later, REACH_M, REACH_DAYS, permutations=49).table
        for metres, later in ((0, 0), (530_000, 739_000))
    )
    pd.testing.assert_frame_equal(there, here)


@pytest.mark.parametrize("records", [[], SIX[:1]], ids=["none", "one"])
def test_fewer_than_two_records_make_no_pair_and_no_ratio(records):
    repeats = near_repeats(*split(records), REACH_M, REACH_DAYS)
    assert (repeats.used, repeats.of) == (len(records), len(records))
    assert len(repeats.table) == 9
    assert (repeats.table[["observed", "expected"]] == 0).all(axis=None)
    assert repeats.table["ratio"].isna().all()
    assert (repeats.table[["p_value", "p_adjusted"]] == 1).all(axis=None)
    assert not repeats.table["clear"].any()


def test_two_records_are_one_pair_that_no_dealing_changes():
    table = near_repeats(*split([(0, 0, 1), (30, 40, 5)]), REACH_M, REACH_DAYS).table
    row = table[(table["distance_to_m"] == 50) & (table["days_to"] == 7)].iloc[0]
    assert row[["observed", "expected", "ratio", "p_value"]].tolist() == [1, 1, 1, 1]
    assert table["observed"].sum() == 1
    assert not table["clear"].any()


@pytest.mark.parametrize(
    ("records", "pairs"),
    [([(0, 0, day) for day in (1, 2, 9, 40)], [1, 1, 1]), ([(x, 0, 5) for x in (0, 10, 20, 30)], [6, 0, 0])],
    ids=["all on one spot", "all on one day"],
)
def test_all_on_one_spot_or_day_is_as_expected_whatever_the_dates(records, pairs):
    table = near_repeats(*split(records), REACH_M, REACH_DAYS).table
    busy = table[table["expected"] > 0]
    assert table.groupby("days_to")["observed"].sum().tolist() == pairs
    assert busy["ratio"].tolist() == [1.0] * len(busy)
    assert (table["p_value"] == 1).all()
    assert not table["clear"].any()


def test_of_more_pairs_than_the_work_allows_records_are_drawn_and_counted():
    crowd, days = 3_000, np.arange(3_000) ** 2 % 301
    repeats, turned = (
        near_repeats(np.zeros((crowd, 2)), day, [0], [10, 300], 1) for day in (days, days[::-1])
    )
    pairs = repeats.table["observed"].sum()
    assert repeats.of == crowd
    assert pairs == repeats.used * (repeats.used - 1) // 2  # on one spot, within 300 days: all of them
    assert 0.95 * MOST_PAIRS < pairs <= MOST_PAIRS
    pd.testing.assert_frame_equal(repeats.table, turned.table)


def test_of_many_pairs_dates_are_dealt_less_often_and_how_often_is_said(monkeypatch):
    monkeypatch.setattr(nearing, "MOST_WORK", 6 * 40)
    records = [(0, 0, day) for day in (1, 2, 9, 40)]  # six pairs
    assert near_repeats(*split(records), REACH_M, REACH_DAYS).permutations == 40
    assert near_repeats(*split(records), REACH_M, REACH_DAYS, permutations=9).permutations == 9


def test_of_very_many_records_so_many_are_used_as_are_said():
    apart = np.column_stack([np.arange(MOST_RECORDS + 5) * 1_000.0, np.zeros(MOST_RECORDS + 5)])
    repeats = near_repeats(apart, np.zeros(len(apart), dtype="int64"), [100], [3], permutations=1)
    assert (repeats.used, repeats.of, repeats.permutations) == (MOST_RECORDS, MOST_RECORDS + 5, 1)


def test_a_record_without_a_place_is_named_not_left_out():
    points, days = split(SIX)
    points[[1, 4], 0] = np.nan
    with pytest.raises(
        InvalidRowsError, match=r"2 of 6 records have no place \(rows 1, 4\)\. Leave them out"
    ):
        near_repeats(points, days, REACH_M, REACH_DAYS)


def test_records_without_a_day_each_are_refused():
    points, days = split(SIX)
    with pytest.raises(InvalidRowsError, match=r"\(6, 2\), and there are 5 days"):
        near_repeats(points, days[1:], REACH_M, REACH_DAYS)


@pytest.mark.parametrize(
    ("distances_m", "days_apart", "refusal"),
    [
        ([], [3], r"Distances are \[\]"),
        ([100, 100], [3], r"Distances are \[100.0, 100.0\]: .* beyond the one before"),
        ([-1, 50], [3], "none below 0"),
        ([50], [7, 3], r"Days apart are \[7, 3\]"),
    ],
)
def test_bands_that_do_not_rise_are_refused(distances_m, days_apart, refusal):
    with pytest.raises(VulncoreError, match=refusal):
        near_repeats(*split(SIX), distances_m, days_apart)


def test_no_shuffles_are_refused():
    with pytest.raises(VulncoreError, match="0 permutations judge nothing"):
        near_repeats(*split(SIX), REACH_M, REACH_DAYS, permutations=0)
