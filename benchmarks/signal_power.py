"""How often is a real rise found? Simulated, for measures of the size of the report's.

python benchmarks/signal_power.py
"""

import numpy as np
import pandas as pd

from vulncore.metrics.statistics.dispersion import dispersion
from vulncore.metrics.statistics.intervals import rate_ratio_p_value
from vulncore.metrics.strands.signal import MAY_BE_UP_TO, Signal, signals

RISES = ((20, 20), (15, 27), (20, 30), (20, 40), (131, 187))  # expected counts; the first is no rise
DISPERSIONS = (1.0, 1.3, 2.0)
DAYS = 214.0  # April to October
DRAWS, JUDGED = 2000, 500


def power(draws: int = DRAWS, months: int = 79) -> None:
    """A rise simulated in one of twelve measures: how often it is found, its history and all else random."""
    rng = np.random.default_rng(20241031)
    print("Simulated: one measure of twelve rises, seven months against seven, 79 months of history. %")
    rows = []
    for earlier, current in RISES:
        for phi in DISPERSIONS:
            history = _scattered(rng, np.full((draws, months), earlier / 7), phi)
            frame = pd.DataFrame(
                {
                    "measure": np.repeat(np.arange(draws), months),
                    "month": np.tile(pd.date_range("2018-04-01", periods=months, freq="MS"), draws),
                    "count": history.ravel(),
                }
            )
            estimated = dispersion(frame)["dispersion"].to_numpy()
            before, after = _scattered(rng, np.full((2, draws), [[earlier], [current]]), phi)
            alone = rate_ratio_p_value(after, before, DAYS, DAYS, estimated)
            pairs = list(zip(after, before, estimated, strict=True))[:JUDGED]
            clear = np.mean([_verdict(rng, *pair) == Signal.CLEAR for pair in pairs])
            rows.append((f"{earlier} to {current}", phi, np.median(estimated), *_percent(alone), 100 * clear))
    columns = ["expected", "dispersion", "estimated (median)", "p <= 0.05", "p <= 0.10", "clear change"]
    print(pd.DataFrame(rows, columns=columns).round(1).to_string(index=False))


def _percent(p_value: np.ndarray) -> tuple[float, float]:
    return 100 * (p_value <= 0.05).mean(), 100 * (p_value <= MAY_BE_UP_TO).mean()


def _verdict(rng: np.random.Generator, current: float, earlier: float, scatter: float) -> str:
    others = rng.poisson(60, (2, 11))
    frame = pd.DataFrame(
        {
            "measure": np.arange(12),
            "current": [current, *others[0]],
            "earlier": [earlier, *others[1]],
            "days_current": DAYS,
            "days_earlier": DAYS,
            "dispersion": [scatter, *np.ones(11)],
            "flow": "flow",
        }
    )
    return signals(frame)["signal"].iloc[0]


def _scattered(rng: np.random.Generator, mean: np.ndarray, phi: float) -> np.ndarray:
    return rng.poisson(mean) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi)


if __name__ == "__main__":
    power()
