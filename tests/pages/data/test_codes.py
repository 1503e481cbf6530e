"""What the Data page says of codes: guesses are to be checked, and a file of which most rows would count nowhere is asked about first."""

import pytest

from tests.pages.visiting import Visit, visit
from vulncore.store import open_version


@pytest.fixture
def bring(tmp_path, monkeypatch):
    def bring(heading: str, *values: str) -> Visit:
        page = visit(tmp_path / "store", monkeypatch, "data", {}, {"data part": "Bring in data"})
        rows = [f"A{n},{n % 28 + 1:02d}/01/2024,{value}" for n, value in enumerate(values)]
        text = "\n".join([f"Ref,Date Recorded,{heading}", *rows, ""])
        page.upload("codes.csv", text.encode())
        page.fill("Force", "Kent Police")
        return page

    return bring


def published(page: Visit, tmp_path) -> dict[str, int]:
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    page.press("Publish")
    assert "Published 'codes' version 1" in page.said
    return open_version(tmp_path / "store", "codes").incidents.to_pandas()["measure"].value_counts().to_dict()


def test_codes_in_another_form_are_filled_in_and_to_be_checked(bring, tmp_path):
    page = bring("HO Code", *["019/08"] * 4, *["19C"] * 3, *["N100/1"] * 2, *["8/30"] * 2)
    assert page.box("019/08, 4 rows, to be checked").value == ["Rape"]
    assert page.box("N100/1, 2 rows, to be checked").value == ["Reported incidents of rape (N100)"]
    assert "Home Office's code 8L" in page.box("8/30, 2 rows, to be checked").help
    assert page.box("19C, 3 rows").label == "19C, 3 rows"
    assert published(page, tmp_path) == {
        "rape": 7,
        "reported-incidents-of-rape": 2,
        "stalking-and-harassment": 2,
    }


def test_where_most_rows_would_count_towards_nothing_that_is_asked_before_all_else(bring, tmp_path):
    page = bring("Category", *["1"] * 6, *["-1"] * 2, *["Rape"] * 4)
    asks = "Should most rows count towards nothing? 8 of 12 rows (67 %) would"
    assert asks in page.said
    assert page.said.index(asks) < page.said.index("Look at these")
    assert page.box("1, 6 rows, to be checked").value == []
    assert not page.can_press("Dry run")
    page.tick("I have looked at this: Should most rows")
    assert published(page, tmp_path) == {"rape": 4}


def test_the_question_goes_once_most_rows_count(bring, tmp_path):
    page = bring("Category", *["1"] * 6, *["-1"] * 2, *["Rape"] * 4)
    page.pick("1, 6 rows", "Hate crime")
    assert "Should most rows" not in page.said
    assert published(page, tmp_path) == {"hate-crime": 6, "rape": 4}
