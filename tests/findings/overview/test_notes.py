"""What the notes beneath the headline promise: they name what is missing, and nothing else."""

from datetime import date

from tests.making import covered, delivery, incident, months
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.overview.overview import overview
from vulncore.findings.shared.contents import dataset_contents
from vulncore.store import open_version, publish

FIRST = date(2022, 4, 1)


def noted(store, coverage, as_at=None) -> str:
    rows = [incident(1, FIRST)]
    measures = [m for m in report_measures() if m.key in {line["measure"] for line in coverage}]
    publish(store, "city", delivery(rows, coverage, measures=measures), "me")
    return " ".join(overview(store, "city", as_at=as_at).notes)


def test_the_provisional_month_named_is_the_one_flagged(tmp_path):
    every = months(FIRST, 24)
    flagged = covered([every[-3]], provisional=True)
    text = noted(tmp_path, covered(every[:-3]) + flagged + covered(every[-2:]))
    assert "January 2024 is provisional: figures can still change" in text


def test_each_provisional_month_is_named_in_order(tmp_path):
    every = months(FIRST, 24)
    text = noted(tmp_path, covered(every[:-2]) + covered(every[-2:], provisional=True))
    assert "February 2024, March 2024 are provisional" in text


def test_months_that_were_provisional_long_ago_are_not_said(tmp_path):
    every = months(FIRST, 24)
    assert "provisional" not in noted(tmp_path, covered(every[:1], provisional=True) + covered(every[1:]))


def test_gaps_are_named_where_every_measure_has_the_same(tmp_path):
    every = months(FIRST, 24)
    there = every[:14] + every[15:]
    text = noted(tmp_path, covered(there) + covered(there, "hate-crime"))
    assert "has 11 of 12 months, without June 2023" in text


def test_gaps_that_differ_between_measures_are_nobodys(tmp_path):
    every = months(FIRST, 24)
    text = noted(tmp_path, covered(every[:14] + every[15:]) + covered(every[:16] + every[17:], "hate-crime"))
    assert "has 11 of 12 months: it is not compared" in text
    assert "June 2023" not in text
    assert "August 2023" not in text


def test_the_default_month_is_one_that_every_active_measure_was_delivered_for(tmp_path):
    every = months(FIRST, 24)
    # the other ends with December 2023, the month that this one misses
    coverage = covered(every[:20] + every[21:]) + covered(every[:21], "hate-crime")
    publish(tmp_path, "city", delivery(coverage=coverage), "me")
    assert set(dataset_contents(open_version(tmp_path, "city")).default_month.values()) == {every[19]}


def test_without_a_month_in_common_the_newest_is_shown(tmp_path):
    every = months(FIRST, 12)
    coverage = covered(every[::2]) + covered(every[1::2], "hate-crime")
    publish(tmp_path, "city", delivery(coverage=coverage), "me")
    assert set(dataset_contents(open_version(tmp_path, "city")).default_month.values()) == {every[11]}
