"""Which encoding a text is in, found by reading all of it once."""

import codecs
from dataclasses import dataclass
from typing import Final, Protocol

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.bounds import CHUNK_BYTES

MOST_BEYOND_ASCII: Final = 0.2  # of the bytes: an English extract has far fewer, another alphabet far more

_PIECE = 16 * CHUNK_BYTES
_ASCII = bytes(range(128))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a")) + b"\x7f"  # 1A ends files of very old systems
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


class Readable(Protocol):
    """Whatever gives its bytes piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, so many at most; none at the end."""
        ...


@dataclass(frozen=True)
class Encoding:
    """A text's encoding: its name for people, its name for Python, and what to note about it if anything."""

    name: str
    codec: str
    note: str = ""


def found_encoding(stream: Readable, name: str) -> Encoding:
    r"""Return the encoding of a text: by its mark, else UTF-8 if it is, else Windows-1252 if that makes sense.

    Raises:
        UnreadableSourceError: It holds NUL bytes, or is none of these.

    >>> import io
    >>> found_encoding(io.BytesIO("Date,£\n".encode("cp1252")), "x.csv").name
    'Windows-1252'
    """
    first = stream.read(_PIECE)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _checked(first, stream, "utf-16", name)
        return Encoding("UTF-16", "utf-16")
    marked = first.startswith(codecs.BOM_UTF8)
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    total = beyond = controls = 0
    outside = False
    piece = first
    while piece:
        if b"\0" in piece:
            at = total + piece.index(b"\0") + 1
            raise UnreadableSourceError(
                f"{name} holds NUL bytes (the first is byte {at:,}), so it is damaged, no CSV, or UTF-16 without its "
                "mark. Fetch it again, or save it as CSV UTF-8."
            )
        total += len(piece)
        following = stream.read(_PIECE)
        decoder = _still(decoder, piece, final=not following)
        if not piece.isascii():
            beyond += len(piece.translate(None, _ASCII))
            outside |= any(byte in piece for byte in _NOT_IN_CP1252)
        controls += len(piece) - len(piece.translate(None, _CONTROLS))
        piece = following
    if decoder:
        return Encoding("UTF-8 with a mark" if marked else "UTF-8", "utf-8-sig")
    if outside or controls or beyond > MOST_BEYOND_ASCII * total:
        raise UnreadableSourceError(
            f"{name} is text neither in UTF-8 nor in Windows-1252, or no text at all. Save it as CSV UTF-8."
        )
    return Encoding(
        "Windows-1252",
        "cp1252",
        f"It is not UTF-8 and was read as Windows-1252: {beyond:,} characters depend on that, so look at names "
        "with accents and at pound signs.",
    )


def _still(
    decoder: codecs.IncrementalDecoder | None, piece: bytes, *, final: bool
) -> codecs.IncrementalDecoder | None:
    try:
        if decoder:
            decoder.decode(piece, final)
    except UnicodeDecodeError:
        return None
    return decoder


def _checked(first: bytes, stream: Readable, codec: str, name: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)()
    piece = first
    try:
        while piece:
            following = stream.read(_PIECE)
            if "\0" in decoder.decode(piece, not following):
                raise UnreadableSourceError(f"{name} holds NUL characters, so it is damaged. Fetch it again.")
            piece = following
    except UnicodeDecodeError as problem:
        raise UnreadableSourceError(
            f"{name} begins as UTF-16 and breaks off or is damaged after that. Fetch it again, or save it as CSV UTF-8."
        ) from problem
