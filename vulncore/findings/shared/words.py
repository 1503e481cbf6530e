"""What stands where a small number is hidden."""

import math
from collections.abc import Sequence
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


def percent(part: float) -> str:
    """Return a share in whole per cent, never rounded to nothing or to all.

    >>> percent(0.756), percent(0.001)
    ('76 %', 'under 1 %')
    """
    return share(round(part * 1_000_000), 1_000_000)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


MADE = "Made data: for demonstration, not real records"


RANGE = "80\u202f% range"


def share(count: int, of: int) -> str:
    """Return a share as per cent, never rounded to nothing or to all.

    >>> share(1, 3), share(1, 100_000), share(999, 1_000), share(3, 3)
    ('33 %', 'under 1 %', 'over 99 %', '100 %')
    """
    percent = 100 * count / of if of else 0.0
    if 0 < percent < 1:
        return "under 1 %"
    return "over 99 %" if 99 < percent < 100 else f"{percent:.0f} %"


def share_in_steps(part: float, of: float, smallest: int) -> int:
    """Return a share in per cent, in steps that are each worth at least `smallest` records.

    >>> share_in_steps(41, 169, 5), share_in_steps(410, 1690, 5)
    (24, 24)
    """
    step = share_step(of, smallest)
    return min(100, step * round(100 * part / of / step))


def share_step(of: float, smallest: int) -> int:
    """Return how many per cent of so many records are at least `smallest` of them; 1 or more."""
    return max(1, math.ceil(100 * smallest / of))
