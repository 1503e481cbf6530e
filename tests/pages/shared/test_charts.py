"""A chart is drawn as its tests have it."""

import altair
import pandas as pd

from pages.shared.charts import _TestedChart


def test_what_is_drawn_is_what_tests_hold_against_the_schema():
    rows = pd.DataFrame({"month": pd.to_datetime(["2024-01-01", "2024-02-01"]), "records": [3, 4]})
    base = altair.Chart(rows).encode(x=altair.X("month:T"), y=altair.Y("records:Q"))
    chart = altair.layer(base.mark_line(), base.mark_text().encode(text=altair.Text("records:Q")))
    assert _TestedChart(chart).to_dict() == chart.to_dict()
