"""How often the scan of the week cries wolf, and how often it finds a stretch that is there.

    .venv/bin/python benchmarks/week_scan_calibration.py [WEEKS [FIRST]]

Made records, as moments alone and with half of them known only to lie in a window of up to twelve hours. WEEKS (1,000
unless told) is how many sets of records are drawn for each line; power takes half as many. FIRST (0 unless told) is
the number of the first of them: other weeks have other numbers. What the figures mean stands in docs/when.md.
"""

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vulncore.metrics.week.scan import week_windows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WEEK = 7 * 24 * 60  # minutes
RECORDS = (40, 120, 200, 600, 5_000)
LEVELS = (0.10, 0.05, 0.01)
TIMES_EVEN = (2, 3, 5)
PLANTED = np.arange(92, 98)  # Thursday 20:00 to Friday 01:59
LONGEST_WINDOW = 12 * 60
WINDOWED = {"moments alone": 0.0, "half in windows": 0.5}
MADE_WEEKS = 199
DECIMALS = 9  # to which the weights that the scan is given in earnest are rounded


def main(weeks: int = 1_000, first: int = 0) -> None:
    print(
        f"False alarms, % of {weeks:,} weeks in which the hour means nothing; {MADE_WEEKS} made weeks each."
    )
    _print_table([f"at {level:.0%}" for level in LEVELS], false_alarms, range(first, first + weeks))
    half = max(weeks // 2, 1)
    print(
        f"\nPower, % of {half:,} weeks in which half of Thursday 20:00 to Friday 01:59 or more is found, at 5 %."
    )
    _print_table([f"{times} times even" for times in TIMES_EVEN], power, range(first, first + half))


def false_alarms(records: int, windowed: float, numbers: range) -> list[float]:
    """Return for each level the share of weeks in which anything at all is found."""
    alarms = np.zeros(len(LEVELS))
    for number in numbers:
        drawn = drawn_week(np.random.default_rng([records, number]), records, windowed, times=1)
        for at, level in enumerate(LEVELS):
            if _scanned(*drawn, level, number).empty:
                break  # what is not found at 10 % is not at 5 %
            alarms[at] += 1
    return list(alarms / len(numbers))


def power(records: int, windowed: float, numbers: range) -> list[float]:
    """Return for each rate the share of weeks in which at least half of the planted hours are found."""
    found = np.zeros(len(TIMES_EVEN))
    for at, times in enumerate(TIMES_EVEN):
        for number in numbers:
            drawn = drawn_week(np.random.default_rng([records, number]), records, windowed, times)
            stretches = _scanned(*drawn, 0.05, number)
            hours = {
                hour % 168
                for row in stretches.itertuples()
                for hour in range(row.start, row.start + row.hours)
            }
            found[at] += len(hours.intersection(PLANTED)) >= len(PLANTED) / 2
    return list(found / len(numbers))


def drawn_week(
    rng: np.random.Generator, records: int, windowed: float, times: float
) -> tuple[Floats, pd.DataFrame]:
    """Return a week's weights and its records' shapes; `times` is the planted hours' rate over an even week's."""
    inside = rng.random(records) < times * len(PLANTED) / 168
    elsewhere = np.setdiff1d(np.arange(168), PLANTED)
    hour = np.where(inside, rng.choice(PLANTED, records), rng.choice(elsewhere, records))
    happened = 60 * hour + rng.integers(60, size=records)
    minutes = np.where(rng.random(records) < windowed, rng.integers(1, LONGEST_WINDOW + 1, records), 1)
    begins = (happened - rng.integers(minutes)) % WEEK
    return _weights(begins, minutes), _shapes(begins % 60, minutes)


def _weights(begins: Integers, minutes: Integers) -> Floats:
    each = 1 / minutes
    steps = np.bincount(begins, each, 2 * WEEK) - np.bincount(begins + minutes, each, 2 * WEEK)
    by_minute = np.maximum(steps.cumsum(), 0).reshape(2, WEEK).sum(axis=0)
    return by_minute.reshape(168, 60).sum(axis=1).round(DECIMALS)


def _shapes(first_minute: Integers, minutes: Integers) -> pd.DataFrame:
    several = first_minute + minutes > 60
    frame = pd.DataFrame(
        {"first_minute": np.where(several, first_minute, 0), "minutes": np.where(several, minutes, 1)}
    )
    return frame.value_counts(sort=False).rename("records").reset_index()


def _scanned(week: Floats, shapes: pd.DataFrame, level: float, number: int) -> pd.DataFrame:
    # One throw of the dice for all weeks would show how that one fell, not the level that it is drawn from.
    seed = [number, int(shapes["records"].sum()), len(shapes)]
    return week_windows(week, shapes, level=level, made_weeks=MADE_WEEKS, seed=seed)


def _print_table(
    headings: list[str], measured: Callable[[int, float, range], list[float]], numbers: range
) -> None:
    print(f"| records | | {' | '.join(headings)} |")
    print("| ---: | --- |" + " ---: |" * len(headings))
    for records in RECORDS:
        for name, windowed in WINDOWED.items():
            shares = " | ".join(f"{100 * share:.1f}" for share in measured(records, windowed, numbers))
            print(f"| {records:,} | {name} | {shares} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
