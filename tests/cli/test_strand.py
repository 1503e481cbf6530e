"""What the commands on one strand promise: `strand`, `vawg`, `drivers`, `harmed`, `level-change`, `comment`, `target`."""

import csv
import io
import shlex
import shutil
from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from tests.findings.strand.stores import publish_months, stands
from tests.making import FORCE
from vulncore.cli import app
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.findings.forecast.demand import subject_demand
from vulncore.store import open_version, set_strands, versions

EVEN = [20, 22, 21, 19, 20, 22, 18, 21, 20, 19, 22, 20]
STEP = [*EVEN, *(10, 9, 11, 8, 10, 9, 10, 11)]
CITY = ("--dataset", "city")
HATE = ("--measure", "hate-crime")


def run(*words: object, store):
    return CliRunner().invoke(app, [*map(str, words), "--store", str(store)])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def held(store) -> list[tuple[str, str, str]]:
    every = open_version(store, "city").annotations.to_pyarrow().to_pylist()
    return sorted((row["kind"], row["text"], row["author"]) for row in every)


@pytest.fixture
def city(tmp_path):
    publish_months(tmp_path, STEP)
    return tmp_path


def test_a_strand_has_a_row_a_month_with_its_mean_limits_and_rule(shipped_store):
    done = run("strand", *HATE, "--format", "csv", store=shipped_store)
    assert done.exit_code == 0
    made = rows(done.stdout)
    assert list(made[0]) == [
        *("dataset", "version", "force", "measure", "month", "count", "chart", "phase"),
        *("mean", "low", "high", "rule", "side", "status", "commentary", "note", "source"),
    ]
    assert made[-1]["month"] == "2024-10"
    last = [int(row["count"]) for row in made[-24:]]
    assert (min(last), max(last)) == (17, 32)
    assert all(row["note"].startswith("Made data") for row in made)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hate crime", "hate-crime"),
        (" SEXUAL-VIOLENCE ", "sexual-violence"),
        ("rape", "rape"),
        ("vawg", "vawg"),
    ],
)
def test_a_measure_a_strand_or_a_view_is_found_by_its_key_or_name(shipped_store, name, key):
    made = rows(run("strand", "--measure", name, "--format", "csv", store=shipped_store).stdout)
    assert {row["measure"] for row in made} == {key}


@pytest.mark.parametrize(("name", "key"), [("vawg", "vaw"), ("harm-by-hate", "hate-crime"), ("VAW", "vaw")])
def test_a_strand_or_a_view_is_found_by_its_former_key(shipped_store, tmp_path, name, key):
    shutil.copytree(shipped_store / "demo", tmp_path / "demo")
    shipped = shipped_list()
    own = replace(
        shipped,
        strands=tuple(
            replace(one, was=("harm-by-hate",)) if one.key == "hate-crime" else one for one in shipped.strands
        ),
        views=(replace(shipped.views[0], key="vaw", was=("vawg",)),),
    )
    set_strands(tmp_path, "demo", own, "me")
    made = rows(run("strand", "--measure", name, "--format", "csv", store=tmp_path).stdout)
    assert {row["measure"] for row in made} == {key}


def test_vawg_is_the_view_across_strands(shipped_store):
    made = run("vawg", "--format", "csv", store=shipped_store)
    assert made.exit_code == 0
    assert made.stdout == run("strand", "--measure", "vawg", "--format", "csv", store=shipped_store).stdout
    assert run("vawg", store=shipped_store).stdout.startswith(
        "City of London Police: Violence against women and girls, "
    )


def test_to_read_the_finding_comes_first_and_a_month_not_delivered_is_a_dash(tmp_path):
    publish_months(tmp_path, [*EVEN, None, *EVEN])
    said = run("strand", *HATE, *CITY, store=tmp_path).stdout
    assert said.startswith(f"{FORCE}: Hate crime, January 2022 to January 2024 (dataset city, version 1)\n\n")
    assert said.splitlines()[2] == "Hate crime: at the usual level, 20 in January 2024. Nothing to do."
    (line,) = [line for line in said.splitlines() if "| January 2023" in line]
    assert line.split("|")[2].strip() == "–"


def test_an_earlier_month_and_an_earlier_version_can_be_asked_for(city):
    run("comment", "Quiet", *HATE, *CITY, "--by", "A", store=city)
    made = rows(
        run(
            "strand", *HATE, *CITY, "--as-at", "2022-12", "--version", 1, "--format", "csv", store=city
        ).stdout
    )
    assert (made[-1]["month"], made[-1]["version"]) == ("2022-12", "1")


def test_drivers_have_a_row_a_part_and_explain_on_standard_error(shipped_store):
    done = run("drivers", *HATE, "--twelve-months", "--format", "csv", store=shipped_store)
    assert done.exit_code == 0
    made = rows(done.stdout)
    assert {"by", "part", "before", "now", "change", "driver", "now_from", "before_to"} <= set(made[0])
    assert {(row["now_from"], row["before_to"]) for row in made} == {("2023-11", "2023-10")}
    assert "245 to 336 crimes" in done.stderr
    assert "Groups are blurred" in done.stderr
    assert all(not row["before"] or int(row["before"]) >= 5 for row in made)
    exact = run("drivers", *HATE, "--twelve-months", "--format", "csv", "--unprotected", store=shipped_store)
    assert "Groups are blurred" not in exact.stderr
    for name in {row["by"] for row in rows(exact.stdout)}:
        assert sum(int(row["now"]) for row in rows(exact.stdout) if row["by"] == name) == 336
    year = rows(run("drivers", *HATE, "--format", "csv", store=shipped_store).stdout)
    assert {(row["now_from"], row["before_from"]) for row in year} == {("2024-04", "2023-04")}


def test_harmed_has_a_row_a_group_and_says_first_where_victims_live(shipped_store):
    done = run("harmed", *HATE, "--format", "csv", store=shipped_store)
    assert done.exit_code == 0
    assert done.stderr.startswith("Most victims do not live in the area")
    assert {row["what"] for row in rows(done.stdout)} == {"Where victims live", "Repeats"}
    assert "| Repeats" in run("harmed", *HATE, store=shipped_store).stdout
    none = run("harmed", "--measure", "harmful-practices", store=shipped_store)
    assert (none.exit_code, none.stdout) == (0, "")
    assert "No crimes were recorded in November 2023 to October 2024." in none.stderr


def test_a_change_of_level_is_proposed_with_the_command_that_approves_it(city):
    said = run("level-change", "propose", *HATE, *CITY, store=city).stdout
    assert said.startswith("Hate crime: 20.3 a month before January 2023, 9.8 since. Approve with: ")
    assert "vulncore level-change approve --measure hate-crime --month 2023-01 --dataset city" in said
    assert len(versions(city, "city")) == 1


def test_the_command_that_a_proposal_names_approves_it_where_it_was_proposed(city):
    said = run("level-change", "propose", *HATE, *CITY, "--force", FORCE, store=city).stdout
    command = shlex.split(said.partition("Approve with: vulncore ")[2])
    assert CliRunner().invoke(app, command).exit_code == 0
    assert [kind for kind, _, _ in held(city)] == ["level change"]


def test_an_approved_level_has_limits_and_a_current_process_of_its_own(city):
    words = ("--month", "2023-01", "--why", "New team", "--by", "Analyst")
    done = run("level-change", "approve", *HATE, *CITY, *words, store=city)
    assert done.stdout == "Version 2: change of level of Hate crime in January 2023 approved by Analyst.\n"
    assert held(city) == [("level change", "New team", "Analyst")]
    made = rows(run("strand", *HATE, *CITY, "--format", "csv", store=city).stdout)
    assert {row["phase"] for row in made if row["month"] >= "2023-01"} == {"2"}
    of = stands(city)
    assert subject_demand(open_version(city, "city"), FORCE, of.subject, of.as_at).changes == (
        date(2023, 1, 1),
    )
    said = run("level-change", "propose", *HATE, *CITY, store=city).stdout
    assert said == "Hate crime: no change of level is proposed.\n"


def test_a_declined_level_is_not_proposed_again_and_an_approval_takes_its_place(city):
    words = (*HATE, *CITY, "--month", "2023-01", "--by", "Analyst")
    done = run("level-change", "decline", *words, "--why", "Winter", store=city)
    assert done.stdout.endswith("declined by Analyst.\n")
    assert "no change of level is proposed" in run("level-change", "propose", *HATE, *CITY, store=city).stdout
    run("level-change", "approve", *words, "--why", "It stayed", store=city)
    assert held(city) == [("level change", "It stayed", "Analyst")]


def test_commentary_is_on_the_newest_month_unless_another_is_named(city):
    done = run("comment", "A quiet month", *HATE, *CITY, "--by", "Analyst", store=city)
    assert done.stdout == "Version 2: commentary on Hate crime, August 2023.\n"
    done = run("comment", "A march", *HATE, *CITY, "--month", "2022-05", "--by", "Analyst", store=city)
    assert done.stdout == "Version 3: commentary on Hate crime, May 2022.\n"
    assert [(one.month, one.text) for one in stands(city).commentary] == [
        (date(2022, 5, 1), "A march"),
        (date(2023, 8, 1), "A quiet month"),
    ]


def test_a_target_is_set_replaced_and_said(city):
    for records, text in (
        (20, "At most 20 a month. As in 2019."),
        (60.5, "At most 60.5 a month. As in 2019."),
    ):
        done = run("target", *HATE, *CITY, "--at-most", records, "--why", "As in 2019.", store=city)
        assert done.stdout.endswith(f": target of Hate crime: {text}\n")
    assert len(held(city)) == 1
    assert "Target of at most 60.5 a month: judged once the change of level is decided." in (
        run("strand", *HATE, *CITY, store=city).stdout
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("strand", "--measure", "piracy"),
            "No measure, strand or view of 'city' is called 'piracy'. There are: ",
        ),
        (("strand", "--measure", ""), "No measure, strand or view of 'city' is called ''. There are: "),
        (("strand", *HATE, "--as-at", "2031-01"), "January 2031 was not delivered"),
        (("strand", *HATE, "--as-at", "soon"), "'soon' is not a month"),
        (("strand", *HATE, "--force", "Nowhere"), "has no force called 'Nowhere'"),
        (("vawg", "--as-at", "2031-01"), "January 2031 was not delivered"),
        (("drivers", *HATE, "--twelve-months"), "has 8 of 12 months for every measure chosen."),
        (
            ("level-change", "approve", *HATE, "--month", "2022-01", "--why", "Why"),
            "The level can't change in January 2022: no month of the series lies before it",
        ),
        (
            ("level-change", "decline", *HATE, "--month", "2023-12", "--why", "Why"),
            "Choose a month of February 2022 to August 2023.",
        ),
        (("level-change", "approve", *HATE, "--month", "2023-01", "--why", " "), "Say why, and who says so."),
        (("level-change", "approve", *HATE, "--month", "13", "--why", "Why"), "'13' is not a month"),
        (("comment", " ", *HATE), "Write the commentary, and who says so."),
        (("comment", "x" * 1_001, *HATE), "Write 1 to 1,000 printable characters."),
        (("comment", "Quiet", *HATE, "--month", "2031-01"), "January 2031 was not delivered"),
        (("target", *HATE), "Give --at-most or --at-least, with records a month."),
        (("target", *HATE, "--at-most", "20", "--at-least", "5"), "A target is one of two."),
        (("target", *HATE, "--at-most", "1e7"), "Give one from 0 to 999,999, with two decimals at most."),
    ],
)
def test_what_can_not_be_is_refused_in_one_sentence_and_nothing_is_written(city, words, sentence):
    done = run(*words, *CITY, store=city)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert len(versions(city, "city")) == 1


def test_no_level_changes_in_a_month_that_was_not_delivered(tmp_path):
    publish_months(tmp_path, [*EVEN, None, *EVEN])
    words = (*HATE, *CITY, "--month", "2023-01", "--why", "Why")
    done = run("level-change", "approve", *words, store=tmp_path)
    assert done.exit_code == 1
    assert "The level can't change in January 2023" in done.stderr
    words = (*HATE, *CITY, "--month", "2023-02", "--why", "Why")
    assert run("level-change", "approve", *words, store=tmp_path).exit_code == 0


def test_where_only_totals_exist_commands_say_so(shipped_store):
    words = ("--measure", "burglary", "--dataset", "city-open-counts")
    assert run("strand", *words, store=shipped_store).exit_code == 0
    done = run("drivers", *words, store=shipped_store)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Only totals are published, and no records" in done.stderr
    harmed = run("harmed", *words, store=shipped_store)
    assert "nothing is known of victims" in harmed.stderr
