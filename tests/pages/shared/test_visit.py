"""What pages.shared.visit promises: a page may end early, and its address still says what is on screen."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "link"),
    [("when", {}), ("where", {}), ("forecast", {"subject": "anti-social-behaviour"}), ("resourcing", {})],
)
def test_a_page_that_has_nothing_to_show_of_a_dataset_writes_its_choices_into_the_address(
    name, link, shipped_store, monkeypatch
):
    monkeypatch.setenv("VULNCORE_STORE", str(shipped_store))
    visit = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    visit._page_hash = calc_hash(name)
    visit.query_params.update({"dataset": "city-open-counts", "month": "2024-09", **link})
    visit.run()
    month = next(box for box in visit.selectbox if box.label == "Figures to the end of")
    month.select_index(month.options.index("October 2024")).run()
    assert not visit.exception
    assert "2024-10" in visit.query_params["month"]
    assert "version" in visit.query_params


def test_a_box_that_brings_an_option_which_is_there_no_more_changes_nothing(shipped_store, monkeypatch):
    monkeypatch.setenv("VULNCORE_STORE", str(shipped_store))
    visit = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    visit._page_hash = calc_hash("when")
    visit.run()
    period = next(box for box in visit.selectbox if box.label == "Period")
    shown = period.options[period.index]
    period.options.append("A period of long ago")
    period.select_index(len(period.options) - 1).run()
    assert not visit.exception
    period = next(box for box in visit.selectbox if box.label == "Period")
    assert period.options[period.index] == shown


def test_a_choice_that_fell_is_shown_by_a_new_box_which_no_browser_has_held(shipped_store, monkeypatch):
    monkeypatch.setenv("VULNCORE_STORE", str(shipped_store))
    visit = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
    visit._page_hash = calc_hash("where")
    visit.query_params["dataset"] = "demo"
    visit.run()

    def box(label: str):
        return next(box for box in visit.selectbox if box.label == label)

    first = box("Cells")
    first.select_index(1).run()
    chosen = box("Cells")
    assert chosen.key == first.key
    assert chosen.index == 1
    demo = box("Dataset").index
    box("Dataset").select_index(1 - demo).run()
    box("Dataset").select_index(demo).run()
    assert not visit.exception
    assert box("Cells").index == 0
    assert box("Cells").key != first.key


def test_no_page_tells_streamlit_to_stop():
    stopping = [str(file) for file in (ROOT / "pages").rglob("*.py") if "st.stop(" in file.read_text()]
    assert stopping == []
