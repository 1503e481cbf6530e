"""What the published strand table fixes: totals over runs of months that don't overlap."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.domain.periods import Window, comparison_windows, format_month
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import report_measures

BASELINE = "fytd_2019_20"  # what the table calls `fytd_baseline`


@dataclass(frozen=True)
class Block:
    """A run of months and each measure's total in it, by the measure's key."""

    window: Window
    totals: dict[str, int]


def blocks(as_at: date) -> tuple[Block, ...]:
    """Return the published totals by run of months, in order, no month in two of the runs.

    The financial year to date, the year before's and the baseline's are three. What the rolling twelve
    months hold before the financial year to date begins makes two more.

    Raises:
        UnreadableSourceError: The table's measures are not the report's, or twelve months hold fewer
            than the part of them that is the financial year to date.

    >>> [str(block.window) for block in blocks(date(2024, 10, 1))][:2]
    ['April 2019 to October 2019', 'November 2022 to March 2023']
    >>> blocks(date(2024, 10, 1))[1].totals["rape"]
    18
    """
    table = _published(as_at)
    windows = {name: window for name, window in comparison_windows(as_at).items() if window}
    runs = [_block(window, table[name]) for name, window in windows.items() if name.startswith("fytd")]
    for name in ("previous", "current"):
        year, to_date = windows[f"rolling12_{name}"], windows[f"fytd_{name}"]
        if year.start < to_date.start:
            before = Window(year.start, to_date.start - timedelta(days=1))
            runs.append(_block(before, table[f"rolling12_{name}"] - table[f"fytd_{name}"]))
    return tuple(sorted(runs, key=lambda block: block.window))


def _block(window: Window, totals: pd.Series) -> Block:
    below = totals[totals < 0]
    if not below.empty:
        raise UnreadableSourceError(
            f"{len(below)} measures of the published table hold more in the financial year to date than in "
            f"the twelve months around it: {first_five(below.index)}. Compare the table with the report."
        )
    return Block(window, {str(key): int(total) for key, total in totals.items()})


def _published(as_at: date) -> pd.DataFrame:
    """Return the published counts: a row for each measure by key, a column for each window by name."""
    table = pd.read_csv(shipped(f"strand-table-{format_month(as_at)}.csv"))
    keys = {measure.label: measure.key for measure in report_measures()}
    strange = sorted(set(table["measure"]) ^ set(keys))
    if strange or len(table) != len(keys):
        raise UnreadableSourceError(
            f"The published table has {len(table)} rows and {len(strange)} names that it doesn't share with "
            f"measures.toml: {first_five(strange)}. Give both the same {len(keys)} measures."
        )
    return table.set_index(table["measure"].map(keys)).rename(columns={BASELINE: "fytd_baseline"})
