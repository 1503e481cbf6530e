"""Uses vulncore as who installs it without the app: all that locks/core.txt doesn't name can't be imported."""

import importlib
import pkgutil
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]


def normal(name: str) -> str:
    """Return a distribution's name as an index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "locks" / "core.txt").read_text("utf-8"), re.MULTILINE))
for module, distributions in packages_distributions().items():
    if not locked & {normal(name) for name in distributions} and module != "vulncore":
        sys.modules[module] = None  # type: ignore[assignment]

import vulncore  # noqa: E402

assert not Path(vulncore.__file__).is_relative_to(ROOT), f"{vulncore.__file__} is not the installed wheel"
for each in pkgutil.walk_packages(vulncore.__path__, "vulncore."):
    if not each.name.endswith("__main__"):
        importlib.import_module(each.name)

from typer.testing import CliRunner  # noqa: E402

from vulncore.cli import app  # noqa: E402

assert sys.modules["streamlit"] is None
for command, expected in (
    (["ready-data"], "Published 'demo' version 1"),
    (["table", "--format", "csv"], "rape"),
    (["check"], "Attempted suicides"),
    (["hotspots", "--measure", "rape", "--format", "csv"], "records"),
    (["day-hour", "--measure", "rape", "--format", "csv"], "weight"),
):
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, f"{command}: {done.output}"
    assert expected in done.output, f"{command}: {done.output[:2_000]}"
