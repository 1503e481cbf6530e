"""An extract's bytes: what they are by how they begin, how many there may be, and how they come out of a gz or a zip.

Nothing is unpacked to disk. The bounds of all readers of extracts stand here together.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator, Sequence
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

HEADING_SEARCHED: Final = 60  # rows in which a heading is looked for: a page of titles and criteria
HEADING_LINES: Final = 5  # how many lines a heading that is given may have

MAX_SHEET_ROWS: Final = 1_048_576  # what a spreadsheet has
MAX_SHEET_COLUMNS: Final = 16_384  # and that
MAX_SHEET_CELLS: Final = 20_000_000  # filled or not: every row with twenty columns, two minutes of reading
MAX_SHEETS: Final = 500
MAX_MEMBERS: Final = 10_000  # parts of a workbook; pictures and comments make up the most of them
MAX_DIRECTORY_BYTES: Final = 5_000_000  # a zip's list of members, whose reading costs ten times its size
MAX_PART_BYTES: Final = 50_000_000  # the parts of a workbook that say how it hangs together
MAX_STRINGS_BYTES: Final = 150_000_000  # as they lie in memory: two million texts of twenty characters
MAX_STYLES: Final = 100_000  # a spreadsheet allows 65,490

MAX_FOOTER_BYTES: Final = 10_000_000  # of Parquet: a million column chunks would fit
MAX_ROW_GROUPS: Final = 10_000
MAX_PAGE_BYTES: Final = 64_000_000  # of Parquet, unpacked: writers end a page after about 1 MB
MAX_PAGES_BYTES: Final = 200_000_000  # of all pages that are read, unpacked: they may all lie in one batch

BATCH_ROWS: Final = 10_000
BATCH_CHARACTERS: Final = 8_000_000
CHUNK_BYTES: Final = 1 << 16

ZIP: Final = b"PK\x03\x04"
GZIP: Final = b"\x1f\x8b"
PARQUET: Final = b"PAR1"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
FIRST_BYTES: Final = 1_024
TEXT_SUFFIXES: Final = (".csv", ".tsv", ".tab", ".txt", ".psv")

_TAIL = 65_557  # the longest comment of a zip, and the 22 bytes before it

_OTHERS: Final = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        "an old .xls workbook, or one protected by a password. Open the file in a spreadsheet program and save it "
        "as XLSX without a password"
    ),
    b"PAR": "an encrypted Parquet file. Write it without encryption",
    b"PK\x05\x06": "an empty zip. Export the file again",
    b"%PDF": "a PDF. Ask for the extract as CSV or XLSX",
    b"{\\rtf": "a text document. Ask for the extract as CSV or XLSX",
    b"\x89PNG": "a picture. Ask for the extract as CSV or XLSX",
    b"\xff\xd8\xff": "a picture. Ask for the extract as CSV or XLSX",
    b"GIF8": "a picture. Ask for the extract as CSV or XLSX",
    b"II*\0": "a picture. Ask for the extract as CSV or XLSX",
    b"MM\0*": "a picture. Ask for the extract as CSV or XLSX",
    b"7z\xbc\xaf": "packed as 7z. Unpack it, or pack it as zip",
    b"Rar!": "packed as RAR. Unpack it, or pack it as zip",
    b"BZh": "packed as bzip2. Unpack it, or pack it as zip or gz",
    b"\xfd7zXZ": "packed as xz. Unpack it, or pack it as zip or gz",
    b"\x28\xb5\x2f\xfd": "packed as zstd. Unpack it, or pack it as zip or gz",
    b"SQLite format 3": "a database. Export its records as CSV",
    b"ARROW1": "an Arrow file. Write it as Parquet or CSV",
}

_MARKED_UP: Final = {
    "<!doctype html": "a web page, perhaps a sign-in page. Export the extract again",
    "<html": "a web page under another name. Open the file in a spreadsheet program and save it as XLSX",
    "<table": "a web page under another name. Open the file in a spreadsheet program and save it as XLSX",
    "<?xml": "an XML file. Open the file in a spreadsheet program and save it as XLSX",
    "<": "marked-up text, not a CSV. Open the file in a spreadsheet program and save it as XLSX",
    "{": "JSON, not a CSV. Ask for the extract as CSV, XLSX or Parquet",
    "[{": "JSON, not a CSV. Ask for the extract as CSV, XLSX or Parquet",
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
    for magic, what in _OTHERS.items():
        if first.startswith(magic):
            raise UnreadableSourceError(f"{name} is {what}.")
    text = first.decode("utf-16" if first.startswith(UTF_16) else "utf-8-sig", errors="replace")
    beginning = text.lstrip().casefold()
    for mark, what in _MARKED_UP.items():
        if beginning.startswith(mark):
            raise UnreadableSourceError(f"{name} is {what}.")


class BoundedStream(io.RawIOBase):
    """A stream that is given up when there are more bytes in it than there may be."""

    def __init__(self, stream: IO[bytes], name: str, most: int = MAX_BYTES, size: int = 0) -> None:
        self._stream, self._name, self._most, self._size = stream, name, most, size
        self._packed: IO[bytes] | None = None
        self._count = 0

    def share(self) -> float:
        """Return how much of it has been read, 0 to 1, going by the size that it claims."""
        done = self._packed.tell() if self._packed and not self._packed.closed else self._count
        return min(1.0, done / max(self._size, 1))

    def out_of(self, packed: IO[bytes]) -> "BoundedStream":
        """Return this stream, to be measured by and closed with the packed one that it comes out of."""
        self._packed = packed
        return self

    def readable(self) -> bool:  # noqa: D102 - as io has it
        return True

    def read(self, size: int | None = -1, /) -> bytes:  # noqa: D102 - as io has it
        with damage_as_refusal(self._name):
            piece = self._stream.read(CHUNK_BYTES if size is None or size < 0 else size)
        self._count += len(piece)
        if self._count > self._most:
            raise UnreadableSourceError(
                f"{self._name} holds more than {self._most:,} bytes, too many for an extract. "
                "Check that you chose the right file, or give fewer months at a time."
            )
        return piece

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # noqa: D102
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:  # noqa: D102 - as io has it
        self._stream.close()
        if self._packed:
            self._packed.close()
        super().close()


def open_plain(path: Path, name: str) -> BoundedStream:
    """Return a file's bytes as a bounded stream."""
    return BoundedStream(path.open("rb"), name, size=path.stat().st_size)


def open_gzip(path: Path, name: str) -> BoundedStream:
    """Return the bytes within a gz as a bounded stream."""
    packed = path.open("rb")
    stream = cast("IO[bytes]", gzip.GzipFile(fileobj=packed))
    return BoundedStream(stream, name, size=path.stat().st_size).out_of(packed)


def open_checked_zip(path: Path) -> zipfile.ZipFile:
    """Return a zip, opened, whose list of members is safe to go by. Closing it is the caller's.

    Raises:
        UnreadableSourceError: It is damaged, lists too many members, encrypted ones, ones packed by an uncommon
            method, or names that lead out of it.
    """
    name = printable(path.name)
    _refuse_long_directory(path, name)
    with damage_as_refusal(name):
        archive = zipfile.ZipFile(path)
    try:
        _refuse_unsafe(archive.infolist(), name)
    except UnreadableSourceError:
        archive.close()
        raise
    return archive


def text_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
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


def open_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, most: int = MAX_BYTES
) -> BoundedStream:
    """Return the bytes of a zip's member as a bounded stream."""
    with damage_as_refusal(name):
        return BoundedStream(archive.open(member), name, most, member.file_size)


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


def _refuse_long_directory(path: Path, name: str) -> None:
    """Refuse a zip by the size of its list of members, before that is read into memory."""
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - _TAIL - 76))
        tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    lengths = [int.from_bytes(tail[end + 12 : end + 16], "little")] if end >= 0 else []
    if (
        tail[end - 20 : end - 16] == b"PK\x06\x07"
    ):  # a second, wider list end, which then is the one that counts
        lengths = [int.from_bytes(tail[end - 36 : end - 28], "little")]
    if any(length > MAX_DIRECTORY_BYTES for length in lengths):
        raise UnreadableSourceError(
            f"{name} lists hundreds of thousands of files. An extract is one file. Check where the file came from."
        )


def _refuse_unsafe(members: list[zipfile.ZipInfo], name: str) -> None:
    unsafe = unsafe_members(members)
    faults: dict[str, Sequence[str]] = {
        "lead out of the zip": unsafe.climbing,
        "are encrypted": unsafe.locked,
        "are packed by another method than deflate": unsafe.uncommon,
    }
    if len(members) > MAX_MEMBERS:
        faults["are more than an extract has"] = [printable(member.filename) for member in members]
    for what, which in faults.items():
        if which:
            raise UnreadableSourceError(
                f"{len(which):,} names in {name} {what}: {first_five(which)}. "
                "Check where the zip came from, or pack the extract again without a password."
            )
