"""What vulncore.forecasting.paths promises."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import chisquare, nbinom
from scipy.stats import poisson as poisson_distribution

from tests.forecasting.planted import past, poisson
from vulncore.domain.periods import add_months
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.paths import (
    LARGEST,
    calendar_years,
    draw_counts,
    monthly_summary,
    months_ahead,
    pearson_dispersion,
    summary,
    whole_numbers,
)

some_values = arrays(float, array_shapes(max_dims=2, max_side=8), elements=st.floats(-50, 5_000))
DRAWS = 40_000
REAL = simulate(past(poisson(30, 30)), 14, 2_000, seed=1)[Model.COMBINATION]
LIMITS = ["low80", "high80", "low95", "high95"]


def fits(drawn: np.ndarray, theirs, cells: int = 12) -> float:
    """The p-value of counts against a distribution, over cells that each hold about as much of it."""
    edges = np.unique(np.r_[-1, theirs.ppf(np.arange(1, cells) / cells), np.inf])
    expected = np.diff(theirs.cdf(edges)) * len(drawn)
    return chisquare(np.histogram(drawn, edges + 0.5)[0], expected).pvalue


def recorded(first: str, counts: list[float]) -> pd.Series:
    return pd.Series(counts, index=pd.date_range(first, periods=len(counts), freq="MS"), dtype=float)


def numbered(months: int) -> np.ndarray:
    """Two paths: 1, 2, 3 and so on, and ten more a month."""
    return np.arange(1, months + 1) + np.array([[0], [10]])


@given(some_values, st.integers(0, 99))
def test_numbers_become_whole_and_none_falls_below_0_or_moves_by_1(values, seed):
    whole = whole_numbers(values, np.random.default_rng(seed))
    assert whole.dtype == np.int64
    assert whole.shape == values.shape
    assert (whole >= 0).all()
    assert (np.abs(whole - np.maximum(values, 0)) < 1).all()


@given(arrays(float, 5, elements=st.integers(0, 10**6).map(float)), st.integers(0, 99))
def test_a_number_that_is_whole_already_stays(values, seed):
    assert whole_numbers(values, np.random.default_rng(seed)).tolist() == values.tolist()


@settings(max_examples=30)
@given(st.floats(0, 1_000), st.integers(0, 99))
def test_rounding_keeps_the_mean(value, seed):
    whole = whole_numbers(np.full(DRAWS, value), np.random.default_rng(seed))
    assert whole.mean() == pytest.approx(value, abs=6 * 0.5 / np.sqrt(DRAWS))


def test_what_is_no_number_is_nothing_and_what_runs_away_stops():
    wild = np.array([np.nan, -np.inf, np.inf, 1e300])
    assert whole_numbers(wild, np.random.default_rng(0)).tolist() == [0, 0, LARGEST, LARGEST]


@pytest.mark.parametrize("mean", [0.4, 3.0, 55.0])
@pytest.mark.parametrize("dispersion", [0.5, 1.0])
def test_counts_scatter_as_poisson_where_nothing_says_that_they_scatter_more(mean, dispersion):
    drawn = draw_counts(np.full(DRAWS, mean), dispersion, np.random.default_rng(1))
    assert fits(drawn, poisson_distribution(mean)) > 0.001


@pytest.mark.parametrize("mean", [0.4, 3.0, 55.0])
@pytest.mark.parametrize("dispersion", [1.3, 4.0])
def test_counts_that_scatter_more_are_negative_binomial_of_type_1(mean, dispersion):
    drawn = draw_counts(np.full(DRAWS, mean), dispersion, np.random.default_rng(2))
    theirs = nbinom(mean / (dispersion - 1), 1 / dispersion)
    assert (theirs.mean(), theirs.var()) == pytest.approx((mean, dispersion * mean))
    assert fits(drawn, theirs) > 0.001
    assert drawn.mean() == pytest.approx(mean, abs=5 * np.sqrt(dispersion * mean / DRAWS))
    assert drawn.var() == pytest.approx(dispersion * mean, rel=0.08)


@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_where_nothing_is_expected_nothing_comes(dispersion):
    expected = np.array([[0.0, -3.0, np.nan, -np.inf]] * 50)
    assert not draw_counts(expected, dispersion, np.random.default_rng(3)).any()


@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_an_expectation_without_end_stops_at_the_largest(dispersion):
    drawn = draw_counts(np.full(50, np.inf), dispersion, np.random.default_rng(4))
    assert drawn.max() < 1.01 * LARGEST


def test_dispersion_is_pearsons_over_the_months_left_by_the_parameters():
    counts, expected = np.array([10.0, 14.0, np.nan, 6.0]), np.full(4, 10.0)
    assert pearson_dispersion(counts, expected, 1) == pytest.approx((0 + 16 + 16) / 10 / (3 - 1))


def test_dispersion_is_that_of_statsmodels():
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(80), np.linspace(0, 1, 80)])
    counts = rng.negative_binomial(12, 0.4, 80).astype(float)
    fitted = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
    theirs = fitted.pearson_chi2 / fitted.df_resid
    assert theirs > 1.5
    assert pearson_dispersion(counts, fitted.fittedvalues, 2) == pytest.approx(theirs)


@pytest.mark.parametrize("counts", [np.full(20, 8.0), np.full(20, np.nan), np.array([8.0])])
def test_dispersion_is_never_below_plain_chance(counts):
    assert pearson_dispersion(counts, np.full(len(counts), 8.0), 1) == 1.0


@given(arrays(np.int64, st.tuples(st.integers(1, 40), st.just(2)), elements=st.integers(0, 30)))
def test_limits_are_the_least_counts_that_so_many_paths_stay_within(paths):
    limits = summary(paths)
    for month in range(2):
        drawn = sorted(paths[:, month].tolist())
        for name, level in {
            "median": 0.5,
            "low80": 0.1,
            "high80": 0.9,
            "low95": 0.025,
            "high95": 0.975,
        }.items():
            least = next(count for place, count in enumerate(drawn, 1) if place / len(drawn) >= level - 1e-12)
            assert limits[name][month] == least
        assert limits["mean"][month] == pytest.approx(sum(drawn) / len(drawn))


def test_limits_are_whole_numbers():
    assert (summary(REAL)[["median", *LIMITS]].dtypes == "int64").all()


def test_months_are_named_from_the_one_after_the_last_known():
    months = monthly_summary(REAL, date(2024, 11, 1))
    assert months["month"].dt.strftime("%Y-%m").tolist()[:3] == ["2024-12", "2025-01", "2025-02"]
    assert months["horizon"].tolist() == list(range(1, 15))
    pd.testing.assert_frame_equal(months.drop(columns=["month", "horizon"]), summary(REAL))


def test_means_of_months_add_up_to_that_of_the_year_and_limits_do_not():
    months, year = summary(REAL[:, 2:]), calendar_years(recorded("2023-01-01", [30] * 22), REAL, years=1)
    total = year[year["year"] == 2025].iloc[0]
    assert total["mean"] == pytest.approx(months["mean"].sum())
    for low, high in (("low80", "high80"), ("low95", "high95")):
        width = total[high] - total[low]
        assert 0 < width < 0.8 * (months[high] - months[low]).sum()
        assert months[low].sum() < total[low] < total["mean"] < total[high] < months[high].sum()


def test_calendar_years_by_hand():
    counts = recorded("2022-01-01", [*range(1, 13), *[2] * 12, *[5] * 10])
    years = calendar_years(counts, numbered(2 + 24), years=2).set_index("year")
    assert years["part"].tolist() == ["recorded"] * 2 + ["recorded and forecast"] + ["forecast"] * 2
    assert years["months"].tolist() == [12, 12, 10, 0, 0]
    assert years["recorded"].tolist()[:3] == [78, 24, 50]
    assert years["recorded"].isna().tolist() == [False, False, False, True, True]
    assert years.loc[[2022, 2023], ["mean", *LIMITS]].isna().all(axis=None)
    under_way, year = 50 + 1 + 2, sum(range(3, 15))
    assert years.loc[2024, ["low95", "mean", "high95"]].tolist() == [
        under_way,
        under_way + 10,
        under_way + 20,
    ]
    assert years.loc[2025, ["low95", "mean", "high95"]].tolist() == [year, year + 60, year + 120]
    assert years.loc[2026, "low80"] == year + 144


def test_a_year_that_ended_with_the_last_month_is_recorded_and_not_under_way():
    years = calendar_years(recorded("2023-01-01", [3] * 24), numbered(12), years=1)
    assert years["part"].tolist() == ["recorded", "recorded", "forecast"]
    assert years["recorded"].tolist()[:2] == [36, 36]


def test_a_year_of_which_the_history_holds_a_part_only_has_no_total():
    years = calendar_years(recorded("2022-04-01", [3] * 23), numbered(10), years=0).set_index("year")
    assert np.isnan(years.loc[2022, "recorded"])
    assert years.loc[2022, "months"] == 9
    assert years.loc[[2023, 2024], "recorded"].tolist() == [36, 6]


def test_a_past_year_with_a_month_not_delivered_has_no_total_rather_than_a_smaller_one():
    years = calendar_years(recorded("2022-01-01", [3, 3, np.nan, *[3] * 30]), numbered(3), years=0)
    assert years["months"].tolist() == [11, 12, 9]
    assert np.isnan(years["recorded"].iloc[0])
    assert years["recorded"].tolist()[1:] == [36, 27]


def test_a_year_under_way_with_a_month_not_delivered_is_not_foretold():
    years = calendar_years(recorded("2023-01-01", [*[3] * 14, np.nan, 3]), numbered(8 + 12), years=1)
    under_way = years[years["year"] == 2024].iloc[0]
    assert under_way[["recorded", "mean", *LIMITS]].isna().all()
    assert under_way["months"] == 3
    assert years["mean"].notna().tolist() == [False, False, True]


def test_a_month_of_zero_is_no_month_missing():
    years = calendar_years(recorded("2023-01-01", [0] * 14), numbered(10), years=0)
    assert years["recorded"].tolist() == [0, 0]
    assert years["low95"].iloc[1] == sum(range(1, 11))


@given(st.integers(0, 600), st.integers(0, 6))
def test_so_many_months_ahead_end_with_december_of_the_last_year(months, years):
    last = add_months(date(1990, 1, 1), months)
    assert add_months(last, months_ahead(last, years)) == date(last.year + years, 12, 1)


def test_a_year_under_way_of_which_the_first_months_are_not_there_has_no_total():
    recorded = pd.Series([1.0, 2, 3], index=pd.date_range("2024-03-01", periods=3, freq="MS"))
    years = calendar_years(recorded, np.ones((5, 7), dtype=np.int64), years=0)
    assert years[["recorded", "mean"]].isna().all(axis=None)
