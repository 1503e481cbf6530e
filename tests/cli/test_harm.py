"""What `vulncore harm` promises."""

import csv
import io
import re
import shutil

import pytest
from typer.testing import CliRunner

from vulncore.cli import app

OWN = ("--name", "Ruritania Harm Index", "--unit", "days of prison", "--source", "Ruritania Police")


def run(*words: object, store):
    return CliRunner().invoke(app, [*map(str, words), "--store", str(store)])


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row["measure"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.fixture
def own_store(shipped_store, tmp_path):
    return shutil.copytree(shipped_store, tmp_path / "store")


def test_every_measure_of_crime_has_a_row_and_explanations_go_to_standard_error(shipped_store):
    done = run("harm", "--as-at", "2024-10", "--format", "csv", store=shipped_store)
    assert done.exit_code == 0
    made = rows(done.stdout)
    assert len(made) == 11
    assert "Missing children" not in made
    # 49 and 141 in the report's table, rolling twelve months
    assert (made["Rape"]["records"], made["Other sexual offences"]["records"]) == ("49", "141")
    assert int(made["Rape"]["severity"]) > int(made["Other sexual offences"]["severity"])
    for sentence in (
        "November 2023 to October 2024 against November 2022 to October 2023",
        "Rape carries the most severity",
        "Open Government Licence v3.0",
        "Offences are blurred",
        "Made data",
    ):
        assert sentence in done.stderr


def test_small_numbers_are_empty_unless_whoever_asks_may_read_the_records(shipped_store):
    kept = rows(run("harm", "--format", "csv", store=shipped_store).stdout)[
        "Modern slavery and human trafficking"
    ]
    done = run("harm", "--format", "csv", "--unprotected", store=shipped_store)
    every = rows(done.stdout)["Modern slavery and human trafficking"]
    assert (kept["records"], kept["severity"]) == ("2", "")
    assert every["severity"] == "2100"  # 2 of 1,069
    assert "Offences are blurred" not in done.stderr


def test_a_forces_own_weights_are_kept_used_and_forgotten(own_store, tmp_path):
    (tmp_path / "own.csv").write_text(
        "Offence,Weight\nharassment,10\nstalking,100\ntheft,\n", encoding="utf-8"
    )
    words = ("harm", "--measure", "stalking-and-harassment", "--format", "csv", "--unprotected")
    before = run(*words, store=own_store)
    kept = run(*words, "--weights", tmp_path / "own.csv", *OWN, store=own_store)
    assert kept.exit_code == 0, kept.stderr
    assert "2 weights of Ruritania Harm Index kept, 1 row without a weight left out" in kept.stderr
    assert "The table has no weight for: malicious communications" in kept.stderr
    again = run(*words, store=own_store)
    assert again.stdout == kept.stdout != before.stdout
    assert "Weights: Ruritania Harm Index. Ruritania Police" in again.stderr
    assert "the weights are forgotten" in run("harm", "--forget", store=own_store).stdout
    assert "there were no weights" in run("harm", "--forget", store=own_store).stdout
    assert run(*words, store=own_store).stdout == before.stdout


def test_a_command_that_is_refused_keeps_no_weights(own_store, tmp_path):
    (tmp_path / "own.csv").write_text("Offence,Weight\nrape,10\n", encoding="utf-8")
    words = ("harm", "--weights", tmp_path / "own.csv", *OWN, "--as-at", "2031-01")
    assert run(*words, store=own_store).exit_code == 1
    assert "there were no weights" in run("harm", "--forget", store=own_store).stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["harm", "--measure", "missing-children"], r"Missing children is not a measure of crime"),
        (["harm", "--measure", "jaywalking"], r"No measure is called 'jaywalking'"),
        (["harm", "--as-at", "2031-01"], r"was not delivered"),
        (["harm", "--dataset", "city-open-counts", "--measure", "robbery"], r"has totals of .*and no records with an offence"),
        (["harm", "--weights", "WEIGHTS", "--forget"], r"Name a table to keep, or add --forget"),
        (["harm", "--weights", "WEIGHTS"], r"The name of the weights is missing"),
        (["harm", "--weights", "NONE", *OWN], r"has not the columns of severity weights"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_sentence_and_exit_code_1(own_store, tmp_path, words, sentence):
    files = {"WEIGHTS": "Offence,Weight\nrape,10\n", "NONE": "Offence,Count\nrape,10\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run(*(tmp_path / word if word in files else word for word in words), store=own_store)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert re.search(sentence, done.stderr), done.stderr
    assert done.stderr.count("\n") == 1
