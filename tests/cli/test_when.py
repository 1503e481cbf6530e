"""What `vulncore day-hour` and `vulncore patrols` promise."""

import csv
import io
import re

import pytest
from typer.testing import CliRunner

from vulncore.cli import app
from vulncore.domain.periods import WEEKDAYS

SEXUAL = ("--measure", "rape", "--measure", "other-sexual-offences")
YEAR = ("--from", "2023-11", "--to", "2024-10")


def run(*words: object, store):
    return CliRunner().invoke(app, [*map(str, words), "--store", str(store)])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_week_is_168_rows_and_what_has_no_hour_goes_to_standard_error(shipped_store):
    done = run("day-hour", *SEXUAL, *YEAR, "--format", "csv", store=shipped_store)
    assert done.exit_code == 0
    made = rows(done.stdout)
    assert list(made[0]) == ["weekday", "hour", "weight", "low", "high"]
    assert [(row["weekday"], row["hour"]) for row in made] == [
        (day, str(hour)) for day in WEEKDAYS for hour in range(24)
    ]
    assert "Hour not known: 21 of 190 crimes (11 %)" in done.stderr
    assert "(Thursday night)" in done.stderr
    assert "Hours are blurred" in done.stderr
    exact = run("day-hour", *SEXUAL, *YEAR, "--format", "csv", "--unprotected", store=shipped_store)
    assert (
        "Thursday evening into early Friday: Thursday 20:00 to Friday 01:59 (Thursday night)" in exact.stderr
    )
    assert "Hours are blurred" not in exact.stderr


def test_small_numbers_are_empty_unless_whoever_asks_may_read_the_records(shipped_store):
    kept = rows(run("day-hour", *SEXUAL, *YEAR, "--format", "csv", store=shipped_store).stdout)
    done = run("day-hour", *SEXUAL, *YEAR, "--format", "csv", "--unprotected", store=shipped_store)
    every = rows(done.stdout)
    assert all(row["weight"] == "" or float(row["weight"]) >= 5 for row in kept)
    assert any(row["weight"] == "" for row in kept)
    assert sum(float(row["weight"]) for row in every) == pytest.approx(169, abs=0.01)
    assert all(float(row["low"]) <= float(row["weight"]) <= float(row["high"]) for row in every)
    assert "are empty" not in done.stderr


def test_an_hour_without_a_record_has_limits_from_nothing_to_almost_four(shipped_store):
    words = ("day-hour", "--measure", "rape", "--from", "2024-10", "--unprotected", "--format", "csv")
    empty = [row for row in rows(run(*words, store=shipped_store).stdout) if float(row["weight"]) == 0]
    assert len(empty) > 100
    assert {(row["low"], row["high"]) for row in empty} == {("0.0", "3.6889")}


def test_the_servers_setting_hides_more(shipped_store, monkeypatch):
    monkeypatch.setenv("VULNCORE_SMALLEST_SHOWN", "20")
    kept = rows(run("day-hour", "--format", "csv", store=shipped_store).stdout)
    assert all(row["weight"] == "" or float(row["weight"]) >= 20 for row in kept)


def test_shifts_come_in_order_of_the_week_with_what_they_meet(shipped_store):
    done = run("patrols", *SEXUAL, "--shifts", 5, "--hours", 4, "--format", "csv", store=shipped_store)
    assert done.exit_code == 0
    made = rows(done.stdout)
    assert list(made[0]) == ["weekday", "start", "end", "window", "night", "rank", "share"]
    assert [WEEKDAYS.index(row["weekday"]) for row in made] == sorted(
        WEEKDAYS.index(row["weekday"]) for row in made
    )
    assert len(made) == 5
    assert "as many hours at random: 12 %" in done.stderr
    assert (
        "Would it have worked? Shifts chosen in the same way on November 2022 to October 2023" in done.stderr
    )


def test_a_night_crosses_midnight_in_the_rows_too(shipped_store):
    made = rows(
        run("patrols", *SEXUAL, "--shifts", 2, "--hours", 8, "--format", "csv", store=shipped_store).stdout
    )
    thursday = next(row for row in made if row["night"] == "Thursday night")
    assert thursday["window"].startswith("Thursday")
    assert " to Friday " in thursday["window"]


def test_one_place_or_type_of_place_alone_can_be_asked_for(shipped_store):
    whole = run(
        "day-hour", *SEXUAL, "--from", "2018-04", "--unprotected", "--format", "csv", store=shipped_store
    )
    part = run(
        "day-hour", *SEXUAL, "--from", "2018-04", "--unprotected", "--location-type", "licensed premises",
        "--format", "csv", store=shipped_store,
    )  # fmt: skip
    sums = [sum(float(row["weight"]) for row in rows(done.stdout)) for done in (whole, part)]
    assert 0 < sums[1] < sums[0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["day-hour", "--measure", "jaywalking"], r"No measure is called 'jaywalking'"),
        (["day-hour", "--from", "2024-12"], r"ends before it starts|was not delivered"),
        (["day-hour", "--to", "2031-01"], r"was not delivered"),
        (["day-hour", "--night", "6-18"], r"start at 16:00 to 23:00"),
        (["day-hour", "--night", "late"], r"is not a night"),
        (["day-hour", "--dataset", "city-open-counts"], r"no time of day"),
        (["day-hour", "--night", "9" * 5_000 + "-06"], r"is not a night"),
        (["patrols", "--shifts", "21", "--hours", "12"], r"no room for 21 shifts"),
        (["patrols", "--measure", "rape", "--harm", "suicides=5"], r"suicides weighs nothing here"),
        (["day-hour", "--place", "Diagon Alley"], r"No street or venue is called 'Diagon Alley'"),
        (["patrols", "--harm", "rape"], r"gives no weight"),
        (["patrols", "--harm", "rape=nan"], r"gives no weight"),
        (["patrols", "--measure", "fgm"], r"no time of day|too few to choose hours by"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1(shipped_store, words, sentence):
    done = run(*words, store=shipped_store)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert re.search(sentence, done.stderr), done.stderr
    assert done.stderr.count("\n") == 1
