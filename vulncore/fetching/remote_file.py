"""A file at a site as a file that can be sought in: what is read of it comes by range requests, and no more."""

import io
import os
from typing import Final

from vulncore.domain.errors import UnreachableSiteError
from vulncore.fetching.web import Web

END_BYTES: Final = 1024**2  # where a zip lists its members: half a megabyte for three years of all forces
LEAST_BYTES: Final = 64 * 1024


class RemoteFile(io.RawIOBase):
    """What is at an address, to be read in parts; `zipfile` takes it as it takes a file.

    Raises:
        ChangedFileError: The site gives no parts, or what it has changes while it is read.
        UnreachableSiteError: It can't be reached, or answers with something else.

    Misleads when:
        the site has no validator for it: then two versions could be mixed, which the checksums of a zip's
        members show.
    """

    def __init__(self, web: Web, url: str, most_bytes: int) -> None:
        super().__init__()
        self._web, self._url, self._most_bytes = web, url, most_bytes
        self._at, self._window, self._window_at = 0, b"", 0
        self.ahead = LEAST_BYTES
        """How many bytes are asked for at once from where the next read begins."""
        self.version = web.transfer(url, io.BytesIO(), most_bytes, part=(0, 0))
        if not self.version.bytes or self.version.bytes > most_bytes:
            raise UnreachableSiteError(
                f"{url[-80:]} has {self.version.bytes or 0:,} bytes, and should have between 1 and {most_bytes:,}. Check the address."
            )
        self.bytes = self.version.bytes
        self._load(max(0, self.bytes - END_BYTES), self.bytes)

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be sought in."""
        return True

    def tell(self) -> int:
        """Return where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Let the next read begin elsewhere, and return where."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.bytes}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as many as are wanted and there."""
        end = self.bytes if size < 0 else min(self.bytes, self._at + size)
        if end <= self._at:
            return b""
        if not self._window_at <= self._at or end > self._window_at + len(self._window):
            self._load(self._at, min(self.bytes, max(end, self._at + max(self.ahead, LEAST_BYTES))))
        piece = self._window[self._at - self._window_at : end - self._window_at]
        self._at = end
        return piece

    def _load(self, begin: int, end: int) -> None:
        content = io.BytesIO()
        self._web.transfer(
            self._url, content, self._most_bytes, part=(begin, end - 1), validator=self.version.validator
        )
        self._window, self._window_at = content.getvalue(), begin
