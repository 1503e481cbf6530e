"""The `vulncore` command: everything that a scheduled job or a script needs.

Exit code 0 says that it was done; 1 that it was refused, with the reason on standard error; 2 that the
command was not understood.
"""

import getpass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from typer.core import TyperGroup

from vulncore import store as stores
from vulncore.delivery import Delivery, annotated, provisional
from vulncore.errors import UnreadableSourceError, VulncoreError
from vulncore.findings.overview import narrowed, overview
from vulncore.findings.publishes import publish_account, publishes_frame
from vulncore.findings.table_export import table_export
from vulncore.periods import format_month, parse_month
from vulncore.printing import Format, printed
from vulncore.shipped import default_store, shipped
from vulncore.sources import demo as demo_source
from vulncore.sources import monthly_counts, police_uk, published_table
from vulncore.vocabulary import find_strand

DEMO, OPEN_COUNTS = "demo", "city-open-counts"
SHIPPED_BY = "shipped with the project"
DEFAULT_STORE = default_store()


class Source(StrEnum):
    """The readers, by the name that the command line gives them."""

    DEMO = "demo"
    POLICE_UK = "police-uk"
    PUBLISHED_TABLE = "published-table"
    MONTHLY_COUNTS = "monthly-counts"


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

app = typer.Typer(
    cls=Refusing,
    help="Publish a force's vulnerability data, and read it as the dashboard does.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def demo(
    dataset: Annotated[str, typer.Option("--dataset", help="The dataset's name.")] = DEMO,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Publish the demonstration data: made, not real, and marked so on every screen."""
    _publish(store, dataset, demo_source.deliver(), by)


@app.command()
def publish(
    source: Annotated[Source, typer.Argument(help="What the files are.")],
    files: Annotated[list[Path] | None, typer.Argument(help="The files, or a folder of them.")] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="The dataset's name; the source's, unless told.")
    ] = None,
    as_at: AsAt = None,
    force: Annotated[
        str | None, typer.Option("--force", help="Whose table it is; City of London Police, unless told.")
    ] = None,
    provisional_from: Annotated[
        str | None,
        typer.Option("--provisional-from", metavar="YYYY-MM", help="Months from here may still change."),
    ] = None,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Publish files as the next version of a dataset, whole or not at all."""
    delivery = _delivery(source, files or [], as_at, force)
    if provisional_from:
        delivery = provisional(delivery, parse_month(provisional_from))
    _publish(store, dataset or source.value, delivery, by)


@app.command()
def versions(
    dataset: Annotated[str | None, typer.Option("--dataset", help="One dataset; all otherwise.")] = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """List what was published: who, when, from which files (SHA-256), how many rows."""
    names = (dataset,) if dataset else stores.datasets(store)
    lines = tuple(line for name in names for line in stores.versions(store, name))
    if not lines:
        raise VulncoreError(f"Nothing has been published in {store} yet. Try: vulncore demo")
    frame = publishes_frame(lines)
    if output is Format.MARKDOWN:  # a terminal is narrow: the first twelve digits tell files apart
        frame["sha256"] = [", ".join(digest[:12] for digest in cell.split(", ")) for cell in frame["sha256"]]
    typer.echo(printed(frame, output))


@app.command()
def table(
    as_at: AsAt = None,
    dataset: Annotated[str, typer.Option("--dataset", help="The dataset's name.")] = DEMO,
    force: Annotated[str | None, typer.Option("--force", help="The force; the first, unless told.")] = None,
    strand: Annotated[str | None, typer.Option("--strand", help="One strand; all otherwise.")] = None,
    version: Annotated[int | None, typer.Option("--version", help="A version; the newest otherwise.")] = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print the strand table: the report's columns first, then coverage and signal."""
    month = parse_month(as_at) if as_at else None
    every = overview(store, dataset, number=version, force=force, as_at=month)
    found = narrowed(every, find_strand(strand).key if strand else None)
    frame = table_export(found)
    if output is not Format.MARKDOWN:
        typer.echo(printed(frame, output))
        return
    typer.echo(
        f"{found.question} (dataset {dataset}, version {found.publish.number}, to {format_month(found.as_at)})\n"
    )
    typer.echo(printed(_for_reading(frame), output))
    for sentence in (*(f"{line.lead}: {line.text}" for line in found.headline), *found.notes):
        typer.echo(f"\n{sentence}")
    if found.publish.made:
        typer.echo(f"\n{frame['note'].iloc[0]}.")


@app.command(name="ready-data")
def ready_data(store: Store = DEFAULT_STORE) -> None:
    """Publish the datasets that ship with the project, each unless it is there already."""
    there = stores.datasets(store)
    if DEMO not in there:
        _publish(store, DEMO, demo_source.deliver(), SHIPPED_BY)
    if OPEN_COUNTS not in there:
        _publish(store, OPEN_COUNTS, open_counts(), SHIPPED_BY)


def open_counts() -> Delivery:
    """Return the shipped counts of City of London Police, with what is known about them."""
    counts = monthly_counts.deliver(shipped(f"{OPEN_COUNTS}.csv"), police_uk.ATTRIBUTION)
    return annotated(counts, shipped("city-open-annotations.csv"))


def _delivery(source: Source, files: list[Path], as_at: str | None, force: str | None) -> Delivery:
    _refuse_what_means_nothing(source, files, as_at, force)
    if source is Source.DEMO:
        return demo_source.deliver()
    if not files:
        raise UnreadableSourceError(f"No file is named. Say which: vulncore publish {source} FILE")
    if source is Source.POLICE_UK:
        return police_uk.deliver(files)
    if len(files) > 1:
        raise UnreadableSourceError(f"{source} takes one file, and {len(files)} are named.")
    if source is Source.MONTHLY_COUNTS:
        return monthly_counts.deliver(files[0])
    if as_at is None:
        raise UnreadableSourceError("A published table does not say its month. Add --as-at, like 2024-10.")
    month = parse_month(as_at)
    return published_table.deliver(files[0], month, **({"force": force} if force else {}))


def _refuse_what_means_nothing(
    source: Source, files: list[Path], as_at: str | None, force: str | None
) -> None:
    given = {"--as-at": as_at, "--force": force} if source is not Source.PUBLISHED_TABLE else {}
    idle = [name for name, value in given.items() if value is not None]
    if source is Source.DEMO and files:
        idle.append("a file")
    if idle:
        raise UnreadableSourceError(f"{source} has no use for {' and '.join(idle)}. Leave it out.")


def _publish(store: Path, dataset: str, delivery: Delivery, by: str | None) -> None:
    line = stores.publish(store, dataset, delivery, by or _user())
    typer.echo(publish_account(line))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown user"


def _for_reading(frame: pd.DataFrame) -> pd.DataFrame:
    published = list(frame.columns[: frame.columns.get_loc("key")])
    shown = frame[[*published, "fytd_signal"]].drop(columns="group")
    return shown.rename(columns=lambda name: name.replace("_", " "))


if __name__ == "__main__":
    app()
