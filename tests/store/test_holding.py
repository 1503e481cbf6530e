"""What vulncore.store.holding promises: a purge that stops at any moment leaves the dataset as before or as after."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.making import covered, delivery, incident, months
from tests.store.test_purging import figures, places_of, rows_of
from vulncore.domain import disk
from vulncore.domain.errors import DamagedStoreError
from vulncore.store import holding, manifest, open_version, publish, purging, torn, versions
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)
VICTIM = "victim-of-interest"
CHOSEN = Selection(victim_keys=(VICTIM,))
STEPS = [
    (purging, "commit_by_force"),
    (disk, "flush"),
    (purging, "add_to_manifest"),
    (manifest, "commit"),
    (manifest, "flush_version"),
    (holding, "flush_newest_line"),
    (pathlib.Path, "rename"),
    (shutil, "rmtree"),
    (os, "unlink"),  # within rmtree
    (os, "rmdir"),
    (holding, "flush"),
]
MOST = 3  # of a step that is taken many times, the first ones


class HaltError(BaseException):
    """Stands for the end of the process: nothing after it runs."""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    store = tmp_path_factory.mktemp("published")
    for count in (1, 2):
        rows = [incident(number, JANUARY, victim_key=VICTIM) for number in range(count)]
        publish(store, "city", delivery([*rows, incident(8, JANUARY)], covered([JANUARY])), "me")
    prepared = store / "city" / "prepared" / "counts"
    prepared.mkdir(parents=True)
    (prepared / "of-all").write_text(VICTIM)
    return store


def halting(monkeypatch: pytest.MonkeyPatch, at: int) -> list[str]:
    """Take the steps of a purge up to the one with a number, and end there; return the names of those taken."""
    taken: list[str] = []

    def ended(*_: object) -> None:
        raise HaltError

    def step(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def one(*given: Any, **named: Any) -> Any:
            if taken.count(name) < MOST:
                taken.append(name)
                if len(taken) == at:
                    monkeypatch.setattr(holding, "_mended", ended)
                    raise HaltError
            return real(*given, **named)

        return one

    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, step(f"{owner.__name__} {name}", getattr(owner, name)))
    return taken


def folders_of(store: pathlib.Path) -> list[str]:
    return sorted(path.name for path in (store / "city").glob("incidents*"))


def test_a_purge_halted_before_any_of_its_steps_leaves_the_dataset_as_before_or_as_after(
    published, tmp_path, monkeypatch
):
    shutil.copytree(published, tmp_path / "whole")
    with monkeypatch.context() as watched:
        steps = halting(watched, at=0)
        purge(tmp_path / "whole", "city", CHOSEN, "officer")
    assert {name.rpartition(" ")[2] for name in steps} == {name for _, name in STEPS}
    before = figures(published)
    outcomes = []
    for at in range(1, len(steps) + 1):
        store = tmp_path / f"{at}"
        shutil.copytree(published, store)
        with monkeypatch.context() as watched:
            halting(watched, at)
            with pytest.raises(HaltError):
                purge(store, "city", CHOSEN, "officer")

        seen = figures(store)
        assert {number: seen[number] for number in before} == before, steps[at - 1]
        there = [any(row["victim_key"] == VICTIM for row in rows_of(store, number)) for number in (1, 2)]
        assert there in ([True, True], [False, False]), steps[at - 1]

        published_after = publish(store, "city", delivery([incident(9, FEBRUARY)], covered([FEBRUARY])), "me")
        left = bool(places_of(store, VICTIM))
        assert left <= there[0], steps[at - 1]
        assert published_after.number == (3 if left else 4), steps[at - 1]
        assert folders_of(store) == ["incidents" if left else "incidents-2"], steps[at - 1]
        seen = figures(store)
        assert {number: seen[number] for number in before} == before, steps[at - 1]
        numbers = [version.number for version in versions(store, "city")]
        assert numbers == list(range(1, published_after.number + 1))
        outcomes.append(left)
    assert outcomes == sorted(outcomes, reverse=True)  # undone up to one step, gone on with from there
    assert {True, False} == set(outcomes)


def test_a_purge_that_was_undone_can_be_done_again(published, tmp_path, monkeypatch):
    shutil.copytree(published, tmp_path / "store")
    with monkeypatch.context() as watched:
        halting(watched, at=2)
        with pytest.raises(HaltError):
            purge(tmp_path / "store", "city", CHOSEN, "officer")
    assert purge(tmp_path / "store", "city", CHOSEN, "officer").publish.number == 3
    assert places_of(tmp_path / "store", VICTIM) == []


KILLED_AMID_THE_REMOVAL = """
import os, pathlib, signal, sys
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection
real = os.unlink
def unlinked(path, **more):
    real(path, **more)
    if path.endswith(".parquet"):
        os.kill(os.getpid(), signal.SIGKILL)
os.unlink = unlinked
purge(pathlib.Path(sys.argv[1]), "city", Selection(victim_keys=("victim-of-interest",)), "officer")
"""


def test_readers_find_the_new_table_when_the_process_was_killed_with_the_old_one_half_there(
    published, tmp_path
):
    store = tmp_path / "store"
    shutil.copytree(published, store)
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AMID_THE_REMOVAL, str(store)], capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert folders_of(store) == ["incidents", "incidents-2"]
    assert open_version(store, "city").incidents.count().execute() == 3
    assert not any(row["victim_key"] == VICTIM for number in (1, 2) for row in rows_of(store, number))
    assert purge(
        store, "city", CHOSEN, "officer"
    ).publish.unchanged  # goes on with the first, and finds no more
    assert [version.published_by for version in versions(store, "city")] == ["me", "me", "officer"]
    assert places_of(store, VICTIM) == []


def test_a_purge_that_fails_cleans_up_after_itself_and_says_so(published, tmp_path, monkeypatch):
    store = tmp_path / "store"
    shutil.copytree(published, store)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(purging, "commit_by_force", full)
    with pytest.raises(
        purging.PublishRefusedError, match="was not finished: no space left.*Then purge again"
    ):
        purge(store, "city", CHOSEN, "officer")
    assert folders_of(store) == ["incidents"]
    assert len(versions(store, "city")) == 2


def test_a_purge_that_finds_a_version_half_written_puts_it_aside_for_good(published, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(published, store)
    for file in open_version(store, "city").publish.stored["coverage"]:
        (store / "city" / "coverage" / file.name).write_bytes(b"")
    assert purge(store, "city", CHOSEN, "officer").publish.set_aside == (2,)
    assert [version.number for version in versions(store, "city")] == [1, 3]


def test_what_a_purge_left_is_not_removed_where_its_line_is_gone_from_the_manifest(published, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(published, store)
    purge(store, "city", CHOSEN, "officer")
    entry = max((store / "city" / "manifest" / "_delta_log").glob("*.json"))
    content = entry.read_bytes()
    entry.write_bytes(content[:-9])
    for _ in range(2):
        with pytest.raises(DamagedStoreError, match="its list of versions is damaged. Restore the store"):
            publish(store, "city", delivery([incident(9, FEBRUARY)], covered([FEBRUARY])), "me")
    entry.write_bytes(content)
    assert len(rows_of(store, 3)) == 3


def of_0_1_0(store: pathlib.Path, halted: str) -> None:
    """Leave a store as 0.1.0 did that was halted in a purge once all was ready."""
    home = store / "city"
    copy = store.with_name("copy")
    shutil.copytree(store, copy)
    purge(copy, "city", CHOSEN, "officer")
    entry = max((copy / "city" / "manifest" / "_delta_log").glob("*.json"))
    (name,) = torn.added_files(entry)
    line = pq.read_table(entry.parents[1] / name).drop_columns(["generation", "seal"])
    (row,) = line.to_pylist()
    line = line.append_column("seal", pa.array([manifest._seal(row)]))
    (home / ".erasing").mkdir()
    pq.write_table(line, home / ".erasing" / "ready")
    if halted == "the old one in its place":
        shutil.copytree(copy / "city" / "incidents-2", home / ".erasing" / "incidents")
        return
    (home / "incidents").rename(home / ".erasing" / "old")
    place = home / ".erasing" if halted == "none in its place" else home
    shutil.copytree(copy / "city" / "incidents-2", place / "incidents")


@pytest.mark.parametrize(
    "halted", ["the old one in its place", "none in its place", "the new one in its place"]
)
def test_a_purge_that_0_1_0_left_half_done_is_finished_by_the_next_publish(published, tmp_path, halted):
    store = tmp_path / "store"
    shutil.copytree(published, store)
    before = figures(store)
    of_0_1_0(store, halted)
    assert publish(store, "city", delivery([incident(9, FEBRUARY)], covered([FEBRUARY])), "me").number == 4
    assert [version.set_aside for version in versions(store, "city")] == [(), (), (), ()]
    after = figures(store)
    assert {number: after[number] for number in before} == before
    assert places_of(store, VICTIM) == []
    assert folders_of(store) == ["incidents"]
    assert not (store / "city" / ".erasing").exists()
    assert purge(store, "city", Selection(record_ids=("record-9",)), "officer").publish.generation == 2
