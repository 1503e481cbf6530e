"""A force's own Word or PowerPoint template, opened safely: nothing that runs, swells, calls elsewhere or names anybody gets through."""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final, Literal

import docx.exceptions
import docx.oxml.exceptions
import pptx.exc
from docx import Document
from pptx import Presentation
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml

from vulncore.domain.errors import VulncoreError
from vulncore.sources.zip_members import DAMAGE

MOST_BYTES: Final = 20_000_000
"""As a file: a template with photographs has a few million."""
MOST_UNPACKED: Final = 100_000_000
"""Unpacked, all its parts together: photographs don't shrink in a zip, and its texts hardly reach a million."""
MOST_MEMBERS: Final = 3_000
"""Parts of a template: one with thirty layouts has about a hundred."""

TemplateKind = Literal["word", "slides"]

_OLD: Final = b"\xd0\xcf\x11\xe0"
"""How files of Office before 2007 begin, and those of today that a password locks."""
_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = "application/vnd.openxmlformats-officedocument."
_NAMED: Final[Mapping[TemplateKind, str]] = {
    "word": "Word template (.dotx or .docx)",
    "slides": "PowerPoint template (.potx or .pptx)",
}
_FILES: Final[Mapping[TemplateKind, tuple[str, ...]]] = {
    "word": (f"{_MAIN}wordprocessingml.document.main+xml", f"{_MAIN}wordprocessingml.template.main+xml"),
    "slides": (
        f"{_MAIN}presentationml.presentation.main+xml",
        f"{_MAIN}presentationml.template.main+xml",
        f"{_MAIN}presentationml.slideshow.main+xml",
    ),
}
"""What the main part of each kind may be; the first is what the libraries open."""
_KEPT: Final[Mapping[TemplateKind, frozenset[str]]] = {
    "word": frozenset(
        {
            "officeDocument",
            "styles",
            "settings",
            "webSettings",
            "fontTable",
            "font",
            "numbering",
            "theme",
            "header",
            "footer",
            "image",
            "hyperlink",
        }
    ),
    "slides": frozenset(
        {
            "officeDocument",
            "slideMaster",
            "slideLayout",
            "theme",
            "themeOverride",
            "tableStyles",
            "image",
            "hyperlink",
            "font",
        }
    ),
}
"""Which relations of a template's parts stay: its looks. All others go, with what they lead to: properties, comments, slides, notes,
embedded files, labels, controls, sounds."""
_LINKED: Final = ("http://", "https://", "mailto:")
"""Where a link of a template may lead; a file's address on a network would give away who opens it."""
_WHOLE: Final = frozenset({"graphicFrame", "AlternateContent", "pic", "drawing", "object", "pict", "control"})
"""What goes as a whole where something in it led to a part that goes."""
_LINKS: Final = frozenset({"hlinkClick", "hlinkHover", "hlinkMouseOver"})
"""What goes alone: the picture or the words that were a link stay."""
_LISTS: Final = frozenset(
    {
        "sectionLst",
        "custShowLst",
        "custDataLst",
        "photoAlbum",
        "commentRangeStart",
        "commentRangeEnd",
        "commentReference",
        "mailMerge",
        "docVars",
        "modifyVerifier",
        "documentProtection",
        "writeProtection",
    }
)
"""What names slides, comments or data that go, or would keep people from editing what is made with the template."""
_FETCHING: Final = re.compile(
    r"\b(DDEAUTO|DDE|INCLUDEPICTURE|INCLUDETEXT|LINK|IMPORT|DATABASE|AUTOTEXT|AUTOTEXTLIST|RD)\b",
    flags=re.IGNORECASE,
)
"""Fields of Word that start other programs or open other files."""
_GONE_WORDS: Final = frozenset(
    {"del", "moveFrom", "delText", "delInstrText", "footnoteReference", "endnoteReference"}
)
_KEPT_WORDS: Final = frozenset({"ins", "moveTo", "smartTag"})
"""Changes that were tracked: what went, and what came, whose words stay and whose author goes."""
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DAMAGE: Final = (
    *DAMAGE,
    SyntaxError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    docx.exceptions.PythonDocxError,
    docx.oxml.exceptions.XmlchemyError,
    pptx.exc.PythonPptxError,
)
"""What the libraries raise where a part is missing, damaged or no XML (which is a SyntaxError to theirs)."""


class TemplateError(VulncoreError):
    """A template can't be used."""


def opened_template(data: bytes, kind: TemplateKind) -> BytesIO:
    """Return a template as a document that python-docx or python-pptx opens: its looks, and nothing else of it.

    A .dotx becomes a .docx and a .potx a .pptx. What goes: its slides, comments, properties, embedded and linked files, custom data, whatever
    keeps people from editing. A Word template keeps its text.

    Raises:
        TemplateError: It is too large, damaged or locked, has macros, or is another kind of file.
    """
    if len(data) > MOST_BYTES:
        raise TemplateError(
            f"The template has {len(data):,} bytes, more than {MOST_BYTES:,}. Choose a smaller one, or take pictures out of it."
        )
    parts = _parts(data, kind)
    with damage_refused(kind):
        _refuse(parts, kind)
        template = _packed(_looks_alone(parts, kind))
        _open(template, kind)
    template.seek(0)
    return template


@contextmanager
def damage_refused(kind: TemplateKind) -> Iterator[None]:
    """Say in one sentence that a template can't be read, whatever a library says of it."""
    try:
        yield
    except _DAMAGE as problem:
        raise _unreadable(kind) from problem


def _parts(data: bytes, kind: TemplateKind) -> dict[str, bytes]:
    """Return the parts of a template by their names."""
    if data.startswith(_OLD):
        raise TemplateError(
            f"The template is locked with a password or of an old kind. Save it again as a {_NAMED[kind]} without a password."
        )
    with damage_refused(kind), zipfile.ZipFile(BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MOST_MEMBERS:
            raise TemplateError(
                f"The template has {len(members):,} parts, more than {MOST_MEMBERS:,}. Choose another one."
            )
        parts, left = {}, MOST_UNPACKED
        for member in members:
            with archive.open(member) as stream:
                content = stream.read(left + 1)  # and not as many as the zip says that there are
            left -= len(content)
            if left < 0:
                raise TemplateError(
                    f"The template unpacks to more than {MOST_UNPACKED:,} bytes. Choose a smaller one."
                )
            parts[member.filename] = content
    return parts


def _unreadable(kind: TemplateKind) -> TemplateError:
    return TemplateError(
        f"The template can't be read. Open it in Office, save it again as a {_NAMED[kind]}, and choose that."
    )


def _refuse(parts: Mapping[str, bytes], kind: TemplateKind) -> None:
    """Refuse macros, and texts that define words of their own: no file of Office does, and they can swell."""
    if any(b"<!DOCTYPE" in content for name, content in parts.items() if _is_xml(name)):
        raise _unreadable(kind)
    if any(_is_xml(name) is False and _begins_as_xml(content) for name, content in parts.items()):
        raise _unreadable(kind)
    if b"macroEnabled" in parts[_TYPES] or any(name.casefold().endswith("vbaproject.bin") for name in parts):
        raise TemplateError(
            "The template has macros, which can do harm. Save it without them, and choose that."
        )


def _looks_alone(parts: Mapping[str, bytes], kind: TemplateKind) -> dict[str, bytes]:
    """Return the parts of a template with the main one as a document's, and without what leads to what goes.

    What nothing leads to any more is left out by the libraries when they write.
    """
    kept = {**parts, _TYPES: _as_document(parts[_TYPES], kind)}
    gone: dict[str, set[str]] = {}
    for name in [name for name in parts if name.endswith(".rels")]:
        relations = parse_xml(parts[name])
        leaving = [relation for relation in relations if not _stays(relation, kind)]
        gone[_source_of(name)] = {relation.get("Id") for relation in leaving}
        for relation in leaving:
            relations.remove(relation)
        kept[name] = serialize_part_xml(relations)
    for name, part in parts.items():
        if _is_xml(name) and name in kept and not name.endswith(".rels") and name != _TYPES:
            kept[name] = _without(part, gone.get(name, set()))
    return kept


def _as_document(types: bytes, kind: TemplateKind) -> bytes:
    """Return the list of content types with a document where a template was."""
    document, *templates = _FILES[kind]
    listed = parse_xml(types)
    kinds = {part.get("ContentType") for part in listed}
    if not kinds & set(_FILES[kind]):
        raise TemplateError(f"The file is no {_NAMED[kind]}. Choose one.")
    for part in listed:
        if part.get("ContentType") in templates:
            part.set("ContentType", document)
    return serialize_part_xml(listed)


def _stays(relation: Any, kind: TemplateKind) -> bool:
    name = str(relation.get("Type", "")).rpartition("/")[2]
    if name not in _KEPT[kind]:
        return False
    if relation.get("TargetMode") != "External":
        return name != "hyperlink"  # within the file, one leads to a slide that goes
    target = str(relation.get("Target", ""))
    return name == "hyperlink" and target.casefold().startswith(_LINKED)


def _source_of(name: str) -> str:
    """Return the part whose relations another part lists.

    >>> _source_of("ppt/slideMasters/_rels/slideMaster1.xml.rels")
    'ppt/slideMasters/slideMaster1.xml'
    """
    folder, file = posixpath.split(name)
    return posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))


def _without(part: bytes, gone: set[str]) -> bytes:
    """Return a part without what leads to relations that are gone, and without the lists that name what goes."""
    root = parse_xml(part)
    if _FETCHING.search(" ".join(_field_codes(root)) + " "):
        raise TemplateError(
            "The template has fields that open other files. Remove them, and choose it again."
        )
    _forget(root)
    leading = [element for element in root.iter() if _local(element) in _LISTS or _leads_to(element, gone)]
    for element in leading:
        _remove(element)
    for timing in [element for element in root.iter() if leading and _local(element) == "timing"]:
        timing.getparent().remove(timing)  # it can name a shape that went
    return serialize_part_xml(root)


def _forget(root: Any) -> None:
    """Take from a part what nobody sees who opens it: who changed it and what went, hidden words and shapes, comments, alt texts with paths."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):  # a comment, or an instruction to a program
            _drop(element)
    for element in list(root.iter()):
        name = _local(element)
        if name in _GONE_WORDS or name.endswith("Change") or _is_hidden(element):
            _drop(element)
        elif name in _KEPT_WORDS:
            for child in list(element):
                element.addprevious(child)
            _drop(element)
        elif name in ("cNvPr", "docPr"):
            for text in ("descr", "title"):
                element.attrib.pop(text, None)


def _is_hidden(element: Any) -> bool:
    """Return whether a run of words or a shape is one that nobody sees."""
    if _local(element) == "r":
        return any(
            _local(child) in ("vanish", "webHidden", "specVanish")
            for looks in element
            if _local(looks) == "rPr"
            for child in looks
        )
    return _local(element) in ("sp", "pic", "graphicFrame", "grpSp") and any(
        _local(inner) == "cNvPr" and inner.get("hidden") in ("1", "true")
        for outer in element
        for inner in outer
    )


def _drop(element: Any) -> None:
    """Take an element out of its part; what is written behind it stays."""
    above = element.getparent()
    if above is not None:
        if element.tail and element.tail.strip():
            before = element.getprevious()
            if before is None:
                above.text = f"{above.text or ''}{element.tail}"
            else:
                before.tail = f"{before.tail or ''}{element.tail}"
        above.remove(element)


def _field_codes(root: Any) -> list[str]:
    codes = [
        str(value)
        for element in root.iter()
        for name, value in element.attrib.items()
        if name.endswith("}instr")
    ]
    return [*codes, "".join(element.text or "" for element in root.iter() if _local(element) == "instrText")]


def _leads_to(element: Any, relations: set[str]) -> bool:
    return any(
        name.startswith(f"{{{_RELATION}}}") and value in relations for name, value in element.attrib.items()
    )


def _remove(element: Any) -> None:
    """Take an element out of its part, with all that is nothing without it."""
    alone = _local(element) in _LINKS | _LISTS
    around = [] if alone else [above for above in element.iterancestors() if _local(above) in _WHOLE]
    whole = around[0] if around else element
    above = whole.getparent()
    if above is None:
        return
    above.remove(whole)
    if _local(above) == "ext" and len(above) == 0:
        above.getparent().remove(above)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _begins_as_xml(content: bytes) -> bool:
    """Return whether a part is XML, whatever its name says: of an honest template all XML is called so."""
    return content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:5] in (b"<?xml", b"<w:hd") or content[
        :200
    ].replace(b"\x00", b"").lstrip(b"\xff\xfe").startswith(b"<?xml")


def _is_xml(name: str) -> bool:
    return name.casefold().endswith((".xml", ".rels"))


def _packed(parts: Mapping[str, bytes]) -> BytesIO:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    packed.seek(0)
    return packed


def _open(template: BytesIO, kind: TemplateKind) -> None:
    """Open a template as its library does, so that whatever is wrong with it shows here."""
    if kind == "word":
        document = Document(template)
        _ = [style.name for style in document.styles], [section.page_width for section in document.sections]
        return
    deck = Presentation(template)
    _ = (
        [
            (place.placeholder_format.type, place.left, place.top, place.width, place.height)
            for master in deck.slide_masters
            for layout in master.slide_layouts
            for place in layout.placeholders
        ],
        (deck.slide_width, deck.slide_height),
    )
