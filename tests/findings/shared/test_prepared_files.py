"""What vulncore.findings.shared.prepared_files promises: made once for every process, never another's, and gone with a purge."""

import hashlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tests.making import covered, delivery, incident, months
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.engine import arrow_table
from vulncore.domain.periods import Window
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.shared import blurred as blurring
from vulncore.findings.shared import counted as counting
from vulncore.findings.shared import prepared_files
from vulncore.findings.shared.blurred import blurred_records
from vulncore.findings.shared.counted import counted_of
from vulncore.findings.shared.prepared_files import RECORDS, kept_table, prepared_folder
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.day_hour import day_hour, week_of
from vulncore.store import Snapshot, annotate, open_version, publish
from vulncore.store.holding import held_for_purge
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection

FORCE = "Kent Police"
NOT_FROM_MEMORY = {name: getattr(counting, name).__wrapped__ for name in ("_counted_of", "_no_times_of")}
EVERY = months(date(2024, 1, 1), 3)
RAPES = RecordFilter(FORCE, ("rape",), Window(date(2024, 1, 1), date(2024, 3, 31)))


@pytest.fixture
def store(tmp_path, monkeypatch) -> Path:
    forget(monkeypatch)
    rows = [
        incident(number, EVERY[number % 3], force=FORCE, longitude=0.5 + number / 10_000, latitude=51.2)
        for number in range(60)
    ]
    coverage = [{**row, "force": FORCE} for row in covered(EVERY)]
    publish(tmp_path / "store", "kent", delivery(rows, coverage), "tests")
    return tmp_path / "store"


def forget(monkeypatch) -> None:
    """Forget what this process has in memory, as a process that starts has nothing."""
    monkeypatch.setattr(blurring, "_kept", {})
    for name, function in NOT_FROM_MEMORY.items():
        monkeypatch.setattr(counting, name, function)


def files_of(store: Path) -> list[Path]:
    return sorted(prepared_folder(store / "kent", RECORDS).glob("*"))


def week(snapshot: Snapshot) -> list[float]:
    return week_of(day_hour(counted_of(snapshot, FORCE, SMALLEST_SHOWN).chosen(RAPES))).tolist()


def test_records_are_blurred_and_counted_once_and_read_back_the_same(store, monkeypatch):
    snapshot = open_version(store, "kent")
    first, blurred = week(snapshot), blurred_records(snapshot, SMALLEST_SHOWN, FORCE).incidents.to_pyarrow()
    kept = files_of(store)
    assert len(kept) == 3  # blurred, counted, and which times are none
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600] * 3
    forget(monkeypatch)

    def fails(*_: object, **__: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(blurring, "blurred", fails)
    for name in ("counted_records", "no_times", "swapped_records"):
        monkeypatch.setattr(counting, name, fails)
    assert week(open_version(store, "kent")) == first
    assert (
        blurred_records(open_version(store, "kent"), SMALLEST_SHOWN, FORCE).incidents.to_pyarrow() == blurred
    )
    assert files_of(store) == kept


def test_another_process_finds_what_this_one_kept(store):
    first = week(open_version(store, "kent"))
    script = (
        "import json, sys\nfrom tests.findings.shared.test_prepared_files import *\n"
        "counting.counted_records = counting.no_times = blurring.blurred = None\n"
        "print(json.dumps(week(open_version(Path(sys.argv[1]), 'kent'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(store)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == first


@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[: len(content) // 2], lambda content: content[:-9] + b"x" + content[-8:]],
)
def test_what_does_not_hold_what_was_written_is_made_again(store, monkeypatch, spoil):
    first = week(open_version(store, "kent"))
    for path in files_of(store):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(spoil(content))
    forget(monkeypatch)
    assert week(open_version(store, "kent")) == first


def test_other_code_or_another_boundary_makes_them_anew(store, monkeypatch):
    week(open_version(store, "kent"))
    kept = files_of(store)
    for what, other in (("CODE", "another"), ("VERSIONS", {"numpy": "9"})):
        forget(monkeypatch)
        monkeypatch.setattr(prepared_files, what, other)
        week(open_version(store, "kent"))
        assert len(files_of(store)) > len(kept)
        kept = files_of(store)


def test_a_month_that_a_note_sets_aside_is_not_counted_from_what_was_kept_before(store):
    whole = counted_of(open_version(store, "kent"), FORCE, SMALLEST_SHOWN)
    note = {
        "kind": "month set aside",
        "month": EVERY[1],
        "text": "Cut off",
        "author": "A",
        "written_on": EVERY[2],
    }
    annotate(store, "kent", pa.Table.from_pylist([note], schema=ANNOTATIONS), "A")
    assert whole.table.num_rows == 60
    assert counted_of(open_version(store, "kent"), FORCE, SMALLEST_SHOWN).table.num_rows == 40
    annotate(store, "kent", ANNOTATIONS.empty_table(), "A")
    assert counted_of(open_version(store, "kent"), FORCE, SMALLEST_SHOWN).table.equals(whole.table)


def test_a_purge_erases_them_and_who_has_the_erased_in_memory_keeps_nothing(store, monkeypatch):
    before = open_version(store, "kent")
    week(before)
    assert files_of(store)
    rows = before.incidents.to_pyarrow()
    purge(store, "kent", Selection(record_ids=(first_id(rows),)), "tests")
    assert files_of(store) == []
    forget(monkeypatch)
    in_memory = replace(before, incidents=arrow_table(before.incidents.get_backend(), rows))
    week(in_memory)
    assert files_of(store) == []
    week(open_version(store, "kent"))
    assert len(files_of(store)) == 3


def first_id(rows: pa.Table) -> str:
    return rows["record_id"][0].as_py()


def test_nothing_is_kept_while_records_are_erased_or_where_the_disk_is_not_to_be_written(store, monkeypatch):
    snapshot = open_version(store, "kent")
    with held_for_purge(store / "kent"):
        week(snapshot)
    assert files_of(store) == []
    forget(monkeypatch)
    monkeypatch.setattr(prepared_files, "make_folder", _refused)
    week(snapshot)
    assert files_of(store) == []


def _refused(_: Path) -> None:
    raise PermissionError("read-only")


def test_the_records_as_they_are_lie_nowhere_but_in_the_dataset(store):
    counted_of(open_version(store, "kent"), FORCE, 1)
    assert files_of(store) == []


def test_the_oldest_go_where_there_are_too_many_bytes(store, monkeypatch):
    snapshot = open_version(store, "kent")
    week(snapshot)
    largest = max(path.stat().st_size for path in files_of(store))
    monkeypatch.setattr(prepared_files, "MOST_BYTES", largest)
    monkeypatch.setattr(prepared_files, "VERSIONS", {})
    forget(monkeypatch)
    week(snapshot)
    assert sum(path.stat().st_size for path in files_of(store)) <= largest


def test_what_nobody_asked_for_in_a_month_goes_when_another_is_kept(store, monkeypatch):
    snapshot = open_version(store, "kent")
    week(snapshot)
    earlier = files_of(store)
    for path in earlier:
        os.utime(path, (0, 0))
    forget(monkeypatch)
    monkeypatch.setattr(prepared_files, "VERSIONS", {})
    week(snapshot)
    assert len(files_of(store)) == 3
    assert not set(earlier) & set(files_of(store))


def test_a_file_of_another_kind_under_the_key_is_no_table_and_a_pipe_blocks_nobody(store, monkeypatch):
    first = week(open_version(store, "kent"))
    names = [path.name.partition(".")[0] for path in files_of(store)]
    for path in files_of(store):
        path.unlink()
    folder = prepared_folder(store / "kent", RECORDS)
    content = io.BytesIO()
    with pa.ipc.new_file(content, pa.schema([("a", pa.int64())])) as writer:
        writer.write_table(pa.table({"a": [1]}))
    for name in names:
        (folder / f"{name}.{hashlib.sha256(content.getvalue()).hexdigest()}").write_bytes(content.getvalue())
        os.mkfifo(folder / f"{name}.0")
    forget(monkeypatch)
    assert week(open_version(store, "kent")) == first


def test_whoever_looks_finishes_no_purge_that_was_broken_off_and_keeps_nothing_meanwhile(store, monkeypatch):
    snapshot = open_version(store, "kent")
    (store / "kent" / "incidents-2").mkdir()
    week(snapshot)
    assert (store / "kent" / "incidents-2").exists()
    assert files_of(store) == []


def test_a_purge_is_not_refused_because_somebody_looks(store, monkeypatch):
    snapshot = open_version(store, "kent")
    rows = snapshot.incidents.to_pyarrow()
    chosen, purged = Selection(record_ids=(first_id(rows),)), []
    monkeypatch.setattr(
        prepared_files, "flush", lambda _: purged.append(purge(store, "kent", chosen, "tests"))
    )
    table = pa.table({"a": [1]})
    assert kept_table(snapshot, "of this", ["a"], lambda: table) is table
    assert len(purged) == 1
    assert files_of(store) == []
