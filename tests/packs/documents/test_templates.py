"""A force's template gives its looks and nothing else, and what could do harm is refused in one sentence."""

import zipfile
from io import BytesIO

import docx
import pptx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.packs.documents import templates
from vulncore.packs.documents.templates import TemplateError, opened_template

DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
DECK = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SECRET = "Operation Nightingale"


def made(kind):
    file = BytesIO()
    if kind == "word":
        document = docx.Document()
        document.add_paragraph(SECRET)
        document.save(file)
    else:
        deck = pptx.Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[0])
        slide.shapes.title.text = SECRET
        slide.notes_slide.notes_text_frame.text = SECRET
        deck.core_properties.author = SECRET
        deck.save(file)
    return file.getvalue()


def changed(data, changes):
    """Return a file with other parts: each a function of what was there, None where nothing was."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(set(changes) - set(old.namelist()))]:
            was = old.read(name) if name in old.namelist() else None
            content = changes[name](was) if name in changes else was
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def as_template(data, kind):
    main, template = (DOCUMENT, DOCUMENT.replace("document.main", "template.main")) if kind == "word" else (
        DECK, DECK.replace("presentation.main", "template.main")
    )  # fmt: skip
    return changed(data, {"[Content_Types].xml": lambda was: was.replace(main.encode(), template.encode())})


def related(kind, target, mode="", key="rId99"):
    """Return what adds a relation to a list of them."""
    line = f'<Relationship Id="{key}" Type="{RELATED}/{kind}" Target="{target}"{mode}/></Relationships>'
    return lambda was: was.replace(b"</Relationships>", line.encode())


def saved(opened, kind):
    file = BytesIO()
    (docx.Document if kind == "word" else pptx.Presentation)(opened).save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("kind", ["word", "slides"])
def test_a_template_becomes_a_document_of_its_kind(kind):
    template = as_template(made(kind), kind)
    assert (DOCUMENT if kind == "word" else DECK).encode() not in zipfile.ZipFile(BytesIO(template)).read(
        "[Content_Types].xml"
    )
    assert (DOCUMENT if kind == "word" else DECK).encode() in saved(opened_template(template, kind), kind)["[Content_Types].xml"]  # fmt: skip


@pytest.mark.parametrize("kind", ["word", "slides"])
def test_a_document_serves_as_a_template_too(kind):
    assert saved(opened_template(made(kind), kind), kind)


def test_slides_go_with_their_notes_and_properties():
    parts = saved(opened_template(made("slides"), "slides"), "slides")
    assert not [name for name, part in parts.items() if SECRET.encode() in part]
    assert not [name for name in parts if "slides/" in name.lower() or "notes" in name.lower()]
    assert len([name for name in parts if name.startswith("ppt/slideLayouts/slideLayout")]) == 11


def test_a_word_template_keeps_its_text():
    document = docx.Document(opened_template(made("word"), "word"))
    assert [paragraph.text for paragraph in document.paragraphs] == [SECRET]


def test_a_deck_that_leads_to_its_slides_by_sections_and_shows_forgets_them():
    listed = (
        b'<p:custShowLst><p:custShow name="' + SECRET.encode() + b'" id="0"><p:sldLst/></p:custShow></p:custShowLst>'
        b'<p:extLst><p:ext uri="{521415D9-36F7-43E2-AB2F-B90AF26B5E84}"><p14:sectionLst '
        b'xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main"><p14:section name="'
        + SECRET.encode() + b'" id="{1}"/></p14:sectionLst></p:ext></p:extLst></p:presentation>'
    )  # fmt: skip
    data = changed(
        made("slides"), {"ppt/presentation.xml": lambda was: was.replace(b"</p:presentation>", listed)}
    )
    assert SECRET.encode() not in saved(opened_template(data, "slides"), "slides")["ppt/presentation.xml"]


@pytest.mark.parametrize(
    ("kind", "name"), [("word", "word/_rels/document.xml.rels"), ("slides", "ppt/slideMasters/_rels/slideMaster1.xml.rels")]
)  # fmt: skip
@pytest.mark.parametrize(
    ("relation", "target"),
    [
        ("image", "http://tracker.example/a.png"),
        ("attachedTemplate", r"\\server\share\normal.dotm"),
        ("hyperlink", r"file://server/share"),
        ("oleObject", "http://tracker.example/a.ole"),
    ],
)
def test_nothing_outside_is_asked_for(kind, name, relation, target):
    data = changed(made(kind), {name: related(relation, target, ' TargetMode="External"')})
    parts = saved(opened_template(data, kind), kind)
    assert not [name for name, part in parts.items() if target.encode() in part]


def test_a_picture_that_lies_elsewhere_goes_whole_and_one_within_stays():
    master = "ppt/slideMasters/slideMaster1.xml"
    shape = (
        '<p:pic><p:nvPicPr><p:cNvPr id="%d" name="Logo %s"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
        '<p:blipFill><a:blip xmlns:r="%s" r:%s="%s"/></p:blipFill><p:spPr/></p:pic>'
    )
    pictures = shape % (98, "within", RELATED, "embed", "rId98") + shape % (
        99,
        "elsewhere",
        RELATED,
        "link",
        "rId99",
    )
    relations = "ppt/slideMasters/_rels/slideMaster1.xml.rels"

    def with_both(was):
        inside = related("image", "../media/logo.png", key="rId98")(was)
        return related("image", "http://tracker.example/a.png", ' TargetMode="External"')(inside)

    data = changed(
        made("slides"),
        {
            master: lambda was: was.replace(b"</p:spTree>", f"{pictures}</p:spTree>".encode()),
            relations: with_both,
            "ppt/media/logo.png": lambda _was: b"\x89PNG",
            "[Content_Types].xml": lambda was: was.replace(b"<Override", b'<Default Extension="png" ContentType="image/png"/><Override', 1),
        },
    )  # fmt: skip
    parts = saved(opened_template(data, "slides"), "slides")
    assert b"Logo within" in parts[master]
    assert b"Logo elsewhere" not in parts[master]


def test_a_link_on_the_web_stays():
    name = "word/_rels/document.xml.rels"
    data = changed(made("word"), {name: related("hyperlink", "https://police.uk", ' TargetMode="External"')})
    assert b"https://police.uk" in saved(opened_template(data, "word"), "word")[name]


MACROS = {
    "content type": {"[Content_Types].xml": lambda was: was.replace(DECK.encode(), b"application/vnd.ms-powerpoint.template.macroEnabled.main+xml")},
    "project": {"ppt/vbaProject.bin": lambda _was: b"\xd0\xcf\x11\xe0"},
}  # fmt: skip


@pytest.mark.parametrize("changes", MACROS.values(), ids=MACROS)
def test_macros_are_refused(changes):
    with pytest.raises(
        TemplateError, match=r"^The template has macros, which can do harm\. Save it without them"
    ):
        opened_template(changed(made("slides"), changes), "slides")


@pytest.mark.parametrize("code", ["DDEAUTO c:\\\\a.exe", 'INCLUDEPICTURE "http://tracker.example/a.png"'])
def test_fields_that_open_other_files_are_refused(code):
    field = f"<w:r><w:instrText>{code[:3]}</w:instrText></w:r><w:r><w:instrText>{code[3:]} </w:instrText></w:r></w:p>"
    data = changed(made("word"), {"word/document.xml": lambda was: was.replace(b"</w:p>", field.encode(), 1)})
    with pytest.raises(TemplateError, match="fields that open other files"):
        opened_template(data, "word")


@pytest.mark.parametrize(("kind", "other"), [("word", "slides"), ("slides", "word")])
def test_a_file_of_the_other_kind_is_refused(kind, other):
    with pytest.raises(TemplateError, match=r"is no (Word|PowerPoint) template \(\.(dotx|potx) or"):
        opened_template(made(other), kind)


BROKEN = {
    "empty": b"",
    "a text": b"this is no template",
    "a zip of something else": changed(made("word"), dict.fromkeys(["[Content_Types].xml"], lambda _was: None)),
    "cut short": made("slides")[:9_000],
    "no presentation": changed(made("slides"), {"ppt/presentation.xml": lambda _was: None}),
    "no XML": changed(made("slides"), {"ppt/presentation.xml": lambda _was: b"<p:presentation"}),
    "words of its own": changed(made("slides"), {"ppt/presentation.xml": lambda was: b'<!DOCTYPE a [<!ENTITY b "c">]>' + was.partition(b"?>")[2]}),
}  # fmt: skip


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(data):
    with pytest.raises(
        TemplateError, match=r"^The template can't be read\. Open it in Office, save it again"
    ) as refusal:
        opened_template(data, "slides")
    assert str(refusal.value).count(".") <= 5  # two of them in .potx and .pptx


def test_an_old_or_locked_file_is_told_from_a_broken_one():
    with pytest.raises(TemplateError, match="locked with a password or of an old kind"):
        opened_template(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "slides")


def test_size_is_bounded_as_a_file_and_unpacked_whatever_the_file_says(monkeypatch):
    data = made("slides")
    monkeypatch.setattr(templates, "MOST_UNPACKED", 50_000)
    with pytest.raises(TemplateError, match=r"unpacks to more than 50,000 bytes"):
        opened_template(data, "slides")
    monkeypatch.setattr(templates, "MOST_MEMBERS", 5)
    with pytest.raises(TemplateError, match=r"has \d+ parts, more than 5\."):
        opened_template(data, "slides")
    monkeypatch.setattr(templates, "MOST_BYTES", 1_000)
    with pytest.raises(TemplateError, match=r"bytes, more than 1,000\."):
        opened_template(data, "slides")


def test_what_keeps_people_from_editing_goes():
    name = "word/settings.xml"
    locked = b'<w:documentProtection w:edit="readOnly" w:enforcement="1"/></w:settings>'
    data = changed(made("word"), {name: lambda was: was.replace(b"</w:settings>", locked)})
    assert b"documentProtection" not in saved(opened_template(data, "word"), "word")[name]


@given(st.data())
def test_a_damaged_file_is_refused_or_opens(data):
    whole = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        opened = opened_template(bytes(whole), "slides")
    except TemplateError:
        return
    assert pptx.Presentation(opened).slide_layouts is not None


SMALL = changed(
    made("slides"), {f"ppt/slideLayouts/slideLayout{number}.xml": lambda was: was for number in range(1, 12)}
)


HIDDEN_WORDS = (
    '<w:ins w:author="A Name"><w:r><w:t>CAME</w:t></w:r></w:ins>'
    '<w:del w:author="A Name"><w:r><w:delText>WENT</w:delText></w:r></w:del>'
    "<w:r><w:rPr><w:vanish/></w:rPr><w:t>UNSEEN</w:t></w:r><!-- REMARK -->"
)


def with_header(words: str, name: str = "word/header1.xml") -> bytes:
    """A Word file whose header has some words, under a name."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "HEAD"
    file = BytesIO()
    document.save(file)
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(file.getvalue())) as parts, zipfile.ZipFile(made, "w") as again:
        for part in parts.namelist():
            content = parts.read(part)
            if part == "word/header1.xml":
                content = content.replace(b"</w:p>", words.encode() + b"</w:p>", 1)
            content = content.replace(b"header1.xml", name.rpartition("/")[2].encode())
            again.writestr(name if part == "word/header1.xml" else part, content)
    return made.getvalue()


def test_of_a_header_what_nobody_sees_goes_and_what_came_stays_without_who_wrote_it():
    with zipfile.ZipFile(opened_template(with_header(HIDDEN_WORDS), "word")) as parts:
        header = parts.read("word/header1.xml").decode()
    assert "HEAD" in header
    assert "CAME" in header
    for word in ("A Name", "WENT", "UNSEEN", "REMARK"):
        assert word not in header


@pytest.mark.parametrize("code", ["includepicture", "INCLUDEPICTURE", "IncludeText", "dde"])
def test_a_field_that_fetches_is_refused_in_any_letters(code):
    field = f'<w:fldSimple w:instr=" {code} &quot;http://example.org/a.png&quot; \\d "/>'
    with pytest.raises(TemplateError, match="fields that open other files"):
        opened_template(with_header(field), "word")


def test_a_part_that_hides_behind_another_name_is_refused():
    with pytest.raises(TemplateError):
        opened_template(with_header("", "word/header1.bin"), "word")
