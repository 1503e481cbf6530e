"""Cells of a table as all kinds of documents have them: what stands in them, and the tint behind it."""

from math import isfinite
from typing import Any, Final

import pandas as pd

from vulncore.packs.part import Tint

FILLS: Final = {Tint.RED: "F8D7DA", Tint.ORANGE: "FDE8CC", Tint.GREEN: "D5EBD8"}
"""Quiet tints, on which ink reads by more than 10:1; symbol and sign say the same."""
GROUP_FILL: Final = "E9EEF2"
LONGEST: Final = 32_767  # letters: Excel's cells hold no more, and nobody reads more in another's


def plain_value(value: Any) -> str | int | float | None:
    """Return what stands in a cell: a number, a text, or nothing.

    >>> plain_value(pd.NA), plain_value(1048), plain_value("–"), plain_value(True), plain_value(float("inf"))
    (None, 1048, '–', 'True', 'inf')
    """
    if value is None or pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return value
    return str(value)[:LONGEST]


def cell_words(value: Any) -> str:
    """Return a cell as people read it.

    >>> cell_words(1048), cell_words(-54), cell_words(2.25), cell_words(float("nan")), cell_words("–")
    ('1,048', '−54', '2.2', '', '–')
    """
    plain = plain_value(value)
    if plain is None or isinstance(plain, str):
        return plain or ""
    return (f"{plain:,.0f}" if float(plain).is_integer() else f"{plain:,.1f}").replace("-", "−")
