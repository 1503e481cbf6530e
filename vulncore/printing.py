"""Tables as a terminal, a script or a document takes them."""

import json
from enum import StrEnum
from typing import Any

import pandas as pd


class Format(StrEnum):
    """How a table is printed."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


def printed(table: pd.DataFrame, how: Format) -> str:
    """Return a table as text: CSV and JSON leave a missing value empty or null, Markdown shows a dash.

    >>> print(printed(pd.DataFrame({"measure": ["Rape"], "now": [1234]}), Format.MARKDOWN))
    | measure |   now |
    | :------ | ----: |
    | Rape    | 1,234 |
    """
    if how is Format.CSV:
        return table.to_csv(index=False, lineterminator="\n").rstrip("\n")
    if how is Format.JSON:
        return json.dumps(json.loads(table.to_json(orient="records")), ensure_ascii=False, indent=2)
    return _markdown(table)


def _markdown(table: pd.DataFrame) -> str:
    numeric = [pd.api.types.is_numeric_dtype(table[name]) for name in table]
    columns = []
    for name, number in zip(table, numeric, strict=True):
        cells = [str(name), *(_cell(value) for value in table[name])]
        width = max(3, *(len(cell) for cell in cells))
        padded = [cell.rjust(width) if number else cell.ljust(width) for cell in cells]
        rule = "-" * (width - 1)
        columns.append([padded[0], f"{rule}:" if number else f":{rule}", *padded[1:]])
    return "\n".join(f"| {' | '.join(line)} |" for line in zip(*columns, strict=True))


def _cell(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if pd.api.types.is_number(value):
        return f"{value:,}"
    return " ".join(str(value).replace("|", "\\|").split())
