"""The program `vulncore`: which commands there are, and how one is loaded and run."""

import importlib
import importlib.metadata
import os
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from vulncore.domain.errors import VulncoreError

COMMANDS = {
    "publishing": {
        "demo": "Publish the demonstration data: made, not real, and marked as made on every screen.",
        "publish": "Publish files as the next version of a dataset, whole or not at all.",
        "undo": "Publish the version before the newest again, as the next version. Every version stays.",
        "ready-data": "Publish the datasets that ship with the project, unless the store has them.",
        "mapping": "Draft the mapping of an extract: what columns and codes seem to mean, with doubts marked.",
        "measures": "List the measures that a mapping can name.",
    },
    "watch": {
        "watch": "Publish what arrives in a folder, as the next versions of a dataset: once, or until it is stopped.",
    },
    "fetch": {
        "fetch": "Fetch open data from the sites that publish it, into folders that publish and boundary take.",
    },
    "forecast": {
        "forecast": "Print the forecast by month or calendar year, with 80 % and 95 % ranges. Explanations go to standard error.",
        "backtest": "Print how well every model did on past months: its errors, and how often its ranges held.",
    },
    "overview": {
        "versions": "List the published versions: who, when, from which files (SHA-256), how many rows.",
        "table": "Print the strand table: the report's columns first, then coverage and signal.",
        "export": "Write the figures as tidy tables that other tools open, with a Frictionless data package that describes them.",
        "check": "List what is odd about the data: what, where, how many, why, what to do, how sure.",
        "changes": "List the figures that differ between a version and the version before.",
        "strands": "Print a dataset's list of strands as a file to edit, or publish the list that a file holds.",
    },
    "packs": {
        "pack": "Make the month's pack for a meeting: Word, PowerPoint, Excel, CSV and PDF, protected for who may read it.",
        "check-text": "Check the numbers of a draft report against the strand table. Ends with 1 where one differs.",
    },
    "strand": {
        "strand": "Print the control chart of a strand or measure: months, mean, limits, the rule that a month breaks.",
        "drivers": "Print what drives a change between two periods, by part. Explanations go to standard error.",
        "harmed": "Print who is harmed in twelve months: residents and visitors, repeat victims, repeat places.",
        "vawg": "Print the control chart of violence against women and girls, across strands, each record counted once.",
        "level-change": "Changes of level that control charts propose: show, approve or decline them.",
        "target": "Set the target of a strand or measure. Its control chart says whether it is met as things are.",
        "comment": "Write commentary on a strand and month. It stands beside the strand's chart, dated and signed.",
    },
    "resourcing": {
        "resourcing": "Print the officers that forecast demand asks for, by role and month. Explanations go to standard error.",
    },
    "dashboard": {
        "serve": "Start the dashboard, for this machine alone. Every option of `streamlit run` can follow, like --server.baseUrlPath.",
        "prepare": "Make ready what the pages show first, so that nobody waits for it. What is ready is left alone.",
    },
    "upkeep": {
        "purge": "Erase records for good from every version of a dataset. Published figures stay the same.",
        "verify": "Check that every file of the store holds what was published. Ends with 1 where one does not.",
        "backup": "Write all that the store holds into one file: versions, notes, boundaries, scenarios. The secret goes apart.",
        "restore": "Make a store of a backup, in a folder that is empty or not there yet.",
        "audit": "Print who did what in the dashboard, and check that no line was changed or removed. Ends with 1 where one was.",
    },
    "when": {
        "day-hour": "Print how much each hour of the week holds, with 95 % limits. Explanations go to standard error.",
        "patrols": "Print the shifts that meet most of what happens. How the same choice would have fared goes to standard error.",
    },
    "harm": {
        "harm": "Print how grave crimes are, by measure, in twelve months and the twelve before. Explanations go to standard error.",
    },
    "where": {
        "hotspots": "Print a map of places as GeoJSON or CSV. Small numbers are hidden as on screen. Explanations go to standard error.",
        "boundary": "Keep the area that a force polices. Maps are cut to this area, and shares of the area refer to it.",
        "basemap": "Keep what the map of a force is drawn on: its streets, water and green, as PMTiles or GeoPackage.",
    },
}
"""Each file's commands, in the order of the help, with the first lines of their own help.

They stand here so that the help lists them without loading pandas and DuckDB, which take seconds.
"""
help_alone = False
"""Whether a file is being loaded for a command's help alone: then it leaves out what only running needs, which takes seconds."""
FILES = {name: file for file, commands in COMMANDS.items() for name in commands}


class Refusing(TyperGroup):
    """Loads the command that is asked for; says a refusal in one sentence on standard error, and exits with 1."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take words as text, whatever bytes a shell hands over; the name of a file stays as it is."""
        texts = [word.encode(errors="surrogateescape").decode(errors="replace") for word in args]
        return super().parse_args(
            ctx, [word if os.path.lexists(word) else text for word, text in zip(args, texts, strict=True)]
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is asked for, and put what its own file declares in the place of its line of help."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in FILES:
            of_group = len(rest) == 2 and not rest[0].startswith("-")  # of `fetch police-uk`, say
            _load(FILES[name], for_help=rest == ["--help"] or (of_group and rest[1] == "--help"))
            command = typer.main.get_group(app).commands[name]
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except VulncoreError as refusal:
            typer.echo(f"vulncore: {refusal}", err=True)
        except OSError as problem:
            typer.echo(f"vulncore: {problem.strerror or problem}: {problem.filename or ''}", err=True)
        raise typer.Exit(1)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vulncore {importlib.metadata.version('vulncore')}")
        raise typer.Exit


app = typer.Typer(
    cls=Refusing,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain text takes a third of the time, and is read aloud without its frames
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Say the version, and end."),
    ] = False,
) -> None:
    """Publish a force's vulnerability data, and print the figures of the dashboard."""


def _load(file: str, for_help: bool) -> None:
    """Load a command's file, whole unless it is for its help alone."""
    global help_alone  # noqa: PLW0603 - the file asks for it while it is loaded
    help_alone = for_help
    module = importlib.import_module(f"vulncore.cli.{file}")
    help_alone = False
    if not for_help and getattr(module, "help_alone", False):
        importlib.reload(module)


def _only_named() -> None:
    """Stand for a command until its file is loaded and declares it."""


for names in COMMANDS.values():
    for command, text in names.items():
        app.command(command, help=text, short_help=text)(_only_named)
