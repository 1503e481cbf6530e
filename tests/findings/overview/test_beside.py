"""What vulncore.findings.overview.beside promises."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import Flow, report_measures
from vulncore.findings.overview.beside import measures_beside
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.overview import overview
from vulncore.findings.shared.sides import measures_sharing
from vulncore.metrics.statistics.changes import CountsCompared, difference_of_changes
from vulncore.store import annotate, open_version, publish
from vulncore.store.notes import NoteKind

OCTOBER, OCTOBER_BEFORE, JULY = date(2024, 10, 1), date(2023, 10, 1), date(2024, 7, 1)


def demo(store, month=OCTOBER):
    return overview(store, "demo", as_at=month)


def test_one_measure_at_two_times_is_compared_by_twelve_months_as_the_table_judges_them(shipped_store):
    both = measures_beside(
        demo(shipped_store, OCTOBER_BEFORE), "hate-crime", demo(shipped_store), "hate-crime"
    )
    assert both.names == ("Nov 2022 to Oct 2023", "Nov 2023 to Oct 2024")
    assert both.briefing.finding == "Hate crime: 336 crimes in Nov 2023 to Oct 2024, up 37\u202f%."
    assert both.briefing.also == (
        "Nov 2022 to Oct 2023 had 245. Hate crime up 43\u202f% this financial year. "
        "Ask whether more happens or more is reported."
    )
    assert both.briefing.action == "More than chance. Ask what is behind it."
    table = demo(shipped_store).table.set_index("measure")
    assert table.loc["hate-crime", "rolling12_signal"] == "clear change"


def test_a_small_rise_could_be_chance(shipped_store):
    both = measures_beside(
        demo(shipped_store, OCTOBER_BEFORE),
        "domestic-abuse-crime",
        demo(shipped_store),
        "domestic-abuse-crime",
    )
    assert both.briefing.action == "Could be chance."


def test_two_measures_are_compared_by_how_each_changed(shipped_store):
    shown = demo(shipped_store)
    both = measures_beside(shown, "rape", shown, "hate-crime")
    assert both.names == ("Rape", "Hate crime")
    assert both.briefing.finding == "Hate crime up 43\u202f%; rape may be up 80\u202f%."
    assert both.briefing.also == (  # what the page asks for of each alone stands
        "Hate crime: ask whether more happens or more is reported. "
        "Rape: ask the strand lead now: too serious to wait until it is sure."
    )
    rows = shown.table.set_index("measure")
    days = [shown.windows[name].days for name in ("fytd_current", "fytd_previous")]
    oracle = difference_of_changes(
        *(
            CountsCompared(
                rows.loc[key, "fytd_current"],
                rows.loc[key, "fytd_previous"],
                *days,
                rows.loc[key, "dispersion"],
            )
            for key in ("hate-crime", "rape")
        )
    )
    assert oracle.p_value > 0.05
    assert both.briefing.action == "That they changed differently could be chance."


def published(store, counts: dict[str, list[int]], first=date(2022, 11, 1)):
    rows, coverage = [], []
    for measure, of_months in counts.items():
        every = months(first, len(of_months))
        coverage += covered(every, measure=measure)
        rows += [
            incident(f"{measure}-{month}-{number}", month, measure=measure)
            for month, count in zip(every, of_months, strict=True)
            for number in range(count)
        ]
    publish(store, "made", delivery(rows, coverage), "tests")


def test_two_measures_that_changed_differently_by_more_than_chance_are_said_to(tmp_path):
    published(tmp_path, {"rape": [20] * 12 + [40] * 12, "hate-crime": [40] * 12 + [20] * 12})
    shown = overview(tmp_path, "made", as_at=OCTOBER)
    both = measures_beside(shown, "rape", shown, "hate-crime")
    assert both.briefing.action == "They changed differently by more than chance."


def test_times_that_share_months_are_not_judged(shipped_store):
    both = measures_beside(demo(shipped_store, JULY), "rape", demo(shipped_store), "rape")
    assert both.briefing.action == "Both have some of the same records, so chance can't be judged."


def test_a_change_of_recording_in_between_is_said_and_nothing_judged(tmp_path):
    published(tmp_path, {"rape": [20] * 12 + [40] * 12})
    note = {
        "force": FORCE,
        "measure": "rape",
        "month": date(2023, 12, 1),
        "kind": NoteKind.SERIES_BREAK.value,
        "text": "counted otherwise",
        "author": "tests",
        "written_on": date(2024, 1, 1),
    }
    annotate(tmp_path, "made", pa.Table.from_pylist([note], schema=ANNOTATIONS), "tests")
    now, before = (overview(tmp_path, "made", as_at=month) for month in (OCTOBER, OCTOBER_BEFORE))
    both = measures_beside(before, "rape", now, "rape")
    assert "Recording changed in December 2023" in both.briefing.action


def test_month_end_figures_are_set_beside_each_other_untested(tmp_path):
    rape = next(measure for measure in report_measures() if measure.key == "rape")
    stock = replace(rape, flow=Flow.STOCK)
    ends = [month_total(month, 40 + step) for step, month in enumerate(months(date(2022, 11, 1), 24))]
    publish(tmp_path, "made", delivery(counts=ends, measures=[stock]), "tests")
    now, before = (overview(tmp_path, "made", as_at=month) for month in (OCTOBER, OCTOBER_BEFORE))
    both = measures_beside(before, "rape", now, "rape")
    assert both.briefing.finding == "Rape: 63 crimes at the end of October 2024, up 24\u202f%."
    assert both.briefing.action == "A month's end is not tested against chance."


def test_what_is_missing_is_not_compared(shipped_store):
    gap = overview(shipped_store, "city-open-counts", as_at=date(2018, 3, 1))
    later = overview(shipped_store, "city-open-counts", as_at=date(2019, 3, 1))
    key = gap.measures[0].key
    assert pd.isna(gap.table.set_index("measure").loc[key, "rolling12_current"])
    both = measures_beside(gap, key, later, key)
    assert both.briefing.action == "Months are missing, so chance isn't judged."


@pytest.mark.parametrize("key", ["rape", "hate-crime"])
def test_both_charts_have_the_same_axes(shipped_store, key):
    shown = demo(shipped_store)
    both = measures_beside(demo(shipped_store, OCTOBER_BEFORE), "rape", shown, key)
    charts = [
        monthly_chart(
            past.frame, past.title, past.measure.unit, most=both.most, months=(both.first, both.last)
        )
        for past in (both.pinned, both.shown)
    ]
    axes = [
        [layer["encoding"]["y"]["scale"]["domain"], layer["encoding"]["x"]["scale"]["domain"]]
        for chart in charts
        for layer in chart.to_dict()["layer"]
        if "scale" in layer.get("encoding", {}).get("y", {})
    ]
    assert len(axes) >= 4
    assert all(axis == axes[0] for axis in axes)
    assert axes[0][0] == [0, both.most]
    assert both.most == max(past.frame["count"].max() for past in (both.pinned, both.shown))


def test_the_two_say_the_same_whichever_is_on_screen(shipped_store):
    now, before = demo(shipped_store), demo(shipped_store, OCTOBER_BEFORE)
    there, back = measures_beside(before, "rape", now, "rape"), measures_beside(now, "rape", before, "rape")
    assert there.briefing.action == back.briefing.action


def test_measures_that_share_records_are_not_judged(shipped_store):
    shown = demo(shipped_store)
    sharing = measures_sharing(open_version(shipped_store, "demo"), shown.force)
    assert frozenset({"child-abuse", "cse"}) in sharing
    both = measures_beside(shown, "child-abuse", shown, "cse", sharing)
    assert both.briefing.action == "Both have some of the same records, so chance can't be judged."


def test_two_measures_of_other_months_are_not_compared_by_their_changes(shipped_store):
    both = measures_beside(demo(shipped_store, JULY), "rape", demo(shipped_store), "hate-crime")
    assert both.briefing.action == "They end with different months, so how they changed isn't compared."
    assert "%" not in both.briefing.finding


def test_no_made_figure_stands_beside_a_real_one_in_a_sentence(shipped_store):
    real = overview(shipped_store, "city-open-counts", as_at=OCTOBER)
    both = measures_beside(demo(shipped_store), "hate-crime", real, real.measures[0].key)
    assert "Hate crime" in both.briefing.action
    assert "is made data" in both.briefing.action
    assert "%" not in both.briefing.finding
