"""Which weight an offence has: by its wording, its code, or what its wording can be; none where nobody can tell."""

from collections.abc import Iterable
from functools import cache
from typing import Final

import pandas as pd

from vulncore.domain.errors import InvalidRowsError, first_five
from vulncore.domain.severity.codes import classes_of, codes_by_wording, leading_code, plain_wording
from vulncore.domain.severity.table import WeightTable
from vulncore.domain.vocabulary import reference_rows

WIDEST_SPREAD: Final = 3.0
"""A wording that can be several offences weighs what the lightest of them does, unless the heaviest weighs over three times as much:
the lowest would then say too little. "Rape" can be 2,400 to 3,900 and is weighed; "theft" can be 5 to 130 and is not."""


def offence_weights(offences: pd.DataFrame, table: WeightTable) -> pd.DataFrame:
    """Return what one record of each offence weighs.

    Args:
        offences: One row per measure and offence: `measure` (its key) and `offence` (a text or a code, as the force writes it;
            missing where none was recorded).
        table: The weights.

    Returns:
        `measure` and `offence`, same rows and order, plus `weight` (in the table's unit; missing where the table has none, which
        is not the same as 0) and `at_least` (the offence can be several of the table, and `weight` is that of the lightest).

    Raises:
        InvalidRowsError: A column is missing.

    Misleads when:
        a force's wording means something else than the Home Office's: bring a table by the force's own wordings then.

    >>> from vulncore.domain.severity.table import shipped_weights
    >>> some = pd.DataFrame({"measure": "rape", "offence": ["19C", "rape: stranger 2", "theft of a dream", None]})
    >>> offence_weights(some.assign(measure="x"), shipped_weights())["weight"].round().tolist()
    [2953.0, 2953.0, nan, nan]
    """
    absent = [column for column in ("measure", "offence") if column not in offences]
    if absent:
        raise InvalidRowsError(f"{len(absent)} columns of the offences are absent: {first_five(absent)}.")
    known = [
        _weight(str(measure), None if pd.isna(offence) else str(offence), table)
        for measure, offence in zip(offences["measure"], offences["offence"], strict=True)
    ]
    return pd.DataFrame(
        {
            "measure": offences["measure"],
            "offence": offences["offence"],
            "weight": pd.Series([weight for weight, _ in known], index=offences.index, dtype=float),
            "at_least": pd.Series([several for _, several in known], index=offences.index, dtype=bool),
        }
    )


def _weight(measure: str, offence: str | None, table: WeightTable) -> tuple[float, bool]:
    """Return a weight, missing where there is none, and whether it is the lowest of several."""
    for weights in _possible(measure, offence, table):
        lightest = min(weights)
        if max(weights) > WIDEST_SPREAD * lightest:
            return float("nan"), False
        return lightest, len(set(weights)) > 1
    return float("nan"), False


def _possible(measure: str, offence: str | None, table: WeightTable) -> Iterable[tuple[float, ...]]:
    """Yield the weights that an offence can have, by the surest reading first."""
    if offence is None:
        return
    code, words = leading_code(offence)
    wording = plain_wording(words)
    readings = [
        table.by_wording.get(plain_wording(offence), ()),
        _of_codes((code,) if code else (), table),
        _of_codes(classes_of(code) if code else (), table),
        table.by_wording.get(wording, ()),
        _of_codes(codes_by_wording().get(wording, ()), table),
        _of_codes(_codes_said().get(wording, ()), table),
        _of_codes(_codes_said().get(f"measure {measure}", ()), table),
    ]
    yield from filter(None, readings)


def _of_codes(codes: Iterable[str], table: WeightTable) -> tuple[float, ...]:
    """Return the weights of all of some codes; none where the table lacks one of them."""
    weights = [table.by_code.get(code, ()) for code in codes]
    return tuple(weight for some in weights for weight in some) if all(weights) else ()


@cache
def _codes_said() -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for row in reference_rows("severity_wordings.toml")["wording"]:
        names = row.get("says") or [f"measure {row['measure']}"]
        codes |= dict.fromkeys(names, tuple(row["codes"]))
    return codes
