"""Words that findings and pages share: percentages, lists, plurals, hidden numbers, the stamp of made data."""

import math
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Final

from vulncore.domain.errors import first_five
from vulncore.domain.periods import add_months, month_name
from vulncore.domain.words import agree, capital_first, listed, number_of, small_first
from vulncore.store.manifest import Publish

__all__ = ["agree", "capital_first", "listed", "number_of", "small_first"]

MADE: Final = "Made data: for demonstration, not real records"
"""The stamp of whatever shows figures that were made, not recorded."""
HIDDEN: Final = "–"
"""The mark that stands for a hidden number where there is no room for words."""
HIDDEN_WORD: Final = "hidden"
"""What a document says of a hidden number, which may be hidden for others' sake."""
HOURS_BLURRED: Final = "Hours are blurred: numbers are about right, the total of all is exact."
"""What stands with figures by hour of blurred records (`vulncore.domain.blur`)."""
GROUPS_BLURRED: Final = "Groups are blurred: numbers are about right, the total of all is exact."
"""What stands with figures by group of blurred records."""
WHOLE_FROM: Final = 10  # records a month: of fewer a level is told to a tenth
IN_4_OF_5: Final = "in 4 of 5 forecasts"
IN_19_OF_20: Final = "in 19 of 20"
COUNTED_ONCE: Final = (
    "A record of several measures is counted once here, and in each of them on the Overview."
)
"""What stands where several measures are counted together: their numbers on the Overview may add up to more."""
PLACES_BLURRED: Final = (
    "Places are blurred: half of the records are shown a few hundred metres from where they happened."
)
"""What a map of blurred records says of itself (`vulncore.domain.blur`)."""


def made_note(publish: Publish) -> str:
    """Return the stamp that pictures, files and tables of made data carry; "" where the records are real."""
    return MADE if publish.made else ""


def short_mark(publish: Publish) -> str:
    """Return the same in two words, for a caption or a map; "" where the records are real."""
    return MADE.partition(":")[0] if publish.made else ""


def file_note(publish: Publish, blurred: str) -> str:
    """Return what a file of figures says of all of its rows: that they are made, how they are blurred ("" where not)."""
    return ". ".join(filter(None, [made_note(publish), blurred]))


def months_in_words(months: Iterable[date]) -> str:
    """Return the names of months, consecutive ones drawn together; of more than five stretches the first five.

    >>> months_in_words([date(2024, 1, 1), date(2024, 2, 1)]), months_in_words([date(2024, 1, 1), date(2024, 3, 1)])
    ('January and February 2024', 'January 2024 and March 2024')
    >>> months_in_words(date(2024, month, 1) for month in (4, 3, 2, 1))
    'January 2024 to April 2024'
    """
    # a month less its place is the same within a stretch
    stretches = groupby(enumerate(sorted(set(months))), lambda placed: add_months(placed[1], -placed[0]))
    spans = [_stretch([month for _, month in stretch]) for _, stretch in stretches]
    return first_five(spans) if len(spans) > 5 else listed(spans) or "no month"


def _stretch(months: list[date]) -> str:
    first, last = months[0], months[-1]
    if len(months) == 2 and first.year == last.year:
        return f"{first:%B} and {month_name(last)}"
    return month_name(first) if len(months) == 1 else f"{month_name(first)} to {month_name(last)}"


def level_in_words(records: float) -> str:
    """Return how many records a month a level is, so that two that differ by a quarter read unlike.

    >>> level_in_words(23.6), level_in_words(2.44)
    ('24', '2.4')
    """
    return f"{records:,.0f}" if records >= WHOLE_FROM else f"{records:.1f}"


def percent(part: float, decimals: int = 0) -> str:
    """Return a share as per cent, never rounded to nothing or to all.

    >>> percent(0.756), percent(0.001), percent(0.9954, decimals=1)
    ('76 %', 'under 1 %', '99.5 %')
    """
    return share(round(part * 1_000_000), 1_000_000, decimals)


def share(count: int, of: int, decimals: int = 0) -> str:
    """Return a number out of another as per cent, never rounded to nothing or to all.

    >>> share(1, 3), share(1, 100_000), share(999, 1_000), share(3, 3)
    ('33 %', 'under 1 %', 'over 99 %', '100 %')
    """
    per_cent = 100 * count / of if of else 0.0
    least = 10**-decimals
    if 0 < per_cent < least:
        return f"under {least:g} %"
    most = 100 - least
    return f"over {most:g} %" if most < per_cent < 100 else f"{per_cent:.{decimals}f} %"


def percent_range(low: float, high: float) -> str:
    """Return the range between two shares, in whole per cent.

    >>> percent_range(0.404, 0.596)
    '40 to 60 %'
    """
    return f"{100 * low:.0f} to {100 * high:.0f} %"


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


def hidden_in_words(smallest: int) -> str:
    """Return what a number is that is hidden for itself alone.

    >>> hidden_in_words(5)
    'fewer than 5'
    """
    return f"fewer than {smallest}"


def hidden_as(smallest: int) -> str:
    """Return the words for a hidden number.

    >>> hidden_as(5)
    'hidden (fewer than 5)'
    """
    return f"hidden ({hidden_in_words(smallest)})"


def nearest(count: int, smallest: int) -> int | None:
    """Return a count to the nearest `smallest`; None where one of at least 1 is under it.

    >>> nearest(1_892, 5), nearest(4, 5), nearest(0, 5), nearest(4, 1)
    (1890, None, 0, 4)
    """
    base = max(smallest, 1)
    return None if 0 < count < smallest else base * round(count / base)


def nearest_in_words(count: int, smallest: int) -> str:
    """Return a count to the nearest `smallest`, in words that can begin a sentence.

    >>> nearest_in_words(1_892, 5), nearest_in_words(4, 5), nearest_in_words(4, 1)
    ('About 1,890', 'Fewer than 5', '4')
    """
    about = nearest(count, smallest)
    if about is None:
        return capital_first(hidden_in_words(smallest))
    return f"About {about:,}" if smallest > 1 and about else f"{about:,}"


def nearest_rows(count: int, smallest: int) -> str:
    """Return how many rows, to the nearest `smallest`.

    >>> nearest_rows(1_892, 5), nearest_rows(1, 5), nearest_rows(1, 1)
    ('About 1,890 rows', 'Fewer than 5 rows', '1 row')
    """
    return f"{nearest_in_words(int(count), smallest)} {nearest_agree(count, smallest, 'row', 'rows')}"


def nearest_agree(count: int, smallest: int, one: str, more: str) -> str:
    """Return a word that agrees with a count, and with a rounded one in the plural: else it would tell a single record.

    >>> nearest_agree(1, 5, "is", "are"), nearest_agree(1, 1, "is", "are")
    ('are', 'is')
    """
    return more if smallest > 1 else agree(int(count), one, more)


def nearest_share(count: int, of: int, smallest: int) -> str:
    """Return the share of a count as far as its nearest `smallest` tells it.

    >>> nearest_share(18, 60, 5), nearest_share(3, 60, 5), nearest_share(18, 60, 1)
    ('33 %', 'under 8 %', '30 %')
    """
    about = nearest(count, smallest)
    return f"under {share(smallest, of)}" if about is None else share(about, of)


def number_in_words(weight: float, smallest: int) -> str:
    """Return a number, or what hides it.

    >>> number_in_words(7.26, 5), number_in_words(float("nan"), 5)
    ('7', 'hidden (fewer than 5)')
    """
    return hidden_as(smallest) if math.isnan(weight) else f"{weight:,.0f}"
