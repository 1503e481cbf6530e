"""What a commented copy of a Word draft promises: a comment right at each number that differs, and nothing else is changed."""

import io
from datetime import date

import docx
import pytest
from docx.oxml.ns import qn

from tests.packs.drafts.word_files import WINDOWS, add_table, in_list, numbering, saved, text_box, tracked
from vulncore.packs.drafts.blocks import DraftText, numbered
from vulncore.packs.drafts.checking import check_draft
from vulncore.packs.drafts.comments import commented
from vulncore.packs.drafts.matching import CheckVerdict
from vulncore.packs.drafts.word import word_blocks


def differing(demo, content: bytes):
    check = check_draft(DraftText("draft.docx", numbered(word_blocks(content, "draft.docx"))), demo)
    return check.of(CheckVerdict.DIFFERS)


def marked(content: bytes) -> list[tuple[str, str, str]]:
    """The author of each comment, the letters that it is at, and its text, in the order of the document."""
    document = docx.Document(io.BytesIO(content))
    texts = {comment.comment_id: (comment.author, comment.text) for comment in document.comments}
    under_way: dict[int, str] = {}
    ended = []
    for element in document.element.body.iter():
        if element.tag == qn("w:commentRangeStart"):
            under_way[int(element.get(qn("w:id")))] = ""
        elif element.tag == qn("w:commentRangeEnd"):
            number = int(element.get(qn("w:id")))
            ended.append((texts[number][0], under_way.pop(number), texts[number][1]))
        elif element.tag == qn("w:t"):
            under_way = {number: text + (element.text or "") for number, text in under_way.items()}
    return ended


def with_comments(demo, content: bytes) -> bytes:
    return commented(content, "draft.docx", differing(demo, content))


def all_text(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


def report() -> bytes:
    document = docx.Document()
    number = numbering(document, ("decimal", "%1."), start=19)
    in_list(document.add_paragraph("Domestic abuse has seen only a 5% (n107) increase YTD."), number)
    in_list(document.add_paragraph("Hate crime rose by 43% YTD."), number)
    return saved(document)


def test_a_comment_stands_right_at_each_number_that_differs_and_says_what_the_table_has(demo):
    comments = marked(with_comments(demo, report()))
    assert [(author, letters) for author, letters, _ in comments] == [
        ("vulncore", "5%"),
        ("vulncore", "n107"),
    ]
    assert comments[0][2].startswith("The table has +4 % this financial year to date.")
    assert "105 to 109, +4, +4 %" in comments[0][2]


def test_the_words_of_the_draft_and_their_form_stay_as_they_were(demo):
    document = docx.Document()
    paragraph = document.add_paragraph("Rape ")
    bold = paragraph.add_run("rose by 79% ")
    bold.bold, bold.font.name = True, "Georgia"
    paragraph.add_run("YTD, and hate crime by 4").italic = True
    paragraph.add_run("4% YTD.\tThen more.")
    content = saved(document)
    copied = with_comments(demo, content)
    assert all_text(copied) == all_text(content)
    assert [letters for _, letters, _ in marked(copied)] == ["79%", "44%"]
    runs = docx.Document(io.BytesIO(copied)).paragraphs[0].runs
    forms = {run.text: (run.bold, run.font.name, run.italic) for run in runs if run.text}
    assert forms["79%"] == forms["rose by "] == (True, "Georgia", None)
    assert forms["4"] == (None, None, True)
    assert marked(content) == []


def test_numbers_in_tables_text_boxes_and_tracked_changes_get_theirs(demo):
    document = docx.Document()
    add_table(document, [["Strand", *WINDOWS[:2]], ["Rape", "16", "27"], ["Hate Crime", "131", "188"]])
    tracked(document.add_paragraph("Rape rose by "), "79%", "81%")
    text_box(document.add_paragraph("Beside it."), "Hate crime rose by 44%.")
    copied = with_comments(demo, saved(document))
    assert [letters for _, letters, _ in marked(copied)] == ["16", "188", "81%", "44%"]
    assert docx.Document(io.BytesIO(copied)).tables[0].cell(1, 1).text == "16"


def test_two_verdicts_on_one_number_are_one_comment(demo):
    document = docx.Document()
    document.add_paragraph("There were 12 rapes in 2019/20 and 2023/24.")
    ((_, letters, text),) = marked(with_comments(demo, saved(document)))
    assert letters == "12"
    assert "2019/20 is April 2019 to October 2019" in text
    assert "2023/24 is April 2023 to October 2023" in text


def test_comments_that_were_there_stay(demo):
    document = docx.Document()
    paragraph = document.add_paragraph("Rape rose by 79% YTD.")
    document.add_comment(paragraph.runs, text="Check this", author="An analyst")
    copied = marked(with_comments(demo, saved(document)))
    assert {(author, letters) for author, letters, _ in copied} == {
        ("vulncore", "79%"),
        ("An analyst", "Rape rose by 79% YTD."),
    }


def test_a_copy_is_checked_as_the_draft_was(demo):
    content = report()
    copied = with_comments(demo, content)
    shown = [
        [(one.where, one.written, one.why) for one in differing(demo, draft)] for draft in (content, copied)
    ]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 2


@pytest.mark.parametrize("month", [date(2024, 10, 1)])
def test_without_a_number_that_differs_nothing_is_added(demo, month):
    assert demo.as_at == month
    document = docx.Document()
    document.add_paragraph("Rape rose by 80% YTD.")
    assert marked(with_comments(demo, saved(document))) == []
