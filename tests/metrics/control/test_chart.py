"""What vulncore.metrics.control.chart, levels and variation promise."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SHARED
from vulncore.domain.errors import InvalidRowsError
from vulncore.metrics.control.chart import ChartKind, control_chart
from vulncore.metrics.control.levels import proposed_level
from vulncore.metrics.control.rules import Rule
from vulncore.metrics.control.variation import Assurance, Variation, assurance, variation

MET = SHARED / "data" / "recorded-crime" / "mps-borough-monthly-2010-04-to-2023-11.csv"


def months_of(counts, first="2020-01-01", **columns) -> pd.DataFrame:
    days = pd.date_range(first, periods=len(counts), freq="MS")
    frame = pd.DataFrame(
        {"month": days, "count": np.array(counts, float), "provisional": False, "set_aside": False}
    )
    return frame.assign(**columns)


def steady(mean: float, months: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).poisson(mean, months).tolist()


@pytest.mark.parametrize(
    ("mean", "kind"),
    [
        (0.5, ChartKind.NONE),
        (2, ChartKind.GAPS),
        (3.5, ChartKind.GAPS),
        (20, ChartKind.XMR),
        (400, ChartKind.U),
    ],
)
def test_the_data_choose_the_chart(mean, kind):
    days = pd.date_range("2020-01-01", periods=36, freq="MS").days_in_month.to_numpy()
    expected = mean * days / days.mean() if mean == 400 else np.full(36, mean)
    spread = np.resize([0.4, -0.4], 36) * np.sqrt(expected)
    counts = (
        np.round(expected + spread) if mean > 4 else np.resize([int(mean), int(np.ceil(mean + 0.01))], 36)
    )
    if mean == 0.5:
        counts = np.resize([1, 0, 0], 36)
    assert control_chart(months_of(counts)).kind is kind


def test_many_records_scattered_beyond_chance_get_wider_limits():
    counts = np.resize([300, 420, 350, 470], 36)
    chart = control_chart(months_of(counts))
    assert chart.kind is ChartKind.LANEY
    assert chart.frame["high"].iloc[0] > 385 + 3 * 385**0.5


def test_limits_change_at_approved_levels_and_nowhere_else():
    counts = [20, 22] * 6 + [40, 44] * 6
    whole = control_chart(months_of(counts)).frame
    assert whole["phase"].unique().tolist() == [0]
    assert whole["mean"].nunique() == 1
    rebased = control_chart(months_of(counts), [date(2021, 1, 1)]).frame
    assert rebased.groupby("phase")["mean"].first().tolist() == [21, 42]
    assert (rebased["rule"] == "").all()


def test_a_phase_of_fewer_than_twelve_months_has_no_limits_and_no_rule():
    chart = control_chart(months_of([20, 22] * 6 + [90] * 11), [date(2021, 1, 1)])
    new = chart.frame[chart.frame["phase"] == 1]
    assert new["mean"].isna().all()
    assert (new["rule"] == "").all()
    assert chart.missing == 1
    assert variation(chart) is Variation.UNKNOWN


def test_provisional_and_set_aside_months_are_drawn_and_neither_judged_nor_learnt_from():
    counts = [20, 22] * 9
    wild = [*counts, 500, 500]
    aside = [False] * 18 + [True, False]
    chart = control_chart(months_of(wild, set_aside=aside, provisional=[False] * 19 + [True]))
    plain = control_chart(months_of(counts))
    assert chart.frame["mean"].iloc[0] == plain.frame["mean"].iloc[0]
    assert chart.frame["count"].tail(2).tolist() == [500, 500]
    assert (chart.frame["rule"] == "").all()


def test_a_month_not_delivered_is_missing_not_zero():
    counts = [20.0, 22] * 9
    counts[5] = np.nan
    chart = control_chart(months_of(counts))
    assert chart.frame["rule"].iloc[5] == ""
    assert chart.frame["mean"].iloc[0] == pytest.approx(np.nanmean(counts))


def test_lower_limits_are_drawn_from_zero():
    assert control_chart(months_of(steady(5, 36))).frame["low"].min() == 0


def test_months_left_out_or_repeated_are_refused():
    months = months_of([1, 2, 3])
    with pytest.raises(InvalidRowsError, match=r"1 do not \(2020-02\)"):
        control_chart(months.drop(index=1))
    with pytest.raises(InvalidRowsError, match=r"1 do not \(2020-03\)"):
        control_chart(pd.concat([months, months.tail(1)]))


def test_days_between_records_tell_no_day_on_which_one_was():
    months = months_of([2, 1, 3] * 12)
    gaps = control_chart(months).gaps
    assert gaps.groupby("month").size().head(3).tolist() == [
        1,
        1,
        3,
    ]  # of the first month one gap begins outside
    assert control_chart(months).gaps["days"].equals(gaps["days"])  # always the same
    share = gaps["at"].dt.day / gaps["at"].dt.days_in_month
    assert 0.35 < share.mean() < 0.7  # all over the month


def test_records_that_stop_are_told_by_the_days_since_the_last():
    chart = control_chart(months_of([2, 1, 3] * 12 + [0] * 8))
    assert chart.gaps["open"].iloc[-1]
    assert chart.gaps["days"].iloc[-1] > 240
    assert (chart.gaps["rule"].iloc[-1], chart.gaps["side"].iloc[-1]) == ("outside the limits", -1)
    assert variation(chart) is Variation.LOW


def test_records_that_come_faster_are_above():
    chart = control_chart(months_of([2, 1] * 18 + [9, 10, 9]), baseline=36)
    assert chart.kind is ChartKind.GAPS
    assert chart.gaps.tail(20)["side"].max() == 1


@pytest.mark.parametrize(("after", "way"), [(0.5, "fall"), (2.0, "rise")])
def test_a_level_that_is_halved_or_doubled_is_proposed_from_its_month(after, way):
    hits = 0
    for seed in range(40):
        counts = [*steady(24, 24, seed), *steady(24 * after, 6, seed + 100)]
        change = proposed_level(control_chart(months_of(counts)))
        hits += change is not None and abs(change.month.month - 1 + 12 * (change.month.year - 2022)) <= 2
        assert change is None or (change.after < change.before) == (way == "fall")
    assert hits >= 32


def test_chance_alone_hardly_ever_proposes_a_level():
    proposed = [proposed_level(control_chart(months_of(steady(24, 36, seed)))) for seed in range(200)]
    assert sum(change is not None for change in proposed) <= 10


def test_a_level_that_was_declined_is_not_proposed_again():
    counts = [*steady(24, 24), *steady(60, 8)]
    chart = control_chart(months_of(counts))
    change = proposed_level(chart)
    assert change is not None
    assert (
        proposed_level(chart, [change.month]) is None
        or proposed_level(chart, [change.month]).month != change.month
    )


def test_an_approved_level_is_proposed_no_more():
    counts = [*steady(24, 24), *steady(60, 16)]
    change = proposed_level(control_chart(months_of(counts)))
    assert proposed_level(control_chart(months_of(counts), [change.month])) is None


def test_rare_records_that_come_faster_than_usual_are_told_though_the_month_has_days_left():
    chart = control_chart(months_of([2, 1] * 12 + [6, 6, 6]))
    closed = chart.gaps[~chart.gaps["open"]]
    assert chart.kind is ChartKind.GAPS
    assert closed["rule"].iloc[-1] == Rule.SHIFT.value
    assert variation(chart) is Variation.HIGH


def test_a_provisional_gap_is_no_judgement():
    months = months_of([2, 1] * 12 + [6, 6, 6])
    months.loc[months.index[-3:], "provisional"] = True
    assert not control_chart(months).judged["provisional"].any()


def test_days_without_a_record_in_months_not_final_are_no_judgement():
    months = months_of([*[2, 1] * 15, *[0] * 6])
    assert control_chart(months).judged["rule"].iloc[-1] == Rule.OUTSIDE.value
    months.loc[months.index[-6:], "provisional"] = True
    chart = control_chart(months)
    assert not (chart.gaps["rule"][chart.gaps["open"]] != "").any()
    assert variation(chart) is Variation.COMMON


def test_every_other_month_has_a_chart_without_limits_and_no_error():
    months = months_of(steady(20, 40))
    months.loc[1::2, "count"] = np.nan
    chart = control_chart(months)
    assert chart.judged.empty
    assert chart.missing == 1
    assert variation(chart) is Variation.UNKNOWN


def test_one_month_out_of_line_is_no_level():
    assert proposed_level(control_chart(months_of([*([10, 11, 9] * 8), 10, 9, 40]))) is None
    assert proposed_level(control_chart(months_of([*([30, 31, 29] * 8), 30, 29, 0]))) is None


def test_variation_tells_of_the_latest_month():
    assert variation(control_chart(months_of([20, 22] * 9 + [60]))) is Variation.HIGH
    assert variation(control_chart(months_of([20, 22] * 9 + [1]))) is Variation.LOW
    assert variation(control_chart(months_of([20, 22] * 9))) is Variation.COMMON


def test_a_target_that_long_months_miss_is_not_met_because_the_last_month_is_short():
    days = pd.date_range("2022-01-01", periods=26, freq="MS").days_in_month
    chart = control_chart(months_of(10 * days, "2022-01-01"))
    assert chart.frame["month"].iloc[-1].month == 2
    high = chart.frame["high"]
    assert assurance(chart, (high.iloc[-1] + high.max()) / 2, at_most=True) is Assurance.EITHER
    assert assurance(chart, high.max(), at_most=True) is Assurance.MET


@pytest.mark.parametrize(
    ("target", "at_most", "verdict"),
    [(30, True, Assurance.MET), (21, True, Assurance.EITHER), (10, True, Assurance.MISSED),
     (10, False, Assurance.MET), (21, False, Assurance.EITHER), (30, False, Assurance.MISSED)],
)  # fmt: skip
def test_a_target_is_met_missed_or_either_by_the_limits(target, at_most, verdict):
    chart = control_chart(months_of([20, 22] * 9))  # 21 with limits 15.7 to 26.3
    assert assurance(chart, target, at_most=at_most) is verdict


@pytest.mark.skipif(not MET.exists(), reason="the Metropolitan Police's table is not beside the project")
def test_on_real_months_in_any_order_a_point_is_outside_no_oftener_than_once_in_a_hundred():
    table = pd.read_csv(MET)
    wanted = table[table["MinorText"].isin(["RAPE", "OTHER SEXUAL OFFENCES"])]
    wanted = wanted[~wanted["BoroughName"].isin(["London Heathrow and London City Airports", "Unknown"])]
    counts = wanted.drop(columns=["MajorText", "MinorText", "BoroughName"]).to_numpy(dtype=float)
    assert len(counts) == 64
    dice, outside, judged = np.random.default_rng(7), 0, 0
    for row in counts:
        for first in range(0, len(row) - 24, 24):
            chart = control_chart(months_of(dice.permutation(row[first : first + 24])))
            outside += int((chart.judged["rule"] == "outside the limits").sum())
            judged += len(chart.judged)
    assert outside <= judged / 100


def test_a_season_that_comes_each_year_is_hardly_ever_proposed_as_a_level():
    months = np.arange(30)
    season = 24 * (1 + 0.5 * np.sin(2 * np.pi * months / 12))
    charts = [control_chart(months_of(np.random.default_rng(seed).poisson(season))) for seed in range(100)]
    assert sum(proposed_level(chart) is not None for chart in charts) <= 10
