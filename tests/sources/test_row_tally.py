"""What vulncore.sources.row_tally promises of the account of a file's rows."""

import numpy as np
import pyarrow as pa
import pytest

from vulncore.domain.errors import InvalidRowsError, TooManyRejectsError
from vulncore.domain.schemas import Tables
from vulncore.sources.row_tally import RowTally, delivery, refuse_repeats

LINES = pa.array([2, 3, 5, 8])
LATE = ("late", pa.array(["a", "b", "c", "d"]), [True, False, False, True])
ODD = ("odd", pa.array(["w", "x", "y", "z"]), [True, True, False, True])


def listed(tally: RowTally) -> list[tuple[int, str, str]]:
    return [(reject.line, reject.reason, reject.value) for reject in tally.in_order]


def test_a_row_is_rejected_once_for_its_first_fault_and_the_others_stand():
    tally = RowTally("x.csv", read=4)
    assert tally.sift(LINES, [LATE, ODD]).tolist() == [False, False, True, False]
    assert listed(tally) == [(2, "late", "a"), (3, "odd", "x"), (8, "late", "d")]


def test_a_row_that_does_not_stand_is_judged_no_more():
    tally = RowTally("x.csv", read=4)
    assert tally.sift(LINES, [LATE], np.array([False, True, True, True])).tolist() == [
        False,
        True,
        True,
        False,
    ]
    assert listed(tally) == [(8, "late", "d")]


def test_a_share_of_rejects_may_be_reached_and_not_passed():
    tally = RowTally("x.csv", read=40)
    for line in (9, 4):
        tally.reject(line, "odd", "")
    tally.refuse_beyond(0.05, "Correct it.")
    tally.reject(7, "late", "soon\x1b")
    with pytest.raises(TooManyRejectsError) as refusal:
        tally.refuse_beyond(0.05, "Correct it.")
    assert str(refusal.value) == (
        "3 of 40 rows of x.csv cannot be used, more than 5 %. 2 have odd: empty. Correct it."
    )
    assert [(reject.line, reject.value) for reject in refusal.value.rejects] == [
        (4, ""),
        (7, "soon?"),
        (9, ""),
    ]


def test_a_delivery_adds_up_what_each_file_holds_and_leaves_out_what_did_not_occur():
    may, june = RowTally("may.csv", read=3), RowTally("june.csv", read=2)
    may.reject(3, "odd", "x")
    june.left_out.update({"an empty row": 1, "a total": 0})
    for tally in (may, june):
        tally.noted.update({"without a place": 1, "late": 0})
    account = delivery("made", Tables(), [], 3, [may, june]).rows
    assert (account.read, account.accepted, account.rejected) == (5, 3, {"odd": 1})
    assert (account.left_out, account.noted) == ({"an empty row": 1}, {"without a place": 2})
    with pytest.raises(AssertionError, match="rows unaccounted for"):
        delivery("made", Tables(), [], 2, [may, june])


def test_what_is_said_twice_is_named_as_often_as_it_comes_again():
    with pytest.raises(
        InvalidRowsError, match=r"^2 rows of x\.csv repeat a name: b, c\. Keep one row of each\.$"
    ):
        refuse_repeats("x.csv", "a name", [(1, "a"), (1, "b"), (2, "d"), (1, "c")])
