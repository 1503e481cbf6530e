"""Zips from elsewhere, read member by member into memory and never unpacked to disk."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five

MAX_RATIO: Final = 100  # police CSVs shrink about fivefold; only what is made to swell goes beyond this
MAX_MEMBERS: Final = 50_000  # every force and month since 2010, three files each, is under 30,000
NO_DOWNLOAD: Final = "This is not a download of data.police.uk. Check where the zip came from."

DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, OverflowError, RuntimeError, ValueError)
"""What a damaged or unfamiliar zip raises while it is read."""

_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # how the site packs; others only widen what can go wrong
_ENCRYPTED = 0x1  # the first bit of a member's flags
_ADVICE = (
    NO_DOWNLOAD,
    "Make the zip again without a password.",
    "Give the zip as you downloaded it, or pack the files again.",
)
"""What to do about what `unsafe_members` tells apart, in its order."""


def is_zip(path: Path) -> bool:
    """Return whether a path is named as a zip; what it holds shows when it is opened."""
    return path.suffix.casefold() == ".zip"


def member_names(path: Path) -> list[str]:
    """Return the names of the files in a zip, folders left out.

    Raises:
        UnreadableSourceError: It is no zip or damaged, holds too many files, one that is encrypted or packed by
            an uncommon method, or one whose name leads out of the zip.
    """
    with opened(path, path.name) as archive:
        return safe_names(archive, path.name)


def safe_names(archive: zipfile.ZipFile, zip_name: str) -> list[str]:
    """Return the names of the files in an open zip, folders left out; raises as `member_names` does."""
    name = printable(zip_name)
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise UnreadableSourceError(
            f"{name} has {len(members):,} files. A download has at most {MAX_MEMBERS:,}. "
            "Check where the zip came from."
        )
    for (what, names), advice in zip(unsafe_members(members).items(), _ADVICE, strict=True):
        if names:
            kind = "names" if advice == NO_DOWNLOAD else "files"
            raise UnreadableSourceError(
                f"{len(names)} {kind} in {name} {what}: {first_five(names)}. {advice}"
            )
    return [member.filename for member in members]


def unsafe_members(members: Sequence[zipfile.ZipInfo]) -> dict[str, list[str]]:
    """Return the names, fit to print, of a zip's members that are not to be read, by what is wrong with them."""
    wrong: dict[str, Callable[[zipfile.ZipInfo], object]] = {
        "lead out of the zip": lambda member: _leads_out(member.filename),
        "are encrypted": lambda member: member.flag_bits & _ENCRYPTED,
        "are packed by another method than deflate": lambda member: member.compress_type not in _PLAIN,
    }
    return {
        what: [printable(member.filename) for member in members if is_so(member)]
        for what, is_so in wrong.items()
    }


def member_content(archive: zipfile.ZipFile, name: str, zip_name: str, most_bytes: int) -> bytes:
    """Return the bytes of a member of an open zip.

    Raises:
        UnreadableSourceError: They are more than that, or more than `MAX_RATIO` times what they take in the zip.
    """
    plausible = archive.getinfo(name).compress_size * MAX_RATIO
    refusal = (
        f"{printable(name)} in {printable(zip_name)} swells to more than {MAX_RATIO} times its packed size. "
        f"{NO_DOWNLOAD}"
        if plausible < most_bytes
        else too_large(f"{printable(name)} in {printable(zip_name)}", most_bytes)
    )
    with archive.open(name) as stream:
        return read_within(stream, min(most_bytes, plausible), refusal)


def read_within(stream: IO[bytes], most_bytes: int, refusal: str) -> bytes:
    """Return a stream's bytes, given up as soon as there are too many.

    Raises:
        UnreadableSourceError: There are more bytes than that; `refusal` says so.
    """
    content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise UnreadableSourceError(refusal)
    return content


def too_large(name: str, most_bytes: int) -> str:
    """Return the sentence that refuses a file for its size."""
    return f"{name} has more than {most_bytes:,} bytes, too many for a force's month. Check where the file came from."


def _leads_out(name: str) -> bool:
    windows = PureWindowsPath(name)  # knows backslashes and drive letters; slashes are the same to it
    return PurePosixPath(name).is_absolute() or bool(windows.anchor) or ".." in windows.parts


@contextmanager
def opened(file: Path | IO[bytes] | io.RawIOBase, zip_name: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip, and say in one sentence (UnreadableSourceError) whatever is wrong with it while it is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except DAMAGE as problem:
        raise UnreadableSourceError(
            f"{printable(zip_name)} is not a zip that can be read. Download the zip again."
        ) from problem
