"""What the page Resourcing says and does, as its server draws it."""

import json
import re
import shutil
from dataclasses import replace

import pytest
import streamlit as st

from tests.compatibility.conftest import KEPT
from tests.pages.visiting import Visit, visit
from tests.resourcing.made_units import at
from vulncore.forecasting import forecast
from vulncore.resourcing.scenario.link import example_scenario, scenario_code
from vulncore.resourcing.scenario.locked import file_of, is_locked, lock_file, lock_of
from vulncore.resourcing.scenario.scenario import fixed
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

pytestmark = pytest.mark.usefixtures("few_origins")

ASKS = re.compile(r"In 20\d\d demand asks for ([\d,.]+) full-time")
BESIDE, DIFFERENT = "scenarios side by side", "What they assume differently"


@pytest.fixture
def own(shipped_store, tmp_path):
    """A store to save scenarios in."""
    return shutil.copytree(shipped_store, tmp_path / "store")


@pytest.fixture
def resourcing(own, monkeypatch):
    """Visits the page of what ships by a link."""
    return lambda **link: visit(own, monkeypatch, "resourcing", link)


def asked_for(page: Visit) -> float:
    return float(ASKS.search(page.said)[1].replace(",", ""))


def code_of(name: str, **numbers: float) -> str:
    scenario = example_scenario()
    for key, number in numbers.items():
        scenario = scenario.where(at(key.replace("__", ".")), fixed(number))
    return scenario_code(scenario.called(name))


def save_as(page: Visit, name: str) -> None:
    page.fill("Save as", name)
    page.press("Save")


def test_a_scenario_is_saved_compared_shared_opened_by_a_colleague_and_removed(resourcing):
    plain = asked_for(resourcing())
    page = resourcing(plan=code_of("Brought", unit__demand=120))
    save_as(page, "A fifth more")
    assert "Saved as A fifth more" in page.said
    page = resourcing(plan=code_of("Brought", unit__demand=120, role__pip2__in_post=22))
    save_as(page, "And more people")
    page.pick("Scenario", "A fifth more")
    page.pick("Compare with", "Example figures")
    page.pick("Compare with", "And more people")
    needed, there = page.row(BESIDE, "Needed, full-time"), page.row(BESIDE, "Will be there")
    assert float(needed[1]) == plain
    assert float(needed[0]) > plain
    assert float(there[2]) > float(there[0])
    assert page.row(DIFFERENT, "The whole unit: demand") == ["120", "100", "120"]
    theirs = resourcing(**page.choices)
    assert theirs.table(BESIDE) == page.table(BESIDE)
    assert ASKS.search(theirs.said)[0] == ASKS.search(page.said)[0]
    page.pick("Scenario", "And more people")
    page.tick("Remove what is saved")
    page.press("Remove")
    assert "no longer saved" in page.said
    assert "And more people" not in resourcing().box("Scenario").options


def test_the_first_look_after_a_restart_fits_nothing_and_shows_no_progress(resourcing, monkeypatch):
    st.cache_resource.clear()
    said = resourcing().said

    def work(*_: object) -> None:
        raise AssertionError("fitted anew")

    monkeypatch.setattr(forecast, "in_parallel", work)
    monkeypatch.setattr(st, "progress", work)
    st.cache_resource.clear()
    assert resourcing().said == said


def test_a_scenario_of_a_file_is_brought_in_and_one_that_is_none_changes_nothing(resourcing):
    page = resourcing()
    before = asked_for(page)
    text = scenario_text(example_scenario().called("Ours").where(at("unit.hours"), fixed(150)))
    page.upload("ours.toml", text.encode(), "Bring one in")
    assert "Ours was brought in" in page.said
    assert asked_for(page) == pytest.approx(1.5 * before, abs=0.1)
    page.upload("ours.toml", b"name = 3", "Bring one in")
    assert "'name' is missing or is not a text" in page.said
    assert asked_for(page) == pytest.approx(1.5 * before, abs=0.1)


def test_an_assumption_is_changed_with_its_source_and_a_name(resourcing):
    page = resourcing()
    page.pick("Show assumptions for", "PIP 2 investigator")
    page.pick("Number", "PIP 2 investigator: in post")
    page.fill("Value", "24")
    page.fill("Source", "HR, October 2024")
    page.fill("Your name, kept with the number", "A. *Lead*")
    page.press("Change")
    row = page.row("HR, October 2024", "In post")
    assert row[:3] == ["24", "people", "HR, October 2024"]
    assert row[3].startswith("A. *Lead*, ")
    assert re.search(r"2[0-3]\.\d will be there \(18\.0 funded\)", page.said)


def test_people_who_are_planned_for_stand_in_the_link_and_keep_the_chance(resourcing):
    page = resourcing()
    plan = next(
        button.label for button in page.app.button if re.match(r"Plan for \d+ who come", button.label)
    )
    page.press(plan)
    assert "No more PIP 2 investigators are needed. The chance of more than 15" in page.said
    assert re.search(r"Joiners: \d+ planned", page.said)
    assert page.choices["plan"]


def test_a_scenario_with_kinds_of_case_of_its_own_is_compared_by_its_own_forecast(resourcing):
    text = scenario_text(example_scenario()).replace('key = "domestic-abuse"\n', 'key = "da-crime"\n')
    text = text.replace('derived_from = "domestic-abuse"', 'derived_from = "da-crime"')
    renamed = read_scenario(text).called("Renamed")
    roles = tuple(role for role in renamed.roles if role.key != "vva")
    held = {key: each for key, each in renamed.assumptions.items() if key.role != "vva"}
    code = scenario_code(replace(renamed, roles=roles, assumptions=held))
    page = resourcing(part="compare", compare=code)
    assert len(set(page.row(BESIDE, "Will be there"))) == 1
    first, second = (float(each) for each in page.row(BESIDE, "Needed, full-time"))
    assert second == pytest.approx(first, rel=0.05)
    page.pick("Role", "Vulnerable Victim Advocate")
    assert "Not compared, since they have no Vulnerable Victim Advocate: Renamed" in page.said


@pytest.mark.parametrize(
    ("link", "sentences"),
    [
        ({"plan": "1abc", "compare": "1abc.zzz"}, ["can't be read", "You see the others instead"]),
        (
            {
                "plan": "<b>x</b>",
                "role": "dog",
                "year": "1999",
                "chance": "3",
                "basis": "x",
                "since": "2030-01",
            },
            ["does not hold a scenario", "There is no role 'dog' here"],
        ),
        ({"dataset": "city-open-counts"}, ["no monthly figures for the unit"]),
    ],
)
def test_a_link_that_can_not_be_met_is_told_so(resourcing, link, sentences):
    page = resourcing(**link)
    for sentence in sentences:
        assert sentence in page.said


def test_where_nothing_comes_to_the_unit_no_control_stands_that_does_nothing(resourcing):
    page = resourcing(dataset="city-open-counts")
    labels = {box.label for box in page.app.selectbox}
    assert {"Dataset", "Scenario"} <= labels  # either can lead out of it
    assert not labels & {"Role", "Calendar year", "Enough people means", "Forecast from"}


def test_a_server_that_lets_nobody_publish_keeps_a_scenario_for_the_visit(own, resourcing, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    # of a dataset that holds nothing of the unit, so that nothing is forecast
    page = resourcing(dataset="city-open-counts", plan=code_of("Brought", unit__demand=110))
    assert "Saving for everyone is off" in page.said
    save_as(page, "Mine alone")
    page.pick("Scenario", "Example figures")
    assert "plan" not in page.choices
    page.pick("Scenario", "Mine alone")
    assert page.choices["plan"]
    assert "Mine alone" not in resourcing(dataset="city-open-counts").box("Scenario").options
    assert "Mine alone" not in " ".join(path.read_text() for path in own.glob("scenarios/*.toml"))


def test_a_scenario_of_a_link_without_costs_says_nothing_of_money(resourcing):
    old = json.loads((KEPT / "scenarios" / "codes.json").read_text(encoding="utf-8"))["four-join"]
    for part in ("", "months", "compare"):
        page = resourcing(plan=old, compare=old, part=part)
        assert "£" not in page.said
        assert page.choices["plan"] == page.choices["compare"] == old
    assert "£" in resourcing().said


def test_a_cost_is_entered_in_the_form_and_taken_out_again(resourcing):
    old = json.loads((KEPT / "scenarios" / "codes.json").read_text(encoding="utf-8"))["half-more"]
    page = resourcing(plan=old)
    page.pick("Show assumptions for", "PIP 2 investigator")
    page.pick("Number", "PIP 2 investigator: cost of one, full time")
    page.press("Change")
    assert "Nothing was changed. Give a number." in page.said
    page.fill("Value", "60000")
    page.fill("Source", "Finance, 2025")
    page.press("Change")
    assert page.row("Finance, 2025", "Cost of one, full time")[:2] == ["60,000", "£ a year"]
    assert re.search(r"more funded posts \\?\(£[\d,]+0,000 a year", page.said)
    page.press("Take this cost out")
    assert "£60" not in page.said
    assert "more funded posts (" not in page.said


def lock_plan(page: Visit, name: str) -> None:
    save_as(page, name)
    page.fill("Note, such as the board's date", "Board of [12](//x) December")
    page.fill("Your name, kept with the lock", "A. *Lead*")
    page.press("Lock this scenario for good")


def test_a_scenario_is_locked_says_so_and_can_not_be_replaced_or_removed(resourcing, own):
    page = resourcing(plan=code_of("Brought", unit__demand=110))
    assert "Save this scenario under a name, then lock it." in page.said
    lock_plan(page, "Winter")
    assert "Winter is locked as what went to the board." in page.said
    assert "Winter, locked" in page.box("Scenario").options
    assert "locked by A. *Lead* on" in page.said
    assert "Board of [12](//x) December" in page.said
    assert "You see the figures that it was locked on." in page.said
    lock = lock_of(own, "Winter")
    finding = page.said.split("are needed by")[0].split("\n")[-1]
    assert f"{lock.figures.more} more" in finding
    assert lock.figures.finding.startswith(finding.strip())
    assert "Remove what is saved" not in page.said
    page.tick("In place of what is saved")
    save_as(page, "Winter")
    assert "'Winter' is locked as what went to the board, so it can't be replaced" in page.said
    page.pick("Show assumptions for", "PIP 2 investigator")
    page.pick("Number", "PIP 2 investigator: in post")
    page.fill("Value", "24")
    page.press("Change")
    assert "Winter, changed" in page.box("Scenario").options
    assert "Changed since" in page.said  # what the board saw stays beside a copy that somebody changed
    assert re.search(r"This changed copy says (no|\d+) more PIP 2 investigators?", page.said)
    assert page.can_press("Show what the board saw")
    assert lock_of(own, "Winter") == lock


def test_a_scenario_called_as_a_locked_one_looks_does_not_take_its_place(resourcing, own):
    page = resourcing(plan=code_of("Board", unit__demand=110))
    save_as(page, "Board")
    page.fill("Your name, kept with the lock", "A")
    page.press("Lock this scenario for good")
    locked = page.choices["plan"]
    other = resourcing(plan=code_of("Other", unit__demand=150))
    save_as(other, "Board, locked")
    again = resourcing(plan=locked)
    options = again.box("Scenario").options
    assert len(set(options)) == len(options)
    assert sum(option.startswith("Board, locked") for option in options) == 2
    again.open("resourcing part", "Compare scenarios")
    assert again.choices["plan"] == locked
    again.pick("Scenario", "Example figures")
    again.pick("Scenario", next(option for option in options if option.endswith(f"({locked[-6:]})")))
    assert again.choices["plan"] == locked


def test_a_link_with_another_scenario_of_a_locked_name_is_not_called_locked(resourcing, own):
    page = resourcing(plan=code_of("Board", unit__demand=110))
    save_as(page, "Board")
    page.fill("Your name, kept with the lock", "A")
    page.press("Lock this scenario for good")
    assert "This scenario is locked" in page.said
    brought = resourcing(plan=code_of("Board", unit__demand=150))
    assert "This scenario is locked" not in brought.said
    assert "Save this scenario under another name, then lock it." in brought.said


def test_what_went_to_the_board_is_set_against_later_figures_and_opens_as_it_was(resourcing, own):
    page = resourcing(plan=code_of("Brought", unit__demand=110), month="2024-04")
    lock_plan(page, "Winter")
    then = lock_of(own, "Winter").figures
    later = resourcing(plan=page.choices["plan"], role="soit")
    assert f"{then.more} more PIP 2 investigators" in later.said
    assert re.search(r"On version 1 of demo, known to October 2024, it is now \d+ more PIP 2", later.said)
    assert "You see the figures" not in later.said
    assert later.can_press("Show what the board saw")
    later.press("Show what the board saw")
    assert later.choices["month"] == "2024-04"
    assert later.choices["role"] == "pip2"
    assert not later.can_press("Show what the board saw")
    assert "You see the figures that it was locked on." in later.said


def test_a_lock_or_a_file_that_was_changed_by_hand_is_said(resourcing, own):
    page = resourcing(plan=code_of("Brought", unit__demand=110))
    lock_plan(page, "Winter")
    plan = page.choices["plan"]
    file = file_of(own, "Winter")
    file.write_text(file.read_text().replace("110", "130"))
    assert "was changed or removed after it was locked" in resourcing(plan=plan).said
    lock_file(own, "Winter").write_text("{}")
    assert "The lock of 'Winter' was changed or damaged" in resourcing(plan=plan).said


def test_of_two_browsers_that_lock_one_scenario_the_second_is_told(resourcing, own):
    first = resourcing(plan=code_of("Brought", unit__demand=110))
    save_as(first, "Winter")
    second = resourcing(plan=first.choices["plan"])
    for page, name in ((first, "First"), (second, "Second")):
        page.fill("Your name, kept with the lock", name)
    first.press("Lock this scenario for good")
    second.press("Lock this scenario for good")
    assert "Nothing was locked. 'Winter' is locked already." in second.said
    assert lock_of(own, "Winter").by == "First"


def test_a_lock_without_a_name_is_refused(resourcing, own):
    page = resourcing(plan=code_of("Brought", unit__demand=110))
    save_as(page, "Winter")
    page.press("Lock this scenario for good")
    assert "Nothing was locked. Give your name of 1 to 60 letters on one line." in page.said
    assert not is_locked(own, "Winter")


def test_a_server_that_lets_nobody_publish_lets_nobody_lock(resourcing, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    page = resourcing()
    assert "Locking is off on this server." in page.said
    assert not [button for button in page.app.button if button.label.startswith("Lock")]


def test_when_there_are_enough_people_is_one_rule_and_the_link_carries_it(resourcing):
    page = resourcing()
    by_cases = page.said.split("PIP 2 investigators are needed by")[0].split("\n")[-1]
    page.pick("Enough people means", "All hours covered")
    by_hours = page.said.split("PIP 2 investigators are needed by")[0].split("\n")[-1]
    assert by_hours != by_cases
    assert page.choices["rule"] == "hours"
    assert resourcing(**page.choices).said == page.said
