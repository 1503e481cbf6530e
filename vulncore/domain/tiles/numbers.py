"""How PMTiles writes numbers: a tile's place as one on Hilbert's curve, and many numbers one after the other."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.uint64]
LONGEST = 10  # bytes of a number up to 64 bits


def tile_number(z: int, x: int, y: int) -> int:
    """Return a tile's number: all tiles of lower zooms come first, then those of its own along Hilbert's curve.

    Source: PMTiles specification, version 3, "Tile ID".

    >>> [tile_number(*place) for place in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (12, 3423, 1763))]
    [0, 1, 2, 3, 4, 19078479]
    """
    number = ((1 << 2 * z) - 1) // 3
    for level in reversed(range(z)):
        side = 1 << level
        right, down = int(bool(x & side)), int(bool(y & side))
        number += side * side * ((3 * right) ^ down)
        x, y = x & (side - 1), y & (side - 1)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
    return number


def numbers_in(data: bytes) -> Whole:
    """Return the numbers that bytes hold, each of seven bits a byte, the lowest first.

    Raises:
        ValueError: The last one breaks off, or one is too long.
    """
    parts = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(parts < 0x80)
    if not len(parts) or not len(ends) or ends[-1] != len(parts) - 1:
        raise ValueError("numbers that break off")
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > LONGEST:
        raise ValueError("a number of more than 64 bits")
    places = np.arange(len(parts)) - np.repeat(starts, lengths)
    shifted = (parts & 0x7F).astype(np.uint64) << (7 * places).astype(np.uint64)
    return np.add.reduceat(shifted, starts)


def written_numbers(numbers: Iterable[int]) -> bytes:
    """Return numbers as `numbers_in` reads them.

    >>> numbers_in(written_numbers([0, 127, 128, 2**64 - 1])).tolist()
    [0, 127, 128, 18446744073709551615]
    """
    data = bytearray()
    for number in numbers:
        while number > 0x7F:
            data.append(number & 0x7F | 0x80)
            number >>= 7  # noqa: PLW2901 - what is left to write of it
        data.append(number)
    return bytes(data)
