"""From unprotected counts by hour to what may be shown: the only way out.

Secret counts (`vulncore.findings.when.counts`) go in, views (`vulncore.findings.when.view`) come out. Whatever needs
the counts as they are is worked out here: which stretches stand out and what they are called, the night-time economy's share, the
change between two periods, the shifts that meet most. A view holds no count, and no sum from which a hidden one
follows. How small numbers are hidden, and what is hidden with them, says `docs/when.md`.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.disclosure import visible_mask
from vulncore.domain.errors import VulncoreError
from vulncore.findings.shared.words import (
    HIDDEN,
    hidden_in_words,
    number_in_words,
    share_in_steps,
    share_step,
)
from vulncore.findings.when.counts import ComparedCounts, StretchCounts, WeekCounts
from vulncore.findings.when.hours import night_name, stretch_name
from vulncore.findings.when.view import BAND, Patrols, Stretch, Week, WeekChange
from vulncore.metrics.statistics.intervals import poisson_interval
from vulncore.metrics.week.day_hour import day_hour_change
from vulncore.metrics.week.hours import HOURS, hours_from, hours_in
from vulncore.metrics.week.known_times import USED, Known
from vulncore.metrics.week.night_time import Night
from vulncore.metrics.week.patrols import best_shifts, covered_hours
from vulncore.metrics.week.scan import shuffled_weeks, week_windows

FEWEST: Final = 20
"""Records with a time: of fewer, three-hour bands mostly hold none or one, and their map would be one of persons."""
CELLS: Final = ("hour", "band")
PARTS_OF: Final = {
    "hour": 0,
    "band": 1,
    "stretch": 1,
    "hour of day": 1,
    "night row": 2,
    "day": 2,
    "band of day": 2,
}
"""How large a kind of sum is: of the larger, the smaller are parts."""
NOTHING: Final = 1e-6  # of a record: what rounding leaves
SHOWN_DECIMALS: Final = 1  # more would tell how long a single window was
UNPROTECTED_DECIMALS: Final = 4
MOST_NAMED: Final = 4  # stretches in the first lines
SURE: Final = 0.001  # so small a chance can be said of a hidden stretch too
UNKNOWN_MOVED: Final = 0.05  # a change of the unknown share, in itself, that moves the whole week
MADE_WEEKS, SEED = 20, 168  # enough for a mean in whole per cent, and always the same

Sum = tuple[str, int, Floats]
"""A sum over hours: its kind, its first hour, and 1 for each of the 168 hours in it and 0 for the others."""


def protected_week(counts: WeekCounts, night: Night, smallest: int) -> Week:
    """Return what can be shown of the hours of the week.

    Args:
        counts: The secret counts.
        night: The hours of the night-time economy.
        smallest: The smallest sum that is shown; 0 hides nothing.
    """
    few = _too_few(counts, smallest)
    timed_hidden = counts.timed < smallest
    known = dict.fromkeys(Known, math.nan) if timed_hidden else _known_shown(counts, smallest)
    unknown = math.nan if timed_hidden else _unknown_shown(counts, smallest)
    stretches = () if few else _stretch_counts(counts)
    sums = _sums(counts, [(stretch.start, stretch.hours) for stretch in stretches], few, smallest)
    return Week(
        record_filter=counts.record_filter,
        night=night,
        smallest=smallest,
        too_few=few,
        timed=math.nan if timed_hidden else counts.timed,
        records=math.nan if math.isnan(unknown) else counts.records,
        known=known,
        unknown=unknown,
        spread=_spread_shown(counts, known[Known.WINDOW], smallest),
        night_share=math.nan
        if few
        else share_in_steps(float(night.mask @ counts.by_hour), counts.timed, smallest),
        missing_months=counts.missing_months,
        sums=sums,
        stretches=_stretches_shown(counts, stretches, sums, night, smallest),
    )


def protected_change(counts: ComparedCounts, now: Week, before: Week) -> WeekChange | None:
    """Return how each three-hour band changed; None where there is no earlier period, or too few times in either.

    Args:
        counts: The secret counts of both periods.
        now: What can be shown of the period.
        before: What can be shown of the earlier one.
    """
    if counts.before is None or now.too_few or before.too_few:
        return None
    tested = day_hour_change(
        counts.now.by_hour.reshape(-1, BAND).sum(axis=1),
        counts.before.by_hour.reshape(-1, BAND).sum(axis=1),
        counts.now.record_filter.window.days,
        counts.before.record_filter.window.days,
    )
    current, earlier = now.of("band"), before.of("band")
    open_to_see = ~(current["hidden"] | earlier["hidden"])
    change = (tested["now"] - tested["expected"]).round(SHOWN_DECIMALS)
    bands = pd.DataFrame(
        {
            "at": current["at"],
            "change": change.where(open_to_see),
            "clear": tested["clear"],
            "rose": tested["clear"] & (tested["now"] > tested["expected"]),
            "before_words": earlier["words"],
            "now_words": current["words"],
        }
    )
    unknown = [1 - week.timed / week.records for week in (counts.now, counts.before)]
    return WeekChange(bands, unknown_moved=abs(unknown[0] - unknown[1]) > UNKNOWN_MOVED)


def protected_patrols(
    counts: ComparedCounts, shifts: int, hours: int, night: Night, unit: str, smallest: int
) -> Patrols:
    """Return the shifts that meet most of what the period holds, and how the same way of choosing fared.

    Args:
        counts: The secret counts of the period, weighed by harm if measures were given one, and of the period before:
            shifts are chosen on that and judged on this one.
        shifts: Shifts a week.
        hours: Hours of a shift.
        night: The hours of the night-time economy.
        unit: What is counted, in the plural.
        smallest: The smallest number that is shown; 0 hides nothing.

    Raises:
        InvalidPeriodError: The week has no room for them.
        VulncoreError: There are too few times to choose by, too few that weigh anything, or too few for the last shift.
    """
    now, before = counts.now, counts.before
    starts = best_shifts(now.harm_by_hour, shifts, hours)
    _refuse_few(now, starts, hours, unit, smallest)
    met_by_each = [_met(now, (start,), hours) for start in starts]
    testable = before is not None and not _too_few(before, smallest) and before.harm_by_hour.sum() > 0
    chosen_before = best_shifts(before.harm_by_hour, shifts, hours) if before and testable else ()
    return Patrols(
        record_filter=now.record_filter,
        night=night,
        unit=unit,
        timed=now.timed,
        starts=starts,
        hours=hours,
        step=share_step(_heaviest_records(now), smallest),
        shares=tuple(_in_steps(now, met, smallest) for met in met_by_each),
        ranks=tuple(pd.Series(met_by_each).rank(method="first", ascending=False).astype(int).tolist()),
        met=_in_steps(now, _met(now, starts, hours), smallest),
        by_chance=None if now.record_filter.harm else _met_by_chance(now, shifts, hours),
        before=before.record_filter.window if before and testable else None,
        tested=_in_steps(now, _met(now, chosen_before, hours), smallest) if testable else None,
    )


def every_sum(by_hour: Floats, stretches: Sequence[tuple[int, int]]) -> list[Sum]:
    """Return every sum that is ever shown: what is decided by before what is looked up, the larger before the smaller.

    Args:
        by_hour: What the 168 hours hold.
        stretches: Those that stand out, by first hour and length.
    """
    of_day = np.arange(HOURS) % 24
    kinds: list[list[Sum]] = [
        [("night row", 24 * day, mask_of(24 * day + 6, 24)) for day in range(7)],
        [("band", at, mask_of(at, BAND)) for at in range(0, HOURS, BAND)],
        [("stretch", start, mask_of(start, hours)) for start, hours in stretches],
        [("band of day", at, (of_day // BAND == at // BAND).astype(float)) for at in range(0, 24, BAND)],
        [("day", 24 * day, mask_of(24 * day, 24)) for day in range(7)],
        [("hour", at, mask_of(at, 1)) for at in range(HOURS)],
        [("hour of day", at, (of_day == at).astype(float)) for at in range(24)],
    ]
    return [one for kind in kinds for one in sorted(kind, key=lambda one: -float(one[2] @ by_hour))]


def mask_of(start: int, hours: int) -> Floats:
    """Return a stretch of the week as 1 for each hour in it and 0 for the others."""
    mask = np.zeros(HOURS)
    mask[hours_from(start, hours)] = 1.0
    return mask


def _too_few(counts: WeekCounts, smallest: int) -> bool:
    """Return whether there are too few times to draw a week of them; where nothing is hidden, whether there is none."""
    return counts.timed < (max(FEWEST, smallest) if smallest else 1)


def _sums(counts: WeekCounts, stretches: Sequence[tuple[int, int]], few: bool, smallest: int) -> pd.DataFrame:
    """Return every sum in order of its kind and the week, as `Week.sums` has them."""
    sums = every_sum(counts.by_hour, stretches)
    exact = np.array([mask @ counts.by_hour for *_, mask in sums])
    kept = _kept(counts.by_hour, sums, smallest) & (not few)
    cells = np.array([kind in CELLS for kind, *_ in sums])
    base = max(smallest, 1)
    can_be_rounded = ~kept & ~cells & (exact >= smallest) & (not few)
    about = np.where(can_be_rounded, np.round(exact / base) * base, np.nan)
    weight = np.where(kept, exact, np.nan)
    low, high = poisson_interval(np.where(cells, weight, np.nan))
    decimals = SHOWN_DECIMALS if smallest else UNPROTECTED_DECIMALS
    frame = pd.DataFrame(
        {
            "kind": [kind for kind, *_ in sums],
            "at": [at for _, at, _ in sums],
            "weight": weight.round(decimals),
            "low": low.round(decimals),
            "high": high.round(decimals),
            "hidden": ~kept,
            "about": about,
            "short": [_mark(*number) for number in zip(weight, about, strict=True)],
            "words": [number_in_words(*number, smallest) for number in zip(weight, about, strict=True)],
        }
    )
    kinds = {kind: place for place, kind in enumerate(frame["kind"].unique())}
    ordered = frame.assign(order=frame["kind"].map(kinds)).sort_values(["order", "at"], ignore_index=True)
    return ordered.drop(columns="order")


def _mark(weight: float, about: float) -> str:
    if not math.isnan(weight):
        return f"{weight:,.0f}"
    return HIDDEN if math.isnan(about) else f"≈{about:,.0f}"


def _kept(by_hour: Floats, sums: Sequence[Sum], smallest: int) -> Booleans:
    """Return which sums can be shown, so that what is left of each, without the parts shown, is not small either."""
    masks = [np.ones(HOURS), *(mask for *_, mask in sums)]
    left: list[Floats] = []
    while True:
        kept = visible_mask(by_hour, [*masks, *left], smallest)[1 : len(masks)]
        more = [rest for rest in _left_over(by_hour, sums, kept, smallest) if not _among(rest, left)]
        if not more:
            return kept
        left += more


def _left_over(by_hour: Floats, sums: Sequence[Sum], kept: Booleans, smallest: int) -> list[Floats]:
    """Return what is left of each sum shown, without the bands shown in it or the hours, where that is small."""
    seen = {cell: np.zeros(HOURS) for cell in CELLS}
    for (kind, _, mask), visible in zip(sums, kept, strict=True):
        if visible and kind in seen:
            seen[kind] += mask
    left = []
    for (kind, _, mask), visible in zip(sums, kept, strict=True):
        for part in [part for part in seen if visible and PARTS_OF[kind] >= PARTS_OF[part] and kind != part]:
            rest = mask * (1 - seen[part])
            if NOTHING < rest @ by_hour < smallest:  # that nothing is left tells of no one
                left.append(rest)
    return left


def _among(rest: Floats, others: Sequence[Floats]) -> bool:
    return any(np.array_equal(rest, other) for other in others)


def _stretch_counts(counts: WeekCounts) -> tuple[StretchCounts, ...]:
    """Return the stretches that stand out, in order of the week."""
    rows = week_windows(counts.by_hour, counts.shapes, hours_in(counts.record_filter.window))
    return tuple(StretchCounts(*row) for row in rows.itertuples(index=False, name=None))


def _stretches_shown(
    counts: WeekCounts, stretches: Sequence[StretchCounts], sums: pd.DataFrame, night: Night, smallest: int
) -> tuple[Stretch, ...]:
    furthest = sorted(stretches, key=lambda stretch: stretch.even - stretch.weight)[:MOST_NAMED]
    held = {row["at"]: row for row in sums[sums["kind"] == "stretch"].to_dict("records")}
    return tuple(
        Stretch(
            start=stretch.start,
            hours=stretch.hours,
            name=stretch_name(stretch.start, stretch.hours, counts.by_hour),
            night=night_name(stretch.start, stretch.hours, night),
            held=_held_in_words(held[stretch.start], smallest),
            even=stretch.even,
            p_value=math.nan if held[stretch.start]["hidden"] and stretch.p_value > SURE else stretch.p_value,
            leads=stretch in furthest,
        )
        for stretch in stretches
    )


def _held_in_words(held: Mapping[Hashable, Any], smallest: int) -> str:
    """Return what a stretch holds: to the record where that tells nothing of a hidden hour, else about."""
    if not held["hidden"]:
        return str(held["short"])
    if math.isnan(held["about"]):
        return hidden_in_words(smallest)
    return str(held["words"])


def _known_shown(counts: WeekCounts, smallest: int) -> dict[Known, float]:
    """Return records by what is known of their time; missing where hidden, 0 where there is none.

    For a force as a whole they say how good its data are, and none is hidden; of a place or a group of victims they
    are protected as everything else is.
    """
    hidden = _kinds_hidden(counts, smallest)
    return {kind: math.nan if kind in hidden else counts.known.get(kind, 0.0) for kind in Known}


def _unknown_shown(counts: WeekCounts, smallest: int) -> float:
    """Return how many records have no hour; missing where hidden."""
    unused = float(sum(counts.known.get(kind, 0.0) for kind in Known if kind not in USED))
    return math.nan if None in _kinds_hidden(counts, smallest) else unused


def _kinds_hidden(counts: WeekCounts, smallest: int) -> set[Known | None]:
    """Return which kinds of time have a number that is hidden; None stands for all those without an hour."""
    there = [kind for kind in Known if counts.known.get(kind, 0.0) > 0]
    if not there:
        return set()
    parts = np.array([counts.known[kind] for kind in there])
    unused = np.array([float(kind not in USED) for kind in there])
    by_size = sorted(zip(there, np.eye(len(there)), strict=True), key=lambda pair: -counts.known[pair[0]])
    sums: list[tuple[Known | None, Floats]] = [(None, unused), *by_size]
    sums = [(kind, mask) for kind, mask in sums if mask.any()]
    least = smallest if counts.record_filter.where else 0
    kept = visible_mask(parts, [np.ones(len(there)), *(mask for _, mask in sums)], least)[1:]
    return {kind for (kind, _), visible in zip(sums, kept, strict=True) if not visible}


def _spread_shown(counts: WeekCounts, windows: float, smallest: int) -> int:
    """Return how many records are spread over several hours; 0 where that would tell of few."""
    parts = (counts.spread, windows - counts.spread)
    small = bool(counts.record_filter.where) and any(0 < part < smallest for part in parts)
    return 0 if math.isnan(windows) or small else counts.spread


def _refuse_few(now: WeekCounts, starts: tuple[int, ...], hours: int, unit: str, smallest: int) -> None:
    """Refuse shifts that would show few records: of few altogether, of few that weigh, or one by one."""
    least = max(FEWEST, smallest) if smallest else 1
    if _too_few(now, smallest) or _heaviest_records(now) < least:
        raise VulncoreError(
            f"Fewer than {least} {unit} with a time that weigh anything were recorded. These are too few to choose hours by. "
            "Choose a longer period, more measures or weights that lie closer together."
        )
    one_fewer = best_shifts(now.harm_by_hour, len(starts) - 1, hours) if len(starts) > 1 else ()
    if _met(now, starts, hours) - _met(now, one_fewer, hours) < smallest:
        raise VulncoreError(
            f"The last of {len(starts)} shifts would meet fewer than {smallest} {unit}. Choose fewer or longer shifts, or a "
            "longer period."
        )


def _met(counts: WeekCounts, starts: tuple[int, ...], hours: int) -> float:
    """Return what the shifts meet, counted in the records that weigh most."""
    harm = counts.harm_by_hour
    if not harm.sum():
        return 0.0
    return float(harm[covered_hours(starts, hours)].sum() / harm.sum()) * _heaviest_records(counts)


def _heaviest_records(counts: WeekCounts) -> float:
    """Return how many records there are, counted in those that weigh most."""
    weights = dict(counts.record_filter.harm)
    heaviest = max(weights.get(measure, 1.0) for measure in counts.record_filter.measures)
    return float(counts.harm_by_hour.sum()) / heaviest if heaviest > 0 else 0.0


def _in_steps(counts: WeekCounts, met: float, smallest: int) -> int:
    return share_in_steps(met, _heaviest_records(counts), smallest)


def _met_by_chance(counts: WeekCounts, shifts: int, hours: int) -> int:
    """Return what the best choice meets, in per cent, of weeks in which chance alone places the records."""
    weeks = shuffled_weeks(
        counts.shapes, MADE_WEEKS, np.random.default_rng(SEED), hours_in(counts.record_filter.window)
    )
    met = [week[covered_hours(best_shifts(week, shifts, hours), hours)].sum() / week.sum() for week in weeks]
    return round(100 * float(np.mean(met)))
