"""XML as events, without a tree: what a part of a workbook holds is never in memory as a whole.

No declaration of a document type is let through, so there are no entities to expand and nothing to fetch.
"""

from collections.abc import Callable, Iterator
from typing import Final
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.bounds import CHUNK_BYTES
from vulncore.sources.extract.packed import Bounded

MOST_SILENT_BYTES: Final = 4_000_000  # a tag or a comment of that length is none
MOST_NESTED: Final = 100  # a workbook has seven levels, and each costs memory until it is closed

Started = Callable[[str, dict[str, str]], None]
Ended = Callable[[str], None]
Said = Callable[[str], None]


def fed(
    stream: Bounded, name: str, started: Started, ended: Ended, said: Said | None = None
) -> Iterator[None]:
    """Feed a part to handlers, and come back after each piece of it.

    Handlers are told names without their namespace, since workbooks come in two kinds that differ in it alone.

    Raises:
        UnreadableSourceError: It is no XML, declares a document type, or has a tag of megabytes.
    """
    parser = DefusedXMLParser(forbid_dtd=True).parser
    parser.ordered_attributes = False
    parser.buffer_text = True
    heard, depth = [0], [0]
    fed_bytes = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        heard[0] = fed_bytes
        depth[0] += 1
        if depth[0] > MOST_NESTED:
            raise UnreadableSourceError(
                f"{name} holds tags within tags without end. Check where it came from."
            )
        started(tag[tag.rfind("}") + 1 :], attributes)

    def end(tag: str) -> None:
        depth[0] -= 1
        ended(tag[tag.rfind("}") + 1 :])

    def text(piece: str) -> None:
        heard[0] = fed_bytes
        if said:
            said(piece)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.DefaultHandlerExpand = None  # comments and instructions are nobody's text
    try:
        while piece := stream.read(CHUNK_BYTES):
            fed_bytes += len(piece)
            parser.Parse(piece, False)
            if fed_bytes - heard[0] > MOST_SILENT_BYTES:
                raise UnreadableSourceError(f"{name} holds a tag of megabytes. Check where it came from.")
            yield
        parser.Parse(b"", True)
        yield
    except ExpatError as problem:
        raise UnreadableSourceError(
            f"A part of {name} is no XML or breaks off ({problem}). Open it in the spreadsheet program and save it again."
        ) from problem
    except DefusedXmlException as problem:
        raise UnreadableSourceError(
            f"A part of {name} declares a document type, which no workbook does. Check where it came from."
        ) from problem
