"""What vulncore.metrics.statistics.dispersion promises."""

import timeit

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy.optimize import brentq
from scipy.stats import chi2

from vulncore.domain.errors import InvalidRowsError
from vulncore.metrics.statistics.dispersion import BLOCK_MONTHS, dispersion

FIRST = "2018-04-01"
SEASON = 1 + 0.3 * np.sin(np.arange(12) * np.pi / 6)
COLLAPSE = [0.35, 0.4, 0.5, 0.7, 0.7, 0.75, 0.7, 0.5, 0.5, 0.4, 0.4, 0.5, 0.6, 0.8, 0.9, 0.9]


def monthly(*series: np.ndarray, first: str = FIRST) -> pd.DataFrame:
    """Rows for series of counts that begin together; a missing count is a month not delivered."""
    rows = [
        pd.DataFrame(
            {
                "measure": number,
                "month": pd.date_range(first, periods=len(counts), freq="MS"),
                "count": counts,
            }
        )
        for number, counts in enumerate(series)
    ]
    return pd.concat(rows).dropna(ignore_index=True)


def scattered(mean: np.ndarray, phi: float, series: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shape = (series, len(mean))
    return rng.poisson(mean, shape) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi, shape)


def seasonal(level: float, months: int, growth: float = 0.0) -> np.ndarray:
    return level * np.resize(SEASON, months) * (1 + growth) ** (np.arange(months) / 12)


@pytest.mark.parametrize("phi", [1, 1.5, 3])
@pytest.mark.parametrize("level", [5, 22, 150])
def test_it_finds_the_scatter_put_in_through_season_and_growth(phi, level):
    estimates = dispersion(monthly(*scattered(seasonal(level, 79, growth=0.08), phi, series=300)))
    assert estimates["dispersion"].mean() == pytest.approx(phi, rel=0.12)


def test_it_agrees_with_statsmodels_where_season_and_level_are_steady():
    series = scattered(seasonal(20, 120), phi=1.8, series=40)
    months = pd.date_range(FIRST, periods=120, freq="MS")
    frame = pd.DataFrame({"month": months.month, "year": months.year, "days": months.days_in_month})
    fitted = [
        smf.glm(
            "count ~ C(month) + C(year)",
            frame.assign(count=counts),
            family=sm.families.Poisson(),
            offset=np.log(frame["days"]),
        ).fit()
        for counts in series
    ]
    theirs = np.mean([fit.pearson_chi2 / fit.df_resid for fit in fitted])
    assert dispersion(monthly(*series))["dispersion"].mean() == pytest.approx(theirs, rel=0.05)


def test_it_equals_a_naive_loop_over_blocks():
    counts = scattered(seasonal(9, 76, growth=0.2), phi=2, series=1)[0]
    days = pd.date_range(FIRST, periods=76, freq="MS").days_in_month.to_numpy()
    scatter, bounds, expected = [], [], 0.0
    for start in range(12, 76, BLOCK_MONTHS):
        now, before = slice(start, start + BLOCK_MONTHS), slice(start - 12, start - 12 + BLOCK_MONTHS)
        a, b = counts[now], counts[before]
        rate = (a.sum() / days[now].sum()) / (b.sum() / days[before].sum())
        share = rate * days[now] / (rate * days[now] + days[before])
        variance = (a + b) * share * (1 - share)
        pearson = (a - share * (a + b)) / np.sqrt(variance)
        # Cochran and Armitage take off what a line fitted by the null's weights explains
        trend_line = np.column_stack([np.sqrt(variance), np.sqrt(variance) * np.arange(BLOCK_MONTHS)])
        level, both = sm.OLS(pearson, trend_line[:, :1]).fit(), sm.OLS(pearson, trend_line).fit()
        scatter.append((pearson**2).sum() - (level.ssr - both.ssr))
        freedom = BLOCK_MONTHS - 2
        bound = chi2.ppf(0.75, freedom)
        bounds.append(bound)
        expected += chi2(freedom).expect(lambda x, edge=bound: min(x, edge))
    naive = brentq(lambda phi: sum(np.minimum(np.array(scatter) / phi, bounds)) - expected, 0.01, 100)
    assert dispersion(monthly(counts))["dispersion"].item() == pytest.approx(naive, rel=1e-3)


def test_one_month_gone_wrong_bears_little():
    clean = scattered(seasonal(22, 79), 1, series=200)
    wild = clean.copy()
    wild[:, 40] = 500
    before, after = (dispersion(monthly(*series))["dispersion"].mean() for series in (clean, wild))
    assert after - before < 0.35  # a plain Pearson estimate goes past 50


def test_a_pandemic_does_not_blow_it_up():
    level = seasonal(22, 79)
    level[24 : 24 + len(COLLAPSE)] *= COLLAPSE
    estimates = dispersion(monthly(*scattered(level, 1, series=300)))
    assert estimates["dispersion"].median() < 1.35


def test_a_feed_that_stopped_does_not_blow_it_up():
    series = scattered(seasonal(12, 79), 1, series=300)
    series[:, -7:] = 0
    assert dispersion(monthly(*series))["dispersion"].median() < 1.35


def test_a_months_length_is_no_scatter():
    months = pd.date_range(FIRST, periods=79, freq="MS")
    assert dispersion(monthly(1_000 * months.days_in_month.to_numpy()))["dispersion"].item() < 0.01


def test_a_month_not_delivered_is_missing_not_zero():
    counts = scattered(seasonal(60, 79), 1, series=1)[0].astype(float)
    gap = counts.copy()
    gap[[30, 31]] = np.nan
    row = dispersion(monthly(gap)).iloc[0]
    assert row["months_used"] == 77
    assert row["dispersion"] == pytest.approx(dispersion(monthly(counts))["dispersion"].item(), abs=0.3)


@pytest.mark.parametrize(("months", "known"), [(1, False), (12, False), (27, False), (28, True), (79, True)])
def test_it_takes_28_months_to_know(months, known):
    counts = scattered(np.full(months, 40.0), 1, series=1)[0]
    assert dispersion(monthly(counts))["dispersion"].notna().item() == known


@pytest.mark.parametrize("counts", [np.zeros(79), np.r_[np.zeros(78), 3]], ids=["all zero", "one month"])
def test_a_measure_that_hardly_occurs_is_unknown(counts):
    assert dispersion(monthly(counts))["dispersion"].isna().all()


def test_measures_do_not_bear_on_one_another_and_keep_their_order():
    one, other = scattered(seasonal(22, 79), 1, series=2)
    both = monthly(one, other[:60]).assign(measure=lambda rows: rows["measure"].map({0: "b", 1: "a"}))
    estimates = dispersion(both.sort_values(["month", "measure"], ascending=[True, False]))
    assert estimates["measure"].tolist() == ["b", "a"]
    assert estimates["dispersion"].iloc[0] == dispersion(monthly(one))["dispersion"].item()
    assert estimates["months_used"].tolist() == [79, 60]


def test_nothing_in_nothing_out():
    assert dispersion(monthly(np.ones(3)).iloc[:0]).columns.tolist() == [
        "measure",
        "dispersion",
        "months_used",
    ]


def test_nineteen_measures_of_a_hundred_months_take_under_a_tenth_of_a_second():
    rows = monthly(*scattered(seasonal(22, 100), 2, series=19))
    assert min(timeit.repeat(lambda: dispersion(rows), number=1, repeat=5)) < 0.1


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"count": -1}, r"3 of 3 months have a count .* from 0: 0 2018-04-01"),
        ({"count": [1, 2.5, 3]}, r"1 of 3 months have a count"),
        ({"count": [1, None, 3]}, r"1 of 3 months have a count"),
        ({"month": "2024-10-02"}, r"3 of 3 months are not dated by the first day"),
        ({"month": "soon"}, r"3 of 3 months are not dated"),
        ({"month": "2024-10-01"}, r"2 of 3 months are repeated: 0 2024-10-01"),
    ],
)
def test_a_hostile_row_is_named_and_refused(columns, sentence):
    with pytest.raises(InvalidRowsError, match=sentence):
        dispersion(monthly(np.ones(3)).assign(**columns))


def test_a_missing_column_is_named():
    with pytest.raises(InvalidRowsError, match=r"1 columns of the months are absent: count\."):
        dispersion(monthly(np.ones(3)).drop(columns="count"))
