"""An extract read by a process of its own, and handed over: the table as an Arrow file, all else as a line of JSON."""

import json
import shutil
import time
from contextlib import closing, suppress
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Final

import pyarrow as pa

from vulncore.domain.delivery import Progress
from vulncore.domain.disk import NamedFile
from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.sources.extract.record import LINES, Extract, Question, SheetNotChosenError
from vulncore.sources.extract.watched import READY, watched
from vulncore.sources.extract.whole import read_whole

PREFIX: Final = "vulncore-reading-"
KEPT_S: Final = 86_400  # reading takes no day
_QUESTION: Final = "question.json"
_TABLE: Final = "table.arrow"


def read_apart(question: Question, name: str, progress: Progress | None = None) -> Extract:
    """Return an extract as `read_whole` does, which runs in a process that is watched.

    Raises:
        UnreadableSourceError: As `read_extract` has it, or reading took too much memory or time.
    """
    _sweep()
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
                    raise _refusal(message)
                if "extract" in message:
                    return _extract(folder / _TABLE, message["extract"])
    raise AssertionError(f"nothing was said of {name}")


def answer(folder: str) -> None:
    """Read what the question in a folder is about, and say what comes of it: the other side of `read_apart`."""
    wording = json.loads((Path(folder) / _QUESTION).read_text("ascii"))
    heading = tuple(wording["heading"]) if wording["heading"] else None
    question = Question(**{**wording, "path": Path(wording["path"]), "heading": heading})
    print(READY, flush=True)  # noqa: T201 - what the other side listens to
    try:
        extract = read_whole(question, lambda rows, share: _say(rows=rows, share=share))
    except UnreadableSourceError as refusal:
        sheets, rejects = getattr(refusal, "sheets", ()), getattr(refusal, "rejects", ())
        _say(refusal=str(refusal), sheets=sheets, rejects=rejects)
        return
    table = extract.table.append_column(LINES, extract.lines)
    with pa.OSFile(str(Path(folder) / _TABLE), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    _say(extract={name: value for name, value in vars(extract).items() if name not in {"table", "lines"}})


def _say(**message: Any) -> None:
    print(json.dumps(message, default=astuple), flush=True)  # noqa: T201


def _refusal(message: dict[str, Any]) -> UnreadableSourceError:
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


def _sweep() -> None:
    """Remove what a process that was killed while it read left behind: rows of a file among it."""
    for left in Path(gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > KEPT_S and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
