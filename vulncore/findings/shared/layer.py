"""What a map can show; apart from what works it out, so that the command line can list it at once."""

from enum import StrEnum


class Layer(StrEnum):
    """What a map can show."""

    CELLS = "cells"
    DENSITY = "kde"
    WARDS = "wards"
    STANDS_OUT = "gi"
    CHANGE = "change"
    CLASS = "class"
