"""What vulncore.sources.extract.watched promises: whatever a process does, it ends, and in a sentence."""

import gzip
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract import read_extract, watched
from vulncore.sources.extract.watched import READY


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def swell(folder: str) -> None:
    say(f"{READY}\n")
    kept = []
    while True:
        kept.append(b"x" * 1_000_000)


def dawdle(folder: str) -> None:
    say(f"{READY}\n")
    while True:
        pass


def sleep(folder: str) -> None:
    time.sleep(1_000)


def fault(folder: str) -> None:
    say(f'{READY}\n{{"half": ')
    os.abort()


def mistake(folder: str) -> None:
    raise KeyError("nobody thought of it")


def count(folder: str) -> None:
    say(f'{READY}\n{{"count": 1}}\n{{"count": 2}}\n')
    time.sleep(1_000)


def messages(function, folder, size=0):
    # what is started imports this module by its name, as any that lies beneath the folder of vulncore
    return watched.watched(__name__, function.__name__, folder, size, "crimes.xlsx")


@pytest.fixture
def children():
    """Returns the processes begun since the test began: others may go on from tests before."""
    before = set(psutil.Process().children())
    return lambda: [process for process in psutil.Process().children() if process not in before]


@pytest.mark.parametrize(
    ("function", "bounds", "message"),
    [
        (swell, {"MEMORY": 50_000_000}, r"takes more memory to read than a file of its size may: 50,\d+,\d+"),
        (dawdle, {"SECONDS": 0.2}, "takes longer to read than a file of its size may: 0 seconds"),
        (sleep, {"SECONDS_TO_START": 0.2}, "can't be read now: the server is too busy"),
        (fault, {}, "breaks off or is damaged: reading it ended in a fault"),
    ],
)
def test_what_takes_too_much_is_ended_with_a_sentence(
    tmp_path, monkeypatch, function, bounds, message, children
):
    for name, bound in bounds.items():
        monkeypatch.setattr(watched, name, bound)
    with pytest.raises(UnreadableSourceError, match=message):
        list(messages(function, tmp_path))
    assert children() == []


def test_a_larger_file_may_take_more():
    small, large, largest = (
        watched._Watch(None, size, "x", watched.ADVICE)._memory for size in (0, 10_000_000, 10**9)
    )
    assert small == watched.MEMORY
    assert small < large < largest == watched.MOST_MEMORY


def test_an_error_of_our_own_is_not_taken_for_the_files(tmp_path):
    with pytest.raises(RuntimeError, match="nobody thought of it"):
        list(messages(mistake, tmp_path))


def test_whoever_listens_no_longer_ends_the_process(tmp_path, children):
    with closing(messages(count, tmp_path)) as heard:
        assert next(heard) == {"count": 1}
        assert len(children()) == 1
    assert children() == []


def test_where_the_process_that_watches_is_killed_the_other_ends_too(tmp_path):
    program = (
        "from pathlib import Path; from tests.sources.extract import test_watched; "
        "list(test_watched.messages(test_watched.dawdle, Path.cwd()))"
    )
    watching = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); {program}"],
        cwd=tmp_path,
    )
    deadline = time.monotonic() + 60
    while not (others := psutil.Process(watching.pid).children()) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    watching.kill()
    watching.wait()
    assert psutil.wait_procs(others, timeout=20)[1] == []


def test_a_file_is_read_from_any_thread_and_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = tmp_path / "crimes.csv.gz"
    path.write_bytes(gzip.compress(b"Ref,Recorded\nA1,01/10/2024\n"))
    counts: list[int] = []
    reading = threading.Thread(target=lambda: counts.append(read_extract(path).read))
    reading.start()
    reading.join()
    assert counts == [1]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_error_while_progress_is_told_ends_the_process(tmp_path, children):
    path = tmp_path / "crimes.csv.gz"
    path.write_bytes(gzip.compress(b"Ref,Recorded\n" + b"A1,01/10/2024\n" * 20_000))

    def stop(rows: int, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_extract(path, progress=stop)
    assert children() == []


def test_what_a_process_that_was_killed_left_behind_is_removed_by_the_next_a_day_later(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yesterday = time.time() - 90_000
    for name in ("vulncore-reading-old", "vulncore-reading-new", "vulncore-data"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "table.arrow").write_bytes(b"rows")
        if name != "vulncore-reading-new":
            os.utime(tmp_path / name, (yesterday, yesterday))
    with gzip.open(tmp_path / "crimes.csv.gz", "wt") as file:
        file.write("Ref,Date,Code\nA1,01/10/2024,19C\n")
    assert read_extract(tmp_path / "crimes.csv.gz").table.num_rows == 1
    assert {path.name for path in tmp_path.iterdir()} == {
        "vulncore-reading-new",
        "vulncore-data",
        "crimes.csv.gz",
    }
