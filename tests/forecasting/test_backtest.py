"""What vulncore.forecasting.backtest promises."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forecasting.planted import FIRST, crps_by_a_loop, past, poisson, unknown
from vulncore.forecasting.backtest import by_model, origins, scored, trial
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import Basis, DayWeights, Past

ORIGIN = 26
COUNTS = poisson(20, 44)
RNG = np.random.default_rng(1)
TOLD = {
    Model.DRIFT: RNG.poisson(30, (40, 14)),
    Model.SEASONAL_NAIVE: RNG.poisson(22, (40, 14)),
}
CAME = unknown(poisson(26, 14, seed=2), [12])
SCALE = (4.0, 5.0)


def tried(counts: np.ndarray, actual: np.ndarray | None = None, steps: tuple[int, ...] = ()) -> pd.DataFrame:
    actual = counts if actual is None else actual
    return trial(past(counts, steps), actual, ORIGIN, Basis.FIVE_YEAR, seed=3)


@given(st.integers(1, 400))
def test_origins_leave_two_years_to_learn_and_half_a_year_to_judge_evenly_spaced(length):
    found = origins(past(np.ones(length)), Basis.FIVE_YEAR)
    assert len(found) <= 24
    assert set(np.diff(found)) <= {6}
    if length < 30:
        assert found == ()
    else:
        assert found[-1] == length - 6
        assert found[0] >= 24
        assert len(found) == 24 or found[0] - 6 < 24


def test_an_origin_has_half_a_year_of_known_months_after_it_and_a_year_before_it():
    counts = unknown(np.ones(80), [*range(1, 40), *range(70, 76)])
    found = origins(past(counts), Basis.FIVE_YEAR)
    known = ~np.isnan(counts)
    assert found
    for origin in found:
        assert known[origin:].sum() >= 6
        assert known[max(origin - 60, 0) : origin].sum() >= 12


def test_a_trial_sees_nothing_of_the_months_that_it_foretells():
    later = COUNTS.copy()
    later[ORIGIN:] = 900 - 40 * np.arange(len(COUNTS) - ORIGIN)
    one, other = tried(COUNTS), tried(later, steps=(ORIGIN, ORIGIN + 4))
    foretold = ["model", "horizon", "span", "mean", "median"]
    pd.testing.assert_frame_equal(one[foretold], other[foretold])
    assert (other["absolute"] > one["absolute"]).mean() > 0.9


def test_a_trial_weighs_days_by_those_before_it_alone():
    days = pd.Series(1, index=pd.date_range(FIRST, periods=365 * 5))
    later = days.copy()
    later[pd.DatetimeIndex(days.index).dayofweek >= 5] = 40
    later[:"2016-02-29"] = 1  # the 26 months shown
    one, other = (
        trial(Past(FIRST, COUNTS, daily=daily), COUNTS, ORIGIN, Basis.FIVE_YEAR) for daily in (days, later)
    )
    pd.testing.assert_frame_equal(one, other)


def test_a_trial_learns_from_the_months_before_it():
    higher = np.r_[COUNTS[:ORIGIN] * 5, COUNTS[ORIGIN:]]
    assert (tried(higher)["mean"] > 2 * tried(COUNTS)["mean"]).all()


def test_a_month_set_aside_is_judged_though_models_do_not_see_it():
    set_aside = unknown(COUNTS, [ORIGIN - 2, ORIGIN + 1])
    rows = tried(set_aside, actual=COUNTS)
    months = rows[(rows["model"] == Model.DRIFT) & (rows["span"] == 1)]
    assert months["actual"].tolist() == COUNTS[ORIGIN:].tolist()
    assert not np.allclose(rows["mean"], tried(COUNTS)["mean"])


def test_a_month_never_delivered_is_not_judged():
    rows = tried(unknown(COUNTS, [ORIGIN + 15]))
    months = rows[(rows["model"] == Model.COMBINATION) & (rows["span"] == 1)]
    assert months["horizon"].tolist() == [*range(1, 16), 17, 18]
    assert rows["origin"].unique().tolist() == [ORIGIN]


def test_a_trial_looks_five_years_ahead_and_no_further():
    counts = poisson(20, 100)
    weights = DayWeights((1.0, 1.0, 1.0, 1.0, 1.2, 0.9, 0.9))
    rows = trial(Past(FIRST, counts, weights=weights), counts, 24, Basis.CURRENT_PROCESS)
    assert rows["horizon"].max() == 60
    assert rows.groupby("model")["span"].value_counts().tolist() == [60, 1] * len(Model)


def test_scores_are_those_of_a_plain_loop():
    rows = scored(TOLD, CAME, SCALE, np.random.default_rng(2))
    expected = []
    for model, paths in TOLD.items():
        for month in range(14):
            drawn = sorted(paths[:, month].tolist())
            came, median = CAME[month], (drawn[19] + drawn[20]) / 2
            if not np.isnan(came):
                mean, score = sum(drawn) / 40, crps_by_a_loop(drawn, came)
                errors = abs(came - median) / 4, ((came - mean) / 5) ** 2
                expected.append((str(model), month + 1, came, mean, median, score, *errors))
    months = rows[rows["span"] == 1]
    columns = ["model", "horizon", "actual", "mean", "median", "crps", "absolute", "squared"]
    found = list(months[columns].itertuples(index=False, name=None))
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert np.array([row[2:] for row in found]) == pytest.approx(np.array([row[2:] for row in expected]))
    assert months["pit"].between(0, 1).all()


def test_the_first_twelve_months_are_judged_by_their_sum_along_each_path():
    rows = scored(TOLD, CAME, SCALE, np.random.default_rng(2))
    total = rows[(rows["span"] == 12) & (rows["model"] == Model.DRIFT)].iloc[0]
    sums = [sum(path[:12]) for path in TOLD[Model.DRIFT].tolist()]
    assert total["horizon"] == 12
    assert (total["actual"], total["mean"]) == pytest.approx((sum(CAME[:12]), np.mean(sums)))
    assert total["crps"] == pytest.approx(crps_by_a_loop(sums, sum(CAME[:12])))


@pytest.mark.parametrize("came", [CAME[:11], unknown(CAME, [11])], ids=["too few", "one not known"])
def test_a_year_that_is_not_whole_is_not_judged(came):
    told = {model: paths[:, : len(came)] for model, paths in TOLD.items()}
    assert scored(told, came, SCALE, RNG)["span"].unique().tolist() == [1]


def test_mase_of_last_year_again_is_hyndmans():
    counts = np.array([8.0, 5, 9, 4, 6, 7, 3, 8, 6, 5, 7, 9, 6, 5, 12, 4, 7, 7, 1, 8, 6, 5, 9, 9])
    came = np.array([7.0, 5, 10, 4, 7, 9, 1, 8, 5, 5, 9, 6])
    change = (2 + 0 + 3 + 0 + 1 + 0 + 2 + 0 + 0 + 0 + 2 + 0) / 12  # over a year, before
    error = (1 + 0 + 2 + 0 + 0 + 2 + 0 + 0 + 1 + 0 + 0 + 3) / 12
    told = {Model.SEASONAL_NAIVE: np.tile(counts[12:].astype(np.int64), (10, 1))}
    rows = scored(told, came, (change, 1.0), RNG)
    assert by_model(rows[rows["span"] == 1])["mase"].item() == pytest.approx(error / change)


def test_scores_of_a_model_are_those_of_a_plain_loop_over_its_months():
    rng = np.random.default_rng(5)
    made = pd.DataFrame({"model": rng.choice(["a", "b"], 60), "series": rng.choice(["x", "y"], 60)})
    made[["pit", "absolute", "squared", "crps"]] = rng.random((60, 4))
    made.loc[:9, "pit"] = [0.0, 0.02, 0.025, 0.05, 0.1, 0.9, 0.95, 0.975, 0.99, 1.0]
    for _, found in by_model(made, by=["series"]).iterrows():
        own = [
            row
            for row in made.to_dict("records")
            if (row["model"], row["series"]) == (found["model"], found["series"])
        ]
        months = len(own)
        assert found["months"] == months
        assert found["mase"] == pytest.approx(sum(row["absolute"] for row in own) / months)
        assert found["rmsse"] == pytest.approx((sum(row["squared"] for row in own) / months) ** 0.5)
        assert found["crps"] == pytest.approx(sum(row["crps"] for row in own) / months)
        assert found["within80"] == pytest.approx(sum(0.1 <= row["pit"] <= 0.9 for row in own) / months)
        assert found["within95"] == pytest.approx(sum(0.025 <= row["pit"] <= 0.975 for row in own) / months)


def test_errors_of_a_series_that_never_changed_are_not_scaled():
    rows = tried(np.zeros(44))
    assert len(rows) == len(Model) * (18 + 1)
    assert rows[["absolute", "squared"]].isna().all(axis=None)
    assert by_model(rows)[["mase", "rmsse"]].isna().all(axis=None)
    assert rows["crps"].notna().all()
