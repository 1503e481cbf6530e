"""Which sessions, files and uploads are whose: Streamlit's addresses name no user, so that who knows one could open it."""

import os
import re
import threading
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any, Final

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, get_instance
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError

from vulncore.access.roles import Rights

MOST_SESSIONS, MOST_FILES, MOST_PEOPLE = 20_000, 2_000, 5_000
FILE_ID: Final = re.compile(r"[0-9A-Za-z_-]{20,200}")
MEGABYTE: Final = 2**20
LONGEST_BEGINNING: Final = 100_000
SCRIPT: Final = str(Path(__file__).parents[1] / "main.py").encode()
PER_PERSON: Final = 450 * MEGABYTE  # two of the largest file, with what is around them
IN_ALL_MB: Final = 2_000


class Holdings:
    """What was given to whom, by the key of an identity; what is not noted here is nobody's."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._given: OrderedDict[tuple[str, Rights], OrderedDict[str, None]] = OrderedDict()
        self._coming: dict[str, int] = defaultdict(int)
        self._addresses: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def note_session(self, session: str, key: str) -> None:
        """Keep whose a session is."""
        with self._lock:
            self._owners[session] = key
            self._owners.move_to_end(session)
            while len(self._owners) > MOST_SESSIONS:
                self._owners.popitem(last=False)

    def note_address(self, session: str, address: str) -> None:
        """Keep which page a session shows, with its choices: whoever has to sign in again comes back to it."""
        with self._lock:
            self._addresses[session] = address
            self._addresses.move_to_end(session)
            while len(self._addresses) > MOST_SESSIONS:
                self._addresses.popitem(last=False)

    def address_of(self, session: str) -> str:
        """Return which page a session shows; "" where that isn't known."""
        return self._addresses.get(session, "")

    def note_file(self, address: str, key: str, rights: Rights) -> None:
        """Keep to whom the address of a file was given that was made at their press, with the rights that they had."""
        with self._lock:
            files = self._given.setdefault((key, rights), OrderedDict())
            files[file_of(address)] = None
            self._given.move_to_end((key, rights))
            while len(files) > MOST_FILES:
                files.popitem(last=False)
            while len(self._given) > MOST_PEOPLE:
                self._given.popitem(last=False)

    def has_session(self, session: str, key: str) -> bool:
        """Return whether a session is somebody's."""
        return self._owners.get(session) == key

    def has_file(self, address: str, key: str, rights: Rights) -> bool:
        """Return whether somebody was given a file: it was made at their press, or stands on a page of theirs."""
        file = file_of(address)
        was_given = file in self._given.get((key, rights), ())
        return bool(FILE_ID.fullmatch(file)) and (was_given or self._stands_on_page(file, key))

    def _stands_on_page(self, file: str, key: str) -> bool:
        by_session = _runtime().media_file_mgr._files_by_session_and_coord
        return any(
            file in files.values()
            for session, files in list(by_session.items())
            if self.has_session(session, key)
        )

    def take_in(self, session: str, size: int) -> str:
        """Make room for an upload of a size, and return ""; or why there is none."""
        with self._lock:
            theirs, of_all = self._held(session)
            if theirs + size > PER_PERSON:
                return f"You have {theirs / 1e6:,.0f} MB uploaded. Take a file away, or close other tabs, and then send this one."
            if of_all + size > most_in_all():
                return "Others are uploading so much that there is no room now. Try again in a few minutes."
            self._coming[session] += size
            return ""

    def have_taken_in(self, session: str, size: int) -> None:
        """Give back the room of an upload that has arrived, or has failed: what has arrived counts itself."""
        with self._lock:
            self._coming[session] -= size
            if self._coming[session] <= 0:
                del self._coming[session]

    def _held(self, session: str) -> tuple[int, int]:
        kept: Any = _runtime().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
        sizes = {
            name: sum(len(file.data) for file in list(files.values())) for name, files in list(kept.items())
        }
        for name, size in self._coming.items():
            sizes[name] = sizes.get(name, 0) + size
        owner = self._owners.get(session, session)
        theirs = sum(size for name, size in sizes.items() if self._owners.get(name, name) == owner)
        return theirs, sum(sizes.values())


def most_in_all() -> int:
    """Return how many bytes all uploads together may have: `VULNCORE_UPLOADS_MB`."""
    given = os.environ.get("VULNCORE_UPLOADS_MB", "")
    return (int(given) if given.isdigit() else IN_ALL_MB) * MEGABYTE


def file_of(address: str) -> str:
    """Return the number of a file by its address.

    >>> file_of("/under/media/0a1b.csv")
    '0a1b'
    """
    return address.rpartition("/")[2].partition(".")[0]


def name_of_download(address: str) -> str:
    """Return the name under which a file is saved; "" where it isn't one to save, or isn't there."""
    try:
        file = _runtime().media_file_mgr._storage.get_file(address.rpartition("/")[2])  # type: ignore[attr-defined]
    except MediaFileStorageError:
        return ""
    return (file.filename or "download") if file.kind == MediaFileKind.DOWNLOADABLE else ""


def beginning(message: bytes) -> tuple[str, bytes]:
    """Return the session that a message to a browser begins, and the message without what is of the server alone; "" where it begins none.

    Streamlit tells browsers where its script lies, and the versions of itself and of Python.
    """
    if len(message) > LONGEST_BEGINNING or SCRIPT not in message:
        return "", message
    answer = ForwardMsg.FromString(message)
    if answer.WhichOneof("type") != "new_session":
        return "", message
    begun = answer.new_session
    begun.main_script_path = begun.main_script_path.rpartition("/")[2]
    environment = begun.initialize.environment_info
    environment.streamlit_version = environment.python_version = environment.server_os = "-"
    return begun.initialize.session_id, answer.SerializeToString()


HOLDINGS: Final = Holdings()
"""Those of this server."""


def _runtime() -> Runtime:
    return get_instance()
