"""An extract's bytes as a stream, out of a gz or a zip if it came in one: nothing is unpacked to disk."""

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


TEXT_SUFFIXES: Final = (".csv", ".tsv", ".tab", ".txt", ".psv")

_TAIL = 65_557  # the longest comment of a zip, and the 22 bytes before it


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Turn whatever a damaged gz or zip raises while it is read into a sentence.

    Raises:
        UnreadableSourceError: What is packed breaks off, or is not what it was when it was packed.
    """
    try:
        yield
    except DAMAGE as problem:
        raise UnreadableSourceError(
            f"{name} breaks off or is damaged, so rows may be missing ({str(problem)[:100] or 'no end'}). "
            "Fetch it again."
        ) from problem


def checked_zip(path: Path) -> zipfile.ZipFile:
    """Return a zip, opened, whose list of members is safe to go by. Closing it is the caller's.

    Raises:
        UnreadableSourceError: It is damaged, lists too many members, encrypted ones, ones packed by an uncommon
            method, or names that lead out of it.
    """
    name = printable(path.name)
    _refuse_long_directory(path, name)
    with damage_told(name):
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
            f"{name} holds {len(texts)} files of text ({names or 'nothing at all'}), and an extract is one. "
            "Give a zip of one CSV, or the file itself."
        )
    return texts[0]


class Bounded(io.RawIOBase):
    """A stream that is given up when there are more bytes in it than there may be."""

    def __init__(self, stream: IO[bytes], name: str, most: int = MAX_BYTES, size: int = 0) -> None:
        self._stream, self._name, self._most, self._size = stream, name, most, size
        self._packed: IO[bytes] | None = None
        self._count = 0

    def share(self) -> float:
        """Return how much of it has been read, 0 to 1, going by the size that it claims."""
        done = self._packed.tell() if self._packed and not self._packed.closed else self._count
        return min(1.0, done / max(self._size, 1))

    def out_of(self, packed: IO[bytes]) -> "Bounded":
        """Return this stream, to be measured by and closed with the packed one that it comes out of."""
        self._packed = packed
        return self

    def readable(self) -> bool:  # noqa: D102 - as io has it
        return True

    def read(self, size: int | None = -1, /) -> bytes:  # noqa: D102 - as io has it
        with damage_told(self._name):
            piece = self._stream.read(CHUNK_BYTES if size is None or size < 0 else size)
        self._count += len(piece)
        if self._count > self._most:
            raise UnreadableSourceError(
                f"{self._name} holds more than {self._most:,} bytes, and no extract does. "
                "Check that it is the right file, or give fewer months at a time."
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


def plain(path: Path, name: str) -> Bounded:
    """Return a file's own bytes."""
    return Bounded(path.open("rb"), name, size=path.stat().st_size)


def gunzipped(path: Path, name: str) -> Bounded:
    """Return the bytes within a gz."""
    packed = path.open("rb")
    stream = cast("IO[bytes]", gzip.GzipFile(fileobj=packed))
    return Bounded(stream, name, size=path.stat().st_size).out_of(packed)


def member_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, most: int = MAX_BYTES) -> Bounded:
    """Return the bytes of a zip's member."""
    with damage_told(name):
        return Bounded(archive.open(member), name, most, member.file_size)


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
            f"{name} lists members by the hundred thousand, and an extract is one file. Check where it came from."
        )


def _refuse_unsafe(members: list[zipfile.ZipInfo], name: str) -> None:
    unsafe = unsafe_members(members)
    faults: dict[str, Sequence[str]] = {
        "lead out of it": unsafe.climbing,
        "are encrypted": unsafe.locked,
        "are packed by another method than deflate": unsafe.uncommon,
    }
    if len(members) > MAX_MEMBERS:
        faults["are more than an extract has"] = [printable(member.filename) for member in members]
    for what, which in faults.items():
        if which:
            raise UnreadableSourceError(
                f"{len(which):,} names in {name} {what}: {first_five(which)}. "
                "Check where it came from, or pack the extract again without a password."
            )
