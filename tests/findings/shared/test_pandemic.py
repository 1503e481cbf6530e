"""Months of the pandemic are a dataset's setting, with its reason."""

import time
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.findings.forecast.test_held_back import demand_of
from tests.findings.strand.stores import noted, publish_months, stands
from tests.making import FORCE, months
from vulncore.domain.errors import InvalidRowsError
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.forecast.kept import forecast_key
from vulncore.findings.forecast.outlook import forecast_outlook
from vulncore.findings.forecast.sentences import forecast_notes, pandemic_notes
from vulncore.findings.forecast.work import forecast_task, subject_forecasts
from vulncore.findings.shared.annotations import annotations_of, pandemic_months
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.past import LOCKDOWN_MONTHS
from vulncore.store import annotate, open_version
from vulncore.store.notes import NoteKind, pandemic_of

COUNTS = np.random.default_rng(5).poisson(60, 60).tolist()
WIDE = "March 2020 to July 2021 set aside. Venues were closed."


def aside(store) -> set[date]:
    demand = demand_of(store)
    return set(demand.months.loc[demand.months["set_aside"], "month"].dt.date)


def in_force(store):
    return pandemic_months(annotations_of(open_version(store, "city"), FORCE))


def known(store) -> set[date]:
    return set(demand_of(store).months["month"].dt.date)


@pytest.fixture
def store(tmp_path):
    publish_months(tmp_path, COUNTS, first=date(2020, 1, 1))
    return tmp_path


def test_without_a_note_those_under_lockdown_are_set_aside(store):
    assert aside(store) == set(LOCKDOWN_MONTHS) & known(store)
    assert in_force(store).why == ""


def test_a_note_says_which_and_why(store):
    key = forecast_key(forecast_task(demand_of(store), Basis.FIVE_YEAR))
    noted(store, {"kind": NoteKind.PANDEMIC, "measure": None, "text": WIDE})
    wide = set(months(date(2020, 3, 1), 17))
    assert aside(store) == wide & known(store) != set()
    demand = demand_of(store)
    assert np.isnan(demand.peers).any(axis=0).sum() == len(wide & known(store))
    assert forecast_key(forecast_task(demand, Basis.FIVE_YEAR)) != key
    (note,) = [
        note
        for note in forecast_notes(forecast_outlook(demand, subject_forecasts(demand)))
        if "pandemic" in note
    ]
    assert note.endswith("set aside as months of the pandemic: venues were closed.")


def test_the_control_chart_does_not_judge_them_either(store):
    noted(store, {"kind": NoteKind.PANDEMIC, "measure": None, "text": WIDE})
    of = stands(store)
    frame = of.chart.frame
    assert set(frame.loc[frame["set_aside"], "month"].dt.date) == aside(store)
    assert any("months of the pandemic" in line.text for line in of.headline)


def test_the_usual_range_learns_nothing_from_them(tmp_path):
    wide = months(date(2020, 3, 1), 17)
    every = months(date(2020, 1, 1), 60)
    quiet = [5 if month in wide else count for month, count in zip(every, COUNTS, strict=True)]
    publish_months(tmp_path, quiet, first=every[0])
    noted(tmp_path, {"kind": NoteKind.PANDEMIC, "measure": None, "text": WIDE})
    learnt = [count for month, count in zip(every, COUNTS, strict=True) if month not in wide]
    assert stands(tmp_path).chart.frame["mean"].iloc[-1] == pytest.approx(np.mean(learnt))


def test_none_may_be_set_aside_which_is_said(store):
    noted(store, {"kind": NoteKind.PANDEMIC, "measure": None, "text": "No months set aside. All went on."})
    assert aside(store) == set()
    assert pandemic_notes(demand_of(store)) == ("No months of the pandemic are set aside: all went on.",)


def test_the_newest_note_decides_and_one_on_the_force_first(store):
    def row(text: str, day: int, force: str | None = None) -> dict[str, object]:
        about = {"kind": NoteKind.PANDEMIC, "measure": None, "force": force, "text": text}
        return {**about, "author": "tests", "written_on": date(2025, 1, day)}

    for rows, first in (
        ([row("May 2020 set aside. A.", 2), row("June 2020 set aside. B.", 1)], date(2020, 5, 1)),
        ([row("May 2020 set aside. A.", 2), row("June 2020 set aside. B.", 1, FORCE)], date(2020, 6, 1)),
        ([row("May 2020 set aside. A.", 1), row("April 2020 set aside. B.", 1)], date(2020, 4, 1)),
        ([row("April 2020 set aside. B.", 1), row("May 2020 set aside. C.", 1)], date(2020, 5, 1)),
    ):
        annotate(store, "city", pa.Table.from_pylist(rows, schema=ANNOTATIONS), "tests")
        assert in_force(store).months == (first,)


@given(
    which=st.sets(st.sampled_from(months(date(2020, 1, 1), 48)), min_size=1, max_size=36),
    form=st.sampled_from(["%Y-%m", "%B %Y"]),
    between=st.sampled_from([", ", " and ", ", and "]),
)
def test_months_are_read_however_they_are_listed(which, form, between):
    listed = between.join(month.strftime(form) for month in which)
    assert pandemic_of(f"{listed} set aside. Why.").months == tuple(sorted(which))


def test_a_text_of_blanks_takes_no_time():
    began = time.monotonic()
    assert pandemic_of(" " * 5_000 + "x") is None
    assert time.monotonic() - began < 5  # seconds; where any blank could be the first it was 35


@pytest.mark.parametrize(
    "text",
    [
        "March 2020 to July 2021",
        "March 2020 to July 2021 set aside.",
        "July 2021 to March 2020 set aside. Why.",
        "March 2020 to July 2024 set aside. Too many.",
        "Spring 2020 set aside. Why.",
        "March 1920 set aside. Why.",
        "March 2020 set aside. .",
        "2020-13 set aside. Why.",
        "March 2020 to May 2020 to June 2020 set aside. Why.",
        "2020-01 to 2022-01, 2022-06 to 2023-12 set aside. Too many.",
    ],
)
def test_a_text_that_says_no_such_months_or_no_reason_is_refused(store, text):
    assert pandemic_of(text) is None
    with pytest.raises(
        InvalidRowsError,
        match=r"months of the pandemic that can't be told .*: 1 .*of 2020 to 2023 and why, .*set aside\.",
    ):
        noted(store, {"kind": NoteKind.PANDEMIC, "measure": None, "text": text})


def test_a_note_on_one_measure_is_refused(store):
    with pytest.raises(InvalidRowsError, match="Choose all measures"):
        noted(store, {"kind": NoteKind.PANDEMIC, "measure": "hate-crime", "text": WIDE})
