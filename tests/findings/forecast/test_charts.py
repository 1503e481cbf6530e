"""What the charts of what is to come promise."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from vulncore.findings.forecast.charts import LETTERS_A_LINE, months_chart, years_chart

FIGURES = ["mean", "low80", "high80", "low95", "high95"]


def years(bent: bool = False) -> pd.DataFrame:
    rows = [
        {"basis": basis, "year": year, "part": part, "recorded": recorded, "tested": False}
        | dict(zip(FIGURES, figures, strict=True))
        | {"expected": figures[0], "unadjusted": figures[0] - bent}
        for basis in ("Current process", "Five years")
        for year, part, recorded, figures in (
            (2022, "recorded", np.nan, [np.nan] * 5),
            (2023, "recorded", 90.0, [np.nan] * 5),
            (2024, "recorded and forecast", 40.0, [95, 90, 100, 85, 105]),
            (2025, "forecast", np.nan, [99, 80, 120, 60, 140]),
        )
    ]
    return pd.DataFrame(rows)


def ahead(tested: int = 12, bent: bool = False) -> pd.DataFrame:
    months = pd.date_range("2024-07-01", periods=12, freq="MS")
    rows = pd.DataFrame({"month": months, "mean": 8.0, "low80": 5, "high80": 11, "low95": 3, "high95": 14})
    return rows.assign(tested=np.arange(12) < tested, unadjusted=8.0 - bent)


def recorded(set_aside: bool = False) -> pd.DataFrame:
    months = pd.date_range("2023-01-01", periods=18, freq="MS")
    return pd.DataFrame({"month": months, "count": [7.0] * 17 + [None], "set_aside": [set_aside] * 18})


def drawn(expected: pd.DataFrame, past: pd.DataFrame, events=()) -> dict:
    return months_chart(past, expected, date(2023, 1, 1), events, ["Rape"], "crimes", 20.0).to_dict()


def test_every_year_stands_on_the_axis_one_without_a_total_too():
    spec = years_chart(years(), ["Rape"], "crimes").to_dict()
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == ["2022", "2023", "2024", "2025"]
    bars = next(iter(spec["datasets"].values()))
    assert {row["year"] for row in bars if row.get("label")} == {"2023", "2024"}


def test_what_is_not_forecast_shows_its_recorded_years_alone():
    nothing = (
        years()
        .query("basis == 'Five years'")
        .assign(**dict.fromkeys([*FIGURES, "expected", "unadjusted"], np.nan))
    )
    spec = years_chart(nothing, ["Rape"], "crimes").to_dict()
    assert spec["title"]["subtitle"] == ["Bar: recorded, pale: so far"]


def test_years_of_nothing_stand_on_an_axis_that_begins_at_nothing():
    empty = years().query("basis == 'Five years'")
    empty = empty.assign(recorded=0.0, **dict.fromkeys([*FIGURES, "expected", "unadjusted"], np.nan))
    spec = years_chart(empty, ["Female genital mutilation"], "crimes").to_dict()
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, 1]


@pytest.mark.parametrize("bent", [False, True])
def test_what_would_come_without_what_ifs_is_drawn_where_there_are_some(bent):
    yearly = years_chart(years(bent), ["Rape"], "crimes").to_dict()
    monthly = drawn(ahead(bent=bent), recorded())
    for spec in (yearly, monthly):
        fields = [layer["encoding"].get("y", {}).get("field") for layer in spec["layer"]]
        assert ("unadjusted" in fields) is bent
        assert ("what-ifs" in " ".join(spec["title"]["subtitle"])) is bent


def test_months_that_no_trial_reached_lie_on_grey_ground():
    spec = drawn(ahead(tested=8), recorded())
    span = next(rows for rows in spec["datasets"].values() if "start" in rows[0])
    assert span[0]["start"].startswith("2025-03")
    assert "Grey: not tested this far ahead" in " ".join(spec["title"]["subtitle"])
    assert "Grey" not in " ".join(drawn(ahead(), recorded())["title"]["subtitle"])


def test_a_what_if_is_named_at_its_month():
    spec = drawn(ahead(bent=True), recorded(), [(date(2024, 9, 1), "New venue")])
    named = [rows for rows in spec["datasets"].values() if rows[0].get("text") == "New venue"]
    assert named[0][0]["month"].startswith("2024-09-01")


def test_a_line_is_not_drawn_across_a_month_that_is_not_there():
    past = recorded()
    past.loc[8, "count"] = None
    line = next(rows for rows in drawn(ahead(), past)["datasets"].values() if "run" in rows[0])
    assert {row["run"] for row in line} == {0, 1}


def test_no_line_of_the_legend_is_longer_than_a_telephone_is_wide():
    spec = drawn(ahead(tested=3, bent=True), recorded(set_aside=True))
    assert max(map(len, spec["title"]["subtitle"])) <= LETTERS_A_LINE
