"""What vulncore.domain.strands.strand_list promises."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import UnknownNameError
from vulncore.domain.strands.strand_list import (
    CrossView,
    StrandList,
    arranged,
    completed,
    find_in_list,
    key_now,
    name_of,
    shipped_list,
    spelt_out,
)
from vulncore.domain.vocabulary import Strand, report_measures, strands

SHIPPED = shipped_list()
KEYS = [measure.key for measure in report_measures()]
VAWG = {
    "domestic-abuse-crime",
    "rape",
    "other-sexual-offences",
    "stalking-and-harassment",
    "fgm",
    "forced-marriage",
    "hbv",
}


def strand(key, name="", **more):
    return Strand(key, name or key, name or key, **more)


def with_strands(*changed, without=()):
    """Return the shipped list with some strands last, and without others."""
    return replace(SHIPPED, strands=(*(one for one in SHIPPED.strands if one.key not in without), *changed))


def strand_of(listed, key):
    return next(measure.strand for measure in arranged(listed, report_measures()) if measure.key == key)


def test_the_eleven_strands_of_the_report_ship_and_one_view_across_them():
    assert SHIPPED.strands == strands()
    assert [(view.name, set(view.measures)) for view in SHIPPED.views] == [
        ("Violence against women and girls", VAWG)
    ]
    assert set(KEYS) >= VAWG
    assert "do not state the sex of victims" in SHIPPED.views[0].about


def test_the_shipped_list_leaves_every_measure_as_it_is():
    assert arranged(SHIPPED, report_measures()) == report_measures()


def test_a_renamed_strand_keeps_its_measures():
    listed = with_strands(strand("radicalisation", was=("prevent",)), without=["prevent"])
    assert strand_of(listed, "prevent") == "radicalisation"


def test_strands_that_are_merged_have_the_measures_of_both():
    merged = strand("safeguarding", was=("adults-at-risk", "child-protection"))
    listed = with_strands(merged, without=merged.was)
    keys = {one.key for one in arranged(listed, report_measures()) if one.strand == "safeguarding"}
    assert keys == {"adult-at-risk-ppns", "child-at-risk-ppns", "child-abuse", "cse", "missing-children"}


def test_a_measure_moves_to_the_strand_that_names_it_and_the_others_stay():
    listed = with_strands(strand("serious-violence", measures=("rape",)))
    assert strand_of(listed, "rape") == "serious-violence"
    assert strand_of(listed, "other-sexual-offences") == "sexual-violence"


def test_a_measure_that_is_renamed_keeps_its_published_wording():
    listed = replace(SHIPPED, measure_names=(("cse", "Exploited children"),))
    measure = next(one for one in arranged(listed, report_measures()) if one.key == "cse")
    before = next(one for one in report_measures() if one.key == "cse")
    assert measure == replace(before, name="Exploited children")


def test_a_strand_that_a_mapping_names_first_comes_last_under_its_keys_words():
    elder = replace(report_measures()[0], key="neglect", strand="elder-abuse")
    whole = completed(SHIPPED, (*report_measures(), elder))
    assert whole.strands[:-1] == SHIPPED.strands
    assert (whole.strands[-1].key, whole.strands[-1].name) == ("elder-abuse", "Elder abuse")


def test_a_view_across_strands_is_no_strand_of_a_measure():
    strange = replace(report_measures()[0], strand="vawg")
    assert [measure.strand for measure in arranged(SHIPPED, [strange])] == [""]
    assert completed(SHIPPED, [strange]) == SHIPPED


@pytest.mark.parametrize(
    ("key", "now"),
    [("old", "new"), ("older", "new"), ("new", "new"), ("whites", "vawg"), ("strange", "strange"), ("", "")],
)
def test_a_former_key_leads_to_the_present_one_and_a_strange_one_nowhere(key, now):
    listed = StrandList(
        (strand("new", was=("old", "older")),), (CrossView("vawg", "Violence", ("a", "b"), was=("whites",)),)
    )
    assert key_now(listed, key) == now


def test_a_former_key_goes_by_the_present_name():
    listed = StrandList((strand("new", "New name", was=("old",)),))
    assert name_of(listed, "old") == "New name"


@pytest.mark.parametrize(
    "words", ["mental-health-and-suicide", "MENTAL HEALTH/SUICIDE", " mental health and suicide "]
)
def test_a_strand_is_called_by_key_label_or_name(words):
    assert find_in_list(SHIPPED, words).key == "mental-health-and-suicide"


def test_what_no_strand_or_view_is_called_is_refused_with_what_there_is():
    with pytest.raises(UnknownNameError, match=r"'piracy'\. There are 12 strands and views: domestic-abuse"):
        find_in_list(SHIPPED, "piracy")


@given(st.dictionaries(st.sampled_from(KEYS), st.integers(0, 10)), st.permutations(range(11)))
def test_a_list_that_is_spelt_out_comes_to_the_same(moves, order):
    listed = StrandList(
        tuple(
            replace(
                SHIPPED.strands[place],
                measures=tuple(key for key, to in moves.items() if to == place),
            )
            for place in order
        ),
        SHIPPED.views,
    )
    whole = spelt_out(listed, report_measures())
    assert arranged(whole, report_measures()) == arranged(listed, report_measures())
    assert spelt_out(whole, report_measures()) == whole
    assert sorted(key for one in whole.strands for key in one.measures) == sorted(KEYS)
