"""The way in: any extract read whole, or refused in a sentence; what may swell by a process of its own.

That process hands the table over as an Arrow file, all else as lines of JSON.
"""

import json
import shutil
import time
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Final

import pyarrow as pa

from vulncore.domain.delivery import Progress, printable
from vulncore.domain.disk import NamedFile
from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.sources.extract.packed import MAX_BYTES, PACKED
from vulncore.sources.extract.record import LINES, Extract, Question, SheetNotChosenError
from vulncore.sources.extract.watched import READY, watched
from vulncore.sources.extract.whole import first_bytes, read_whole

PREFIX: Final = "vulncore-reading-"
KEPT_S: Final = 86_400  # reading takes no day
_QUESTION: Final = "question.json"
_TABLE: Final = "table.arrow"


def read_extract(
    path: Path,
    *,
    sheet: str | None = None,
    heading: tuple[int, int] | None = None,
    wanted: Collection[str] | None = None,
    most_rows: int | None = None,
    progress: Progress | None = None,
) -> Extract:
    r"""Return an extract's rows as text, with every row accounted for; the format is recognised by the content.

    Args:
        path: CSV (comma, semicolon, tab or bar), alone or in a gz or a zip of it alone; XLSX, XLSB, XLS or ODS; or
            Parquet.
        sheet: The sheet of a workbook; not needed where only one could be the extract.
        heading: The first and the last line of the heading, where it isn't found by rule.
        wanted: The columns to keep, by name; all unless given. Where none of them is there, no row is read.
        most_rows: Stop after so many rows beneath the heading, as for a preview.
        progress: Called every ten thousand rows with the rows so far and their share of the file.

    Returns:
        The extract. Dates and times of cells are ISO text, whole numbers have no decimals, booleans are TRUE
        and FALSE, formulas the values computed last.

    Raises:
        SheetNotChosenError: Several sheets could be the extract.
        TooManyRejectsError: So many rows can't be used that the file must be of another shape.
        UnreadableSourceError: The file is missing, empty, damaged, cut off, too large, of another kind, or has
            no heading that can be found or no row beneath it, or takes too much memory or time to read.

    Misleads when:
        a text is cut off exactly at the end of a row: nothing in it then says that rows are missing. Of a workbook
        other than XLSX it isn't known which cells are formulas without a value, what errors say, and whether a
        midnight is one: these are empty cells, and days without a time.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "crimes.csv"
    ...     _ = path.write_text("Ref;Recorded\nA1;01/10/2024\n;\nTotal;1\n")
    ...     extract = read_extract(path)
    >>> extract.table.to_pylist(), extract.left_out
    ([{'Ref': 'A1', 'Recorded': '01/10/2024'}], {'empty row': 1, 'totals row': 1})
    """
    name = printable(path.name)
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableSourceError(
            f"{name} has {path.stat().st_size:,} bytes. An extract has at most {MAX_BYTES:,}. "
            "Give fewer months at a time, or check that you chose the right file."
        )
    question = Question(path, sheet, heading, wanted, most_rows)
    if first_bytes(path, name).startswith(PACKED):
        return _read_apart(question, name, progress)
    return read_whole(question, progress)


def _read_apart(question: Question, name: str, progress: Progress | None) -> Extract:
    """Return an extract as `read_whole` does, which runs in a process that is watched."""
    sweep()
    with TemporaryDirectory(prefix=PREFIX) as made:
        folder = Path(made)
        asking = {**vars(question), "path": str(question.path.absolute())}
        (folder / _QUESTION).write_text(json.dumps(asking, default=list), "ascii")
        file_bytes = question.path.stat().st_size
        with closing(watched(__name__, answer.__name__, folder, file_bytes, name)) as messages:
            for message in messages:
                if "share" in message and progress:
                    progress(message["rows"], message["share"])
                if "refusal" in message:
                    raise refusal(message)
                if "extract" in message:
                    return _extract(folder / _TABLE, message["extract"])
    raise AssertionError(f"nothing was said of {name}")


def answer(folder: str) -> None:
    """Read what the question in a folder is about, and say what comes of it: the other side of `_read_apart`."""
    wording = json.loads((Path(folder) / _QUESTION).read_text("ascii"))
    heading = tuple(wording["heading"]) if wording["heading"] else None
    question = Question(**{**wording, "path": Path(wording["path"]), "heading": heading})
    print(READY, flush=True)  # noqa: T201 - what the other side listens to
    try:
        extract = read_whole(question, lambda rows, share: say(rows=rows, share=share))
    except UnreadableSourceError as problem:
        sheets, rejects = getattr(problem, "sheets", ()), getattr(problem, "rejects", ())
        say(refusal=str(problem), sheets=sheets, rejects=rejects)
        return
    table = extract.table.append_column(LINES, extract.lines)
    with pa.OSFile(str(Path(folder) / _TABLE), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    say(extract={name: value for name, value in vars(extract).items() if name not in {"table", "lines"}})


def say(**message: Any) -> None:
    """Say something to the side that asked."""
    print(json.dumps(message, default=astuple), flush=True)  # noqa: T201


def refusal(message: dict[str, Any]) -> UnreadableSourceError:
    """Return what the other side refused with."""
    if message["sheets"]:
        return SheetNotChosenError(message["refusal"], message["sheets"])
    if message["rejects"]:
        return TooManyRejectsError(message["refusal"], [Reject(*reject) for reject in message["rejects"]])
    return UnreadableSourceError(message["refusal"])


def _extract(file: Path, about: dict[str, Any]) -> Extract:
    table = pa.ipc.open_stream(file.read_bytes()).read_all()
    lists = {name: tuple(value) for name, value in about.items() if isinstance(value, list)}
    rejects = tuple(Reject(*reject) for reject in about["rejects"])
    return Extract(
        **{**about, **lists, "file": NamedFile(*about["file"]), "rejects": rejects},
        table=table.drop_columns([LINES]),
        lines=table[LINES].combine_chunks(),
    )


def sweep() -> None:
    """Remove what a process that was killed while it read left behind: rows of a file among it."""
    for left in Path(gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > KEPT_S and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
