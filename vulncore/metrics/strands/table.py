"""The strand table: every measure's windows, what changed, and whether it is more than chance."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from vulncore.domain.periods import Window
from vulncore.domain.vocabulary import Measure
from vulncore.metrics.statistics.dispersion import dispersion
from vulncore.metrics.strands.change import change
from vulncore.metrics.strands.counts import monthly_series, window_counts
from vulncore.metrics.strands.signal import FALL_TO_ZERO_FROM, signals
from vulncore.metrics.strands.silence import silence

NO_BREAKS: Mapping[str, Sequence[date]] = {}


class Comparison(NamedTuple):
    """Two windows set against each other; `key` begins the names of its columns."""

    key: str
    earlier: str
    current: str


COMPARISONS = (
    Comparison("fytd", "fytd_previous", "fytd_current"),
    Comparison("baseline", "fytd_baseline", "fytd_current"),
    Comparison("rolling12", "rolling12_previous", "rolling12_current"),
)
SIGNAL_COLUMNS = ["rate_ratio", "low", "high", "interval_level", "p_value", "signal"]


def strand_table(
    months: pd.DataFrame,
    counts: pd.DataFrame,
    measures: Sequence[Measure],
    windows: Mapping[str, Window | None],
    breaks: Mapping[str, Sequence[date]] = NO_BREAKS,
) -> pd.DataFrame:
    """Return the strand table of one force: every measure's counts, changes and signals.

    It takes what `monthly_counts`, `period_counts` and `vulncore.domain.periods.comparison_windows` return, and every
    measure of the dataset, in order: signals are judged together over all. Breaks are, by measure, the months from which it
    can't be compared with what came before: a comparison that reaches across one is not tested, and scatter is that of the
    months since.

    Returns:
        One row per measure, in order: `measure`; the columns of `window_counts`; and for each of
        `COMPARISONS` `<key>_change` (count), `<key>_percent` (exact Fraction or None), `<key>_symbol`,
        `<key>_colour` ("red", "orange", "green" or ""), `<key>_broken` (it reaches across a break) and
        `<key>_<signal column>` of `vulncore.metrics.strands.signal.signals`; `dispersion`; `silent` (its feed seems
        to have stopped) and `silent_months` (months of zero at the end of its series; missing where no month
        is known). Missing where a window is incomplete.
    """
    table = window_counts(months, counts, measures, windows)
    history = _comparable(months, counts, windows, breaks)
    scatter = dispersion(history).set_index("measure")["dispersion"]
    stopped = silence(history).set_index("measure")
    # by their totals alone: the longer windows are in doubt, too
    fell_to_zero = table["fytd_current"].eq(0) & table["fytd_previous"].ge(FALL_TO_ZERO_FROM)
    table["dispersion"] = table["measure"].map(scatter).astype(float)
    silent = table["measure"].map(stopped["silent"]).eq(True)
    table["silent"] = (silent | fell_to_zero.fillna(value=False)).astype(bool)
    table["silent_months"] = table["measure"].map(stopped["silent_months"]).astype("Int64")
    for comparison in COMPARISONS:
        earlier, current = windows[comparison.earlier], windows[comparison.current]
        table[f"{comparison.key}_broken"] = [
            any(
                earlier and current and earlier.start < day <= current.end
                for day in breaks.get(measure.key, ())
            )
            for measure in measures
        ]
        table = table.join(_changes(table, comparison)).join(_signals(table, comparison, measures, windows))
    return table


def _comparable(
    months: pd.DataFrame,
    counts: pd.DataFrame,
    windows: Mapping[str, Window | None],
    breaks: Mapping[str, Sequence[date]],
) -> pd.DataFrame:
    """Return the months up to the as-at month, of each measure the months since its last break."""
    as_at = max(window.end for window in windows.values() if window)
    series = monthly_series(months, counts)
    last_breaks = {
        key: max((day for day in days if day <= as_at), default=None) for key, days in breaks.items()
    }
    since = pd.to_datetime(series["measure"].map(last_breaks))  # missing where there is none
    return series[(series["month"] <= pd.Timestamp(as_at)) & ~(series["month"] < since)]


def _changes(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    names = [f"{comparison.key}_{part}" for part in ("change", "percent", "symbol", "colour")]
    rows = [
        (None, None, "", "") if pd.isna(earlier) or pd.isna(current) else change(int(earlier), int(current))
        for earlier, current in zip(table[comparison.earlier], table[comparison.current], strict=True)
    ]
    changes = pd.DataFrame(rows, columns=names, index=table.index, dtype=object)
    return changes.astype({names[0]: "Int64"})


def _signals(
    table: pd.DataFrame,
    comparison: Comparison,
    measures: Sequence[Measure],
    windows: Mapping[str, Window | None],
) -> pd.DataFrame:
    earlier, current = windows[comparison.earlier], windows[comparison.current]
    judged = signals(
        pd.DataFrame(
            {
                "measure": table["measure"],
                "current": table[comparison.current].astype(float),
                "earlier": table[comparison.earlier].astype(float).mask(table[f"{comparison.key}_broken"]),
                "days_current": current.days if current else float("nan"),
                "days_earlier": earlier.days if earlier else float("nan"),
                "dispersion": table["dispersion"],
                "flow": [str(measure.flow) for measure in measures],
                "silent": table["silent"],
            }
        )
    )
    return judged[SIGNAL_COLUMNS].add_prefix(f"{comparison.key}_")
