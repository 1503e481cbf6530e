"""What one odd month and a change of level do to a forecast, on the Metropolitan Police's 64 borough series of sexual offences.

    python -m benchmarks.forecast_oddities [mps-borough-monthly-2010-04-to-2023-11.csv] [--every 3]

*Halved*: from six months before each origin on, each record of a series is kept by the toss of a coin; the change is noted, or not.
*Odd*: the series that have an odd month, told from all of them and learnt with it and without. Origins are April 2017, 2018 and 2019; the year
after is judged. The combination speaks. docs/forecast.md has the last figures.
"""

import argparse
import logging
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecast_accuracy import FIRST, SERIES, borough_series, set_aside
from vulncore.domain.arrays import Floats
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import Past, basis_months
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import calibrate_spread
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.metrics.data_quality.odd_months import standing_out

ORIGINS = (84, 96, 108)
SINCE, AHEAD, PATHS = 6, 12, 500


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("path", type=Path, nargs="?", default=SERIES)
    arguments.add_argument("--every", type=int, default=3, help="of the series, for the halving")
    given = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    counts = borough_series(given.path)
    report("Halved", [row for series in list(counts.values())[:: given.every] for row in halved(series)])
    report("Odd", [row for name, series in counts.items() for row in odd(name, series)])


def halved(counts: Floats) -> list[dict[str, object]]:
    """Foretell a series whose level was halved, with a note of it and without."""
    rows = []
    for origin in ORIGINS:
        changed = counts.copy()
        changed[origin - SINCE :] = np.random.default_rng(origin).binomial(
            counts[origin - SINCE :].astype(int), 0.5
        )
        for noted in (True, False):
            past = Past(FIRST, set_aside(changed), steps=(origin - SINCE,) if noted else ())
            rows += judged(past.until(origin), changed, origin, "noted" if noted else "not noted")
    return rows


def odd(name: str, counts: Floats) -> list[dict[str, object]]:
    """Foretell a series that has an odd month before an origin, with the month and without; nothing where it has none."""
    seen, rows = set_aside(counts), []
    for origin in ORIGINS:
        high, expected = standing_out(seen[:origin], month_number(FIRST))
        if not high.any():
            continue
        place = int(np.flatnonzero(high)[-1])
        month = date(FIRST.year + (FIRST.month - 1 + place) // 12, (FIRST.month - 1 + place) % 12 + 1, 1)
        print(f"{name}, {month:%B %Y}: {counts[place]:.0f}, about {expected[place]:.0f} expected")
        for kind, learnt in (
            ("with it", seen),
            ("without", np.where(np.arange(len(seen)) == place, np.nan, seen)),
        ):
            rows += judged(Past(FIRST, learnt).until(origin), counts, origin, kind)
    return rows


def judged(past: Past, counts: Floats, origin: int, kind: str) -> list[dict[str, object]]:
    came, rows = counts[origin : origin + AHEAD], []
    for basis in Basis:
        drawn = simulate(basis_months(basis, past), AHEAD, PATHS, 1)
        paths = calibrate_spread(drawn, np.random.default_rng(1))[Model.COMBINATION]
        totals, total = paths.sum(axis=1), came.sum()
        rows.append(
            {
                "basis": basis.value,
                "kind": kind,
                "bias": totals.mean() / total - 1,
                "total, CRPS": crps(totals, total) / total,
                "total, 80 % held": np.quantile(totals, 0.1) <= total <= np.quantile(totals, 0.9),
                "months, CRPS": np.mean([crps(paths[:, month], came[month]) for month in range(AHEAD)])
                / came.mean(),
            }
        )
    return rows


def crps(drawn: Paths, came: float) -> float:
    """Return the continuous ranked probability score of a sample, in records (Gneiting and Raftery 2007)."""
    ordered = np.sort(drawn).astype(float)
    number = len(ordered)
    weights = 2 * np.arange(1, number + 1) - number - 1
    return float(np.abs(ordered - came).mean() - (weights * ordered).sum() / number**2)


def report(what: str, rows: list[dict[str, object]]) -> None:
    if not rows:
        print(f"\n{what}: no series.")
        return
    frame = pd.DataFrame(rows)
    print(f"\n{what}, {len(frame) // 4} series and origins:")
    for by in (["kind"], ["basis", "kind"]):
        print(frame.groupby(by).mean(numeric_only=True).round(3).to_string())


if __name__ == "__main__":
    main()
