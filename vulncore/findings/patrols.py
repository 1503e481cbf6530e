"""Which shifts meet most of what happens, and whether the same choice would have worked before."""

from dataclasses import dataclass

import pandas as pd

from vulncore.errors import VulncoreError
from vulncore.findings.headline import Headline, Kind
from vulncore.findings.week import FEWEST, Week
from vulncore.findings.week_sentences import limits, share_in_steps
from vulncore.findings.week_words import night_name, stretch
from vulncore.metrics.day_hour import HOURS, WEEKDAYS
from vulncore.metrics.night_time import share
from vulncore.metrics.patrols import best_shifts, covered_hours


@dataclass(frozen=True)
class Patrols:
    """Shifts chosen, and what is to be said of them.

    `frame` has one row per shift in order of the week: `weekday`, `start`, `end` (clock times), `night`, `share` (per
    cent of what has a time, by harm if weighed); `starts` the hours at which they start.
    """

    starts: tuple[int, ...]
    hours: int
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
        VulncoreError: There are too few times to choose by, or nothing weighs anything.
    """
    if now.too_few:
        raise VulncoreError(
            f"Fewer than {max(FEWEST, now.smallest)} {unit} with a time were recorded: too few to choose hours by. "
            "Choose a longer period or more measures."
        )
    if not now.read.harm.sum() > 0:
        raise VulncoreError(
            "Every record weighs 0, so no hour matters more than another. Give some measure a weight."
        )
    starts = best_shifts(now.read.harm, shifts, hours)
    rows = [
        {
            "weekday": WEEKDAYS[start // 24],
            "start": f"{start % 24:02d}:00",
            "end": f"{(start + hours - 1) % 24:02d}:59",
            "window": stretch(start, hours),
            "night": night_name(start, hours, now.night) or "–",
            "share": _met(now, (start,), hours),
        }
        for start in starts
    ]
    return Patrols(starts, hours, pd.DataFrame(rows), tuple(_headline(now, before, starts, hours, unit)))


def patrols_table(found: Patrols) -> pd.DataFrame:
    """Return one row per shift in order of the week, with columns named for people."""
    return pd.DataFrame(
        {
            "Shift": found.frame["window"],
            "Night": found.frame["night"],
            "Meets": [f"{part} %" for part in found.frame["share"]],
        }
    )


def _headline(
    now: Week, before: Week | None, starts: tuple[int, ...], hours: int, unit: str
) -> list[Headline]:
    luck = round(100 * len(starts) * hours / HOURS)
    what = f"{unit} with a time" + (", weighed by harm" if now.read.asked.harm else "")
    many = f"{len(starts)} shift{'s' if len(starts) > 1 else ''} of {hours} hour{'s' if hours > 1 else ''}"
    said = [
        Headline(
            Kind.CLEAR,
            f"{many} meet {_met(now, starts, hours)} % of the {what}",
            f"{now.read.asked.window}. As many hours at random would meet {luck} %.",
        )
    ]
    if before is None or before.too_few or not before.read.harm.sum() > 0:
        why = "Choosing can't be put to the test: there is no whole period before it with enough times."
        return [*said, Headline(Kind.QUIET, "Not tested", why)]
    chosen = best_shifts(before.read.harm, len(starts), hours)
    met = share(_part(now, chosen, hours), now.read.timed)
    beats = 100 * met.low > luck
    verdict = "better than luck" if beats else "no better than luck, as far as these numbers can tell"
    said.append(
        Headline(
            Kind.CLEAR if beats else Kind.POSSIBLE,
            "Would it have worked?",
            f"Shifts chosen in the same way on {before.read.asked.window} would have met "
            f"{_met(now, chosen, hours)} % of {now.read.asked.window} "
            f"(95 % limits {limits(met)}), {verdict} ({luck} %).",
        )
    )
    return said


def _met(week: Week, starts: tuple[int, ...], hours: int) -> int:
    return share_in_steps(_part(week, starts, hours), week.read.timed, week.smallest)


def _part(week: Week, starts: tuple[int, ...], hours: int) -> float:
    """Return what the shifts meet, in records: by harm, as many as have that share of the harm."""
    harm = week.read.harm
    return float(harm[covered_hours(starts, hours)].sum() / harm.sum()) * week.read.timed
