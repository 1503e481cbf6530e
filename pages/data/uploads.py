"""A file that a browser sent: on disk only while it is read, and what a visit keeps of it."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from vulncore.domain.disk import DEVICE, IS_WINDOWS
from vulncore.sources.deliveries import Source
from vulncore.sources.records.mapping import Mapping
from vulncore.store.manifest import Publish

MAX_UPLOAD_MB = 200


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[Path]:
    """Yield the path of a copy that is gone afterwards, whatever happens. Its name is the file's own."""
    # letters can take four bytes, and a name has 255
    name = PurePosixPath(file.name.replace("\\", "/")).name[-60:]
    if IS_WINDOWS:  # which takes these letters for parts of a path, and some names for devices
        name = re.sub('[<>:"|?*]', "-", f"-{name}" if DEVICE.fullmatch(name) else name)
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


@dataclass
class Desk:
    """What a visit keeps of the file that it brings in, and no longer than it is used.

    `looks` are what was read of it by sheet and heading, `dry_run` the last one, `published` what was published of the last file until
    that is said, and `cleared` counts the files that are done with. `filling` names the mapping that is being filled in, `fillings`
    has with what findings' remedies filled it in since, and `is_due` says that the dry run is to be made again with that.
    `codes` are what was chosen of codes, by the column's key.
    """

    file_id: str = ""
    source: Source | None = None
    looks: dict[object, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    dry_run: Any = None
    published: Publish | None = None
    cleared: int = 0
    filling: str = ""
    fillings: dict[str, list[Mapping]] = field(default_factory=dict)
    is_due: bool = False

    def fill_in(self, mapping: Mapping) -> None:
        """Fill the mapping in anew, and have the dry run made again; a button's callback."""
        self.fillings.setdefault(self.filling, []).append(mapping)
        self.is_due = True


def desk(file_id: str | None = None) -> Desk:
    """Return what is kept of the file that a visit brings in; of another file, nothing is kept yet."""
    kept: Desk = st.session_state.setdefault("desk", Desk())
    if file_id is not None and kept.file_id != file_id:
        kept = st.session_state["desk"] = Desk(file_id, published=kept.published, cleared=kept.cleared)
    return kept
