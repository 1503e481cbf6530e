"""How large the pages of a Parquet file say that they unpack to: read from each page's own header.

Whoever unpacks a page makes room for what its header claims; the file's footer only repeats it, and can lie.
Headers are in Thrift's compact protocol, of which only walking past fields is needed here.
"""

from pathlib import Path
from typing import IO, Final

import pyarrow.parquet as pq

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.bounds import MAX_PAGE_BYTES, MAX_PAGES_BYTES

_MAX_HEADER_BYTES: Final = 65_536  # statistics in it hold the least and the greatest value of a page
_UNPACKED, _PACKED = 2, 3  # fields of a page's header
_MOST_NESTED: Final = 8


def refuse_swollen_pages(path: Path, metadata: pq.FileMetaData, leaves: list[int], name: str) -> None:
    """Refuse a file whose pages unpack to more than can be held, before any of them is unpacked.

    Args:
        path: The file.
        metadata: Its footer.
        leaves: Which of its columns will be read.
        name: What to call it.

    Raises:
        UnreadableSourceError: A page claims too much, all of them together do, or a header can't be read.
    """
    total = 0
    with path.open("rb") as stream:
        for group in range(metadata.num_row_groups):
            if not metadata.row_group(group).num_rows:
                continue  # nothing of it is read, and some writers leave no page in it
            for leaf in leaves:
                chunk = metadata.row_group(group).column(leaf)
                for size in _page_sizes(stream, chunk, name):
                    total += size
                    if size > MAX_PAGE_BYTES or total > MAX_PAGES_BYTES:
                        raise UnreadableSourceError(
                            f"{name} unpacks to more than can be held at once: {total:,} bytes by row group {group + 1}, "
                            f"column {chunk.path_in_schema[:60]!r}. Give fewer months at a time, or check where it came from."
                        )


def _page_sizes(stream: IO[bytes], chunk: pq.ColumnChunkMetaData, name: str) -> list[int]:
    starts = [chunk.data_page_offset]
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        starts.append(chunk.dictionary_page_offset)
    at, end = min(starts), min(starts) + chunk.total_compressed_size
    sizes: list[int] = []
    while at < end:
        stream.seek(at)
        header = _Header(stream.read(_MAX_HEADER_BYTES))
        try:
            fields = header.numbers()
            unpacked, packed = fields[_UNPACKED], fields[_PACKED]
        except (IndexError, KeyError, RecursionError, OverflowError) as problem:
            raise UnreadableSourceError(
                f"{name} breaks off or is damaged: a page of its column {chunk.path_in_schema[:60]!r} can't be read. "
                "Fetch it again."
            ) from problem
        if min(unpacked, packed) < 0:
            raise UnreadableSourceError(
                f"{name} is damaged: a page of it claims less than no bytes. Fetch it again."
            )
        sizes.append(unpacked)
        at += header.at + packed
    return sizes


class _Header:
    def __init__(self, content: bytes) -> None:
        self._content, self.at = content, 0

    def numbers(self) -> dict[int, int]:
        """Return the whole numbers of a struct by their field's id, and stand behind it."""
        found: dict[int, int] = {}
        field = 0
        while (byte := self._byte()) != 0:
            step, kind = byte >> 4, byte & 0x0F
            field = field + step if step else self._zigzag()
            if kind in {4, 5, 6}:
                found[field] = self._zigzag()
            else:
                self._pass(kind, 0)
        return found

    def _pass(self, kind: int, depth: int) -> None:
        if depth > _MOST_NESTED:
            raise IndexError
        if kind == 3:
            self.at += 1
        elif kind in {4, 5, 6}:
            self._varint()
        elif kind == 7:
            self.at += 8
        elif kind == 8:
            length = self._varint()
            self.at += length
        elif kind in {9, 10}:
            self._pass_list(depth)
        elif kind == 12:
            while (byte := self._byte()) != 0:
                if not byte >> 4:
                    self._varint()
                self._pass(byte & 0x0F, depth + 1)
        elif kind not in {1, 2}:  # true and false are in the kind itself
            raise IndexError

    def _pass_list(self, depth: int) -> None:
        byte = self._byte()
        count = byte >> 4 if byte >> 4 < 15 else self._varint()
        for _ in range(min(count, _MAX_HEADER_BYTES)):
            self._byte() if byte & 0x0F in {1, 2} else self._pass(byte & 0x0F, depth + 1)

    def _byte(self) -> int:
        self.at += 1
        return self._content[self.at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise IndexError

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)
