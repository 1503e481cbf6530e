"""Commands that look after the store: erase records for good."""

from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import DEFAULT_STORE, By, Store, app, user
from vulncore.domain.errors import UnknownNameError
from vulncore.domain.identifiers import pseudonym
from vulncore.domain.periods import parse_month
from vulncore.domain.words import number_of
from vulncore.store import open_version
from vulncore.store.purging import PurgeCounts, purge_counts
from vulncore.store.purging import purge as purge_dataset
from vulncore.store.secrets import store_secret
from vulncore.store.stubs import Selection


@app.command()
def purge(
    dataset: Annotated[str, typer.Option("--dataset", help="The dataset's name.")],
    record: Annotated[
        list[str] | None, typer.Option("--record", help="A record's reference. Repeat for more.")
    ] = None,
    victim: Annotated[
        list[str] | None,
        typer.Option("--victim", help="A victim's reference as the force knows it. Repeat for more."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--recorded-before", metavar="YYYY-MM", help="Every record recorded before this month."),
    ] = None,
    force: Annotated[str | None, typer.Option("--force", help="Only records of this force.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase. Without --yes the command only counts.")] = False,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Erase records for good from every version of a dataset. Published figures stay the same."""
    secret = _secret(store, dataset) if victim else b""
    selection = Selection(
        record_ids=tuple(record or ()),
        # the store holds pseudonyms; a source that brings its own keys is meant as it stands
        victim_keys=tuple(key for name in victim or () for key in (pseudonym(secret, name), name)),
        recorded_before=parse_month(before) if before else None,
        force=force,
    )
    if not yes:
        counts = purge_counts(store, dataset, selection)
        hint = " Add --yes to erase them for good." if counts.rows or counts.strays else ""
        typer.echo(f"This would erase {_in_words(counts)}.{hint}")
        return
    done = purge_dataset(store, dataset, selection, by or user())
    if done.publish.unchanged:
        typer.echo("No record of the dataset matches, so nothing was erased.")
        return
    typer.echo(f"Erased for good: {_in_words(done.erased)}. Every published figure stays the same.")
    typer.echo("Not reached: backups, exported files, lists of rejected rows, the force's own system.")


def _secret(store: Path, dataset: str) -> bytes:
    """Return what victims' pseudonyms were made with; a dataset without pseudonyms is refused."""
    if not open_version(store, dataset).incidents.victim_key.notnull().any().execute():
        raise UnknownNameError(
            f"Dataset '{dataset}' holds no references of victims. Look up the victims' records and name them with --record."
        )
    return store_secret(store)


def _in_words(counts: PurgeCounts) -> str:
    where = f"{number_of(counts.rows, 'row')} in {number_of(counts.versions, 'version')}"
    strays = f" and {number_of(counts.strays, 'file')} that no version names" if counts.strays else ""
    return f"{number_of(counts.records, 'record')} ({where}){strays}"
