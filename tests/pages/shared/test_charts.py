"""A chart is drawn as its tests have it."""

import altair
import pandas as pd
import streamlit

from pages.shared.charts import UNSPOKEN, _TestedChart, show_chart
from vulncore.charts.theme import LIGHT, heading
from vulncore.findings.shared.words import MADE


def test_what_is_drawn_is_what_tests_hold_against_the_schema():
    rows = pd.DataFrame({"month": pd.to_datetime(["2024-01-01", "2024-02-01"]), "records": [3, 4]})
    base = altair.Chart(rows).encode(x=altair.X("month:T"), y=altair.Y("records:Q"))
    chart = altair.layer(base.mark_line(), base.mark_text().encode(text=altair.Text("records:Q")))
    drawn, held = _TestedChart(chart).to_dict(), chart.to_dict()
    silent = {part: {**held["config"].get(part, {}), "aria": False} for part in UNSPOKEN}
    assert drawn == {**held, "config": {**held["config"], "aria": False, **silent}}
    validated = altair.LayerChart.from_dict(drawn)  # what was added is Vega-Lite as well
    assert validated.to_dict()["config"]["mark"] == {"aria": False}


def test_the_picture_itself_says_where_its_figures_come_from(monkeypatch):
    drawn = []
    monkeypatch.setattr(streamlit, "altair_chart", lambda chart, **_: drawn.append(chart.to_dict()))
    rows = pd.DataFrame({"month": pd.to_datetime(["2024-01-01"]), "records": [3]})
    chart = altair.layer(altair.Chart(rows).mark_line().encode(x="month:T", y="records:Q"))
    chart = chart.properties(title=heading(["Rape by month", "City"], "Line: recorded", LIGHT))
    show_chart(chart, alt="Three.", source=f"Version 1, published 5 November 2024. {MADE}.")
    title = drawn[0]["title"]
    assert title["text"] == ["Rape by month", "City"]
    assert title["subtitle"][0] == "Line: recorded"
    assert " ".join(title["subtitle"][1:]) == f"Version 1, published 5 November 2024. {MADE}."
