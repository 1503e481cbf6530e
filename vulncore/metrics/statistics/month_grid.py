"""Monthly counts laid out by measure and month."""

import pandas as pd

from vulncore.domain.errors import InvalidRowsError, first_five


def month_grid(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return monthly counts as a grid that knows which months are not there.

    Args:
        monthly: One row per measure and delivered month: `measure`, `month` (its first day, a date or
            a timestamp), `count`.

    Returns:
        One row per measure, in order of appearance, and one column per calendar month from the first
        of any measure to the last; missing where the measure's month was not delivered.

    Raises:
        InvalidRowsError: A column is missing, a measure's month is repeated, a month is not given by its
            first day, or a count is not a whole number from 0.

    >>> from datetime import date
    >>> month_grid(pd.DataFrame({"measure": ["a", "a"], "month": [date(2024, 1, 1), date(2024, 3, 1)],
    ...     "count": [5, 0]})).values.tolist()
    [[5.0, nan, 0.0]]
    """
    absent = [column for column in ("measure", "month", "count") if column not in monthly]
    if absent:
        raise InvalidRowsError(f"{len(absent)} columns of the months are absent: {first_five(absent)}.")
    month = pd.to_datetime(monthly["month"], errors="coerce", format="ISO8601")
    count = pd.to_numeric(monthly["count"], errors="coerce").astype(float)
    faults = {
        "are not dated by the first day of a month": month.isna()
        | (month.dt.normalize() != month)
        | (month.dt.day != 1),
        "have a count that is not a whole number from 0": ~((count >= 0) & (count % 1 == 0)),
        "are repeated": pd.DataFrame({"measure": monthly["measure"], "month": month}).duplicated(),
    }
    for what, faulty in faults.items():
        if faulty.any():
            which = (
                monthly.loc[faulty, "measure"].astype(str) + " " + monthly.loc[faulty, "month"].astype(str)
            )
            raise InvalidRowsError(
                f"{faulty.sum()} of {len(monthly)} months {what}: {first_five(which)}. Correct the source."
            )
    whole = pd.date_range(month.min(), month.max(), freq="MS") if len(month) else pd.DatetimeIndex([])
    tidy = pd.DataFrame({"measure": monthly["measure"], "month": month, "count": count})
    grid = tidy.pivot(index="measure", columns="month", values="count")
    return grid.reindex(index=monthly["measure"].unique(), columns=whole)
