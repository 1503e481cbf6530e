"""Which months between a measure's first and last were not delivered."""

from collections.abc import Mapping, Sequence

import pandas as pd

from vulncore.metrics.data_quality.month_rows import FIRST_MONTH, LAST_MONTH


def month_gaps(months: pd.DataFrame) -> pd.DataFrame:
    """Return each run of months that coverage leaves out, said once for all measures that miss the same.

    Args:
        months: What `month_rows` returns.

    Returns:
        One row per force and set of missing months: `force`, `missing` (tuple of month numbers), `measures`
        (tuple of keys), `of_measures` (how many of the force's measures span those months), `of_months` (from
        the first month covered to the last, of those measures). The most missing first.

    Misleads when:
        a measure was given up and taken up again: its years between look like a gap.

    >>> months = pd.DataFrame({"force": "F", "measure": "a", "month": [24_001, 24_002, 24_005], "covered": True})
    >>> month_gaps(months)[["missing", "of_months"]].values.tolist()
    [[(24003, 24004), 5]]
    """
    found: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    declared = months[months["covered"] & months["month"].between(FIRST_MONTH, LAST_MONTH)]
    for key, rows in declared.groupby(["force", "measure"]):
        force, measure = (str(part) for part in key)
        there = {int(month) for month in rows["month"]}
        spans[force, measure] = min(there), max(there)
        for run in _runs(sorted(set(range(min(there), max(there))) - there)):
            found.setdefault((force, run), []).append(measure)
    together: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for (force, run), measures in found.items():
        together.setdefault((force, tuple(measures)), []).extend(run)
    most_first = sorted(together.items(), key=lambda item: (-len(item[0][1]) * len(item[1]), item[0]))
    gaps = [
        (
            force,
            tuple(sorted(missing)),
            measures,
            _spanning(spans, force, missing),
            _length([spans[force, measure] for measure in measures]),
        )
        for (force, measures), missing in most_first
    ]
    return pd.DataFrame(gaps, columns=["force", "missing", "measures", "of_measures", "of_months"])


def _spanning(spans: Mapping[tuple[str, str], tuple[int, int]], force: str, missing: list[int]) -> int:
    low, high = min(missing), max(missing)
    return sum(first < low and high < last for (whose, _), (first, last) in spans.items() if whose == force)


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return max(last for _, last in spans) - min(first for first, _ in spans) + 1


def _runs(numbers: list[int]) -> list[tuple[int, ...]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [tuple(run) for run in runs]
