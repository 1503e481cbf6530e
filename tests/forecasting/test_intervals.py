"""What vulncore.forecasting.paths promises."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.forecasting.planted import past, poisson
from vulncore.domain.periods import add_months
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.paths import calendar_years, monthly, months_ahead, summary

REAL = simulate(past(poisson(30, 30)), 14, 2_000, seed=1)[Model.COMBINATION]
LIMITS = ["low80", "high80", "low95", "high95"]


def recorded(first: str, counts: list[float]) -> pd.Series:
    return pd.Series(counts, index=pd.date_range(first, periods=len(counts), freq="MS"), dtype=float)


def numbered(months: int) -> np.ndarray:
    """Two paths: 1, 2, 3 and so on, and ten more a month."""
    return np.arange(1, months + 1) + np.array([[0], [10]])


@given(arrays(np.int64, st.tuples(st.integers(1, 40), st.just(2)), elements=st.integers(0, 30)))
def test_limits_are_the_least_counts_that_so_many_paths_stay_within(paths):
    found = summary(paths)
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
            assert found[name][month] == least
        assert found["mean"][month] == pytest.approx(sum(drawn) / len(drawn))


def test_limits_are_whole_numbers():
    assert (summary(REAL)[["median", *LIMITS]].dtypes == "int64").all()


def test_months_are_named_from_the_one_after_the_last_known():
    found = monthly(REAL, date(2024, 11, 1))
    assert found["month"].dt.strftime("%Y-%m").tolist()[:3] == ["2024-12", "2025-01", "2025-02"]
    assert found["horizon"].tolist() == list(range(1, 15))
    pd.testing.assert_frame_equal(found.drop(columns=["month", "horizon"]), summary(REAL))


def test_means_of_months_add_up_to_that_of_the_year_and_limits_do_not():
    months, year = summary(REAL[:, 2:]), calendar_years(recorded("2023-01-01", [30] * 22), REAL, years=1)
    told = year[year["year"] == 2025].iloc[0]
    assert told["mean"] == pytest.approx(months["mean"].sum())
    for low, high in (("low80", "high80"), ("low95", "high95")):
        width = told[high] - told[low]
        assert 0 < width < 0.8 * (months[high] - months[low]).sum()
        assert months[low].sum() < told[low] < told["mean"] < told[high] < months[high].sum()


def test_calendar_years_by_hand():
    counts = recorded("2022-01-01", [*range(1, 13), *[2] * 12, *[5] * 10])
    found = calendar_years(counts, numbered(2 + 24), years=2).set_index("year")
    assert found["part"].tolist() == ["recorded"] * 2 + ["recorded and forecast"] + ["forecast"] * 2
    assert found["months"].tolist() == [12, 12, 10, 0, 0]
    assert found["recorded"].tolist()[:3] == [78, 24, 50]
    assert found["recorded"].isna().tolist() == [False, False, False, True, True]
    assert found.loc[[2022, 2023], ["mean", *LIMITS]].isna().all(axis=None)
    under_way, year = 50 + 1 + 2, sum(range(3, 15))
    assert found.loc[2024, ["low95", "mean", "high95"]].tolist() == [
        under_way,
        under_way + 10,
        under_way + 20,
    ]
    assert found.loc[2025, ["low95", "mean", "high95"]].tolist() == [year, year + 60, year + 120]
    assert found.loc[2026, "low80"] == year + 144


def test_a_year_that_ended_with_the_last_month_is_recorded_and_not_under_way():
    found = calendar_years(recorded("2023-01-01", [3] * 24), numbered(12), years=1)
    assert found["part"].tolist() == ["recorded", "recorded", "forecast"]
    assert found["recorded"].tolist()[:2] == [36, 36]


def test_a_year_of_which_the_history_holds_a_part_only_has_no_total():
    found = calendar_years(recorded("2022-04-01", [3] * 23), numbered(10), years=0).set_index("year")
    assert np.isnan(found.loc[2022, "recorded"])
    assert found.loc[2022, "months"] == 9
    assert found.loc[[2023, 2024], "recorded"].tolist() == [36, 6]


def test_a_past_year_with_a_month_not_delivered_has_no_total_rather_than_a_smaller_one():
    found = calendar_years(recorded("2022-01-01", [3, 3, np.nan, *[3] * 30]), numbered(3), years=0)
    assert found["months"].tolist() == [11, 12, 9]
    assert np.isnan(found["recorded"].iloc[0])
    assert found["recorded"].tolist()[1:] == [36, 27]


def test_a_year_under_way_with_a_month_not_delivered_is_not_foretold():
    found = calendar_years(recorded("2023-01-01", [*[3] * 14, np.nan, 3]), numbered(8 + 12), years=1)
    under_way = found[found["year"] == 2024].iloc[0]
    assert under_way[["recorded", "mean", *LIMITS]].isna().all()
    assert under_way["months"] == 3
    assert found["mean"].notna().tolist() == [False, False, True]


def test_a_month_of_zero_is_no_month_missing():
    found = calendar_years(recorded("2023-01-01", [0] * 14), numbered(10), years=0)
    assert found["recorded"].tolist() == [0, 0]
    assert found["low95"].iloc[1] == sum(range(1, 11))


@given(st.integers(0, 600), st.integers(0, 6))
def test_so_many_months_ahead_end_with_december_of_the_last_year(months, years):
    last = add_months(date(1990, 1, 1), months)
    assert add_months(last, months_ahead(last, years)) == date(last.year + years, 12, 1)


def test_a_year_under_way_of_which_the_first_months_are_not_there_has_no_total():
    recorded = pd.Series([1.0, 2, 3], index=pd.date_range("2024-03-01", periods=3, freq="MS"))
    found = calendar_years(recorded, np.ones((5, 7), dtype=np.int64), years=0)
    assert found[["recorded", "mean"]].isna().all(axis=None)
