"""What vulncore.findings.shared.which_records promises."""

from datetime import date

import pytest

from tests.findings.when.weeks import CITY, OCTOBER
from vulncore.domain.errors import InvalidPeriodError
from vulncore.domain.periods import Window, fytd, rolling_12
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.which_records import (
    period_window,
    records_named,
    week_choices,
    window_before,
)
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import open_version


def test_values_that_few_records_have_are_not_offered(shipped_store):
    offered = week_choices(open_version(shipped_store, "demo"), CITY)
    frame = open_version(shipped_store, "demo").incidents.to_pandas()
    counts = frame.groupby("place")["record_id"].nunique()
    assert set(offered.values["place"]) == set(counts[counts >= 5].index)
    assert offered.values["place"][0] == counts.idxmax()
    assert set(offered.measures) == set(frame.dropna(subset="occurred_from")["measure"])


def test_the_same_months_a_year_earlier_are_compared_or_as_many_before():
    assert window_before(fytd(OCTOBER)) == fytd(OCTOBER, 1)
    three = Window(date(2021, 11, 1), date(2024, 10, 31))
    assert window_before(three) == Window(date(2018, 11, 1), date(2021, 10, 31))
    assert window_before(Window(date(2023, 5, 1), date(2024, 10, 31))) == Window(
        date(2021, 5, 1), date(2022, 10, 31)
    )


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("12", "November 2023 to October 2024"),
        ("fytd", "April 2024 to October 2024"),
        ("36", "November 2021 to October 2024"),
        ("60", "November 2019 to October 2024"),
        ("all", "April 2018 to October 2024"),
        ("2024-10", "October 2024"),
    ],
)
def test_a_period_ends_with_the_as_at_month(period, months):
    assert str(period_window(period, OCTOBER, [OCTOBER, date(2018, 4, 1)])) == months


@pytest.mark.parametrize("period", ["13", "zz", "2024-11"])
def test_what_is_no_period_is_refused(period):
    with pytest.raises(InvalidPeriodError, match=r"is not a month|ends before it starts"):
        period_window(period, OCTOBER, [OCTOBER])


TIMED = ("rape", "other-sexual-offences", "hate-crime", "child-abuse", "cse", "missing-children")


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (("rape", "other-sexual-offences"), "Sexual violence"),
        (("rape",), "Rape"),
        (("hate-crime",), "Hate crime"),
        (("rape", "hate-crime"), "Hate crime and Rape"),
        (("child-abuse", "cse", "missing-children"), "Child protection and exploitation"),
        (("child-abuse", "cse"), "Child abuse and Child sexual exploitation"),
        (TIMED, "All strands"),
        (TIMED[:-1], "5 measures"),
    ],
)
def test_all_of_a_strand_that_is_counted_goes_by_the_strands_name(keys, name):
    records = RecordFilter(CITY, keys, rolling_12(OCTOBER))
    assert records_named(records, report_measures(), TIMED, shipped_list()) == name
