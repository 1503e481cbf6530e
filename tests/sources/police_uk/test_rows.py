"""What vulncore.sources.police_uk promises of rows that can't be counted."""

import re
from collections import Counter

import pytest

from tests.sources.police_uk.test_outcomes import MAY as MAY_OUTCOMES
from tests.sources.police_uk.test_outcomes import outcome, outcomes_csv
from tests.sources.police_uk.test_stops import MAY as MAY_STOPS
from tests.sources.police_uk.test_stops import search, stops_csv
from tests.sources.police_uk.test_street import ASB, MAY, line, street_csv
from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.sources.police_uk import deliver
from vulncore.sources.police_uk.files import month_file
from vulncore.sources.police_uk.rows import MAX_REJECTS, month_rows

NOT_SHOWN = "(not shown: the line may describe a person)"


def test_every_rejected_street_row_is_listed_with_line_reason_and_value(tmp_path):
    rows = ["a1;2024-05", line(month="2024/05"), line(longitude="west"), line(force=""), *[ASB] * 96]
    delivery = deliver([street_csv(tmp_path, *rows)])
    assert delivery.rejects == (
        Reject(MAY, 2, "too few fields", "a1;2024-05"),
        Reject(MAY, 3, "another month than the file name gives", "2024/05"),
        Reject(MAY, 4, "coordinates that cannot be read", "west 51.515500"),
        Reject(MAY, 5, "no force named", ""),
    )
    assert delivery.rows.rejected == Counter(reject.reason for reject in delivery.rejects)


def test_every_rejected_outcome_is_listed_with_line_reason_and_value(tmp_path):
    rows = [
        outcome(force="Kent Police"),
        outcome() + ",more",
        outcome(outcome_type="=1+1"),
        *[outcome()] * 57,
    ]
    assert deliver([outcomes_csv(tmp_path, *rows)]).rejects == (
        Reject(MAY_OUTCOMES, 2, "another force than the file name gives", "Kent Police"),
        Reject(MAY_OUTCOMES, 3, "too many fields", (outcome() + ",more")[:60]),
        Reject(MAY_OUTCOMES, 4, "an outcome type that data.police.uk does not list", "=1+1"),
    )


def test_a_rejected_search_tells_nothing_about_the_person_searched(tmp_path):
    rows = [
        "Female,18-24",
        search() + ",",
        search(item='"drugs'),
        search(longitude="0"),
        search(latitude="x"),
    ]
    assert deliver([stops_csv(tmp_path, *rows, *[search()] * 95)]).rejects == (
        Reject(MAY_STOPS, 2, "too few fields", NOT_SHOWN),
        Reject(MAY_STOPS, 3, "too many fields", NOT_SHOWN),
        Reject(MAY_STOPS, 4, "a quotation mark out of place", NOT_SHOWN),
        Reject(MAY_STOPS, 6, "coordinates that cannot be read", "-0.092200 x"),
    )


def test_a_row_is_rejected_once_for_the_first_reason_that_applies(tmp_path):
    row = line(force="", month="x", crime_type="x", longitude="x")
    (reject,) = deliver([street_csv(tmp_path, row, *[ASB] * 19)]).rejects
    assert reject.reason == "no force named"


def test_a_value_at_fault_is_cut_and_made_printable(tmp_path):
    row = line(crime_type="\x1b[2J" + "x" * 100)
    (reject,) = deliver([street_csv(tmp_path, row, *[ASB] * 19)]).rejects
    assert reject.value == "?[2J" + "x" * 56


def test_rejects_of_several_files_name_each_its_own(tmp_path):
    june = "2024-06-city-of-london-street.csv"
    paths = [
        street_csv(tmp_path, "x", *[ASB] * 19),
        street_csv(tmp_path, *[line(month="2024-06")] * 19, "y", name=june),
    ]
    assert [(reject.file, reject.line) for reject in deliver(paths).rejects] == [(MAY, 2), (june, 21)]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (line(force="City Police"), "another force than the file name gives: 'City Police'"),
        (
            line(crime_type="Burglaries"),
            "a crime type that data.police.uk does not list: 'Burglaries'",
        ),
        (line(month="2024/05"), "another month than the file name gives: '2024/05'"),
        (line(longitude="0°5W"), "coordinates that cannot be read: '0°5W 51.515500'"),
        ("a1;2024-05", "too few fields: 'a1;2024-05'"),
    ],
)
def test_a_file_whose_rows_are_all_rejected_is_no_month_of_zeros_but_refused(tmp_path, row, fault):
    sentence = f"^40 of 40 rows read from .*{MAY} cannot be used. The commonest reason is {re.escape(fault)}. Download"
    for most_rejected in (0.05, 1.0):
        with pytest.raises(TooManyRejectsError, match=sentence) as refusal:
            deliver([street_csv(tmp_path, *[row] * 40)], most_rejected=most_rejected)
        assert [reject.line for reject in refusal.value.rejects] == list(range(2, 42))


def test_more_than_one_row_in_twenty_rejected_refuses_the_file_and_names_the_commonest_reason(tmp_path):
    strays = [line(force=""), line(crime_type="Piracy"), line(crime_type="Piracy")]
    assert deliver([street_csv(tmp_path, *strays, *[ASB] * 57)]).rows.accepted == 57
    path = street_csv(tmp_path, *strays, *[ASB] * 56)
    with pytest.raises(
        TooManyRejectsError, match=r"3 of 59 rows read from .*list: 'Piracy'\. Download"
    ) as no:
        deliver([path])
    assert [(reject.line, reject.value) for reject in no.value.rejects] == [
        (2, ""),
        (3, "Piracy"),
        (4, "Piracy"),
    ]


@pytest.mark.parametrize(
    ("most_rejected", "refused"), [(0.0, True), (0.24, True), (0.25, False), (1.0, False)]
)
def test_the_share_that_may_be_rejected_can_be_set(tmp_path, most_rejected, refused):
    path = stops_csv(tmp_path, search(stamp=""), *[search()] * 3)
    if refused:
        with pytest.raises(TooManyRejectsError, match="^1 of 4 rows"):
            deliver([path], most_rejected=most_rejected)
    else:
        assert deliver([path], most_rejected=most_rejected).rows.accepted == 3


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_what_is_no_share_is_refused(tmp_path, share):
    with pytest.raises(
        UnreadableSourceError, match="is not a share of a file's rows. Give a number from 0 to 1"
    ):
        deliver([street_csv(tmp_path, line())], most_rejected=share)


def test_the_rejects_that_are_kept_are_bounded_whatever_share_is_allowed(tmp_path):
    bad = ["x"] * (MAX_REJECTS // 2 + 1)
    june = "2024-06-city-of-london-street.csv"
    street_csv(tmp_path, *bad, line())
    street_csv(tmp_path, line(month="2024-06"), *bad, name=june)
    with pytest.raises(TooManyRejectsError, match=rf"^50,001 of 50,002 rows read from .*{june}") as refusal:
        deliver([tmp_path], most_rejected=1.0)
    assert len(refusal.value.rejects) == 50_001


def test_a_file_with_more_rejects_than_there_is_room_for_is_not_read_to_its_end(tmp_path):
    path = street_csv(tmp_path, line(), *["x"] * 90_000)
    with pytest.raises(TooManyRejectsError, match="of 20,000 rows read"):
        month_rows(month_file(path, ""), path.read_bytes(), most_rejected=1.0, room=1_000)
