"""Default times: minutes of the day that a form fills in by itself, and dates that pass for times."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import bdtrc, pdtrc

from vulncore.domain.arrays import Booleans, Integers

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


SIDE_BY_SIDE: Final = ((1, 1), (1, 0), (0, 1), (0, 2))
"""How many minutes before and after a full hour are looked at together with it."""
TIMES_OF_ROUNDING, PART_OF_A_RUN = 1.3, 0.15
"""What a minute among them has to hold: more than rounding to noon makes of its like in other hours, and so much of what they hold together."""
LEAST_OF_ALL: Final = (
    0.05  # of all rows: so much of them at one minute of the day bears on every figure by the hour
)
TIMES_THE_ODDS: Final = 4.0
"""Odds of a minute within the hour around it, as against similar minutes in theirs: people who round to noon and to midnight rather
than to eleven raise theirs by half."""


def default_times(clock: pd.DataFrame) -> pd.DataFrame:
    """Return the default times of `clock_times`: minutes of the day far more frequent than similar minutes around them.

    Full hours are set beside full hours, half hours beside half hours, and so on; minutes side by side are looked at together, too; and a minute that
    holds far more of the hour around it than similar minutes do of theirs is one, however busy that hour is. A force's whole is
    judged first; a measure is named where the whole does not show it.

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
    explained = np.zeros(DAY, np.int64)
    heaped = np.zeros(DAY, bool)
    for alike, reach in ALIKE:
        members = np.flatnonzero(alike)
        held = minutes[members]
        explained[members] = _around(held, reach)
        heaped[members] = _stands_out(held, explained[members], total) | _beyond_its_hour(members, minutes)
    for (
        before,
        after,
    ) in SIDE_BY_SIDE:  # a form that fills in the moment of midnight writes 23:59, 00:00 and 00:01
        run = np.arange(-before, after + 1)
        together = minutes[(np.arange(0, DAY, 60)[:, None] + run) % DAY]
        for hour in np.flatnonzero(
            _stands_out(together.sum(axis=1), _around(together.sum(axis=1), 2), total)
        ):
            usual = np.stack([together[(hour + step) % 24] for step in (-2, -1, 1, 2)]).max(axis=0)
            least = np.maximum(TIMES_OF_ROUNDING * usual, PART_OF_A_RUN * together[hour].sum())
            more = (60 * hour + run[together[hour] > least]) % DAY
            heaped[more[minutes[more] > 0]] = True
    heaps = [
        {"minute": at, "rows": int(minutes[at]), "explained": int(explained[at]), "of": total}
        for at in np.flatnonzero(heaped).tolist()
    ]
    return sorted(heaps, key=lambda row: -row["rows"])


def _around(held: Integers, reach: int) -> Integers:
    """Return the largest of so many values on each side of each, round the clock."""
    largest: Integers = np.stack([np.roll(held, step) for step in range(-reach, reach + 1) if step]).max(
        axis=0
    )
    return largest


def _stands_out(held: Integers, explained: Integers, total: int) -> Booleans:
    """Return which minutes hold far more than the largest of their neighbours explains."""
    far: Booleans = (
        (held >= max(FEWEST, LEAST_SHARE * total))
        & (held > TIMES_NEIGHBOURS * explained)
        & (pdtrc(held - 1, np.maximum(explained, 1)) < RARE)
    )
    return far


def _beyond_its_hour(members: Integers, minutes: Integers) -> Booleans:
    """Return which of some minutes that people give alike hold far more of the hour around them than the others do of theirs.

    A night that is busy explains a busy midnight, but not that midnight alone is: within the hour around it, people give the
    full hour as often as at other times of the day.
    """
    around = minutes[(members[:, None] + np.arange(-30, 30)) % DAY].sum(axis=1)
    held = minutes[members]
    beside, others = around - held, held.sum() - held
    usual = (others + 1) / (around.sum() - around + 2)
    odds = (held + 0.5) / (beside + 0.5) / (usual / (1 - usual))
    far: Booleans = (
        (held >= FEWEST)
        & (held >= LEAST_OF_ALL * minutes.sum())
        & (odds > TIMES_THE_ODDS)
        & (bdtrc(held - 1, np.maximum(around, 1), np.minimum(usual, 1 - 1e-9)) < RARE)
    )
    return far
