"""Commands for whoever keeps the dashboard: serve it, and make ready what its pages show first."""

from __future__ import annotations

import importlib.util
import os
import runpy
import shlex
import signal
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared.options import DEFAULT_STORE, Store, in_store
from vulncore.domain.errors import MissingPartError, UnknownNameError
from vulncore.domain.shipped import dashboard

if not help_alone:
    from vulncore.findings.prepared import Readiness
    from vulncore.findings.prepared import prepare as prepare_dataset
    from vulncore.store import datasets, open_version

SECRETS = Path(".streamlit") / "secrets.toml"


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def serve(
    context: typer.Context,
    store: Store = DEFAULT_STORE,
    port: Annotated[
        int | None, typer.Option("--port", help="The port. Default: 8501, or the next free one.")
    ] = None,
) -> None:
    """Start the dashboard, for this machine alone. Every option of `streamlit run` can follow, like --server.baseUrlPath.

    It comes with its own settings and theme, whatever the folder it is started from has. Secrets are read from
    `.streamlit/secrets.toml` of that folder.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise MissingPartError(
            "The dashboard needs Streamlit, which is not installed here. Install the whole with: pip install 'vulncore[app]'"
        )
    options = list(context.args)
    if port is not None:
        options += ["--server.port", str(port)]
    if SECRETS.is_file():
        options += ["--secrets.files", str(SECRETS.absolute())]
    store = store.absolute()
    if store.exists() and not store.is_dir():
        raise UnknownNameError(f"{store} is a file. Name a folder with --store.")
    if not store.is_dir():
        typer.echo(
            f"Nothing has been published in {store} yet. Fill it with the data that ships: "
            f"vulncore ready-data --store {shlex.quote(str(store))}",
            err=True,
        )
    os.environ["VULNCORE_STORE"] = str(store)
    os.environ["FORWARDED_ALLOW_IPS"] = (
        ""  # requests keep the address that they come from, whatever their headers claim
    )
    folder = dashboard()
    os.chdir(folder)  # Streamlit reads its settings from the folder that it is started in, and from no other
    sys.path.insert(0, str(folder))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the server ends by it, then the process does, in silence
    sys.argv = ["streamlit", "run", "app.py", *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


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
