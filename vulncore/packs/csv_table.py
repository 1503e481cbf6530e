"""Tables as CSV that a spreadsheet takes for text and numbers alone."""

from typing import Any, Final

import pandas as pd

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\n")


def csv_text(table: pd.DataFrame) -> str:
    r"""Return a table as CSV that a spreadsheet reads as text and numbers, never as formulas.

    A text that begins like a formula gets an apostrophe before it; numbers stay as they are.
    Every line break within a text becomes a line feed.

    >>> csv_text(pd.DataFrame({"force": ["=1+1", "City"], "change": [-5, 7]}))
    "force,change\n'=1+1,-5\nCity,7\n"
    """
    plain = table.assign(**{str(name): _without_formulas(table[name]) for name in table})
    return plain.to_csv(index=False, lineterminator="\n")


def _without_formulas(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    return pd.Series([_plain(value) for value in column], index=column.index, dtype=object)


def _plain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # a bare carriage return would end the row: the writer quotes line feeds alone
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
