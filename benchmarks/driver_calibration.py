"""How often a driver of a change is named where there is none, and how often the one that is there.

    .venv/bin/python -m benchmarks.driver_calibration {alarms,power,limits} [--changes 1000] [--lines 0 1] [--houston FILE]

`--changes` is how many changes are made for each line; power takes a quarter. `--lines` is which lines of the table to make, by
their number from 0: a minute or two for each line of alarms. `--houston` is the file of Houston's crimes of 2010 (date, hour,
offense, premise); without it its column is left out. What the figures mean stands in docs/drivers.md.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from tests.metrics.drivers.made_changes import PLANTED, blur, dimensions, drawn, planted, shuffled, values
from vulncore.metrics.drivers.change_parts import change_parts
from vulncore.metrics.drivers.dimensions import Dimension
from vulncore.metrics.drivers.mix_changes import mix_changes
from vulncore.metrics.drivers.shares import share_interval
from vulncore.metrics.statistics.intervals import rate_ratio_p_value
from vulncore.sources import demo

SHUFFLES = 499
YEAR = 365
LINES = ((60, 0.5), (60, 0.8), (150, 0.6), (600, 0.3), (600, 0.55), (6_000, 0.55))
BEFORE = (50, 100, 200, 350, 400, 600, 1_000)
PARTS = (0.10, 0.20)
RISES = (0.5, 1.0, 2.0)
HATE_CRIME = "hate"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("what", choices=["alarms", "power", "limits"])
    arguments.add_argument("--changes", type=int, default=1_000)
    arguments.add_argument("--lines", type=int, nargs="*")
    arguments.add_argument("--houston", type=Path)
    given = arguments.parse_args()
    if given.what == "alarms":
        alarms(given.changes, given.lines, given.houston)
    elif given.what == "power":
        power(max(given.changes // 4, 1), given.lines)
    else:
        limits(100 * given.changes)


def alarms(changes: int, lines: Sequence[int] | None, houston: Path | None) -> None:
    print(f"Changes in which anything is named though the periods mean nothing, % of {changes:,}.")
    print("| records | in the later period | made | made, blurred | demo | Houston | made: a mix changed |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for records, later in _chosen(LINES, lines):
        columns: list[tuple[Callable[[np.random.Generator], pd.DataFrame], list[Dimension]] | None] = [
            (lambda rng, count=records: drawn(rng, count), dimensions()),
            (lambda rng, count=records: blur(rng, drawn(rng, count)), dimensions(blurred=True)),
            _real(
                demo_records(),
                records,
                ("offence", "location_type", "victim_residency", "hate_strand", "risk_level"),
            ),
            _real(houston_records(houston), records, ("offense", "premise", "hour", "weekday"))
            if houston
            else None,
        ]
        rates = [
            f"{_alarm_rate(*column, records, later, changes):.1f}" if column else "–" for column in columns
        ]
        rates.append(f"{_mix_rate(records, later, changes):.1f}")
        print(f"| {records:,} | {later:.0%} | {' | '.join(rates)} |", flush=True)


def power(changes: int, lines: Sequence[int] | None) -> None:
    print(f"Changes whose planted driver is named, % of {changes:,}; in brackets, tested alone.")
    print("| before | now | a tenth | a tenth, blurred | a fifth | a fifth, blurred |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    rises = [
        (before, rise)
        for before in BEFORE
        for rise in sorted({least_clear_rise(before), *(round(times * before) for times in RISES)})
        if rise >= least_clear_rise(before)
    ]
    for before, rise in _chosen(rises, lines):
        cells = [_power(before, rise, part, blurred, changes) for part in PARTS for blurred in (False, True)]
        shares = " | ".join(f"{named:.0f} ({alone:.0f})" for named, alone in cells)
        print(f"| {before:,} | {before + rise:,} | {shares} |", flush=True)


def limits(times: int) -> None:
    print("Of shares with 95 % limits, % that hold the true share; of two values, three in four kept.")
    print("| records | share 5 % | 20 % | 50 % |")
    print("| ---: | ---: | ---: | ---: |")
    for of in (30, 100, 1_000):
        rng, shares = np.random.default_rng(of), []
        for truth in (0.05, 0.2, 0.5):
            counted = rng.binomial(of, 0.75 * truth + 0.125, size=times)
            interval = share_interval(counted, of, 0.75)
            shares.append(f"{100 * np.mean((interval.low <= truth) & (truth <= interval.high)):.1f}")
        print(f"| {of:,} | {' | '.join(shares)} |")


def least_clear_rise(before: int) -> int:
    """Return by how many records a count rises at least to be more than chance."""
    rises = np.arange(1, 2 * before)
    return int(rises[rate_ratio_p_value(before + rises, before, YEAR, YEAR) <= 0.05][0])


def demo_records() -> pd.DataFrame:
    incidents = demo.deliver().tables.incidents.to_pandas()
    return incidents[incidents["measure"].str.contains(HATE_CRIME, case=False)].drop_duplicates("record_id")


def houston_records(file: Path) -> pd.DataFrame:
    published = pd.read_csv(file)
    weekday = pd.to_datetime(published["date"], format="%m/%d/%Y").dt.day_name()
    return published.assign(hour=published["hour"].astype(str), weekday=weekday)


def _chosen(rows: Sequence[tuple[int, float]], lines: Sequence[int] | None) -> list[tuple[int, float]]:
    return [row for number, row in enumerate(rows) if lines is None or number in lines]


def _real(
    records: pd.DataFrame, count: int, names: tuple[str, ...]
) -> tuple[Callable[[np.random.Generator], pd.DataFrame], list[Dimension]] | None:
    if len(records) < count:
        return None
    return lambda rng: records.sample(count, random_state=rng), [Dimension(name) for name in names]


def _alarm_rate(
    make: Callable[[np.random.Generator], pd.DataFrame],
    by: list[Dimension],
    records: int,
    later: float,
    changes: int,
) -> float:
    rng = np.random.default_rng([records, round(100 * later)])
    alarming = 0
    for number in range(changes):
        frame = shuffled(rng, make(rng), round(later * records))
        alarming += bool(change_parts(frame, YEAR, YEAR, by, shuffles=SHUFFLES, seed=number).named)
    return 100 * alarming / changes


def _mix_rate(records: int, later: float, changes: int) -> float:
    rng = np.random.default_rng([records, round(100 * later), 1])
    alarming = 0
    for number in range(changes):
        frame = shuffled(rng, drawn(rng, records), round(later * records))
        mixes = mix_changes(frame, dimensions(), shuffles=SHUFFLES, seed=number)
        alarming += bool(mixes["verdict"].eq("changed").any())
    return 100 * alarming / changes


def _power(before: int, rise: int, part: float, blurred: bool, changes: int) -> tuple[float, float]:
    """Return how many of a hundred planted drivers are named, and how many the part's own test shows, tested alone."""
    rng = np.random.default_rng([before, rise, round(100 * part), blurred])
    driver = (PLANTED, values(PLANTED)[-1])
    hits = alone = 0
    for number in range(changes):
        frame = planted(rng, before, rise, part, blurred)
        change = change_parts(frame, YEAR, YEAR, dimensions(blurred), shuffles=SHUFFLES, seed=number)
        hits += driver in [(one.dimension, one.value) for one in change.named]
        of_it = frame[PLANTED] == driver[1]
        chance = hypergeom(len(frame), int(of_it.sum()), before + rise)
        alone += chance.sf((of_it & frame["now"]).sum() - 1) <= 0.05
    return 100 * hits / changes, 100 * alone / changes


if __name__ == "__main__":
    main()
