"""Commands that bring data in: publish files, draft a mapping, list the measures that a mapping can name."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared.options import (
    DEFAULT_STORE,
    DEMO,
    AsAt,
    By,
    Format,
    Output,
    Store,
    in_store,
    month_option,
    user,
)
from vulncore.domain.errors import (
    InvalidMappingError,
    PublishRefusedError,
    Reject,
    TooManyRejectsError,
    UnreadableSourceError,
    VulncoreError,
    first_five,
)
from vulncore.sources.kinds import FileKind, Holds, Source

if not help_alone:
    from vulncore import store as stores
    from vulncore.cli.shared.printing import explain, printed, terminal_progress
    from vulncore.domain.delivery import Delivery, annotated, printable, provisional
    from vulncore.domain.disk import disk_fault
    from vulncore.domain.measures import known_measures, measures_frame
    from vulncore.domain.periods import parse_month, parse_months
    from vulncore.domain.shipped import shipped
    from vulncore.domain.vocabulary import find_measure
    from vulncore.findings.data.changes import Changes, changes_between, published_changes
    from vulncore.findings.data.changes import changes as changes_of
    from vulncore.findings.data.checks import data_checks
    from vulncore.findings.data.kept_mappings import read_as_before
    from vulncore.findings.data.publishes import publish_account, rejects_frame
    from vulncore.findings.data.remedies import remedy_line
    from vulncore.packs.csv_table import csv_text
    from vulncore.sources import monthly_counts, police_uk
    from vulncore.sources.deliveries import Settings, read_delivery
    from vulncore.sources.extract import read_extract
    from vulncore.sources.records.draft import draft_mapping
    from vulncore.sources.records.mapping import Mapping
    from vulncore.sources.records.mapping_file import UNSURE, mapping_toml, read_mapping
    from vulncore.store.secrets import kept_secret

OPEN_COUNTS = "city-open-counts"
SHIPPED_BY = "shipped with the project"
SHOWN_CHANGES, SHOWN_FINDINGS = 10, 8


@app.command()
def demo(
    dataset: Annotated[str, typer.Option("--dataset", help="The dataset's name.")] = DEMO,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Publish the demonstration data: made, not real, and marked as made on every screen."""
    _publish(store, dataset, read_delivery(Source.DEMO, []), by)


@app.command()
def publish(
    source: Annotated[Source, typer.Argument(help="What the files are.")],
    files: Annotated[list[Path] | None, typer.Argument(help="The files, or a folder of them.")] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="The dataset's name. Default: the source's name.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE.toml", help="What the columns of records mean.")
    ] = None,
    covers: Annotated[
        str | None,
        typer.Option(
            "--covers",
            metavar="YYYY-MM:YYYY-MM",
            help="The months that records, or merged files of data.police.uk, cover.",
        ),
    ] = None,
    holds: Annotated[
        Holds | None,
        typer.Option(
            "--holds",
            help="What records are of: whole months, or what was created or changed since the last file.",
        ),
    ] = None,
    kind: Annotated[FileKind | None, typer.Option("--kind", help="Which files of data.police.uk.")] = None,
    as_at: AsAt = None,
    force: Annotated[
        str | None, typer.Option("--force", help="The force of the table. Default: City of London Police.")
    ] = None,
    provisional_from: Annotated[
        str | None, month_option("--provisional-from", help="Months from here may still change.")
    ] = None,
    most_rejected: Annotated[
        float | None,
        typer.Option(
            "--most-rejected",
            min=0,
            max=100,
            metavar="PERCENT",
            help="The share of rows that may be rejected. Default: 5.",
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="PATH",
            help="The file or folder for the list of rows that cannot be used. Default: beside the first file.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and publish nothing.")
    ] = False,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Publish files as the next version of a dataset, whole or not at all.

    Records without --mapping are read with the mapping that the dataset keeps of the last file.
    """
    read_with = read_mapping(mapping) if mapping else None
    if source is Source.RECORDS and files and len(files) == 1 and not mapping:
        read_with = _as_before(store, dataset or source.value, files[0], with_months=covers is None)
    settings = Settings(
        as_at=parse_month(as_at) if as_at else None,
        covers=parse_months(covers) if covers and source is Source.POLICE_UK else None,
        force=force,
        kind=kind,
        mapping=_mapping_with_options(read_with, covers, most_rejected, holds) if read_with else None,
        most_rejected=most_rejected / 100 if most_rejected is not None and not read_with else None,
    )
    if covers and not read_with and source is not Source.POLICE_UK:
        raise UnreadableSourceError(f"{source} does not use --covers without --mapping. Leave --covers out.")
    if holds and not read_with:
        raise UnreadableSourceError(f"{source} does not use --holds. Leave --holds out.")
    if rejects and rejects.exists() and not rejects.is_dir():
        raise UnreadableSourceError(f"{rejects} exists already. Choose another file for --rejects.")
    if rejects and not rejects.parent.is_dir():
        raise UnreadableSourceError(
            f"There is no folder {rejects.parent} for --rejects. Make the folder, or choose another."
        )
    try:
        delivery = read_delivery(
            source, files or [], settings, partial(kept_secret, store), terminal_progress()
        )
    except TooManyRejectsError as refusal:
        list_rejects(refusal.rejects, rejects, files or [])
        raise
    list_rejects(delivery.rejects, rejects, files or [])
    if provisional_from:
        delivery = provisional(delivery, parse_month(provisional_from))
    if dry_run:
        _dry_run(store, dataset or source.value, delivery, by)
    else:
        _publish(store, dataset or source.value, delivery, by)
        typer.echo(
            f"Make ready what its pages show first with: vulncore prepare {dataset or source.value}{in_store(store)}"
        )


@app.command()
def undo(
    dataset: Annotated[str, typer.Argument(help="The dataset's name.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and publish nothing.")
    ] = False,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Publish the version before the newest again, as the next version. Every version stays."""
    if not dry_run:
        undone = stores.undo(store, dataset, by or user())
        typer.echo(publish_account(undone).splitlines()[0])
        _print_changes(changes_of(store, dataset), of_dataset(store, dataset))
        return
    every = stores.versions(store, dataset)
    if len(every) < 2:
        raise PublishRefusedError(f"'{dataset}' has one version alone, so there is nothing to go back to.")
    typer.echo(
        f"A dry run: nothing was published. Version {every[-2].number} would be published again, as version "
        f"{every[-1].number + 1}. This would change:"
    )
    _print_changes(published_changes(store, dataset, every[-1].number, every[-2].number))


@app.command(name="ready-data")
def ready_data(store: Store = DEFAULT_STORE) -> None:
    """Publish the datasets that ship with the project, unless the store has them."""
    names = stores.datasets(store)
    if DEMO not in names:
        _publish(store, DEMO, read_delivery(Source.DEMO, []), SHIPPED_BY)
    if OPEN_COUNTS not in names:
        _publish(store, OPEN_COUNTS, open_counts(), SHIPPED_BY)


def open_counts() -> Delivery:
    """Return the shipped counts of City of London Police, with what is known about them."""
    counts = monthly_counts.deliver(shipped(f"{OPEN_COUNTS}.csv"), police_uk.ATTRIBUTION)
    return annotated(counts, shipped("city-open-annotations.csv"))


def _publish(store: Path, dataset: str, delivery: Delivery, by: str | None) -> None:
    before = stores.open_version(store, dataset) if dataset in stores.datasets(store) else None
    published = stores.publish(store, dataset, delivery, by or user())
    typer.echo(publish_account(published))
    if before and not published.unchanged:
        after = stores.open_version(store, dataset, published.number)
        _print_changes(changes_between(before, after), of_dataset(store, dataset))


def _dry_run(store: Path, dataset: str, delivery: Delivery, by: str | None) -> None:
    before = stores.open_version(store, dataset) if dataset in stores.datasets(store) else None
    preview = stores.preview(store, dataset, delivery, by or user())
    typer.echo("A dry run: nothing was published. " + publish_account(preview.publish, would_be=True))
    if not preview.publish.unchanged:
        _print_changes(changes_between(before, preview))
    findings = data_checks(preview, brought=delivery.tables.incidents)
    checks = [
        f"Check this ({finding.sure}; {finding.where}): {finding.what}"
        + (f" {remedy_line(finding.remedy)}" if finding.remedy else "")
        for finding in findings
    ]
    how_to_list = f"Once this is published, list them all with: vulncore check{of_dataset(store, dataset)}"
    for sentence in _first(checks, SHOWN_FINDINGS, how_to_list):
        typer.echo(sentence)


def _print_changes(changes: Changes, of: str = "") -> None:
    for sentence in first_changes(changes, of):
        typer.echo(sentence)


def first_changes(changes: Changes, of: str = "") -> Sequence[str]:
    """Return what changed most; `of` is what the command needs that lists all of it, "" where nothing is published yet."""
    return _first(changes.sentences, SHOWN_CHANGES, f"List them all with: vulncore changes{of}" if of else "")


def _first(sentences: Sequence[str], most: int, how_to_list: str) -> Sequence[str]:
    rest = len(sentences) - most
    return [*sentences[:most], *([f"And {rest} more. {how_to_list}".strip()] if rest > 0 else [])]


def of_dataset(store: Path, dataset: str) -> str:
    """Return what a command that is named next needs to find the same dataset."""
    return f" --dataset {dataset}{in_store(store)}"


def _as_before(store: Path, dataset: str, file: Path, *, with_months: bool) -> Mapping:
    """Return the mapping that a dataset keeps, for a file's own months, and say so; refused where the file has new codes."""
    kept, later = read_as_before(store, dataset, file, progress=terminal_progress())
    draft = f"vulncore mapping {shlex.quote(str(file))}{of_dataset(store, dataset)} --output MAPPING.toml"
    later.refuse_news(
        printable(file.name),
        f"Draft what they mean with: {draft}. Check the marked lines, then publish with --mapping MAPPING.toml.",
    )
    if with_months:
        later.refuse_gaps(printable(file.name))
    typer.echo(
        f"Read as last month: {kept.where}. The file's records are of {later.kept.period or 'no month'}."
    )
    if later.new:
        typer.echo(f"New columns, which are not read: {first_five(later.new)}. To read them: {draft}")
    return later.kept


def _mapping_with_options(
    mapping: Mapping, covers: str | None, most_rejected: float | None, holds: Holds | None
) -> Mapping:
    if covers:
        first, last = parse_months(covers)
        mapping = replace(mapping, first=first, last=last)
    if holds:
        mapping = replace(mapping, holds=holds)
    return mapping if most_rejected is None else replace(mapping, most_rejected_percent=most_rejected)


def list_rejects(rejects: Sequence[Reject], chosen: Path | None, files: Sequence[Path]) -> None:
    """Write rejected rows to a file and say where; if no file can be written, say that, and what to do.

    The file is named after the first of those that were read, and lies beside it; what is `chosen` is a file or a folder.
    """
    if not rejects:
        return
    first = files[0].absolute() if files else Path("rows")
    folder = chosen or first.parent
    rows = csv_text(rejects_frame(rejects)).encode()
    try:
        path = _place_of_list(folder, first.name, rows) if folder.is_dir() else folder
        if not _holds(path, rows):
            path.touch(mode=0o600, exist_ok=False)  # values at fault may be about people
            path.write_bytes(rows)
    except OSError as problem:
        explain(
            f"Rows that cannot be used: {len(rejects):,}. They could not be listed in {folder}: {disk_fault(problem)}. "
            "To list them, give this command again with --dry-run and --rejects FILE.csv, in a folder that you can write to."
        )
        return
    explain(f"Rows that cannot be used are listed in {path}, with line and reason.")


def _place_of_list(folder: Path, name: str, rows: bytes) -> Path:
    """Return the first file for rejected rows, named after another, that isn't there yet or holds these rows."""
    stem = name.partition(".")[0] or "rows"
    names = (f"{stem}{number}.rejects.csv" for number in ("", *(f".{count}" for count in range(2, 10_000))))
    places = (folder / free for free in names)
    return next(place for place in places if not os.path.lexists(place) or _holds(place, rows))


def _holds(path: Path, content: bytes) -> bool:
    """Return whether a file holds this and nothing else; a link to one doesn't."""
    same_size = path.is_file() and not path.is_symlink() and path.stat().st_size == len(content)
    return same_size and path.read_bytes() == content


@app.command()
def mapping(
    file: Annotated[Path, typer.Argument(help="The extract: CSV, XLSX, ODS, XLS or Parquet.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE.toml", help="The file to write. Default: the screen."),
    ] = None,
    force: Annotated[str | None, typer.Option("--force", help="The force of the records.")] = None,
    measure: Annotated[
        str | None,
        typer.Option("--measure", help="What every record counts towards, where no column says it."),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook.")] = None,
    heading: Annotated[
        str | None,
        typer.Option(
            "--heading", metavar="FIRST:LAST", help="The lines of the heading, if they are not found."
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset", help="Draft on top of the mapping that this dataset keeps of the last file."
        ),
    ] = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Draft the mapping of an extract: what columns and codes seem to mean, with doubts marked."""
    lines = _heading_lines(heading)
    if dataset:
        kept, later = read_as_before(store, dataset, file, sheet, lines, terminal_progress())
        explain(f"Drafted on top of the mapping of {kept.where}. What is not marked is as in its file.")
        draft = replace(later.draft, mapping=replace(later.draft.mapping, force=force or later.kept.force))
    else:
        extract = read_extract(file, sheet=sheet, heading=lines, progress=terminal_progress())
        explain(*extract.notes)
        draft = draft_mapping(
            extract, force or "", find_measure(known_measures(), measure).key if measure else ""
        )
    chosen = replace(
        draft.mapping, sheet=sheet or draft.mapping.sheet, heading=lines or draft.mapping.heading
    )
    text = mapping_toml(chosen, draft.doubts)
    if output is None:
        typer.echo(text)
        return
    if output.exists():
        raise InvalidMappingError(f"{output} exists already. Choose another name, or delete the file.")
    output.write_text(text, encoding="utf-8")
    head_left_out = (line for line in text.splitlines() if not line.startswith("#"))  # it explains the mark
    doubts = sum(UNSURE in line for line in head_left_out)
    for question in chosen.questions:
        typer.echo(f"To be answered before a publish: {question}")
    typer.echo(f"Wrote {output}. Lines to check, marked with {UNSURE.strip()}: {doubts}.")
    typer.echo(f"Columns read: {len(draft.mapping.wanted)}. Not read: {', '.join(draft.not_read) or 'none'}.")
    typer.echo(
        f"Next: vulncore publish records {shlex.quote(str(file))} --mapping {shlex.quote(str(output))}"
        f"{of_dataset(store, dataset) if dataset else ''} --dry-run"
    )


@app.command()
def measures(output: Output = Format.MARKDOWN) -> None:
    """List the measures that a mapping can name."""
    typer.echo(printed(measures_frame(), output))


def _heading_lines(heading: str | None) -> tuple[int, int] | None:
    if heading is None:
        return None
    first, _, last = heading.partition(":")
    if not (first.isdecimal() and (last or first).isdecimal() and 0 < int(first) <= int(last or first)):
        raise VulncoreError(
            f"'{heading}' does not give the lines of a heading. Write the first and the last line, like 3:4."
        )
    return int(first), int(last or first)
