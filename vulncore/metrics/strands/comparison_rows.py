"""What a comparison of two windows must hold before it can be judged."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vulncore.domain.errors import InvalidRowsError, first_five

Floats = NDArray[np.float64]
NUMBERS = ["current", "earlier", "days_current", "days_earlier", "dispersion"]


class ComparisonRows(NamedTuple):
    """Columns of a comparison as arrays: one place per measure, numbers missing where unknown."""

    current: Floats
    earlier: Floats
    days_current: Floats
    days_earlier: Floats
    dispersion: Floats
    is_flow: NDArray[np.bool_]
    silent: NDArray[np.bool_]


def comparison_rows(comparison: pd.DataFrame) -> ComparisonRows:
    """Return the columns of a comparison, checked.

    Args:
        comparison: As `vulncore.metrics.strands.signal.signals` takes it.

    Raises:
        InvalidRowsError: A column is missing, a measure is repeated, or a value is no count, no days,
            no dispersion or neither flow nor stock.
    """
    absent = [column for column in ["measure", *NUMBERS, "flow"] if column not in comparison]
    if absent:
        raise InvalidRowsError(f"{len(absent)} columns of the comparison are absent: {first_five(absent)}.")
    values = [_numbers(comparison[column]) for column in NUMBERS]
    flow = comparison["flow"].astype(str).to_numpy()
    silent = comparison["silent"].to_numpy() if "silent" in comparison else np.zeros(len(comparison))
    current, earlier, days_current, days_earlier, dispersion = values
    is_flow, is_silent = np.equal(flow, "flow").astype(bool), np.equal(silent, True).astype(bool)
    rows = ComparisonRows(current, earlier, days_current, days_earlier, dispersion, is_flow, is_silent)

    known = ~np.isnan(rows.current + rows.earlier)
    unread = np.any(
        [np.isnan(v) & comparison[c].notna() for c, v in zip(NUMBERS, values, strict=True)], axis=0
    )
    exposed = _finite_above(0, rows.days_current) & _finite_above(0, rows.days_earlier)
    faults = {
        "are repeated": comparison["measure"].duplicated().to_numpy(),
        "hold text where a number belongs": unread,
        "have a count that is not a whole number from 0": ~(_counts(rows.current) & _counts(rows.earlier)),
        "have both counts but no days of exposure": known & ~exposed,
        "have a dispersion below 0 or infinite": (rows.dispersion < 0) | np.isinf(rows.dispersion),
        "are neither flow nor stock": ~rows.is_flow & (flow != "stock"),
    }
    for what, faulty in faults.items():
        if faulty.any():
            raise InvalidRowsError(
                f"{faulty.sum()} of {len(comparison)} measures {what}: "
                f"{first_five(comparison['measure'][faulty])}. Correct the comparison before it is judged."
            )
    return rows


def _numbers(column: pd.Series) -> Floats:
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _finite_above(floor: float, values: Floats) -> NDArray[np.bool_]:
    return (values > floor) & (values < np.inf)


def _counts(values: Floats) -> NDArray[np.bool_]:
    """Return which values are whole numbers from 0, or missing."""
    counts: NDArray[np.bool_] = (np.floor(values) == values) & (values >= 0) & (values < np.inf)
    return np.isnan(values) | counts
