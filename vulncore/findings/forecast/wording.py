"""Expected figures, ranges, years and bases in words, the same in every sentence, table and chart."""

from typing import Final

import pandas as pd

from vulncore.domain.periods import month_name
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import Outlook
from vulncore.findings.shared.words import number_of
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.past import FEWEST_MONTHS, basis_months

IN_WORDS: Final = {Basis.CURRENT_PROCESS: "the current process", Basis.FIVE_YEAR: "the last five years"}


def expected_in_words(mean: float, decimals: int = 0) -> str:
    """Return what is expected of a month or a year, as every sentence, table and chart has it.

    >>> expected_in_words(1262.4), expected_in_words(16.25, 1)
    ('1,262', '16.2')
    """
    return f"{mean:,.{decimals}f}"


def range_in_words(row: pd.Series, level: int = 80) -> str:
    """Return where so many per cent (80 or 95) of forecasts of a month or a year lie, in records."""
    low, high = f"{row[f'low{level}']:,.0f}", f"{row[f'high{level}']:,.0f}"
    return low if low == high else f"{low} to {high}"


def bases_in_words(demand: Demand) -> str:
    """Return what the two bases are, in one line."""
    process, five = (basis_months(basis, demand.past) for basis in (Basis.CURRENT_PROCESS, Basis.FIVE_YEAR))
    since = "the last approved change of level" if demand.changes else "no change of level was approved"
    if demand.is_as_if_changed:
        since = "as if the proposed change of level had been approved"
    same = " Both learn from the same months here." if process.first == five.first else ""
    return (
        f"Current process learns from months since {month_name(process.first)} ({since}), Five years from those since "
        f"{month_name(five.first)}.{same}"
    )


def basis_in_words(outlook: Outlook, basis: Basis) -> str:
    """Return which months a basis learns from."""
    learnt = outlook.forecasts[basis].learnt_from
    since = f"{month_name(learnt.first)} to {month_name(outlook.demand.as_at)} ({number_of(len(learnt.counts), 'month')})"
    if basis is Basis.FIVE_YEAR:
        return since
    if outlook.demand.is_as_if_changed:
        return f"{since}, since the proposed change of level, as if approved, at least {FEWEST_MONTHS} months"
    if not outlook.demand.changes:
        return f"{since}, as no change of level was approved"
    return f"{since}, since the last approved change of level, at least {FEWEST_MONTHS} months"


def years_in_words(outlook: Outlook) -> str:
    """Return the calendar years in a sentence, for those who can't see the chart."""
    past = outlook.years.drop_duplicates("year").dropna(subset="recorded")
    recorded = [f"{year} {count:,.0f}" for year, count in zip(past["year"], past["recorded"], strict=True)]
    sentences = [f"Recorded: {', '.join(recorded)}."] if recorded else []
    for basis, years in outlook.years.dropna(subset="mean").groupby("basis", sort=False):
        expected = (
            f"{row['year']} {expected_in_words(row['expected'])} ({range_in_words(row)})"
            for _, row in years.iterrows()
        )
        sentences.append(f"Expected from {IN_WORDS[Basis(str(basis))]}: {', '.join(expected)}.")
    return " ".join(sentences)


def months_ahead_in_words(outlook: Outlook, basis: Basis) -> str:
    """Return the months ahead on one basis in a sentence, for those who can't see the chart."""
    months = outlook.months[outlook.months["basis"] == basis]
    first, last = months.iloc[0], months.iloc[-1]
    return (
        f"Expected {expected_in_words(first['mean'])} ({range_in_words(first)}) in {month_name(first['month'])}, "
        f"{expected_in_words(last['mean'])} ({range_in_words(last)}) in {month_name(last['month'])}."
    )
