"""What is missing or provisional in the figures on screen, said plainly."""

from collections.abc import Mapping, Sequence

import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.domain.periods import BASELINE_FINANCIAL_YEAR, Window, financial_year_name, month_name
from vulncore.domain.vocabulary import Measure

WINDOW_WORDS = {
    "fytd_current": "This financial year to date",
    "fytd_previous": "The same months last year",
    "fytd_baseline": f"The {financial_year_name(BASELINE_FINANCIAL_YEAR)} baseline",
    "rolling12_current": "The last twelve months",
    "rolling12_previous": "The twelve months before them",
}


def notes(
    table: pd.DataFrame,
    series: pd.DataFrame,
    measures: Sequence[Measure],
    windows: Mapping[str, Window | None],
) -> tuple[str, ...]:
    """Return a sentence for each window that is not whole, and for months that may still change.

    Args:
        table: The strand table of the measures shown.
        series: Their months known, as `vulncore.metrics.strands.counts.monthly_series` returns.
        measures: Those measures.
        windows: The windows by name; None for a baseline that does not lie before the current year.
    """
    names = {measure.key: measure.name for measure in measures}
    said = [_no_baseline()] if windows["fytd_baseline"] is None else []
    told: set[Window] = set()
    for name, window in windows.items():
        short = table[table[name].isna()]
        if window and window not in told and len(short):
            told.add(window)
            whose = "" if len(short) == len(table) else f" for {first_five(short['measure'].map(names))}"
            said.append(_incomplete(short, series, name, window, whose))
    said.append(_provisional(table, series, windows))
    return tuple(sentence for sentence in said if sentence)


def _incomplete(short: pd.DataFrame, series: pd.DataFrame, name: str, window: Window, whose: str) -> str:
    whole, known = len(window.months), sorted(set(short[f"{name}_months"]))
    extent = f"{known[0]}" if len(known) == 1 else f"{known[0]} to {known[-1]}"
    gaps = _gaps_of_all(short, series, window)
    without = f", without {first_five(gaps)}" if len(known) == 1 and 0 < len(gaps) < whole else ""
    return (
        f"{WINDOW_WORDS[name]} ({window}) has {extent} of {whole} {'month' if whole == 1 else 'months'}"
        f"{without}{whose}: it is not compared as if it were whole."
    )


def _gaps_of_all(short: pd.DataFrame, series: pd.DataFrame, window: Window) -> tuple[str, ...]:
    """Return the months that a window misses; none where the measures do not all miss the same ones."""
    there = {str(key): set(rows["month"].dt.date) for key, rows in series.groupby("measure")}
    missed = {
        tuple(month_name(month) for month in window.months if month not in there.get(key, set()))
        for key in short["measure"]
    }
    return missed.pop() if len(missed) == 1 else ()


def _provisional(table: pd.DataFrame, series: pd.DataFrame, windows: Mapping[str, Window | None]) -> str:
    year = windows["rolling12_current"]
    if year is None:
        return ""
    flagged = series[series["provisional"].eq(True) & series["measure"].isin(table["measure"])]
    named = sorted(set(flagged["month"].dt.date) & set(year.months))
    count = int(table["rolling12_current_provisional"].max())
    if count > len(named):  # a total over several months is provisional without months of its own
        what = f"{count} of the last twelve months {'is' if count == 1 else 'are'}"
    elif named:
        what = f"{first_five(month_name(month) for month in named)} {'is' if len(named) == 1 else 'are'}"
    else:
        return ""
    return f"{what} provisional: figures can still change as records are reclassified."


def _no_baseline() -> str:
    return (
        f"The baseline {financial_year_name(BASELINE_FINANCIAL_YEAR)} does not lie before the financial "
        "year shown, so nothing is compared with it."
    )
