"""How the week changed between two periods: which three-hour bands hold more or fewer, beyond chance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import listed, number_in_words, percent
from vulncore.findings.when.map import SHOWN_DECIMALS, Layout
from vulncore.findings.when.week import BAND, Week
from vulncore.findings.when.words import stretch
from vulncore.metrics.week.day_hour import day_hour_change
from vulncore.metrics.week.hours import HOURS

MOST_NAMED: Final = 4
UNKNOWN_MOVED: Final = 0.05  # a change of the unknown share, in itself, that moves the whole week


@dataclass(frozen=True)
class WeekChange:
    """Two periods' weeks set against each other.

    `cells` has one row per three-hour band: `row`, `x`, `hours` (as in `vulncore.findings.when.map`), `label`,
    `change` (records more or fewer than the earlier period, taken as long as this one, would have; missing where
    either is hidden), `clear` (beyond chance, all bands judged together), `rose`, `verdict`, `now_said`, `before_said`, `said`.
    """

    cells: pd.DataFrame
    headline: tuple[Headline, ...]


def week_change(now: Week, before: Week, first: int, unit: str) -> WeekChange:
    """Return how each three-hour band changed, small numbers hidden.

    Args:
        now: The weeks of the period.
        before: Those of the period that it is set against.
        first: The hour with which the map's rows begin.
        unit: What is counted, in the plural.
    """
    layout = Layout(BAND, first)
    current, earlier = now.of("band"), before.of("band")
    days_now, days_before = now.read.asked.window.days, before.read.asked.window.days
    every = np.arange(0, HOURS, BAND)
    tested = day_hour_change(
        now.read.week.reshape(-1, BAND).sum(axis=1),
        before.read.week.reshape(-1, BAND).sum(axis=1),
        days_now,
        days_before,
    )
    open_to_see = ~(current["hidden"] | earlier["hidden"]).to_numpy()
    cells = pd.DataFrame(
        {
            "row": (every - layout.first) % HOURS // 24,
            "x": (every - layout.first) % 24,
            "hours": BAND,
            "label": [stretch(int(at), BAND) for at in every],
            "change": np.where(open_to_see, tested["now"] - tested["expected"], np.nan).round(SHOWN_DECIMALS),
            "clear": tested["clear"],
            "rose": tested["now"] > tested["expected"],
            "now_said": _said(current, now.smallest),
            "before_said": _said(earlier, before.smallest),
        }
    )
    cells["verdict"] = np.where(
        ~cells["clear"], "could be chance", np.where(cells["rose"], "clear rise", "clear fall")
    )
    cells["said"] = cells["before_said"] + " to " + cells["now_said"] + ", " + cells["verdict"]
    return WeekChange(cells, tuple(_headline(cells, now, before, unit)))


def change_table(change: WeekChange) -> pd.DataFrame:
    """Return one row per three-hour band, from Monday 00:00, with columns named for people."""
    cells = change.cells
    return pd.DataFrame(
        {
            "When": cells["label"],
            "Before": cells["before_said"],
            "Now": cells["now_said"],
            "Verdict": cells["verdict"],
        }
    )


def _said(bands: pd.DataFrame, smallest: int) -> list[str]:
    numbers = zip(bands["weight"], bands["about"], strict=True)
    return [number_in_words(weight, about, smallest) for weight, about in numbers]


def _headline(cells: pd.DataFrame, now: Week, before: Week, unit: str) -> list[Headline]:
    against = f"{now.read.asked.window} against {before.read.asked.window}"
    clear = cells[cells["clear"]].to_dict("records")
    if clear:
        told = [
            f"{row['label']} ({row['before_said']} to {row['now_said']} {unit})" for row in clear[:MOST_NAMED]
        ]
        more = f" and {len(clear) - MOST_NAMED} more" if len(clear) > MOST_NAMED else ""
        count = f"{len(clear)} of {len(cells)} three-hour bands changed beyond chance"
        said = [Headline(HeadlineKind.CLEAR, count, f"{against}: {listed(told)}{more}.")]
    else:
        said = [
            Headline(
                HeadlineKind.QUIET,
                "No part of the week changed beyond chance",
                f"{against}. Differences on the map could all be chance.",
            )
        ]
    whole = f"{before.read.timed:,.0f} to {now.read.timed:,.0f} {unit} with a time. Whether that is more than chance, the overview says."
    said.append(Headline(HeadlineKind.QUIET, "All hours together", whole))
    unknown = [1 - week.read.timed / week.read.records for week in (now, before)]
    if abs(unknown[0] - unknown[1]) > UNKNOWN_MOVED:
        said.append(
            Headline(
                HeadlineKind.FEED,
                "Compare with care",
                f"Times not known went from {percent(unknown[1])} to {percent(unknown[0])}: that alone moves the whole week.",
            )
        )
    return said
