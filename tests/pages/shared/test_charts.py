"""A chart is drawn as its tests have it, and says in the picture where its figures come from."""

import json
import re

import altair
import pandas as pd
import pytest
import streamlit

from pages.shared.charts import show_chart
from vulncore.charts.sourced import BETWEEN, LEGEND_LINE, TITLE_LINE, UNSPOKEN
from vulncore.charts.theme import LIGHT, heading
from vulncore.findings.shared.words import MADE

TITLE = ["Rape and other sexual offences by month", "City of London Police, to October 2024"]
LEGEND = ["Line: recorded", "Band: 4 of 5 forecasts, drawn anew for each of them"]
SOURCE = f"Version 1, published 5 November 2024. {MADE}."


@pytest.fixture
def chart() -> altair.LayerChart:
    rows = pd.DataFrame({"month": pd.to_datetime(["2024-01-01", "2024-02-01"]), "records": [3, 4]})
    base = altair.Chart(rows).encode(x=altair.X("month:T"), y=altair.Y("records:Q"))
    layers = altair.layer(base.mark_line(), base.mark_text().encode(text=altair.Text("records:Q")))
    return layers.properties(title=heading(TITLE, LEGEND, LIGHT))


@pytest.fixture
def drawn(chart, monkeypatch) -> dict:
    """The chart as a browser gets it."""
    sent = []
    monkeypatch.setattr(streamlit, "altair_chart", lambda shown, **_: sent.append(shown.to_dict()))
    show_chart(chart, alt="Three.", source=SOURCE)
    return sent[0]


def test_what_is_drawn_is_what_tests_hold_against_the_schema(chart, drawn):
    held = chart.to_dict()
    silent = {part: {**held["config"].get(part, {}), "aria": False} for part in UNSPOKEN}
    assert drawn["config"] == {**held["config"], "aria": False, **silent}
    heading_alone = {"text", "subtitle"}
    assert {**held["title"], **{name: drawn["title"][name] for name in heading_alone}} == drawn["title"]
    rest = {name: value for name, value in drawn.items() if name not in ("title", "config")}
    assert rest == {name: value for name, value in held.items() if name not in ("title", "config")}
    validated = altair.LayerChart.from_dict({**drawn, "title": held["title"]})  # what was added is Vega-Lite
    assert validated.to_dict()["config"]["mark"] == {"aria": False}


@pytest.mark.parametrize(
    ("part", "said", "letters"),
    [("text", " ".join(TITLE), TITLE_LINE), ("subtitle", BETWEEN.join([*LEGEND, SOURCE]), LEGEND_LINE)],
)
def test_the_picture_says_all_of_it_at_any_width_and_no_line_is_too_long(drawn, part, said, letters):
    signal = drawn["title"][part]["signal"]
    broken = [json.loads(lines) for lines in re.findall(r"\[.*?\](?= :|$)", signal)]
    assert [" ".join(lines) for lines in broken] == [said] * len(letters)
    for lines, most in zip(broken, letters.values(), strict=True):
        assert max(map(len, lines)) <= most
    assert re.findall(r"width >= (\d+) \?", signal) == [str(pixels) for pixels in list(letters)[:-1]]
    assert list(letters)[-1] == 0


def test_a_heading_of_data_is_a_text_and_nothing_that_a_browser_works_out(chart, monkeypatch):
    sent = []
    monkeypatch.setattr(streamlit, "altair_chart", lambda shown, **_: sent.append(shown.to_dict()))
    evil = chart.properties(title=heading(['"] + warn("x") + ["'], ["a'\\b"], LIGHT))
    show_chart(evil, alt="", source='"; alert(1)')
    for part, said in (("text", '"] + warn("x") + ["'), ("subtitle", f"a'\\b{BETWEEN}\"; alert(1)")):
        strings = re.findall(r'"(?:[^"\\]|\\.)*"', sent[0]["title"][part]["signal"])
        assert {json.loads(string) for string in strings} == {said}
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", sent[0]["title"][part]["signal"])
        assert re.fullmatch(r"[\[\]:? \d>=width]+", outside)
