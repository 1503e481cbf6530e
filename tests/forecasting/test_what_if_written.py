"""What adjustments promise as they are written in links and on the command line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidPeriodError, UnknownNameError, VulncoreError
from vulncore.forecasting.what_if import (
    NAME_LETTERS,
    Adjustment,
    AdjustmentKind,
    checked,
    format_adjustment,
    parse_adjustment,
)

some_adjustments = st.builds(
    lambda kind, start, size, months, name: Adjustment(
        kind, start, size, months if kind is AdjustmentKind.CAMPAIGN else None, name
    ),
    st.sampled_from(AdjustmentKind),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: day.replace(day=1)),
    st.integers(-1_000, 5_000).map(lambda tenths: tenths / 10),
    st.none() | st.integers(1, 120),
    st.text(st.sampled_from("aé:7+-'<&🙂"), max_size=NAME_LETTERS),
)


def read_or_refused(text: str) -> Adjustment | str:
    try:
        return parse_adjustment(text)
    except VulncoreError as refused:
        return str(refused)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("growth:2025-04:+10", Adjustment(AdjustmentKind.GROWTH, date(2025, 4, 1), 10)),
        ("recording:2024-12:-2.5", Adjustment(AdjustmentKind.RECORDING, date(2024, 12, 1), -2.5)),
        ("campaign:2025-04:20:6", Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 20, 6)),
        (
            "campaign:2025-04:+20::Safer",
            Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 20, None, "Safer"),
        ),
        (
            "campaign:2025-04:+20:Safer",
            Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 20, None, "Safer"),
        ),
        (
            "campaign:2025-04:3:12:Bar: late",
            Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 3, 12, "Bar: late"),
        ),
        ("venue:2025-04:+1234.567", Adjustment(AdjustmentKind.VENUE, date(2025, 4, 1), 1234.567)),
        (
            "venue:2025-04:3:Bar: late",
            Adjustment(AdjustmentKind.VENUE, date(2025, 4, 1), 3, None, "Bar: late"),
        ),
        ("growth:2025-04:+10:", Adjustment(AdjustmentKind.GROWTH, date(2025, 4, 1), 10)),
    ],
)
def test_an_adjustment_is_read_as_it_is_written(text, expected):
    assert parse_adjustment(text) == expected


@given(some_adjustments)
def test_an_adjustment_written_and_read_again_is_the_same(adjustment):
    assert parse_adjustment(format_adjustment(adjustment)) == adjustment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "growth",
        "growth:2025-04",
        "famine:2025-04:+10",
        "GROWTH:2025-04:+10",
        "💥" * 300,
        "::::",
        "a:b:c:d",
    ],
)
def test_what_is_no_adjustment_is_refused_with_how_to_write_one(text):
    with pytest.raises(
        UnknownNameError, match=r"Write KIND:YYYY-MM:SIZE.*growth, campaign, recording, venue"
    ):
        parse_adjustment(text)


@pytest.mark.parametrize(
    "size", ["", "ten", "1e3", "nan", "inf", "--5", "0x10", "٣", "9999999", "1" * 5_000, "1.23456", "+ 5"]
)
def test_what_is_no_size_is_refused(size):
    with pytest.raises(UnknownNameError, match=r"is no size\. Write a number, like \+10 or -2\.5\."):
        parse_adjustment(f"growth:2025-04:{size}")


@pytest.mark.parametrize("size", ["501", "-101", "999999"])
def test_a_size_beyond_all_reason_is_refused(size):
    with pytest.raises(InvalidPeriodError, match=r"out of range\. Give -100 to 500\."):
        parse_adjustment(f"growth:2025-04:{size}")


@pytest.mark.parametrize("month", ["2025-13", "2025", "soon", "", "9" * 400])
def test_what_is_no_month_is_refused(month):
    with pytest.raises(InvalidPeriodError, match=r"is not a month\. Write the year and the month"):
        parse_adjustment(f"growth:{month}:+10")


@pytest.mark.parametrize("months", ["0", "121", "9999", "99999", "9" * 400])
def test_a_campaign_of_a_length_beyond_all_reason_is_refused(months):
    with pytest.raises(InvalidPeriodError, match=r"months is out of range\. Give 1 to 120\."):
        parse_adjustment(f"campaign:2025-04:+10:{months}")


def test_only_a_campaign_ends_after_some_months():
    with pytest.raises(InvalidPeriodError, match=r"Only a campaign ends after some months"):
        parse_adjustment("venue:2025-04:3:12:Bar")


def test_a_name_cut_after_a_space_stays_the_same_when_read_again():
    read = parse_adjustment("campaign:2025-04:+20::" + "a" * 59 + " b")
    assert parse_adjustment(format_adjustment(read)) == read


@pytest.mark.parametrize(
    ("start", "said"), [("2024-10", "no month to come"), ("2029-01", "after the last month")]
)
def test_what_begins_in_no_month_to_come_is_refused(start, said):
    adjustment = parse_adjustment(f"growth:{start}:+10")
    with pytest.raises(InvalidPeriodError, match=said):
        checked(adjustment, date(2024, 10, 1), 50)
    assert checked(parse_adjustment("growth:2028-12:+10"), date(2024, 10, 1), 50).size == 10


def test_a_name_loses_what_cannot_be_seen_and_is_cut():
    hostile = "campaign:2025-04:+10::Bar\x00\x1b[31m\u202e\n\u200b  and <b>club</b>"
    assert parse_adjustment(hostile).name == "Bar[31m and <b>club</b>"
    assert parse_adjustment("growth:2025-04:+1::" + "x" * 10_000).name == "x" * 60


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*AdjustmentKind, "2025-04", "+10", "6", ":", "x\n"])).map(":".join)
)
def test_any_text_is_read_or_refused_with_a_sentence(text):
    found = read_or_refused(text)
    if isinstance(found, str):
        assert found.endswith(".")
        assert len(found) < 250
    else:
        assert len(found.name) <= NAME_LETTERS
        assert found.name.isprintable()
