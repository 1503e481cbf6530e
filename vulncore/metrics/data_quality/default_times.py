"""Default times: minutes of the day that a form fills in by itself, and dates that pass for times."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import pdtrc

DAY: Final = 1_440  # minutes
TIMES_NEIGHBOURS: Final = 2.0
"""How many times the largest of its neighbours a minute holds. People give round times, and noon more often than
eleven: 1.3 times on Houston's real hours."""
FEWEST: Final = 20  # rows at that minute
LEAST_SHARE: Final = 0.005  # of all rows with a time: less bears on no figure by the hour
RARE: Final = 1e-6
PAST: Final = np.arange(DAY) % 60
ALIKE: Final = (
    (PAST == 0, 2),
    (PAST == 30, 2),
    (np.isin(PAST, (15, 45)), 2),
    ((PAST % 5 == 0) & (PAST % 15 != 0), 3),
    (PAST % 5 != 0, 5),
)
"""Which minutes of the day people give alike: full hours, half hours, quarters, fives and others; and how many of them
on each side are a minute's neighbours."""


def default_times(clock: pd.DataFrame) -> pd.DataFrame:
    """Return the default times of `clock_times`: minutes of the day far more frequent than similar minutes around them.

    Full hours are set beside full hours, half hours beside half hours, and so on. A force's whole is judged first;
    a measure is named where the whole does not show it.

    Returns:
        One row per force, minute and measure: `force`, `measure` (empty for all), `minute`, `rows`,
        `explained` (the largest neighbour), `of` (all rows with a time).

    Misleads when:
        something does happen at one time of the day, as a closing hour or a daily report.
    """
    some = clock[~_marked_date_only(clock)]
    defaults = []
    for force, rows in some.groupby("force"):
        whole = _heaped(rows)
        defaults += [{"force": force, "measure": "", **row} for row in whole]
        of_all = {row["minute"] for row in whole}
        for measure, part in rows.groupby("measure"):
            heaps = [row for row in _heaped(part) if row["minute"] not in of_all]
            defaults += [{"force": force, "measure": measure, **row} for row in heaps]
    return pd.DataFrame(defaults, columns=["force", "measure", "minute", "rows", "explained", "of"])


def date_only(clock: pd.DataFrame) -> pd.DataFrame:
    """Return the measures all of whose times read 00:00: dates, not times.

    Returns:
        `force`, `measure`, `rows`; at least `FEWEST` rows each.

    >>> date_only(pd.DataFrame({"force": "F", "measure": "a", "minute": [0], "rows": [30]})).values.tolist()
    [['F', 'a', 30]]
    """
    only = clock[_marked_date_only(clock)]
    return only[["force", "measure", "rows"]].reset_index(drop=True)


def _marked_date_only(clock: pd.DataFrame) -> pd.Series:
    latest = clock.groupby(["force", "measure"])["minute"].transform("max")
    return (latest == 0) & (clock["rows"] >= FEWEST)


def _heaped(rows: pd.DataFrame) -> list[dict[str, int]]:
    minutes = np.bincount(rows["minute"], weights=rows["rows"], minlength=DAY).astype(np.int64)
    total = int(minutes.sum())
    heaps = []
    for alike, reach in ALIKE:
        members = np.flatnonzero(alike)
        held = minutes[members]
        around = np.stack([np.roll(held, step) for step in range(-reach, reach + 1) if step])
        explained = around.max(axis=0)
        heaped = (
            (held >= max(FEWEST, LEAST_SHARE * total))
            & (held > TIMES_NEIGHBOURS * explained)
            & (pdtrc(held - 1, np.maximum(explained, 1)) < RARE)
        )
        heaps += [
            {"minute": int(members[i]), "rows": int(held[i]), "explained": int(explained[i]), "of": total}
            for i in np.flatnonzero(heaped)
        ]
    return sorted(heaps, key=lambda row: -row["rows"])
