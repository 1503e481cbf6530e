"""What was fetched into a folder, from where and when: `fetched.json`, by which a second run knows what is whole."""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from vulncore.domain.disk import file_digest, write_whole
from vulncore.domain.errors import UnreachableSiteError
from vulncore.fetching.web import ByteProgress, Version, Web

LEDGER: Final = "fetched.json"
READABLE: Final = 0o644
SPARE_BYTES: Final = 100 * 1024**2  # of a disk that is left to others


@dataclass(frozen=True)
class FetchedFile:
    """A file in the folder: its name there, where it came from, of which version and when, its bytes and SHA-256."""

    file: str
    address: str
    version: str
    fetched_at: str
    bytes: int
    sha256: str


class Ledger:
    """A folder's list of what was fetched into it. A list that can't be read counts as empty, and is written again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = _read(folder / LEDGER)

    def whole(self, name: str, address: str, version: str) -> bool:
        """Return whether a file lies here whole, as it came from an address that still has the same version."""
        entry, path = self._files.get(name), self.folder / name
        if entry is None or not version or (entry.address, entry.version) != (address, version):
            return False
        return path.is_file() and path.stat().st_size == entry.bytes and file_digest(path) == entry.sha256

    def digest(self, name: str) -> str:
        """Return the SHA-256 with which a file is listed; "" where it isn't."""
        return self._files[name].sha256 if name in self._files else ""

    def keep(self, name: str, content: bytes, address: str, version: str) -> bool:
        """Write a file whole and list it, unless it lies here as it would be; return whether it was written."""
        digest = hashlib.sha256(content).hexdigest()
        if self.whole(name, address, version) and self.digest(name) == digest:
            return False
        write_whole(self.folder / name, content, READABLE)
        self._enter(name, address, version, len(content), digest)
        return True

    def download(
        self, web: Web, url: str, name: str, most_bytes: int, progress: ByteProgress, md5: str = ""
    ) -> bool:
        """Fetch a file whole into the folder; return whether it had to be.

        Until it is whole it is called `NAME.part`, and `NAME.part.version` says of which version that is: the next
        run goes on from there. `md5` is the digest that the site says it has, "" where it says none.

        Raises:
            UnreachableSiteError: The site can't be reached, the file is larger than may be or than the disk has room
                for, or its digest is another than the site says.
        """
        part, version_file = self.folder / f"{name}.part", self.folder / f"{name}.part.version"
        self.folder.mkdir(parents=True, exist_ok=True)
        there = part.is_file() and version_file.is_file()
        held = version_file.read_text(encoding="utf-8", errors="replace").strip() if there else ""

        def begun(version: Version) -> None:
            if self.whole(name, url, version.validator):
                raise _WholeAlreadyError
            room = shutil.disk_usage(self.folder).free - SPARE_BYTES + part.stat().st_size
            if version.bytes and version.bytes > room:
                raise UnreachableSiteError(
                    f"{name} has {version.bytes / 1e6:,.0f} MB, and the disk has room for {max(0, room) / 1e6:,.0f} MB. "
                    "Make room, or choose a folder on another disk with --into."
                )
            version_file.write_text(version.validator, encoding="utf-8")

        with part.open("r+b" if held else "w+b") as sink:
            try:
                report = partial(progress, name)
                version = web.transfer(url, sink, most_bytes, validator=held, begun=begun, progress=report)
            except _WholeAlreadyError:
                version = None
            except UnreachableSiteError:
                if not part.stat().st_size:
                    part.unlink()
                    version_file.unlink(missing_ok=True)
                raise
        damaged = version is not None and md5 and _digest_of(part, "md5") != md5
        if version is not None and not damaged:
            size, digest = part.stat().st_size, _digest_of(part, "sha256")
            part.chmod(READABLE)
            part.replace(self.folder / name)
            self._enter(name, url, version.validator, size, digest)
        part.unlink(missing_ok=True)
        version_file.unlink(missing_ok=True)
        if damaged:
            raise UnreachableSiteError(
                f"{name} came with another digest (MD5) than {web.host(url)} says. It is damaged or was changed on the way, and is not kept. "
                "Run the command again."
            )
        return version is not None

    def _enter(self, name: str, address: str, version: str, size: int, digest: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._files[name] = FetchedFile(name, address, version, now, size, digest)
        entries = [asdict(self._files[file]) for file in sorted(self._files)]
        write_whole(self.folder / LEDGER, f"{json.dumps({'files': entries}, indent=1)}\n".encode(), READABLE)


class _WholeAlreadyError(Exception):
    """What is coming is here already."""


def _digest_of(path: Path, method: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(method, usedforsecurity=False)).hexdigest()


def _read(path: Path) -> dict[str, FetchedFile]:
    names = {field.name for field in fields(FetchedFile)}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["files"]
        files = [FetchedFile(**entry) for entry in entries if set(entry) == names]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    return {str(file.file): file for file in files}
