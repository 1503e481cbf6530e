"""What vulncore.domain.severity.table promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidWeightsError
from vulncore.domain.measures import home_office_codes
from vulncore.domain.severity.table import HEAVIEST, MOST_ROWS, OffenceWeight, checked_table, shipped_weights

GOOD = [OffenceWeight("8Q", "Stalking", 56.3)]


def test_the_weights_that_ship_are_as_the_press_reported_them():
    # inews.co.uk and worldjusticenews.com, November 2016, of the first edition: homicide 7,979, attempted murder 4,663,
    # cannabis 3; after murder and attempted murder come aiding suicide and rape. Later editions differ a little
    weights = {row.code: row.weight for row in shipped_weights().rows}
    heaviest = sorted(weights, key=lambda code: -weights[code])
    assert set(heaviest[:4]) == {"1", "4.1", "4.10", "4.2"}
    assert heaviest[4] == "2"
    assert weights["1"] == pytest.approx(7_979, rel=0.01)
    assert weights["2"] == pytest.approx(4_663, rel=0.01)
    assert min(weights, key=lambda code: weights[code]) == "92E"
    assert all(weights[code] > 2_000 for code in ("19C", "19D", "19E", "19F", "19G", "19H"))
    assert weights["34A"] > weights["13"] > weights["56B"]  # robbery above child abduction


def test_every_weight_belongs_to_a_code_of_the_home_office_and_two_codes_have_none():
    known = {row["code"] for row in home_office_codes()}
    codes = [row.code for row in shipped_weights().rows]
    assert len(codes) == len(set(codes)) == 131
    assert set(codes) - known == {
        "19J",
        "19K",
    }  # rape by several offenders, which tables of 2017/18 don't list
    assert known - set(codes) == {"28A", "30A"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "The name of the weights is missing"),
        ({"name": "n" * 81}, "The name of the weights is too long. Write it in 1 to 80 letters"),
        ({"unit": "days\x1b[2J"}, "The unit of a weight of the weights is not fit to print"),
        ({"source": "  "}, "The source of the weights is missing"),
        ({"rows": []}, "has 0 weights"),
        ({"rows": GOOD * (MOST_ROWS + 1)}, "has 20,001 weights"),
        (
            {"rows": [*GOOD, OffenceWeight("", "", 3)]},
            "1 of 2 rows .* have neither a code nor a wording: weight 3",
        ),
        ({"rows": [OffenceWeight("", "a\u202eb", 3)]}, "can't be printed"),
        ({"rows": [OffenceWeight("", "a" * 201, 3)]}, "too long"),
        ({"rows": [OffenceWeight("", "Theft", -1)]}, "not a number from 0 to 10,000,000: Theft"),
        ({"rows": [OffenceWeight("", "Theft", float("nan"))]}, "not a number from 0"),
        ({"rows": [OffenceWeight("", "Theft", float("inf"))]}, "not a number from 0"),
        (
            {"rows": [OffenceWeight("", "Theft", 1), OffenceWeight("", "THEFT!", 2)]},
            "1 offences of .* have two weights: theft. Keep one row of each",
        ),
    ],
)
def test_a_doubtful_table_is_refused_in_a_sentence(change, sentence):
    with pytest.raises(InvalidWeightsError, match=sentence):
        checked_table(**{"name": "Ours", "source": "Us", "unit": "days", "rows": GOOD, **change})


@given(st.text(max_size=30), st.text(max_size=30), st.floats())
def test_whatever_a_row_holds_it_stands_or_is_refused(code, offence, weight):
    row = OffenceWeight(code, offence, weight)
    stands = code + offence and (code + offence).isprintable() and 0 <= weight <= HEAVIEST
    if stands:
        assert checked_table("Ours", "Us", "days", [row]).rows == (row,)
    else:
        with pytest.raises(InvalidWeightsError, match="1 of 1 rows of The table have"):
            checked_table("Ours", "Us", "days", [row])


def test_rows_of_one_code_may_differ_and_a_repeated_row_is_one():
    rows = [OffenceWeight("8N", "ABH", 20), OffenceWeight("8n", "GBH", 200), OffenceWeight("8N", "ABH", 20)]
    assert checked_table("Ours", "Us", "days", rows).by_code == {"8N": (20, 200)}
