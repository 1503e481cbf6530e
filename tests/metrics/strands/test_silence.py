"""What vulncore.metrics.strands.silence promises."""

import numpy as np
import pandas as pd

from vulncore.metrics.strands.signal import signals
from vulncore.metrics.strands.silence import silence


def monthly(*counts: float) -> pd.DataFrame:
    months = pd.date_range("2022-11-01", periods=len(counts), freq="MS")
    return pd.DataFrame({"measure": "a", "month": months, "count": counts}).dropna()


def test_attempted_suicides_that_stop_in_april_are_silent_by_october():
    # the report: 152 in twelve months, then 46, of them none since April
    counts = [*[12, 13] * 6, 2, *[9, 10, 9, 9, 9], *[0] * 7]
    row = silence(monthly(*counts)).iloc[0]
    assert (row["silent_months"], row["silent"]) == (7, True)


def test_a_silent_feed_keeps_its_fall_from_being_called_clear():
    rows = pd.DataFrame(
        {"measure": ["a"], "earlier": [152], "current": [46], "days_earlier": [365], "days_current": [366],
         "dispersion": [1.0], "flow": ["flow"]}
    )  # fmt: skip
    stopped = silence(monthly(*[12] * 17, *[0] * 7))["silent"]
    assert signals(rows)["signal"].item() == "clear change"
    assert signals(rows.assign(silent=stopped))["signal"].item() == "check the feed"


def test_months_of_zero_are_believed_where_few_were_to_be_expected():
    row = silence(monthly(*[0, 1, 1] * 8, 0, 0, 0, 0)).iloc[0]
    assert (row["silent_months"], round(row["expected"], 2), row["silent"]) == (4, 2.67, False)


def test_months_not_delivered_are_no_silence():
    row = silence(monthly(*[20] * 12, np.nan, np.nan)).iloc[0]
    assert (row["silent_months"], row["silent"]) == (0, False)


def test_a_measure_never_heard_is_not_silent():
    row = silence(monthly(0, 0, 0)).iloc[0]
    assert (row["silent_months"], np.isnan(row["expected"]), row["silent"]) == (3, True, False)
