"""The strand table as it is shown: a row for each measure, the headings, the legend."""

from collections.abc import Hashable, Mapping
from math import isfinite
from typing import Any

import pandas as pd

from vulncore.domain.periods import Window, add_months, short_window
from vulncore.domain.strands.strand_list import name_of
from vulncore.domain.vocabulary import Measure
from vulncore.findings.overview.history import has_only_totals
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.sentences import serious_rise
from vulncore.findings.overview.strand_table_html import ChangeCell, Count, Headings, SignalCell, TableRow
from vulncore.findings.shared.words import capital_first, number_of, percent, short_mark
from vulncore.metrics.strands.change import COLOUR_THRESHOLD, has_trend, percent_text
from vulncore.metrics.strands.signal import Signal

SPARKLINE_MONTHS = 36
NOT_COMPARABLE = "Not comparable"
SIGNAL_KINDS = {
    Signal.CLEAR: "clear",
    Signal.MAY_BE: "possible",
    Signal.CHANCE: "chance",
    Signal.TOO_FEW: "few",
    Signal.CHECK_FEED: "feed",
    Signal.NOT_TESTED: "few",
}


def strand_rows(overview: Overview) -> tuple[TableRow, ...]:
    """Return the strand table's row for each measure shown, in the report's order."""
    months = [add_months(overview.as_at, step) for step in range(1 - SPARKLINE_MONTHS, 1)]
    series = overview.series
    keyed = zip(series["measure"], series["month"].dt.date, series["count"], strict=True)
    known = {(key, month): int(count) for key, month, count in keyed}
    return tuple(
        _row(row, measure, [known.get((measure.key, month)) for month in months], overview)
        for row, measure in zip(overview.table.to_dict("records"), overview.measures, strict=True)
    )


def table_caption(overview: Overview) -> str:
    """Return what the table is of, whose it is and to which month."""
    has_strands = any(measure.strand for measure in overview.measures)
    subject = "Vulnerability strands" if has_strands else "Recorded incidents by category"
    return f"{subject}, {overview.force}, to {overview.as_at:%B %Y}"


def headings(overview: Overview) -> Headings:
    """Return the caption and the column headings of the strand table."""
    windows = {name: short_window(window) if window else None for name, window in overview.windows.items()}
    mark = short_mark(overview.publish)
    return Headings(
        caption=table_caption(overview) + (f". {mark}" if mark else ""),
        fytd_previous=windows["fytd_previous"] or "",
        fytd_current=windows["fytd_current"] or "",
        baseline=windows["fytd_baseline"],
        rolling12_previous=f"to {add_months(overview.as_at, -12):%b %Y}",
        rolling12_current=f"to {overview.as_at:%b %Y}",
    )


def table_legend(overview: Overview) -> str:
    """Return the sentences under the table: what its colours and its ranges mean."""
    interval, tested = "", overview.table.dropna(subset="fytd_p_value")
    if len(tested):
        interval = (
            " Times: this year's daily rate ÷ last year's. The range in brackets holds for all measures at once "
            f"({percent(tested['fytd_interval_level'].iloc[0], decimals=1)} each)."
        )
    return (
        f"Red: up by more than {COLOUR_THRESHOLD}\u202f%. Green: down by more than {COLOUR_THRESHOLD}\u202f%. "
        f"Orange: in between. Strong colour: more than chance, or a rise too serious to wait. Pale: could be chance. "
        "A fall that could be chance, or that rests on few records, has no colour."
        f"{interval}"
    )


def _row(
    row: Mapping[Hashable, Any],
    measure: Measure,
    months: list[int | None],
    overview: Overview,
) -> TableRow:
    strand = name_of(overview.publish.strand_list, measure.strand)
    return TableRow(
        key=measure.key,
        name=measure.name,
        group=strand if measure.group and strand else measure.group,
        months=_line(row, months),
        fytd=change_cell(row, "fytd", measure),
        signal=_signal(row),
        baseline=change_cell(row, "baseline", measure),
        rolling12=change_cell(row, "rolling12", measure),
        **{name: _count(row, name, window) for name, window in overview.windows.items()},
    )


def _line(row: Mapping[Hashable, Any], months: list[int | None]) -> list[int | None] | str:
    counts = pd.Series(months, dtype=float)
    trend = has_trend(counts)
    if trend is None:
        return "only totals" if has_only_totals(row, counts) else "no months"
    return months if trend else "too few for a trend"


def _count(row: Mapping[Hashable, Any], name: str, window: Window | None) -> Count:
    if not pd.isna(row[name]):
        return int(row[name])
    if window is None:
        return "–"
    known, whole = int(row[f"{name}_months"]), len(window.months)
    return f"{known} of {number_of(whole, 'month')}" if known else "no data"


def change_cell(row: Mapping[Hashable, Any], key: str, measure: Measure) -> ChangeCell | None:
    """Return a change as it is shown; None where it can't be told. One across a change of recording is none."""
    if pd.isna(row[f"{key}_change"]):
        return None
    if row[f"{key}_broken"]:
        return ChangeCell("", NOT_COMPARABLE, "recording changed", "break", loud=False)
    difference = int(row[f"{key}_change"])
    exact, signal = row[f"{key}_percent"], row[f"{key}_signal"]
    way = "up" if difference > 0 else "down"
    return ChangeCell(
        symbol=row[f"{key}_symbol"],
        percent="from 0" if exact is None else f"{percent_text(exact)}\u202f%",
        words=f"{way} {abs(difference):,}" if difference else "no change",
        colour=row[f"{key}_colour"] if signal != Signal.CHECK_FEED else "feed",
        loud=signal == Signal.CLEAR or serious_rise(row, key, measure),
    )


def _signal(row: Mapping[Hashable, Any]) -> SignalCell:
    signal = Signal(row["fytd_signal"])
    tested = signal in (Signal.CLEAR, Signal.MAY_BE, Signal.CHANCE)
    ratio, low, high = (float(row[f"fytd_{name}"]) for name in ("rate_ratio", "low", "high"))
    return SignalCell(
        kind=SIGNAL_KINDS[signal],
        words=capital_first(signal.value),
        range=ratio_text(ratio, low, high) if tested and isfinite(ratio) else "",
    )


def ratio_text(ratio: float, low: float, high: float) -> str:
    """Return a rate ratio with its interval, with the decimals that tell its limits from 1.

    >>> ratio_text(1.43, 1.03, 1.99), ratio_text(1.2, 1.0004, 1.44)
    ('1.43 times (1.03 to 1.99)', '1.20 times (1.0004 to 1.44)')
    """

    def shown(value: float) -> str:
        if not isfinite(value):
            return "any"
        decimals = next((d for d in range(2, 7) if round(value, d) != 1 or value == 1), 7)
        return f"{value:.{decimals}f}"

    return f"{ratio:.2f} times ({shown(low)} to {shown(high)})"
