"""Which months a forecast learns from; apart from how it learns, so that the command line can list them at once."""

from enum import StrEnum


class Basis(StrEnum):
    """Which months a forecast learns from."""

    CURRENT_PROCESS = "current-process"
    FIVE_YEAR = "five-year"
