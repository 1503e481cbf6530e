"""A scenario that an earlier version wrote, as a file or into the store, is read whole and answers the same."""

import pytest

from tests.compatibility.conftest import KEPT, answers
from tests.compatibility.reading import differences, digest, kept, rows_printed, run, summary
from vulncore.resourcing.scenario.fields import is_cost
from vulncore.resourcing.scenario.link import scenario_code, scenario_of
from vulncore.resourcing.scenario.toml import scenario_text

FOLDER = KEPT / "scenarios"
ANSWERS = answers("scenarios/answers.json")
CODES = answers("scenarios/codes.json")
NAMED = [word for file in sorted(FOLDER.glob("*.toml")) for word in ("--scenario", file)]


@pytest.mark.parametrize("name", ANSWERS["texts"])
def test_a_scenario_s_file_comes_back_with_every_number_source_author_and_date(read_only_store, name):
    printed = run(read_only_store, "resourcing", "--as-toml", "--scenario", FOLDER / f"{name}.toml")
    assert digest(printed) == ANSWERS["texts"][name]


@pytest.mark.parametrize("name", ANSWERS["saved"])
def test_a_scenario_saved_in_the_store_is_found_by_its_name(read_only_store, name):
    assert (
        digest(run(read_only_store, "resourcing", "--as-toml", "--scenario", name)) == ANSWERS["saved"][name]
    )


@pytest.mark.parametrize("name", CODES)
def test_a_code_of_a_link_opens_with_every_number_invents_no_cost_and_is_the_code_again(name):
    scenario = scenario_of(CODES[name])
    assert digest(scenario_text(scenario)) == ANSWERS["texts"][name]
    assert [key for key in scenario.assumptions if is_cost(key)] == []
    assert scenario_code(scenario) == CODES[name]


def test_the_numbers_of_scenarios_written_by_0_1_0_are_what_they_were(read_only_store):
    rows = rows_printed(read_only_store, ["resourcing", *NAMED, "--assumptions"])
    assert differences(ANSWERS["numbers"], summary(rows)) == []


def test_scenarios_written_by_0_1_0_answer_with_equal_figures(read_only_store):
    ours = ["--dataset", "ruritania", "--force", "Ruritania Police"]
    rows = rows_printed(read_only_store, ["resourcing", *NAMED, *ours])
    columns = ANSWERS["figures"]["columns"]
    now = kept(rows, {"columns": columns, "only": {"month": "2022-12"}})
    assert differences(ANSWERS["figures"]["rows"], now, relative=0.03, absolute=0.03) == []
