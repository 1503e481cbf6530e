"""What the blur costs in use: how far figures by hour and place lie from what the records say, over many deals of the dice.

    .venv/bin/python benchmarks/blur_cost.py [--deals 20]

Of the demo's sexual offences, and of Houston's murders, rapes and assaults and the City's violence where ../shared is there.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.attack.pages import (  # noqa: E402
    CITY,
    HOUSTON,
    HOUSTON_FILE,
    HOUSTON_MONTHS,
    SEXUAL,
    STREET_FILE,
    VIOLENCE,
    YEAR,
    snapshot_of,
)
from vulncore.domain.blur import HOUR_ODDS, blurred, sharpening  # noqa: E402
from vulncore.domain.geography import boundary  # noqa: E402
from vulncore.domain.periods import Window, rolling_12  # noqa: E402
from vulncore.domain.vocabulary import report_measures  # noqa: E402
from vulncore.findings.when.counts import read_week  # noqa: E402
from vulncore.findings.where.counts import record_counts, zone_counts  # noqa: E402
from vulncore.findings.where.protection import hot_states  # noqa: E402
from vulncore.findings.where.question import MapSelection  # noqa: E402
from vulncore.metrics.hotspots.sharpened import sharpened  # noqa: E402
from vulncore.metrics.hotspots.zones import OUTSIDE, zone_of  # noqa: E402
from vulncore.metrics.week.day_hour import RecordFilter  # noqa: E402
from vulncore.metrics.week.hours import hours_from  # noqa: E402
from vulncore.metrics.week.scan import week_windows  # noqa: E402

MIDDLE = len(HOUR_ODDS) // 2
BUSY = 20  # records of a cell


def moved_week(week: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    moved = np.zeros(len(week))
    for hour, count in enumerate(week.round().astype(int)):
        moved += np.roll(dice.multinomial(count, HOUR_ODDS), hour - MIDDLE)
    return moved


def stretches(week: np.ndarray) -> set[int]:
    alone = pd.DataFrame({"first_minute": [0], "minutes": [1], "records": [int(week.sum())]})
    rows = week_windows(week, alone)
    return {int(hour) for row in rows.itertuples() for hour in hours_from(int(row.start), int(row.hours))}


def show_hours(name: str, week: np.ndarray, deals: int) -> None:
    true, dice = week.round(), np.random.default_rng(3)
    moved = [moved_week(true, dice) for _ in range(deals)]
    apart = np.array([sharpening() @ one - true for one in moved])
    bands, nights = (
        apart.reshape(deals, -1, 3).sum(axis=2),
        np.roll(apart, -6, axis=1).reshape(deals, 7, 24).sum(axis=2),
    )
    there = stretches(true)
    seen = [stretches(one) for one in moved]
    again = [stretches(dice.poisson(true).astype(float)) for _ in range(deals)]
    rows = {
        "records": f"{true.sum():.0f}",
        "an hour": f"{np.sqrt((apart**2).mean()):.1f}",
        "a band (holds)": f"{np.sqrt((bands**2).mean()):.1f} ({3 * true.mean():.1f})",
        "a night": f"{np.sqrt((nights**2).mean()):.1f}",
        "95 % of bands within": f"{np.quantile(np.abs(bands), 0.95):.0f}",
        "hours of stretches kept": f"{np.mean([len(one & there) for one in seen]) / max(len(there), 1):.0%}",
        "beside": f"{np.mean([len(one - there) for one in seen]):.1f}",
        "another year keeps": f"{np.mean([len(one & there) for one in again]) / max(len(there), 1):.0%}",
    }
    print(f"{name}: {', '.join(f'{key} {value}' for key, value in rows.items())}", flush=True)


def show_places(name: str, folder: Path, dataset: str, records: RecordFilter, deals: int) -> None:
    snapshot = snapshot_of(folder, dataset)
    counts = record_counts(snapshot, folder / dataset, MapSelection(records, smallest=1), report_measures())
    exact = zone_counts(counts, counts.ground.finest)
    shown = zone_counts(replace(counts, question=asked_of(counts)), counts.ground.finest)
    rows = snapshot.incidents.filter(
        snapshot.incidents.measure.isin(records.measures),
        snapshot.incidents.recorded_on.between(records.window.start, records.window.end),
        snapshot.incidents.longitude.notnull(),
        snapshot.incidents.no_crimed_on.isnull(),
    ).to_pyarrow()
    true = exact.within(records.window)
    top, busy = set(np.argsort(-true)[:10]), true >= BUSY
    hot = set(np.flatnonzero(hot_states(exact, records.window, 1) > 0))
    single_month = Window(records.window.end.replace(day=1), records.window.end)  # all of them in one
    same, held, apart, kept, beside = [], [], [], [], []
    for deal in range(deals):
        table = blurred(rows, bytes([deal]) * 32, {CITY: boundary(CITY)})
        zone = zone_of(exact.zones, *(table[name].to_numpy() for name in ("longitude", "latitude")))
        counted = np.bincount(zone - OUTSIDE, minlength=len(exact.zones.names) + 1).astype(float)
        by_zone = replace(shown, history=single_month, counts=counted[None])
        about = sharpened(by_zone.within(records.window), shown.moves)
        first = np.argsort(-about)[:10]
        same.append(len(top & set(first)))
        held.append(true[first].sum() / true[list(top)].sum())
        apart.append((about - true)[busy])
        now = set(np.flatnonzero(hot_states(by_zone, records.window, 5) > 0))
        kept.append(len(now & hot))
        beside.append(len(now - hot))
    print(
        f"{name}: records {true.sum():.0f}, of the ten busiest cells {np.mean(same):.1f}, which hold {np.mean(held):.0%} of "
        f"what those hold, error from {BUSY} records {np.sqrt(np.mean(np.square(apart))):.1f} (chance "
        f"{np.sqrt(true[busy].mean()):.1f}), bias there {np.sum(apart) / (deals * true[busy].sum()):+.0%}, of {len(hot)} hot "
        f"cells {np.mean(kept):.1f}, beside them {np.mean(beside):.1f} (from {min(beside)} to {max(beside)})",
        flush=True,
    )


def asked_of(counts):
    """Return a question of blurred records that is otherwise the same."""
    return replace(counts.question, selection=replace(counts.question.selection, smallest=5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deals", type=int, default=20)
    deals = parser.parse_args().deals
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sexual = RecordFilter(CITY, SEXUAL, YEAR)
        show_hours("demo, sexual offences", read_week(snapshot_of(folder, "demo"), sexual, 1).by_hour, deals)
        if HOUSTON_FILE.exists():
            for measure in ("murder", "rape", "aggravated-assault"):
                records = RecordFilter(HOUSTON, (measure,), HOUSTON_MONTHS)
                week = read_week(snapshot_of(folder, "houston"), records, 1).by_hour
                show_hours(f"Houston, {measure}", week, deals)
        show_places("demo, sexual offences", folder, "demo", sexual, deals)
        if STREET_FILE.exists():
            show_places(
                "City, violence",
                folder,
                "city",
                RecordFilter(CITY, VIOLENCE, rolling_12(YEAR.end.replace(month=12, day=1))),
                deals,
            )


if __name__ == "__main__":
    main()
