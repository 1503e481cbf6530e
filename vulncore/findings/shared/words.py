"""What stands where a small number is hidden."""

import math
from typing import Final

HIDDEN: Final = "–"
"""The mark that stands for a hidden number where there is no room for words."""


def hidden_in_words(smallest: int) -> str:
    """Return what a number is that is hidden for itself alone.

    >>> hidden_in_words(5)
    'fewer than 5'
    """
    return f"fewer than {smallest}"


def hidden_as(smallest: int) -> str:
    """Return what a mark stands for that hides a number for itself or for another's sake: not told apart on purpose.

    >>> hidden_as(5)
    'fewer than 5, or would reveal one'
    """
    return f"{hidden_in_words(smallest)}, or would reveal one"


def number_in_words(weight: float, about: float, smallest: int, decimals: int = 1) -> str:
    """Return a number, or about what it is, or what hides it.

    >>> number_in_words(7.26, float("nan"), 5), number_in_words(float("nan"), 105.0, 5)
    ('7.3', 'about 105')
    """
    if not math.isnan(weight):
        return f"{weight:,.{decimals}f}"
    return hidden_as(smallest) if math.isnan(about) else f"about {about:,.0f}"
