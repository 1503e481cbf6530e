"""Uses vulncore as who installs it without the app: all that locks/core.txt doesn't name can't be imported."""

import importlib
import pkgutil
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASKED = (
    (["ready-data"], "Published 'demo' version 1"),
    (["table", "--format", "csv"], "rape"),
    (["check"], "Attempted suicides"),
    (["hotspots", "--measure", "rape", "--format", "csv"], "records"),
    (["day-hour", "--measure", "rape", "--format", "csv"], "weight"),
)
"""Commands, and what their answers hold."""


def forbid_what_is_not_locked() -> None:
    """Let no package be imported but those of the lock without the app."""
    text = (ROOT / "locks" / "core.txt").read_text("utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    for module, distributions in packages_distributions().items():
        named = {re.sub(r"[-_.]+", "-", name).lower() for name in distributions}
        if not named & locked and module != "vulncore":
            sys.modules[module] = None  # type: ignore[assignment]
    assert sys.modules["streamlit"] is None


def use_every_module_and_the_command() -> None:
    """Import each module of the installed wheel, and ask the command."""
    vulncore = importlib.import_module("vulncore")
    assert not Path(vulncore.__file__).is_relative_to(ROOT), f"{vulncore.__file__} is not the installed wheel"
    for each in pkgutil.walk_packages(vulncore.__path__, "vulncore."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)
    app, runner = importlib.import_module("vulncore.cli").app, importlib.import_module("typer.testing")
    for command, expected in ASKED:
        done = runner.CliRunner().invoke(app, command)
        assert done.exit_code == 0, f"{command}: {done.output}"
        assert expected in done.output, f"{command}: {done.output[:2_000]}"


if __name__ == "__main__":
    forbid_what_is_not_locked()
    use_every_module_and_the_command()
