"""Is a whole better forecast as the sum of its parts? Rape and other sexual offences of each borough; groups of the City's types.

    python -m benchmarks.forecast_wholes [--every MONTHS]

The whole is foretold as one series, and as sums of its parts' futures: each with the others of the same chance (the same place in the
draws), with any others, and as the dashboard adds them up. The parts are foretold as they are, and scaled to the whole as one series.
docs/forecast-accuracy.md has the last run's figures.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import pandas as pd

from benchmarks.forecast_accuracy import AHEAD, Series, series_of
from vulncore.forecasting.backtest import TRIAL_PATHS, YEAR, crps, yearly_scale
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import in_parallel
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import FIVE_YEARS, Past, basis_months
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.whole import added_up, draw, spread_chance

THEFTS = (
    "Bicycle theft",
    "Burglary",
    "Other theft",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
)
VIOLENCE = ("Possession of weapons", "Public order", "Violence and sexual offences")


def groups() -> Iterator[tuple[str, list[Series]]]:
    boroughs: dict[str, list[Series]] = {}
    for series in series_of("met-sexual-offences"):
        boroughs.setdefault(series.name.partition(", ")[2], []).append(series)
    yield from (("boroughs", parts) for parts in boroughs.values() if len(parts) > 1)
    city = {series.name: series for series in series_of("city-street-crime")}
    yield from (("City, types", [city[name] for name in names]) for names in (THEFTS, VIOLENCE))


def trials_of(work: tuple[str, list[Series], int, Basis]) -> list[dict[str, object]]:
    name, series, origin, basis = work
    pasts = [Past(one.first, one.seen, peers=one.peers).until(origin) for one in series]
    one = replace(pasts[0], counts=np.sum([past.counts for past in pasts], axis=0))
    came = np.sum([of.counts for of in series], axis=0)
    ahead = min(AHEAD, len(came) - origin)

    def paths(past: Past) -> Paths:
        shown = basis_months(basis, past)
        return draw(shown, ahead, TRIAL_PATHS, 0, spread_chance(0))[Model.COMBINATION]

    direct, parts, rng = paths(one), [paths(past) for past in pasts], np.random.default_rng(origin)
    scale = np.median(direct, axis=0) / np.maximum(sum(np.median(part, axis=0) for part in parts), 0.5)
    ways = {
        "as one series": direct,
        "sum, same chance": np.sum(parts, axis=0),
        "sum, any chance": np.sum([rng.permutation(part) for part in parts], axis=0),
        "sum, as it is added up": added_up(parts, rng),
    }
    rows = [{"set": name, "way": way, **scores(of, came, origin)} for way, of in ways.items()]
    for of, part in zip(series, parts, strict=True):
        rows.append({"set": name, "way": "parts as they are", **scores(part, of.counts, origin)})
        rows.append(
            {"set": name, "way": "parts scaled to one series", **scores(part * scale, of.counts, origin)}
        )
    return rows


def scores(paths: Paths, counts: Sequence[float], origin: int) -> dict[str, float]:
    came, ahead = np.asarray(counts)[origin:], paths.shape[1]
    error = np.nanmean(crps(paths, came[:ahead])) / yearly_scale(np.asarray(counts)[:origin])[0]
    row = {"CRPS": float(error)}
    for span in (YEAR, 2 * YEAR):
        if ahead >= span and not np.isnan(came[:span]).any():
            low, high = np.quantile(paths[:, :span].sum(axis=1), [0.1, 0.9])
            row[f"80 % of {span}"] = 100.0 * (low <= came[:span].sum() <= high)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=2 * YEAR, help="months between origins")
    every = parser.parse_args().every
    work = [
        (name, series, origin, basis)
        for name, series in groups()
        for origin in range(len(series[0].counts) - YEAR, FIVE_YEARS - 1, -every)
        for basis in (Basis.FIVE_YEAR, Basis.CURRENT_PROCESS)
    ]
    rows = [row for _, of in in_parallel(trials_of, work) for row in of]
    frame = pd.DataFrame(rows)
    print(f"{len(work)} wholes, origins and bases")
    print(frame.groupby(["set", "way"], sort=False).mean(numeric_only=True).round(3).to_string())


if __name__ == "__main__":
    main()
