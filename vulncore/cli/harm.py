"""The command that says how grave crimes are, and keeps the weights that they are weighed by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.domain.errors import UnknownNameError

if not help_alone:
    from vulncore.cli.shared.printing import explain, printed
    from vulncore.domain.disclosure import smallest_shown
    from vulncore.domain.periods import parse_month, rolling_12
    from vulncore.domain.vocabulary import find_measure
    from vulncore.domain.words import number_of
    from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
    from vulncore.findings.shared.words import made_note
    from vulncore.findings.strand.harm import CRIME, harm_of
    from vulncore.sources.severity_weights import read_weights
    from vulncore.store import open_version
    from vulncore.store.weights import forget_weights, keep_weights


@app.command()
def harm(
    measure: options.Measures = None,
    as_at: options.AsAt = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            "--weights",
            help="Keep this table with the dataset: CSV or workbook with offence, code, weight.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the table is called.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="What a weight is in, like 'days of prison'.")] = "",
    source: Annotated[str, typer.Option("--source", help="Whose table it is.")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Go back to the weights that ship.")] = False,
    by: options.By = None,
    unprotected: options.Unprotected = False,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print how grave crimes are, by measure, in twelve months and the twelve before. Explanations go to standard error."""
    if forget and weights:
        raise UnknownNameError("Name a table to keep, or add --forget to go back to the weights that ship.")
    contents = dataset_contents(open_version(store, dataset, version, forces=()))
    if forget:
        forgotten = forget_weights(store, dataset)
        typer.echo(f"{dataset}: {'the weights are forgotten' if forgotten else 'there were no weights'}.")
        return
    read = read_weights(weights, name, unit, source) if weights else None
    whose = force_or_first(contents, force)
    last = as_at_or_latest(contents, whose, parse_month(as_at) if as_at else None)
    chosen = (
        tuple(find_measure(contents.measures, label) for label in measure)
        if measure
        else tuple(one for one in contents.measures if one.record_kind == CRIME)
    )
    snapshot = open_version(store, dataset, contents.publish.number, forces=(whose,))
    question = (snapshot, whose, chosen, rolling_12(last), rolling_12(last, 1))
    graveness = harm_of(
        *question, 1 if unprotected else smallest_shown(), weights=read.table if read else None
    )
    if weights and read:
        keep_weights(store, dataset, read.table, weights, by or options.user())
        left_out = (
            f", {number_of(read.without_weight, 'row')} without a weight left out"
            if read.without_weight
            else ""
        )
        explain(
            f"{dataset}: {number_of(len(read.table.rows), 'weight')} of {read.table.name} kept{left_out}."
        )
    frame = graveness.frame
    readable = frame.drop(columns="in_words") if output is options.Format.MARKDOWN else frame
    typer.echo(printed(readable, output))
    explain(f"{whose}: {graveness.window} against {graveness.before}.")
    explain(*graveness.briefing, *graveness.notes, made_note(snapshot.publish))
