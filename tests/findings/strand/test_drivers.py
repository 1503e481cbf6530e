"""What vulncore.findings.strand.drivers promises."""

from datetime import date, timedelta

import pandas as pd
import pytest

from tests.findings.strand.stores import CITY, OCTOBER, noted
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.cli.publishing import OPEN_COUNTS
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.periods import Window, fytd, rolling_12
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.drivers import (
    MOST_NAMED,
    drivers_export,
    drivers_table,
    largest_parts,
    strand_drivers,
)
from vulncore.findings.strand.subject import strand_subject
from vulncore.store import open_version, publish

BEFORE, NOW = Window(date(2022, 1, 1), date(2022, 12, 31)), Window(date(2023, 1, 1), date(2023, 12, 31))
EVERY = months(date(2022, 1, 1), 24)
STRANDS = ["hate-crime", "sexual-violence", "domestic-abuse", "stalking-and-harassment", "vawg"]


def drivers_of(store, key, smallest=SMALLEST_SHOWN, dataset="demo", force=CITY, windows=None, measure=None):
    snapshot = open_version(store, dataset)
    subject = strand_subject(dataset_contents(snapshot), key, measure)
    now, before = windows or (rolling_12(OCTOBER), rolling_12(OCTOBER, 1))
    return strand_drivers(snapshot, force, subject, now, before, smallest)


def spread(window: Window, first: int, offence: str, count: int, **more):
    """Return records of one offence, spread over a window."""
    return [
        incident(
            first + number,
            window.start + timedelta(days=number * window.days // count),
            "hate-crime",
            offence=offence,
            **more,
        )
        for number in range(count)
    ]


def city(store, rows, without=()):
    every = [day for day in EVERY if day not in without]
    publish(store, "city", delivery(rows, covered(every, "hate-crime")), "me")


def of_city(store, smallest=SMALLEST_SHOWN):
    return drivers_of(store, "hate-crime", smallest, "city", FORCE, (NOW, BEFORE))


def grown(offences: dict[str, tuple[int, int]]):
    """Return records of offences, so many before and so many now."""
    rows = []
    for at, (offence, (before, now)) in enumerate(offences.items()):
        rows += spread(BEFORE, 10_000 * at, offence, before)
        rows += spread(NOW, 10_000 * at + 5_000, offence, now)
    return rows


PLANTED = {"assault": (120, 122), "criminal damage": (80, 78), "public order": (60, 180)}


@pytest.mark.parametrize("key", STRANDS)
@pytest.mark.parametrize("smallest", [1, SMALLEST_SHOWN])
def test_whole_numbers_of_each_dimension_add_up_to_the_change(shipped_store, key, smallest):
    of = drivers_of(shipped_store, key, smallest)
    assert len(of.parts)
    for _, rows in of.parts.groupby("dimension"):
        for name, total in (("before", of.count_before), ("now", of.count_now)):
            if rows[name].notna().all():
                assert rows[name].sum() == total
            else:  # those hidden are fewer than the smallest shown, each
                left = total - rows[name].sum()
                assert 0 <= left <= rows[name].isna().sum() * (smallest - 1)
        if rows["change"].notna().all():
            assert rows["change"].sum() == of.change


@pytest.mark.parametrize("key", STRANDS)
def test_numbers_too_small_to_show_are_missing_in_table_and_file(shipped_store, key):
    of = drivers_of(shipped_store, key)
    for name in ("before", "now"):
        shown = of.parts[name]
        assert (shown.dropna() >= SMALLEST_SHOWN).all()
        assert (of.parts.loc[shown.isna(), f"{name}_words"] == "fewer than 5").all()
    hidden = of.parts["before"].isna() | of.parts["now"].isna()
    file, table = drivers_export(of), drivers_table(of)
    assert file.loc[hidden.to_numpy(), ["change", "change_low", "change_high"]].isna().all(axis=None)
    assert set(table.loc[hidden.to_numpy(), "Change"]) <= {"–"}
    assert of.parts.loc[~hidden, "change"].notna().all()


def test_totals_are_a_naive_count_of_the_records(shipped_store):
    of = drivers_of(shipped_store, "sexual-violence")
    rows = open_version(shipped_store, "demo").incidents.to_pyarrow().to_pylist()
    for window, total in ((of.now, of.count_now), (of.before, of.count_before)):
        assert total == len(
            {
                row["record_id"]
                for row in rows
                if row["measure"] in ("rape", "other-sexual-offences")
                and window.start <= row["recorded_on"] <= window.end
                and row["no_crimed_on"] is None
            }
        )


@pytest.mark.parametrize("key", STRANDS)
def test_where_the_demos_mix_did_not_change_nothing_is_named(shipped_store, key):
    of = drivers_of(shipped_store, key)
    assert of.named == ()
    assert not of.parts["driver"].any()
    assert of.headline[0].lead.endswith(", across all parts" if of.clear else ", which could be chance")


@pytest.mark.parametrize("smallest", [1, SMALLEST_SHOWN])
def test_a_planted_driver_is_named_first_in_a_sentence(tmp_path, smallest):
    city(tmp_path, grown(PLANTED))
    of = of_city(tmp_path, smallest)
    assert (of.named[0].dimension, of.named[0].value) == ("offence", "public order")
    assert (of.count_before, of.count_now, of.change) == (260, 380, 120)
    lead = of.headline[0].lead
    if smallest == 1:
        assert lead == "Of 120 more crimes, 120 are public order"
    else:
        assert lead.startswith("Of 120 more crimes, about ")
        assert "public order" in lead
        assert 90 <= of.named[0].change <= 150
    (row,) = [row for row in drivers_table(of).to_dict("records") if row["Part"] == "Public order"]
    assert row["More than chance"] == "Drives the change"


def test_a_planted_fall_is_named_too(tmp_path):
    city(tmp_path, grown({offence: (now, before) for offence, (before, now) in PLANTED.items()}))
    assert of_city(tmp_path, 1).headline[0].lead == "Of 120 fewer crimes, 120 are public order"


def test_a_mix_that_changed_while_the_total_did_not_is_said_as_that(tmp_path):
    city(tmp_path, grown({"assault": (150, 60), "public order": (60, 150)}))
    lead = of_city(tmp_path, 1).headline[0].lead
    assert lead.startswith("As many crimes as before. The mix changed: ")
    assert "90 more are public order" in lead or "90 fewer are assault" in lead


@pytest.mark.parametrize(("before", "now", "words"), [(60, 61, "1 more crime"), (61, 60, "1 fewer crime")])
def test_one_record_is_one(tmp_path, before, now, words):
    city(tmp_path, grown({"assault": (before, now)}))
    assert of_city(tmp_path).headline[0].lead == f"{words}, which could be chance"


def test_no_more_than_three_parts_are_named(tmp_path):
    city(
        tmp_path,
        grown({"assault": (200, 200), **{f"offence {letter}": (20, 120) for letter in "abcde"}}),
    )
    of = of_city(tmp_path, 1)
    assert of.headline[0].lead.count("100 are") <= MOST_NAMED
    assert of.named


@pytest.mark.parametrize("kind", ["series break", "level change"])
def test_periods_are_not_compared_across_a_break_of_the_series_but_across_a_change_of_level(tmp_path, kind):
    city(tmp_path, grown(PLANTED))
    noted(tmp_path, {"kind": kind, "month": date(2022, 9, 1)})
    of = of_city(tmp_path)
    if kind == "level change":
        assert of.why_not == ""
        return
    assert of.headline[0].lead == "Not taken apart"
    assert of.why_not.startswith("Recording changed in between (Hate crime from September 2022)")
    assert of.parts.empty


def test_a_break_with_which_the_earlier_period_begins_lies_not_in_between(tmp_path):
    city(tmp_path, grown(PLANTED))
    noted(tmp_path, {"kind": "series break", "month": BEFORE.start})
    assert of_city(tmp_path).why_not == ""


@pytest.mark.parametrize("month", [date(2022, 3, 1), date(2023, 12, 1)])
def test_periods_of_which_a_month_was_not_delivered_are_not_compared(tmp_path, month):
    rows = [row for row in grown(PLANTED) if row["recorded_on"].replace(day=1) != month]
    city(tmp_path, rows, without=[month])
    of = of_city(tmp_path)
    assert "has 11 of 12 months for every measure chosen. Only whole periods are compared." in of.why_not
    assert (of.parts.empty, of.named) == (True, ())


def test_where_only_totals_exist_nothing_is_taken_apart(shipped_store):
    windows = fytd(date(2024, 12, 1)), fytd(date(2024, 12, 1), 1)
    of = drivers_of(shipped_store, "", dataset=OPEN_COUNTS, windows=windows, measure="burglary")
    assert of.why_not == "Only totals are published, and no records, so a change can't be taken apart."
    assert of.headline[0].text == of.why_not


def test_too_few_records_are_not_taken_apart(shipped_store):
    of = drivers_of(shipped_store, "harmful-practices")
    assert of.why_not.startswith("Fewer than 10 crimes were recorded in both periods together")


def test_a_column_that_says_nothing_of_most_records_is_left_out(tmp_path):
    rows = grown(PLANTED)
    for row in rows[: len(rows) // 3]:
        row["risk_level"] = "high"
    city(tmp_path, rows)
    assert "Risk level" not in set(of_city(tmp_path).parts["dimension"])
    for row in rows:
        row["risk_level"] = "high"
    city(tmp_path, rows)
    assert "Risk level" in set(of_city(tmp_path).parts["dimension"])


def test_a_chart_has_the_parts_that_changed_furthest_and_every_driver(shipped_store, tmp_path):
    of = drivers_of(shipped_store, "hate-crime", smallest=1)
    drawn = of.parts[~of.parts["value"].isin(["All others", "Not recorded"])]
    for name, rows in largest_parts(of).groupby("dimension"):
        every = drawn[drawn["dimension"] == name]["change"].abs().sort_values(ascending=False)
        assert len(rows) == min(3, len(every))
        assert rows["change"].abs().min() >= every.iloc[len(rows) - 1]
    city(tmp_path, grown(PLANTED))
    assert largest_parts(of_city(tmp_path))["driver"].any()


def test_a_file_has_a_row_for_each_part_and_its_periods(shipped_store):
    of = drivers_of(shipped_store, "hate-crime")
    file = drivers_export(of)
    assert len(file) == len(of.parts) == len(drivers_table(of))
    row = file.iloc[0]
    assert (row["now_from"], row["now_to"], row["before_from"], row["before_to"]) == (
        "2023-11",
        "2024-10",
        "2022-11",
        "2023-10",
    )
    assert file["note"].str.contains("Groups are blurred").all()
    assert pd.api.types.is_bool_dtype(file["driver"])
