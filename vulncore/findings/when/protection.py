"""From counts by hour to what may be shown: the only way out.

Counts (`vulncore.findings.when.counts`) go in, views (`vulncore.findings.when.view`) come out. The counts are of blurred
records: what is tested is tested on them, what is shown is sharpened (`vulncore.domain.blur`) and hidden where small. What
protects is the blur. That small numbers are hidden as well keeps people from reading a meaning into one or two records.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import VulncoreError
from vulncore.findings.shared.words import (
    HIDDEN,
    hidden_in_words,
    number_in_words,
    share_in_steps,
    share_step,
)
from vulncore.findings.when.counts import ComparedCounts, WeekCounts
from vulncore.findings.when.hours import night_name, stretch_name, times_of_day
from vulncore.findings.when.view import BAND, Patrols, Stretch, Week, WeekChange
from vulncore.metrics.statistics.intervals import poisson_interval
from vulncore.metrics.week.day_hour import day_hour_change
from vulncore.metrics.week.hours import HOURS, hours_in
from vulncore.metrics.week.known_times import Known
from vulncore.metrics.week.night_time import Night
from vulncore.metrics.week.patrols import best_shifts, covered_hours
from vulncore.metrics.week.scan import day_windows, shuffled_weeks, week_windows

FEWEST: Final = 20
"""Records with a time: of fewer, three-hour bands mostly hold none or one, and chance alone makes their map."""
CELLS: Final = ("hour", "band")
SHOWN_DECIMALS: Final = 1
UNPROTECTED_DECIMALS: Final = 4
MOST_NAMED: Final = 4  # stretches in the first lines
UNKNOWN_MOVED: Final = 0.05  # a change of the unknown share, in itself, that moves the whole week
STEPS_FOR_THE_NIGHT: Final = 3
"""Of sharpening: where nights begin and end sharply, one step leaves their share up to 3 points too even, three steps 1.4."""
NO_STRETCHES: Final = pd.DataFrame({name: [] for name in ("start", "hours", "weight", "even")}, dtype=float)
MADE_WEEKS, SEED = 20, 168  # enough for a mean in whole per cent, and always the same

Sum = tuple[str, int, Floats]
"""A sum over hours: its kind, its first hour, and 1 for each of the 168 hours in it and 0 for the others."""


def protected_week(counts: WeekCounts, night: Night, smallest: int, *, stretches_wanted: bool = True) -> Week:
    """Return what can be shown of the hours of the week.

    Sums under `smallest` are hidden; 0 hides nothing. To look for stretches that stand out takes longer than all else.
    """
    few = counts.timed < _fewest(smallest)
    timed_hidden = counts.timed < smallest
    least = smallest if counts.record_filter.where else 0
    all_records, known, unknown = _known_shown(counts, smallest)
    at_night = float(night.mask.astype(float) @ counts.sharpening(STEPS_FOR_THE_NIGHT) @ counts.by_hour)
    at_night = min(max(at_night, 0.0), counts.timed)
    records = counts.by_hour, counts.shapes, hours_in(counts.record_filter.window)
    weekly = week_windows(*records) if stretches_wanted and not few else NO_STRETCHES
    daily = day_windows(*records) if stretches_wanted and not few and weekly.empty else NO_STRETCHES
    both = (list(zip(some["start"], some["hours"], strict=True)) for some in (weekly, daily))
    sums = _sums(counts, every_sum(*both), few, smallest)
    return Week(
        record_filter=counts.record_filter,
        night=night,
        smallest=smallest,
        too_few=few,
        timed=math.nan if timed_hidden else counts.timed,
        records=all_records,
        known=known,
        unknown=unknown,
        spread=0 if timed_hidden or 0 < counts.spread < least else counts.spread,
        night_share=math.nan if few else share_in_steps(at_night, counts.timed, smallest),
        night_worth=math.nan if few else counts.worth(night.mask.astype(float), STEPS_FOR_THE_NIGHT),
        missing_months=counts.missing_months,
        sums=sums,
        stretches=_stretches_shown(counts, weekly, sums, night, smallest),
        daily=_stretches_shown(counts, daily, sums, None, smallest),
        no_times=counts.no_times,
    )


def protected_change(counts: ComparedCounts, now: Week, before: Week) -> WeekChange | None:
    """Return how each three-hour band changed; None where there is no earlier period, or too few times in either."""
    if counts.before is None or now.too_few or before.too_few:
        return None
    days = [week.record_filter.window.days for week in (counts.now, counts.before)]
    tested = _bands_compared(counts.now, counts.before, *days)
    current, earlier = now.of("band"), before.of("band")
    open_to_see = ~(current["hidden"] | earlier["hidden"])
    change = (current["weight"] - earlier["weight"] * (days[0] / days[1])).round(SHOWN_DECIMALS)
    bands = tested[["clear", "rose"]].assign(
        at=current["at"],
        change=change.where(open_to_see),
        before_words=earlier["words"],
        now_words=current["words"],
    )
    unknown = [1 - week.timed / week.records for week in (counts.now, counts.before)]
    return WeekChange(bands, unknown_moved=abs(unknown[0] - unknown[1]) > UNKNOWN_MOVED)


def protected_difference(
    pinned: WeekCounts, shown: WeekCounts, weeks: tuple[Week, Week], *, alike: bool
) -> pd.DataFrame:
    """Return how each three-hour band of one week differs from that of another of which no record is the same.

    `weeks` are what can be shown of both; neither has too few times. Where both are `alike`, of the same kind of records, they
    are compared by day, else by their share of the week.

    Returns:
        One row per band from Monday 00:00: `at`, `pinned` and `shown` (in words), `clear` (more than chance, all bands judged
        together), `more` (of those that are clear: more in the week on screen), `p_value`.

    Source:
        `day_hour_change`. By share, a band's exposure is the week's total: the test then errs towards chance, by no more than the
        share that the band has of the week.
    """
    exposures = [counts.record_filter.window.days if alike else counts.timed for counts in (shown, pinned)]
    tested = _bands_compared(shown, pinned, *exposures).rename(columns={"rose": "more"})
    in_words = {
        name: _bands_in_words(week, alike=alike)
        for name, week in zip(("pinned", "shown"), weeks, strict=True)
    }
    at = weeks[1].of("band")["at"]
    return tested.assign(at=at, **in_words)[["at", "pinned", "shown", "clear", "more", "p_value"]]


def _bands_compared(
    now: WeekCounts, before: WeekCounts, exposure_now: float, exposure_before: float
) -> pd.DataFrame:
    """Return how each three-hour band changed, as `day_hour_change` says it, and which of the clear ones `rose`."""
    bands = [counts.by_hour.reshape(-1, BAND).sum(axis=1) for counts in (now, before)]
    tested = day_hour_change(bands[0], bands[1], exposure_now, exposure_before)
    return tested.assign(rose=tested["clear"] & (tested["now"] > tested["expected"]))


def _bands_in_words(week: Week, *, alike: bool) -> list[str]:
    """Return what each band that is not hidden holds: about how many records, or which share of the week."""
    about, bands = "about " if week.blurred else "", week.of("band")
    return [
        words
        if hidden
        else f"{about}{words}"
        if alike
        else f"{share_in_steps(weight, week.timed, week.smallest):d} %"
        for words, hidden, weight in zip(bands["words"], bands["hidden"], bands["weight"], strict=True)
    ]


def protected_patrols(
    counts: ComparedCounts, shifts: int, hours: int, night: Night, unit: str, smallest: int
) -> Patrols:
    """Return the shifts that meet most of what the period holds, and how the same way of choosing fared.

    They are chosen of counts weighed by harm, if measures were given one. To be tested, as many are chosen on the period
    before, and judged on this one.

    Raises:
        InvalidPeriodError: The week has no room for them.
        VulncoreError: There are too few times to choose by, or too few that weigh anything.
    """
    now, before = counts.now, counts.before
    least = _fewest(smallest)
    heaviest = _heaviest_records(now)
    if min(now.timed, heaviest) < least:
        raise VulncoreError(
            f"Fewer than {least} {unit} with a time that weigh anything were recorded. These are too few to choose hours by. "
            "Choose a longer period, more measures or weights that lie closer together."
        )
    starts = best_shifts(now.harm_sharpened, shifts, hours)
    met_by_each = [_met(now, (start,), hours) for start in starts]
    testable = before is not None and before.timed >= least and before.harm_by_hour.sum() > 0
    records, known, _ = _known_shown(now, smallest)
    chosen_before = best_shifts(before.harm_sharpened, shifts, hours) if before and testable else ()
    return Patrols(
        record_filter=now.record_filter,
        night=night,
        unit=unit,
        timed=now.timed,
        starts=starts,
        hours=hours,
        step=share_step(heaviest, smallest),
        shares=tuple(share_in_steps(met, heaviest, smallest) for met in met_by_each),
        ranks=tuple(pd.Series(met_by_each).rank(method="first", ascending=False).astype(int).tolist()),
        met=share_in_steps(_met(now, starts, hours), heaviest, smallest),
        by_chance=None if now.record_filter.harm else _met_by_chance(now, shifts, hours),
        before=before.record_filter.window if before and testable else None,
        tested=share_in_steps(_met(now, chosen_before, hours), heaviest, smallest) if testable else None,
        worth=now.worth(covered_hours(chosen_before, hours).astype(float)) if testable else now.timed,
        blurred=now.blurred,
        not_tested="" if testable else _why_not_tested(counts, unit, least),
        smallest=smallest,
        records=records,
        known=known,
        no_times=now.no_times,
    )


def _why_not_tested(counts: ComparedCounts, unit: str, least: int) -> str:
    """Return why a choice can't be tested on the period before: that isn't whole, or has too few times."""
    if counts.before is None:
        return counts.not_compared
    too_few = f"fewer than {least}" if least > 1 else "no"
    return f"{counts.before.record_filter.window} has {too_few} {unit} with a time that weigh anything."


def every_sum(stretches: Sequence[tuple[int, int]], daily: Sequence[tuple[int, int]] = ()) -> list[Sum]:
    """Return every sum that is ever shown, kind by kind, in order of the week.

    Stretches that stand out of the week, and `daily` of the day over all days together, are given by first hour and length.
    """
    of_day = np.arange(HOURS) % 24

    def mask_of(start: int, hours: int) -> Floats:
        return covered_hours([start], hours).astype(float)

    return [
        *(("night row", 24 * day, mask_of(24 * day + 6, 24)) for day in range(7)),
        *(("band", at, mask_of(at, BAND)) for at in range(0, HOURS, BAND)),
        *(("stretch", start, mask_of(start, hours)) for start, hours in stretches),
        *(("band of day", at, (of_day // BAND == at // BAND).astype(float)) for at in range(0, 24, BAND)),
        *(("day", 24 * day, mask_of(24 * day, 24)) for day in range(7)),
        *(("hour", at, mask_of(at, 1)) for at in range(HOURS)),
        *(("stretch of day", at, ((of_day - at) % 24 < hours).astype(float)) for at, hours in daily),
        *(("hour of day", at, (of_day == at).astype(float)) for at in range(24)),
    ]


def _fewest(smallest: int) -> int:
    """Return how many times it takes to draw a week of them; where nothing is hidden, one."""
    return max(FEWEST, smallest) if smallest else 1


def _sums(counts: WeekCounts, sums: list[Sum], few: bool, smallest: int) -> pd.DataFrame:
    """Return every sum, as `Week.sums` has them."""
    masks = np.array([mask for *_, mask in sums])
    weights = masks @ counts.sharpening()
    about, variance = weights @ counts.by_hour, weights**2 @ counts.by_hour
    shown = (about >= smallest) & (not few)
    cells = np.array([kind in CELLS for kind, *_ in sums])
    weight = np.where(shown, about, np.nan)
    low, high = _limits(np.where(cells, weight, np.nan), variance)
    decimals = SHOWN_DECIMALS if smallest else UNPROTECTED_DECIMALS
    return pd.DataFrame(
        {
            "kind": [kind for kind, *_ in sums],
            "at": [at for _, at, _ in sums],
            "weight": weight.round(decimals),
            "low": low.round(decimals),
            "high": high.round(decimals),
            "hidden": ~shown,
            "short": [HIDDEN if math.isnan(number) else f"{number:,.0f}" for number in weight],
            "words": [number_in_words(number, smallest) for number in weight],
        }
    )


def _limits(weight: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % limits of counts that scatter more than chance alone would have them, as sharpened ones do."""
    spread = np.maximum(np.divide(variance, weight, out=np.ones_like(weight), where=weight > 0), 1.0)
    low, high = poisson_interval(weight / spread)
    return spread * low, spread * high


def _stretches_shown(
    counts: WeekCounts, windows: pd.DataFrame, sums: pd.DataFrame, night: Night | None, smallest: int
) -> tuple[Stretch, ...]:
    """Return the stretches that stand out of the week, in its order, or of the day (without a night), the furthest first."""
    of_day = night is None
    held = sums[sums["kind"] == ("stretch of day" if of_day else "stretch")].set_index("at")["weight"]
    ranked = windows.assign(rank=(windows["even"] - windows["weight"]).rank(method="first").astype(int))
    about = "about " if counts.blurred else ""
    if of_day:
        ranked = ranked.sort_values("rank")
    stretches = []
    for row in ranked.to_dict("records"):
        start, hours, rank = row["start"], row["hours"], row["rank"]
        stretches.append(
            Stretch(
                start=start,
                hours=hours,
                name=times_of_day(start, hours) if of_day else stretch_name(start, hours, counts.by_hour),
                night=night_name(start, hours, night) if night else "",
                held=hidden_in_words(smallest) if math.isnan(held[start]) else f"{about}{held[start]:,.0f}",
                even=row["even"],
                p_value=row["p_value"],
                rank=rank if rank <= MOST_NAMED else 0,
            )
        )
    return tuple(stretches)


def _known_shown(counts: WeekCounts, smallest: int) -> tuple[float, dict[Known, float], float]:
    """Return how many records there are, by what is known of their time, and of how many no hour is; NaN where it is hidden."""
    hidden = counts.timed < smallest
    least = smallest if counts.record_filter.where else 0
    unknown = math.nan if hidden else _shown(counts.records - counts.timed, least)
    known = {kind: math.nan if hidden else _shown(counts.known.get(kind, 0.0), least) for kind in Known}
    return math.nan if math.isnan(unknown) else counts.records, known, unknown


def _shown(records: float, least: int) -> float:
    return math.nan if 0 < records < least else records


def _met(counts: WeekCounts, starts: tuple[int, ...], hours: int) -> float:
    """Return what the shifts meet, counted in the records that weigh most."""
    harm = counts.harm_sharpened
    if not harm.sum():
        return 0.0
    return float(harm[covered_hours(starts, hours)].sum() / harm.sum()) * _heaviest_records(counts)


def _heaviest_records(counts: WeekCounts) -> float:
    """Return how many records there are, counted in those that weigh most."""
    weights = dict(counts.record_filter.harm)
    heaviest = max(weights.get(measure, 1.0) for measure in counts.record_filter.measures)
    return float(counts.harm_by_hour.sum()) / heaviest if heaviest > 0 else 0.0


def _met_by_chance(counts: WeekCounts, shifts: int, hours: int) -> int:
    """Return what the best choice meets, in per cent, of weeks in which chance alone places the records."""
    weeks = shuffled_weeks(
        counts.shapes, MADE_WEEKS, np.random.default_rng(SEED), hours_in(counts.record_filter.window)
    )
    weeks = np.maximum(weeks @ counts.sharpening().T, 0.0)
    met = [week[covered_hours(best_shifts(week, shifts, hours), hours)].sum() / week.sum() for week in weeks]
    return round(100 * float(np.mean(met)))
