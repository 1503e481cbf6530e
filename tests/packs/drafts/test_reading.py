"""What reading a draft promises: its paragraphs with the draft's own numbers, its tables, and a sentence for what is no draft."""

import io
import zipfile
from random import Random

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook

from tests.packs.drafts.word_files import (
    add_table,
    in_list,
    numbering,
    restarted,
    saved,
    text_box,
    tracked,
    word_draft,
)
from vulncore.domain.errors import UnreadableSourceError
from vulncore.packs.drafts import reading, word
from vulncore.packs.drafts.blocks import DraftParagraph, DraftTable
from vulncore.packs.drafts.reading import read_draft


def read(folder, content: bytes | str, name: str = "draft.docx"):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_draft(path).blocks


def shown(blocks) -> list[tuple[str, str]]:
    return [(block.where, block.text.strip()) for block in blocks if isinstance(block, DraftParagraph)]


def test_numbers_that_word_puts_before_paragraphs_are_the_drafts_own(tmp_path):
    document = docx.Document()
    document.add_paragraph("Data", style="Heading 1")
    number = numbering(document, ("decimal", "%1."), ("lowerLetter", "(%2)"), start=19)
    in_list(document.add_paragraph("Domestic abuse rose."), number)
    in_list(document.add_paragraph("In homes."), number, level=1)
    in_list(document.add_paragraph("Elsewhere."), number, level=1)
    document.add_paragraph("Goes on.")
    in_list(document.add_paragraph("Hate crime rose."), number)
    in_list(document.add_paragraph("In streets."), number, level=1)
    in_list(document.add_paragraph("Anew."), restarted(document, number, 41))
    assert shown(read(tmp_path, saved(document))) == [
        ("place 1", "Data"),
        ("19", "Domestic abuse rose."),
        ("19(a)", "In homes."),
        ("19(b)", "Elsewhere."),
        ("after 19", "Goes on."),
        ("20", "Hate crime rose."),
        ("20(a)", "In streets."),
        ("41", "Anew."),
    ]


def test_a_style_numbers_its_paragraphs_and_levels_join(tmp_path):
    document = docx.Document()
    number = numbering(document, ("decimal", "%1"), ("decimal", "%1.%2"), ("lowerRoman", "%3)"))
    document.styles["Body Text"].element.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="1"/><w:numId w:val="{number}"/></w:numPr>')
    )
    in_list(document.add_paragraph("Chapter"), number)
    document.add_paragraph("First", style="Body Text")
    document.add_paragraph("Second", style="Body Text")
    in_list(document.add_paragraph("Deep"), number, level=2)
    assert shown(read(tmp_path, saved(document))) == [
        ("1", "Chapter"),
        ("1.1", "First"),
        ("1.2", "Second"),
        ("1.2(i)", "Deep"),
    ]


def test_bullets_have_no_number_and_stand_after_the_paragraph_before(tmp_path):
    document = docx.Document()
    document.add_paragraph("7. The strands are:")
    document.add_paragraph("Rape", style="List Bullet")
    bullet = read(tmp_path, saved(document))[1]
    assert (bullet.where, bullet.is_item) == ("after 7", True)


@pytest.mark.parametrize(
    ("text", "where", "rest"),
    [
        ("19. Whilst cases fell", "19", "Whilst cases fell"),
        ("19) Whilst", "19", "Whilst"),
        ("2.4 The force", "2.4", "The force"),
        ("3\tThe force", "3", "The force"),
        ("534 adult PPNs", "place 1", "534 adult PPNs"),
        ("2024 was quiet", "place 1", "2024 was quiet"),
        ("4.5 per cent", "place 1", "4.5 per cent"),
        ("1- People feel safe", "place 1", "People feel safe"),
        ("- Rape", "place 1", "Rape"),
        ("iv. Rape", "place 1", "Rape"),
    ],
)
def test_numbers_that_people_type_are_told_from_figures(tmp_path, text, where, rest):
    assert shown(read(tmp_path, f"{text} rose in the year.", "draft.txt")) == [
        (where, f"{rest} rose in the year.")
    ]


def test_what_was_deleted_is_gone_and_what_was_inserted_is_there(tmp_path):
    document = docx.Document()
    tracked(document.add_paragraph("Rape rose by "), "79%", "80%")
    assert shown(read(tmp_path, saved(document))) == [("place 1", "Rape rose by 80%")]


def test_a_text_box_is_a_paragraph_and_read_once(tmp_path):
    document = docx.Document()
    text_box(document.add_paragraph("Beside it. "), "Rape rose by 80%.")
    assert shown(read(tmp_path, saved(document))) == [
        ("place 1", "Beside it."),
        ("place 2", "Rape rose by 80%."),
    ]


def test_the_raised_mark_of_a_footnote_is_no_digit(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("There were 27")
    paragraph.add_run("4").font.superscript = True
    paragraph.add_run(" rapes")
    assert shown(read(tmp_path, saved(document))) == [("place 1", "There were 27⁴ rapes")]


def test_hidden_text_is_not_read(tmp_path):
    document = docx.Document()
    document.add_paragraph("Rape").add_run(" 99").font.hidden = True
    assert shown(read(tmp_path, saved(document))) == [("place 1", "Rape")]


def test_headings_are_told_by_style_by_outline_and_by_bold_type(tmp_path):
    document = docx.Document()
    document.add_paragraph("Sexual violence", style="Heading 2")
    document.add_paragraph("Hate crime").runs[0].bold = True
    document.add_paragraph("Hate crime rose.").runs[0].bold = True
    outlined = document.add_paragraph("Data")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>'))
    assert [block.heading for block in read(tmp_path, saved(document))] == [2, 9, 0, 3]


def test_merged_cells_repeat_their_text_and_count_once(tmp_path):
    document = docx.Document()
    add_table(document, [["Strand", "FYTD", "FYTD"], ["", "2023", "2024"], ["Rape", "15", "27"]])
    table = document.tables[0]
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    (block,) = read(tmp_path, saved(document))
    assert isinstance(block, DraftTable)
    assert [[cell.is_repeat for cell in cells] for cells in block.cells] == [
        [False, False, True],
        [True, False, False],
        [False, False, False],
    ]
    assert block.cells[0][2].text.split() == ["FYTD", "FYTD"]
    assert block.cells[1][0].text.strip() == "Strand"


def test_a_text_file_has_paragraphs_wrapped_lines_headings_and_tables_by_tabs(tmp_path):
    text = (
        "Sexual Violence\n\n"
        "29. There has been an increased focus on sexual offences in response to\nhigh-profile cases.\n"
        "30. CoLP is an adopter force.\n\n"
        "Strand\tPrevious\tCurrent\nRape\t15\t27\nHarmful Practices\nFGM\t0\t0\n\nAfter it.\n"
    )
    blocks = read(tmp_path, text, "draft.txt")
    assert shown(blocks) == [
        ("place 1", "Sexual Violence"),
        ("29", "There has been an increased focus on sexual offences in response to high-profile cases."),
        ("30", "CoLP is an adopter force."),
        ("after 30", "After it."),
    ]
    assert blocks[0].heading
    (table,) = [block for block in blocks if isinstance(block, DraftTable)]
    assert [[cell.text for cell in cells] for cells in table.cells] == [
        ["Strand", "Previous", "Current"],
        ["Rape", "15", "27"],
        ["Harmful Practices", "", ""],
        ["FGM", "0", "0"],
    ]


def test_markdown_has_its_headings_and_tables_and_no_marks_of_emphasis(tmp_path):
    text = "## Rape\n\nUp by **80%**, see [the table](https://example.org/12).\n\n```sh\nrape 99\n```\n\n| Strand | FYTD |\n| :-- | --: |\n| Rape | **27** |\n"
    heading, paragraph, table = read(tmp_path, text, "draft.md")
    assert (heading.heading, heading.text) == (2, "Rape")
    assert paragraph.text == "Up by 80%, see the table."
    assert [[cell.text for cell in cells] for cells in table.cells] == [["Strand", "FYTD"], ["Rape", "27"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_that_windows_writes(tmp_path, encoding):
    path = tmp_path / "draft.txt"
    path.write_bytes("Rape – “up” by 80%".encode(encoding))
    assert shown(read_draft(path).blocks) == [("place 1", "Rape – “up” by 80%")]


def zipped(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return held.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A Word draft with one part in the place of its own."""
    held, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(word_draft("Rape rose by 80%.")))
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.infolist():
            if member.filename != name:
                archive.writestr(member, source.read(member))
        archive.writestr(name, content)
    return held.getvalue()


def workbook() -> bytes:
    held = io.BytesIO()
    Workbook().save(held)
    return held.getvalue()


def encrypted() -> bytes:
    content = bytearray(word_draft("Rape"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><w:document xmlns:w="x">&b;</w:document>'
)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("draft.docx", b"", "is not a Word file"),
        ("draft.docx", b"Rape rose by 80%.", "is not a Word file"),
        ("draft.docx", b"PK\x03\x04 and no more", "not a Word file that can be read"),
        ("draft.docx", word_draft("Rape")[:-300], "not a Word file that can be read"),
        ("draft.docx", zipped(a=b"b"), "not a Word file that can be read"),
        ("draft.docx", workbook(), "is a workbook"),
        ("draft.docx", zipped(content__xml=b""), "not a Word file that can be read"),
        ("draft.docx", zipped(**{"content.xml": b"<a/>"}), "is an OpenDocument file"),
        ("draft.docx", encrypted(), "has 17 parts that are encrypted"),
        ("draft.docx", with_part("word/document.xml", ENTITIES), "not a Word file that can be read"),
        ("draft.docx", with_part("word/document.xml", b"<w:document"), "not a Word file that can be read"),
        ("draft.docx", with_part("../out.xml", b"<a/>"), "that lead out of the zip"),
        ("draft.docx", word_draft(" ", ""), "has no text"),
        ("draft.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word file, or locked by a password"),
        ("draft.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word file, or locked by a password"),
        ("draft.pdf", b"%PDF-1.7", "is a PDF"),
        ("draft.rtf", b"{\\rtf1 Rape}", "rich text"),
        ("draft.txt", b"Rape\0\0", "is not text"),
        ("draft.txt", word_draft("Rape"), "is not text"),
        ("draft.txt", b" \n\n ", "has no text"),
        ("draft.csv", b"Rape,27", "Give a draft as .docx, .txt or .md."),
    ],
)  # fmt: skip
def test_what_is_no_draft_is_refused_in_one_sentence(tmp_path, name, content, sentence):
    with pytest.raises(UnreadableSourceError, match=r"^draft\.[a-z]+ .*\.$") as refusal:
        read(tmp_path, content, name)
    assert sentence in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"^There is no file .*gone\.docx\. Check the name\.$"):
        read_draft(tmp_path / "gone.docx")


@pytest.mark.parametrize(
    ("module", "bound", "value", "sentence"),
    [
        (reading, "MAX_BYTES", 1_000, "has more than 1,000 bytes"),
        (word, "MAX_PARTS", 5, r"has \d+ parts"),
        (word, "MAX_UNPACKED", 1_000, r"unpacks to [\d,]+ bytes"),
        (word, "MAX_XML", 1_000, r"unpacks to [\d,]+ bytes"),
        (word, "MAX_TAGS", 100, "has more than 100 marks"),
        (word, "MAX_CELLS", 3, "a table of more than 3 cells"),
        (reading, "MAX_LETTERS", 10, r"has [\d,]+ letters"),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_unfolded(
    tmp_path, monkeypatch, module, bound, value, sentence
):
    document = docx.Document()
    add_table(document, [["Rape", "27"], ["Hate crime", "187"]])
    monkeypatch.setattr(module, bound, value)
    with pytest.raises(UnreadableSourceError, match=rf"^draft\.docx .*{sentence}.*\.$"):
        read(tmp_path, saved(document))


def test_a_zip_that_swells_is_refused_by_what_it_declares(tmp_path):
    content = with_part("word/media/picture.png", b"\0" * (word.MAX_UNPACKED + 1))
    assert len(content) < 1_000_000
    with pytest.raises(UnreadableSourceError, match="unpacks to"):
        read(tmp_path, content)


def test_a_spoilt_word_file_is_read_or_refused_and_nothing_else(tmp_path):
    draw = Random(7)
    document = docx.Document()
    in_list(document.add_paragraph("Rape rose by 80%."), numbering(document, ("decimal", "%1.")))
    add_table(document, [["Rape", "27"]])
    whole = saved(document)
    parts = {
        "word/document.xml",
        "word/numbering.xml",
        "word/styles.xml",
        "[Content_Types].xml",
        "word/_rels/document.xml.rels",
    }
    refusals = []
    for case in range(60):
        if case % 3:
            name = draw.choice(sorted(parts))
            part = bytearray(zipfile.ZipFile(io.BytesIO(whole)).read(name))
            for _ in range(draw.randrange(1, 6)):
                part[draw.randrange(len(part))] = draw.randrange(256)
            content = with_part(name, bytes(part))
        else:
            spoilt = bytearray(whole)
            for _ in range(draw.randrange(1, 20)):
                spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
            content = bytes(spoilt)
        try:
            read(tmp_path, content)
        except UnreadableSourceError as refusal:
            refusals.append(str(refusal))
    assert len(refusals) > 5
    assert all(refusal.startswith("draft.docx ") and refusal.endswith(".") for refusal in refusals)
