"""How well forecasts do on four real series of sexual offences."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vulncore.forecasting.backtest import by_model, trial
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import LOCKDOWN_MONTHS, Basis, Past

BOROUGHS = Path(__file__).parents[2].parent / (
    "shared/data/recorded-crime/mps-borough-monthly-2010-04-to-2023-11.csv"
)
FIRST = date(2010, 4, 1)
SERIES = [  # two large boroughs and two small ones, two kinds of offence
    ("RAPE", "Lambeth"),
    ("RAPE", "Richmond upon Thames"),
    ("OTHER SEXUAL OFFENCES", "Westminster"),
    ("OTHER SEXUAL OFFENCES", "Sutton"),
]
ORIGINS = range(60, 164 - 12, 24)  # every other year


@pytest.fixture(scope="module")
def trials() -> pd.DataFrame:
    if not BOROUGHS.exists():
        pytest.skip("the Met's borough table is not beside this checkout (../shared/data/recorded-crime)")
    table = pd.read_csv(BOROUGHS).set_index(["MinorText", "BoroughName"]).drop(columns="MajorText")
    rows = []
    for kind, borough in SERIES:
        counts = table.loc[(kind, borough)].to_numpy(dtype=float)
        months = pd.date_range(FIRST, periods=len(counts), freq="MS").date
        past = Past(FIRST, np.where(np.isin(months, LOCKDOWN_MONTHS), np.nan, counts))
        rows += [
            trial(past, counts, origin, Basis.FIVE_YEAR).assign(series=f"{kind}, {borough}")
            for origin in ORIGINS
        ]
    every = pd.concat(rows, ignore_index=True)
    return every[every["span"] == 1]


@pytest.mark.heavy
def test_the_combination_is_closer_than_last_year_again_and_no_further_off_than_prophet(trials):
    by_origin = by_model(trials, by=["series", "origin"])
    error = by_origin.groupby("model")["mase"].mean()
    assert len(by_origin) == len(SERIES) * len(ORIGINS) * len(Model)
    assert error[Model.COMBINATION] < error[Model.SEASONAL_NAIVE]
    assert error[Model.COMBINATION] <= error[Model.PROPHET] + 0.02


@pytest.mark.heavy
def test_the_combinations_ranges_hold_about_as_many_months_as_they_are_meant_to(trials):
    held = by_model(trials).set_index("model").loc[Model.COMBINATION]
    assert 0.7 < held["within80"] < 0.92
    assert 0.88 < held["within95"] < 0.995
