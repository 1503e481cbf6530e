"""The week as it may leave the house: what is hidden for others' sake, too, against last month's week as well.

A document can't be called back, and last month's is in the same drawer. What stands out of the week is judged as on screen; its
sums are rounded and hidden by `vulncore.metrics.suppression`, over bands, rows, columns, stretches and the total at once.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import Coarseness, to_nearest
from vulncore.domain.periods import Window, month_end, months_earlier
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.which_records import unit_of
from vulncore.findings.shared.words import HIDDEN, HIDDEN_WORD
from vulncore.findings.when.counts import read_counts, read_week
from vulncore.findings.when.protection import Sum, every_sum
from vulncore.findings.when.sentences import week_headline, when_briefing
from vulncore.findings.when.view import Stretch, Week, When
from vulncore.findings.when.when import when
from vulncore.metrics.suppression.leaving import leaving
from vulncore.metrics.suppression.tables import GONE, NEW, SHARED, Stated, TableFigure
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.hours import HOURS
from vulncore.store import Snapshot

LEAVING: Final = ("band", "night row", "band of day", "stretch", "stretch of day")
"""The sums that documents have: three-hour bands, whole nights, bands over all days, and what stands out."""
NO_NUMBER: Final = "a hidden number of"
UNDER: Final = 0.01  # of a record: how far under the smallest that is shown a hidden sum stays
AS_SHOWN: Final = 10.0
"""How much more it counts that a band stays as the screen shows it than that a total does."""


@dataclass(frozen=True)
class _WeekSums:
    """The sums that a document has of a week: which, and about what each holds; which months its hours are of, by group."""

    sums: list[Sum]
    about: Floats
    total: float
    groups: tuple[str, ...]

    @property
    def masks(self) -> Floats:
        """1 for each of the 168 hours that a sum has, one row each."""
        return np.array([mask for *_, mask in self.sums])

    def figures(self, hours: Mapping[str, Floats]) -> list[TableFigure]:
        """Return the sums as figures over hours and groups of months, of what each group has in each hour; the total is the last."""
        held = np.sum([hours[group] for group in self.groups], axis=0)
        every = np.ones(HOURS)
        return [
            TableFigure(
                frozenset((int(hour), group) for hour in np.flatnonzero(mask) for group in self.groups),
                float(mask @ held),
                published=mask is every,
            )
            for mask in [*self.masks, every]
        ]


@dataclass(frozen=True)
class _TwoWeeks:
    """This month's week and last month's: the sums of each, the most that a month alone can have, and what each has in each hour."""

    now: _WeekSums
    last: _WeekSums | None
    most: Mapping[str, float]
    hours: Mapping[str, Floats]

    def stated_before(self, step: Coarseness) -> list[Stated]:
        """Return what last month's document said, where it was of that coarseness, and the totals of the months that are not in both."""
        if self.last is None:
            return []
        published = [
            Stated(
                frozenset((hour, group) for hour in range(HOURS)),
                0.0,
                max(self.most[group], self.hours[group].sum()),
                hidden=False,
            )
            for group in (NEW, GONE)
        ]
        return [*leaving(self.last.figures(self.hours), *step).stated, *published]


def when_leaving(
    snapshot: Snapshot, record_filter: RecordFilter, measures: Sequence[Measure], steps: Sequence[Coarseness]
) -> When:
    """Return when in the week records happened, as far as it may leave: `when`, with more hidden and numbers rounded.

    `steps` are those of each audience from the one that sees most to the one that this is for. Whatever a
    wider one is shown follows from what the first is shown: it hides as much and more, and rounds its numbers. So nobody gains by
    having both documents.

    Raises:
        NoTimesError: No record of these measures has a time of day.
        UnknownNameError: No measure is named, or records can't be narrowed in this way.
    """
    finest, smallest = steps[0], steps[-1].smallest
    shown = when(snapshot, record_filter, measures, smallest=smallest)
    if shown.now.too_few:
        return shown
    weeks = _two_weeks(snapshot, record_filter, measures, finest.smallest)
    figures = weeks.now.figures(weeks.hours)
    numbers = leaving(figures, *finest, weeks.stated_before(finest)).shown
    for step in dict.fromkeys(steps[1:]):
        numbers[leaving(figures, *step, weeks.stated_before(step)).hidden] = np.nan
    numbers = to_nearest(numbers, steps[-1].rounding)
    now = _shown(shown.now, weeks.now, numbers[:-1])
    unit = unit_of(measure for measure in measures if measure.key in record_filter.measures)
    return replace(
        shown,
        now=now,
        change=None,
        not_compared="",
        briefing=when_briefing(now, unit),
        headline=week_headline(now, shown.before, unit),
    )


def _two_weeks(
    snapshot: Snapshot, records: RecordFilter, measures: Sequence[Measure], smallest: int
) -> _TwoWeeks:
    """Return the weeks of this month's document and of last month's; `smallest` is what any document shows at least.

    Last month's is taken to be the one that the same version makes; there is none where it would have too few times.
    """
    window = records.window
    before = replace(records, window=months_earlier(window, 1))
    now = _week_sums(snapshot, records, measures, smallest, (SHARED, NEW))
    last = _week_sums(snapshot, before, measures, smallest, (SHARED, GONE))
    if now is None:
        raise ValueError(records)
    most = {
        group: read_week(snapshot, replace(records, window=Window(month, month_end(month))), smallest).records
        for group, month in ((NEW, window.months[-1]), (GONE, before.window.start))
    }
    return _TwoWeeks(
        now, last, most, _from_nothing_up([now] if last is None else [now, last], most, smallest)
    )


def _week_sums(
    snapshot: Snapshot,
    records: RecordFilter,
    measures: Sequence[Measure],
    smallest: int,
    groups: tuple[str, ...],
) -> _WeekSums | None:
    week = when(snapshot, records, measures, smallest=smallest).now
    if week.too_few:
        return None
    counts = read_counts(snapshot, records, measures, smallest).now
    stretches, daily = ([(one.start, one.hours) for one in some] for some in (week.stretches, week.daily))
    sums = [one for one in every_sum(stretches, daily) if one[0] in LEAVING]
    about = np.array([mask for *_, mask in sums]) @ counts.sharpened
    return _WeekSums(sums, about, counts.timed, groups)


def _from_nothing_up(
    weeks: Sequence[_WeekSums], most: Mapping[str, float], smallest: int
) -> dict[str, Floats]:
    """Return what each group of months has in each hour, nowhere below 0, as counts are and sharpened ones needn't be.

    Totals stay, no month has more than are recorded in it, what is hidden on screen stays small, and sums that can be shown are as near
    to their own as that allows: bands first. A linear program over absolute differences.
    """
    groups = list(dict.fromkeys(group for week in weeks for group in week.groups))
    masks = np.vstack([_over(groups, week.groups, week.masks) for week in weeks])
    totals = np.vstack([_over(groups, week.groups, np.ones((1, HOURS))) for week in weeks])
    months = np.vstack([_over(groups, (group,), np.ones((1, HOURS))) for group in most])
    about = np.concatenate([week.about for week in weeks])
    weight = np.array([AS_SHOWN if kind == "band" else 1.0 for week in weeks for kind, *_ in week.sums])
    kept = about >= smallest
    near, small, count = int(kept.sum()), int((~kept).sum()), masks.shape[1]
    apart, over = np.eye(near), np.eye(small)
    solved = linprog(
        np.concatenate([np.zeros(count), weight[kept], weight[kept], AS_SHOWN * weight[~kept]]),
        A_eq=np.block(
            [
                [masks[kept], apart, -apart, np.zeros((near, small))],
                [totals, np.zeros((len(totals), 2 * near + small))],
            ]
        ),
        b_eq=np.concatenate([about[kept], [week.total for week in weeks]]),
        A_ub=np.block(
            [
                [masks[~kept], np.zeros((small, 2 * near)), -over],
                [months, np.zeros((len(months), 2 * near + small))],
            ]
        ),
        b_ub=np.concatenate([np.full(small, smallest - UNDER), list(most.values())]),
        bounds=(0, None),
        method="highs",
    )
    held: Floats = np.asarray(solved.x)[:count]
    hours = np.maximum(held, 0.0).reshape(len(groups), HOURS)
    return dict(zip(groups, hours, strict=True))


def _over(groups: Sequence[str], theirs: Sequence[str], masks: Floats) -> Floats:
    """Return masks over hours as masks over the hours of all groups, of which they have their own."""
    return np.hstack([masks if group in theirs else np.zeros_like(masks) for group in groups])


def _shown(week: Week, sums: _WeekSums, numbers: Floats) -> Week:
    """Return a week with the numbers that may leave, and no other sum."""
    by_key = {(kind, at): number for (kind, at, _), number in zip(sums.sums, numbers, strict=True)}
    frame = week.sums[week.sums["kind"].isin(LEAVING)].reset_index(drop=True)
    weight = np.array([by_key[kind, at] for kind, at in zip(frame["kind"], frame["at"], strict=True)])
    frame = frame.assign(
        weight=weight,
        low=math.nan,
        high=math.nan,
        hidden=np.isnan(weight),
        short=[HIDDEN if math.isnan(number) else f"{number:,.0f}" for number in weight],
        words=[HIDDEN_WORD if math.isnan(number) else f"{number:,.0f}" for number in weight],
    )
    return replace(
        week,
        sums=frame,
        stretches=_held(week.stretches, frame, "stretch"),
        daily=_held(week.daily, frame, "stretch of day"),
    )


def _held(stretches: Sequence[Stretch], sums: pd.DataFrame, kind: str) -> tuple[Stretch, ...]:
    numbers = sums[sums["kind"] == kind].set_index("at")["weight"]
    return tuple(
        replace(one, held=NO_NUMBER if math.isnan(numbers[one.start]) else f"about {numbers[one.start]:,.0f}")
        for one in stretches
    )
