"""What vulncore.findings.forecast.demand promises of strands and views across them."""

import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from vulncore.domain.strands.strand_list import shipped_list
from vulncore.domain.vocabulary import Strand
from vulncore.findings.forecast.demand import subject_demand
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.store import open_version, set_strands

OCTOBER = date(2024, 10, 1)
RENAMED = replace(
    shipped_list(),
    strands=tuple(
        Strand("sex-offences", "Sex offences", "Sex offences", was=("sexual-violence",))
        if one.key == "sexual-violence"
        else one
        for one in shipped_list().strands
    ),
    views=(replace(shipped_list().views[0], key="vaw", was=("vawg",)),),
)


@pytest.fixture(scope="module")
def renamed(shipped_store, tmp_path_factory):
    """The demonstration data, before and after its strand of sexual violence got another key."""
    folder = tmp_path_factory.mktemp("renamed")
    shutil.copytree(shipped_store / "demo", folder / "demo")
    set_strands(folder, "demo", RENAMED, "me")
    return folder


def offered(store, number=None):
    return subjects(dataset_contents(open_version(store, "demo", number)))


@pytest.mark.parametrize("name", ["vawg", "Violence against women and girls", "view-vawg"])
def test_a_view_across_strands_is_forecast_with_each_record_once(shipped_store, name):
    snapshot = open_version(shipped_store, "demo")
    subject = find_subject(offered(shipped_store), name)
    demand = subject_demand(snapshot, dataset_contents(snapshot).forces[0], subject, OCTOBER)
    rows = snapshot.incidents.to_pandas()
    keys = {measure.key for measure in subject.measures}
    counted = rows[rows["measure"].isin(keys) & rows["no_crimed_on"].isna()]
    by_month = counted.groupby(pd.to_datetime(counted["recorded_on"]).dt.to_period("M"))[
        "record_id"
    ].nunique()
    expected = by_month.reindex(pd.PeriodIndex(demand.recorded.index, freq="M"), fill_value=0)
    assert demand.recorded.astype(int).tolist() == expected.tolist()
    assert len(expected) > 60


def test_strands_come_first_then_every_measure_then_views(shipped_store):
    kinds = [
        "strand" if s.key.startswith("strand-") else "view" if s.whole else "one"
        for s in offered(shipped_store)
    ]
    assert kinds == sorted(kinds, key=["strand", "one", "view"].index)
    assert kinds.count("view") == 1


@pytest.mark.parametrize(
    "name", ["sex-offences", "sexual-violence", "strand-sexual-violence", "sexual offences", None]
)
def test_a_strand_is_forecast_by_its_former_key_and_is_what_is_forecast_first(renamed, name):
    subject = find_subject(offered(renamed), name)
    assert (subject.key, subject.name) == ("strand-sex-offences", "Sex offences")
    before = find_subject(offered(renamed, 1), name if name != "sex-offences" else None)
    assert [one.key for one in before.measures] == [one.key for one in subject.measures]


@pytest.mark.parametrize("name", ["vawg", "view-vawg", "vaw"])
def test_a_view_across_strands_is_forecast_by_its_former_key(renamed, name):
    subject = find_subject(offered(renamed), name)
    assert subject.key == "view-vaw"
    before = find_subject(offered(renamed, 1), "vawg")
    assert [one.key for one in before.measures] == [one.key for one in subject.measures]
