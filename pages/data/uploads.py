"""A file that a browser sent: on disk only while it is read."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

MAX_UPLOAD_MB = 200


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[Path]:
    """Yield the path of a copy that is gone afterwards, whatever happens. Its name is the file's own."""
    name = PurePosixPath(file.name.replace("\\", "/")).name[
        -60:
    ]  # letters can take four bytes, and a name has 255
    with tempfile.TemporaryDirectory(prefix="vulncore-") as folder:
        path = Path(folder) / (name if name.strip(". ") and "\0" not in name else "upload")
        with path.open("wb") as copy:
            copy.write(file.getbuffer())
        yield path


def progress_in(place: DeltaGenerator) -> Callable[[int, float], None]:
    """Return what shows how far a reading is: rows so far, and the time that is left."""
    bar, started = place.progress(0.0, "Reading …"), time.monotonic()

    def tell(rows: int, share: float) -> None:
        gone = time.monotonic() - started
        left = f", about {gone / share - gone:,.0f} s left" if 0.02 < share < 1 and gone > 1 else ""
        bar.progress(min(max(share, 0.0), 1.0), f"{rows:,} rows read{left}")

    return tell


def forget(prefix: str) -> None:
    """Take out of the visit whatever was kept under keys that begin so: an extract is not kept for longer than it is used."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]
