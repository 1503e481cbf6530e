"""How good are the forecasts? A back-test over sets of real monthly series, each set apart, against what else there is.

    python -m benchmarks.forecast_accuracy [--set NAME ...] [--every MONTHS] [--series N] [--ours] [--write]

Each model is shown the months before an origin and foretells up to 36 after, on both bases. What is *shown* is what a page would have
shown: the model that the series' own earlier trials choose. Beside it stand plain Prophet, last year again, the mean of the last twelve
months, and the equal-weight ensemble of statsforecast's AutoETS, AutoARIMA, AutoTheta, AutoCES and dynamic optimised Theta (in the lock
of developers). `--write` keeps the
widths that the sets of LEARN teach in vulncore/reference/forecast_spread.toml, and tries the project's models alone. The series and their
sources: benchmarks/series/. The last run's figures stand in docs/forecast-accuracy.md.
"""

import argparse
import logging
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import pandas as pd
from scipy.stats import t as student

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import parse_month
from vulncore.forecasting.backtest import (
    EVERY_MONTHS,
    TRIAL_PATHS,
    YEAR,
    choose_model,
    first_year_scores,
    origins,
    score_rows,
    yearly_scale,
)
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import in_parallel
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import FIVE_YEARS, LOCKDOWN_MONTHS, Past, basis_months
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import BANDS, LEARNT, calibrate_spread, learnt_factor

FOLDER = Path(__file__).parent / "series"
AHEAD = 36
SPANS = (1, YEAR, 2 * YEAR)
SHOWN, PLAIN, MEAN, ENSEMBLE = "what is shown", "prophet as it comes", "mean of twelve months", "ensemble"
LEARN = ("met-sexual-offences", "city-street-crime", "victoria-crashes", "nsw-offences")
NSW_LOCKDOWN_MONTHS = (date(2020, 4, 1), *(date(2021, month, 1) for month in (7, 8, 9)))
"""By the rule of the English ones, whole months or all but a few days of them under stay-at-home orders: Public Health (COVID-19
Restrictions on Gathering and Movement) Order 2020 from 31 March, eased on 15 May 2020; Greater Sydney from 26 June, all of the
state from 14 August, to 11 October 2021 (NSW Health's notices of these days)."""
SET_ASIDE = {
    **dict.fromkeys(("met-sexual-offences", "city-street-crime", "london-offences"), LOCKDOWN_MONTHS),
    "nsw-offences": NSW_LOCKDOWN_MONTHS,
}
"""Months that the models don't see, by set, as a dataset's own are set aside; they are judged on them all the same."""


@dataclass(frozen=True)
class Series:
    """Monthly counts of one series from its first month on, missing where not known; `seen` are those that models see, `peers` those of its set."""

    of_set: str
    name: str
    first: date
    counts: Floats
    seen: Floats
    peers: Floats


def series_of(name: str) -> list[Series]:
    table = pd.read_csv(FOLDER / f"{name}.csv", index_col="series")
    first = parse_month(table.columns[0])
    months = pd.date_range(first, periods=table.shape[1], freq="MS").date
    counts = table.to_numpy(dtype=float)
    seen = np.where(np.isin(months, SET_ASIDE.get(name, ())), np.nan, counts)
    return [
        Series(name, str(row), first, counts[place], seen[place], seen)
        for place, row in enumerate(table.index)
    ]


def trials_of(work: tuple[Series, Basis, int, bool, bool]) -> pd.DataFrame:
    """Every trial of a series on a basis: the project's models at each origin of its own tests, the others where they are judged.

    `alone` leaves the project's models alone, where they are judged; `ours` leaves the others out.
    """
    series, basis, every, alone, ours = work
    past = Past(series.first, series.seen, peers=series.peers)
    last = len(series.counts) - YEAR
    judged = set(range(last, FIVE_YEARS - 1, -every))
    known = sorted(judged if alone else judged | set(origins(past, basis)))
    rows = []
    for origin in known:
        came = series.counts[origin : origin + AHEAD]
        scale = yearly_scale(series.counts[:origin])
        if np.isnan(scale[0]):
            continue
        rng = np.random.default_rng([origin, len(series.name)])
        shown = basis_months(basis, past.until(origin))
        raw = simulate(shown, len(came), TRIAL_PATHS, origin)
        calibrated = calibrate_spread(raw, rng, shown.peers)
        paths: dict[str, Paths] = {str(model): of for model, of in calibrated.items()}
        if origin in judged and not alone and not ours:
            everything = basis_months(basis, Past(series.first, series.counts).until(origin))
            paths |= {
                PLAIN: prophet_as_it_comes(everything, len(came), origin),
                MEAN: mean_of_twelve(everything, len(came), rng),
                ENSEMBLE: ensemble(everything, len(came), origin),
            }
        scored = rows_of(paths, came, scale, rng).assign(origin=origin, judged=origin in judged)
        unwidened = score_rows(raw, came, scale, rng)
        raw_pit = unwidened[unwidened["span"] == 1].set_index(["model", "horizon"])["pit"]
        keys = pd.MultiIndex.from_frame(scored[["model", "horizon"]])
        scored["raw_pit"] = np.where(scored["span"] == 1, raw_pit.reindex(keys).to_numpy(), np.nan)
        rows.append(scored)
    trials = with_shown(pd.concat(rows, ignore_index=True))
    trials["crps"] /= trials["scale"]  # so that large series don't outweigh small ones
    return trials.assign(set=series.of_set, series=series.name, basis=str(basis))


def rows_of(
    paths: Mapping[str, Paths], came: Floats, scale: tuple[float, float], rng: np.random.Generator
) -> pd.DataFrame:
    """The scores of each month, and of the totals of the first twelve and twenty-four."""
    rows = [score_rows(paths, came, scale, rng).query("span == 1")]
    for span in SPANS[1:]:
        total = came[:span].sum(keepdims=True)
        if len(came) >= span and not np.isnan(total):
            sums = {model: of[:, :span].sum(axis=1, keepdims=True) for model, of in paths.items()}
            rows.append(score_rows(sums, total, scale, rng).assign(span=span, horizon=span))
    return pd.concat(rows, ignore_index=True).assign(scale=scale[0])


def with_shown(trials: pd.DataFrame) -> pd.DataFrame:
    """The trials, and again those of the model that a page would have shown by what earlier trials of the series had told by then."""
    months = trials[(trials["span"] == 1) & trials["model"].isin(list(Model))]
    shown = []
    for origin in trials.loc[trials["judged"], "origin"].unique():
        told = months[months["origin"] + months["horizon"] <= origin]
        chosen = choose_model(first_year_scores(told)).model if len(told) else Model.COMBINATION
        of_model = (trials["origin"] == origin) & (trials["model"] == chosen)
        shown.append(trials[of_model].assign(model=SHOWN, chosen=str(chosen)))
    return pd.concat([trials, *shown], ignore_index=True)


def prophet_as_it_comes(past: Past, ahead: int, seed: int) -> Paths:
    """Prophet with its own settings and its own intervals: below zero and between whole numbers, too."""
    from prophet import Prophet  # noqa: PLC0415 - the processes that need it import it

    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).disabled = True
    months = pd.DataFrame({"ds": past.months(ahead)})
    model = Prophet(uncertainty_samples=TRIAL_PATHS)
    model.fit(months.iloc[: len(past.counts)].assign(y=past.counts), seed=seed)
    np.random.seed(seed)
    return model.predictive_samples(months.iloc[len(past.counts) :])["yhat"].T


def mean_of_twelve(past: Past, ahead: int, rng: np.random.Generator) -> Paths:
    """Poisson counts about the mean of the last twelve months known."""
    return rng.poisson(past.counts[past.known][-YEAR:].mean(), (TRIAL_PATHS, ahead))


def ensemble(past: Past, ahead: int, seed: int) -> Floats:
    """As many simulated paths of each of five models, on the counts as they are; what falls below zero is taken as zero."""
    from statsforecast.models import (  # noqa: PLC0415 - as above
        AutoARIMA,
        AutoCES,
        AutoETS,
        AutoTheta,
        DynamicOptimizedTheta,
    )

    place = np.arange(len(past.counts))
    filled = np.interp(place, place[past.known], past.counts[past.known])
    if np.ptp(filled) < 1e-9:
        filled = filled + 1e-6 * np.random.default_rng(seed).standard_normal(len(filled))
    drawn = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for model in (AutoETS, AutoARIMA, AutoTheta, AutoCES, DynamicOptimizedTheta):
            fitted = model(season_length=YEAR).fit(filled)
            drawn.append(fitted.simulate(ahead, TRIAL_PATHS // 5, seed=seed))
    return np.maximum(np.nan_to_num(np.concatenate(drawn)), 0)


def report(trials: pd.DataFrame) -> str:
    """A table: errors over all months ahead, how many of these the 80 % range held, and of totals, with their 95 % limits."""
    judged = trials[trials["judged"]]
    rows = []
    for model in (SHOWN, *Model, PLAIN, MEAN, ENSEMBLE):
        of_model = judged[judged["model"] == model]
        if of_model.empty:
            continue
        months, year, two = (of_model[of_model["span"] == span] for span in SPANS)
        row = {
            "": str(model),
            "MASE": f"{months['absolute'].mean():.3f}",
            "CRPS": f"{months['crps'].mean():.3f}",
        }
        row |= {"CRPS of 12": f"{year['crps'].mean() / YEAR:.3f}"}
        for name, some in (("months", months), ("12", year), ("24", two)):
            held, low, high = clustered(some)
            row[f"80 % of {name}"] = f"{held:.1f} ({low:.0f}–{high:.0f})"
        rows.append(row)
    head, line = list(rows[0]), ["---", *["---:"] * (len(rows[0]) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, line, *(row.values() for row in rows)))


def clustered(rows: pd.DataFrame) -> tuple[float, float, float]:
    """How many per cent lie in the 80 % range, and the 95 % limits of that, series as clusters."""
    of_series = rows["pit"].between(0.1, 0.9).groupby(rows["series"]).agg(["sum", "size"])
    if of_series.empty:
        return (np.nan,) * 3
    share = of_series["sum"].sum() / of_series["size"].sum()
    apart = of_series["sum"] - share * of_series["size"]
    number = len(of_series)
    error = np.sqrt((apart**2).sum() * number / max(number - 1, 1)) / of_series["size"].sum()
    reach = student.ppf(0.975, max(number - 1, 1)) * error
    return 100 * share, 100 * max(share - reach, 0), 100 * min(share + reach, 1)


def widths(trials: pd.DataFrame) -> dict[str, list[float]]:
    """One factor for each model and band of horizons, from the places that counts took, each set as heavy; none less than before it."""
    months = trials[(trials["span"] == 1) & trials["model"].isin(list(Model)) & trials["judged"]]
    learnt = {}
    for model, of_model in months.groupby("model"):
        factors: list[float] = []
        for low, high in BANDS:
            band = of_model[of_model["horizon"].between(low, high)]
            of_sets = [learnt_factor(of_set["raw_pit"].to_numpy()) for _, of_set in band.groupby("set")]
            before = factors[-1] if factors else 1.0
            factors.append(max(float(np.exp(np.mean(np.log(of_sets)))), before) if of_sets else before)
        learnt[str(model)] = factors
    return learnt


def keep(factors: Mapping[str, list[float]]) -> None:
    lines = [
        "# By how much each model's forecasts are widened for months 1-12, 13-24, 25-36 and 37 on.",
        "# Learnt from real series: python -m benchmarks.forecast_accuracy --write (see docs/forecast-accuracy.md).",
        "",
        "[factor]",
        *(f"{model} = {[round(factor, 2) for factor in every]}" for model, every in sorted(factors.items())),
    ]
    LEARNT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(sets: list[str], every: int, number: int | None, write: bool, ours: bool) -> None:
    learnt = []
    for name in sets:
        series = series_of(name)
        series = series[:: max(len(series) // number, 1)] if number else series
        for basis in (Basis.FIVE_YEAR, Basis.CURRENT_PROCESS):
            done = []
            for _, rows in in_parallel(trials_of, [(one, basis, every, write, ours) for one in series]):
                done.append(rows)
                print(f"\r{name}, {basis}: {len(done)} of {len(series)}", end="", flush=True)
            trials = pd.concat(done, ignore_index=True)
            learnt.append(trials)
            judged = trials[trials["judged"] & (trials["model"] == SHOWN) & (trials["span"] == 1)]
            starts = judged.drop_duplicates(["series", "origin"])
            print(f"\r### {name}, {basis}: {len(series)} series, {len(starts)} origins{' ' * 20}\n")
            if write:  # without the others, which teach no widths
                continue
            print(report(trials), "\n")
            spoken = starts["chosen"].value_counts(normalize=True)
            print(
                "Shown: " + ", ".join(f"{model} {100 * part:.1f} %" for model, part in spoken.items()), "\n"
            )
    every_trial = pd.concat(learnt, ignore_index=True)
    taught = every_trial[every_trial["set"].isin(LEARN)]
    if write:
        keep(widths(taught))
    if len(taught):
        print("Widths that the sets to learn from teach:")
        print(
            pd.DataFrame(widths(taught), index=[f"{low}-{high}" for low, high in BANDS])
            .T.round(2)
            .to_string()
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every_set = sorted(path.stem for path in FOLDER.glob("*.csv"))
    parser.add_argument("--set", action="append", choices=every_set, dest="sets")
    parser.add_argument(
        "--every", type=int, default=2 * EVERY_MONTHS, help="months between origins that are judged"
    )
    parser.add_argument("--series", type=int, help="about so many series of each set, for a quick look")
    parser.add_argument("--write", action="store_true")
    parser.add_argument(
        "--ours", action="store_true", help="without the other methods, which take most of the time"
    )
    given = parser.parse_args()
    main(given.sets or every_set, given.every, given.series, given.write, given.ours)
