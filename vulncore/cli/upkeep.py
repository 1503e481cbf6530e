"""Commands that look after the store: verify every file, back up, restore, erase records for good, read the audit log."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared.options import DEFAULT_STORE, By, Format, Output, Store, in_store, month_option, user
from vulncore.domain.errors import DamagedStoreError, UnknownNameError, first_five

if not help_alone:
    import pandas as pd

    from vulncore.access.audit import audit_faults, audit_lines
    from vulncore.access.folder import audit_folder
    from vulncore.cli.shared.printing import printed
    from vulncore.domain.identifiers import pseudonym
    from vulncore.domain.periods import parse_month
    from vulncore.domain.words import number_of
    from vulncore.resourcing.scenario.saved import unreadable_scenarios
    from vulncore.store import open_version
    from vulncore.store.backup import BackupCounts, back_up
    from vulncore.store.backup import restore as restore_store
    from vulncore.store.purging import PurgeCounts, purge_counts
    from vulncore.store.purging import purge as purge_dataset
    from vulncore.store.secrets import store_secret
    from vulncore.store.stubs import Selection
    from vulncore.store.verifying import BAD, FileState, StoreCheck, store_checks


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
        str | None, month_option("--recorded-before", help="Every record recorded before this month.")
    ] = None,
    force: Annotated[str | None, typer.Option("--force", help="Only records of this force.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Erase. Without --yes the command only counts.")] = False,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Erase records for good from every version of a dataset. Published figures stay the same."""
    if victim and not open_version(store, dataset).incidents.victim_key.notnull().any().execute():
        raise UnknownNameError(
            f"Dataset '{dataset}' holds no references of victims. Look up the victims' records and name them with --record."
        )
    secret = store_secret(store) if victim else b""
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


@app.command()
def verify(output: Output = Format.MARKDOWN, store: Store = DEFAULT_STORE) -> None:
    """Check that every file of the store holds what was published. Ends with 1 where one does not."""
    unreadable = "It cannot be read as the scenario that its name says. Save the scenario again."
    scenarios = (f"scenarios/{name}" for name in unreadable_scenarios(store))
    checks = [*store_checks(store), *(StoreCheck(name, FileState.DAMAGED, unreadable) for name in scenarios)]
    if not checks:
        raise UnknownNameError(
            f"Nothing has been published in {store} yet. Try: vulncore demo{in_store(store)}"
        )
    rows = [(check.what, check.state.value, check.fault) for check in checks]
    typer.echo(printed(pd.DataFrame(rows, columns=["What", "Files", "What is wrong"]), output))
    bad = [check.what for check in checks if check.state in BAD]
    if bad:
        raise DamagedStoreError(f"{len(bad)} of {len(checks)} checks failed: {first_five(bad)}.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.", dir_okay=False)],
    secret: Annotated[
        Path | None,
        typer.Option("--secret", help="A file for the secret behind victims' pseudonyms. Keep it elsewhere."),
    ] = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Write all that the store holds into one file: versions, notes, boundaries, scenarios. The secret goes apart."""
    counts = back_up(store, file, secret)
    typer.echo(f"Backed up to {file}: {_held_in_words(counts)}.")
    if counts.has_secret and secret is None:
        typer.echo(
            "The secret behind victims' pseudonyms and the blur of hours and places is not in it. Write it to a file of its own with --secret."
        )
    if secret is not None and not counts.has_secret:
        typer.echo(f"The store has no secret yet, so {secret} was not written.")
    typer.echo("Records that are erased later stay in this file. Delete it when the law asks.")


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(help="A file that vulncore backup wrote.", exists=True, dir_okay=False)
    ],
    secret: Annotated[
        Path | None, typer.Option("--secret", help="The file of the secret, if there is one.")
    ] = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Make a store of a backup, in a folder that is empty or not there yet."""
    counts = restore_store(file, store, secret)
    typer.echo(
        f"Restored to {store}: {_held_in_words(counts)}. Check it with: vulncore verify{in_store(store)}"
    )
    if counts.secret_missing:
        typer.echo(
            "The store had a secret behind victims' pseudonyms and the blur of hours and places, and it is not here. Restore it as "
            "well: delete this folder, and give --secret FILE."
        )


@app.command()
def audit(
    who: Annotated[str | None, typer.Option("--who", help="Only lines of this person.")] = None,
    what: Annotated[
        str | None, typer.Option("--what", help="Only lines of this kind, like 'downloaded'.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="Only lines from this day (UTC) on.")
    ] = None,
    holds: Annotated[
        str | None, typer.Option("--holds", help="A digest noted elsewhere: one line must have it.")
    ] = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print who did what in the dashboard, and check that no line was changed or removed. Ends with 1 where one was."""
    if since is not None and not _is_day(since):
        raise UnknownNameError(f"'{since}' is no day. Write it like 2026-11-29.")
    if holds is not None and not re.fullmatch("[0-9a-f]{64}", holds):
        raise UnknownNameError(
            f"'{holds}' is no digest: that has 64 of the letters 0 to 9 and a to f. Look at what was noted."
        )
    lines, faults = list(audit_lines(store)), audit_faults(store, holds)
    if not lines and not faults:
        raise UnknownNameError(
            f"There is no audit log in {audit_folder(store)}. It is kept where people sign in (docs/security.md)."
        )
    wanted = [
        line
        for line in lines
        if (who is None or line["who"].casefold() == who.casefold())
        and (what is None or line["what"].casefold() == what.casefold())
        and (since is None or line["at"][:10] >= since)
    ]
    rows = [(line["at"], line["who"], line["what"], _of_what(line)) for line in wanted]
    typer.echo(printed(pd.DataFrame(rows, columns=["When (UTC)", "Who", "What", "Of what"]), output))
    if lines and not wanted:
        known = {name: first_five(sorted({line[name] for line in lines})) for name in ("who", "what")}
        typer.echo(f"No line is of that. Who: {known['who']}. What: {known['what']}.", err=True)
    if faults:
        listed = first_five(f"after line {fault.after:,}, {fault.what}" for fault in faults)
        raise DamagedStoreError(
            f"The audit log is not as it was written: {number_of(len(faults), 'fault')}: {listed}. Keep it as it is, and "
            "hold it against a backup."
        )
    typer.echo(
        f"{number_of(len(lines), 'line')}, each as it was written. The last has the digest {lines[-1]['digest']}: note it "
        "elsewhere, and ask for it later with --holds.",
        err=True,
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _of_what(line: Mapping[str, object]) -> str:
    known = {"n", "at", "who", "what", "before", "digest"}
    return ", ".join(
        f"{name} {json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value}"
        for name, value in line.items()
        if name not in known and value is not None
    )


def _held_in_words(counts: BackupCounts) -> str:
    return f"{number_of(counts.datasets, 'dataset')}, {number_of(counts.files, 'file')}, {counts.bytes / 1e6:,.1f} MB"


def _in_words(counts: PurgeCounts) -> str:
    where = f"{number_of(counts.rows, 'row')} in {number_of(counts.versions, 'version')}"
    strays = f" and {number_of(counts.strays, 'file')} that no version names" if counts.strays else ""
    return f"{number_of(counts.records, 'record')} ({where}){strays}"
