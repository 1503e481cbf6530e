"""What has been imported when a program ends: asked of a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAY_AT_THE_END = (
    "import atexit, sys\natexit.register(lambda: print('', *sys.modules, sep='\\n', file=sys.stderr))\n"
)


def imported_by(program: str) -> set[str]:
    """Return the names of all modules that are there when a program in Python ends; it has to end well."""
    command = [sys.executable, "-c", SAY_AT_THE_END + program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2_000:]
    return set(done.stderr.splitlines())
