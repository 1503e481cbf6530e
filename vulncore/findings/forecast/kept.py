"""Forecasts kept on the disk by all that they were made from: fitted once, for every process and after every restart.

A file holds the paths and the trials of one forecast, and has the SHA-256 of what it was made from for its name. So the same
months of another version are not fitted again, and whatever changes a figure changes the name. What can't be read as it was
written is no forecast: it is made again.
"""

import hashlib
import json
import math
import os
import zlib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from vulncore import forecasting
from vulncore.domain.disk import write_whole
from vulncore.findings.shared.prepared_files import code_digest, forget_oldest, make_folder, prepared_folder
from vulncore.forecasting import backtest
from vulncore.forecasting import forecast as work
from vulncore.forecasting.forecast import Forecast, ForecastTask, assemble
from vulncore.forecasting.models import all as models
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import LEARNT

FOLDER: Final = "forecasts"
FORMAT: Final = b"vulncore forecast 2\n"
DIGEST_BYTES: Final = 32
MOST_BYTES: Final = 2_000_000_000  # of all forecasts of a dataset; one takes half a million
MOST_OF_ONE: Final = 32_000_000  # bytes, packed or not: more is no forecast
LIBRARIES: Final = ("cmdstanpy", "holidays", "numpy", "pandas", "prophet", "scipy", "statsforecast")
VERSIONS: Final = {name: version(name) for name in LIBRARIES}
CODE: Final = code_digest(Path(str(forecasting.__file__)).parent, besides=(LEARNT,))
"""The digest of the code that decides figures, and of the factors that it reads."""

FEW, MANY = "<u2", "<i8"  # paths take two bytes a month unless a month has over 65,535 records
COLUMNS: Final = {
    **dict.fromkeys(
        ("actual", "mean", "median", "low80", "high80", "crps", "pit", "absolute", "squared"), "<f8"
    ),
    "model": "u1",  # its place in the list at the head of the file
    **dict.fromkeys(("horizon", "span", "origin"), "<i8"),
}
"""The columns of trials, and how their numbers lie in a file."""
UNUSABLE: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
    zlib.error,
)


def kept_forecast(home: Path, task: ForecastTask) -> Forecast | None:
    """Return the forecast of a task as it was fitted, bit by bit; None where a dataset's folder has none that can be read."""
    key = forecast_key(task)
    path = prepared_folder(home, FOLDER) / key
    try:
        with path.open("rb") as file:
            content = file.read(MOST_OF_ONE + 1)
        paths, trials = _unpacked(content, key, task)
        kept = assemble(task, paths, [trials])
    except UNUSABLE:
        return None
    with suppress(OSError):
        os.utime(path)  # what is not asked for goes first
    return kept


def keep_forecast(home: Path, forecast: Forecast) -> bool:
    """Keep a forecast, and forget those not asked for longest where there are too many; return whether it is kept.

    It isn't where the disk can't be written. The file is there whole or not at all, and readable by its owner alone.
    """
    key, folder = forecast_key(forecast.task), prepared_folder(home, FOLDER)
    try:
        make_folder(folder)
        write_whole(folder / key, _packed(forecast, key))
    except OSError:
        return False
    with suppress(OSError):  # another process forgets the same
        forget_oldest(folder, MOST_BYTES)
    return True


def forecast_key(task: ForecastTask) -> str:
    """Return what a forecast is known by: the SHA-256 of its months, its settings, and the code and libraries that fit it."""
    made_of: dict[str, Any] = {
        "code": CODE,
        "libraries": VERSIONS,
        # what decides figures and can be set while a process runs: a test tries few origins
        "settings": {
            "paths": work.PATHS,
            "trial paths": backtest.TRIAL_PATHS,
            "origins": [backtest.MOST_ORIGINS, backtest.EVERY_MONTHS],
            "ahead": [backtest.LEAST_AHEAD, backtest.LONGEST_AHEAD],
            "models": {model: f"{fit.__module__}.{fit.__qualname__}" for model, fit in models.SINGLE.items()},
        },
        "basis": task.basis,
        "ahead": task.ahead,
        "seed": task.seed,
        "actual": task.actual.tolist(),
        "past": _described(task.past),
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _described(past: Past) -> dict[str, Any]:
    """Return all that models see of a past, as JSON holds it."""
    seen: dict[str, Any] = {
        "first": past.first.isoformat(),
        "counts": past.counts.tolist(),
        "steps": past.steps,
        "weights": [past.weights.weekdays, past.weights.bank_holiday],
        "peers": None if past.peers is None else past.peers.tolist(),
        "parts": [_described(part) for part in past.parts],
    }
    if past.daily is not None:
        days = past.daily.index.to_numpy().astype("datetime64[D]").astype("int64")  # since 1970
        seen["days"] = [days.tolist(), past.daily.tolist()]
    return seen


def _packed(forecast: Forecast, key: str) -> bytes:
    """Return a forecast as a file holds it: format, digest, then packed: a line of JSON, the paths, the columns of trials."""
    few = all(paths.max() <= np.iinfo(FEW).max for paths in forecast.paths.values())
    kind, listed = FEW if few else MANY, list(forecast.paths)
    head = {"models": listed, "paths": kind, "rows": len(forecast.trials)}
    trials = forecast.trials.assign(model=forecast.trials["model"].map(listed.index))
    parts = [
        json.dumps(head).encode() + b"\n",
        *(paths.astype(kind).tobytes() for paths in forecast.paths.values()),
        *(trials[name].to_numpy().astype(column).tobytes() for name, column in COLUMNS.items()),
    ]
    packed = zlib.compress(b"".join(parts), level=1)
    return FORMAT + _digest(key, packed) + packed


def _unpacked(content: bytes, key: str, task: ForecastTask) -> tuple[dict[Model, Paths], pd.DataFrame]:
    """Return the paths and the trials that a file holds.

    Raises:
        ValueError: It is not what was written under this key, or no forecast of the task.
        LookupError, TypeError, RecursionError, zlib.error: So is what it says of itself.
    """
    start = len(FORMAT) + DIGEST_BYTES
    packed = content[start:]
    if len(content) > MOST_OF_ONE or content[:start] != FORMAT + _digest(key, packed):
        raise ValueError("not what was written")
    unpacking = zlib.decompressobj()
    line, _, numbers = unpacking.decompress(packed, MOST_OF_ONE).partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    listed, kind, rows = [Model(name) for name in head["models"]], head["paths"], head["rows"]
    if not unpacking.eof or sorted(listed) != sorted(Model) or kind not in (FEW, MANY) or rows < 1:
        raise ValueError("no forecast of these models")
    shape = (work.PATHS, task.ahead)
    layout = [*((kind, shape) for _ in listed), *((column, (rows,)) for column in COLUMNS.values())]
    drawn = _arrays(numbers, layout)
    trials = pd.DataFrame(dict(zip(COLUMNS, drawn[len(listed) :], strict=True)))
    trials["model"] = [listed[place] for place in trials["model"]]
    return dict(zip(listed, (paths.astype(np.int64) for paths in drawn), strict=False)), trials


def _arrays(numbers: bytes, layout: list[tuple[str, tuple[int, ...]]]) -> list[np.ndarray[Any, Any]]:
    """Return the arrays that lie one after the other in some bytes, each with its kind of number and its shape.

    Raises:
        ValueError: There are more bytes, or fewer.
    """
    arrays, at = [], 0
    for kind, shape in layout:
        array = np.frombuffer(numbers, kind, math.prod(shape), at).reshape(shape)
        at += array.nbytes
        arrays.append(array.astype(array.dtype.newbyteorder("=")))
    if at != len(numbers):
        raise ValueError("more than was written")
    return arrays


def _digest(key: str, packed: bytes) -> bytes:
    """Return the digest of a file's content under its name: one that was renamed is another's."""
    return hashlib.sha256(key.encode() + packed).digest()
