"""What vulncore.findings.when.protection promises: no small number is shown, and none follows from what is."""

import re
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.findings.when.weeks import CITY, DEMO_FILTER, OCTOBER, SEXUAL, THURSDAY, YEAR, filter_of, made
from tests.making import covered, delivery, incident, months
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.when.change import change_headline
from vulncore.findings.when.charts import map_legend
from vulncore.findings.when.counts import WeekCounts, read_week
from vulncore.findings.when.map import Layout, map_cells, map_export
from vulncore.findings.when.protection import every_sum, protected_week
from vulncore.findings.when.sentences import known_table
from vulncore.findings.when.view import When
from vulncore.findings.when.when import patrol_hours, when
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.store import open_version, publish


def sums_of(counts: WeekCounts, weeks: When):
    return every_sum(counts.by_hour, [(stretch.start, stretch.hours) for stretch in weeks.now.stretches])


def test_no_cell_total_or_row_of_the_file_under_five_leaves_the_server(demo):
    for layout in (Layout(1, 6), Layout(3, 6), Layout(1, 0), Layout(3, 0)):
        cells = map_cells(demo.now, layout)
        assert cells["weight"].min() >= 5
        assert cells.loc[cells["hidden"], ["weight", "low", "high"]].isna().all(axis=None)
        assert map_export(demo.now, layout)["weight"].min() >= 5
    assert demo.now.of("band")["hidden"].sum() > 40


def test_no_hidden_hour_or_band_follows_from_all_that_is_shown(demo, demo_counts):
    masks = {(kind, at): mask for kind, at, mask in sums_of(demo_counts, demo)}
    sums = demo.now.sums
    seen = np.array([np.ones(168), *(masks[row.kind, row.at] for row in sums[~sums["hidden"]].itertuples())])
    for row in sums[sums["hidden"]].itertuples():
        mask = masks[row.kind, row.at]
        if mask @ demo_counts.by_hour < 5:
            weights, *_ = np.linalg.lstsq(seen.T, mask, rcond=None)
            assert not np.allclose(seen.T @ weights, mask, atol=1e-6), (row.kind, row.at)


def test_what_is_left_of_a_total_without_the_cells_shown_is_not_small_either(demo):
    for layout in (Layout(3, 6), Layout(3, 0)):
        cells = map_cells(demo.now, layout)
        for _, row in cells[~cells["total"]].groupby("row"):
            total = cells[(cells["x"] == 24) & (cells["row"] == row["row"].iloc[0])]["weight"].item()
            assert pd.isna(total) or total - row["weight"].sum() >= 5 - 0.5  # each is rounded to a tenth
        for x, column in cells[~cells["total"]].groupby("x"):
            total = cells[(cells["row"] == 7) & (cells["x"] == x)]["weight"].item()
            assert pd.isna(total) or total - column["weight"].sum() >= 5 - 0.5


def test_a_total_that_would_reveal_a_cell_is_said_to_the_nearest_five(demo, demo_counts):
    masks = {(kind, at): mask for kind, at, mask in sums_of(demo_counts, demo)}
    rounded = demo.now.sums[demo.now.sums["about"].notna()]
    assert (
        {"band of day", "stretch"} <= set(rounded["kind"]) <= {"band of day", "stretch", "hour of day", "day"}
    )
    assert rounded["hidden"].all()
    for row in rounded.itertuples():
        true = masks[row.kind, row.at] @ demo_counts.by_hour
        assert row.about % 5 == 0
        assert abs(row.about - true) <= 2.5
        assert true >= 5
    cells = map_cells(demo.now, Layout(3, 6))
    assert cells[cells["row"] == 7]["short"].tolist() == [
        "≈5",
        "10",
        "18",
        "8",
        "23",
        "54",
        "≈40",
        "10",
        "169",
    ]
    assert cells[~cells["total"]]["short"].str.startswith("≈").sum() == 0


def test_so_few_times_that_a_week_would_show_each_are_not_drawn(tmp_path):
    snapshot = made(tmp_path, [(THURSDAY.replace(hour=22), 19)])
    weeks = when(snapshot, YEAR, report_measures())
    assert weeks.now.too_few
    assert [line.lead for line in weeks.headline] == ["Too few times"]
    assert not weeks.now.stretches
    assert "19 crimes with a time" in weeks.headline[0].text
    assert map_cells(weeks.now, Layout())["weight"].dropna().tolist() == [19.0]
    with pytest.raises(VulncoreError, match=r"Fewer than 20 crimes with a time"):
        patrol_hours(snapshot, YEAR, report_measures(), 2, 4)


def test_fewer_than_five_are_not_even_counted(tmp_path):
    weeks = when(made(tmp_path, [(THURSDAY.replace(hour=22), 3)]), YEAR, report_measures())
    assert "Fewer than 5 crimes" in weeks.headline[0].text
    assert "3" not in weeks.headline[0].text
    assert map_cells(weeks.now, Layout())["weight"].isna().all()


def test_of_one_type_of_place_few_unknown_times_cannot_be_taken_from_the_total(tmp_path):
    timed = [
        incident(n, date(2024, 5, 2), location_type="street", occurred_from=THURSDAY.replace(hour=22))
        for n in range(40)
    ]
    untimed = [incident(100 + n, date(2024, 5, 2), location_type="street") for n in range(3)]
    publish(tmp_path, "made", delivery(timed + untimed, covered(months(date(2023, 1, 1), 24))), "tests")
    snapshot = open_version(tmp_path, "made")
    whole, street = (
        when(snapshot, filter_of(date(2024, 1, 1), date(2024, 12, 1), where=where), report_measures())
        for where in ((), (("location_type", "street"),))
    )
    assert whole.headline[-1].text.startswith("3 of 43 crimes")
    assert street.headline[-1].text.startswith("Fewer than 5 crimes")
    assert "43" not in street.headline[-1].text
    assert "Hour not known: fewer than 5" in map_legend(street, Layout())
    records = known_table(street.now).set_index("Time known")["Records"]
    assert records["No start"] == "hidden (fewer than 5)"
    assert records["Default midnight"] == "0"


def test_which_hours_are_shown_does_not_hang_on_what_a_night_is(shipped_store):
    counts = read_week(open_version(shipped_store, "demo"), RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER)))
    hidden = [
        protected_week(counts, night, 5).sums["hidden"].tolist()
        for night in (Night(), Night(16, 2), Night(23, 8))
    ]
    assert hidden[0] == hidden[1] == hidden[2]


def test_the_nights_share_is_no_finer_than_five_records(demo):
    sentence = next(line.text for line in demo.headline if line.lead == "Night-time economy")
    shares = [
        int(number) for number in re.findall(r"(\d+) %", sentence.split("(")[0] + sentence.split(")")[1])
    ]
    assert len(shares) == 2
    assert shares[0] % 3 == 0  # of 169 records, 3 % are five
    assert shares[1] % 4 == 0  # of 148, 4 %


def test_a_change_from_fewer_than_five_says_no_more_than_that(tmp_path):
    moments = [(datetime(2023, 5, 4, 22), 2), (datetime(2024, 5, 2, 22), 40)]
    moments += [(datetime(2023, 5, 2 + day, 10), 8) for day in range(7)]
    moments += [(datetime(2024, 5, 6 + day, 10), 8) for day in range(7)]
    weeks = when(made(tmp_path, moments), YEAR, report_measures())
    bands = weeks.change.bands.set_index("at")
    row = bands.loc[3 * 24 + 21]
    assert row["clear"]
    assert pd.isna(row["change"])
    assert row["before_words"].startswith("hidden (fewer than 5")


def test_shares_of_shifts_are_in_steps_of_five_records_or_more(shipped_store, demo_counts):
    snapshot = open_version(shipped_store, "demo")
    for shifts in range(1, 7):
        patrols = patrol_hours(snapshot, DEMO_FILTER, report_measures(), shifts, 3)
        assert patrols.step * demo_counts.timed / 100 >= 5
        assert {share % patrols.step for share in patrols.shares} == {0}
        assert sorted(patrols.ranks) == list(range(1, shifts + 1))


def test_a_shift_that_would_meet_fewer_than_five_is_not_given(shipped_store):
    with pytest.raises(VulncoreError, match=r"The last of 21 shifts would meet fewer than 5 crimes"):
        patrol_hours(open_version(shipped_store, "demo"), DEMO_FILTER, report_measures(), 21, 2)


def test_weights_cannot_single_out_a_measure_of_few_records(shipped_store):
    snapshot, year = open_version(shipped_store, "demo"), rolling_12(OCTOBER)
    few = read_week(snapshot, RecordFilter(CITY, ("suicides",), year)).timed
    assert 0 < few < 20
    for others in (0.0, 0.0001):
        record_filter = RecordFilter(
            CITY, ("suicides", "mental-health"), year, harm=(("mental-health", others),)
        )
        with pytest.raises(VulncoreError, match=r"that weigh anything"):
            patrol_hours(snapshot, record_filter, report_measures(), 3, 2)


def street_week(tmp_path, spread: int, untimed: int, windows: int = 0):
    """Return the week of a street's 40 moments, with some windows over several hours or one, and some without a time."""
    moment = THURSDAY.replace(hour=22)
    times = [
        *[{"occurred_from": moment, "occurred_to": moment}] * 40,
        *[{"occurred_from": moment, "occurred_to": moment + timedelta(hours=3)}] * spread,
        *[{"occurred_from": moment, "occurred_to": moment + timedelta(minutes=30)}] * windows,
        *[{}] * untimed,
    ]
    rows = [
        incident(number, day, location_type="street", **when_it_was)
        for number, (day, when_it_was) in enumerate(
            [(date(2024, 5, 2), time) for time in times] + [(date(2023, 5, 4), times[0])] * 40
        )
    ]
    publish(tmp_path, "made", delivery(rows, covered(months(date(2023, 1, 1), 24))), "tests")
    street = filter_of(date(2024, 1, 1), date(2024, 12, 1), where=(("location_type", "street"),))
    return when(open_version(tmp_path, "made"), street, report_measures())


@pytest.mark.parametrize(("spread", "windows", "shown"), [(2, 10, 0), (10, 2, 0), (10, 10, 10), (10, 0, 10)])
def test_of_one_type_of_place_few_spread_over_hours_are_not_said(tmp_path, spread, windows, shown):
    weeks = street_week(tmp_path, spread, 0, windows)
    assert weeks.now.spread == shown
    assert ("within several hours" in weeks.headline[-1].text) == bool(shown)


@pytest.mark.parametrize(
    ("untimed", "sentence"),
    [(4, "changed by over 5 points"), (8, "went from 0 % to 17 %")],
    ids=["few", "enough"],
)
def test_a_share_of_unknown_times_that_moved_tells_of_no_few(tmp_path, untimed, sentence):
    weeks = street_week(tmp_path, 0, untimed)
    care = next(line for line in change_headline(weeks) if line.lead == "Compare with care")
    assert sentence in care.text
    assert pd.isna(weeks.now.unknown) == pd.isna(weeks.now.records) == (untimed < 5)
