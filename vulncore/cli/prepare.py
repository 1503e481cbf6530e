"""The command `vulncore prepare`: what the pages show first, made ready before anybody asks."""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import Annotated

import typer

from vulncore.cli.options import DEFAULT_STORE, Store, in_store
from vulncore.cli.program import app, help_alone
from vulncore.domain.errors import UnknownNameError

if not help_alone:
    from vulncore.findings.prepared import Readiness
    from vulncore.findings.prepared import prepare as prepare_dataset
    from vulncore.store import datasets, open_version


@app.command()
def prepare(
    dataset: Annotated[str | None, typer.Argument(help="The dataset's name. Default: all.")] = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Make ready what the pages show first, so that nobody waits for it. What is ready is left alone."""
    names = (dataset,) if dataset else datasets(store)
    if not names:
        raise UnknownNameError(
            f"Nothing has been published in {store} yet. Try: vulncore demo{in_store(store)}"
        )
    for name in names:
        publish = open_version(store, name).publish
        typer.echo(
            f"Making ready what the pages show first of {name}, version {publish.number}. "
            "End this whenever you like: the next time goes on from there."
        )
        start, counts = perf_counter(), Counter[Readiness]()
        for prepared in prepare_dataset(store, name):
            took = f" in {prepared.seconds:,.1f} s" if prepared.readiness is Readiness.MADE else ""
            typer.echo(f"{prepared.place} of {prepared.of}: {prepared.what}: {prepared.readiness}{took}")
            counts[prepared.readiness] += 1
        became = ", ".join(
            f"{counts[readiness]} {'with ' if readiness is Readiness.NOTHING else ''}{readiness}"
            for readiness in Readiness
            if counts[readiness]
        )
        typer.echo(f"{name}: {became or 'nothing to make ready'}, in {perf_counter() - start:,.0f} s.")
