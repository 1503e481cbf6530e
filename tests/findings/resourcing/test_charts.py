"""What the charts of a unit's staffing promise."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from vulncore.findings.forecast.charts import LETTERS_A_LINE
from vulncore.findings.resourcing.charts import (
    MOST_SHOWN,
    caseload_chart,
    drivers_chart,
    scenarios_chart,
    staffing_chart,
)

NEEDED = {"needed50": 10.0, "needed80": 12.0, "needed95": 15.0}
THERE = {"there10": 8.0, "there50": 9.0, "there90": 9.5}
CASELOAD = {"caseload10": 9.0, "caseload50": 12.0, "caseload90": 18.0}


def months(**more: float) -> pd.DataFrame:
    every = pd.date_range("2024-11-01", periods=14, freq="MS")
    return pd.DataFrame({"month": every, **NEEDED, **THERE, **CASELOAD, "short": 0.7, "over": 0.3, **more})


def subtitles(spec: dict) -> list[str]:
    return spec["title"]["subtitle"]


def domain(spec: dict) -> list[float]:
    return next(
        layer["encoding"]["y"]["scale"]["domain"]
        for layer in spec["layer"]
        if "scale" in layer["encoding"].get("y", {})
    )


def test_what_is_needed_and_who_is_there_stand_on_one_axis_from_nothing():
    spec = staffing_chart(months(), 18, ["PIP 2"]).to_dict()
    low, high = domain(spec)
    assert low == 0
    assert high >= 18
    shown = {layer["encoding"]["y"].get("field") for layer in spec["layer"]}
    assert {"needed50", "needed80", "there10", "there50", "posts"} <= shown


def test_every_line_says_what_it_is():
    spec = staffing_chart(months(), 18, ["PIP 2"]).to_dict()
    names = {row["text"] for rows in spec["datasets"].values() for row in rows if "text" in row}
    assert names == {"enough in 19 of 20", "enough in 4 of 5", "needed", "will be there", "funded"}


def test_a_line_is_told_from_others_by_more_than_its_colour():
    spec = staffing_chart(months(), 18, ["PIP 2"]).to_dict()
    dashes = [
        str(layer["mark"].get("strokeDash"))
        for layer in spec["layer"]
        if layer["mark"]["type"] in ("line", "rule")
    ]
    assert len(set(dashes)) == len(dashes) == 3
    lines = pd.DataFrame({"scenario": list("abcd"), "month": months()["month"][:4], "chance": 0.5})
    spec = scenarios_chart(lines, ["x"], "Chance").to_dict()
    ranges = spec["layer"][0]["encoding"]["strokeDash"]["scale"]["range"]
    assert len({str(dash) for dash in ranges}) == 4


@pytest.mark.parametrize("limit", [15, 1234.5])
def test_legends_fit_a_telephone(limit):
    specs = [
        staffing_chart(months(), 18, ["PIP 2"]).to_dict(),
        caseload_chart(months(), limit, date(2025, 3, 1), ["PIP 2"]).to_dict(),
        drivers_chart(moves(3), ["PIP 2"]).to_dict(),
    ]
    for spec in specs:
        assert all(len(line) <= LETTERS_A_LINE for line in subtitles(spec)), subtitles(spec)


def test_the_month_from_which_the_limit_is_likely_passed_is_named_where_there_is_one():
    with_it = caseload_chart(months(), 15, date(2025, 3, 1), ["PIP 2"]).to_dict()
    without = caseload_chart(months(), 15, None, ["PIP 2"]).to_dict()
    assert "Mar 2025" in str(with_it["datasets"])
    assert len(with_it["layer"]) == len(without["layer"]) + 2


def test_cases_each_that_run_away_stay_on_the_chart():
    nobody = months(caseload90=np.inf, caseload50=40.0)
    assert domain(caseload_chart(nobody, 15, None, ["PIP 2"]).to_dict())[1] == 160


def moves(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [f"number {place}" for place in range(count)],
            "gap_low": -1.0,
            "gap_high": 2.0,
            "gap": 0.5,
            "ends": "1 to 2",
        }
    )


def test_the_tornado_shows_what_moves_most_and_holds_nothing():
    spec = drivers_chart(moves(30), ["PIP 2"]).to_dict()
    rows = max(spec["datasets"].values(), key=len)
    assert [row["name"] for row in rows] == [f"number {place}" for place in range(MOST_SHOWN)]
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert low < -1
    assert high > 2
