"""The two bases of a forecast, as the report has them: which months it learns from."""

from enum import StrEnum

from vulncore.forecasting.past import Past

FIVE_YEARS = 60
FEWEST_MONTHS = 24
"""A forecast learns from two years at least: with less, a good half-year is taken for a rise."""


class Basis(StrEnum):
    """Which months a forecast learns from."""

    CURRENT_PROCESS = "current-process"
    FIVE_YEAR = "five-year"


def months_of(basis: Basis, past: Past) -> Past:
    """Return the months that a forecast on this basis learns from.

    The current process is all since the last approved change of level, or all there is without one; never fewer
    than `FEWEST_MONTHS`.

    Source:
        City of London Police vulnerability report 2024, paragraph 39: "using the current process of performance
        and then five years".
    """
    if basis is Basis.FIVE_YEAR:
        return past.last(FIVE_YEARS)
    if not past.steps:
        return past
    return past.last(max(len(past.counts) - past.steps[-1], FEWEST_MONTHS))
