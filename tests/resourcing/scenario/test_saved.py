"""What vulncore.resourcing.scenario.saved promises."""

import hashlib
import os
import threading
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.resourcing.made_units import at
from vulncore.domain.errors import InvalidScenarioError, UnknownNameError
from vulncore.resourcing.scenario.link import (
    DICTIONARIES,
    REFERENCE,
    example_scenario,
    scenario_code,
    scenario_of,
)
from vulncore.resourcing.scenario.saved import (
    MOST_SAVED,
    load_scenario,
    remove_scenario,
    save_scenario,
    saved_scenario,
    saved_scenarios,
    saved_state,
    unreadable_scenarios,
)
from vulncore.resourcing.scenario.scenario import Assumption
from vulncore.resourcing.scenario.toml import scenario_text

LINKS_OF_THE_PAST = {"1": "3fc87d813b9b", "2": "d2998664b973", "3": "477d81c4ea37"}
"""The text that codes of links lean on, by its checksum: a link sent once has to open for good."""


def test_a_scenario_saved_is_there_under_its_name_with_all_that_it_says(tmp_path):
    changed = example_scenario().where(
        at("role.pip2.posts"), Assumption(20, 20, 20, 'HR "2025"', by="A. Lead", on=date(2025, 1, 31))
    )
    saved = save_scenario(tmp_path, changed, "  Twenty   posts ")
    assert saved.name == "Twenty posts"
    assert saved_scenario(tmp_path, "Twenty posts") == saved == changed.called("Twenty posts")
    assert list(saved_scenarios(tmp_path)) == ["Twenty posts"]


def test_another_scenario_takes_its_place_only_where_somebody_says_so(tmp_path):
    first = save_scenario(tmp_path, example_scenario(), "Plan")
    other = example_scenario().where(at("unit.demand"), Assumption(120, 120, 120))
    with pytest.raises(InvalidScenarioError, match="'Plan' is saved already"):
        save_scenario(tmp_path, other, "Plan")
    assert saved_scenario(tmp_path, "Plan") == first
    assert save_scenario(tmp_path, other, "Plan", instead=True) == saved_scenario(tmp_path, "Plan")
    assert not [path for path in (tmp_path / "scenarios").iterdir() if path.suffix != ".toml"]


def test_of_two_who_save_under_one_name_at_once_one_is_told(tmp_path):
    refused = []

    def save() -> None:
        try:
            save_scenario(tmp_path, example_scenario(), "Plan")
        except InvalidScenarioError as problem:
            refused.append(problem)

    everybody = [threading.Thread(target=save) for _ in range(8)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    assert len(refused) == 7
    assert list(saved_scenarios(tmp_path)) == ["Plan"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Example figures", "example figures", "a\u202eb"])
def test_a_name_that_can_not_be_used_is_refused(tmp_path, name):
    with pytest.raises(InvalidScenarioError, match="Choose another name|name can't be used"):
        save_scenario(tmp_path, example_scenario(), name)
    assert saved_scenarios(tmp_path) == {}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "/tmp/x", "nul", "<b>bold</b>", "[a](//b)", "a.toml"]
)
def test_a_hostile_name_is_a_name_and_no_path(tmp_path, name):
    store = tmp_path / "store"
    save_scenario(store, example_scenario(), name)
    assert list(saved_scenarios(store)) == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    assert len(list((store / "scenarios").iterdir())) == 1


def test_what_was_removed_is_gone_and_what_is_not_there_is_named(tmp_path):
    save_scenario(tmp_path, example_scenario(), "Plan")
    before = saved_state(tmp_path)
    remove_scenario(tmp_path, "Plan")
    assert saved_state(tmp_path) != before
    with pytest.raises(UnknownNameError, match="No scenario is saved as 'Plan'. Nothing is saved yet"):
        remove_scenario(tmp_path, "Plan")
    save_scenario(tmp_path, example_scenario(), "Other")
    with pytest.raises(UnknownNameError, match="Saved scenarios: Other"):
        saved_scenario(tmp_path, "Plan")


def test_a_damaged_file_hides_itself_alone(tmp_path):
    save_scenario(tmp_path, example_scenario(), "Plan")
    save_scenario(tmp_path, example_scenario(), "Second")
    path = tmp_path / "scenarios" / f"{hashlib.sha256(b'Plan').hexdigest()[:16]}.toml"
    path.write_bytes(b"\xff\xfe not toml")
    (tmp_path / "scenarios" / "foreign.toml").write_text(scenario_text(example_scenario().called("Foreign")))
    assert list(saved_scenarios(tmp_path)) == ["Second"]
    assert unreadable_scenarios(tmp_path) == tuple(sorted([path.name, "foreign.toml"]))
    with pytest.raises(InvalidScenarioError, match="is not a text file"):
        saved_scenario(tmp_path, "Plan")
    remove_scenario(tmp_path, "Plan")  # what can't be read can be removed
    assert unreadable_scenarios(tmp_path) == ("foreign.toml",)


def test_what_no_link_could_carry_is_not_saved(tmp_path):
    draw, long = np.random.default_rng(0), example_scenario()
    for key, assumption in example_scenario().assumptions.items():
        source = "".join(chr(97 + letter) for letter in draw.integers(0, 26, 190))
        long = long.where(key, replace(assumption, source=source))
    with pytest.raises(InvalidScenarioError, match="too long for a link. Shorten the sources"):
        save_scenario(tmp_path, long, "Long")
    assert saved_scenarios(tmp_path) == {}


def test_others_who_keep_the_store_can_read_what_was_saved(tmp_path):
    save_scenario(tmp_path, example_scenario(), "Plan")
    (path,) = (tmp_path / "scenarios").iterdir()
    assert path.stat().st_mode & 0o444 == 0o444


def test_no_more_are_saved_than_can_be_looked_through(tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for place in range(MOST_SAVED):
        (folder / f"{place}.toml").touch()
    with pytest.raises(InvalidScenarioError, match=f"{MOST_SAVED} scenarios are saved"):
        save_scenario(tmp_path, example_scenario(), "One more")


@pytest.mark.skipif(os.name != "posix", reason="needs a sparse file")
def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(InvalidScenarioError, match=r"large\.toml is too large"):
        load_scenario(path)


@pytest.mark.parametrize("number", DICTIONARIES)
def test_links_sent_once_open_for_good(number):
    text = (REFERENCE / DICTIONARIES[number]).read_bytes()
    assert hashlib.sha256(text).hexdigest()[:12] == LINKS_OF_THE_PAST[number], (
        f"{DICTIONARIES[number]} changed: keep the former text under another name and give codes a new first letter."
    )


def test_a_link_of_today_is_short_and_whole():
    changed = (
        example_scenario()
        .where(at("role.pip2.posts"), Assumption(20, 20, 20, "HR", by="A. Lead"))
        .called("Twenty")
    )
    assert scenario_of(scenario_code(changed)) == changed
    assert len(scenario_code(changed)) < 300
