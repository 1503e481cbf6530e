"""What is expected of each month before chance: level, season and how busy the City was."""

import calendar

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from vulncore.domain.periods import Window, format_month, months_between
from vulncore.sources.demo.description import described
from vulncore.sources.demo.published import Block

Floats = npt.NDArray[np.float64]

WINTER_MONTHS = (11, 12, 1, 2, 3)  # the months that the published blocks set apart from April to October
PRIOR_RECORDS = 20  # as if so many records more had shown no season: small counts don't swing by chance
PASSES = 60  # at most: the knots settle in about twenty, but never where a block holds none


def expected_counts(measure: str, window: Window, fixed: tuple[Block, ...]) -> Floats:
    """Return the expected count of each month of the window.

    The level is a smooth curve with one knot at the middle of each published block and one at the start,
    set so that every block comes to its total (but one that holds none, between others that hold some,
    keeps a little at its edges). Where the totals of the winter blocks stand higher or
    lower than those of the summers between them, the year's wave carries it, so that the level needn't jump.

    Args:
        measure: Its key; it has a level in `demo_months.toml`.
        window: The months wanted.
        fixed: The published blocks, in order.

    Returns:
        One expected count per month, 0 from the month in which the measure's feed stops.
    """
    words = described("months")["measure"][measure]
    heard = _heard(window, words.get("stops"))
    known = [block for block in fixed if heard[_at(window, block)].all()]
    shape = heard * _days(window) * _activity(window, words["follows"])
    shape *= _calendar(window, words["calendar"]) * _wave(window, _winter_ratio(measure, known))
    return _level(measure, window, known, shape, words["start"]) * shape


def _level(measure: str, window: Window, known: list[Block], shape: Floats, start: float) -> Floats:
    months = np.arange(len(window.months))
    middles = np.array([months[_at(window, block)].mean() for block in known])
    totals = np.array([block.totals[measure] for block in known], dtype=float)
    under = np.array([shape[_at(window, block)].sum() for block in known])
    knots = totals / under
    level = np.zeros(len(months))
    for _ in range(PASSES):
        curve = PchipInterpolator(np.append(0.0, middles), np.append(start * knots[0], knots))
        level = np.maximum(curve(np.clip(months, 0.0, middles[-1])), 0.0)  # rounding can leave -1e-16
        held = np.array([(level * shape)[_at(window, block)].sum() for block in known])
        if np.allclose(held, totals, rtol=1e-9, atol=1e-9):
            break
        knots = knots * np.divide(totals, held, out=np.zeros_like(held), where=held > 0)
    return level


def _winter_ratio(measure: str, known: list[Block]) -> float:
    """Return a winter month's count over a summer month's, by the blocks after the baseline."""
    recent = known[1:]
    winter, summer = (
        [block for block in recent if (block.window.start.month in WINTER_MONTHS) is wanted]
        for wanted in (True, False)
    )
    counts = [sum(block.totals[measure] for block in part) for part in (winter, summer)]
    months = [sum(len(block.window.months) for block in part) for part in (winter, summer)]
    if sum(counts) == 0:
        return 1.0
    usual = sum(counts) / sum(months)
    rates = [
        (count + PRIOR_RECORDS / 2) / (span + PRIOR_RECORDS / 2 / usual)
        for count, span in zip(counts, months, strict=True)
    ]
    return rates[0] / rates[1]


def _wave(window: Window, winter_ratio: float) -> Floats:
    """Return a yearly wave, highest in January, whose winter months average `winter_ratio` times the rest."""
    year: Floats = np.cos(2 * np.pi * (np.arange(1, 13) - 1) / 12)
    is_winter = np.isin(np.arange(1, 13), WINTER_MONTHS)
    winter, summer = year[is_winter].mean(), year[~is_winter].mean()
    height = (winter_ratio - 1) / (winter - winter_ratio * summer)
    wave: Floats = 1 + height * year[[month.month - 1 for month in window.months]]
    return wave


def _activity(window: Window, follows: float) -> Floats:
    busy: dict[str, float] = described("months")["activity"]
    return np.array([busy.get(format_month(month), 1.0) ** follows for month in window.months])


def _calendar(window: Window, name: str) -> Floats:
    year = described("months")["calendar"][name]
    return np.array([year[month.month - 1] for month in window.months])


def _days(window: Window) -> Floats:
    """Return how long each month is, in ordinary months."""
    return np.array([calendar.monthrange(m.year, m.month)[1] for m in window.months]) / (365.25 / 12)


def _heard(window: Window, stops: str | None) -> npt.NDArray[np.bool_]:
    return np.array([stops is None or format_month(month) < stops for month in window.months])


def _at(window: Window, block: Block) -> slice:
    start = months_between(window.start, block.window.start)
    return slice(start, start + len(block.window.months))
