"""How often does the signal cry wolf? Its false alarms on the Metropolitan Police's borough series.

    python benchmarks/signal_calibration.py [mps-borough-monthly-2010-04-to-2023-11.csv]

What each comparison is, why, and what it can't show stands in docs/signal.md.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from vulncore.metrics.statistics.dispersion import dispersion
from vulncore.metrics.statistics.intervals import rate_ratio_p_value
from vulncore.metrics.strands.signal import FEWEST_TO_TEST

SERIES = (
    Path(__file__).parents[1].parent / "shared/data/recorded-crime/mps-borough-monthly-2010-04-to-2023-11.csv"
)
NOT_BOROUGHS = ["London Heathrow and London City Airports", "Unknown"]
AS_AT = [pd.Timestamp(year, 10, 1) for year in range(2014, 2024)]  # the report's month, with history before
SIZES = {
    "10 to 49": (10, 49),
    "50 to 199": (50, 199),
    "200 to 999": (200, 999),
    "1,000 and more": (1000, np.inf),
}
OURS = ["RAPE", "OTHER SEXUAL OFFENCES"]

# Which months of the later year go to the first side; the earlier year's go the other way about, so that
# both sides hold every calendar month once and each year's drift falls (nearly) evenly on both.
SIDES = {
    7: {"alternate months": "0110100"},
    12: {
        "alternate months": "011001100110",
        "alternate quarters": "000111111000",
        "alternate halves": "000000111111",
    },
}


def main(path: Path) -> None:
    counts = borough_series(path)
    results = pd.concat(compared(counts), ignore_index=True)
    tested = results[results["total"] >= FEWEST_TO_TEST]
    known = tested[tested["dispersion"].notna()]
    near_null = known[known["compared"] == "alternate months"]
    print(
        f"{len(counts)} series (32 boroughs), as at each October from 2014 to 2023. Alarms at p <= 0.05, %.\n"
    )
    show("By what is compared", known, ["window", "compared"])
    show("By what is compared and both counts together", known, ["window", "compared", "size"])
    show("Alternate months, by as-at year", near_null, ["window", "year"])
    show(
        "Rape and other sexual offences",
        known[known["category"].isin(OURS)],
        ["category", "window", "compared"],
    )
    show(
        "Too little history to know the dispersion",
        tested[tested["dispersion"].isna()],
        ["window", "compared"],
    )
    print("Dispersion, quartiles over series and years, by both counts together")
    quartiles = near_null.groupby(["window", "size"], observed=True)["dispersion"].quantile([0.25, 0.5, 0.75])
    print(quartiles.unstack().round(2).to_string(), "\n")


def borough_series(path: Path) -> pd.DataFrame:
    """One row per borough and category (index), one column per month."""
    wide = pd.read_csv(path)
    wide = wide[~wide["BoroughName"].isin(NOT_BOROUGHS)].drop(columns="MajorText")
    counts = wide.set_index(["MinorText", "BoroughName"])
    counts.columns = pd.to_datetime(counts.columns, format="%Y%m")
    return counts


def compared(counts: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for as_at in AS_AT:
        history = counts.loc[:, :as_at]
        monthly = history.set_axis(range(len(history))).rename_axis("measure").rename_axis(columns="month")
        scatter = dispersion(monthly.stack().rename("count").reset_index())["dispersion"].to_numpy()
        days = history.columns.days_in_month.to_numpy(dtype=float)
        for window in SIDES:
            years = [_months_back(history.to_numpy(dtype=float), window, back) for back in range(3)]
            year_days = [_months_back(days[None, :], window, back) for back in range(3)]
            for name, sides in _comparisons(window):
                current, earlier, exposure_current, exposure_earlier = sides(years, year_days)
                exposed = (exposure_current > 0) & (exposure_earlier > 0)
                part = pd.DataFrame(
                    {
                        "series": np.arange(len(counts)),
                        "category": counts.index.get_level_values("MinorText"),
                        "year": as_at.year,
                        "window": window,
                        "compared": name,
                        "total": current + earlier,
                        "dispersion": scatter,
                    }
                )[exposed]
                data = [side[exposed] for side in (current, earlier, exposure_current, exposure_earlier)]
                part["poisson"] = rate_ratio_p_value(*data)
                part["signal"] = rate_ratio_p_value(*data, np.nan_to_num(scatter[exposed], nan=1.0))
                part["size"] = pd.cut(
                    part["total"],
                    [0, *(low - 1 for low, _ in SIZES.values()), np.inf],
                    labels=["under 10", *SIZES],
                )
                yield part


Sides = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def year_on_year(years: list[np.ndarray], days: list[np.ndarray]) -> Sides:
    return _side(years[0]), _side(years[1]), _whole(days[0], years[0]), _whole(days[1], years[1])


def middle_year(years: list[np.ndarray], days: list[np.ndarray]) -> Sides:
    around = _side(years[0]) + _side(years[2])
    return _side(years[1]), around, _whole(days[1], years[1]), _whole(days[0] + days[2], years[1])


def alternate(years: list[np.ndarray], days: list[np.ndarray], pattern: str) -> Sides:
    """Each year's exposure is its days times its level, so that a change of level is on neither side."""
    first = np.array([month == "1" for month in pattern])
    levels = [_side(year) / day.sum() for year, day in zip(years[:2], days[:2], strict=True)]
    sides = [
        (
            _side(years[0][:, mine]) + _side(years[1][:, ~mine]),
            levels[0] * days[0][:, mine].sum() + levels[1] * days[1][:, ~mine].sum(),
        )
        for mine in (first, ~first)
    ]
    return sides[0][0], sides[1][0], sides[0][1], sides[1][1]


def _comparisons(window: int) -> list[tuple[str, Callable[[list[np.ndarray], list[np.ndarray]], Sides]]]:
    mixed = [(name, partial(alternate, pattern=pattern)) for name, pattern in SIDES[window].items()]
    return [*mixed, ("middle year", middle_year), ("year on year", year_on_year)]


def show(title: str, results: pd.DataFrame, by: list[str]) -> None:
    rows = []
    for keys, part in results.groupby(by, observed=True):
        alarms = {test: 100 * (part[test] <= 0.05).mean() for test in ("poisson", "signal")}
        low, high = _interval(part)
        rows.append((*keys, len(part), alarms["poisson"], alarms["signal"], f"{low:.1f} to {high:.1f}"))
    table = pd.DataFrame(rows, columns=[*by, "comparisons", "plain Poisson", "signal", "95 % interval"])
    print(title)
    print(table.round(1).to_string(index=False), "\n")


def _interval(part: pd.DataFrame, draws: int = 400) -> tuple[float, float]:
    """Series are drawn whole: the ten years of one series are not ten independent comparisons."""
    rng = np.random.default_rng(7)
    by_series = (
        part.groupby("series")["signal"].agg(alarms=lambda p: (p <= 0.05).sum(), number="size").to_numpy()
    )
    drawn = by_series[rng.integers(len(by_series), size=(draws, len(by_series)))].sum(axis=1)
    low, high = np.quantile(100 * drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return low, high


def _months_back(months: np.ndarray, window: int, years: int) -> np.ndarray:
    end = months.shape[1] - 12 * years
    return months[:, end - window : end]


def _side(months: np.ndarray) -> np.ndarray:
    return months.sum(axis=1)


def _whole(days: np.ndarray, like: np.ndarray) -> np.ndarray:
    return np.full(len(like), days.sum())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SERIES)
