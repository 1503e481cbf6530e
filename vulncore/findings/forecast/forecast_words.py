"""A forecast in words beside its charts: what is drawn, which months it learns from, what was set aside."""

import pandas as pd

from vulncore.domain.periods import add_months, month_name
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import Outlook
from vulncore.forecasting.backtest import YEAR
from vulncore.forecasting.basis import FEWEST_MONTHS, Basis, months_of
from vulncore.forecasting.forecast import Forecast

RANGE = "80\u202f% range"
IN_WORDS = {Basis.CURRENT_PROCESS: "the current process", Basis.FIVE_YEAR: "five years"}


def forecast_notes(told: Outlook) -> tuple[str, ...]:
    """Return what was done with months that are missing, set aside, or after which the level was another."""
    found = told.demand
    months, said = found.months, []
    gaps = months.loc[months["count"].isna(), "month"]
    if len(gaps):
        said.append(f"{_some(gaps)} not delivered: unknown to the models, never zero.")
    locked = months.loc[months["set_aside"] & ~months["provisional"] & months["count"].notna(), "month"]
    if len(locked):
        said.append(
            f"{_some(locked)} set aside: under lockdown neither the streets nor reporting were as they are."
        )
    provisional = months.loc[months["provisional"], "month"]
    if len(provisional):
        said.append(
            f"{_some(provisional)} set aside: the figures may still change. They stand in the totals."
        )
    if found.broken:
        said.append(f"Nothing before {month_name(found.broken)} is used: the way of counting changed then.")
    if found.begun:
        said.append(
            f"Nothing was recorded before {month_name(found.begun)}, too long for chance: taken as not begun."
        )
    changed = (
        f"The level was changed in {month_name(change)}: models may let it jump there."
        for change in found.changes
    )
    return (*said, *changed)


def basis_in_words(told: Outlook, basis: Basis) -> str:
    """Return which months a basis learns from."""
    learnt = told.forecasts[basis].learnt_from
    since = f"{month_name(learnt.first)} to {month_name(told.demand.as_at)} ({len(learnt.counts)} months)"
    if basis is Basis.FIVE_YEAR:
        return since
    if not told.demand.changes:
        return f"{since}, as no change of level was approved"
    return f"{since}, since the last approved change of level, at least {FEWEST_MONTHS} months"


def bases_in_words(found: Demand) -> str:
    """Return what the two bases are, in one line."""
    process, five = (months_of(basis, found.past) for basis in (Basis.CURRENT_PROCESS, Basis.FIVE_YEAR))
    since = (
        "since the last approved change of level"
        if found.changes
        else "all there is, as no change of level was approved"
    )
    return (
        f"Current process: months from {month_name(process.first)} on, {since}. Five years: from {month_name(five.first)} on. "
        f"{RANGE[0].upper()}{RANGE[1:]}: four cases in five fall inside."
    )


def held_last(forecast: Forecast) -> float | None:
    """Return how much the 80 % range of the model that speaks held in the last twelve months of the horizon tested.

    None where that is within the first year, which is judged by itself.
    """
    if forecast.tested_to < YEAR + YEAR // 2:
        return None
    rows = forecast.trials[
        (forecast.trials["span"] == 1) & (forecast.trials["model"] == forecast.chosen.model)
    ]
    last = rows[rows["horizon"].between(max(forecast.tested_to - YEAR, YEAR) + 1, forecast.tested_to)]
    return float(last["pit"].between(0.1, 0.9).mean())


def years_in_words(told: Outlook) -> str:
    """Return the calendar years in a sentence, for those who can't see the chart."""
    first = told.years.drop_duplicates("year")
    past = first[first["recorded"].notna()]
    said = ", ".join(
        f"{year} {count:,.0f}" for year, count in zip(past["year"], past["recorded"], strict=True)
    )
    ahead = []
    for basis, own in told.years.dropna(subset="mean").groupby("basis", sort=False):
        every = (
            f"{row['year']} {row['mean']:,.0f} ({row['low80']:,.0f} to {row['high80']:,.0f})"
            for _, row in own.iterrows()
        )
        ahead.append(f"Expected on {IN_WORDS[Basis(str(basis))]}: {', '.join(every)}.")
    return " ".join([f"Recorded: {said}." if said else "", *ahead]).strip()


def months_in_words(told: Outlook, basis: Basis) -> str:
    """Return the months ahead on one basis in a sentence, for those who can't see the chart."""
    own = told.months[told.months["basis"] == basis]
    first, last = own.iloc[0], own.iloc[-1]
    return (
        f"Expected {first['mean']:,.0f} ({first['low80']:,} to {first['high80']:,}) in {month_name(first['month'])}, "
        f"{last['mean']:,.0f} ({last['low80']:,} to {last['high80']:,}) in {month_name(last['month'])}."
    )


def untested_from(told: Outlook, basis: Basis) -> str:
    """Return the first month that no trial reached, in words; "" where all were reached."""
    forecast = told.forecasts[basis]
    if forecast.tested_to >= forecast.asked.ahead:
        return ""
    return month_name(add_months(told.demand.as_at, forecast.tested_to + 1))


def _some(months: pd.Series) -> str:
    named = [month_name(month.date()) for month in months]
    if len(named) == 1:
        return f"{named[0]} was"
    if len(named) <= 7:
        return f"{', '.join(named[:-1])} and {named[-1]} were"
    return f"{len(named)} months from {named[0]} to {named[-1]} were"
