"""What vulncore.metrics.harm.score promises."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidRowsError
from vulncore.metrics.harm.score import harm_change, harm_scores

WEIGHTS = pd.DataFrame(
    {
        "measure": "a",
        "offence": ["grave", "middling", "light", "unknown"],
        "weight": [3_000.0, 189.0, 13.5, np.nan],
    }
)


def counted(*seen: int, period: str = "now", missing: int = 0) -> pd.DataFrame:
    rows = [*zip(WEIGHTS["offence"], seen, strict=True), (None, missing)]
    return pd.DataFrame(rows, columns=["offence", "count"]).assign(measure="a", period=period)


def score_of(counts: pd.DataFrame, **more) -> dict:
    (row,) = harm_scores(counts, WEIGHTS, **more).to_dict("records")
    return row


def test_the_score_is_the_sum_of_weights_of_the_records_that_have_one():
    row = score_of(counted(2, 10, 40, 8, missing=5))
    assert row["records"] == 65
    assert row["weighed"] == 52
    assert row["unweighed"] == pytest.approx(13 / 65)
    assert row["score"] == pytest.approx(2 * 3_000 + 10 * 189 + 40 * 13.5)
    assert row["per_record"] == pytest.approx(row["score"] / 52)
    assert row["gravest"] == pytest.approx(3_000 / row["score"])
    assert row["low"] < row["score"] < row["high"]


def test_records_without_a_weight_are_counted_and_never_weighed_as_nought():
    row = score_of(counted(0, 0, 0, 9))
    assert (row["score"], row["weighed"], row["unweighed"]) == (0, 0, 1)
    assert np.isnan(row["per_record"])


def test_few_and_grave_crimes_outweigh_many_light_ones():
    weights = pd.concat([WEIGHTS, WEIGHTS.assign(measure="b")])
    both = pd.concat([counted(5, 0, 0, 0), counted(0, 0, 800, 0).assign(measure="b")])
    rows = harm_scores(both, weights).set_index("measure")
    assert rows["score"].tolist() == [15_000, 10_800]
    assert rows["high"]["a"] / rows["score"]["a"] > rows["high"]["b"] / rows["score"]["b"]


@given(st.lists(st.integers(0, 400), min_size=4, max_size=4), st.integers(0, 50))
def test_two_periods_together_have_the_sum_of_both_scores(seen, missing):
    first, second = counted(*seen, missing=missing), counted(*reversed(seen), missing=missing)
    together = pd.concat([first, second])
    assert score_of(together)["score"] == pytest.approx(score_of(first)["score"] + score_of(second)["score"])
    assert score_of(together)["records"] == 2 * (sum(seen) + missing)


def test_the_blur_is_taken_away_again_on_average():
    generator = np.random.default_rng(5)
    true = np.array([6, 40, 150, 30])
    deals = []
    for period in range(400):
        offences = np.repeat(np.arange(4), true)
        dealt = np.where(
            generator.random(len(offences)) < 0.75, offences, generator.integers(0, 4, len(offences))
        )
        deals.append(counted(*np.bincount(dealt, minlength=4), period=str(period)))
    rows = harm_scores(pd.concat(deals), WEIGHTS, kept=0.75)
    exact = score_of(counted(*true))
    spread = rows["score"].std() / np.sqrt(len(rows))
    assert rows["score"].mean() == pytest.approx(exact["score"], abs=4 * spread)
    assert rows["weighed"].mean() == pytest.approx(exact["weighed"], rel=0.01)


def test_of_blurred_records_the_limits_are_wider():
    # as many records of each, so that the blur moves the score nowhere on average
    exact, blurred = score_of(counted(20, 20, 20, 20)), score_of(counted(20, 20, 20, 20), kept=0.75)
    assert blurred["score"] == pytest.approx(exact["score"])
    assert blurred["low"] < exact["low"]
    assert blurred["high"] > exact["high"]


def test_a_score_of_which_the_blur_leaves_little_is_set_against_no_other():
    counts = pd.concat([counted(9, 9, 200, 0), counted(9, 9, 200, 0, period="then")])
    assert harm_change(counts, WEIGHTS, "a", ("now", "then"), (365, 365), kept=0.75) is None
    assert harm_change(counts, WEIGHTS, "a", ("now", "then"), (365, 365)).ratio == 1


def test_a_score_is_never_below_nought_nor_more_weighed_than_recorded():
    row = score_of(counted(0, 0, 30, 0), kept=0.5)
    assert row["score"] >= 0
    assert row["low"] >= 0
    assert row["weighed"] <= 30


def test_a_change_is_per_day():
    counts = pd.concat([counted(10, 20, 30, 0), counted(10, 20, 30, 0, period="then")])
    same = harm_change(counts, WEIGHTS, "a", ("now", "then"), (365, 365))
    longer = harm_change(counts, WEIGHTS, "a", ("now", "then"), (730, 365))
    assert same.ratio == 1
    assert same.low < 1 < same.high
    assert longer.ratio == 0.5


def test_a_rise_of_light_crimes_does_not_hide_a_fall_of_grave_ones():
    counts = pd.concat([counted(2, 20, 400, 0), counted(40, 20, 200, 0, period="then")])
    change = harm_change(counts, WEIGHTS, "a", ("now", "then"), (365, 365))
    assert counts.groupby("period")["count"].sum().to_dict() == {"now": 422, "then": 260}
    assert change.high < 1


def test_a_measure_without_records_has_no_change():
    change = harm_change(counted(3, 3, 3, 3), WEIGHTS, "a", ("now", "then"), (365, 365))
    assert np.isnan(change.ratio)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (counted(1, 1, 1, 1).drop(columns="period"), "1 columns of the counts are absent: period"),
        (counted(1, 1, 1, -1), "1 of 5 counts are negative or missing: a"),
        (
            counted(1, 1, 1, 1).replace({"offence": {"light": "piracy"}}),
            r"1 of 5 rows have an offence that has no line among the weights: piracy \(a\)",
        ),
    ],
)
def test_rows_that_cannot_be_weighed_are_named(counts, sentence):
    with pytest.raises(InvalidRowsError, match=sentence):
        harm_scores(counts, WEIGHTS)


def test_of_no_rows_there_are_no_scores():
    assert harm_scores(counted(0, 0, 0, 0)[:0], WEIGHTS).empty
