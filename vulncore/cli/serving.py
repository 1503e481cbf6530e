"""The command `vulncore serve`: the dashboard, started the same way on every system."""

import importlib.util
import os
import runpy
import shlex
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import DEFAULT_STORE, Store
from vulncore.cli.program import app
from vulncore.domain.errors import MissingPartError, UnknownNameError
from vulncore.domain.shipped import dashboard

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
    folder = dashboard()
    os.chdir(folder)  # Streamlit reads its settings from the folder that it is started in, and from no other
    sys.path.insert(0, str(folder))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the server ends by it, then the process does, in silence
    sys.argv = ["streamlit", "run", "app.py", *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
