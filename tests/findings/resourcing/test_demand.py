"""What vulncore.findings.resourcing.demand promises: all kinds counted once, measured shares, forecasts."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.findings.resourcing.asking import AS_AT, CITY
from tests.forecasting.plain import forecast_plainly
from tests.making import FORCE, covered, delivery, incident, month_total, months
from tests.resourcing.made_units import at
from vulncore.domain.errors import UnknownNameError
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.resourcing.demand import (
    case_subjects,
    measured_shares,
    ready_unit_forecast,
    recorded_months,
    unit_demand,
    unit_forecast,
    with_measured,
)
from vulncore.findings.shared.contents import dataset_contents
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Assumption, fixed
from vulncore.store import open_version, publish

PPU = ["rape", "other-sexual-offences", "cse", "child-abuse", "domestic-abuse-crime", "hate-crime"]


def test_all_that_comes_to_the_unit_is_in_it_each_record_once(demo, unit):
    rows = demo.incidents.to_pandas()
    rows = rows[rows["no_crimed_on"].isna() & rows["measure"].isin(PPU)]
    assert rows["record_id"].duplicated().any()
    recorded_on = pd.to_datetime(rows["recorded_on"])
    rows = rows[(recorded_on >= "2023-11-01") & (recorded_on <= "2024-10-31")]
    in_all = sum(kind.demand.actual[-12:].sum() for kind in unit.kinds.values())
    assert in_all == rows["record_id"].nunique()
    assert unit.missing == ()
    assert unit.may_count_twice == ()


def test_a_record_of_two_kinds_belongs_to_the_first(demo, unit):
    rows = demo.incidents.to_pandas()
    rows = rows[rows["no_crimed_on"].isna()]
    earlier = set(
        rows.loc[rows["measure"].isin(["rape", "other-sexual-offences", "cse", "child-abuse"]), "record_id"]
    )
    rest = rows[(rows["measure"] == "domestic-abuse-crime") & ~rows["record_id"].isin(earlier)]
    assert unit.kinds["domestic-abuse"].demand.actual.sum() == len(rest)
    assert len(rest) < (rows["measure"] == "domestic-abuse-crime").sum()


def test_something_is_shown_before_the_forecasts_were_tried(progress):
    shares = [step for step in progress if isinstance(step, float)]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    early, tried = (step for step in progress if not isinstance(step, float))
    assert progress.index(early) < progress.index(1.0)
    assert early.tested_to == 0
    assert early.paths.keys() == tried.paths.keys()
    assert tried.tested_to >= 12


def test_shares_are_read_off_the_records_that_name_a_team(demo, shares):
    rows = demo.incidents.to_pandas()
    recorded_on = pd.to_datetime(rows["recorded_on"])
    rape = rows[
        (rows["measure"] == "rape")
        & rows["no_crimed_on"].isna()
        & recorded_on.between("2019-11-01", "2024-10-31")
    ]
    there = (rape["allocated_to"] == "Public Protection Unit").sum()
    measured = shares[at("case.rape.share")]
    assert measured.likely == pytest.approx(100 * there / rape["allocated_to"].notna().sum(), abs=0.05)
    assert measured.low < measured.likely < measured.high < 100
    assert measured.source.startswith("measured")
    assert set(shares) == {
        at("case.rape.share"),
        at("case.serious-hate-crime.share"),
    }  # others all went there


@pytest.mark.parametrize(("elsewhere", "known"), [(4, False), (5, True)], ids=["four", "five"])
def test_a_share_that_would_tell_of_under_five_records_is_not_measured(tmp_path, elsewhere, known):
    every = months(date(2020, 1, 1), 40)
    rows = [
        incident(place, month, allocated_to="Major Crime" if place < elsewhere else "public protection unit ")
        for place, month in enumerate(every)
    ]
    publish(tmp_path, "small", delivery(rows, covered(every)), "tests")
    snapshot = open_version(tmp_path, "small")
    subjects = case_subjects(dataset_contents(snapshot), example_scenario())
    shares = measured_shares(snapshot, FORCE, subjects, example_scenario(), every[-1])
    assert (at("case.rape.share") in shares) is known


def test_what_somebody_set_is_not_measured_over():
    measured = {at("case.rape.share"): Assumption(80, 85, 90, "measured: so", measured=True)}
    base = example_scenario()
    set_by_hand = base.where(at("case.rape.share"), fixed(70))
    assert with_measured(base, measured).assumptions[at("case.rape.share")].likely == 85
    assert with_measured(set_by_hand, measured).assumptions[at("case.rape.share")].likely == 70


def test_totals_alone_can_be_staffed_and_say_that_records_may_count_twice(tmp_path):
    every, draw = months(date(2019, 1, 1), 60), np.random.default_rng(1)
    counts = [
        month_total(month, int(draw.poisson(mean)), measure)
        for measure, mean in (("rape", 4), ("cse", 3), ("child-abuse", 5))
        for month in every
    ]
    publish(tmp_path, "totals", delivery(counts=counts), "tests")
    snapshot = open_version(tmp_path, "totals")
    unit = unit_demand(snapshot, FORCE, dataset_contents(snapshot), example_scenario(), every[-1])
    assert unit.may_count_twice == ("Child sexual exploitation and abuse",)
    assert [kind.key for kind in unit.missing] == [
        "other-sexual-offences",
        "domestic-abuse",
        "domestic-abuse-non-crime",
        "serious-hate-crime",
    ]


def test_what_comes_to_a_unit_is_kept_kind_by_kind_and_ready_once_all_are(unit, tmp_path, monkeypatch):
    done = forecast_plainly(monkeypatch)
    basis = Basis.CURRENT_PROCESS
    assert ready_unit_forecast(unit, basis, tmp_path) is None
    shares: list[float] = []
    made = unit_forecast(unit, basis, shares.append, home=tmp_path)
    *early, share = shares
    assert early
    worked = len(done)
    shares.clear()
    kept = unit_forecast(unit, basis, shares.append, home=tmp_path)
    ready = ready_unit_forecast(unit, basis, tmp_path)
    assert (share, shares, len(done)) == (1, [1], worked)
    for read in (kept, ready):
        assert read.trials == made.trials
        assert list(read.paths) == list(made.paths)
        assert all(np.array_equal(read.paths[key], made.paths[key]) for key in made.paths)
    next((tmp_path / "prepared" / "forecasts").iterdir()).unlink()
    assert ready_unit_forecast(unit, basis, tmp_path) is None
    mended = unit_forecast(unit, basis, home=tmp_path)
    assert mended.trials == made.trials
    assert len(done) == worked + worked // len(unit.modelled)


def test_a_dataset_with_nothing_of_the_unit_says_what_it_lacks(shipped_store):
    snapshot = open_version(shipped_store, "city-open-counts")
    choice = dataset_contents(snapshot)
    unit = unit_demand(snapshot, CITY, choice, example_scenario(), choice.default_month[CITY])
    with pytest.raises(
        UnknownNameError,
        match=r"no monthly figures for the unit's kinds of case: Rape, Other sexual offences",
    ):
        unit_forecast(unit, Basis.FIVE_YEAR)


def test_a_month_not_delivered_lies_between_those_beside_it():
    frame = pd.DataFrame({"count": [4.0, np.nan, 8.0], "set_aside": False, "provisional": False})
    assert recorded_months(Demand(None, "", AS_AT, frame, None, None, (), None)).tolist() == [4, 6, 8]


def test_what_two_kinds_have_in_common_can_not_be_worked_out_where_it_is_small(demo, unit):
    rows = demo.incidents.to_pandas()
    rows = rows[rows["no_crimed_on"].isna() & (pd.to_datetime(rows["recorded_on"]) >= "2023-11-01")]
    earlier = set(rows.loc[rows["measure"].isin(["rape", "other-sexual-offences"]), "record_id"])
    abuse = set(rows.loc[rows["measure"].isin(["cse", "child-abuse"]), "record_id"])
    assert unit.kinds["csea"].rounded == (0 < len(earlier & abuse) < 5)


@pytest.mark.parametrize(("common", "rounded"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_kind_with_few_records_in_common_with_an_earlier_one_is_rounded(tmp_path, common, rounded):
    every = months(date(2020, 1, 1), 40)
    rows = [incident(place, month) for place, month in enumerate(every)]
    rows += [
        incident(
            100 + place, month, "cse", record_id=f"record-{place}" if place >= 40 - common else f"own-{place}"
        )
        for place, month in enumerate(every)
    ]
    publish(
        tmp_path,
        "small",
        delivery(rows, covered(every) + covered(every, "cse") + covered(every, "child-abuse")),
        "tests",
    )
    snapshot = open_version(tmp_path, "small")
    kind = unit_demand(snapshot, FORCE, dataset_contents(snapshot), example_scenario(), every[-1]).kinds[
        "csea"
    ]
    assert kind.rounded is rounded
    assert kind.recent == (10 if rounded else 12 - common)
