"""What the commands share: options and what they stand for, and how tables and sentences are printed."""

import getpass
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from vulncore.domain.delivery import Progress
from vulncore.domain.errors import InvalidPeriodError
from vulncore.domain.periods import Window, format_month, parse_month
from vulncore.domain.shipped import default_store
from vulncore.domain.vocabulary import find_measure
from vulncore.findings.shared.contents import (
    DatasetContents,
    as_at_or_latest,
    dataset_contents,
    force_or_first,
)
from vulncore.findings.shared.headline import Headline
from vulncore.findings.shared.which_records import YEAR, period_window
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.store import Snapshot

DEFAULT_STORE = default_store()
DEMO = "demo"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


class Format(StrEnum):
    """How a table is printed."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


# which data, and in what form
Store = Annotated[Path, typer.Option("--store", envvar="VULNCORE_STORE", help="The folder of the store.")]
Dataset = Annotated[str, typer.Option("--dataset", help="The dataset's name.")]
Unprotected = Annotated[
    bool,
    typer.Option(
        "--unprotected",
        help="Count records as they are, neither blurred nor swapped, and hide no small number. Only for people who may read the records.",
    ),
]
Version = Annotated[int | None, typer.Option("--version", help="A version. Default: the newest.")]
Force = Annotated[str | None, typer.Option("--force", help="The force. Default: the first.")]
AsAt = Annotated[str | None, typer.Option("--as-at", metavar="YYYY-MM", help="The last month.")]
By = Annotated[str | None, typer.Option("--by", help="Who publishes. Default: you.")]
Output = Annotated[Format, typer.Option("--format", help="The format of the table.")]

# which of its records
Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", help="A measure. Repeat for more. Default: every measure that fits."),
]
First = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM", help="The first month. Default: twelve months.")
]
Last = Annotated[
    str | None, typer.Option("--to", metavar="YYYY-MM", help="The last month. Default: the newest.")
]
Place = Annotated[str | None, typer.Option("--place", help="Only this street or venue.")]
LocationType = Annotated[str | None, typer.Option("--location-type", help="Only this type of place.")]
Victims = Annotated[str | None, typer.Option("--victims", help="Only victims of this residency.")]
NightHours = Annotated[
    str, typer.Option("--night", metavar="HH-HH", help="The hours of the night-time economy, like 18-06.")
]


def user() -> str:
    """Return who runs the command, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # Windows knows nobody whom the environment does not name
        return "unknown user"


def record_filter(
    snapshot: Snapshot,
    force: str | None,
    measures: list[str] | None,
    months: tuple[str | None, str | None],
    where: tuple[tuple[str, str], ...],
    usable_measures: Callable[[Snapshot, str], tuple[str, ...]],
) -> RecordFilter:
    """Return the records that options choose.

    Args:
        snapshot: A published version.
        force: The force's name; the first, where none is given.
        measures: Names of measures; where none is given, those that the command can use.
        months: The first month and the last, as `YYYY-MM`.
        where: Columns of the incidents and the value that each has to have.
        usable_measures: Returns the keys of a force's measures that the command can use: those with a time, or with
            a place.
    """
    choice = dataset_contents(snapshot)
    name = force_or_first(choice, force)
    if measures:
        keys = tuple(dict.fromkeys(find_measure(choice.measures, label).key for label in measures))
    else:
        keys = usable_measures(snapshot, name) or tuple(measure.key for measure in choice.measures)
    return RecordFilter(name, keys, _window(choice, name, *months), where)


def column_values(**values: str | None) -> tuple[tuple[str, str], ...]:
    """Return the columns by which options narrow records, each with the value that it has to have."""
    return tuple((column, value) for column, value in values.items() if value is not None)


def night_hours(text: str) -> Night:
    """Return a night from its first hour and its end, like 18-06."""
    first, _, end = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (first, end)):
        raise InvalidPeriodError(
            f"'{text[:20]}' is not a night. Write the first hour and the end of the night, like 18-06."
        )
    return Night(int(first), int(end))


def terminal_progress() -> Progress | None:
    """Return what shows a person at a terminal how far the reading is; None for a script."""
    if not sys.stderr.isatty():
        return None

    def show(rows: int, share: float) -> None:
        typer.echo(f"\r{rows:,} rows read, {share:.0%}", nl=share >= 1, err=True)

    return show


def headline_text(headline: Headline) -> str:
    """Return a sentence of a headline as a terminal shows it."""
    return f"{headline.lead}{'' if headline.lead.endswith('?') else ':'} {headline.text}"


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


def csv_text(table: pd.DataFrame) -> str:
    r"""Return a table as CSV that a spreadsheet reads as text and numbers, never as formulas.

    A text that begins like a formula gets an apostrophe before it; numbers stay as they are.
    Every line break within a text becomes a line feed.

    >>> csv_text(pd.DataFrame({"force": ["=1+1", "City"], "change": [-5, 7]}))
    "force,change\n'=1+1,-5\nCity,7\n"
    """
    plain = table.assign(**{str(name): _without_formulas(table[name]) for name in table})
    return plain.to_csv(index=False, lineterminator="\n")


def _window(choice: DatasetContents, force: str, first: str | None, last: str | None) -> Window:
    as_at = as_at_or_latest(choice, force, parse_month(last) if last else None)
    return period_window(format_month(parse_month(first)) if first else YEAR, as_at, choice.months[force])


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
