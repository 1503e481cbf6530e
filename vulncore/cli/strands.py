"""The command that prints a dataset's list of strands, and publishes an edited one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli import options
from vulncore.cli.program import app, help_alone

if not help_alone:
    from vulncore import store as stores
    from vulncore.cli.printing import explain
    from vulncore.findings.data.changes import changes
    from vulncore.findings.data.publishes import publish_account
    from vulncore.findings.data.strand_lists import read_strands, strand_list_file


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
    for sentence in changes(store, dataset, published.number).sentences:
        typer.echo(sentence)
