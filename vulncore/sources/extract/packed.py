"""An extract's bytes: what they are by how they begin, how many there may be, and how they come out of a gz or a zip.

Nothing is unpacked to disk. The bounds of all readers of extracts stand here together, but for memory and time, which
`watched` bounds.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.zip_members import DAMAGE, unsafe_members

MAX_BYTES: Final = 1_000_000_000  # packed or unpacked: three years of the largest force at 300 bytes a record
MAX_KEPT_BYTES: Final = 300_000_000  # text of the wanted columns: a million records of twenty short fields
MAX_ROWS: Final = 5_000_000  # all crime that the largest force records in five years
MAX_COLUMNS: Final = 500  # the widest exports of records-management systems have about 200
MAX_CELL_CHARACTERS: Final = 32_767  # what a cell of a spreadsheet holds at most
MAX_ROW_CHARACTERS: Final = 1_000_000  # thirty cells filled to their brim
MAX_REJECTS: Final = 100_000  # nobody corrects so many by hand: the file is of another shape
MAX_NAME_CHARACTERS: Final = 120  # a heading that is longer is a paragraph

MAX_MEMBERS: Final = 10_000  # parts of a workbook; pictures and comments make up the most of them

HEADING_SEARCHED: Final = 60  # rows in which a heading is looked for: a page of titles and criteria
HEADING_LINES: Final = 5  # how many lines a heading that is given may have

BATCH_ROWS: Final = 10_000
BATCH_CHARACTERS: Final = 8_000_000
CHUNK_BYTES: Final = 1 << 16

ZIP: Final = b"PK\x03\x04"
GZIP: Final = b"\x1f\x8b"
PARQUET: Final = b"PAR1"
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS, and any workbook locked by a password
PACKED: Final = (ZIP, GZIP, PARQUET, OLD_WORKBOOK)  # what may swell as it is read
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
FIRST_BYTES: Final = 1_024
TEXT_SUFFIXES: Final = (".csv", ".tsv", ".tab", ".txt", ".psv")

_ASK: Final = "Ask for the extract as CSV or XLSX"
_SAVE_AS: Final = "Open the file in a spreadsheet program and save it as XLSX"
_OTHERS: Final = {
    "an encrypted Parquet file. Write it without encryption": (b"PAR",),
    "an empty zip. Export the file again": (b"PK\x05\x06",),
    f"a PDF. {_ASK}": (b"%PDF",),
    f"a text document. {_ASK}": (b"{\\rtf",),
    f"a picture. {_ASK}": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"),
    "packed as 7z. Unpack it, or pack it as zip": (b"7z\xbc\xaf",),
    "packed as RAR. Unpack it, or pack it as zip": (b"Rar!",),
    "packed as bzip2. Unpack it, or pack it as zip or gz": (b"BZh",),
    "packed as xz. Unpack it, or pack it as zip or gz": (b"\xfd7zXZ",),
    "packed as zstd. Unpack it, or pack it as zip or gz": (b"\x28\xb5\x2f\xfd",),
    "a database. Export its records as CSV": (b"SQLite format 3",),
    "an Arrow file. Write it as Parquet or CSV": (b"ARROW1",),
}
_MARKED_UP: Final = {
    "a web page, perhaps a sign-in page. Export the extract again": ("<!doctype html",),
    f"a web page under another name. {_SAVE_AS}": ("<html", "<table"),
    f"an XML file. {_SAVE_AS}": ("<?xml",),
    f"marked-up text, not a CSV. {_SAVE_AS}": ("<",),
    "JSON, not a CSV. Ask for the extract as CSV, XLSX or Parquet": ("{", "[{"),
}


def refuse_other_kinds(first: bytes, name: str) -> None:
    r"""Refuse a file that begins like another kind of file, and say which kind.

    Raises:
        UnreadableSourceError: It is empty, or of a kind that no reader here is for.

    >>> refuse_other_kinds(b"Crime ID,Month\n", "crimes.csv")
    >>> refuse_other_kinds(b"%PDF-1.7", "crimes.csv")
    Traceback (most recent call last):
    vulncore.domain.errors.UnreadableSourceError: crimes.csv is a PDF. Ask for the extract as CSV or XLSX.
    """
    if not first.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableSourceError(f"{name} is empty: it has not even a heading. Export the file again.")
    text = first.decode("utf-16" if first.startswith(UTF_16) else "utf-8-sig", errors="replace")
    beginning = text.lstrip().casefold()
    kinds = [what for what, magic in _OTHERS.items() if first.startswith(magic)]
    kinds += [what for what, marks in _MARKED_UP.items() if beginning.startswith(marks)]
    if kinds:
        raise UnreadableSourceError(f"{name} is {kinds[0]}.")


class TextBytes(io.RawIOBase):
    """The bytes of a text in a file, a gz or a zip, given up when there are more of them than there may be."""

    def __init__(self, path: Path, name: str, first: bytes) -> None:
        self._name, self._size, self._count = name, path.stat().st_size, 0
        self._packed = path.open("rb")
        self._stream: IO[bytes] = self._packed
        with damage_as_refusal(name):
            if first.startswith(GZIP):
                self._stream = cast("IO[bytes]", gzip.GzipFile(fileobj=self._packed))
            elif first.startswith(ZIP):
                archive = zipfile.ZipFile(self._packed)
                self._stream = archive.open(_text_member(archive, name))

    def share(self) -> float:
        """Return how much of the file has been read, 0 to 1."""
        return 1.0 if self._packed.closed else min(1.0, self._packed.tell() / max(self._size, 1))

    def readable(self) -> bool:  # noqa: D102 - as io has it
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # noqa: D102
        with damage_as_refusal(self._name):
            piece = self._stream.read(len(buffer))
        self._count += len(piece)
        if self._count > MAX_BYTES:
            raise UnreadableSourceError(
                f"{self._name} holds more than {MAX_BYTES:,} bytes, too many for an extract. "
                "Check that you chose the right file, or give fewer months at a time."
            )
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:  # noqa: D102 - as io has it
        self._stream.close()
        self._packed.close()
        super().close()


def zip_names(path: Path, name: str) -> list[str]:
    """Return the names in a zip, once they are safe to go by.

    Raises:
        UnreadableSourceError: It is damaged, lists too many members, encrypted ones, ones packed by an uncommon
            method, or names that lead out of it.
    """
    with damage_as_refusal(name), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    faults = unsafe_members(members)
    if len(members) > MAX_MEMBERS:
        faults["are more than an extract has"] = [printable(member.filename) for member in members]
    for what, which in faults.items():
        if which:
            raise UnreadableSourceError(
                f"{len(which):,} names in {name} {what}: {first_five(which)}. "
                "Check where the zip came from, or pack the extract again without a password."
            )
    return [member.filename for member in members]


def _text_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Return the one file of text in a zip.

    Raises:
        UnreadableSourceError: There is none, or more than one.
    """
    files = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and "__MACOSX" not in member.filename  # what a Mac adds to its zips
        and not PurePosixPath(member.filename).name.startswith(".")
    ]
    texts = [member for member in files if PurePosixPath(member.filename.casefold()).suffix in TEXT_SUFFIXES]
    if len(texts) != 1:
        names = first_five(printable(member.filename) for member in texts or files)
        raise UnreadableSourceError(
            f"{name} holds {len(texts)} text files ({names or 'nothing at all'}). An extract is one file. "
            "Give a zip of one CSV, or the file itself."
        )
    return texts[0]


@contextmanager
def damage_as_refusal(name: str) -> Iterator[None]:
    """Turn whatever a damaged gz or zip raises while it is read into a sentence.

    Raises:
        UnreadableSourceError: What is packed breaks off, or is not what it was when it was packed.
    """
    try:
        yield
    except DAMAGE as problem:
        raise UnreadableSourceError(
            f"{name} breaks off or is damaged, so rows may be missing. Export the file again."
        ) from problem
