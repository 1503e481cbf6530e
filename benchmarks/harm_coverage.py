"""How often the limits of a severity score hold the mean, by how many records there are, with and without the blur of offences.

    .venv/bin/python benchmarks/harm_coverage.py

Records are drawn by chance with the shares of offences that the demonstration assumes, weighed by the Crime Severity Score.
"""

from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.severity.table import shipped_weights
from vulncore.domain.vocabulary import reference_rows
from vulncore.metrics.harm.score import harm_change, harm_scores
from vulncore.metrics.harm.weights import offence_weights
from vulncore.metrics.statistics.intervals import poisson_interval
from vulncore.metrics.statistics.weighted_sums import sums_compared, weighted_sum

DRAWS: Final = 1_000
PAIRS: Final = 400
RECORDS: Final = (5, 20, 100, 500)
MEASURES: Final = ("domestic-abuse-crime", "hate-crime", "other-sexual-offences", "rape")
KEPT: Final = 0.75


def main() -> None:
    generator = np.random.default_rng(1991)
    print(
        "| measure | records | blurred | mean within | below | above | Dobson within | compared | no change called one |"
    )
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for measure in MEASURES:
        shares = pd.Series(reference_rows("demo_offences.toml")["offence"][measure], dtype=float) / 100
        weights = offence_weights(
            pd.DataFrame({"measure": measure, "offence": shares.index}), shipped_weights()
        )
        for records in RECORDS:
            for kept in (1.0, KEPT):
                print(line(measure, shares, weights, records, kept, generator))
    called = without_the_rule(generator)
    print(
        f"\nBlurred, 3 homicides among 1,560 lighter crimes, compared all the same: {called:.1%} called a change."
    )


def without_the_rule(generator: np.random.Generator) -> float:
    """Return how often no change is called one where the blur leaves little, if such scores are compared all the same."""
    weight, mean = np.array([7_973.4, 459.1, 36.1, 13.5]), np.array([3, 60, 600, 900])
    shown = KEPT * mean + (1 - KEPT) * mean.mean()
    sharpened = (weight - (1 - KEPT) * weight.mean()) / KEPT
    pairs = generator.poisson(shown, (DRAWS, 2, len(mean)))
    sums = ((weighted_sum(now, sharpened), weighted_sum(before, sharpened)) for now, before in pairs)
    return float(np.mean([sums_compared(now, before, 365, 365).p_value <= 0.05 for now, before in sums]))


def line(
    measure: str,
    shares: pd.Series,
    weights: pd.DataFrame,
    records: int,
    kept: float,
    generator: np.random.Generator,
) -> str:
    """Return a line of the table: of so many records on average."""
    shown = kept * shares.to_numpy() + (1 - kept) / len(shares)  # the blur deals each record on its own
    draws = [generator.poisson(records * shown, (DRAWS, len(shares))) for _ in range(2)]
    every = pd.concat(
        pd.DataFrame(
            {
                "measure": measure,
                "period": np.repeat(np.arange(DRAWS) + at * DRAWS, len(shares)),
                "offence": np.tile(shares.index, DRAWS),
                "count": counts.ravel(),
            }
        )
        for at, counts in enumerate(draws)
    )
    scores = harm_scores(every, weights, kept)
    mean = records * float(shares.to_numpy() @ weights["weight"].fillna(0.0))
    below, above = (scores["low"] > mean).mean(), (scores["high"] < mean).mean()
    dobson = dobson_within(scores, draws, weights, kept, mean)
    periods = every.set_index("period")
    changes = [
        harm_change(
            pd.concat([periods.loc[[at]], periods.loc[[at + DRAWS]]]).reset_index(),
            weights, measure, (at, at + DRAWS), (1, 1), kept,
        )
        for at in range(PAIRS)
    ]  # fmt: skip
    compared = [change.p_value <= 0.05 for change in changes if change]
    called = f"{np.mean(compared):.1%}" if compared else "none"
    return (
        f"| {measure} | {records} | {'yes' if kept < 1 else 'no'} | {1 - below - above:.1%} | {below:.1%} | {above:.1%} "
        f"| {dobson:.1%} | {len(compared) / len(changes):.0%} | {called} |"
    )


def dobson_within(
    scores: pd.DataFrame, draws: list[np.ndarray], weights: pd.DataFrame, kept: float, mean: float
) -> float:
    """Return how often Garwood's limits of the number of records, scaled as Dobson and others do, hold the mean."""
    weight = weights["weight"].fillna(0.0).to_numpy()
    sharpened = (weight - (1 - kept) * weight.mean()) / kept
    counts = np.concatenate(draws)
    total, variance, seen = counts @ sharpened, counts @ sharpened**2, counts.sum(axis=1)
    low, high = poisson_interval(seen)
    scale = np.sqrt(variance / np.maximum(seen, 1))
    assert np.allclose(np.maximum(total, 0), scores["score"])
    return float(((total + scale * (low - seen) <= mean) & (mean <= total + scale * (high - seen))).mean())


if __name__ == "__main__":
    main()
