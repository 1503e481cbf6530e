"""What the layout promises: the package stands without a screen, and its layers point one way."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "vulncore"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in SOURCES
]

IMPORT_EACH = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    loaded = {module.partition(".")[0] for module in sys.modules}
    if found := loaded & {"streamlit", "pages"}:
        sys.exit(f"{name} brought in {sorted(found)}")
"""


def test_every_module_is_imported_in_a_fresh_process_without_streamlit():
    assert "vulncore.domain.periods" in MODULES
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORT_EACH, *MODULES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not importlib.util.find_spec("importlinter"), reason="import-linter is not installed")
def test_the_layers_point_one_way():
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run([sys.executable, "-c", lint], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout
