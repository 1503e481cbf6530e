"""What vulncore.metrics.drivers.shares promises: limits that hold the share that was there before the blur."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from vulncore.metrics.drivers.shares import scored_interval, share_interval
from vulncore.metrics.records.groups import group_scores


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_without_blur_the_limits_are_wilsons(counts):
    count, of = counts
    low, high = proportion_confint(count, of, method="wilson")
    interval = share_interval(count, of)
    assert interval.low.item() == pytest.approx(max(low, 0.0), abs=1e-6)
    assert interval.high.item() == pytest.approx(min(high, 1.0), abs=1e-6)


@pytest.mark.parametrize("of", [20, 50, 200, 1_000])
@pytest.mark.parametrize("truth", [0.0, 0.03, 0.2, 0.5, 0.9])
@pytest.mark.parametrize(("kept", "values"), [(1.0, 2), (0.75, 2), (0.75, 8)])
def test_limits_hold_the_true_share_in_about_95_of_100_blurred_counts(of, truth, kept, values):
    # the exact chance that each blurred count comes up, over all counts
    counts = np.arange(of + 1)
    odds = binom.pmf(counts, of, kept * truth + (1 - kept) / values)
    interval = share_interval(counts, of, kept, values)
    held = odds[(interval.low <= truth + 1e-12) & (truth <= interval.high + 1e-12)].sum()
    assert held > 0.915  # Wilson's own coverage dips so far for some shares: Brown, Cai and DasGupta (2001)


def test_limits_hold_the_share_as_often_when_records_are_really_blurred():
    rng = np.random.default_rng(75)
    true = rng.random((4_000, 120)) < 0.2
    moved = rng.random(true.shape) >= 0.75
    blurred = np.where(moved, rng.random(true.shape) < 0.5, true)
    interval = share_interval(blurred.sum(axis=1), 120, kept=0.75)
    assert np.mean((interval.low <= 0.2) & (interval.high >= 0.2)) == pytest.approx(0.95, abs=0.015)


def test_of_no_records_there_is_no_share():
    assert np.isnan(share_interval(0, 0)).all()


@pytest.mark.parametrize(("truth", "of"), [(0.9, 200), (0.6, 200), (0.8, 100), (0.3, 60)])
@pytest.mark.parametrize("groups", [2, 3])
def test_limits_of_scores_hold_the_true_share_in_about_95_of_100_blurred_counts(truth, of, groups):
    rng = np.random.default_rng(1977)
    words = np.array(["first", "second", "third"][:groups])
    rest = [(1 - truth) / (groups - 1)] * (groups - 1)
    held = 0
    for _ in range(800):
        group = rng.choice(groups, of, p=[truth, *rest])
        group = np.where(rng.random(of) < 0.75, group, rng.integers(groups, size=of))
        rows = pd.DataFrame({"measure": "hate-crime", "victim_residency": words[group]})
        scores = group_scores(rows, "victim_residency", {"hate-crime": tuple(words)}, 0.75)
        interval = scored_interval(scores["first"], scores.sum(axis=1))
        held += interval.low <= truth <= interval.high
    assert 0.92 <= held / 800 <= 0.98


def test_records_of_which_nothing_is_known_lie_outside_the_share():
    part, whole = np.array([1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0.0])
    assert scored_interval(part, whole).share == 0.5
