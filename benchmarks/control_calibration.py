"""How often does a control chart cry wolf, and how soon does it find a level that was halved or doubled?

    python benchmarks/control_calibration.py [mps-borough-monthly-2010-04-to-2023-11.csv] [--held-out]

On rape and other sexual offences of 32 boroughs, month by month; with `--held-out` on kinds of offence that no threshold was chosen by. What the
figures can't show stands in docs/control.md.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from signal_calibration import OURS, SERIES, borough_series

from vulncore.domain.periods import months_between
from vulncore.metrics.control.chart import control_chart
from vulncore.metrics.control.levels import LevelChange, proposed_level, recent_level

HELD_OUT = [
    "ARSON",
    "BURGLARY BUSINESS AND COMMUNITY",
    "RACE OR RELIGIOUS AGG PUBLIC FEAR",
    "POSSESSION OF WEAPONS",
]
WINDOWS = (24, 36, 60, 120)
HISTORY, SOONEST, LATEST = 24, 3, 6  # months before a planted change, and by when it is looked for
SIZES = {"4 to 9": (4, 10), "10 to 19": (10, 20), "20 and more": (20, np.inf)}
SEED = 20
FIRST = date(2020, 1, 1)


def main(path: Path, kinds: list[str]) -> None:
    series = borough_series(path)
    series = series[series.index.get_level_values(0).isin(kinds)]
    print(f"{len(series)} series, {series.shape[1]} months each, no change planted\n")
    print(pd.DataFrame(false_alarms(series)).set_index("months in a chart").round(2).to_string(), "\n")
    print(
        "Planted changes proposed within six months, %; and proposals as often asked where nothing is planted, %\n"
    )
    print(pd.DataFrame(planted(series)).to_string(index=False))


def false_alarms(series: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Return, by how many months a chart has, how many of a hundred months break a rule, as they came and in shuffled order."""
    dice = np.random.default_rng(SEED)
    for months in WINDOWS:
        for order in ("as they came", "shuffled"):
            broken: dict[str, int] = {}
            judged = proposals = charts = 0
            for counts in _windows(series, months):
                months_of = _months(dice.permutation(counts) if order == "shuffled" else counts)
                chart = control_chart(months_of)
                if chart.judged.empty:
                    continue
                charts += 1
                judged += len(chart.judged)
                for rule, number in chart.judged["rule"].value_counts().items():
                    broken[str(rule)] = broken.get(str(rule), 0) + number
                proposals += _proposed(months_of) is not None
            rates = {rule or "none": 100 * number / judged for rule, number in broken.items()}
            yield {
                "months in a chart": months,
                "order": order,
                "charts": charts,
                **rates,
                "proposed, % of charts": 100 * proposals / charts,
            }


def planted(series: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Return how often a halved and a doubled level is proposed within six months, by how many a month were recorded."""
    proposed: dict[str, dict[str, list[bool]]] = {
        size: {"halved": [], "doubled": [], "nothing": []} for size in SIZES
    }
    dice = np.random.default_rng(SEED)
    for counts in _windows(series, HISTORY + LATEST):
        mean = counts[:HISTORY].mean()
        size = next((name for name, (low, high) in SIZES.items() if low <= mean < high), None)
        if size is None:
            continue
        tail = counts[HISTORY:].astype(int)
        ways = {"halved": dice.binomial(tail, 0.5), "doubled": tail + dice.poisson(tail), "nothing": tail}
        for way, later in ways.items():
            changed = np.concatenate([counts[:HISTORY], later])
            hits = [
                _near(_proposed(_months(changed[: HISTORY + after])), HISTORY)
                for after in range(SOONEST, LATEST + 1)
            ]
            proposed[size][way].append(any(hits))
    for size, ways in proposed.items():
        yield {
            "recorded a month": size,
            "charts": len(ways["nothing"]),
            **{way: round(100 * np.mean(hits), 1) for way, hits in ways.items()},
        }


def _near(change: LevelChange | None, place: int) -> bool:
    """Return whether a change is proposed within two months of the place where it was planted."""
    return change is not None and abs(months_between(FIRST, change.month) - place) <= 2


def _windows(series: pd.DataFrame, months: int) -> Iterator[np.ndarray]:
    for _, row in series.iterrows():
        counts = row.to_numpy(dtype=float)
        for first in range(0, len(counts) - months + 1, months):
            yield counts[first : first + months]


def _months(counts: np.ndarray) -> pd.DataFrame:
    months = pd.date_range(FIRST, periods=len(counts), freq="MS")
    return pd.DataFrame({"month": months, "count": counts, "provisional": False, "set_aside": False})


def _proposed(months: pd.DataFrame) -> LevelChange | None:
    """What the page Strand proposes: what the last three years propose, else all months."""
    return recent_level(months) or proposed_level(control_chart(months))


if __name__ == "__main__":
    paths = [Path(word) for word in sys.argv[1:] if not word.startswith("--")]
    main(paths[0] if paths else SERIES, HELD_OUT if "--held-out" in sys.argv else OURS)
