"""What vulncore.findings.strand.charts promises."""

import json
from datetime import date
from functools import cache

import altair as alt
import pandas as pd
import pytest

from tests.findings.strand.stores import CITY, OCTOBER, demo_stands, noted, publish_months, stands
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.charts.theme import DARK, LIGHT
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.periods import rolling_12
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.charts import drivers_chart, panel_chart, standing_chart
from vulncore.findings.strand.drivers import strand_drivers
from vulncore.findings.strand.panels import every_strand, panel_figures
from vulncore.findings.strand.subject import strand_subject
from vulncore.store import open_version, publish

EVEN = [20, 22, 21, 19, 20, 22, 18, 21, 20, 19, 22, 20]
HOSTILE = "<img src=x onerror=alert(1)>"


def spec_of(chart: alt.LayerChart) -> dict:
    """Return a chart as it is sent, which Altair validates against Vega-Lite's schema."""
    return chart.to_dict(validate=True)


def rows_of(spec: dict) -> list[dict]:
    return [row for rows in spec["datasets"].values() for row in rows]


def texts(spec: dict) -> set[str]:
    return {row["text"] for row in rows_of(spec) if "text" in row}


def title(spec: dict) -> str:
    return " ".join([*spec["title"]["text"], *spec["title"]["subtitle"]])


def drawn(of) -> dict:
    return spec_of(standing_chart(of))


@cache
def keys() -> tuple[str, ...]:
    return (*every_strand(), "prevent", "serious-offenders", "vawg")


@pytest.mark.parametrize("key", keys())
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_control_chart_of_the_demo_is_a_chart_by_the_schema(shipped_store, key, palette):
    of = demo_stands(shipped_store, key)
    spec = spec_of(standing_chart(of, palette))
    assert of.subject.name in title(spec)
    assert "October 2024" in title(spec)
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec


@pytest.mark.parametrize(
    ("strand", "at"),
    [(strand, at) for strand, shown in every_strand().items() for at in range(len(shown.panels))],
)
def test_every_panel_of_the_demo_is_a_chart_by_the_schema(shipped_store, strand, at):
    snapshot = open_version(shipped_store, "demo")
    measures = dataset_contents(snapshot).measures
    panel = every_strand()[strand].panels[at]
    figures = panel_figures(snapshot, CITY, measures, panel, OCTOBER, SMALLEST_SHOWN)
    if figures is None:
        assert panel.title == "Section 136 detentions by month"
        return
    spec = spec_of(panel_chart(figures))
    assert panel.title in title(spec)
    assert ("Pale: the year is not whole" in title(spec)) == figures.frame["partial"].any()
    assert ("hidden or not delivered" in title(spec)) == figures.frame["count"].isna().any()
    small = [
        row for row in rows_of(spec) if row.get("series") and 0 < (row.get("count") or 0) < SMALLEST_SHOWN
    ]
    assert not (panel.of and small)
    json.dumps(spec, allow_nan=False)


@pytest.mark.parametrize("key", ["hate-crime", "vawg", "stalking-and-harassment"])
def test_every_chart_of_drivers_is_a_chart_by_the_schema_and_has_no_hidden_part(shipped_store, key):
    snapshot = open_version(shipped_store, "demo")
    subject = strand_subject(dataset_contents(snapshot), key)
    now, before = rolling_12(OCTOBER), rolling_12(OCTOBER, 1)
    of = strand_drivers(snapshot, CITY, subject, now, before, SMALLEST_SHOWN)
    spec = spec_of(drivers_chart(of))
    assert "No part stands out by more than chance" in title(spec)
    assert not [
        row for row in rows_of(spec) if "fewer than" in str(row.get("before_words")) and row["change"]
    ]
    assert "November 2023 to October 2024 against November 2022 to October 2023" in title(spec)
    json.dumps(spec, allow_nan=False)


def test_a_month_not_delivered_is_a_band_and_no_line_crosses_it(tmp_path):
    publish_months(tmp_path, [*EVEN, None, *EVEN])
    spec = drawn(stands(tmp_path))
    assert "not delivered" in texts(spec)
    (line,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    runs = {row["month"][:7]: row["run"] for row in spec["datasets"][line["data"]["name"]]}
    assert "2023-01" not in runs
    assert runs["2022-12"] != runs["2023-02"]
    assert line["encoding"]["detail"]["field"] == "run"
    publish_months(tmp_path, [*EVEN, 20, *EVEN], "prevent")
    assert "not delivered" not in texts(drawn(stands(tmp_path, "prevent")))


def test_lockdowns_breaks_agreed_levels_and_proposals_are_drawn_as_what_they_are(tmp_path):
    first = date(2019, 1, 1)
    publish_months(tmp_path, [*EVEN * 4, *(10, 9, 11, 8, 10, 9, 10, 11)], first=first)
    assert {"lockdown", "new level?"} <= texts(drawn(stands(tmp_path)))
    noted(
        tmp_path,
        {"kind": "series break", "month": date(2021, 6, 1)},
        {"kind": "level change", "month": date(2023, 1, 1)},
    )
    marks = texts(drawn(stands(tmp_path)))
    assert {"lockdown", "recording changed", "level agreed"} <= marks
    assert not any("new level?" in mark for mark in marks)


def test_what_is_not_judged_is_hollow_and_the_legend_says_so(tmp_path):
    publish_months(tmp_path, [*EVEN, 90], provisional=[12])
    spec = drawn(stands(tmp_path))
    assert "Hollow: not judged" in title(spec)
    states = {row["month"][:7]: row["state"] for row in rows_of(spec) if "state" in row}
    assert (states["2023-01"], states["2022-12"]) == ("provisional", "final")
    noted(tmp_path, {"kind": "one-off month", "month": date(2022, 5, 1)})
    states = {row["month"][:7]: row["state"] for row in rows_of(drawn(stands(tmp_path))) if "state" in row}
    assert states["2022-05"] == "not judged"
    publish_months(tmp_path, EVEN, "prevent")
    assert "Hollow" not in title(drawn(stands(tmp_path, "prevent")))


def test_a_target_is_a_line_that_its_axis_holds(tmp_path):
    publish_months(tmp_path, EVEN)
    noted(tmp_path, {"kind": "target", "month": None, "text": "At most 120 a month"})
    spec = drawn(stands(tmp_path))
    assert "target: at most 120 a month" in texts(spec)
    domains = [
        layer["encoding"]["y"]["scale"]["domain"]
        for layer in spec["layer"]
        if isinstance(layer.get("encoding", {}).get("y", {}).get("scale"), dict)
    ]
    assert all(domain[1] > 120 for domain in domains)


def test_triangles_point_to_the_side_on_which_chance_does_not_keep_a_month(tmp_path):
    publish_months(tmp_path, [*EVEN, 90, *EVEN[:4], 0, *EVEN])
    spec = drawn(stands(tmp_path))
    sides = {row["month"][:7]: row["side"] for row in rows_of(spec) if row.get("rule")}
    assert sides["2023-01"] == 1
    shapes = {(row["side"], row["shape"]) for row in rows_of(spec) if row.get("rule") and "shape" in row}
    assert shapes == {(1, "triangle-up"), (-1, "triangle-down")}
    assert {row["shape"] for row in rows_of(spec) if row.get("rule") == "" and "shape" in row} == {"circle"}


def test_rare_records_are_points_of_days_which_say_nobodys_day(tmp_path):
    publish_months(tmp_path, [2, 1, 3, 2, 1, 2, 3, 1, 2, 2, 1, 3, 2, 2])
    of = stands(tmp_path)
    spec = drawn(of)
    assert "days between records" in title(spec)
    published = {f"{day:%Y-%m-%d}" for day in pd.to_datetime(of.chart.frame["month"])}
    tips = {tip["field"] for layer in spec["layer"] for tip in layer.get("encoding", {}).get("tooltip", [])}
    assert "month" not in tips  # the point's day, drawn by chance, is never said
    assert {row["of_month"][:10] for row in rows_of(spec) if "of_month" in row} <= published


def test_words_of_the_data_and_of_notes_are_text_and_no_expression(tmp_path):
    every = months(date(2022, 1, 1), 36)
    rows = [
        incident(
            f"{day}-{at}", day, "hate-crime", offence=HOSTILE if at % 2 else "datum.x", hate_strand=HOSTILE
        )
        for day in every
        for at in range(20)
    ]
    publish(tmp_path, "city", delivery(rows, covered(every, "hate-crime")), "me")
    noted(tmp_path, {"kind": "level change", "month": date(2023, 6, 1), "text": HOSTILE, "author": HOSTILE})
    snapshot = open_version(tmp_path, "city")
    contents = dataset_contents(snapshot)
    subject = strand_subject(contents, "hate-crime")
    as_at = date(2024, 12, 1)
    (by_strand,) = [one for one in every_strand()["hate-crime"].panels if one.of == "hate_strand"]
    figures = panel_figures(snapshot, FORCE, contents.measures, by_strand, as_at, SMALLEST_SHOWN)
    parts = strand_drivers(snapshot, FORCE, subject, rolling_12(as_at), rolling_12(as_at, 1), SMALLEST_SHOWN)
    for spec in (drawn(stands(tmp_path)), spec_of(panel_chart(figures)), spec_of(drivers_chart(parts))):
        outside = json.dumps({name: part for name, part in spec.items() if name != "datasets"})
        assert "onerror" not in outside.replace(json.dumps(HOSTILE)[1:-1], "")
        assert not any("onerror" in text for text in json_expressions(spec))


def json_expressions(part) -> list[str]:
    """Return all that a browser would evaluate of a chart: expressions and filters."""
    if isinstance(part, dict):
        kept = [str(value) for name, value in part.items() if name in ("expr", "filter", "calculate", "test")]
        return kept + [text for value in part.values() for text in json_expressions(value)]
    return [text for value in part for text in json_expressions(value)] if isinstance(part, list) else []


def test_the_days_of_the_chart_are_of_seven_years_at_most(shipped_store):
    assert len(demo_stands(shipped_store, "hate-crime").shown) <= 84
