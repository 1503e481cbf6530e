"""Levels: from which month on another level seems to hold. A person approves it, or declines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.metrics.control.chart import BASELINE_MONTHS, ControlChart, control_chart, usable
from vulncore.metrics.control.limits import scatter_beyond_chance
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.metrics.data_quality.odd_months import standing_out
from vulncore.metrics.statistics.intervals import rate_ratio_p_value
from vulncore.metrics.strands.silence import silent_start

FEWEST_AFTER: Final = 3
"""Months that a new level has to have held: one alone is a month out of line, two can be."""
SURE_BY_RULE, SURE_ALONE = 1e-3, 1e-4
"""The p-value of the best of all months that a level could have changed in, where a rule is broken and where none is: by
calibration (docs/control.md)."""
LEAST_CHANGE: Final = 1.25
"""Times: a smaller step changes no decision, and over years nothing stands quite still."""
RECENT: Final = 12
"""Months: a step of the last year is one that nobody can have planned with yet."""
SET_AGAINST: Final = 36
"""Months that a recent step is looked for in. Of a longer phase the step that fits best lies years back, and hides it: of the Met's
64 series with a halving planted half a year before their end, 3 % are found in ten years of months and 62 % in three."""


@dataclass(frozen=True)
class LevelChange:
    """A change of level that the months propose: from when, from how many a month to how many, and how sure.

    `p_value` is that of a ratio as far from 1 between the months before and since, if the month had been named beforehand.
    """

    month: date
    before: float
    after: float
    p_value: float


def proposed_level(chart: ControlChart, declined: Collection[date] = ()) -> LevelChange | None:
    """Return the change of level that the last phase of a chart proposes; None where it proposes none.

    It is proposed where the months since differ from those before by more than chance and a quarter, wherever in the phase the step
    fits best; where no rule is broken, it has to be surer. It has to have held for three months, after twelve, not to be the work of
    one of them, and not to be what the same months of earlier years were already.

    Args:
        chart: The chart.
        declined: Months of changes that a person has declined: a step within two months of one is not proposed again, and the months
            since it alone are looked at for another.

    Source:
        The most likely step of a series of counts, Hinkley and Hinkley (1970); its counts compared as
        `vulncore.metrics.statistics.intervals`, scattered as their moving ranges say.

    Misleads when:
        there is a strong season: winter can still look like another level where the winter before was milder.

    >>> import pandas as pd
    >>> from vulncore.metrics.control.chart import control_chart
    >>> months = pd.DataFrame({"month": pd.date_range("2023-01-01", periods=18, freq="MS"),
    ...     "count": [20.0, 22] * 6 + [10, 9, 11, 8, 10, 9], "provisional": False, "set_aside": False})
    >>> change = proposed_level(control_chart(months))
    >>> change.month, round(change.before, 1), round(change.after, 1)
    (datetime.date(2024, 1, 1), 21.0, 9.5)
    """
    frame = chart.frame
    last = frame[(frame["phase"] == frame["phase"].max()).to_numpy() & usable(frame)]
    judged = chart.judged
    if len(last) < BASELINE_MONTHS + FEWEST_AFTER or judged.empty:
        return None
    sure = SURE_BY_RULE if (judged["rule"] != "").any() else SURE_ALONE
    counts = last["count"].to_numpy(dtype=float)
    days = last["month"].dt.days_in_month.to_numpy(dtype=float)
    months = [month.date() for month in last["month"]]
    change = _best_step(counts, days, months)
    while change and any(_near(change.month, other) for other in declined):
        # months around it would be proposed in its place: only those since can tell another level
        since = months.index(change.month)
        counts, days, months = counts[since:], days[since:], months[since:]
        change = _best_step(counts, days, months)
    if change is None:
        return None
    ratio = max(change.before, change.after) / max(min(change.before, change.after), 1e-9)
    if change.p_value > sure or ratio < LEAST_CHANGE:
        return None
    rose, step = change.after > change.before, months.index(change.month)
    if _is_one_month(counts, step, rose=rose) or _is_season(months, counts, step, rose=rose):
        return None
    return change


def recent_level(
    months: pd.DataFrame, new_levels: Collection[date] = (), declined: Collection[date] = ()
) -> LevelChange | None:
    """Return the change of level that the last three years of months propose within the last of them; None where they propose none.

    Args:
        months: As `vulncore.metrics.control.chart.control_chart` takes them. A start of zeros that chance can't explain, and months that
            those around don't (`vulncore.metrics.data_quality.odd_months`), are passed over.
        new_levels: As it takes them, too.
        declined: As `proposed_level` takes them.

    >>> months = pd.DataFrame({"month": pd.date_range("2014-01-01", periods=126, freq="MS"),
    ...     "count": [60.0, 66] * 40 + [20.0, 22] * 20 + [10, 9, 11, 8, 10, 9], "provisional": False, "set_aside": False})
    >>> recent_level(months).month, proposed_level(control_chart(months)).month
    (datetime.date(2024, 1, 1), datetime.date(2020, 9, 1))
    """
    known = months.dropna(subset="count")
    if known.empty:
        return None
    months = months.loc[known.index[silent_start(known["count"])] :]
    seen = months["count"].mask(months["set_aside"]).to_numpy(dtype=float)
    odd, _ = standing_out(seen, month_number(months["month"].iloc[0].date()))
    months = months.assign(set_aside=months["set_aside"] | odd).tail(SET_AGAINST)
    change = proposed_level(control_chart(months, new_levels), declined)
    if change is None or pd.Timestamp(change.month) < months["month"].iloc[-RECENT:].iloc[0]:
        return None
    return change


def _best_step(counts: Floats, days: Floats, months: Sequence[date]) -> LevelChange | None:
    """Return the step that fits some months best, however unsure; None where they are too few."""
    steps = np.arange(BASELINE_MONTHS, len(counts) - FEWEST_AFTER + 1)
    if not len(steps):
        return None
    before, after = counts.cumsum()[steps - 1], counts.sum() - counts.cumsum()[steps - 1]
    days_before = days.cumsum()[steps - 1]
    days_after = days.sum() - days_before
    scatter = _dispersion(counts, days)
    p_values = rate_ratio_p_value(after, before, days_after, days_before, scatter)
    best = int(np.argmin(p_values))
    step = int(steps[best])
    old, new = before[best] / step, after[best] / (len(counts) - step)
    return LevelChange(months[step], float(old), float(new), float(p_values[best]))


def _dispersion(counts: Floats, days: Floats) -> float:
    """Return the variance of counts over their mean, by their moving ranges: a step is in one of them alone."""
    mean = counts.sum() * days / days.sum()
    return max(scatter_beyond_chance(counts, mean) ** 2, 1.0)


def _is_one_month(counts: Floats, step: int, *, rose: bool) -> bool:
    """Return whether a step is the work of one month out of line: without it, the months since are as before."""
    since = np.sort(counts[step:])
    others = float((since[:-1] if rose else since[1:]).mean())
    more, less = (others, counts[:step].mean()) if rose else (counts[:step].mean(), others)
    return bool(more < LEAST_CHANGE * less)


def _is_season(months: list[date], counts: Floats, step: int, *, rose: bool) -> bool:
    """Return whether months since a step are like the same months of the years before it: then winter came, and no other level."""
    of_year = np.array([month.month for month in months])
    held = np.bincount(of_year[:step], counts[:step], minlength=13)
    years = np.bincount(of_year[:step], minlength=13)
    # of a calendar month that was never delivered before, the mean of all
    before: Floats = np.divide(held, years, out=np.full(13, counts[:step].mean()), where=years > 0)
    usual = before[of_year[step:]].sum()
    since = counts[step:].sum()
    more, less = (since, usual) if rose else (usual, since)
    return bool(more < LEAST_CHANGE * less)


def _near(month: date, other: date) -> bool:
    return abs((month.year - other.year) * 12 + month.month - other.month) <= 2
