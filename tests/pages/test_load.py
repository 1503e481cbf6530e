"""Several visits at once, each changing something every moment: nobody meets a fault, however long it takes."""

import subprocess
import sys

import pytest

from tests.pages.conftest import ROOT

pytestmark = pytest.mark.browser  # the client takes the part of one


@pytest.mark.parametrize("page", ["overview", "strand", "when", "where"])
def test_visits_that_change_a_page_at_the_same_time_meet_no_fault(server, page):
    asked = ["--sessions", "4", "--every", "0.2", "--seconds", "6", "--page", page, "--address", server.url]
    load = [sys.executable, "benchmarks/load.py", *asked]
    done = subprocess.run(load, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "faults 0\n" in done.stdout
    assert f"| {page} |" in done.stdout
