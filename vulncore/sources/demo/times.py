"""When things happened, and when they were recorded."""

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Integers, Moments
from vulncore.domain.periods import WEEKDAYS
from vulncore.sources.demo.description import description, dice, draw_names, draw_positions, log_uniform

DAY, WEEK = 24 * 60, 7 * 24 * 60  # minutes
EPOCH_WEEKDAY = WEEKDAYS.index("Thursday")  # 1 January 1970


def times(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return when each row was recorded and between which moments it happened, by its `measure` and `month` (its first day).

    The hour of the week and the delay are drawn first; the day of recording is then one in the row's month
    on which they fit. So hours and weekdays are as described, and every month keeps its count.

    Returns:
        Same index: `recorded_on` (day), `occurred_from`, `occurred_to` (local civil time; the same moment
        where it is known to the minute; either may be missing). Nothing happens after it was recorded.
    """
    frames = [
        _of_measure(group["month"], str(measure), dice(seed, "times", str(measure)))
        for measure, group in rows.groupby("measure", sort=False)
    ]
    return pd.concat(frames).reindex(rows.index)


def _of_measure(months: pd.Series, measure: str, rng: np.random.Generator) -> pd.DataFrame:
    words = description("times")["measure"].get(measure)
    moment = (
        _week_minutes(words["hours"], len(months), rng) if words else rng.integers(WEEK, size=len(months))
    )
    delay = _delay_days(words["delay"], len(months), rng) if words else np.zeros(len(months), dtype=np.int64)
    recorded = _day_in_month(months, (moment // DAY + delay) % 7, rng)
    start, end = _as_known((recorded - delay) * DAY + moment % DAY, recorded, delay, rng)
    if not words:
        start[:], end[:] = np.datetime64("NaT"), np.datetime64("NaT")
    return pd.DataFrame(
        {
            "recorded_on": recorded.astype("datetime64[D]").astype("datetime64[s]"),
            "occurred_from": _civil(start, months.index),
            "occurred_to": _civil(end, months.index),
        },
        index=months.index,
    )


def _week_minutes(pattern: str, count: int, rng: np.random.Generator) -> Integers:
    """Return minutes of the week, from Monday 00:00."""
    stretches = description("times")["hours"][pattern]
    which = draw_positions(rng, [line["percent"] for line in stretches], count, f"the hours {pattern}")
    minutes = np.zeros(count, dtype=np.int64)
    for number, line in enumerate(stretches):
        at = np.flatnonzero(which == number)
        weekday = rng.choice([WEEKDAYS.index(day) for day in line["on"]], size=len(at))
        hour, minute = (int(part) for part in line["from"].split(":"))
        later = (60 * rng.triangular(0, line["busiest"], line["hours"], size=len(at))).astype(np.int64)
        minutes[at] = (weekday * DAY + hour * 60 + minute + later) % WEEK
    return minutes


def _delay_days(kind: str, count: int, rng: np.random.Generator) -> Integers:
    bands = description("times")["delay"][kind]
    which = draw_positions(rng, [band["percent"] for band in bands], count, f"the delay {kind}")
    low, high = (np.array([band["days"][end] for band in bands])[which] for end in (0, 1))
    # logarithms need a start above 0, and the last day is part of the band
    return np.floor(log_uniform(rng, low + 1, high + 2, count)).astype(np.int64) - 1


def _day_in_month(months: pd.Series, weekday: Integers, rng: np.random.Generator) -> Integers:
    """Return a day of each month on the weekday wanted, in days since 1970."""
    first = months.to_numpy().astype("datetime64[D]").astype(np.int64)
    offset = (weekday - (first + EPOCH_WEEKDAY)) % 7
    occurrences: Integers = (months.dt.days_in_month.to_numpy() - offset + 6) // 7
    return np.asarray(first + offset + 7 * rng.integers(occurrences), np.int64)


def _as_known(
    moment: Integers, recorded: Integers, delay: Integers, rng: np.random.Generator
) -> tuple[Moments, Moments]:
    """Return the moments between which the police know that it happened; NaT where they don't."""
    start, end = (np.full(len(moment), np.datetime64("NaT"), dtype="datetime64[s]") for _ in range(2))
    shortest = -1
    for grade in description("times")["known"]:
        at = np.flatnonzero((delay > shortest) & (delay <= grade["up_to_days"]))
        ways = {way: grade[way] for way in ("to_the_minute", "window", "start_only", "not_at_all")}
        how = draw_names(rng, ways, len(at), "how times are known")
        exact, window, start_only = (at[how == way] for way in ("to_the_minute", "window", "start_only"))
        start[exact] = end[exact] = _seconds(_rounded(moment[exact], rng))
        low, high = _window(moment[window], recorded[window], grade["window_hours"], rng)
        start[window], end[window] = _seconds(low), _seconds(high)
        start[start_only] = _seconds(_rounded(moment[start_only], rng))
        shortest = grade["up_to_days"]
    return start, end


def _window(
    moment: Integers, recorded: Integers, hours: list[int], rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Return whole hours around each moment, cut off at the end of the day of recording."""
    width = (60 * log_uniform(rng, hours[0], hours[1], len(moment))).astype(np.int64)
    start = (moment - (width * rng.random(len(moment))).astype(np.int64)) // 60 * 60
    end = -(-np.maximum(start + width, moment) // 60) * 60
    return start, np.minimum(end, (recorded + 1) * DAY - 1)


def _rounded(moment: Integers, rng: np.random.Generator) -> Integers:
    step = draw_names(rng, description("times")["rounding"], len(moment), "rounding").astype(np.int64)
    return moment // step * step


def _seconds(minutes: Integers) -> Moments:
    return (minutes * 60).astype("datetime64[s]")


def _civil(moments: Moments, index: pd.Index) -> pd.Series:
    """Return times that the clocks in London showed: the hour skipped in spring becomes its end."""
    naive = pd.Series(moments, index=index)
    shown = naive.dt.tz_localize(
        "Europe/London", ambiguous=np.ones(len(naive), bool), nonexistent="shift_forward"
    )
    return pd.Series(shown.dt.tz_localize(None))
