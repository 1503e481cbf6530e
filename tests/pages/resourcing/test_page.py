"""What the page Resourcing promises to who looks at it."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pages.choosing import choices, pick
from tests.pages.conftest import PAGE_MS, settled
from vulncore.resourcing.scenario.link import illustrative, scenario_code
from vulncore.resourcing.scenario.scenario import fixed
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

pytestmark = pytest.mark.browser

LINES = 90  # pixels: three lines
CHARTS = '[data-testid="stVegaLiteChart"]'
ASKS = re.compile(r"In 20\d\d demand asks for ([\d,.]+) full-time")


def open_resourcing(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/resourcing{link}")
    page.get_by_role("tab", name="Assumptions").wait_for(timeout=PAGE_MS)
    return again(page)


def again(page):
    page.wait_for_timeout(300)  # until the run that something starts has begun
    return settled(page)


def first_sentence(page) -> str:
    return page.locator("p", has_text="demand asks for").first.inner_text()


def asked_for(page) -> float:
    return float(ASKS.search(first_sentence(page))[1].replace(",", ""))


def labels(page) -> list[str]:
    """What a screen reader says of the charts."""
    every = page.locator(f"{CHARTS} [aria-label], {CHARTS}[aria-label]").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    return [label for label in every if label and re.search(r"officer|wanting|Chance", label)]


def table(page, caption: str) -> dict[str, list[str]]:
    shown = page.locator("table.plain", has_text=caption)
    shown.first.wait_for(timeout=PAGE_MS)
    rows = [row.locator("td, th").all_inner_texts() for row in shown.first.locator("tbody tr").all()]
    return {row[0]: row[1:] for row in rows}


def saved(page, label: str) -> str:
    with page.expect_download(timeout=PAGE_MS) as arriving:
        page.get_by_role("button", name=label).first.click()
    return Path(arriving.value.path()).read_text()


def menu(page) -> None:
    page.get_by_role("button", name="Save, compare").click()
    page.get_by_label("Save as").wait_for(timeout=PAGE_MS)


def close(page) -> None:
    page.keyboard.press("Escape")
    again(page)


def save_as(page, name: str) -> None:
    menu(page)
    page.get_by_label("Save as").fill(name)
    page.get_by_label("Save as").press("Enter")
    again(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text(f"Saved as {name}").wait_for(timeout=PAGE_MS)
    close(page)


def press(page, lever: str, key: str, times: int = 1) -> None:
    slider = page.get_by_role("slider", name=lever)
    slider.focus()
    for _ in range(times):
        slider.press(key)
    again(page)
    page.wait_for_timeout(500)
    again(page)


def test_the_sentence_the_table_the_file_and_the_screen_reader_say_the_same(server, page):
    open_resourcing(page, server, "?part=months")
    needed = table(page, "Public Protection Unit, 2026")["PIP 2 investigator"][1]
    assert f"In 2026 demand asks for {needed} full-time PIP 2 investigators" in first_sentence(page)
    december = table(page, "PIP 2 investigator by month")["December 2026"]
    heard = labels(page)
    assert (
        f"December 2026 needed {december[0]}, enough in 4 of 5 forecasts {december[1]}, in 19 of 20 {december[2]}"
        in heard[0]
    )
    assert f"chance of more than 15 {december[8]}".replace("\u00a0", " ") in heard[1].replace("\u00a0", " ")
    rows = list(csv.DictReader(io.StringIO(saved(page, "Download as CSV"))))
    row = next(row for row in rows if (row["role"], row["month"]) == ("pip2", "2026-12"))
    assert f"{float(row['needed50']):,.1f}" == december[0]
    assert row["note"].startswith("Made data")


def test_what_the_page_says_follows_a_lever_while_it_is_dragged(server, page):
    open_resourcing(page, server)
    before = asked_for(page)
    box = page.get_by_role("slider", name="Demand").bounding_box()
    start, middle = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    page.mouse.move(start, middle)
    page.mouse.down()
    page.mouse.move(start + 60, middle, steps=6)
    page.wait_for_function(
        "before => ![...document.querySelectorAll('p')].some(each => each.innerText.includes(before))",
        arg=f"demand asks for {before:.1f} ",
        timeout=PAGE_MS,
    )
    during = asked_for(page)  # the button is still down
    assert during > before
    page.mouse.move(start - 20, middle, steps=6)
    page.mouse.up()
    again(page)
    page.wait_for_timeout(600)
    assert asked_for(again(page)) < before


def test_a_lever_keeps_its_place_and_its_length_under_the_hand(server, page):
    open_resourcing(page, server)
    lever = page.get_by_role("slider", name="Cases each")
    lever.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 250")
    page.wait_for_timeout(300)
    box = lever.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    seen = []
    for step in range(1, 8):
        page.mouse.move(box["x"] + box["width"] / 2 + 8 * step, middle)
        page.wait_for_timeout(200)
        seen.append(lever.bounding_box())
    page.mouse.up()
    assert {(each["x"], each["width"]) for each in seen} == {(box["x"], box["width"])}
    assert all(
        abs(each["y"] - box["y"]) <= LINES for each in seen
    )  # sentences above may take fewer lines or more


def test_who_can_not_see_the_page_is_told_what_a_lever_changed(server, page):
    open_resourcing(page, server)
    press(page, "Demand", "ArrowRight", 3)
    page.wait_for_timeout(1000)
    heard = page.locator('[role="status"]', has_text="demand asks for").inner_text()
    assert ASKS.search(heard)[0] in first_sentence(page)


def test_a_lever_is_worked_by_keys_and_goes_back_to_where_it_was(server, page):
    open_resourcing(page, server)
    before = first_sentence(page)
    press(page, "Demand", "ArrowRight", 3)
    assert page.get_by_role("slider", name="Demand").get_attribute("aria-valuetext") == "115\u202f%"
    assert first_sentence(page) != before
    assert "plan" in choices(page)
    page.get_by_role("button", name=re.compile("Demand.*back to 100")).click()
    page.wait_for_timeout(600)
    again(page)
    assert first_sentence(page) == before
    assert "plan" not in choices(page)


def test_a_scenario_is_made_saved_compared_shared_and_opened_by_a_colleague(server, page, context):
    open_resourcing(page, server)
    plain = asked_for(page)
    press(page, "Demand", "ArrowRight", 4)
    save_as(page, "A fifth more")
    press(page, "In post now", "ArrowRight", 2)
    save_as(page, "And two more people")
    pick(page, "Scenario", "A fifth more")
    menu(page)
    for name in ("Illustrative", "And two more people"):
        page.get_by_role("combobox", name=re.compile("Compare with")).click()
        page.get_by_role("option", name=name, exact=True).click()
        again(page)
    close(page)
    close(page)
    shown = table(page, "scenarios side by side")
    assert float(shown["Needed, full-time"][1]) == plain
    assert float(shown["Needed, full-time"][0]) > plain
    assert float(shown["Will be there"][2]) > float(shown["Will be there"][0])
    link = page.url
    sentence = first_sentence(page)
    other = context.new_page()
    other.set_viewport_size({"width": 390, "height": 844})
    other.goto(link)
    other.get_by_role("tab", name="Compare scenarios").wait_for(timeout=PAGE_MS)
    again(other)
    assert first_sentence(other) == sentence
    assert table(other, "scenarios side by side") == shown
    other.close()
    different = table(page, "What they assume differently")
    assert different["The whole unit: demand"] == ["120", "100", "120"]
    pick(page, "Scenario", "And two more people")
    menu(page)
    page.get_by_text("Remove what is saved, for everybody").click()
    again(page)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_text("no longer saved").wait_for(timeout=PAGE_MS)


def test_a_scenario_goes_out_as_a_file_and_comes_back_changed(server, page, tmp_path):
    open_resourcing(page, server)
    before = asked_for(page)
    menu(page)
    text = saved(page, "Download this scenario")
    assert read_scenario(text) == illustrative()
    file = tmp_path / "ours.toml"
    file.write_text(
        text.replace('name = "Illustrative"', 'name = "Ours"').replace("hours = 100", "hours = 150")
    )
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(file)
    page.get_by_text("Ours was brought in").wait_for(timeout=PAGE_MS)
    close(page)
    assert asked_for(page) == pytest.approx(1.5 * before, abs=0.1)
    menu(page)
    file.write_text("name = 3")
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(file)
    page.get_by_text("'name' is missing or is not a text").wait_for(timeout=PAGE_MS)
    close(page)
    assert asked_for(page) == pytest.approx(1.5 * before, abs=0.1)


def test_an_assumption_is_changed_with_its_source_and_a_name(server, page):
    open_resourcing(page, server)
    pick(page, "Show assumptions for", "PIP 2 investigator")
    page.get_by_text("Change a number").click()
    again(page)
    pick(page, "Number$", "PIP 2 investigator: in post")
    page.get_by_label("Value", exact=True).fill("24")
    page.get_by_label("Value", exact=True).press("Enter")
    again(page)
    page.get_by_label("Source").fill("HR, October 2024")
    page.get_by_label("Your name").fill("A. *Lead*")
    page.get_by_label("Your name").press("Enter")
    again(page)
    page.get_by_role("button", name="Change", exact=True).click()
    page.locator("table.plain td", has_text="HR, October 2024").wait_for(timeout=PAGE_MS)
    again(page)
    row = table(page, "PIP 2 investigator")["In post"]
    assert row[:3] == ["24", "people", "HR, October 2024"]
    assert row[3].startswith("A. *Lead*, ")
    assert re.search(r"2[0-3]\.\d will be there \(18\.0 funded\)", first_sentence(page))


def test_a_number_that_was_pulled_no_longer_claims_its_source_and_goes_back_to_it(server, page):
    open_resourcing(page, server, "?numbers=role.pip2.")
    before = table(page, "PIP 2 investigator")["Leavers"]
    assert "Home Office" in before[2]
    press(page, "Leavers", "ArrowRight", 2)
    pulled = table(page, "PIP 2 investigator")["Leavers"]
    assert pulled[0].startswith("14 (")
    assert pulled[2] == "assumed: moved from 12"
    press(page, "Leavers", "End")
    press(page, "Leavers", "ArrowLeft", 28)
    assert table(page, "PIP 2 investigator")["Leavers"] == before


def test_people_who_are_planned_for_stand_in_the_link_and_keep_the_chance(server, page):
    open_resourcing(page, server)
    page.get_by_role("button", name=re.compile("What it takes: ")).click()
    page.get_by_role("button", name=re.compile(r"Plan for \d+ who come trained")).first.click()
    again(page)
    close(page)
    page.get_by_text("No more PIP 2 investigators are needed. The chance of more than 15").wait_for(
        timeout=PAGE_MS
    )
    page.get_by_role("button", name=re.compile(r"Joiners: \d+ planned")).wait_for(timeout=PAGE_MS)
    assert choices(page)["plan"]


def test_every_part_fits_a_telephone(server, page):
    code = scenario_code(illustrative().called("Second"))
    open_resourcing(page, server, f"?compare={code}", width=390, height=844)
    for part in ("Assumptions", "What drives it", "Compare scenarios", "Roles and months", "What comes in"):
        page.get_by_role("tab", name=part).click()
        again(page)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, part
        assert not page.get_by_text("Traceback").count()
        assert len(labels(page)) >= 2


@pytest.mark.parametrize(
    ("link", "sentences"),
    [
        ("?plan=1abc&compare=1abc.zzz", ["can't be read", "You see the others instead"]),
        (
            "?plan=<b>x</b>&role=dog&year=1999&chance=3&basis=x&since=2030-01",
            ["does not hold a scenario", "There is no role 'dog' here"],
        ),
        ("?dataset=city-open-counts", ["no monthly figures for the unit"]),
    ],
)
def test_a_link_that_can_not_be_met_is_told_so(server, page, link, sentences):
    page.goto(f"{server.url}/resourcing{link}")
    for sentence in sentences:
        page.get_by_text(sentence).first.wait_for(timeout=PAGE_MS)
    assert not page.get_by_text("Traceback").count()


def test_a_scenario_with_kinds_of_case_of_its_own_is_compared_by_its_own_forecast(server, page):
    text = scenario_text(illustrative()).replace('key = "domestic-abuse"\n', 'key = "da-crime"\n')
    text = text.replace('derived_from = "domestic-abuse"', 'derived_from = "da-crime"')
    renamed = read_scenario(text).called("Renamed")
    roles = tuple(role for role in renamed.roles if role.key != "vva")
    held = {key: each for key, each in renamed.assumptions.items() if "vva" not in key}
    code = scenario_code(replace(renamed, roles=roles, assumptions=held))
    open_resourcing(page, server, f"?part=compare&compare={code}")
    shown = table(page, "scenarios side by side")
    assert len(set(shown["Will be there"])) == 1
    first, second = (float(each) for each in shown["Needed, full-time"])
    assert second == pytest.approx(first, rel=0.05)
    pick(page, "Role", "Vulnerable Victim Advocate")
    page.get_by_text("Not compared, since they have no Vulnerable Victim Advocate: Renamed").wait_for(
        timeout=PAGE_MS
    )


def test_a_server_that_lets_nobody_publish_keeps_a_scenario_for_the_visit(store, serving, page, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    plan = scenario_code(illustrative().where("unit.demand", fixed(110)).called("Brought"))
    with serving(store) as server:  # of a dataset that holds nothing of the unit, so that nothing is forecast
        page.goto(f"{server.url}/resourcing?dataset=city-open-counts&plan={plan}")
        page.get_by_text("no monthly figures for the unit").wait_for(timeout=PAGE_MS)
        again(page)
        menu(page)
        page.get_by_text("Saving for everyone is off").wait_for(timeout=PAGE_MS)
        close(page)
        save_as(page, "Mine alone")
        pick(page, "Scenario", "Illustrative")
        page.wait_for_function("() => !new URLSearchParams(location.search).has('plan')", timeout=PAGE_MS)
        pick(page, "Scenario", "Mine alone")
        page.wait_for_url("**plan=*")
    assert "Mine alone" not in " ".join(path.read_text() for path in store.glob("scenarios/*.toml"))
