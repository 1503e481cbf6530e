"""The look of slides where a force brings no template: white, dark ink, one accent, Arial; two layouts, 16:9."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final

from vulncore.charts.theme import LIGHT

FONT: Final = "Arial"
POINT: Final = 12_700  # EMU, the unit of positions in a file
WIDTH, HEIGHT = 960, 540  # points: 13.33 by 7.5 inches, 16:9
MARGIN: Final = 36
Place = tuple[int, int, int, int]
"""Left, top, width and height, in points."""
TITLE: Final = (MARGIN, 46, WIDTH - 2 * MARGIN, 64)
BODY: Final = (MARGIN, 116, WIDTH - 2 * MARGIN, 378)
FOOT: Final = (MARGIN, 500, 800, 16)
NUMBER: Final = (WIDTH - MARGIN - 60, 500, 60, 16)
FIRST_TITLE: Final = (72, 140, WIDTH - 2 * 72, 116)
FIRST_WORDS: Final = (72, 280, WIDTH - 2 * 72, 150)
RULE: Final = (MARGIN, 497, WIDTH - 2 * MARGIN, 0)
BAR: Final = (72, 264, 96, 4)

FIRST_ID: Final = 2_147_483_648  # the least that a master may have
NO_STYLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""How programs know a table without lines and fills of its own: 'No Style, No Grid'."""
NUMBER_FIELD: Final = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
"""By which programs know the field of a slide's number; any would do."""

_NO_INSETS: Final = 'lIns="0" tIns="0" rIns="0" bIns="0"'
_SPACES: Final = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_RELATED: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND: Final = "application/vnd.openxmlformats-officedocument"
_GROUP: Final = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
    '<p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
_UNSPOKEN: Final = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
    '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)
"""What tells a screen reader to pass a shape over."""


def plain_deck() -> BytesIO:
    """Return an empty presentation with our own layouts: a title slide, a title with all else free, a title and text."""
    layouts = {
        1: _layout("title", "Title slide", _first_slide()),
        2: _layout("titleOnly", "Title only", _title("title") + _foot()),
        3: _layout("obj", "Title and text", _title("title") + _body("") + _foot()),
    }
    listed = {
        f"rId{number}": ("slideLayout", f"../slideLayouts/slideLayout{number}.xml") for number in layouts
    }
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": _presentation(),
        "ppt/_rels/presentation.xml.rels": _relations(
            {
                "rId1": ("slideMaster", "slideMasters/slideMaster1.xml"),
                "rId2": ("theme", "theme/theme1.xml"),
                "rId3": ("tableStyles", "tableStyles.xml"),
            }
        ),
        "ppt/tableStyles.xml": f'{_HEAD}<a:tblStyleLst {_SPACES} def="{NO_STYLE}"/>',
        "ppt/theme/theme1.xml": _theme(),
        "ppt/slideMasters/slideMaster1.xml": _master(list(layouts)),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            {**listed, "rId9": ("theme", "../theme/theme1.xml")}
        ),
    }
    for number, layout in layouts.items():
        parts[f"ppt/slideLayouts/slideLayout{number}.xml"] = layout
        parts[f"ppt/slideLayouts/_rels/slideLayout{number}.xml.rels"] = _relations(
            {"rId1": ("slideMaster", "../slideMasters/slideMaster1.xml")}
        )
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


def _content_types() -> str:
    kinds = {
        "presentation.xml": "presentationml.presentation.main",
        "tableStyles.xml": "presentationml.tableStyles",
        "theme/theme1.xml": "theme",
        "slideMasters/slideMaster1.xml": "presentationml.slideMaster",
        **{f"slideLayouts/slideLayout{number}.xml": "presentationml.slideLayout" for number in (1, 2, 3)},
    }
    parts = "".join(
        f'<Override PartName="/ppt/{name}" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    return (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
    )


def _relations(related: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{key}" Type="{_RELATED}/{kind}" Target="{target}"/>'
        for key, (kind, target) in related.items()
    )
    return f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'


def _presentation() -> str:
    return (
        f'{_HEAD}<p:presentation {_SPACES} saveSubsetFonts="1">'
        f'<p:sldMasterIdLst><p:sldMasterId id="{FIRST_ID}" r:id="rId1"/></p:sldMasterIdLst>'
        f'<p:sldSz cx="{WIDTH * POINT}" cy="{HEIGHT * POINT}"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )


def _master(layouts: Sequence[int]) -> str:
    listed = "".join(f'<p:sldLayoutId id="{FIRST_ID + number}" r:id="rId{number}"/>' for number in layouts)
    light = '<a:schemeClr val="tx1"><a:lumMod val="15000"/><a:lumOff val="85000"/></a:schemeClr>'
    shapes = (
        _title("title", TITLE)
        + _body('type="body" ', BODY)
        + _foot(FOOT, NUMBER)
        + _shape("Rule", RULE, light)
    )
    return (
        f'{_HEAD}<p:sldMaster {_SPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/></p:bgPr></p:bg>'
        f"<p:spTree>{_GROUP}{shapes}</p:spTree></p:cSld>"
        '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
        'accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'
        f"<p:sldLayoutIdLst>{listed}</p:sldLayoutIdLst>"
        f"<p:txStyles><p:titleStyle>{_level(1, 26, bold=True, font='+mj')}</p:titleStyle>"
        f"<p:bodyStyle>{''.join(_level(level, 18) for level in range(1, 6))}</p:bodyStyle>"
        f"<p:otherStyle>{_level(1, 18)}</p:otherStyle></p:txStyles></p:sldMaster>"
    )


def _level(level: int, size: int, *, bold: bool = False, font: str = "+mn") -> str:
    return (
        f'<a:lvl{level}pPr marL="0" indent="0" algn="l"><a:lnSpc><a:spcPct val="100000"/></a:lnSpc><a:spcBef><a:spcPts val="0"/></a:spcBef>'
        f'<a:buNone/><a:defRPr sz="{size * 100}" b="{int(bold)}"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
        f'<a:latin typeface="{font}-lt"/><a:ea typeface="{font}-ea"/><a:cs typeface="{font}-cs"/></a:defRPr></a:lvl{level}pPr>'
    )


def _layout(kind: str, name: str, shapes: str) -> str:
    return (
        f'{_HEAD}<p:sldLayout {_SPACES} type="{kind}" preserve="1"><p:cSld name="{name}"><p:spTree>{_GROUP}{shapes}</p:spTree></p:cSld>'
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def _first_slide() -> str:
    words = _placeholder(
        3, "Subtitle", 'type="subTitle" idx="1"', FIRST_WORDS, _words("Whose figures"), size=20
    )
    title = _title("ctrTitle", FIRST_TITLE, size=40, anchor="b")
    return title + words + _foot() + _shape("Bar", BAR, '<a:schemeClr val="accent1"/>')


def _title(kind: str, place: Place | None = None, size: int = 0, anchor: str = "t") -> str:
    return _placeholder(2, "Title", f'type="{kind}"', place, _words("The finding"), size=size, anchor=anchor)


def _body(kind: str, place: Place | None = None) -> str:
    return _placeholder(3, "Text", f'{kind}idx="1"', place, _words("Text"))


def _foot(words: Place | None = None, number: Place | None = None) -> str:
    field = f'<a:fld id="{NUMBER_FIELD}" type="slidenum"><a:rPr lang="en-GB"/><a:t>1</a:t></a:fld>'
    return _placeholder(
        4,
        "Foot",
        'type="ftr" sz="quarter" idx="11"',
        words,
        '<a:endParaRPr lang="en-GB"/>',
        size=10.5,
        colour="tx2",
    ) + _placeholder(
        5,
        "Slide number",
        'type="sldNum" sz="quarter" idx="12"',
        number,
        field,
        size=10.5,
        colour="tx2",
        align="r",
    )


def _placeholder(
    number: int,
    name: str,
    kind: str,
    place: Place | None,
    text: str,
    *,
    size: float = 0,
    anchor: str = "t",
    colour: str = "tx1",
    align: str = "l",
) -> str:
    """Return a place to fill, as its layout has it; without a `place` it lies where the master's lies."""
    shape = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>' if place else ""
    letters = f'<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill><a:latin typeface="+mn-lt"/>'
    style = f'<a:lvl1pPr algn="{align}"><a:defRPr sz="{size * 100:.0f}">{letters}</a:defRPr></a:lvl1pPr>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr>{_place(place)}{shape}</p:spPr>"
        f'<p:txBody><a:bodyPr vert="horz" wrap="square" {_NO_INSETS} anchor="{anchor}"><a:noAutofit/></a:bodyPr>'
        f"<a:lstStyle>{style if size else ''}</a:lstStyle><a:p>{text}</a:p></p:txBody></p:sp>"
    )


def _words(text: str) -> str:
    return f'<a:r><a:rPr lang="en-GB"/><a:t>{text}</a:t></a:r>'


def _shape(name: str, place: Place, colour: str) -> str:
    """Return a shape that says nothing: a line where it has no height, else a filled bar."""
    filled = f"<a:solidFill>{colour}</a:solidFill>"
    looks = f"{filled}<a:ln><a:noFill/></a:ln>" if place[3] else f'<a:ln w="9525">{filled}</a:ln>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="9" name="{name}">{_UNSPOKEN}</p:cNvPr><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f'<p:spPr>{_place(place)}<a:prstGeom prst="{"rect" if place[3] else "line"}"><a:avLst/></a:prstGeom>{looks}</p:spPr></p:sp>'
    )


def _place(place: Place | None) -> str:
    if place is None:
        return ""
    left, top, width, height = (points * POINT for points in place)
    return f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'


def _theme() -> str:
    accents = (LIGHT.accent, LIGHT.quiet, "#2f8f83", "#8a6d3b", "#7a4fa3", "#b23b5e")
    colours = {
        "dk1": LIGHT.ink, "lt1": LIGHT.ground, "dk2": LIGHT.quiet, "lt2": "#eef1f4",
        **{f"accent{number}": colour for number, colour in enumerate(accents, start=1)},
        "hlink": LIGHT.accent, "folHlink": LIGHT.accent,
    }  # fmt: skip
    listed = "".join(
        f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>' for name, colour in colours.items()
    )
    faces = f'<a:latin typeface="{FONT}"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    lines = "".join(f'<a:ln w="{width}">{fill}</a:ln>' for width in (9525, 19050, 28575))
    effects = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        f'{_HEAD}<a:theme {_SPACES.split(" ")[0]} name="Plain"><a:themeElements><a:clrScheme name="Plain">{listed}</a:clrScheme>'
        f'<a:fontScheme name="Plain"><a:majorFont>{faces}</a:majorFont><a:minorFont>{faces}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="Plain"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{lines}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effects}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
