"""Every visible sheet of a workbook, in a process that is watched: for tables that are published a sheet a year.

A table's own reader says which sheets it wants and where the heading stands: covers and notes are sheets as well.
"""

import json
from collections.abc import Sequence
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import pyarrow as pa

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.packed import (
    BATCH_ROWS,
    MAX_BYTES,
    MAX_KEPT_BYTES,
    OLD_WORKBOOK,
    ZIP,
    zip_names,
)
from vulncore.sources.extract.reading import PREFIX, refusal, say, sweep
from vulncore.sources.extract.record import UNCOMPUTED
from vulncore.sources.extract.watched import READY, watched
from vulncore.sources.extract.whole import first_bytes
from vulncore.sources.extract.workbook import Workbook, workbook_kind

NOT_COMPUTED: Final = "a formula without its value"
_QUESTION: Final = "question.json"
_TABLE: Final = "sheets.arrow"
_SCHEMA: Final = pa.schema([("sheet", pa.int32()), ("line", pa.int64()), ("cells", pa.list_(pa.string()))])


class Sheet(NamedTuple):
    """A sheet: its name, the rows in which anything stands by their numbers, and how many of them are hidden."""

    title: str
    rows: dict[int, list[str]]
    hidden: int


def kind_of_workbook(path: Path) -> str | None:
    """Return what kind of workbook a file is by its content, like "ODS"; None where it is none.

    Raises:
        UnreadableSourceError: It is a zip that is damaged or unsafe, or a document.
    """
    name = printable(path.name)
    first = first_bytes(path, name)
    if first.startswith(OLD_WORKBOOK):
        return "XLS"
    return workbook_kind(zip_names(path, name), name) if first.startswith(ZIP) else None


def read_sheets(path: Path, kind: str, most_rows: int | None = None) -> list[Sheet]:
    """Return every visible sheet of a workbook, or the first rows of each; cells are text as in `read_extract`.

    Raises:
        UnreadableSourceError: It is damaged, locked or too large, or takes too much memory or time to read.
    """
    name = printable(path.name)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableSourceError(
            f"{name} has {size:,} bytes. A workbook of tables has at most {MAX_BYTES:,}. Check that you chose the right file."
        )
    sweep()
    with TemporaryDirectory(prefix=PREFIX) as made:
        folder = Path(made)
        asking = {"path": str(path.absolute()), "kind": kind, "most_rows": most_rows}
        (folder / _QUESTION).write_text(json.dumps(asking), "ascii")
        with closing(watched(__name__, answer.__name__, folder, size, name)) as messages:
            for message in messages:
                if "refusal" in message:
                    raise refusal(message)
                if "titles" in message:
                    return _handed_over(folder / _TABLE, message["titles"], message["hidden"])
    raise AssertionError(f"nothing was said of {name}")


def answer(folder: str) -> None:
    """Read what the question in a folder is about, and say what comes of it: the other side of `read_sheets`."""
    asked_for = json.loads((Path(folder) / _QUESTION).read_text("ascii"))
    print(READY, flush=True)  # noqa: T201 - what the other side listens to
    path = Path(asked_for["path"])
    try:
        with ExitStack() as leaving:
            titles, hidden = _hand_over(
                Workbook(path, asked_for["kind"], printable(path.name), leaving),
                asked_for["most_rows"],
                Path(folder) / _TABLE,
            )
    except UnreadableSourceError as problem:
        say(refusal=str(problem), sheets=(), rejects=())
        return
    say(titles=titles, hidden=hidden)


def _hand_over(book: Workbook, most_rows: int | None, table: Path) -> tuple[list[str], list[int]]:
    hidden, kept = [], 0
    with pa.OSFile(str(table), "wb") as sink, pa.ipc.new_stream(sink, _SCHEMA) as writer:
        for place, title in enumerate(book.visible):
            rows, count_hidden = book.rows(title)
            first = islice(rows, most_rows)
            while some := list(islice(first, BATCH_ROWS)):
                columns: Sequence[Any] = (
                    [place] * len(some),
                    [row.line for row in some],
                    [[cell.replace(UNCOMPUTED, NOT_COMPUTED).strip() for cell in row.cells] for row in some],
                )
                batch = pa.record_batch(
                    [pa.array(c, f.type) for c, f in zip(columns, _SCHEMA, strict=True)], _SCHEMA
                )
                kept += batch.nbytes
                if kept > MAX_KEPT_BYTES:
                    raise UnreadableSourceError(
                        f"{book.name} holds more than {MAX_KEPT_BYTES:,} bytes of text, too much for a table of counts. "
                        "Check that you chose the right file."
                    )
                writer.write_batch(batch)
            hidden.append(count_hidden())
    return book.visible, hidden


def _handed_over(table: Path, titles: list[str], hidden: list[int]) -> list[Sheet]:
    sheets = [Sheet(title, {}, count) for title, count in zip(titles, hidden, strict=True)]
    for batch in pa.ipc.open_stream(table.read_bytes()):
        columns = (batch.column(place).to_pylist() for place in range(3))
        for place, line, cells in zip(*columns, strict=True):
            sheets[place].rows[line] = cells
    return sheets
