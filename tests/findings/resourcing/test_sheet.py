"""What vulncore.findings.resourcing.sheet promises: numbers go out as a sheet and come in again, all or none."""

import gzip
import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from tests.resourcing.made_units import at
from vulncore.domain.errors import InvalidScenarioError, UnreadableSourceError
from vulncore.findings.resourcing.sheet import assumption_sheet, with_sheet
from vulncore.resourcing.scenario.fields import is_cost
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Assumption

TODAY = date(2024, 11, 5)
HEADING = 4  # the sheet's row of headings: two lines and an empty one before it


def filled_in(tmp_path, change=lambda sheet: None, of=None):
    """Return the path of a scenario's sheet, the example's if none is given, after a hand has changed it."""
    book = openpyxl.load_workbook(io.BytesIO(assumption_sheet(of or example_scenario())))
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
    assert with_sheet(example_scenario(), filled_in(tmp_path), "A. Lead", TODAY) == (example_scenario(), ())


def test_a_number_that_was_changed_says_its_source_who_and_when(tmp_path):
    path = filled_in(tmp_path, setting("role.pip2.posts", 22, 22, 22, source="HR list, November"))
    scenario, changed = with_sheet(example_scenario(), path, "A. Lead", TODAY)
    posts = scenario.of_role("pip2", "posts")
    assert changed == ("PIP 2 investigator: funded posts 18 → 22",)
    assert (posts.low, posts.likely, posts.high) == (22, 22, 22)
    assert (posts.source, posts.by, posts.on, posts.measured) == (
        "HR list, November",
        "A. Lead",
        TODAY,
        False,
    )
    assert {key: number for key, number in scenario.assumptions.items() if key != at("role.pip2.posts")} == {
        key: number for key, number in example_scenario().assumptions.items() if key != at("role.pip2.posts")
    }


def without_costs():
    shipped = example_scenario()
    kept = {key: number for key, number in shipped.assumptions.items() if not is_cost(key)}
    return replace(shipped, assumptions=kept)


def test_costs_go_out_and_come_in_again_with_the_other_numbers(tmp_path):
    path = filled_in(tmp_path, setting("role.pip2.cost", 61_000, 66_000, 72_500, source="Finance, 2025"))
    scenario, changed = with_sheet(example_scenario(), path, "A. Lead", TODAY)
    cost = scenario.assumptions[at("role.pip2.cost")]
    assert (cost.low, cost.likely, cost.high, cost.source) == (61_000, 66_000, 72_500, "Finance, 2025")
    assert changed == (
        "PIP 2 investigator: cost of one, full time 70,000 (60,000 to 82,000) → 66,000 (61,000 to 72,500)",
    )


def test_a_scenario_without_costs_has_an_empty_row_for_each_and_a_sheet_not_filled_in_enters_none(tmp_path):
    sheet = openpyxl.load_workbook(io.BytesIO(assumption_sheet(without_costs()))).active
    for role in example_scenario().roles:
        row = row_of(sheet, f"role.{role.key}.cost")
        assert [sheet.cell(row, column).value for column in (2, 4, 5, 6)] == [role.name, None, None, None]
        assert sheet.cell(row, 7).value == "£ a year"
    path = filled_in(tmp_path, of=without_costs())
    assert with_sheet(without_costs(), path, "A. Lead", TODAY) == (without_costs(), ())


def test_a_cost_filled_into_an_empty_row_is_entered_and_one_that_was_emptied_is_taken_out(tmp_path):
    path = filled_in(tmp_path, setting("role.soit.cost", 50_000, 50_000, 50_000), of=without_costs())
    scenario, changed = with_sheet(without_costs(), path, "A. Lead", TODAY)
    assert scenario.assumptions[at("role.soit.cost")] == Assumption(
        50_000, 50_000, 50_000, by="A. Lead", on=TODAY
    )
    assert changed == ("SOIT officer: cost of one, full time not entered → 50,000",)
    assert [key for key in scenario.assumptions if is_cost(key)] == [at("role.soit.cost")]

    def empty(sheet) -> None:
        row = row_of(sheet, "role.soit.cost")
        for column in (4, 5, 6):
            sheet.cell(row, column).value = None

    again, changed = with_sheet(scenario, filled_in(tmp_path, empty, scenario), "A. Lead", TODAY)
    assert again == without_costs()
    assert changed == ("SOIT officer: cost of one, full time 50,000 → not entered",)


def test_a_cost_of_which_one_end_is_missing_is_refused(tmp_path):
    path = filled_in(tmp_path, setting("role.soit.cost", 50_000), of=without_costs())
    with pytest.raises(InvalidScenarioError, match=r"role\.soit\.cost: “” is no number"):
        with_sheet(without_costs(), path, "A. Lead", TODAY)


def test_rows_may_be_left_out(tmp_path):
    def keep_two(sheet) -> None:
        setting("role.pip2.in_post", 3, 4, 5)(sheet)
        row = row_of(sheet, "role.pip2.in_post")
        sheet.delete_rows(row + 2, sheet.max_row)
        sheet.delete_rows(HEADING + 1, row - HEADING - 1)

    scenario, changed = with_sheet(example_scenario(), filled_in(tmp_path, keep_two), "A. Lead", TODAY)
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
        with_sheet(example_scenario(), filled_in(tmp_path, change), "A. Lead", TODAY)


def test_a_file_that_is_no_sheet_is_refused(tmp_path):
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(UnreadableSourceError):
        with_sheet(example_scenario(), path, "A. Lead", TODAY)


def test_a_small_file_of_millions_of_rows_is_refused_before_they_are_read(tmp_path):
    path = tmp_path / "sheet.csv"
    heading, row = "Key,Lowest,Likeliest,Highest,Source", "unit.demand,90,100,110,x"
    path.write_bytes(gzip.compress("\n".join([heading, *[row] * 400_000]).encode()))
    assert path.stat().st_size < 50_000
    with pytest.raises(InvalidScenarioError, match="more than .* rows"):
        with_sheet(example_scenario(), path, "A. Lead", TODAY)


def test_a_source_of_several_lines_is_one_line(tmp_path):
    path = filled_in(tmp_path, setting("role.pip2.posts", 22, 22, 22, source="HR list,\nNovember"))
    scenario, _ = with_sheet(example_scenario(), path, "A. Lead", TODAY)
    assert scenario.of_role("pip2", "posts").source == "HR list, November"
