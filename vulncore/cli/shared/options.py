"""What the commands share: their options, and what these stand for by default. It imports nothing that takes long."""

import getpass
import shlex
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from vulncore.domain.shipped import default_store

DEFAULT_STORE = default_store()
DEMO = "demo"


class Format(StrEnum):
    """How a table is printed."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


month_option = partial(typer.Option, metavar="YYYY-MM")

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
AsAt = Annotated[str | None, month_option("--as-at", help="The last month.")]
By = Annotated[str | None, typer.Option("--by", help="Who publishes. Default: you.")]
Output = Annotated[Format, typer.Option("--format", help="The format of the table.")]

# which of its records
Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", help="A measure. Repeat for more. Default: every measure that fits."),
]
First = Annotated[str | None, month_option("--from", help="The first month. Default: twelve months.")]
Last = Annotated[str | None, month_option("--to", help="The last month. Default: the newest.")]
Place = Annotated[str | None, typer.Option("--place", help="Only this street or venue.")]
LocationType = Annotated[str | None, typer.Option("--location-type", help="Only this type of place.")]
Victims = Annotated[str | None, typer.Option("--victims", help="Only victims of this residency.")]
NightHours = Annotated[
    str, typer.Option("--night", metavar="HH-HH", help="The hours of the night-time economy, like 18-06.")
]


def in_store(store: Path) -> str:
    """Return what a command that is named next needs to find the same store: nothing where that is the one by default.

    >>> in_store(DEFAULT_STORE), in_store(Path("a store"))
    ('', " --store 'a store'")
    """
    return "" if store == DEFAULT_STORE else f" --store {shlex.quote(str(store))}"


def user() -> str:
    """Return who runs the command, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # Windows knows nobody whom the environment does not name
        return "unknown user"
