"""A process of its own for what may swell, stopped where it takes more memory or time than it may.

A file of a few kilobytes can unpack to more than any server holds, and one that is spoilt can end the process that
reads it. Libraries can't be told to stop, and not every system can bound a process, so another process watches it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import psutil

import vulncore
from vulncore.domain.errors import UnreadableSourceError

MEMORY: Final = 500_000_000  # bytes that reading adds: all text that may be kept, and a batch of the longest
MEMORY_A_BYTE: Final = 40  # of the file: three times what each byte of a large workbook takes
MOST_MEMORY: Final = 3_000_000_000  # three times what a sheet of a million rows and twelve columns takes
SECONDS: Final = 30  # of a processor: a Parquet file of a few kilobytes can have a million rows
SECONDS_A_MEGABYTE: Final = 20  # of the file: twenty times what a workbook takes
BY_THE_CLOCK: Final = 10  # times that may pass by the clock, on a server that is busy with others
SECONDS_TO_START: Final = 120  # by the clock; on a quiet server it takes less than one
SECONDS_BETWEEN_LOOKS: Final = 0.02  # in which it can take some 50 MB more

READY: Final = "ready"
ADVICE: Final = "Give fewer months at a time, delete what stands far below or beside the records, or check where the file came from."
_FAULTS: Final = "faults.txt"
_OUT_OF_MEMORY: Final = ("memory allocation of", "MemoryError")  # as Rust and Python say of too much
_START: Final = """
import os, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()  # whoever watches may end first
sys.path.insert(0, sys.argv[1])
from {} import {} as start
start(sys.argv[2])
"""

Message = dict[str, Any]


def watched(
    module: str, function: str, folder: Path, file_bytes: int, name: str, advice: str = ADVICE
) -> Generator[Message, None, None]:
    """Call a function of a module with a folder's name in a process of its own, and yield what it says as it says it.

    It says `READY` as soon as it has loaded what it needs, and each message as a line of JSON on standard output. Whoever
    doesn't take all of them has to close the iterator, which ends the process. It may write to the folder, which the caller
    will delete; what it may take goes by the size of the file that it reads.
    `advice` says what to do about a file that takes more.

    Raises:
        UnreadableSourceError: It took too much memory or time and was stopped, or it was ended by a fault in a library.
        RuntimeError: It ended in an error of our own.
    """
    root = str(Path(vulncore.__file__).parents[1])
    command = [sys.executable, "-I", "-c", _START.format(module, function), root, str(folder)]
    faults = folder / _FAULTS
    with (
        faults.open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - this interpreter and our own function
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="ascii",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ) as process,
    ):
        watch = _Watch(process, file_bytes, name, advice)
        watch.start()
        try:
            for line in process.stdout or ():
                if line == f"{READY}\n":
                    watch.begin()
                elif line.endswith("\n"):
                    yield json.loads(line)
            process.wait()
        finally:
            process.kill()
            watch.over.set()
            watch.join()
    if watch.refusal:
        raise UnreadableSourceError(watch.refusal)
    if process.returncode:
        report = faults.read_text("utf-8", "replace")
        if any(words in report for words in _OUT_OF_MEMORY):
            raise UnreadableSourceError(watch.too_much_memory)
        if process.returncode == 1:
            raise RuntimeError(f"{name} could not be read:\n{report}")
        raise UnreadableSourceError(
            f"{name} breaks off or is damaged: reading it ended in a fault. Export the file again, or check where the "
            "file came from."
        )


class _Watch(Thread):
    """Looks at a process until it is over, and ends it where it takes too much; `refusal` then says so."""

    def __init__(self, process: subprocess.Popen[str], file_bytes: int, name: str, advice: str) -> None:
        super().__init__(daemon=True)
        self._process, self._name, self._advice = process, name, advice
        self._memory = min(MOST_MEMORY, MEMORY + MEMORY_A_BYTE * file_bytes)
        self._seconds = SECONDS + SECONDS_A_MEGABYTE * file_bytes / 1e6
        self._start = time.monotonic()
        self._before: tuple[psutil.Process, int, float] | None = None
        self.over = Event()
        self.refusal = ""
        self.too_much_memory = (
            f"{name} takes more memory to read than a file of its size may: {self._memory:,} bytes. {advice}"
        )

    def begin(self) -> None:
        """Count memory and time from now on."""
        try:
            process = psutil.Process(self._process.pid)
            self._before = process, process.memory_info().rss, _seconds(process)
            self._start = time.monotonic()
        except psutil.Error:  # it has ended already
            self.over.set()

    def run(self) -> None:
        """Look."""
        while not self.refusal and not self.over.wait(SECONDS_BETWEEN_LOOKS):
            try:
                self.refusal = self._look()
            except psutil.Error:
                return
        if self.refusal:
            self._process.kill()

    def _look(self) -> str:
        passed = time.monotonic() - self._start
        if not self._before:
            return (
                f"{self._name} can't be read now: the server is too busy. Try again in some minutes."
                if passed > SECONDS_TO_START
                else ""
            )
        process, memory, seconds = self._before
        if process.memory_info().rss - memory > self._memory:
            return self.too_much_memory
        if _seconds(process) - seconds > self._seconds or passed > BY_THE_CLOCK * self._seconds:
            return (
                f"{self._name} takes longer to read than a file of its size may: {self._seconds:,.0f} seconds. "
                f"{self._advice}"
            )
        return ""


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
