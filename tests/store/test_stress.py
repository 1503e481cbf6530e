"""The short form of `tests.store.stress`: a few blows of each kind."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_whatever_befalls_a_publisher_readers_see_whole_versions_and_the_next_publish_works():
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.stress", "3"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed" in done.stdout
    assert done.stdout.endswith("0 faults.\n")
