"""What vulncore.cli.program promises: the help is there at once, and lists what each command says of itself."""

import importlib
import inspect
import pkgutil

import pytest

import vulncore.cli
from tests.importing import imported_by
from vulncore.cli.program import COMMANDS, app

HEAVY = {
    "altair",
    "cmdstanpy",
    "deltalake",
    "duckdb",
    "ibis",
    "numpy",
    "openpyxl",
    "pandas",
    "prophet",
    "pyarrow",
    "requests",
    "rich",
    "scipy",
    "shapely",
    "statsforecast",
    "statsmodels",
    "streamlit",
}


RUN = "from vulncore.cli import app; app({!r})"


HELP_OF_ONE = {file: RUN.format([next(iter(commands)), "--help"]) for file, commands in COMMANDS.items()}
AT_ONCE = {"import": "import vulncore.cli", "help": RUN.format(["--help"]), **HELP_OF_ONE}


@pytest.mark.parametrize("program", AT_ONCE.values(), ids=AT_ONCE)
def test_nothing_that_is_slow_to_import_is_imported_before_a_command_is_run(program):
    modules = imported_by(program)
    assert "vulncore.cli.program" in modules
    assert HEAVY & modules == set()


@pytest.mark.parametrize(
    ("words", "file"),
    [(["measures"], "publishing"), (["table", "--help"], "overview")],
    ids=["measures", "help of table"],
)
def test_a_command_loads_no_other_topic_than_its_own(words, file):
    topics = {f"vulncore.cli.{topic}" for topic in COMMANDS}
    assert topics & imported_by(RUN.format(words)) == {f"vulncore.cli.{file}"}


def test_a_command_whose_help_was_asked_for_runs_in_the_same_process():
    helped = "from vulncore.cli import app; app(['measures', '--help'], standalone_mode=False)"
    assert "pandas" in imported_by(f"{helped}; app(['measures'])")


def test_the_help_lists_every_command_with_the_first_lines_of_its_own():
    for file in pkgutil.iter_modules(vulncore.cli.__path__):
        if file.name != "__main__":
            importlib.import_module(f"vulncore.cli.{file.name}")
    declared: dict[str, dict[str, str]] = {}
    for command in app.registered_commands:
        file = command.callback.__module__.rpartition(".")[2]
        name = command.name or command.callback.__name__
        declared.setdefault(file, {})[name] = inspect.getdoc(command.callback).partition("\n\n")[0]
    for group in app.registered_groups:
        commands = group.typer_instance.registered_commands
        file = commands[0].callback.__module__.rpartition(".")[2]
        declared.setdefault(file, {})[group.name] = group.typer_instance.info.help
    del declared["program"]  # what stands for the others
    assert declared == COMMANDS
