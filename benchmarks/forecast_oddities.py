"""What one odd month and a change of level do to a forecast, on the Metropolitan Police's 64 borough series of sexual offences.

    python -m benchmarks.forecast_oddities [--every 3]

*Halved*: from six months before each origin on, each record of a series is kept by the toss of a coin; the change is noted, or not, or it is
asked about (*as if changed*: noted where the months propose it). *As it was*: nothing was planted, and what is proposed is taken for a change.
*Odd*: the series that have an odd month, told from all of them and learnt with it and without. Origins are April 2017, 2018 and 2019; the year
after is judged. The combination speaks. docs/forecast.md has the last figures.
"""

import argparse
import logging
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.forecast_accuracy import Series, series_of
from vulncore.domain.arrays import Floats
from vulncore.domain.periods import add_months, month_name, months_between
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import Past, basis_months
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import calibrate_spread
from vulncore.metrics.control.levels import recent_level
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.metrics.data_quality.odd_months import standing_out

ORIGINS = (84, 96, 108)
SINCE, AHEAD, PATHS = 6, 12, 500


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--every", type=int, default=3, help="of the series, for the halving")
    given = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    every = series_of("met-sexual-offences")
    report("Halved", [row for series in every[:: given.every] for row in halved(series)], kinds=3)
    report("As it was", [row for series in every[:: given.every] for row in as_it_was(series)])
    report("Odd", [row for series in every for row in odd(series)])


def halved(series: Series) -> list[dict[str, object]]:
    """Foretell a series whose level was halved: with a note of it, without, and with one where it is proposed."""
    rows = []
    for origin in ORIGINS:
        counts = series.counts.copy()
        counts[origin - SINCE :] = np.random.default_rng(origin).binomial(
            counts[origin - SINCE :].astype(int), 0.5
        )
        seen = np.where(np.isnan(series.seen), np.nan, counts)
        changed, known = replace(series, counts=counts, seen=seen), (origin - SINCE,)
        for kind, steps in (
            ("noted", known),
            ("not noted", ()),
            ("as if changed", proposed(changed, origin)),
        ):
            past = Past(series.first, changed.seen, steps=steps, peers=series.peers)
            rows += judged(past.until(origin), counts, origin, kind)
    return rows


def as_it_was(series: Series) -> list[dict[str, object]]:
    """Foretell a series as it is, and as if what it proposes had changed; nothing where it proposes nothing."""
    rows = []
    for origin in ORIGINS:
        if steps := proposed(series, origin):
            for kind, taken in (("not noted", ()), ("as if changed", steps)):
                past = Past(series.first, series.seen, steps=taken, peers=series.peers)
                rows += judged(past.until(origin), series.counts, origin, kind)
    return rows


def proposed(series: Series, origin: int) -> tuple[int, ...]:
    """The place of the change of level that the months before an origin propose, if they propose one."""
    months = pd.DataFrame({"month": pd.date_range(series.first, periods=origin, freq="MS")})
    aside = np.isnan(series.seen[:origin])
    change = recent_level(months.assign(count=series.counts[:origin], provisional=False, set_aside=aside))
    return (months_between(series.first, change.month),) if change else ()


def odd(series: Series) -> list[dict[str, object]]:
    """Foretell a series that has an odd month before an origin, with the month and without; nothing where it has none."""
    seen, rows = series.seen, []
    for origin in ORIGINS:
        high, expected = standing_out(seen[:origin], month_number(series.first))
        if not high.any():
            continue
        place = int(np.flatnonzero(high)[-1])
        month = month_name(add_months(series.first, place))
        print(f"{series.name}, {month}: {series.counts[place]:.0f}, about {expected[place]:.0f} expected")
        for kind, learnt in (
            ("with it", seen),
            ("without", np.where(np.arange(len(seen)) == place, np.nan, seen)),
        ):
            past = Past(series.first, learnt, peers=series.peers)
            rows += judged(past.until(origin), series.counts, origin, kind)
    return rows


def judged(past: Past, counts: Floats, origin: int, kind: str) -> list[dict[str, object]]:
    came, rows = counts[origin : origin + AHEAD], []
    for basis in Basis:
        drawn = simulate(basis_months(basis, past), AHEAD, PATHS, 1)
        paths = calibrate_spread(drawn, np.random.default_rng(1), past.peers)[Model.COMBINATION]
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


def report(what: str, rows: list[dict[str, object]], kinds: int = 2) -> None:
    if not rows:
        print(f"\n{what}: no series.")
        return
    frame = pd.DataFrame(rows)
    print(f"\n{what}, {len(frame) // (2 * kinds)} series and origins:")
    for by in (["kind"], ["basis", "kind"]):
        print(frame.groupby(by).mean(numeric_only=True).round(3).to_string())


if __name__ == "__main__":
    main()
