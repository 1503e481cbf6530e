"""What vulncore.domain.disk promises of files that are held against others."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from vulncore.domain.disk import DEVICE, held_file, write_whole

HOLDS = """
import pathlib, sys, time
from vulncore.domain.disk import held_file
with held_file(pathlib.Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["alone", "shared"])
def holder(request, tmp_path):
    """Yield a process that holds a file, alone or with others."""
    done = subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path / "a" / "lock", request.param], stdout=subprocess.PIPE
    )
    assert done.stdout.readline() == b"held\n"
    yield done
    done.kill()
    done.wait()
    done.stdout.close()


def test_a_file_is_held_by_one_alone_or_by_many_together_and_the_end_of_a_process_lets_go(holder, tmp_path):
    path = tmp_path / "a" / "lock"
    with pytest.raises(BlockingIOError), held_file(path):
        pass
    if "shared" in holder.args:
        with held_file(path, shared=True):
            pass
    else:
        with pytest.raises(BlockingIOError), held_file(path, shared=True):
            pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with held_file(path):
        pass


def test_who_waits_gets_the_file_when_it_is_let_go(tmp_path):
    order = []

    def wait() -> None:
        with held_file(tmp_path / "lock", waits=True):
            order.append("second")

    waiting = threading.Thread(target=wait)
    with held_file(tmp_path / "lock"):
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_what_may_take_nobodys_place_leaves_what_is_there(tmp_path):
    write_whole(tmp_path / "a", b"first", instead=False)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"second", instead=False)
    write_whole(tmp_path / "a", b"third")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"third")]


def test_names_that_windows_keeps_for_devices_are_known():
    names = ["aux", "NUL", "com1", "lpt9.txt", "con.tar.gz", "auxiliary", "com", "a.con", "comet1"]
    assert [name for name in names if DEVICE.fullmatch(name)] == names[:5]
