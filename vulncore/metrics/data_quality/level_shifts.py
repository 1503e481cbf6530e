"""Level shifts: measures that stop, halve, start or triple from one month on, beside the rest of their force."""

from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats
from vulncore.metrics.data_quality.month_rows import KEYS, RESTRICTED_MONTHS, scatter, series_by_month
from vulncore.metrics.data_quality.share_change import QUARTER, YEAR, ShareChange, share_change

HALF: Final = 0.5  # of what the rest of the force lets expect
TRIPLE: Final = 3.0
"""A rise has to be larger than a fall to be hard to believe: over thirteen years in the Met's 33 areas real growth
doubled a measure at once 13 times, and tripled it once."""
STOP: Final = 0.1
SHARP: Final = 0.7
"""The quarter from the month on, as a share of the quarter before it, both beside the year before: a fall over a
year passes slowly through this, a change of recording at once."""
BEYOND_CHANCE: Final = 6.0
"""Standard deviations, dispersion included: a force's 20 measures over ten years are 2,400 places for a shift."""
FEWEST: Final = 10  # records that were to be expected after a fall, or came after a rise
ASSUMED_DISPERSION: Final = 2.0  # of one measure with little history; the City's fourteen run from 1.2 to 5.4


def level_shifts(months: pd.DataFrame) -> pd.DataFrame:
    """Return each measure's sharpest lasting fall and rise in `month_rows` that the rest of its force did not share.

    A year from the month on is set beside the same months of the year before, so that no season counts, and their
    ratio beside that of all other measures of the force, so that nothing counts that hits everything. Months under
    the restrictions of 2020 and 2021 are passed over, for they hit each measure differently: a stop is looked for
    in them all the same. Where there is less than a year to look back on, only a stop is looked for.

    Returns:
        One row per shift: `force`, `measure`, `month` (the first at the new level), `before` and `after` (records a
        month in the same months, before and after), `ratio` (after over before, both beside the rest; infinite
        where nothing was before), `deviations`, `in_season` (the same calendar months were compared), `alone` (the force has no other measure to set it beside), `ends`
        (not a record came from then on).

    Source:
        Pearson's statistic of a share against the share of the rest, over the measure's dispersion.

    Misleads when:
        a law, a campaign or an operation changed the thing itself from one month on.
    """
    shifts = []
    for (force,), grid in series_by_month(months, ["force"]):
        if grid.shape[1] >= 6:
            shifts += [(force, *shift) for shift in _shifts(grid)]
    columns = [*KEYS, "before", "after", "ratio", "deviations", "in_season", "alone", "ends"]
    return pd.DataFrame(shifts, columns=columns)


def _shifts(grid: pd.DataFrame) -> list[tuple[object, ...]]:
    counts = grid.to_numpy(dtype=float)
    passed_over = np.isin(grid.columns, list(RESTRICTED_MONTHS))
    spared = np.where(passed_over, np.nan, counts)
    dispersions = scatter(grid, ASSUMED_DISPERSION)
    sharpest: dict[tuple[int, bool], tuple[float, tuple[object, ...]]] = {}
    for place in range(3, counts.shape[1] - 2):
        near = passed_over[max(place - YEAR - QUARTER, 0) : place + YEAR].any()
        for series, stops_only in ((spared, False), (counts, True)) if near else ((counts, False),):
            change = share_change(series, place)
            if change is None:
                continue
            deviations = change.deviations(dispersions)
            stops = stops_only or change.short
            for falls in (True,) if stops else (True, False):
                for row in np.flatnonzero(_shifted(change, deviations, falls, stops)).tolist():
                    best = sharpest.get((row, falls), (0.0, ()))[0]
                    if abs(deviations[row]) > best:
                        shift = _described(grid, change, deviations, place, row)
                        sharpest[row, falls] = abs(deviations[row]), shift
    return [shift for _, shift in sharpest.values()]


def _shifted(change: ShareChange, deviations: Floats, falls: bool, stops: bool) -> Booleans:
    direction = 1 if falls else -1
    most = np.log(STOP if stops else HALF if falls else 1 / TRIPLE)
    shifted: Booleans = np.maximum(change.expected, change.after_total) >= FEWEST
    shifted &= direction * deviations <= -BEYOND_CHANCE
    with np.errstate(divide="ignore", invalid="ignore"):
        for factor, limit in (
            (change.ratio, most),
            (change.after / change.before, most / 2),
            (change.typical, most / 2),
            (change.sharpness, np.log(SHARP)),
            (change.step, np.log(SHARP) / 2),
        ):
            shifted &= direction * np.log(factor) <= limit
    return shifted


def _described(
    grid: pd.DataFrame, change: ShareChange, deviations: Floats, place: int, row: int
) -> tuple[object, ...]:
    """Return what the columns from `measure` on say of a shift, in their order."""
    later = grid.iloc[row, place:].dropna()
    figures = (float(figure[row]) for figure in (change.before, change.after, change.ratio, deviations))
    ends = bool((later == 0).all())
    return grid.index[row], int(grid.columns[place]), *figures, not change.short, len(grid) == 1, ends
