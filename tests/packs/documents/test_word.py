"""A pack as a Word document: what it says is there, in real styles, and nothing of a template's own text."""

import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm

from tests.packs.documents.content import (
    HOSTILE,
    LINK,
    MADE,
    MARKING,
    about,
    every_kind,
    hostile,
    pack,
    strands_table,
)
from vulncore.packs.documents.templates import TemplateError
from vulncore.packs.documents.word import COMMENTARY, PROMPT, word_document


def opened(content, template=None):
    return docx.Document(io.BytesIO(word_document(content, template)))


def lines_of(document) -> list[tuple[str, str]]:
    return [(line.style.name, line.text) for line in document.paragraphs]


def template(own: str = "A text of the force's own") -> bytes:
    document = docx.Document()
    document.add_paragraph(own)
    document.styles["Heading 1"].font.name = "Georgia"
    document.sections[0].header.paragraphs[0].text = "Our own head"
    document.sections[0].left_margin = Cm(5)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_template(content: bytes) -> bytes:
    """The same as a .dotx: another content type of the main part."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(file, "w") as again:
        for name in parts.namelist():
            part_of = parts.read(name)
            if name == "[Content_Types].xml":
                part_of = part_of.replace(b"document.main+xml", b"template.main+xml")
            again.writestr(name, part_of)
    return file.getvalue()


@pytest.fixture(scope="module")
def document():
    return opened(pack())


def test_a_finding_stands_under_its_heading_and_sentences_are_numbered(document):
    lines = lines_of(document)
    first = pack().parts[0]
    at = lines.index(("Heading 1", first.heading))
    assert lines[at + 1] == ("Finding", first.finding)
    assert [text for style, text in lines[at + 2 :] if style == "List Number"][
        : len(first.sentences)
    ] == list(first.sentences)


def test_a_table_is_a_real_one_whose_head_is_repeated_and_whose_groups_span_it(document):
    table = next(table for table in document.tables if len(table.columns) == 12)
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    source = strands_table()
    assert [cell.text for cell in table.rows[0].cells] == list(source.frame.columns)
    assert len(table.rows) == len(source.frame) + 1
    for place in source.groups:
        assert len({cell.text for cell in table.rows[place + 1].cells}) == 1


def test_a_wide_table_stands_on_a_page_on_its_side_and_what_follows_upright(document):
    turned = [section.orientation for section in document.sections]
    assert turned.count(WD_ORIENT.LANDSCAPE) == 1
    assert turned[-1] == WD_ORIENT.PORTRAIT
    for section in document.sections:
        assert (section.page_width > section.page_height) == (section.orientation == WD_ORIENT.LANDSCAPE)


def test_marking_and_that_data_is_made_stand_at_head_and_foot(document):
    for part_of_page in (document.sections[0].header, document.sections[0].footer):
        text = "\n".join(line.text for line in part_of_page.paragraphs)
        assert MARKING in text
        assert MADE in text


def test_real_data_is_not_called_made():
    real = about(publish=replace(about().publish, made=False))
    document = opened(replace(pack(), about=real))
    assert MADE not in "\n".join(text for _, text in lines_of(document))


def test_commentary_stands_beside_a_finding_and_where_there_is_none_room_for_it():
    written, empty = (
        replace(every_kind()[0], commentary=("So it is.",)),
        replace(every_kind()[0], commentary=(), asks_commentary=True),
    )
    lines = lines_of(opened(replace(pack(), parts=(written, empty))))
    assert [text for style, text in lines if style == COMMENTARY] == ["So it is.", PROMPT]


def test_a_link_leads_to_the_page_and_is_only_there_where_it_is_known():
    for link, addresses in ((LINK, [LINK]), ("", [])):
        document = opened(replace(pack(), parts=(replace(every_kind()[0], link=link),)))
        external = [relation.target_ref for relation in document.part.rels.values() if relation.is_external]
        assert external == addresses


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_somebody_wrote_survives(text):
    document = opened(hostile(text))
    shown = "".join(line for _, line in lines_of(document))
    letters = re.sub(r"[^\w]", "", "".join(text.split()))[:200]
    assert letters in re.sub(r"[^\w]", "", "".join(shown.split()))


@pytest.mark.parametrize("make", [template, lambda: as_template(template())], ids=["docx", "dotx"])
def test_a_template_gives_its_styles_its_page_and_its_head_and_nothing_of_its_text(make):
    document = opened(pack(), make())
    assert document.styles["Heading 1"].font.name == "Georgia"
    assert document.sections[0].left_margin.cm == pytest.approx(5, abs=0.01)
    head = "\n".join(line.text for line in document.sections[0].header.paragraphs)
    assert "Our own head" in head
    assert MARKING in head
    assert "A text of the force's own" not in "\n".join(text for _, text in lines_of(document))
    assert ("Finding", every_kind()[0].finding) in lines_of(document)


def test_a_file_that_is_no_template_is_refused():
    with pytest.raises(TemplateError):
        word_document(pack(), b"no document")


def test_the_same_pack_gives_the_same_bytes():
    assert word_document(pack()) == word_document(pack())
