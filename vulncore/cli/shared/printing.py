"""How commands print: tables as Markdown, CSV or JSON, sentences, and how far a reading is."""

import json
import sys
from typing import Any

import pandas as pd
import typer

from vulncore.cli.shared.options import Format
from vulncore.domain.delivery import Progress
from vulncore.findings.shared.headline import Headline
from vulncore.packs.csv_table import csv_text


def terminal_progress() -> Progress | None:
    """Return what shows a person at a terminal how far the reading is; None for a script."""
    if not sys.stderr.isatty():
        return None

    def show(rows: int, share: float) -> None:
        typer.echo(f"\r{rows:,} rows read, {share:.0%}", nl=share >= 1, err=True)

    return show


def explain(*sentences: Headline | str) -> None:
    """Say sentences on standard error, a line for each; one that is empty isn't said."""
    for sentence in filter(None, sentences):
        typer.echo(headline_text(sentence) if isinstance(sentence, Headline) else sentence, err=True)


def headline_text(headline: Headline) -> str:
    """Return a sentence of a headline as a terminal shows it."""
    return f"{headline.lead}{'' if headline.lead.endswith(('?', '.')) else ':'} {headline.text}"


def printed(table: pd.DataFrame, how: Format) -> str:
    """Return a table as text: CSV and JSON leave a missing value empty or null, Markdown shows a dash.

    >>> print(printed(pd.DataFrame({"measure": ["Rape"], "now": [1234]}), Format.MARKDOWN))
    | measure |   now |
    | :------ | ----: |
    | Rape    | 1,234 |
    """
    if how is Format.CSV:
        return csv_text(table).rstrip("\n")
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
    return "\n".join(f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True))


def _cell(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if pd.api.types.is_number(value):
        return f"{value:,}"
    return " ".join(str(value).replace("|", "\\|").split())
