"""What the commands about what is to come promise."""

import io
import os
import pty
import re
import shutil
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.making import delivery, month_total, months
from tests.store.test_notes import note, notes
from vulncore.cli import app
from vulncore.store import annotate, publish

pytestmark = pytest.mark.usefixtures("few_origins")

FIGURES = ["mean", "median", "low80", "high80", "low95", "high95"]


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def rows(done) -> pd.DataFrame:
    assert done.exit_code == 0, done.stderr
    return pd.read_csv(io.StringIO(done.stdout))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two measures with five years of months, and one with none to speak of."""
    folder = tmp_path_factory.mktemp("store")
    every = months(date(2019, 1, 1), 60)
    draw = np.random.default_rng(3)
    counts = [
        month_total(month, int(draw.poisson(mean)), measure)
        for measure, mean in (("rape", 12), ("hate-crime", 30), ("fgm", 0.1))
        for month in every
    ]
    publish(folder, "small", delivery(counts=counts), "tests")
    return folder


def test_months_are_printed_with_the_columns_that_scripts_rely_on(store):
    options = ("--measure", "rape", "--basis", "five-year", "--years", 2, "--format", "csv")
    done = run("forecast", *options, "--dataset", "small", "--store", store)
    table = rows(done)
    assert list(table)[:10] == ["measure", "basis", "model", "month", *FIGURES]
    assert table["month"].tolist() == [f"{month:%Y-%m}" for month in months(date(2024, 1, 1), 24)]
    assert set(table["measure"]) == {"rape"}
    assert (table["low95"] <= table["low80"]).all()
    assert (table["high80"] <= table["high95"]).all()
    assert "in 4 of 5 forecasts" in done.stderr
    assert "in 4 of 5 forecasts" not in done.stdout


def test_calendar_years_add_up_from_their_months(store):
    options = ("--measure", "rape", "--basis", "current-process", "--years", 1, "--format", "csv")
    month = rows(run("forecast", *options, "--dataset", "small", "--store", store))
    year = rows(run("forecast", *options, "--totals", "--dataset", "small", "--store", store))
    assert year.iloc[-1]["mean"] == pytest.approx(month["mean"].sum(), abs=0.05)
    assert year.iloc[-1]["high80"] < month["high80"].sum()


def test_all_forecasts_every_measure_that_can_be_and_says_which_can_not(store):
    done = run("forecast", "--all", "--years", 1, "--format", "csv", "--dataset", "small", "--store", store)
    table = rows(done)
    assert set(table["measure"]) == {"rape", "hate-crime"}
    assert set(table["basis"]) == {"current-process", "five-year"}
    assert "Female genital mutilation: fewer than 10 a year" in done.stderr


@pytest.mark.usefixtures("forecast_anew")
def test_the_same_question_gets_the_same_answer(store):
    options = (
        "forecast",
        "--measure",
        "rape",
        "--years",
        1,
        "--format",
        "csv",
        "--dataset",
        "small",
        "--store",
        store,
    )
    first = run(*options).stdout
    shutil.rmtree(store / "small" / "prepared")
    assert run(*options).stdout == first


def test_what_ifs_bend_the_months_after_them_and_are_named_in_every_row(store):
    options = ("--measure", "rape", "--basis", "five-year", "--years", 1, "--format", "csv")
    plain = rows(run("forecast", *options, "--dataset", "small", "--store", store))
    bent = rows(
        run(
            "forecast", *options, "--what-if", "recording:2024-07:-50", "--dataset", "small", "--store", store
        )
    )
    ratio = (bent["mean"] / plain["mean"]).tolist()
    assert ratio[:6] == pytest.approx([1] * 6)
    assert ratio[6:] == pytest.approx([0.5] * 6, abs=0.03)
    assert set(bent["what_if"]) == {"recording:2024-07:-50"}


def test_the_back_test_is_printed_by_horizon_and_model(store):
    table = rows(
        run(
            "backtest",
            "--measure",
            "rape",
            "--basis",
            "five-year",
            "--format",
            "csv",
            "--dataset",
            "small",
            "--store",
            store,
        )
    )
    assert set(table["model"]) == {"combination", "recent-level", "smoothing", "prophet", "seasonal-naive"}
    assert {"all", "1-12", "13-24"} <= set(table["horizon"])
    assert table["within95"].between(0, 1).all()
    assert (table["within80"] <= table["within95"]).all()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--measure", "jaywalking"), "No measure is called 'jaywalking'"),
        (("--what-if", "miracle:2025-01:+1"), "is not a what-if"),
        (("--what-if", "growth:2025-01:much"), "is not a size"),
        (("--what-if", "growth:2025-01:+9999"), "out of range"),
        (("--as-at", "2031-01"), "was not delivered"),
        (("--measure", "fgm"), "Nothing was forecast"),
    ],
)
def test_what_can_not_be_answered_is_refused_in_a_sentence(arguments, reason, store):
    done = run("forecast", *arguments, "--dataset", "small", "--store", store)
    assert done.exit_code == 1
    assert reason in done.stderr
    assert done.stdout == ""


def test_a_person_at_a_terminal_sees_how_far_it_is(store, monkeypatch, capsys):
    shutil.rmtree(store / "small" / "prepared", ignore_errors=True)
    terminal, end = pty.openpty()
    words = ["forecast", "--all", "--years", "1", "--format", "csv", "--dataset", "small"]
    with os.fdopen(end, "w") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        app([*words, "--store", str(store)], standalone_mode=False)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    shares = [int(share) for share in re.findall(r"\] +(\d+)%", shown)]
    assert shares == sorted(shares)
    assert len(set(shares)) > 5
    printed = capsys.readouterr().out
    assert printed.startswith("measure,")
    assert "[" not in printed


def test_months_of_the_pandemic_that_a_note_names_are_said_with_the_reason_unless_they_are_used(
    store, tmp_path
):
    shutil.copytree(store / "small", tmp_path / "small")
    why = "March 2020 to July 2021 set aside. Venues were closed."
    annotate(tmp_path, "small", notes(note(kind="pandemic months", measure=None, month=None, text=why)), "me")
    options = (
        "--measure",
        "rape",
        "--basis",
        "five-year",
        "--years",
        1,
        "--dataset",
        "small",
        "--store",
        tmp_path,
    )
    aside, used = run("forecast", *options), run("forecast", *options, "--lockdowns")
    assert (aside.exit_code, used.exit_code) == (0, 0)
    assert (
        "March 2020 to July 2021 were set aside as months of the pandemic: venues were closed."
        in aside.stderr
    )
    assert "pandemic" not in used.stderr
    assert aside.stdout != used.stdout
