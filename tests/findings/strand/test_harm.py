"""What vulncore.findings.strand.harm promises."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from tests.making import FORCE, covered, delivery, incident, month_total, months
from tests.store.test_notes import note, notes
from vulncore.domain.errors import InvalidPeriodError, UnknownNameError
from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.domain.severity.table import OffenceWeight, checked_table, shipped_weights
from vulncore.domain.vocabulary import find_measure, report_measures
from vulncore.findings.strand.harm import about, harm_of
from vulncore.findings.strand.harm_sentences import row_in_words
from vulncore.metrics.strands.signal import Signal
from vulncore.store import annotate, open_version, publish
from vulncore.store.weights import keep_weights

CITY = "City of London Police"
NOW, BEFORE = rolling_12(date(2024, 10, 1)), rolling_12(date(2024, 10, 1), 1)
YEAR, LAST = Window(date(2024, 1, 1), date(2024, 12, 31)), Window(date(2023, 1, 1), date(2023, 12, 31))


def measures(*keys: str):
    return tuple(find_measure(report_measures(), key) for key in keys)


def records(window: Window, first: int, measure: str, **offences: int):
    """Return records of a measure, spread over a window, so many of each offence."""
    every = [text.replace("_", " ") for text, count in offences.items() for _ in range(count)]
    days = [window.start + timedelta(days=n * window.days // len(every)) for n in range(len(every))]
    return [
        incident(first + n, day, measure, offence=offence)
        for n, (day, offence) in enumerate(zip(days, every, strict=True))
    ]


def published(store, rows, covering=("rape", "hate-crime"), without=(), dataset="real"):
    every = [day for day in months(date(2023, 1, 1), 24) if day not in without]
    coverage = [row for measure in covering for row in covered(every, measure)]
    publish(store, dataset, delivery(rows, coverage), "tests")
    return open_version(store, dataset)


@pytest.fixture
def some(tmp_path):
    return published(
        tmp_path,
        [
            *records(YEAR, 0, "rape", rape_of_a_child=4, **{"19C": 36}),
            *records(LAST, 1_000, "rape", rape_of_a_child=2, **{"19C": 10}),
            *records(YEAR, 2_000, "hate-crime", harassment=100, theft=60),
            *records(LAST, 3_000, "hate-crime", harassment=100, theft=60),
        ],
    )


def test_whoever_may_read_the_records_gets_the_sum_of_their_weights_to_two_figures(some):
    harm = harm_of(some, FORCE, measures("rape", "hate-crime"), YEAR, LAST, smallest=1)
    rape, hate = harm.rows
    exact = 36 * 2952.940993 + 4 * 2397.258672
    assert rape.records == 40
    assert rape.score == float(f"{exact:.1e}")
    assert rape.per_record == float(f"{exact / 40:.1e}")
    assert hate.score == float(f"{100 * 36.09753014:.1e}")
    assert hate.unweighed == 38  # 60 of 160 are theft, which can be anything
    assert harm.without_weight == ("theft",)
    assert rape.ratio == float(f"{exact / (10 * 2952.940993 + 2 * 2397.258672) * 365 / 366:.1e}")


def test_few_grave_crimes_stand_before_many_light_ones(some):
    harm = harm_of(some, FORCE, measures("hate-crime", "rape"), YEAR, LAST)
    assert harm.briefing[0].startswith("Rape carries the most severity: about ")
    assert harm.briefing[0].endswith("from 40 crimes.")
    assert "more than chance" in harm.briefing[1]
    assert "for rape" in harm.briefing[1]
    assert "hate crime" not in harm.briefing[1]


def test_of_blurred_offences_the_score_is_about_right_and_the_count_exact(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    crimes = tuple(measure for measure in report_measures() if measure.record_kind == "crime")
    blurred, true = (harm_of(snapshot, CITY, crimes, NOW, BEFORE, smallest) for smallest in (5, 1))
    for about_right, exact in zip(blurred.rows, true.rows, strict=True):
        assert about_right.records == exact.records
        if about_right.score is not None:
            assert about_right.low <= exact.score <= about_right.high
    assert {row.score for row in blurred.rows} != {row.score for row in true.rows}


def test_every_figure_of_a_score_has_two_digits_and_every_share_is_worth_five_records(shipped_store):
    harm = harm_of(open_version(shipped_store, "demo"), CITY, report_measures(), NOW, BEFORE)
    for row in harm.rows:
        figures = [row.score, row.low, row.high, row.per_record, row.score_before, row.ratio]
        assert all(figure == float(f"{figure:.1e}") for figure in figures if figure is not None)
        if row.unweighed:
            assert row.unweighed == 100 or row.unweighed * row.records / 100 >= 4.99


@pytest.mark.parametrize(("count", "is_shown"), [(0, False), (4, False), (30, True)])
def test_of_fewer_records_than_are_shown_there_is_no_score(tmp_path, count, is_shown):
    rows = [
        *records(YEAR, 0, "hate-crime", harassment=90),
        *records(YEAR, 500, "rape", **{"19C": count or 1}),
    ]
    snapshot = published(tmp_path, rows if count else rows[:-1])
    (row,) = harm_of(snapshot, FORCE, measures("rape"), YEAR, None).rows
    assert row.records == count
    assert (row.score is not None) == is_shown
    assert (row.gravest is not None) == is_shown


def test_the_servers_setting_hides_more(some, monkeypatch):
    monkeypatch.setenv("VULNCORE_SMALLEST_SHOWN", "50")
    assert harm_of(some, FORCE, measures("rape"), YEAR, LAST).rows[0].score is None


def test_a_month_not_delivered_leaves_a_period_without_a_score(tmp_path):
    rows = records(YEAR, 0, "rape", **{"19C": 40})
    snapshot = published(tmp_path, rows, without=(date(2024, 5, 1),))
    (row,) = harm_of(snapshot, FORCE, measures("rape"), YEAR, LAST, smallest=1).rows
    assert (row.records, row.score, row.signal) == (None, None, Signal.NOT_TESTED)


def test_what_was_later_found_to_be_no_crime_weighs_nothing(tmp_path):
    rows = records(YEAR, 0, "rape", **{"19C": 40})
    for row in rows[:30]:
        row["no_crimed_on"] = date(2024, 12, 30)
    (row,) = harm_of(published(tmp_path, rows), FORCE, measures("rape"), YEAR, None, smallest=1).rows
    assert row.records == 10
    assert row.score == float(f"{10 * 2952.940993:.1e}")


def test_what_is_no_crime_is_left_out_and_named(some):
    harm = harm_of(some, FORCE, measures("rape", "missing-children"), YEAR, LAST)
    assert [row.measure.key for row in harm.rows] == ["rape"]
    assert any("Not weighed, because not crimes: missing children" in note for note in harm.notes)
    with pytest.raises(UnknownNameError, match="Missing children is not a measure of crime"):
        harm_of(some, FORCE, measures("missing-children"), YEAR, LAST)


def test_periods_that_overlap_are_not_compared(some):
    with pytest.raises(InvalidPeriodError, match="overlap. Choose two periods that share no month"):
        harm_of(some, FORCE, measures("rape"), YEAR, Window(date(2023, 6, 1), date(2024, 1, 31)))


def test_a_dataset_of_totals_has_no_severity(tmp_path):
    every = [month_total(month, 5) for month in months(date(2024, 1, 1), 12)]
    publish(tmp_path, "totals", delivery(counts=every, source="published-table"), "tests")
    with pytest.raises(UnknownNameError, match="has totals of .* and no records with an offence"):
        harm_of(open_version(tmp_path, "totals"), FORCE, measures("rape"), YEAR, None)


def test_across_a_break_in_recording_nothing_is_compared(some, tmp_path):
    annotate(
        tmp_path,
        "real",
        notes(note(kind="series break", measure="rape", month=date(2024, 1, 1), force=FORCE)),
        "me",
    )
    (row,) = harm_of(open_version(tmp_path, "real"), FORCE, measures("rape"), YEAR, LAST, smallest=1).rows
    assert row.ratio is None
    assert row.score is not None
    assert row.signal is Signal.NOT_TESTED
    assert row_in_words(row, 1).endswith("Not tested.")


def test_a_datasets_own_weights_come_before_those_that_ship(some, tmp_path):
    ours = checked_table("Ours", "Ruritania Police", "points", [OffenceWeight("", "theft", 7.0)])
    (tmp_path / "own.csv").write_text("Offence,Weight\ntheft,7\n", encoding="utf-8")
    keep_weights(tmp_path, "real", ours, tmp_path / "own.csv", "me")
    harm = harm_of(some, FORCE, measures("hate-crime"), YEAR, LAST, smallest=1)
    assert harm.rows[0].score == 420
    assert harm.weights == ours
    assert harm.without_weight == ("harassment",)
    shipped = harm_of(some, FORCE, measures("hate-crime"), YEAR, LAST, smallest=1, weights=shipped_weights())
    assert shipped.rows[0].score == 3600


def test_which_measures_are_shown_changes_no_verdict(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    every = harm_of(snapshot, CITY, report_measures(), NOW, BEFORE)
    for row in every.rows:
        assert harm_of(snapshot, CITY, (row.measure,), NOW, BEFORE).rows == (row,)


def test_windows_that_overlap_set_against_each_other_tell_a_blurred_offence_and_no_more(tmp_path):
    """The attack: each month has one more record, and the table tells two offences apart."""
    every = months(date(2019, 1, 1), 61)
    first = [incident(n, date(2019, 1, 5), "rape", offence="19C") for n in range(30)]
    lone = [incident(100 + n, month, "rape", offence="19E") for n, month in enumerate(every[1:])]
    publish(tmp_path, "real", delivery([*first, *lone], covered(every)), "tests")
    snapshot = open_version(tmp_path, "real")
    rows = [OffenceWeight("19E", "", 1.0), OffenceWeight("19C", "", 0.0)]
    tells = checked_table("Tells", "attacker", "one", rows)
    windows = [Window(every[0], month_end(month)) for month in every]
    scores = [
        harm_of(snapshot, FORCE, measures("rape"), window, None, weights=tells).rows[0].score or 0.0
        for window in windows
    ]
    as_they_were = sum(after > before for before, after in pairwise(scores))
    # one in four is dealt any of the two offences, so that 7 in 8 are seen as what they were: 52.5 of 60, give or take 2.6
    assert 44 <= as_they_were <= 59


def test_a_row_says_in_words_what_its_figures_are(some):
    harm = harm_of(some, FORCE, measures("rape", "hate-crime"), YEAR, LAST)
    words = harm.frame.set_index("measure")["in_words"]
    assert words["Rape"].startswith("Severity about ")
    assert "times the twelve months before" in words["Rape"]
    assert all(len(sentence.split()) <= 20 for text in words for sentence in text.split(". "))


def test_the_table_has_a_row_for_each_measure_and_whole_numbers_for_scores(some):
    frame = harm_of(some, FORCE, measures("rape", "hate-crime"), YEAR, LAST).frame
    assert frame["measure"].tolist() == ["Rape", "Hate crime"]
    assert str(frame["severity"].dtype) == "Int64"
    assert pd.api.types.is_float_dtype(frame["times_before"])


@pytest.mark.parametrize(
    ("figure", "shown"), [(384_562.0, 380_000.0), (0.01449, 0.014), (0.0, 0.0), (float("nan"), None)]
)
def test_a_figure_is_about_to_two_digits(figure, shown):
    assert about(figure) == shown


def test_a_preview_that_is_not_published_is_weighed_as_well(some):
    unpublished = replace(some, publish=replace(some.publish, table_versions={}, stored={}))
    assert harm_of(unpublished, FORCE, measures("rape"), YEAR, LAST, smallest=1).rows[0].records == 40
