"""What the store promises of a system like Windows: it lives there as it does elsewhere."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.making import covered, delivery, incident
from tests.resourcing.scenario.test_locked import AT, FIGURES
from vulncore.domain import disk
from vulncore.findings.shared import prepared_files
from vulncore.findings.shared.blurred import blurred_records
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.locked import is_locked, lock_scenario, unlock_scenario
from vulncore.resourcing.scenario.saved import save_scenario
from vulncore.store import open_version, publish, versions
from vulncore.store.backup import back_up, restore
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection
from vulncore.store.verifying import BAD, store_checks

THERE = """
import pathlib, sys
from tests.store.as_on_windows import as_on_windows
as_on_windows()
from tests.store.test_windows import live
live(pathlib.Path(sys.argv[1]))
"""


def live(folder: Path) -> None:
    """Publish, prepare, erase, lock a scenario, back up and restore."""
    disk.IS_WINDOWS = prepared_files.IS_WINDOWS = True
    store, month = folder / "Königs store", date(2024, 1, 1)
    for count in (2, 3):
        rows = [incident(n, month, victim_key=f"victim-{n}") for n in range(count)]
        publish(store, "city", delivery(rows, covered([month])), "me")
    kept = blurred_records(open_version(store, "city"), 5).incidents.to_pyarrow()
    assert list((store / "city" / "prepared").rglob("*.*"))
    assert purge(store, "city", Selection(victim_keys=("victim-1",)), "me").erased.rows == 2
    assert [path.name for path in (store / "city").glob("incidents*")] == ["incidents-2"]
    assert not (store / "city" / "prepared").exists()
    assert kept.num_rows == open_version(store, "city").incidents.count().execute() == 3
    lock_scenario(store, save_scenario(store, example_scenario(), "Half more"), "A. Lead", "", FIGURES, AT)
    back_up(store, folder / "backup.zip", folder / "secret")
    restore(folder / "backup.zip", folder / "again", folder / "secret")
    for place in (store, folder / "again"):
        publish(place, "city", delivery([incident(9, month)], covered([month])), "me")
        assert [one.number for one in versions(place, "city")] == [1, 2, 3, 4]
        assert not [check for check in store_checks(place) if check.state in BAD]
        assert is_locked(place, "Half more")
        unlock_scenario(place, "Half more")
        assert not is_locked(place, "Half more")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="what is in use can't be told here")
def test_a_store_lives_where_there_is_no_fcntl_and_nothing_in_use_can_be_removed(tmp_path):
    done = subprocess.run([sys.executable, "-c", THERE, tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
