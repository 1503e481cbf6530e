"""What vulncore.findings.strand.victims promises."""

import re
from datetime import date, timedelta

import pytest

from tests.findings.strand.stores import CITY, JANUARY, OCTOBER
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.cli.publishing import OPEN_COUNTS
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.periods import Window, rolling_12
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.headline import HeadlineKind
from vulncore.findings.strand.subject import strand_subject
from vulncore.findings.strand.victims import strand_victims, victims_export, victims_table
from vulncore.store import open_version, publish

YEAR = rolling_12(OCTOBER)
STRANDS = ["hate-crime", "sexual-violence", "stalking-and-harassment", "domestic-abuse", "vawg"]


def victims_of(store, key, window=YEAR, smallest=SMALLEST_SHOWN, dataset="demo", force=CITY, measure=None):
    snapshot = open_version(store, dataset)
    subject = strand_subject(dataset_contents(snapshot), key, measure)
    return strand_victims(snapshot, force, subject, window, smallest)


def shares(of, what: str) -> dict[str, float]:
    rows = of.shares[of.shares["of"] == what]
    return dict(zip(rows["group"], rows["share"], strict=True))


def city(store, residents: int, others: int, day: date = JANUARY):
    """Publish one month's records of residents and of others, of nobody twice as far as is known."""
    lived = ["resident"] * residents + ["visitor"] * others
    rows = [
        incident(number, day + timedelta(days=number % 25), "hate-crime", victim_residency=group)
        for number, group in enumerate(lived)
    ]
    publish(store, "city", delivery(rows, covered(months(JANUARY, 24), "hate-crime")), "me")
    return victims_of(store, "hate-crime", rolling_12(date(2022, 12, 1)), 5, "city", FORCE)


def naive_repeats(store, key: str, of_strand: bool) -> float:
    """Return the share of a measure's records whose victim had an earlier one in the twelve months before, one by one."""
    rows = open_version(store, "demo").incidents.to_pyarrow().to_pylist()
    rows = [row for row in rows if row["no_crimed_on"] is None and row["victim_key"]]
    first_day, began = {}, {}
    for row in rows:
        number = row["record_id"]
        first_day[number] = min(first_day.get(number, row["recorded_on"]), row["recorded_on"])
        if row["occurred_from"]:
            began[number] = min(began.get(number, row["occurred_from"]), row["occurred_from"])

    def before(other: dict, row: dict) -> bool:
        one, two = other["record_id"], row["record_id"]
        if one == two or other["victim_key"] != row["victim_key"]:
            return False
        if of_strand and other["measure"] != row["measure"]:
            return False
        day, last = first_day[two], first_day[one]
        year_before = (
            day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)
        )
        return year_before <= last < day or (
            last == day and one in began and two in began and began[one] < began[two]
        )

    chosen = [row for row in rows if row["measure"] == key and YEAR.start <= row["recorded_on"] <= YEAR.end]
    return sum(any(before(other, row) for other in rows) for row in chosen) / len(chosen)


@pytest.mark.parametrize("key", STRANDS)
def test_most_victims_of_the_demo_do_not_live_in_the_area_as_the_report_says(shipped_store, key):
    of = victims_of(shipped_store, key)
    first = of.headline[0]
    assert (first.kind, first.lead) == (HeadlineKind.CLEAR, "Most victims do not live in the area")
    assert of.blurred


def test_residents_and_visitors_are_a_plain_count_for_whoever_may_read_the_records(shipped_store):
    of = victims_of(shipped_store, "hate-crime", smallest=1)
    rows = open_version(shipped_store, "demo").incidents.to_pyarrow().to_pylist()
    known = [
        row["victim_residency"]
        for row in rows
        if row["measure"] == "hate-crime"
        and YEAR.start <= row["recorded_on"] <= YEAR.end
        and row["no_crimed_on"] is None
        and row["victim_residency"]
        and row["victim_residency"] not in ("not known", "not recorded", "unknown")
    ]
    for group, share in shares(of, "Where victims live").items():
        plain = sum(word.casefold() == group.casefold() for word in known) / len(known)
        assert share == pytest.approx(plain)
    assert sum(shares(of, "Where victims live").values()) == pytest.approx(1)
    assert not of.blurred


@pytest.mark.parametrize("key", ["hate-crime", "stalking-and-harassment"])
def test_repeat_victims_are_a_naive_count_for_whoever_may_read_the_records(shipped_store, key):
    repeats = shares(victims_of(shipped_store, key, smallest=1), "Repeats")
    assert repeats["Harmed before by the same strand"] == pytest.approx(
        naive_repeats(shipped_store, key, True)
    )
    assert repeats["Harmed before by any strand"] == pytest.approx(naive_repeats(shipped_store, key, False))


@pytest.mark.parametrize("key", STRANDS)
def test_the_limits_of_blurred_shares_reach_what_a_plain_count_gives_in_most(shipped_store, key):
    shown = victims_of(shipped_store, key).shares.dropna(subset="share").set_index(["of", "group"])
    plain = victims_of(shipped_store, key, smallest=1).shares.set_index(["of", "group"])["share"]
    within = [row["low"] - 0.01 <= plain[group] <= row["high"] + 0.01 for group, row in shown.iterrows()]
    assert sum(within) >= len(within) - 1


@pytest.mark.parametrize("key", STRANDS)
def test_shares_are_in_steps_of_five_records_at_least_and_smaller_ones_are_hidden(shipped_store, key):
    of = victims_of(shipped_store, key)
    for row in of.shares.to_dict("records"):
        if row["words"] == "hidden (fewer than 5)":
            assert row["share"] != row["share"]
            continue
        assert row["share"] == pytest.approx(round(row["share"], 2))
        assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
        assert row["share"] * row["records"] >= SMALLEST_SHOWN - 1


def test_the_first_line_says_no_share_that_the_table_hides(tmp_path):
    of = city(tmp_path, residents=120, others=3)
    hidden = of.shares[of.shares["share"].isna()]
    assert of.visitors is None or len(hidden) == 0
    assert not any("do not live" in line.lead for line in of.headline) or len(hidden) == 0


@pytest.mark.parametrize(("residents", "others"), [(120, 60), (60, 120), (75, 75)])
def test_the_first_line_says_a_share_in_the_tables_own_steps(tmp_path, residents, others):
    of = city(tmp_path, residents, others)
    (line,) = [line for line in of.headline if "do not live in the area" in line.lead]
    (per_cent,) = re.findall(r"^(\d+)", line.text)
    assert int(per_cent) % -(-100 * SMALLEST_SHOWN // (residents + others)) == 0
    if residents == 2 * others:
        assert line.lead == "Fewer than half of victims do not live in the area"
    elif others == 2 * residents:
        assert line.lead == "Most victims do not live in the area"
    else:
        assert line.lead == "Perhaps half of victims, more or fewer, do not live in the area"


def test_where_it_is_recorded_of_too_few_nothing_is_said(tmp_path):
    of = city(tmp_path, residents=8, others=8)
    assert "Where victims live is recorded of too few." in of.unknown
    assert of.headline[0].text == "Too few records say who was harmed."


def test_twelve_months_of_which_not_all_is_known_before_tell_of_no_repeats(tmp_path):
    of = city(tmp_path, residents=60, others=60)
    assert any(
        line.startswith("Harmed before by the same strand: recorded of too few") for line in of.unknown
    )
    assert "Repeats" not in set(of.shares["of"])


def test_where_only_totals_exist_or_nothing_was_recorded_it_is_said(shipped_store):
    of = victims_of(
        shipped_store, "", Window(date(2024, 1, 1), date(2024, 12, 31)), 5, OPEN_COUNTS, CITY, "burglary"
    )
    assert of.headline[0].text == "Only totals are published, and no records, so nothing is known of victims."
    none = victims_of(shipped_store, "harmful-practices")
    assert none.headline[0].text == "No crimes were recorded in November 2023 to October 2024."
    for empty in (of, none):
        assert empty.shares.empty


def test_a_file_says_whose_shares_these_are_and_that_they_are_blurred(shipped_store):
    of = victims_of(shipped_store, "hate-crime")
    file = victims_export(of)
    assert set(file["from"] + " " + file["to"]) == {"2023-11 2024-10"}
    assert file["note"].str.contains("Groups are blurred").all()
    assert len(victims_table(of)) == len(file)
