"""The command `vulncore watch`: what arrives in a folder is published, by a scheduled job or a service."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared.options import DEFAULT_STORE, By, Store, user
from vulncore.domain.errors import (
    DamagedStoreError,
    InvalidMappingError,
    PublishRefusedError,
    TooManyRejectsError,
    UnreadableSourceError,
    VulncoreError,
    first_five,
)
from vulncore.sources.kinds import Holds, Source

if not help_alone:
    import pandas as pd

    from vulncore import store as stores
    from vulncore.cli.publishing import first_changes, list_rejects, of_dataset
    from vulncore.domain.delivery import Delivery, printable
    from vulncore.domain.disk import disk_fault, file_digest
    from vulncore.domain.periods import month_name
    from vulncore.findings.data.changes import Changes, changes_between
    from vulncore.findings.data.kept_mappings import KeptMapping, best_reading, kept_mappings
    from vulncore.findings.data.publishes import publish_account
    from vulncore.findings.shared.words import number_of
    from vulncore.metrics.records.changes import figures
    from vulncore.sources import arrivals
    from vulncore.sources.deliveries import Settings, likely_source, read_delivery
    from vulncore.sources.police_uk import is_file_name
    from vulncore.sources.records.mapping import Mapping
    from vulncore.sources.records.mapping_file import read_mapping
    from vulncore.store.manifest import Publish
    from vulncore.store.secrets import kept_secret
    from vulncore.store.snapshots import Snapshot

SECONDS_TO_END = 0.2  # at most, while nothing is being read or published
BY_HAND = (Source.DEMO, Source.PUBLISHED_TABLE)
"""What no file says enough about: the first has none, the second doesn't give its month."""
ENOUGH = 20  # records of a month: fewer can halve by chance and no-crimes
KEPT = 0.5  # the share of a month's records that a newer file has at least, if it is a file of that month


class NotNowError(VulncoreError):
    """A publish failed for no fault of its file: the next look tries again."""


@dataclass(frozen=True)
class Watched:
    """A folder and what becomes of its files. `sentences` has the last one that was said of each, and of which digest."""

    folder: Path
    store: Path
    dataset: str
    source: Source | None
    mapping: Path | None
    withdraw: bool
    by: str
    ending: Event
    sentences: dict[Path, tuple[str, str]] = field(default_factory=dict)

    def say(self, path: Path, digest: str, text: str) -> None:
        """Say a sentence about a file in one line with the time, unless it was the last that was said of this content."""
        if self.sentences.get(path) != (digest, text):
            typer.echo(f"{_now()} {printable(path.name)}: {' '.join(text.split())}")
        self.sentences[path] = digest, text


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="The folder in which files arrive.", readable=False)],
    dataset: Annotated[str, typer.Option("--dataset", help="The dataset that they belong to.")],
    source: Annotated[
        Source | None, typer.Option("--source", help="What the files are. Default: what each seems to be.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="FILE.toml",
            help="What the columns of records mean. Default: as records of the dataset were read last.",
        ),
    ] = None,
    once: Annotated[
        bool,
        typer.Option("--once", help="Look once, and end: with 1 where a file is refused, else with 0."),
    ] = False,
    every: Annotated[
        int, typer.Option("--every", min=1, max=86_400, metavar="SECONDS", help="How often to look.")
    ] = 60,
    withdraw: Annotated[
        bool,
        typer.Option(
            "--withdraw",
            help="Publish also what removes figures, or most records of a month, from the newest version.",
        ),
    ] = False,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Publish what arrives in a folder, as the next versions of a dataset: once, or until it is stopped.

    Records are read as the dataset's records were read last, for the months of their own dates. A file that is refused
    stays, with the reason in NAME.refused.txt beside it, and is tried again once it changes.
    """
    stores.checked_dataset_name(dataset)
    if source in BY_HAND:
        raise UnreadableSourceError(
            f"{source} can't be watched for. Publish it with: vulncore publish {source}"
        )
    if mapping and source not in (None, Source.RECORDS):
        raise UnreadableSourceError(f"{source} does not use --mapping. Leave this out.")
    with _end_by_signal() as ending:
        watched = Watched(folder, store, dataset, source, mapping, withdraw, by or user(), ending)
        pause = partial(_pause, ending)
        refused = False
        if not once:
            _check(folder)
            typer.echo(
                f"{_now()} Looking into {folder} every {every:,} s for '{dataset}'. End this with Ctrl-C."
            )
        while not ending.is_set():
            refused = _look(watched, pause)
            if once:
                break
            pause(every)
        if ending.is_set():
            typer.echo(f"{_now()} Stopped. Every file was published whole or not at all.")
    if once and refused:
        raise typer.Exit(1)


def _look(watched: Watched, pause: Callable[[float], None]) -> bool:
    """Publish what is in the folder, file by file; return whether one is refused, now or before."""
    _check(watched.folder)
    if watched.mapping:
        read_mapping(watched.mapping)  # which arriving files are not to blame for
    try:
        paths = arrivals.arrived(watched.folder, pause)
    except OSError as problem:
        raise UnreadableSourceError(
            f"{watched.folder} can't be read: {disk_fault(problem)}. Check the folder and who may read it."
        ) from problem
    there = watched.dataset in stores.datasets(watched.store)
    publishes = stores.versions(watched.store, watched.dataset) if there else ()
    settled = {file.sha256 for publish in publishes for file in publish.files}
    settled |= arrivals.held_already(watched.folder, watched.dataset)
    refused = False
    for path in paths:
        if watched.ending.is_set():
            break
        if watched.mapping is None or path.resolve() != watched.mapping.resolve():
            refused |= not _settle(watched, path, settled)
    return refused


def _settle(watched: Watched, path: Path, settled: set[str]) -> bool:
    """Publish a file unless it is settled, and say what became of it; return whether it is not refused."""
    digest = ""
    try:
        digest = file_digest(path)
        return _is_settled(watched, path, digest, settled)
    except OSError as problem:
        if not path.exists():
            return True  # it was taken away meanwhile
        watched.say(
            path,
            digest,
            f"Not published: {problem.filename or path}: {disk_fault(problem)}. Check who may use it.",
        )
    except DamagedStoreError:
        raise
    except NotNowError as refusal:
        watched.say(path, digest, f"Not published yet: {refusal}")
    except (VulncoreError, RuntimeError) as refusal:
        if watched.ending.is_set():
            return True  # Ctrl-C ends the process that reads, too, which says nothing about the file
        _refuse(watched, path, digest, refusal)
    return False


def _is_settled(watched: Watched, path: Path, digest: str, settled: set[str]) -> bool:
    """Publish a file unless a version names it or it was refused; return whether it stands published."""
    note = arrivals.refusal_note(path)
    if digest not in settled:
        if arrivals.was_refused(path, digest):
            if path not in watched.sentences:
                watched.say(path, digest, f"Refused before: see {printable(note.name)}.")
            return False
        publish = _published(watched, path, digest)
        settled.add(digest)
        if publish.unchanged:
            arrivals.note_held_already(watched.folder, watched.dataset, digest)
    note.unlink(missing_ok=True)
    return True


def _refuse(watched: Watched, path: Path, digest: str, refusal: Exception) -> None:
    """Say why a file is refused, and note it beside the file."""
    sentence = str(refusal)
    if not isinstance(refusal, VulncoreError):  # it holds a report for whoever mends the program
        sentence = "Reading the file ended in a fault of the program. Publish it with vulncore publish to see the fault."
    watched.say(path, digest, f"Refused: {sentence}")
    try:
        if path.exists():
            arrivals.note_refusal(path, digest, sentence)
    except OSError as problem:
        typer.echo(
            f"{_now()} {printable(path.name)}: This could not be noted beside it: {disk_fault(problem)}."
        )


def _published(watched: Watched, path: Path, digest: str) -> Publish:
    """Publish a file and say what that changed.

    Raises:
        NotNowError: The store can't be written now, or somebody else publishes.
        VulncoreError: The file is refused.
    """
    store, dataset = watched.store, watched.dataset
    source, mapping = _reading(watched, path)
    if mapping and watched.withdraw and not mapping.holds:  # what is gone from a file is meant to go
        mapping = replace(mapping, holds=Holds.WHOLE_MONTHS)
    delivery = _delivery(watched, path, source, Settings(mapping=mapping))
    before = stores.open_version(store, dataset) if dataset in stores.datasets(store) else None
    preview = stores.preview(store, dataset, delivery, watched.by)
    changes = changes_between(before, preview)
    if before and not watched.withdraw:
        _refuse_withdrawn(changes)
        _refuse_emptied(before, preview)
    try:
        publish = stores.publish(store, dataset, delivery, watched.by, preview.publish.number)
    except PublishRefusedError as refusal:
        raise NotNowError(str(refusal)) from refusal
    account = [line.strip().removesuffix(".") for line in publish_account(publish).splitlines()]
    changed = first_changes(changes, of_dataset(store, dataset)) if before and not publish.unchanged else ()
    read = [f"Its records were read as those of {mapping.source}, for {mapping.period}."] if mapping else []
    watched.say(path, digest, " ".join([". ".join(account) + ".", *read, *changed]))
    return publish


def _reading(watched: Watched, path: Path) -> tuple[Source, Mapping | None]:
    """Return what a file is, and of records the mapping that they are read with, for the months of their own dates."""
    source = watched.source or likely_source(path)
    if not watched.source and source is Source.POLICE_UK and _is_read_by_a_mapping(watched, path):
        source = Source.RECORDS
    if source in BY_HAND:
        raise UnreadableSourceError(
            f"A published table does not give its month. Publish it with: vulncore publish {source} FILE --as-at YYYY-MM"
        )
    return source, _mapping(watched, path) if source is Source.RECORDS else None


def _is_read_by_a_mapping(watched: Watched, path: Path) -> bool:
    """Return whether a file has the columns of data.police.uk but not its name, and a mapping says how to read it."""
    by_heading_alone = path.suffix.casefold() != ".zip" and not is_file_name(path.name)
    return by_heading_alone and bool(watched.mapping or kept_mappings(watched.store, watched.dataset))


def _mapping(watched: Watched, path: Path) -> Mapping:
    """Return the mapping that was named, or that of the dataset's extract which the file is of, for the file's own months."""
    named = [KeptMapping(None, read_mapping(watched.mapping))] if watched.mapping else []
    mappings = named or kept_mappings(watched.store, watched.dataset)
    if not mappings:
        raise InvalidMappingError(
            f"'{watched.dataset}' keeps no mapping of columns and codes yet. Name one with --mapping FILE.toml, or publish "
            "the first file on the Data page."
        )
    _, later = best_reading(path, mappings)
    later.refuse_news(
        printable(path.name),
        "Publish this file on the Data page and say there what the codes mean, or add them to the file of --mapping.",
    )
    later.refuse_gaps(printable(path.name))
    return later.kept


def _delivery(watched: Watched, path: Path, source: Source, settings: Settings) -> Delivery:
    """Return what a file delivers; rows that can't be used are listed beside it."""
    try:
        delivery = read_delivery(source, [path], settings, partial(kept_secret, watched.store))
    except TooManyRejectsError as refusal:
        list_rejects(refusal.rejects, None, [path])
        raise
    list_rejects(delivery.rejects, None, [path])
    return delivery


def _refuse_withdrawn(changes: Changes) -> None:
    gone = changes.frame[changes.frame["Change"].eq("withdrawn")]
    if len(gone):
        names = (f"{row['Measure']}, {row['Period']}" for row in gone.to_dict("records"))
        raise PublishRefusedError(
            f"{number_of(len(gone), 'figure')} would be gone from the newest version: {first_five(names)}. "
            "If that is meant, publish the file on the Data page, or watch with --withdraw."
        )


def _refuse_emptied(before: Snapshot, after: Snapshot) -> None:
    """Refuse a file that holds few of a month's records, such as the late ones, and would stand for all of them."""
    then, now = (_records_by_month(snapshot) for snapshot in (before, after))
    fewer = now.reindex(then.index, fill_value=0) < KEPT * then
    emptied = then[fewer & (then >= ENOUGH)]
    if len(emptied):
        months = emptied.reset_index().to_dict("records")
        names = (f"{month_name(row['period_start'])} ({row['count']:,} before)" for row in months)
        raise PublishRefusedError(
            f"{number_of(len(emptied), 'month')} would keep less than half of the records: {first_five(names)}. "
            "If the file is whole for these months, publish it on the Data page, or watch with --withdraw."
        )


def _records_by_month(snapshot: Snapshot) -> pd.Series:
    table = figures(snapshot.incidents, snapshot.coverage, snapshot.counts)
    return table[table["table"].eq("incidents")].groupby(["force", "period_start"])["count"].sum()


def _check(folder: Path) -> None:
    """Refuse a folder in which files can't be looked at and noted on."""
    if not folder.is_dir():
        raise UnreadableSourceError(f"There is no folder {folder}. Make the folder, or name another.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise UnreadableSourceError(
            f"{folder} can't be read and written by {user()}. Let this user read and write there, or name another folder."
        )


@contextmanager
def _end_by_signal() -> Iterator[Event]:
    """Give what is set by Ctrl-C or SIGTERM, instead of an end wherever the program happens to be."""
    ending = Event()  # asked and never waited for: a signal may come at any moment of that
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: ending.set()) for number in signals]
    try:
        yield ending
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _pause(ending: Event, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ending.is_set() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, SECONDS_TO_END))


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
