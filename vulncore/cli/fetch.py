"""Commands that fetch open data: street-level crime, recorded crime by force, and the areas that forces police."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import COMMANDS, app, help_alone
from vulncore.cli.shared.options import Last, month_option
from vulncore.domain.errors import UnreachableSiteError
from vulncore.domain.words import number_of
from vulncore.sources.kinds import FileKind

if not help_alone:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from vulncore.domain.periods import parse_month
    from vulncore.fetching.boundaries import LAYER, fetch_areas
    from vulncore.fetching.home_office import fetch_tables
    from vulncore.fetching.police_uk import fetch_months, month_ranges
    from vulncore.fetching.web import PATIENCE, ByteProgress, Web
    from vulncore.sources.police_uk.files import MonthName, force_names

fetch = typer.Typer(help=COMMANDS["fetch"]["fetch"], no_args_is_help=True, rich_markup_mode=None)
app.add_typer(fetch, name="fetch")

Site = Annotated[
    str | None,
    typer.Option(
        "--site",
        envvar="VULNCORE_FETCH_FROM",
        metavar="ADDRESS",
        help="A mirror in the place of the official sites, with a folder for each of them.",
    ),
]


@fetch.command(name="police-uk")
def police_uk(
    force: Annotated[list[str], typer.Option("--force", help="The force. Repeat for more.")],
    first: Annotated[str, month_option("--from", help="The first month.")],
    last: Last = None,
    kind: Annotated[
        list[FileKind] | None, typer.Option("--kind", help="Which files. Repeat for more. Default: street.")
    ] = None,
    into: Annotated[Path, typer.Option("--into", help="The folder.")] = Path("fetched/police-uk"),
    site: Site = None,
) -> None:
    """Fetch months of data.police.uk for a force, without the other forces' files where the site allows."""
    web, kinds = Web(site, PATIENCE), list(dict.fromkeys(kind or [FileKind.STREET]))
    since, until = parse_month(first), parse_month(last) if last else None
    with _shown_progress() as progress:
        months = fetch_months(web, into, list(dict.fromkeys(force)), since, until, kinds, progress)
    for sentence in _missing(months.missing):
        typer.echo(sentence, err=True)
    if not months.fetched and not months.here:
        raise UnreachableSiteError("None of these months is there. Nothing was fetched.")
    typer.echo(f"{into}: {_new_and_here(len(months.fetched), len(months.here))}.")
    one_kind = f" --kind {kinds[0]}" if kinds != [FileKind.STREET] else ""
    typer.echo(f"Publish them with: vulncore publish police-uk {shlex.quote(str(into))}{one_kind}")


@fetch.command(name="home-office")
def home_office(
    force: Annotated[
        str | None,
        typer.Option("--force", help="One table of this force. Default: all forces, a table a year."),
    ] = None,
    earlier: Annotated[
        bool, typer.Option("--earlier", help="The closed tables of earlier years as well, back to 2002/03.")
    ] = False,
    into: Annotated[Path, typer.Option("--into", help="The folder.")] = Path("fetched/home-office"),
    site: Site = None,
) -> None:
    """Fetch the Home Office's recorded crime by force and quarter, as tables that publish takes."""
    with _shown_progress() as progress:
        tables = fetch_tables(Web(site, PATIENCE), into, force, earlier, progress)
    books = len(tables.workbooks)
    typer.echo(
        f"{into}: {_new_and_here(tables.new, books - tables.new)}. They make {number_of(len(tables.tables), 'table')}."
    )
    typer.echo(
        f"Publish the newest with: vulncore publish recorded-crime {shlex.quote(str(into / tables.tables[-1]))}"
    )


@fetch.command()
def boundaries(
    force: Annotated[
        list[str] | None, typer.Option("--force", help="The force. Repeat for more. Default: all of them.")
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option("--layer", help="The edition, as the portal names it. Default: of December 2023."),
    ] = None,
    into: Annotated[Path, typer.Option("--into", help="The folder.")] = Path("fetched/boundaries"),
    site: Site = None,
) -> None:
    """Fetch the areas that forces of England and Wales police, one GeoJSON file each."""
    with _shown_progress() as progress:
        areas = fetch_areas(Web(site, PATIENCE), into, force or [], progress, layer or LAYER)
    if areas.unknown:
        typer.echo(f"No force is known by the name of: {', '.join(areas.unknown)}.", err=True)
    if not areas.files:
        raise UnreachableSiteError("The layer has no area of a force. Nothing was fetched.")
    typer.echo(f"{into}: {_new_and_here(areas.new, len(areas.files) - areas.new)}.")
    name, file = next(iter(areas.files.items()))
    typer.echo(
        f"Keep an area with: vulncore boundary {shlex.quote(str(into / file))} --force {shlex.quote(name)}"
    )


def _new_and_here(new: int, here: int) -> str:
    return f"{number_of(new, 'file')} fetched, {here:,} here already and unchanged"


def _missing(missing: tuple[MonthName, ...]) -> Iterator[str]:
    """Yield which months of which force are not there, a sentence for each kind."""
    in_order = sorted(missing, key=lambda name: (name.slug, name.kind, name.month))
    for (slug, kind), names in groupby(in_order, key=lambda name: (name.slug, name.kind)):
        months = month_ranges(name.month for name in names)
        yield f"Not there: {force_names()[slug][0]}, {kind} files of {months}."


@contextmanager
def _shown_progress() -> Iterator[ByteProgress]:
    """Show a person at a terminal how far each file has come; a script is told nothing."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks = {"": bars.add_task("Asking the site", total=None)}

        def show(what: str, here: int, of: int | None) -> None:
            bars.update(tasks[""], visible=False)
            if what not in tasks:
                tasks[what] = bars.add_task(what)
            bars.update(tasks[what], completed=here, total=of)

        yield show
