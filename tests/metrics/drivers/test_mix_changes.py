"""What vulncore.metrics.drivers.mix_changes promises: a mix changed, stayed, or can't be told, and never the one for the other."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tests.metrics.drivers.made_changes import dimensions, drawn, shuffled
from tests.metrics.drivers.test_change_parts import OFFENCE, counts
from vulncore.metrics.drivers.dimensions import Dimension
from vulncore.metrics.drivers.mix_changes import MixVerdict, mix_changes


def mix(frame: pd.DataFrame, *by: Dimension, **others: object) -> pd.Series:
    return mix_changes(frame, by or [OFFENCE], **others).iloc[0]


@pytest.mark.parametrize("now", [(200, 150, 120), (185, 165, 120), (170, 180, 120)])
def test_of_one_dimension_the_p_value_is_nearly_that_of_chi_squared(now):
    before = (150, 170, 130)
    frame = counts(**dict(zip("abc", zip(before, now, strict=True), strict=True)))
    expected = chi2_contingency([before, now], correction=False).pvalue
    assert mix(frame, shuffles=10_000)["p_value"] == pytest.approx(expected, abs=0.02)


def test_shares_have_wilsons_limits_and_their_change_newcombes():
    row = mix(counts(a=(56, 48), b=(14, 32)))
    low, high = proportion_confint(56, 70, method="wilson")
    assert row[["share_before", "before_low", "before_high"]].tolist() == pytest.approx([0.8, low, high])
    change = confint_proportions_2indep(48, 80, 56, 70, method="newcomb", compare="diff")
    assert row[["change_low", "change_high"]].tolist() == pytest.approx(list(change))


def test_a_share_that_many_records_tell_stayed_is_about_the_same():
    assert mix(counts(a=(4_000, 5_000), b=(4_000, 5_040)))["verdict"] == MixVerdict.SAME


def test_of_few_records_a_share_that_stayed_can_t_be_told():
    assert mix(counts(a=(20, 30), b=(20, 30)))["verdict"] == MixVerdict.CANT_TELL


def test_a_share_that_moved_is_changed_and_the_part_that_moved_furthest_is_named():
    row = mix(counts(a=(100, 100), b=(60, 60), c=(20, 80)))
    assert (row["value"], row["verdict"]) == ("c", MixVerdict.CHANGED)


def test_what_is_recorded_more_often_alone_is_no_change_of_the_mix():
    frame = counts(a=(200, 200), b=(200, 200))
    # every second record of the earlier period loses its offence
    frame.loc[(frame.index % 2 == 0) & ~frame["now"], "offence"] = None
    row = mix(frame)
    assert row["p_value"] > 0.9
    assert row["share_before"] == pytest.approx(0.5)


def test_a_blurred_share_has_wider_limits_around_the_sharpened_share():
    frame = counts(a=(80, 80), b=(120, 120))
    plain, blurred = mix(frame), mix(frame, Dimension("offence", 0.75, ("a", "b")))
    assert blurred["share_now"] == pytest.approx((120 / 200 - 0.125) / 0.75)
    width = plain["now_high"] - plain["now_low"]
    assert blurred["now_high"] - blurred["now_low"] == pytest.approx(width / 0.75)


def test_where_the_periods_mean_nothing_few_changes_have_a_changed_mix():
    rng = np.random.default_rng(4)
    frame = drawn(rng, 250)
    alarms = sum(
        mix_changes(shuffled(rng, frame, 150), dimensions(), shuffles=299, seed=deal)["verdict"]
        .eq(MixVerdict.CHANGED)
        .any()
        for deal in range(200)
    )
    assert alarms <= 19  # of 5 in 100 chance gives 20 or more once in 400 times


@pytest.mark.parametrize("pair", [(0, 40), (0, 0)], ids=["none before", "none at all"])
def test_where_there_is_nothing_to_compare_it_can_t_be_told(pair):
    row = mix(counts(a=pair, b=pair))
    assert np.isnan(row["p_value"])
    assert row["verdict"] == MixVerdict.CANT_TELL
