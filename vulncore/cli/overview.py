"""Commands that read a dataset: its versions, the strand table, its figures as files, data checks, changes between versions, its list of strands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.domain.errors import VulncoreError
from vulncore.packs import TableFormat

if not help_alone:
    import pandas as pd

    from vulncore import store as stores
    from vulncore.cli.shared.printing import explain, headline_text, printed
    from vulncore.domain.periods import format_month, parse_month
    from vulncore.domain.strands.strand_list import completed, find_in_list
    from vulncore.domain.words import number_of
    from vulncore.findings.data.changes import changes as changes_of
    from vulncore.findings.data.checks import data_checks, findings_frame
    from vulncore.findings.data.publishes import (
        half_written_in_words,
        publish_account,
        publishes_frame,
        shortened,
    )
    from vulncore.findings.data.remedies import remedy_line
    from vulncore.findings.data.strand_lists import read_strands, strand_list_file
    from vulncore.findings.overview.across import records_once
    from vulncore.findings.overview.export import table_export
    from vulncore.findings.overview.overview import narrowed, overview
    from vulncore.findings.shared.words import capital_first, made_note
    from vulncore.packs.data_package import data_package, write_data_package
    from vulncore.store.store import half_written


@app.command()
def versions(
    dataset: Annotated[str | None, typer.Option("--dataset", help="One dataset. Default: all.")] = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """List the published versions: who, when, from which files (SHA-256), how many rows."""
    names = (dataset,) if dataset else stores.datasets(store)
    publishes = tuple(publish for name in names for publish in stores.versions(store, name))
    if not publishes:
        raise VulncoreError(
            f"Nothing has been published in {store} yet. Try: vulncore demo{options.in_store(store)}"
        )
    frame = publishes_frame(publishes)
    if output is options.Format.MARKDOWN:  # a terminal is narrow: the first twelve digits tell files apart
        frame["sha256"] = shortened(frame["sha256"])
    typer.echo(printed(frame, output))
    for name in names:
        if warning := half_written_in_words(half_written(store, name)):
            explain(f"{name}: {warning}")


@app.command()
def table(
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    strand: Annotated[
        str | None, typer.Option("--strand", help="One strand, or one view across strands. Default: all.")
    ] = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print the strand table: the report's columns first, then coverage and signal."""
    month = parse_month(as_at) if as_at else None
    every = overview(store, dataset, number=version, force=force, as_at=month)
    listed = completed(every.publish.strand_list, every.measures)
    part = find_in_list(listed, strand).key if strand else ""
    shown = narrowed(every, part or None)
    frame = table_export(shown)
    if output is not options.Format.MARKDOWN:
        typer.echo(printed(frame, output))
        return
    typer.echo(
        f"{shown.question} (dataset {dataset}, version {shown.publish.number}, to {format_month(shown.as_at)})\n"
    )
    typer.echo(printed(_for_reading(frame), output))
    snapshot = stores.open_version(store, dataset, shown.publish.number, forces=(shown.force,))
    together = records_once(snapshot, shown.force, shown.as_at, part)
    for sentence in (*map(headline_text, shown.headline), *filter(None, [together]), *shown.notes):
        typer.echo(f"\n{sentence}")
    if made := made_note(shown.publish):
        typer.echo(f"\n{made}.")


@app.command()
def check(
    dataset: options.Dataset = options.DEMO,
    force: Annotated[str | None, typer.Option("--force", help="One force. Default: all.")] = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    unprotected: options.Unprotected = False,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """List what is odd about the data: what, where, how many, why, what to do, how sure."""
    snapshot = stores.open_version(store, dataset, version)
    findings = data_checks(snapshot, force, smallest=1 if unprotected else None)
    if output is not options.Format.MARKDOWN:
        typer.echo(printed(findings_frame(findings), output))
        return
    typer.echo(
        f"Dataset {dataset}, version {snapshot.publish.number}: {number_of(len(findings), 'thing')} to know."
    )
    for finding in findings:
        typer.echo(f"\n{capital_first(finding.sure)}: {finding.what}")
        typer.echo(f"  Where: {finding.where}\n  Why it matters: {finding.why}\n  What to do: {finding.do}")
        for remedy in (finding.remedy, finding.note):
            if remedy:
                typer.echo(f"  Remedy: {remedy_line(remedy)}")


@app.command()
def changes(
    dataset: options.Dataset = options.DEMO,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """List the figures that differ between a version and the version before."""
    differences = changes_of(store, dataset, version)
    if output is not options.Format.MARKDOWN:
        typer.echo(printed(differences.frame, output))
        return
    for sentence in differences.sentences:
        typer.echo(sentence)
    if not differences.frame["Before"].isna().all():  # of a first version they are the figures themselves
        typer.echo(printed(differences.frame, output))


@app.command()
def strands(
    dataset: options.Dataset = options.DEMO,
    list_file: Annotated[
        Path | None,
        typer.Option(
            "--set", metavar="FILE.toml", help="Publish this list as the dataset's, whole or not at all."
        ),
    ] = None,
    version: options.Version = None,
    by: options.By = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print a dataset's list of strands as a file to edit, or publish the list that a file holds."""
    if list_file is None:
        snapshot = stores.open_version(store, dataset, version, forces=())
        typer.echo(strand_list_file(snapshot), nl=False)
        explain(
            f"Change the list: vulncore strands --dataset {dataset}{options.in_store(store)} --set FILE.toml"
        )
        return
    listed = read_strands(list_file)
    published = stores.set_strands(store, dataset, listed, by or options.user(), version)
    if published.unchanged:
        typer.echo(f"'{dataset}' has this list already, in version {published.number}. Nothing was changed.")
        return
    typer.echo(publish_account(published).splitlines()[0])
    for sentence in changes_of(store, dataset, published.number).sentences:
        typer.echo(sentence)


def _for_reading(frame: pd.DataFrame) -> pd.DataFrame:
    published = list(frame.columns[: frame.columns.get_loc("key")])
    shown = frame[[*published, "fytd_signal"]].drop(columns="group")
    return shown.rename(columns=lambda name: name.replace("_", " "))


@app.command()
def export(
    out: Annotated[
        Path, typer.Option("--out", help="The folder to write into; made if need be.", file_okay=False)
    ],
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: Annotated[
        TableFormat, typer.Option("--format", help="The format of the tables.")
    ] = TableFormat.CSV,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Write the figures as tidy tables that other tools open, with a Frictionless data package that describes them."""
    month = parse_month(as_at) if as_at else None
    shown = overview(store, dataset, number=version, force=force, as_at=month)
    files = data_package(shown, output)
    write_data_package(files, out)
    for file in files:
        typer.echo(f"{out / file.name}: {number_of(len(file.content), 'byte')}")
    if made := made_note(shown.publish):
        typer.echo(f"{made}.")
