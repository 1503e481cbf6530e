"""What vulncore.metrics.records.groups promises."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from tests.making import incident
from vulncore.domain.blur import MADE_FROM, blurred
from vulncore.domain.schemas import INCIDENTS
from vulncore.metrics.records.groups import group_scores

SECRETS = 150
GROUPS = {"rape": ("high", "low", "medium"), "hate-crime": ("high", "standard")}


def test_what_is_written_out_as_not_recorded_is_one_group_with_what_is_missing():
    rows = pd.DataFrame({"measure": "rape", "risk_level": ["high", "not recorded", None, "high"]})
    scores = group_scores(rows, "risk_level", {"rape": ("high", "not recorded")}, kept=0.75)
    assert scores.columns.tolist() == ["high", "not recorded"]
    assert scores.sum(axis=1).round(9).eq(1).all()
    plain = group_scores(rows, "risk_level", {"rape": ("high", "not recorded")}, kept=1)
    assert plain.sum().to_dict() == {"high": 2.0, "not recorded": 2.0}


def test_estimates_are_right_on_average_over_many_secrets():
    true = {("rape", "high"): 60, ("rape", "low"): 5, ("rape", "medium"): 1}
    true |= {("hate-crime", "high"): 2, ("hate-crime", "standard"): 40, ("hate-crime", None): 12}
    pairs = [pair for pair, count in true.items() for _ in range(count)]
    rows = [incident(at, date(2024, 1, 1), of, risk_level=risk) for at, (of, risk) in enumerate(pairs)]
    table = pa.Table.from_pylist(rows, schema=INCIDENTS).select(MADE_FROM)
    estimates = []
    for number in range(SECRETS):
        frame = blurred(table, f"secret {number}".encode(), {}).select(["measure", "risk_level"]).to_pandas()
        estimates.append(group_scores(frame, "risk_level", GROUPS).sum())
    every = pd.DataFrame(estimates)
    truth = {"high": 62, "low": 5, "medium": 1, "standard": 40}
    for group, count in truth.items():
        error = every[group].std() / np.sqrt(SECRETS)
        assert abs(every[group].mean() - count) < 4 * error
    assert (every["not recorded"] == 12).all()
