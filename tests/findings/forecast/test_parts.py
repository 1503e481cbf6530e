"""What is counted together is forecast as the sum of its measures, where their records add up to it."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.conftest import tried_at_few_origins
from tests.making import FORCE, delivery, month_total, months
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.forecast.demand import Demand, subject_demand
from vulncore.findings.forecast.outlook import forecast_outlook
from vulncore.findings.forecast.sentences import forecast_notes
from vulncore.findings.forecast.work import subject_forecasts
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.forecasting.past import LOCKDOWN_MONTHS
from vulncore.store import annotate, open_version, publish
from vulncore.store.notes import NoteKind

FIRST, MONTHS = date(2019, 1, 1), 72
AS_AT = date(2024, 12, 1)
BOTH = {"rape": 12, "other-sexual-offences": 30}
STRAND = "sexual-violence"


@pytest.fixture(autouse=True)
def few_trials():
    with tried_at_few_origins():
        yield


def publish_counts(store: Path, counts: dict[str, list[int]]) -> None:
    rows = [
        month_total(month, count, key)
        for key, of in counts.items()
        for month, count in zip(months(FIRST, MONTHS), of, strict=True)
    ]
    measures = [measure for measure in report_measures() if measure.key in counts]
    publish(store, "months", delivery(counts=rows, measures=measures), "tests")


def counts_of(means: dict[str, float]) -> dict[str, list[int]]:
    rng = np.random.default_rng(3)
    return {key: rng.poisson(mean, MONTHS).tolist() for key, mean in means.items()}


def demand_of(store: Path, name: str | None = None, lockdowns: bool = False) -> Demand:
    snapshot = open_version(store, "months")
    subject = find_subject(subjects(dataset_contents(snapshot)), name)
    demand = subject_demand(snapshot, FORCE, subject, AS_AT, lockdowns)
    assert demand is not None
    return demand


def noted(store: Path, kind: NoteKind, month: date, measure: str) -> None:
    about = {"force": None, "text": "Known.", "author": "tests", "written_on": date(2025, 1, 2)}
    row = {"kind": kind.value, "month": month, "measure": measure, **about}
    annotate(store, "months", pa.Table.from_pylist([row], schema=ANNOTATIONS), "tests")


def test_the_years_of_a_strand_are_the_sums_of_its_measures_years(tmp_path):
    publish_counts(tmp_path, counts_of(BOTH))
    strand, *measures = (
        forecast_outlook(demand, subject_forecasts(demand))
        for demand in (demand_of(tmp_path), *(demand_of(tmp_path, key) for key in BOTH))
    )
    assert [part.subject.key for part in strand.demand.parts] == ["rape", "other-sexual-offences"][::-1]
    for basis in strand.paths:
        for year in (2025, 2026, 2028):
            added = sum(outlook.year(basis, year)["mean"] for outlook in measures)
            assert strand.year(basis, year)["mean"] == pytest.approx(added)
    assert "The forecast adds up those of its measures: other sexual offences and rape." in forecast_notes(
        strand
    )


def test_measures_with_too_few_records_are_a_part_together(tmp_path):
    counts = counts_of({"hbv": 25, "fgm": 0.1, "forced-marriage": 0.2})
    publish_counts(tmp_path, counts)
    demand = demand_of(tmp_path)
    assert [[measure.key for measure in part.subject.measures] for part in demand.parts] == [
        ["hbv"],
        ["fgm", "forced-marriage"],
    ]
    assert np.array_equal(np.sum([part.actual for part in demand.parts], axis=0), demand.actual)


@pytest.mark.parametrize("means", [{"hbv": 0.1, "fgm": 0.1, "forced-marriage": 0.2}, {"rape": 12}])
def test_what_has_no_parts_that_can_be_forecast_has_none(tmp_path, means):
    publish_counts(tmp_path, counts_of(means))
    assert demand_of(tmp_path).parts == ()


def test_parts_learn_from_no_month_that_is_set_aside_for_the_whole(tmp_path):
    publish_counts(tmp_path, counts_of(BOTH))
    odd = date(2023, 5, 1)
    noted(tmp_path, NoteKind.ONE_OFF, odd, STRAND)
    for lockdowns, aside in ((False, {odd, *LOCKDOWN_MONTHS}), (True, {odd})):
        demand = demand_of(tmp_path, lockdowns=lockdowns)
        assert len(demand.parts) == 2
        for part in demand.parts:
            unseen = part.months["month"][np.isnan(part.past.counts)]
            assert set(unseen.dt.date) == aside


def test_a_change_of_level_of_the_whole_or_of_one_part_alone_leaves_it_one_series(tmp_path):
    publish_counts(tmp_path, counts_of(BOTH))
    noted(tmp_path, NoteKind.LEVEL_CHANGE, date(2022, 3, 1), STRAND)
    demand = demand_of(tmp_path)
    assert demand.changes == (date(2022, 3, 1),)
    assert demand.parts == ()
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    assert any("need not add up" in note for note in forecast_notes(outlook))


def test_as_if_its_level_had_changed_it_is_one_series(tmp_path):
    counts = counts_of(BOTH)
    halved = {key: [*of[:-6], *(count // 3 for count in of[-6:])] for key, of in counts.items()}
    publish_counts(tmp_path, halved)
    demand = demand_of(tmp_path)
    assert demand.proposed is not None
    assert len(demand.parts) == 2
    assert demand.as_if_changed.parts == ()


def test_a_month_left_out_of_one_measure_alone_is_said_of_the_whole(tmp_path):
    counts = counts_of({"rape": 4, "other-sexual-offences": 60})
    place = months(FIRST, MONTHS).index(date(2023, 5, 1))
    counts["rape"][place] = 40
    publish_counts(tmp_path, counts)
    demand = demand_of(tmp_path)
    assert demand.held == ()
    assert [one.month for part in demand.parts for one in part.held] == [date(2023, 5, 1)]
    notes = forecast_notes(forecast_outlook(demand, subject_forecasts(demand)))
    assert (
        "Of rape, May 2023 is left out of learning: far from the months around, or delivered in part."
        in notes
    )
