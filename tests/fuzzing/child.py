"""A process that only runs cases: numbers come in on standard input, and a line of JSON goes out for each."""

import json
import logging
import os
import re
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import IO, Any

from tests.fuzzing import visits
from tests.fuzzing.cases import Case

OWN = ("fuzz-", "vulncore-")  # what our files and folders are called while they are needed


def serve(seed: int) -> None:
    """Run cases as their numbers come in. Whatever is printed meanwhile counts as a fault."""
    answers = os.fdopen(os.dup(1), "w")
    warnings.simplefilter("always")
    for quiet in (DeprecationWarning, PendingDeprecationWarning, ImportWarning):
        warnings.simplefilter("ignore", quiet)
    logging.disable(logging.WARNING)  # Streamlit's, of being run without a browser
    visits.forecast_cheaply()
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
        print("{}", file=answers, flush=True)
        for line in sys.stdin:
            print(json.dumps(_answer(Case(seed, int(line)), printed)), file=answers, flush=True)


def _answer(case: Case, printed: IO[bytes]) -> dict[str, Any]:
    printed.truncate(0)
    printed.seek(0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, start = _kib("VmRSS"), time.perf_counter()
    try:
        outcome, text = case.run()
    except BaseException as fault:  # noqa: BLE001 - whatever it is
        where = traceback.extract_tb(fault.__traceback__)[-1]
        outcome, text = (
            "FAULT",
            f"{type(fault).__name__}: {str(fault)[:700]} ({where.filename}:{where.lineno})",
        )
    seconds = time.perf_counter() - start
    sys.stdout.flush()
    sys.stderr.flush()
    if said := os.pread(printed.fileno(), 700, 0).decode("utf-8", "replace"):
        outcome, text = "FAULT", f"It printed: {said}. {text}"
    if left := [path.name for path in Path(tempfile.gettempdir()).iterdir() if path.name.startswith(OWN)]:
        outcome, text = "FAULT", f"It left {left[:3]} behind. {text}"
    return {
        "kind": case.kind.name,
        "outcome": outcome,
        "text": text,
        "seconds": seconds,
        "kib": _kib("VmHWM"),
        "before": before,
    }


def _kib(what: str) -> int:
    return int(re.findall(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())[0])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
