"""Severity weights: the table that a dataset's offences are weighed by, the force's own where it brought one."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.disk import write_whole
from vulncore.domain.errors import DamagedStoreError, InvalidWeightsError
from vulncore.domain.severity.table import OffenceWeight, WeightTable, checked_table

FOLDER: Final = "severity"
NAME_LETTERS: Final = 80


@dataclass(frozen=True)
class KeptWeights:
    """A dataset's own table of weights: from which file, its digest, and who kept it when (ISO, UTC)."""

    table: WeightTable
    dataset: str
    file: str
    sha256: str
    kept_by: str
    kept_at: str


def keep_weights(store: Path, dataset: str, table: WeightTable, path: Path, by: str) -> KeptWeights:
    """Keep a table of weights with a dataset, in place of any other, and return it. Every version is weighed by it from then on.

    Args:
        store: Where the data lives.
        dataset: The dataset's name.
        table: The weights, as `vulncore.sources.severity_weights.read_weights` reads them.
        path: The file that they were read from.
        by: Who keeps them.
    """
    kept = KeptWeights(
        table,
        dataset,
        printable(path.name)[:NAME_LETTERS],
        hashlib.sha256(path.read_bytes()).hexdigest(),
        printable(by)[:NAME_LETTERS],
        f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
    )
    write_whole(_file_of(store, dataset), json.dumps(asdict(kept)).encode())
    return kept


def forget_weights(store: Path, dataset: str) -> bool:
    """Delete the weights that are kept with a dataset, so that those that ship count again; return whether some were."""
    file = _file_of(store, dataset)
    were_kept = file.is_file()
    file.unlink(missing_ok=True)
    return were_kept


def weights_of(store: Path, dataset: str) -> KeptWeights | None:
    """Return the weights that are kept with a dataset; None where none are, and those that ship count.

    Raises:
        DamagedStoreError: What the store keeps can't be read any more: the shipped weights don't stand in for a force's own.
    """
    file = _file_of(store, dataset)
    return check_weights(file) if file.is_file() else None


def check_weights(file: Path) -> KeptWeights:
    """Return the weights that a file of the store holds.

    Raises:
        DamagedStoreError: They can't be read, or are doubtful.
    """
    stat = file.stat()
    return _read(file, (stat.st_mtime_ns, stat.st_ino))


def _file_of(store: Path, dataset: str) -> Path:
    return store / FOLDER / f"{hashlib.sha256(dataset.encode(errors='replace')).hexdigest()[:16]}.json"


@lru_cache(maxsize=32)
def _read(file: Path, _version: tuple[int, int]) -> KeptWeights:
    try:
        fields = json.loads(file.read_bytes())
        table = fields.pop("table")
        rows = [OffenceWeight(**row) for row in table.pop("rows")]
        return KeptWeights(table=checked_table(**table, rows=rows), **fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, InvalidWeightsError) as problem:
        raise DamagedStoreError(
            f"{file.name} does not hold severity weights any more. Keep them again with: vulncore harm --weights FILE"
        ) from problem
