"""What vulncore.findings.shared.contents promises of a dataset's strands and views across them."""

from dataclasses import replace
from datetime import date

import pytest

from tests.making import covered, delivery, incident, month_total, months
from vulncore.domain.errors import InvalidStrandsError
from vulncore.domain.strands.strand_list import CrossView, shipped_list
from vulncore.domain.vocabulary import Strand, report_measures
from vulncore.findings.shared.contents import dataset_contents
from vulncore.store import open_version, publish, set_strands

MONTHS = months(date(2024, 1, 1), 3)
MERGED = Strand("safeguarding", "Safeguarding", "Safeguarding", was=("adults-at-risk", "child-protection"))
OWN = replace(
    shipped_list(),
    strands=(MERGED, *(one for one in shipped_list().strands if one.key not in MERGED.was)),
    measure_names=(("cse", "Exploited children"),),
)
LOCAL = replace(
    report_measures()[0], key="neglect", name="Neglect", label="Neglect", strand="elder-abuse", order=1_001
)


def contents(store, number=None):
    return dataset_contents(open_version(store, "city", number))


@pytest.fixture
def store(tmp_path):
    measures = [*report_measures(), LOCAL]
    rows = [incident(place, MONTHS[0], measure.key) for place, measure in enumerate(measures)]
    coverage = [row for measure in measures for row in covered(MONTHS, measure.key)]
    publish(tmp_path, "city", delivery(rows, coverage, measures=measures), "me")
    return tmp_path


def test_a_dataset_has_the_strands_of_its_list_in_their_order_and_those_of_its_mappings_last(store):
    assert [one.key for one in contents(store).strands] == [
        *(one.key for one in shipped_list().strands),
        "elder-abuse",
    ]
    named = replace(OWN, strands=(*OWN.strands, Strand("elder-abuse", "Elder abuse", "Abuse of elders")))
    set_strands(store, "city", named, "me")
    assert [one.name for one in contents(store).strands][::10] == ["Safeguarding", "Abuse of elders"]


def test_measures_have_the_strand_and_the_name_of_the_list_and_no_other_figure_of_theirs_changes(store):
    with pytest.raises(InvalidStrandsError, match="neglect of elder-abuse"):
        set_strands(store, "city", OWN, "me")
    set_strands(
        store, "city", replace(OWN, strands=(replace(MERGED, measures=("neglect",)), *OWN.strands[1:])), "me"
    )
    before, after = contents(store, 1), contents(store)
    assert {one.key for one in after.measures_of("safeguarding")} == {
        *(one.key for one in before.measures_of("adults-at-risk")),
        *(one.key for one in before.measures_of("child-protection")),
        "neglect",
    }
    assert next(one.name for one in after.measures if one.key == "cse") == "Exploited children"
    same = [replace(one, strand="", name="") for one in before.measures]
    assert [replace(one, strand="", name="") for one in after.measures] == same


def test_a_former_key_means_the_strand_that_it_is_now(store):
    measures = replace(MERGED, measures=("neglect",))
    set_strands(store, "city", replace(OWN, strands=(measures, *OWN.strands[1:])), "me")
    now = contents(store)
    assert now.name_of("child-protection") == "Safeguarding"
    assert now.measures_of("child-protection") == now.measures_of("safeguarding")
    assert contents(store, 1).name_of("child-protection") == "Child protection and exploitation"


def test_a_view_across_strands_is_offered_where_two_of_its_measures_are_there(tmp_path):
    def with_measures(*keys):
        measures = [one for one in report_measures() if one.key in keys]
        rows = [incident(place, MONTHS[0], key) for place, key in enumerate(keys)]
        coverage = [row for key in keys for row in covered(MONTHS, key)]
        publish(tmp_path, f"of-{len(keys)}", delivery(rows, coverage, measures=measures), "me")
        return dataset_contents(open_version(tmp_path, f"of-{len(keys)}"))

    assert with_measures("rape").views == ()
    both = with_measures("rape", "fgm")
    assert [view.key for view in both.views] == ["vawg"]
    assert {one.key for one in both.measures_of("vawg")} == {"rape", "fgm"}
    assert both.note_on("vawg") == (
        "Each record is counted once. This dataset has 2 of its 7 measures. "
        "The data do not state the sex of victims, so all victims are counted."
    )


def test_a_view_of_totals_says_that_it_counts_a_record_of_two_measures_twice(tmp_path):
    measures = [one for one in report_measures() if one.key in ("rape", "hbv")]
    counts = [month_total(month, 3, key.key) for month in MONTHS for key in measures]
    publish(tmp_path, "city", delivery(counts=counts, measures=measures), "me")
    assert contents(tmp_path).note_on("vawg").startswith("Totals are added up, so a record of two measures")


def test_a_force_has_views_of_its_own(store):
    view = CrossView("exploitation", "Exploitation", ("cse", "modern-slavery"))
    own = replace(
        shipped_list(), views=(view,), strands=(*shipped_list().strands, Strand("elder-abuse", "E", "E"))
    )
    set_strands(store, "city", own, "me")
    assert contents(store).views == (view,)
    assert contents(store).name_of("exploitation") == "Exploitation"
