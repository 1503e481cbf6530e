"""How the week changed between two periods: its cells to draw, its table, and what they say."""

from typing import Final

import numpy as np
import pandas as pd

from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import listed, percent
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.view import BAND, Week, WeekChange, When
from vulncore.metrics.week.hours import HOURS

MOST_NAMED: Final = 4


def change_cells(change: WeekChange, first: int) -> pd.DataFrame:
    """Return the cells of the map of differences, with rows from the `first` hour on.

    Returns:
        One row per band: `row`, `x`, `hours` (as in `vulncore.findings.when.map`), `label`, `change`, `clear`, `rose` (as
        in `WeekChange`), `words`.
    """
    bands = change.bands
    return bands.assign(
        row=(bands["at"] - first) % HOURS // 24,
        x=(bands["at"] - first) % 24,
        hours=BAND,
        label=_labels(bands),
        words=bands["before_words"] + " to " + bands["now_words"] + ", " + _verdicts(bands),
    )[["row", "x", "hours", "label", "change", "clear", "rose", "words"]]


def change_table(change: WeekChange) -> pd.DataFrame:
    """Return one row per three-hour band, from Monday 00:00, with columns named for people."""
    bands = change.bands
    return pd.DataFrame(
        {
            "When": _labels(bands),
            "Before": bands["before_words"],
            "Now": bands["now_words"],
            "Verdict": _verdicts(bands),
        }
    )


def change_headline(weeks: When) -> tuple[Headline, ...]:
    """Return what the comparison says: the bands that changed, the whole week, and times that are not known."""
    change, before = weeks.change, weeks.before
    if change is None or before is None:
        return ()
    periods = f"{weeks.now.record_filter.window} against {before.record_filter.window}"
    totals = (
        f"{before.timed:,.0f} to {weeks.now.timed:,.0f} {weeks.unit} with a time. The Overview says whether that is more "
        "than chance."
    )
    lines = [
        _bands_headline(change, periods, weeks.unit),
        Headline(HeadlineKind.QUIET, "All hours together", totals),
    ]
    if change.unknown_moved:
        lines.append(Headline(HeadlineKind.FEED, "Compare with care", _unknown_moved(weeks.now, before)))
    return tuple(lines)


def _labels(bands: pd.DataFrame) -> list[str]:
    return [from_to(int(at), BAND) for at in bands["at"]]


def _verdicts(bands: pd.DataFrame) -> pd.Series:
    clear = np.where(bands["rose"], "clear rise", "clear fall")
    return pd.Series(np.where(bands["clear"], clear, "could be chance"), index=bands.index)


def _bands_headline(change: WeekChange, periods: str, unit: str) -> Headline:
    clear = change.bands[change.bands["clear"]]
    if clear.empty:
        return Headline(
            HeadlineKind.QUIET,
            "No part of the week changed by more than chance",
            f"{periods}. All differences on the map could be chance.",
        )
    named = clear.head(MOST_NAMED)
    texts = [
        f"{label} ({band.before_words} to {band.now_words} {unit})"
        for label, band in zip(_labels(named), named.itertuples(), strict=True)
    ]
    more = f" and {len(clear) - MOST_NAMED} more" if len(clear) > MOST_NAMED else ""
    return Headline(
        HeadlineKind.CLEAR,
        f"{len(clear)} of {len(change.bands)} three-hour bands changed by more than chance",
        f"{periods}: {listed(texts)}{more}.",
    )


def _unknown_moved(now: Week, before: Week) -> str:
    shares = [week.unknown / week.records for week in (before, now)]
    if np.isnan(shares).any():
        return "The share of times not known changed by over 5 points. That alone moves the whole week."
    return f"Times not known went from {percent(shares[0])} to {percent(shares[1])}. That alone moves the whole week."
