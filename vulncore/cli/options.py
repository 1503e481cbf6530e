"""What the commands share: the program, the options that several of them have, how they refuse."""

import getpass
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from vulncore.cli.printing import Format
from vulncore.domain.delivery import Progress
from vulncore.domain.errors import VulncoreError
from vulncore.domain.shipped import default_store

DEFAULT_STORE = default_store()


class Refusing(TyperGroup):
    """Says a refusal in one sentence on standard error, and exits with 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except VulncoreError as refusal:
            typer.echo(f"vulncore: {refusal}", err=True)
        except OSError as problem:
            typer.echo(f"vulncore: {problem.strerror or problem}: {problem.filename or ''}", err=True)
        raise typer.Exit(1)


Store = Annotated[Path, typer.Option("--store", envvar="VULNCORE_STORE", help="Where the data lives.")]
AsAt = Annotated[str | None, typer.Option("--as-at", metavar="YYYY-MM", help="The month to end with.")]
By = Annotated[str | None, typer.Option("--by", help="Who publishes; you, unless told otherwise.")]
Output = Annotated[Format, typer.Option("--format", help="How to print the table.")]
Dataset = Annotated[str, typer.Option("--dataset", help="The dataset's name.")]
Force = Annotated[str | None, typer.Option("--force", help="The force; the first, unless told.")]
Version = Annotated[int | None, typer.Option("--version", help="A version; the newest otherwise.")]

app = typer.Typer(
    cls=Refusing,
    help="Publish a force's vulnerability data, and read it as the dashboard does.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def user() -> str:
    """Return who runs the command, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown user"


def told_on_terminal() -> Progress | None:
    """Return what tells a person at a terminal how far the reading is; a script is not told."""
    if not sys.stderr.isatty():
        return None

    def tell(rows: int, share: float) -> None:
        typer.echo(f"\r{rows:,} rows read, {share:.0%}", nl=share >= 1, err=True)

    return tell
