"""What vulncore.metrics.records.groups promises."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.metrics.records.groups import NOT_RECORDED, group_scores

GROUPS = {"rape": ("high", "low", "medium"), "hate-crime": ("high", "low"), "prevent": ()}
some_records = st.lists(
    st.one_of(
        st.tuples(st.just("rape"), st.sampled_from([*GROUPS["rape"], None])),
        st.tuples(st.just("hate-crime"), st.sampled_from([*GROUPS["hate-crime"], None])),
        st.tuples(st.just("prevent"), st.none()),
    ),
    max_size=40,
)


def rows(records) -> pd.DataFrame:
    return pd.DataFrame(list(records), columns=["measure", "risk_level"], dtype=object)


@given(records=some_records, kept=st.floats(0.05, 1.0))
def test_scores_of_a_record_sum_to_one_and_those_of_all_to_the_records(records, kept):
    scores = group_scores(rows(records), "risk_level", GROUPS, kept)
    assert scores.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(records)))
    assert scores.to_numpy().sum() == pytest.approx(len(records))


@given(records=some_records)
def test_where_nothing_is_blurred_scores_are_plain_counts(records):
    sums = group_scores(rows(records), "risk_level", GROUPS, kept=1.0).sum()
    for group in ("high", "low", "medium"):
        assert sums[group] == sum(level == group for _, level in records)
    assert sums.get(NOT_RECORDED, 0) == sum(level is None for _, level in records)


def test_numbers_that_were_blurred_as_they_are_on_average_come_out_as_they_were():
    """Of 400 high, 100 low and 300 medium, three in four kept and the others dealt alike: counted by hand."""
    dealt = (400 + 100 + 300) / 4 / 3
    blurred = {"high": 300 + dealt, "low": 75 + dealt, "medium": 225 + dealt}
    tripled = [("rape", level) for level, count in blurred.items() for _ in range(round(3 * count))]
    sums = group_scores(rows(tripled), "risk_level", {"rape": GROUPS["rape"]}, kept=0.75).sum() / 3
    assert sums.to_dict() == pytest.approx({"high": 400, "low": 100, "medium": 300})


def test_a_record_of_one_measure_is_never_partly_in_a_group_of_another():
    scores = group_scores(rows([("hate-crime", "high")]), "risk_level", GROUPS, kept=0.5)
    assert scores["medium"].tolist() == [0.0]
    assert scores[["high", "low"]].to_numpy().tolist() == [[1.5, -0.5]]


def test_what_is_not_recorded_is_a_group_of_its_own_and_last_and_absent_where_all_is_recorded():
    assert (
        list(group_scores(rows([("rape", None), ("rape", "low")]), "risk_level", GROUPS))[-1] == NOT_RECORDED
    )
    assert NOT_RECORDED not in group_scores(rows([("rape", "low")]), "risk_level", GROUPS)


def test_rows_keep_their_index():
    records = rows([("rape", "high"), ("rape", None)]).set_index(pd.Index([7, 3]))
    assert group_scores(records, "risk_level", GROUPS).index.tolist() == [7, 3]
