"""What vulncore.findings.resourcing.arrivals promises of what comes in, kind by kind."""

from datetime import date

import pytest

from tests.findings.resourcing.asking import AS_AT
from tests.making import FORCE, delivery, month_total, months
from vulncore.findings.overview.overview import overview
from vulncore.findings.resourcing.arrivals import demand_notes, demand_rows, demand_table
from vulncore.findings.resourcing.demand import unit_demand, unit_forecast
from vulncore.findings.resourcing.outlook import resourcing_outlook, staffing_question
from vulncore.findings.shared.contents import dataset_contents
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.store import open_version, publish


def test_a_kind_too_small_for_a_forecast_is_carried_on_at_its_rate_and_says_so(tmp_path):
    every = months(date(2019, 1, 1), 60)
    counts = [month_total(month, int(place % 6 == 0)) for place, month in enumerate(every)]
    publish(tmp_path, "few", delivery(counts=counts), "tests")
    snapshot = open_version(tmp_path, "few")
    unit = unit_demand(snapshot, FORCE, dataset_contents(snapshot), example_scenario(), every[-1])
    forecast = unit_forecast(unit, Basis.CURRENT_PROCESS)
    assert forecast.paths["rape"].mean() == pytest.approx(1 / 6, abs=0.03)
    scenario = example_scenario()
    outlook = resourcing_outlook(
        forecast, scenario, {}, staffing_question(scenario, every[-1], 48, None, None, 0.1, None)
    )
    assert any("The recent rate is carried forward." in note for note in demand_notes(outlook))


def test_what_comes_in_adds_up_and_says_who_gets_what(outlook, unit):
    table = demand_table(outlook).set_index("Kind of case")
    for key, kind in unit.kinds.items():
        recorded = kind.demand.actual[-12:].sum()
        shown = table.loc[kind.subject.name, "Last twelve months"]
        about = 5 * round(recorded / 5)
        assert shown == (f"about {about:,.0f}" if kind.rounded else f"{recorded:,.0f}"), key
    assert table.loc["Domestic abuse non-crime", "Recorded as"].endswith("for each domestic abuse crime")
    assert table.loc["Domestic abuse non-crime", "Records in 2026"] != "–"
    rows = demand_rows(outlook).set_index("case")
    hate = rows.loc["serious-hate-crime"]
    assert 0.06 < hate["unit50"] / hate["expected50"] < 0.11
    assert "Rape: Stranger 1 rape goes to Major Crime (para 36)." in demand_notes(outlook)


def test_a_kind_that_shows_fewer_records_than_the_overview_says_of_how_many_they_are(
    outlook, unit, shipped_store
):
    on_overview = overview(shipped_store, "demo", as_at=AS_AT).table.set_index("measure")["rolling12_current"]
    notes, fewer = demand_notes(outlook), 0
    for kind in unit.kinds.values():
        of_it = [note for note in notes if note.startswith(f"{kind.subject.name}: {kind.recent:,} of ")]
        measures = [measure.key for measure in kind.subject.measures]
        if len(measures) == 1:
            assert kind.whole == on_overview[measures[0]]
        assert len(of_it) == (kind.recent != kind.whole and not kind.rounded)
        assert all(f" of {kind.whole:,} in the last twelve months." in note for note in of_it)
        fewer += len(of_it)
    assert fewer >= 1
