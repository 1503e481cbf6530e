"""Commands that keep the store: what the law wants erased."""

from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import DEFAULT_STORE, By, Store, app, user
from vulncore.domain.errors import UnknownNameError
from vulncore.domain.identifiers import pseudonym
from vulncore.domain.periods import parse_month
from vulncore.store import open_version
from vulncore.store.purging import PurgeCounts, purge_counts
from vulncore.store.purging import purge as purge_dataset
from vulncore.store.secrets import store_secret
from vulncore.store.stubs import Selection


@app.command()
def purge(
    dataset: Annotated[str, typer.Option("--dataset", help="The dataset's name.")],
    record: Annotated[
        list[str] | None, typer.Option("--record", help="A record's reference; can be given again.")
    ] = None,
    victim: Annotated[
        list[str] | None,
        typer.Option("--victim", help="A victim's reference as the force knows it; can be given again."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--recorded-before", metavar="YYYY-MM", help="Every record from before this month."),
    ] = None,
    force: Annotated[str | None, typer.Option("--force", help="Of this force alone.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; otherwise only say what would be.")] = False,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Erase records for good from every version of a dataset; the figures that were published stay."""
    secret = _secret(store, dataset) if victim else b""
    selection = Selection(
        record_ids=tuple(record or ()),
        # the store holds pseudonyms; a source that brings its own keys is meant as it stands
        victim_keys=tuple(key for name in victim or () for key in (pseudonym(secret, name), name)),
        recorded_before=parse_month(before) if before else None,
        force=force,
    )
    if not yes:
        found = purge_counts(store, dataset, selection)
        hint = " Add --yes to erase it for good." if found.rows or found.strays else ""
        typer.echo(f"This would erase {_said(found)}.{hint}")
        return
    done = purge_dataset(store, dataset, selection, by or user())
    if done.publish.unchanged:
        typer.echo("Nothing was chosen, and nothing was erased.")
        return
    typer.echo(f"Erased for good: {_said(done.erased)}. Every published figure stays as it was.")
    typer.echo(
        "Not reached: backups, files that were exported, lists of rejected rows, the force's own system."
    )


def _secret(store: Path, dataset: str) -> bytes:
    """Return what victims' pseudonyms were made with; a dataset that has none can't be asked for victims."""
    if not open_version(store, dataset).incidents.victim_key.notnull().any().execute():
        raise UnknownNameError(
            f"Dataset '{dataset}' holds no references of victims. Look their records up, and erase those with --record."
        )
    return store_secret(store)


def _said(found: PurgeCounts) -> str:
    said = f"{found.records:,} records ({found.rows:,} rows in {found.versions:,} versions)"
    return f"{said} and {found.strays:,} files that no version names" if found.strays else said
