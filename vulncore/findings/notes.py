"""What is missing or provisional in the figures on screen, said plainly."""

from collections.abc import Mapping, Sequence

import pandas as pd

from vulncore.errors import first_five
from vulncore.periods import BASELINE_FINANCIAL_YEAR, Window, financial_year_name, month_name
from vulncore.vocabulary import Measure

WINDOW_WORDS = {
    "fytd_current": "This financial year to date",
    "fytd_previous": "The same months last year",
    "fytd_baseline": f"The {financial_year_name(BASELINE_FINANCIAL_YEAR)} baseline",
    "rolling12_current": "The last twelve months",
    "rolling12_previous": "The twelve months before them",
}


def notes(
    table: pd.DataFrame, measures: Sequence[Measure], windows: Mapping[str, Window | None]
) -> tuple[str, ...]:
    """Return a sentence for each window that is not whole, and for months that may still change.

    Args:
        table: The strand table of the measures shown.
        measures: Those measures.
        windows: The windows by name; None for a baseline that does not lie before the current year.
    """
    names = {measure.key: measure.name for measure in measures}
    said = [
        _incomplete(table, names, name, window) if window else _no_baseline()
        for name, window in windows.items()
    ]
    said.append(_provisional(table, windows))
    return tuple(sentence for sentence in said if sentence)


def _incomplete(table: pd.DataFrame, names: Mapping[str, str], name: str, window: Window) -> str:
    short = table[table[name].isna()]
    if short.empty:
        return ""
    whole = len(window.months)
    known = sorted(set(short[f"{name}_months"]))
    extent = f"{known[0]}" if len(known) == 1 else f"{known[0]} to {known[-1]}"
    whose = "" if len(short) == len(table) else f" for {first_five(names[key] for key in short['measure'])}"
    months = "month" if whole == 1 else "months"
    return (
        f"{WINDOW_WORDS[name]} ({window}) has {extent} of {whole} {months}{whose}: "
        "it is not compared as if it were whole."
    )


def _provisional(table: pd.DataFrame, windows: Mapping[str, Window | None]) -> str:
    current = windows["fytd_current"]
    if current is None:
        return ""
    count = int(table["rolling12_current_provisional"].max())
    if count == 0:
        return ""
    which = current.months[-1:] if count == 1 else ()
    what = f"{month_name(which[0])} is" if which else f"{count} of the last twelve months are"
    return f"{what} provisional: figures can still change as records are reclassified."


def _no_baseline() -> str:
    return (
        f"The baseline {financial_year_name(BASELINE_FINANCIAL_YEAR)} does not lie before the financial "
        "year shown, so nothing is compared with it."
    )
