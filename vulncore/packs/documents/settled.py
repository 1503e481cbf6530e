"""What every written document has in common: texts that its format can hold, properties that name nobody, and the same bytes each time."""

import re
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from vulncore.packs.part import PackAbout

UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Signs that XML can't hold, or that no reader shows."""
THUMBNAIL: Final = re.compile(r"docProps/thumbnail\.\w+$")
EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # of a zip


def written(text: str) -> str:
    r"""Return a text as a document can hold it: a sign that it can't is a question mark.

    >>> written("a\x00b"), written("5\u202f%")
    ('a?b', '5\u202f%')
    """
    return UNWRITABLE.sub("?", text)


def named_properties(properties: Any, about: PackAbout) -> None:
    """Give a document the properties of its pack, and take whoever else is named there away.

    `properties` are the core properties of python-docx, python-pptx or openpyxl's kin of them.
    """
    moment = about.publish.published_at.replace(tzinfo=None, microsecond=0)
    properties.title = written(f"{about.title}, {about.force}, to {about.to}")[:255]
    properties.subject = written(about.marking.words)
    properties.author = properties.last_modified_by = written(about.force)[:255]
    properties.category = written(about.made)
    properties.comments = properties.keywords = ""
    properties.revision = 1
    properties.created = properties.modified = properties.last_printed = moment


def settled(content: bytes, about: PackAbout) -> bytes:
    """Return a document that is a zip of parts with one moment for all of them, and without the picture of a template's first page."""
    moment = _moment(about.publish.published_at)
    file = BytesIO()
    with ZipFile(BytesIO(content)) as parts, ZipFile(file, "w", ZIP_DEFLATED) as again:
        for name in parts.namelist():
            if THUMBNAIL.match(name):
                continue
            part = parts.read(name)
            if name in ("_rels/.rels", "[Content_Types].xml"):
                part = _without_thumbnail(part)
            line = ZipInfo(name, moment)
            line.compress_type, line.external_attr = ZIP_DEFLATED, 0o600 << 16
            again.writestr(line, part)
    return file.getvalue()


def _without_thumbnail(part: bytes) -> bytes:
    return re.sub(rb"<Relationship [^>]*docProps/thumbnail[^>]*/>", b"", part)


def _moment(moment: datetime) -> tuple[int, int, int, int, int, int]:
    return max(EARLIEST, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
