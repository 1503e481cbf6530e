"""Which shifts meet most of what happens, and whether the same choice would have worked before."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import WEEKDAYS
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import agree, number_of, percent_range, share_in_steps, share_step
from vulncore.findings.when.week import FEWEST, Week
from vulncore.findings.when.words import night_name, stretch
from vulncore.metrics.week.hours import HOURS, hours_in
from vulncore.metrics.week.night_time import share
from vulncore.metrics.week.patrols import best_shifts, covered_hours
from vulncore.metrics.week.scan import shuffled_weeks

MADE_WEEKS, SEED = 20, 168  # enough for a mean in whole per cent, and always the same


@dataclass(frozen=True)
class Patrols:
    """Shifts chosen, and what is to be said of them.

    `frame` has one row per shift in order of the week: `weekday`, `start`, `end` (clock times), `window`, `night`,
    `rank` (1 meets most), `share` (per cent of what has a time, by harm if weighed, in steps of `step`); `starts` the
    hours at which they start.
    """

    starts: tuple[int, ...]
    hours: int
    step: int
    frame: pd.DataFrame
    headline: tuple[Headline, ...]


def patrols(now: Week, before: Week | None, shifts: int, hours: int, unit: str) -> Patrols:
    """Return the shifts that meet most of what the period holds, and how the same way of choosing fared.

    Args:
        now: The weeks of the period; weighed by harm, if measures were given one.
        before: Those of the period before it: shifts are chosen on it and judged on `now`. None where there is none.
        shifts: Shifts a week.
        hours: Hours of a shift.
        unit: What is counted, in the plural.

    Raises:
        InvalidPeriodError: The week has no room for them.
        VulncoreError: There are too few times to choose by, too few that weigh anything, or too few for the last shift.
    """
    starts = best_shifts(now.read.harm, shifts, hours)
    _check(now, starts, shifts, hours, unit)
    each = [_part(now, (start,), hours) for start in starts]
    frame = pd.DataFrame(
        {
            "weekday": [WEEKDAYS[start // 24] for start in starts],
            "start": [f"{start % 24:02d}:00" for start in starts],
            "end": [f"{(start + hours - 1) % 24:02d}:59" for start in starts],
            "window": [stretch(start, hours) for start in starts],
            "night": [night_name(start, hours, now.night) or "–" for start in starts],
            "rank": pd.Series(each).rank(method="first", ascending=False).astype(int),
            "share": [_in_steps(now, part) for part in each],
        }
    )
    return Patrols(starts, hours, step_of(now), frame, tuple(_headline(now, before, starts, hours, unit)))


def patrols_table(found: Patrols) -> pd.DataFrame:
    """Return one row per shift in order of the week, with columns named for people."""
    return pd.DataFrame(
        {
            "Shift": found.frame["window"],
            "Night": found.frame["night"],
            "Rank": found.frame["rank"].map("{:d}.".format),
            "Meets about": [
                f"{part} %" if part else f"under {found.step} %" for part in found.frame["share"]
            ],
        }
    )


def step_of(week: Week) -> int:
    """Return in what steps shares are given, in per cent: each is worth at least as many records as are shown."""
    return share_step(_effective(week), week.smallest)


def _check(now: Week, starts: tuple[int, ...], shifts: int, hours: int, unit: str) -> None:
    """Refuse shifts that would show few records: of few altogether, of few that weigh, or one by one."""
    least = max(FEWEST, now.smallest) if now.smallest else 1
    if now.too_few or _effective(now) < least:
        raise VulncoreError(
            f"Fewer than {least} {unit} with a time that weigh anything were recorded: too few to choose hours by. "
            "Choose a longer period, more measures or weights that lie closer together."
        )
    without = best_shifts(now.read.harm, shifts - 1, hours) if shifts > 1 else ()
    if _part(now, starts, hours) - _part(now, without, hours) < now.smallest:
        raise VulncoreError(
            f"The last of {shifts} shifts would meet fewer than {now.smallest} {unit}. Ask for fewer or longer shifts, "
            "or for a longer period."
        )


def _headline(
    now: Week, before: Week | None, starts: tuple[int, ...], hours: int, unit: str
) -> list[Headline]:
    by_harm = bool(now.read.asked.harm)
    what = f"{unit} with a time" + (", weighed by harm" if by_harm else "")
    meet = agree(len(starts), "meets", "meet")
    many = f"{number_of(len(starts), 'shift')} of {hours} hours"
    met = (
        f"{meet} about {_in_steps(now, _part(now, starts, hours))} % of the {what}, {now.read.asked.window}."
    )
    if not by_harm:
        met += (
            f" If the hour meant nothing, the best choice would meet {_by_chance(now, len(starts), hours)} %."
        )
    said = [Headline(HeadlineKind.CLEAR, many, met)]
    if before is None or before.too_few or not before.read.harm.sum() > 0:
        why = "The choice can't be put to the test: there is no whole period before it with enough times."
        return [*said, Headline(HeadlineKind.QUIET, "Not tested", why)]
    return [*said, _tried(now, before, best_shifts(before.read.harm, len(starts), hours), hours)]


def _tried(now: Week, before: Week, chosen: tuple[int, ...], hours: int) -> Headline:
    met = _in_steps(now, _part(now, chosen, hours))
    luck = 100 * len(chosen) * hours / HOURS
    exact = share(met / 100 * now.read.timed, now.read.timed)
    by_harm = bool(now.read.asked.harm)
    sure = "" if by_harm else f" (95 % limits {percent_range(exact.low, exact.high)})"
    beats = met > luck if by_harm else 100 * exact.low > luck
    verdict = "more than by luck" if beats else "no better than luck, as far as these numbers tell"
    return Headline(
        HeadlineKind.CLEAR if beats and not by_harm else HeadlineKind.POSSIBLE,
        "Would it have worked?",
        f"Shifts chosen in the same way on {before.read.asked.window} would have met about {met} % of "
        f"{now.read.asked.window}{sure}, {verdict} (as many hours at random: {luck:.0f} %).",
    )


def _by_chance(week: Week, shifts: int, hours: int) -> int:
    """Return what the best choice meets, in per cent, of weeks in which chance alone places the records."""
    made = shuffled_weeks(
        week.read.shapes, MADE_WEEKS, np.random.default_rng(SEED), hours_in(week.read.asked.window)
    )
    met = [each[covered_hours(best_shifts(each, shifts, hours), hours)].sum() / each.sum() for each in made]
    return round(100 * float(np.mean(met)))


def _effective(week: Week) -> float:
    """Return how many records there are, counted in those that weigh most."""
    weights = dict(week.read.asked.harm)
    heaviest = max(weights.get(measure, 1.0) for measure in week.read.asked.measures)
    return float(week.read.harm.sum()) / heaviest if heaviest > 0 else 0.0


def _part(week: Week, starts: tuple[int, ...], hours: int) -> float:
    """Return what the shifts meet, counted in the records that weigh most."""
    harm = week.read.harm
    return (
        float(harm[covered_hours(starts, hours)].sum() / harm.sum()) * _effective(week) if harm.sum() else 0.0
    )


def _in_steps(week: Week, part: float) -> int:
    return share_in_steps(part, _effective(week), week.smallest)
