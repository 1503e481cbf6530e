"""What the command about a unit's staffing promises."""

import io
from datetime import date

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.making import delivery, month_total, months
from tests.resourcing.made_units import at
from tests.resourcing.scenario import test_locked
from vulncore.cli import app
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.locked import is_locked, lock_scenario
from vulncore.resourcing.scenario.saved import save_scenario
from vulncore.resourcing.scenario.scenario import fixed
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text
from vulncore.store import publish

pytestmark = pytest.mark.usefixtures("few_origins")

FIGURES = [
    "needed50",
    "needed80",
    "needed95",
    "needed",
    "there10",
    "there50",
    "there90",
    "there",
    "short",
    "hours",
]
CASES = ["opened", "caseload10", "caseload50", "caseload90", "over"]


def run(*arguments: object):
    return CliRunner().invoke(app, ["resourcing", *(str(argument) for argument in arguments)])


def rows(done) -> pd.DataFrame:
    assert done.exit_code == 0, done.stderr
    return pd.read_csv(io.StringIO(done.stdout))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Five years of months of two kinds of case, and a scenario that is saved."""
    folder = tmp_path_factory.mktemp("store")
    draw = np.random.default_rng(3)
    counts = [
        month_total(month, int(draw.poisson(mean)), measure)
        for measure, mean in (("rape", 6), ("domestic-abuse-crime", 20))
        for month in months(date(2019, 1, 1), 60)
    ]
    publish(folder, "small", delivery(counts=counts), "tests")
    save_scenario(folder, example_scenario().where(at("unit.demand"), fixed(150)), "Half more")
    return folder


@pytest.fixture(scope="module")
def dataset(store):
    """The options that name what a command reads."""
    return ("--dataset", "small", "--store", store)


@pytest.fixture(scope="module")
def plain(dataset):
    """What is printed of the example figures."""
    return run(*dataset, "--format", "csv")


def test_officers_are_printed_with_the_columns_that_scripts_rely_on(plain):
    table = rows(plain)
    assert list(table)[:18] == ["scenario", "role", "month", *FIGURES, *CASES]
    assert table["role"].unique().tolist() == ["pip2", "soit", "safeguarding", "vva", "ds", "di"]
    assert table.loc[table["role"] == "di", "month"].tolist() == [
        f"{month:%Y-%m}" for month in months(date(2024, 1, 1), 48)
    ]
    assert "No official caseload standard exists" in plain.stderr
    assert "Left out, because this dataset does not record them: Other sexual offences" in plain.stderr


def test_scenarios_of_files_and_of_the_store_stand_beside_each_other(dataset, plain, tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text(
        scenario_text(example_scenario().where(at("unit.hours"), fixed(200)).called("Twice the hours"))
    )
    table = rows(run(*dataset, "--scenario", file, "--scenario", "Half more", "--format", "csv"))
    last = table[(table["role"] == "pip2") & (table["month"] == "2027-12")].set_index("scenario")["needed50"]
    example = rows(plain)
    base = example[(example["role"] == "pip2") & (example["month"] == "2027-12")]["needed50"].iloc[0]
    assert last["Twice the hours"] == pytest.approx(2 * base, rel=0.001)
    assert last["Half more"] == pytest.approx(1.5 * base, rel=0.05)


def test_how_many_more_is_answered_and_what_is_planned_for_holds(dataset, tmp_path):
    question = ("--solve", "caseload > 8", "--probability", "0.10", "--from", "2024-07", "--to", "2025-12")
    done = run(*dataset, *question, "--format", "csv")
    steps = rows(done)
    assert steps["in_all"].iloc[-1] == steps["more"].sum() > 0
    assert (steps["chance_after"] <= 0.1).all()
    assert (steps["chance_before"] > 0.1).all()
    assert f"{steps['more'].sum()} more PIP 2 investigator" in done.stderr
    assert (
        steps["begins_if_untrained"].isna().any()
    )  # who is wanted in July 2024 can't be trained from then on
    joiners = "\n".join(
        f'[[joiners]]\nrole = "pip2"\nmonth = "{row.month}"\npeople = {row.more}\ntrained = true\n'
        for row in steps.itertuples()
    )
    file = tmp_path / "planned.toml"
    file.write_text(scenario_text(example_scenario()) + joiners)
    assert rows(run(*dataset, *question, "--scenario", file, "--format", "csv"))["more"].tolist() == [0]


def test_a_scenario_printed_as_toml_is_the_same_when_it_comes_back(tmp_path):
    done = run("--as-toml")
    assert read_scenario(done.stdout) == example_scenario()
    file = tmp_path / "ours.toml"
    file.write_text(done.stdout)
    assert run("--as-toml", "--scenario", file).stdout == done.stdout


def test_every_number_is_printed_with_its_source():
    table = rows(run("--assumptions", "--format", "csv"))
    assert len(table) == len(example_scenario().assumptions)
    assert {"lowest", "likeliest", "highest", "unit", "source", "by", "on"} < set(table)
    assert table["source"].notna().all()


@pytest.fixture
def forecasts_none(monkeypatch):
    """Fails where a forecast is made."""
    monkeypatch.setattr("vulncore.cli.resourcing.unit_forecast", None)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--solve", "foo"], "'foo' is not a condition"),
        (
            ["--solve", "caseload > 10", "--role", "vva"],
            "No role 'vva' holds cases. Choose one of: pip2, safeguarding",
        ),
        (["--solve", "caseload > 10", "--from", "2025-12", "--to", "2025-01"], "2025-01 is before 2025-12"),
        (["--solve", "caseload > 10", "--probability", "2"], "A probability of 2 is out of range"),
        (["--role", "dog"], "There is no role 'dog'"),
        (["--year", "1999"], "1999 is outside the forecast"),
        (["--probability", "nan"], "A probability of nan is out of range"),
        (["--to", "2025-01"], "--to is the last month that --solve looks at"),
        (
            ["--as-toml", "--scenario", "Half more", "--scenario", "Half more"],
            "One file takes one scenario, and 2 are given",
        ),
        (["--scenario", "Unknown"], "No scenario is saved as 'Unknown'. Saved scenarios: Half more"),
        (["--scenario", "gone.toml"], "gone.toml"),
        (["--scenario", "a"] * 5, "5 scenarios are too many to compare. Give up to 4"),
        (["--dataset", "none"], "No dataset is called 'none'"),
    ],
)
def test_what_can_not_be_answered_is_refused_in_a_sentence_before_anything_is_forecast(
    dataset, forecasts_none, more, message
):
    done = run(*dataset, *more)
    assert done.exit_code == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_locked_scenario_is_unlocked_by_its_name_and_one_that_is_not_is_named(tmp_path):
    lock_scenario(
        tmp_path,
        save_scenario(tmp_path, example_scenario(), "Plan"),
        "A",
        "",
        test_locked.FIGURES,
        test_locked.AT,
    )
    done = run("--unlock", "Plan", "--store", tmp_path)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "'Plan' is no longer locked" in done.stderr
    assert not is_locked(tmp_path, "Plan")
    again = run("--unlock", "Plan", "--store", tmp_path)
    assert again.exit_code != 0
    assert "No scenario called 'Plan' is locked" in again.stderr
