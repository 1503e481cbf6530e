"""Months, measures and clock times of a finding, in words."""

from collections.abc import Iterable, Mapping, Sequence

from vulncore.domain.errors import first_five
from vulncore.domain.periods import month_name
from vulncore.metrics.data_quality.month_rows import month_date


def months_in_words(numbers: Iterable[int]) -> str:
    """Return months by their numbers, runs of them drawn together.

    >>> january = 2024 * 12
    >>> months_in_words([january, january + 1]), months_in_words([january, january + 2])
    ('January and February 2024', 'January 2024 and March 2024')
    >>> months_in_words(range(january, january + 4))
    'January 2024 to April 2024'
    """
    runs: list[list[int]] = []
    for number in sorted({int(number) for number in numbers}):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = [_run(run) for run in runs]
    if len(said) > 5:
        return first_five(said)
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + f" and {said[-1]}" if said else "no month"


def measures_in_words(keys: Sequence[str], names: Mapping[str, str], of: int) -> str:
    """Return the names of measures; "all 14 measures" where they are all there are.

    >>> measures_in_words(["a", "b"], {"a": "Rape"}, of=2), measures_in_words(["a"], {"a": "Rape"}, of=2)
    ('all 2 measures', 'Rape')
    """
    if len(keys) == of and of > 1:
        return f"all {of} measures"
    return first_five(names.get(key, key) for key in keys)


def clock(minute: int) -> str:
    """Return a minute of the day as a clock shows it.

    >>> clock(0), clock(14 * 60 + 30)
    ('00:00', '14:30')
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"


def rows_in_words(count: int) -> str:
    """Return a number of rows.

    >>> rows_in_words(1), rows_in_words(1_892)
    ('1 row', '1,892 rows')
    """
    return f"{count:,} row{'' if count == 1 else 's'}"


def share(count: int, of: int) -> str:
    """Return a share as per cent, never rounded to nothing or to all.

    >>> share(1, 3), share(1, 100_000), share(999, 1_000), share(3, 3)
    ('33 %', 'under 1 %', 'over 99 %', '100 %')
    """
    percent = 100 * count / of if of else 0.0
    if 0 < percent < 1:
        return "under 1 %"
    return "over 99 %" if 99 < percent < 100 else f"{percent:.0f} %"


def _run(run: list[int]) -> str:
    first, last = month_date(run[0]), month_date(run[-1])
    if len(run) == 2 and first.year == last.year:
        return f"{first:%B} and {month_name(last)}"
    return month_name(first) if len(run) == 1 else f"{month_name(first)} to {month_name(last)}"
