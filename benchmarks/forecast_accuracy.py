"""How good are the forecasts? A back-test over the Metropolitan Police's 64 borough series of sexual offences.

    python benchmarks/forecast_accuracy.py [mps-borough-monthly-2010-04-to-2023-11.csv] [--write] [--series N]

Rape and other sexual offences in 32 boroughs, by month. Every six months from March 2015 each model is shown the months
before and foretells up to 48 after. Models don't see the months of lockdown; they are judged on all months, those too.
The widths of the forecasts come from earlier origins alone, as they would have then. `--write` keeps the widths that all
origins teach in vulncore/reference/forecast_spread.toml. The last run's figures stand in docs/forecast-accuracy.md.
"""

import argparse
import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.forecasting.backtest import (
    EVERY_MONTHS,
    TRIAL_PATHS,
    choose_model,
    first_year_scores,
    score_rows,
    scores_by_model,
    yearly_scale,
)
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import in_parallel
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import FIVE_YEARS, LOCKDOWN_MONTHS, Past, basis_months
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import BANDS, LEARNT, NARROWEST, factor_per_month, learnt_factor, widen

SERIES = (
    Path(__file__).parents[1].parent / "shared/data/recorded-crime/mps-borough-monthly-2010-04-to-2023-11.csv"
)
NOT_BOROUGHS = ["London Heathrow and London City Airports", "Unknown"]
KINDS = ["RAPE", "OTHER SEXUAL OFFENCES"]
FIRST = date(2010, 4, 1)
AHEAD = 48
JUDGED_FROM = 96  # months: the origins before teach the first widths
PLAIN = "prophet as it comes"
HEADLINE = "headline"
BEST = "best of own trials"  # what the headline would be if the least error so far were to choose
HORIZONS = {"1-48": (1, 48), "1-12": (1, 12), "13-24": (13, 24), "25-36": (25, 36), "37-48": (37, 48)}
FEWEST_TO_LEARN = 200  # counts that a width is learnt from

Trial = tuple[str, int, dict[str, Paths], Floats, tuple[float, float]]


def main(path: Path, write: bool, series: int | None) -> None:
    counts = borough_series(path)
    counts = dict(list(counts.items())[:: max(len(counts) // series, 1)] if series else counts.items())
    print(f"{len(counts)} series, origins every {EVERY_MONTHS} months, {TRIAL_PATHS:,} paths a model.\n")
    learnt = {}
    for basis in (Basis.FIVE_YEAR, Basis.CURRENT_PROCESS):
        trials = every_trial(counts, basis)
        plain = pd.concat([rows_of(trial, {}) for trial in trials], ignore_index=True)
        judged = pd.concat(list(nested(trials, plain)), ignore_index=True)
        report(basis, plain[plain["origin"] >= JUDGED_FROM], judged)
        learnt[basis] = plain
    factors = widths(pd.concat(learnt.values(), ignore_index=True))
    print("Widths that all origins on both bases teach, by months ahead:")
    print(pd.DataFrame(factors, index=[f"{low}-{high}" for low, high in BANDS]).T.round(2).to_string())
    if write:
        keep(factors)


def borough_series(path: Path) -> dict[str, Floats]:
    """One series for each borough and kind of offence, from FIRST on."""
    wide = pd.read_csv(path)
    kept = wide[wide["MinorText"].isin(KINDS) & ~wide["BoroughName"].isin(NOT_BOROUGHS)]
    named = kept["MinorText"] + ", " + kept["BoroughName"]
    return dict(zip(named, kept.iloc[:, 3:].to_numpy(dtype=float), strict=True))


def every_trial(counts: Mapping[str, Floats], basis: Basis) -> list[Trial]:
    """What each model told of each series at each origin, oldest origin first."""
    work = [
        (name, series, origin, basis)
        for name, series in counts.items()
        for origin in range(FIVE_YEARS, len(series) - 11, EVERY_MONTHS)
    ]
    done: list[Trial] = []
    for _, trial in in_parallel(run_trial, work):
        done.append(trial)
        if len(done) % 50 == 0:
            print(f"\r{basis}: {len(done)} of {len(work)}", end="", flush=True)
    print("\r" + " " * 60, end="\r")
    return sorted(done, key=lambda trial: (trial[1], trial[0]))


def run_trial(work: tuple[str, Floats, int, Basis]) -> Trial:
    name, series, origin, basis = work
    came = series[origin : origin + AHEAD]
    past = basis_months(basis, Past(FIRST, set_aside(series)).until(origin))
    paths: dict[str, Paths] = {
        str(model): drawn for model, drawn in simulate(past, len(came), TRIAL_PATHS, origin).items()
    }
    raw = Past(FIRST, series).until(origin)
    paths[PLAIN] = prophet_as_it_comes(basis_months(basis, raw), len(came), origin)
    return name, origin, paths, came, yearly_scale(series[:origin])


def set_aside(series: Floats) -> Floats:
    months = pd.date_range(FIRST, periods=len(series), freq="MS").date
    return np.where(np.isin(months, LOCKDOWN_MONTHS), np.nan, series)


def prophet_as_it_comes(past: Past, ahead: int, seed: int) -> Paths:
    """Prophet with its own settings and its own intervals: below zero and between whole numbers, too."""
    from prophet import Prophet  # noqa: PLC0415 - the processes that need it import it

    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").disabled = True
    months = pd.DataFrame({"ds": past.months(ahead)})
    model = Prophet(uncertainty_samples=TRIAL_PATHS)
    model.fit(months.iloc[: len(past.counts)].assign(y=past.counts), seed=seed)
    np.random.seed(seed)
    return model.predictive_samples(months.iloc[len(past.counts) :])["yhat"].T


def rows_of(trial: Trial, factors: Mapping[str, list[float]]) -> pd.DataFrame:
    """The scores of a trial, its forecasts widened by some factors."""
    name, origin, paths, came, scale = trial
    rng = np.random.default_rng([origin, len(name)])
    wide = {
        model: widen(drawn, factor_per_month(factors[model], len(came)), rng) if model in factors else drawn
        for model, drawn in paths.items()
    }
    rows = score_rows(wide, came, scale, rng).assign(origin=origin, series=name)
    return rows.assign(crps=rows["crps"] / scale[0])  # so that large boroughs don't outweigh small ones


def nested(trials: list[Trial], plain: pd.DataFrame):
    """The scores of each origin from JUDGED_FROM on, widened and chosen by what earlier origins had shown by then."""
    months = plain[plain["span"] == 1]
    so_far: list[pd.DataFrame] = []
    for origin in sorted({trial[1] for trial in trials}):
        known = months[months["origin"] + months["horizon"] <= origin]
        factors = widths(known)
        rows = [rows_of(trial, factors) for trial in trials if trial[1] == origin]
        if origin >= JUDGED_FROM:
            before = pd.concat(so_far, ignore_index=True)
            before = before[(before["origin"] + before["horizon"] <= origin) & (before["span"] == 1)]
            before = before[before["model"] != PLAIN]
            for scored in rows:
                scores = first_year_scores(before[before["series"] == scored["series"].iloc[0]])
                best = scores.loc[scores["mase"].idxmin(), "model"]
                yield scored.assign(chosen=str(choose_model(scores).model), best=best)
        so_far += rows


def widths(rows: pd.DataFrame) -> dict[str, list[float]]:
    """One factor for each model and band of horizons, learnt from the places that counts took; none less than before it."""
    months = rows[(rows["span"] == 1) & (rows["model"] != PLAIN)]
    learnt = {}
    for model, of_model in months.groupby("model"):
        factors: list[float] = []
        for low, high in BANDS:
            pit = of_model.loc[of_model["horizon"].between(low, high), "pit"].to_numpy()
            before = factors[-1] if factors else NARROWEST
            learns = len(pit) >= FEWEST_TO_LEARN
            factors.append(max(learnt_factor(pit), before) if learns else max(before, 1.0))
        learnt[str(model)] = factors
    return learnt


def report(basis: Basis, plain: pd.DataFrame, judged: pd.DataFrame) -> None:
    spoken = judged[judged["model"] == judged["chosen"]].assign(model=HEADLINE)
    lucky = judged[judged["model"] == judged["best"]].assign(model=BEST)
    months = pd.concat([spoken, lucky, judged])
    months = months[months["span"] == 1]
    print(f"Basis: {basis}. Scores in units of each series' mean change over a year; coverage in %.\n")
    names = [HEADLINE, BEST, *map(str, Model), PLAIN]
    for horizon, (low, high) in HORIZONS.items():
        print(f"{horizon} months ahead")
        print(table(months[months["horizon"].between(low, high)], plain, low, high, names))
    print("Total of the first twelve months")
    year = pd.concat([spoken, lucky, judged])
    scores = scores_by_model(year[year["span"] == 12]).set_index("model").loc[names]
    raw = scores_by_model(plain[plain["span"] == 12]).set_index("model").reindex(names)
    shown = pd.DataFrame(
        {
            "80 %": scores["within80"],
            "95 %": scores["within95"],
            "80 % raw": raw["within80"],
            "95 % raw": raw["within95"],
        }
    )
    print((100 * shown).round(1).assign(totals=scores["months"].astype(int)).to_string(), "\n")
    share = spoken.drop_duplicates(["series", "origin"])["chosen"].value_counts(normalize=True)
    print("Spoken by: " + ", ".join(f"{model} {100 * part:.1f} %" for model, part in share.items()), "\n")


def table(rows: pd.DataFrame, plain: pd.DataFrame, low: int, high: int, names: list[str]) -> str:
    scores = scores_by_model(rows).set_index("model").loc[names]
    unwidened = plain[(plain["span"] == 1) & plain["horizon"].between(low, high)]
    before = scores_by_model(unwidened).set_index("model").reindex(names)
    shown = scores[["mase", "rmsse", "crps"]].round(3)
    shown["80 %"] = (100 * scores["within80"]).round(1)
    shown["95 %"] = (100 * scores["within95"]).round(1)
    shown["80 % raw"] = (100 * before["within80"]).round(1)
    shown["95 % raw"] = (100 * before["within95"]).round(1)
    return shown.to_string() + "\n"


def keep(factors: Mapping[str, list[float]]) -> None:
    lines = [
        "# By how much each model's forecasts are widened (narrowed, under 1), for months 1-12, 13-24, 25-36 and 37 on.",
        "# Learnt from 64 real series: benchmarks/forecast_accuracy.py --write (see docs/forecast-accuracy.md).",
        "",
        "[factor]",
        *(f"{model} = {[round(factor, 2) for factor in every]}" for model, every in sorted(factors.items())),
    ]
    LEARNT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=SERIES)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--series", type=int, help="about so many series, for a quick look")
    given = parser.parse_args()
    main(given.path, given.write, given.series)
