"""The outlook of a subject: its months and calendar years on each basis, as they are and as what-ifs bend them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.foretold import COLUMNS
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.paths import Paths, calendar_years, monthly_summary
from vulncore.forecasting.what_if import Adjustment, apply_adjustments

BASIS_NAMES: Final = {Basis.CURRENT_PROCESS: "Current process", Basis.FIVE_YEAR: "Five years"}
MODEL_NAMES: Final = {
    Model.COMBINATION: "All combined",
    Model.RECENT_LEVEL: "Recent level",
    Model.SMOOTHING: "Smoothing",
    Model.PROPHET: "Prophet",
    Model.SEASONAL_NAIVE: "Last year again (seasonal naive)",
}

WHAT_IF_SEED: Final = 2  # the same chance for the same question


@dataclass(frozen=True)
class Outlook:
    """What is to come, by the model that speaks on each basis.

    `months` has one row per basis and month ahead: `basis`, `month`, `horizon`, the columns of
    `vulncore.forecasting.paths.summary`, `tested` (whether the back-test reached so far) and `unadjusted` (the mean
    without adjustments). `years` has the rows of `vulncore.forecasting.paths.calendar_years` for each basis, with
    `tested` (whether it reached the year's last month) and `unadjusted` (what is expected without adjustments). Where a change of level is proposed that nobody has approved or
    declined, `other_way` is the outlook that takes it the other way: for approved if this one doesn't. `foretold` is what
    earlier versions foretold of months up to now (`vulncore.findings.forecast.foretold.foretold`).
    """

    demand: Demand
    forecasts: Mapping[Basis, Forecast]
    adjustments: tuple[Adjustment, ...]
    paths: Mapping[Basis, Paths]
    months: pd.DataFrame
    years: pd.DataFrame
    other_way: "Outlook | None" = None
    foretold: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))

    @property
    def next_year(self) -> int:
        """The first whole calendar year ahead."""
        return self.demand.as_at.year + 1

    @property
    def last_year(self) -> int:
        """The last calendar year forecast."""
        return int(self.years["year"].max())

    def year(self, basis: Basis, year: int) -> pd.Series:
        """Return a calendar year's row."""
        return self.years[(self.years["basis"] == basis) & (self.years["year"] == year)].iloc[0]


def forecast_outlook(
    demand: Demand,
    forecasts: Mapping[Basis, Forecast],
    adjustments: Sequence[Adjustment] = (),
    other_way: Outlook | None = None,
    foretold: pd.DataFrame | None = None,
) -> Outlook:
    """Return the outlook of a subject, once its forecasts are made; what may happen is applied to every path."""
    spoken = {basis: forecast.spoken for basis, forecast in forecasts.items()}
    outlook = replace(_outlook(demand, forecasts, spoken, adjustments), other_way=other_way)
    return outlook if foretold is None else replace(outlook, foretold=foretold)


def untested_outlook(
    demand: Demand, paths: Mapping[Basis, Mapping[Model, Paths]], adjustments: Sequence[Adjustment] = ()
) -> Outlook:
    """Return the outlook by the combination before any model was tested: nothing of it is."""
    return _outlook(
        demand, {}, {basis: drawn[Model.COMBINATION] for basis, drawn in paths.items()}, adjustments
    )


def years_of(demand: Demand, paths: Paths) -> pd.DataFrame:
    """Return the calendar years of some paths, after those recorded."""
    ahead = (paths.shape[1] - (12 - demand.as_at.month)) // 12
    return calendar_years(demand.recorded, paths, ahead)


def chances_of_rise(outlook: Outlook, year: int) -> list[float]:
    """Return how likely a year ahead has more than the last twelve months usually have, by basis; none where those aren't whole."""
    before, as_at = usual_twelve(outlook.demand), outlook.demand.as_at
    if before is None:
        return []
    first = (year - as_at.year) * 12 - as_at.month
    totals = [paths[:, first : first + 12].sum(axis=1) for paths in outlook.paths.values()]
    return [float((total > before).mean() + (total == before).mean() / 2) for total in totals]


def usual_twelve(demand: Demand) -> float | None:
    """Return the records of the twelve months to the as-at month as they usually are; None where one is missing.

    One-off months and those held back count as the others' mean: a forecast that hasn't learnt from them can't be set against them.
    """
    unusual = demand.months["month"].dt.date.isin([*demand.one_offs, *(one.month for one in demand.held)])
    recent, usual = demand.actual[-12:], ~unusual.to_numpy()[-12:]
    if len(recent) < 12 or np.isnan(recent).any() or not usual.any():
        return None
    return float(recent[usual].mean() * 12)


def last_twelve(demand: Demand) -> int | None:
    """Return the records of the twelve months to the as-at month; None where one is missing."""
    recent = demand.actual[-12:]
    return int(recent.sum()) if len(recent) == 12 and not np.isnan(recent).any() else None


def _outlook(
    demand: Demand,
    forecasts: Mapping[Basis, Forecast],
    spoken: Mapping[Basis, Paths],
    adjustments: Sequence[Adjustment],
) -> Outlook:
    """Return an outlook; `spoken` are the paths without adjustments, of which nothing was tested that has no forecast."""
    bent, months, years = {}, [], []
    for basis, plain in spoken.items():
        dates = demand.past.months(plain.shape[1])[-plain.shape[1] :]
        paths = apply_adjustments(plain, dates, adjustments, np.random.default_rng(WHAT_IF_SEED))
        reach = forecasts[basis].tested_to if forecasts else 0
        month = monthly_summary(paths, demand.as_at)
        tested = month["horizon"] <= reach
        months.append(month.assign(basis=basis, tested=tested, unadjusted=plain.mean(axis=0)))
        year, before = years_of(demand, paths), years_of(demand, plain)["expected"]
        ends = (year["year"] - demand.as_at.year) * 12 + 12 - demand.as_at.month
        years.append(year.assign(basis=basis, tested=ends <= reach, unadjusted=before))
        bent[basis] = paths
    every_month, every_year = (pd.concat(frames, ignore_index=True) for frames in (months, years))
    return Outlook(demand, forecasts, tuple(adjustments), bent, every_month, every_year)
