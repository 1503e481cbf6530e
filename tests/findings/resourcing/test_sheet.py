"""What vulncore.findings.resourcing.sheet promises: numbers go out as a sheet and come in again, all or none."""

import gzip
import io
from datetime import date

import openpyxl
import pytest

from vulncore.domain.errors import InvalidScenarioError, UnreadableSourceError
from vulncore.findings.resourcing.sheet import assumption_sheet, with_sheet
from vulncore.resourcing.scenario.link import illustrative

TODAY = date(2024, 11, 5)
HEADING = 4  # the sheet's row of headings: two lines and an empty one before it


def filled_in(tmp_path, change=lambda sheet: None):
    """Return the path of the sheet, after a hand has changed it."""
    book = openpyxl.load_workbook(io.BytesIO(assumption_sheet(illustrative())))
    change(book.active)
    path = tmp_path / "sheet.xlsx"
    book.save(path)
    return path


def row_of(sheet, key) -> int:
    return next(row for row in range(HEADING + 1, sheet.max_row + 1) if sheet.cell(row, 1).value == key)


def setting(key, *numbers, source=None):
    def change(sheet) -> None:
        row = row_of(sheet, key)
        for column, number in enumerate(numbers, start=4):
            sheet.cell(row, column).value = number
        if source:
            sheet.cell(row, 8).value = source

    return change


def test_a_sheet_that_nobody_changed_changes_nothing(tmp_path):
    assert with_sheet(illustrative(), filled_in(tmp_path), "A. Lead", TODAY) == (illustrative(), ())


def test_a_number_that_was_changed_says_its_source_who_and_when(tmp_path):
    path = filled_in(tmp_path, setting("role.pip2.posts", 22, 22, 22, source="HR list, November"))
    scenario, changed = with_sheet(illustrative(), path, "A. Lead", TODAY)
    posts = scenario.of_role("pip2", "posts")
    assert changed == ("PIP 2 investigator: funded posts 18 → 22",)
    assert (posts.low, posts.likely, posts.high) == (22, 22, 22)
    assert (posts.source, posts.by, posts.on, posts.measured) == (
        "HR list, November",
        "A. Lead",
        TODAY,
        False,
    )
    assert {key: number for key, number in scenario.assumptions.items() if key != "role.pip2.posts"} == {
        key: number for key, number in illustrative().assumptions.items() if key != "role.pip2.posts"
    }


def test_rows_may_be_left_out(tmp_path):
    def keep_two(sheet) -> None:
        setting("role.pip2.in_post", 3, 4, 5)(sheet)
        row = row_of(sheet, "role.pip2.in_post")
        sheet.delete_rows(row + 2, sheet.max_row)
        sheet.delete_rows(HEADING + 1, row - HEADING - 1)

    scenario, changed = with_sheet(illustrative(), filled_in(tmp_path, keep_two), "A. Lead", TODAY)
    assert len(changed) == 1
    assert scenario.of_role("pip2", "in_post").high == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            setting("role.pip2.posts", 5, 4, 3),
            "1 of .* rows can.t be used. role.pip2.posts: Lowest 5, likeliest 4 and highest 3 are not in rising order",
        ),
        (setting("role.pip2.posts", "many", 4, 5), "“many” is no number"),
        (setting("role.pip2.posts", "1_000", 1_000, 1_000), "“1_000” is no number"),
        (setting("role.pip2.posts", "=1/0", 4, 5), "1 rows can't be read"),
        (setting("unit.demand", 0.5, 0.5, 0.5), "Write percentages without their sign"),
        (setting("role.pip2.posts", 18, 18, 18, source="x" * 201), "A source of 201 letters is too long"),
        (
            lambda sheet: sheet.cell(HEADING + 2, 1, sheet.cell(HEADING + 1, 1).value),
            "1 numbers have several rows",
        ),
        (
            lambda sheet: sheet.cell(HEADING + 2, 1, "role.nobody.posts"),
            "1 of .* rows are of no number .*role.nobody.posts",
        ),
        (lambda sheet: sheet.cell(HEADING, 8, "Origin"), "1 columns are missing .Source."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(tmp_path, change, said):
    with pytest.raises((InvalidScenarioError, UnreadableSourceError), match=said):
        with_sheet(illustrative(), filled_in(tmp_path, change), "A. Lead", TODAY)


def test_a_file_that_is_no_sheet_is_refused(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(UnreadableSourceError):
        with_sheet(illustrative(), path, "A. Lead", TODAY)


def test_a_small_file_of_millions_of_rows_is_refused_before_they_are_read(tmp_path):
    path = tmp_path / "sheet.csv"
    heading, row = "Key,Lowest,Likeliest,Highest,Source", "unit.demand,90,100,110,x"
    path.write_bytes(gzip.compress("\n".join([heading, *[row] * 400_000]).encode()))
    assert path.stat().st_size < 50_000
    with pytest.raises(InvalidScenarioError, match="more than .* rows"):
        with_sheet(illustrative(), path, "A. Lead", TODAY)


def test_a_source_of_several_lines_is_one_line(tmp_path):
    path = filled_in(tmp_path, setting("role.pip2.posts", 22, 22, 22, source="HR list,\nNovember"))
    scenario, _ = with_sheet(illustrative(), path, "A. Lead", TODAY)
    assert scenario.of_role("pip2", "posts").source == "HR list, November"
