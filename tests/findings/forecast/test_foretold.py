"""What a version foretold is kept as it was, and stands beside what came."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.forecasting.plain import forecast_plainly
from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.periods import add_months
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.forecast import foretold as keeping
from vulncore.findings.forecast.came import (
    MODELS,
    came_chart,
    came_in_words,
    came_rows,
    twelve_months,
    twelve_months_table,
    versions_table,
)
from vulncore.findings.forecast.demand import Demand, subject_demand
from vulncore.findings.forecast.foretold import foretold, keep_foretold
from vulncore.findings.forecast.outlook import Outlook, forecast_outlook
from vulncore.findings.forecast.sentences import forecast_headline
from vulncore.findings.forecast.work import subject_forecasts
from vulncore.findings.prepared import prepare
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.store import open_version, publish
from vulncore.store.backup import back_up, restore
from vulncore.store.purging import Selection, purge

FIRST, BEFORE, SINCE = date(2018, 11, 1), 60, 14
COUNTS = np.random.default_rng(8).poisson(30, BEFORE + SINCE).tolist()
HATE = "hate-crime"


@pytest.fixture(autouse=True)
def plainly(monkeypatch):
    forecast_plainly(monkeypatch)


@pytest.fixture
def store(tmp_path) -> Path:
    """A dataset known to October 2023."""
    deliver(tmp_path, COUNTS[:BEFORE])
    return tmp_path


def deliver(store: Path, counts: list[int], keys: tuple[str, ...] = (HATE,)) -> None:
    rows = [
        month_total(month, count, key)
        for key in keys
        for month, count in zip(months(FIRST, len(counts)), counts, strict=True)
    ]
    measures = [measure for measure in report_measures() if measure.key in keys]
    publish(store, "months", delivery(counts=rows, measures=measures), "tests")


def demand_of(store: Path, number: int | None = None, back: int = 0) -> Demand:
    snapshot = open_version(store, "months", number)
    choice = dataset_contents(snapshot)
    month = add_months(choice.default_month[FORCE], -back)
    demand = subject_demand(snapshot, FORCE, find_subject(subjects(choice), HATE), month)
    assert demand is not None
    return demand


def keep(store: Path, number: int | None = None, back: int = 0, lift: int = 0) -> None:
    demand = demand_of(store, number, back)
    forecasts = subject_forecasts(demand)
    for forecast in forecasts.values():
        forecast.spoken.__iadd__(lift)
    snapshot = open_version(store, "months", number)
    keep_foretold(snapshot.home, dataset_contents(snapshot), demand, forecasts)


def kept(store: Path, number: int | None = None, back: int = 0):
    snapshot = open_version(store, "months", number)
    return foretold(snapshot.home, snapshot.publish, demand_of(store, number, back))


def files(store: Path) -> list[Path]:
    return sorted((store / "months" / keeping.FOLDER).rglob("*.json"))


def outlook_of(store: Path) -> Outlook:
    demand = demand_of(store)
    return forecast_outlook(demand, subject_forecasts(demand), foretold=kept(store))


def test_what_a_version_foretold_stands_beside_what_came(store):
    forecasts = subject_forecasts(demand_of(store))
    keep(store)
    assert kept(store).empty  # nothing has come yet
    deliver(store, COUNTS)
    rows = kept(store)
    assert set(rows["version"]) == {1}
    assert set(rows["known_to"]) == {date(2023, 10, 1)}
    for basis, forecast in forecasts.items():
        of_basis = rows[rows["basis"] == basis]
        stretches = list(zip(of_basis["first"], of_basis["last"], strict=True))
        ahead = months(date(2023, 11, 1), SINCE)
        assert stretches == [
            *((month, month) for month in ahead),
            (ahead[0], ahead[11]),
            (date(2024, 1, 1), date(2024, 12, 1)),
        ]
        for _, row in of_basis.iterrows():
            start, end = (ahead.index(row[end]) for end in ("first", "last"))
            totals = forecast.spoken[:, start : end + 1].sum(axis=1)
            low, middle, high = np.quantile(totals, [0.1, 0.5, 0.9], method="inverted_cdf")
            assert (row["low80"], row["median"], row["high80"]) == (low, middle, high)
            assert row["came"] == sum(COUNTS[BEFORE:][start : end + 1])
            assert row["within"] == (low <= row["came"] <= high)


def test_what_was_foretold_first_stays_whatever_is_foretold_later(store):
    keep(store)
    (file,) = files(store)
    first = file.read_bytes()
    keep(store, lift=50)
    assert file.read_bytes() == first


def test_only_what_the_newest_version_says_from_its_last_month_is_kept(store):
    deliver(store, COUNTS)
    keep(store, number=1)  # an old version, looked at later
    keep(store, back=3)  # as if from an earlier month
    assert files(store) == []
    keep(store)
    assert [file.name for file in files(store)] == ["000002.json"]


def test_a_version_does_not_see_what_later_ones_foretold_and_of_two_that_knew_the_same_the_later_counts(
    store,
):
    keep(store)
    corrected = [*COUNTS[: BEFORE - 1], COUNTS[BEFORE - 1] + 1]
    deliver(store, corrected)
    keep(store)
    deliver(store, [*corrected, *COUNTS[BEFORE:]])
    keep(store)
    assert len(files(store)) == 3
    assert set(kept(store)["version"]) == {2}
    assert kept(store, number=2).empty
    earlier = kept(store, back=10)  # the newest figures, looked at from February 2024
    assert earlier["last"].max() == date(2024, 2, 1)


def test_a_measure_that_became_another_has_foretold_nothing(store):
    keep(store)
    (file,) = files(store)
    document = json.loads(file.read_text())
    assert document["measures"] == [[HATE], []]
    deliver(store, COUNTS)
    file.write_text(json.dumps({**document, "measures": [["rape"], []]}))
    assert kept(store).empty


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"format": "vulncore foretold 1", "known_to": 5}',
        b'{"format": "vulncore foretold 1", "known_to": "2023-10", "measures": [["hate-crime"], []], "version": 1, "kept_on": "2023-11-05", "rows": [["five-year", 1, 1, 1, 2, Infinity]]}',
        b'{"format": "vulncore foretold 1", "known_to": "2023-10"}',
        b'{"format": "other", "known_to": "2023-10", "measures": [["hate-crime"], []], "rows": [], "version": 1}',
        b'{"format": "vulncore foretold 1", "known_to": "2023-10", "measures": [["hate-crime"], []], "version": 1, "kept_on": "2023-11-05", "rows": [[1, 2]]}',
        b'{"format": "vulncore foretold 1", "known_to": "2023-10", "measures": [["hate-crime"], []], "version": 1, "kept_on": "x", "rows": [["five-year", 1, 1, 1, 2, 3]]}',
    ],
)
def test_a_file_that_nobody_wrote_is_no_forecast(store, content):
    keep(store)
    (file,) = files(store)
    deliver(store, COUNTS)
    file.write_bytes(content)
    assert kept(store).empty


@pytest.mark.parametrize(("start", "length"), [(0, 1), (-3, 1), (1, 0), (1, 99), (200, 1)])
def test_stretches_that_lie_elsewhere_are_left_out(store, start, length):
    keep(store)
    (file,) = files(store)
    document = json.loads(file.read_text())
    deliver(store, COUNTS)
    file.write_text(json.dumps({**document, "rows": [["five-year", start, length, 1, 2, 3]]}))
    assert kept(store).empty


def test_a_stretch_with_a_month_that_is_not_known_is_not_judged(store):
    keep(store)
    rows = [*zip(months(FIRST, len(COUNTS)), COUNTS, strict=True)]
    missing = date(2024, 3, 1)
    measures = [measure for measure in report_measures() if measure.key == HATE]
    counts = [month_total(month, count, HATE) for month, count in rows if month != missing]
    publish(store, "months", delivery(counts=counts, measures=measures), "tests")
    stretches = kept(store)
    assert not ((stretches["first"] <= missing) & (missing <= stretches["last"])).any()
    assert len(stretches) == 2 * (SINCE - 1)


def test_a_disk_that_cannot_be_written_keeps_nothing_and_stops_nobody(store, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(keeping, "write_whole", refused)
    keep(store)
    assert files(store) == []


def test_making_ready_keeps_it_and_a_backup_holds_it(store, tmp_path_factory):
    list(prepare(store, "months", workers=1))
    names = [file.relative_to(store) for file in files(store)]
    assert len(names) == 1
    folder = tmp_path_factory.mktemp("backup")
    back_up(store, folder / "all.zip")
    restore(folder / "all.zip", folder / "again")
    assert [file.relative_to(folder / "again") for file in files(folder / "again")] == names
    deliver(store, COUNTS)
    assert len(kept(store)) == 2 * (SINCE + 2)


def test_the_headline_says_what_a_version_said(store):
    keep(store)
    deliver(store, COUNTS)
    outlook = outlook_of(store)
    row = next(
        row
        for _, row in outlook.foretold.iterrows()
        if row["basis"] == next(iter(outlook.forecasts)) and row["last"] == date(2024, 10, 1)
        if row["first"] == date(2023, 11, 1)
    )
    assert (
        f"Version 1, known to October 2023, said {row['low80']:,} to {row['high80']:,} for the twelve months to October 2024; "
        f"{sum(COUNTS[BEFORE : BEFORE + 12]):,} came."
    ) in forecast_headline(outlook)[2].text


def test_versions_stand_before_tests_in_what_came(store):
    keep(store)
    deliver(store, COUNTS)
    outlook = outlook_of(store)
    for basis, forecast in outlook.forecasts.items():
        rows = twelve_months(outlook, basis)
        assert rows["by"].tolist() == ["Version 1", *[MODELS] * len(forecast.years_tried)]
        assert rows["came"].iloc[0] == sum(COUNTS[BEFORE : BEFORE + 12])
        table = twelve_months_table(outlook, basis)
        assert table["Twelve months to"].iloc[0] == "October 2024"
        of_months = outlook.foretold.query("first == last and basis == @basis")
        within = int(of_months["within"].sum())
        held = f"{100 * within / SINCE:.0f} %"
        assert versions_table(outlook, basis).iloc[0].tolist() == [
            "1",
            "October 2023",
            str(SINCE),
            str(within),
            held,
        ]
        assert came_in_words(outlook, basis) == (
            f"1 earlier version gave 14 ranges for months that have come since. {within} held ({held}), and 4 of 5 should."
        )
    assert len(came_rows(outlook)) == len(outlook.foretold)


def test_where_no_version_foretold_anything_tests_stand_in(store):
    deliver(store, COUNTS)
    outlook = outlook_of(store)
    basis = next(iter(outlook.forecasts))
    years = twelve_months(outlook, basis)
    assert set(years["by"]) == {MODELS}
    assert "Foretold by" not in twelve_months_table(outlook, basis)
    assert versions_table(outlook, basis).empty
    within = int(((years["low80"] <= years["came"]) & (years["came"] <= years["high80"])).sum())
    assert len(years) == 1
    assert came_in_words(outlook, basis) == (
        f"Today's models, shown earlier months alone, gave 1 range for twelve months. {within} held ({100 * within} %), and 4 of 5 should."
    )


def test_a_file_of_years_alone_leaves_no_months_to_say(store):
    keep(store)
    (file,) = files(store)
    document = json.loads(file.read_text())
    deliver(store, COUNTS)
    years = [row for row in document["rows"] if row[2] == 12]
    file.write_text(json.dumps({**document, "rows": years}))
    outlook = outlook_of(store)
    basis = next(iter(outlook.forecasts))
    assert len(outlook.foretold) == 4
    assert came_in_words(outlook, basis).startswith("Today's models")
    assert versions_table(outlook, basis).empty


def test_the_chart_draws_each_range_and_what_came_inside_or_outside(store):
    keep(store)
    deliver(store, COUNTS)
    outlook = outlook_of(store)
    rows = twelve_months(outlook, next(iter(outlook.forecasts)))
    spec = came_chart(rows, ["What came"], "crimes").to_dict()
    (drawn,) = spec["datasets"].values()
    assert sorted((row["low80"], row["high80"], row["came"]) for row in drawn) == sorted(
        zip(rows["low80"], rows["high80"], rows["came"], strict=True)
    )
    assert [row["held"] for row in drawn] == [
        "in the range" if row["low80"] <= row["came"] <= row["high80"] else "outside" for row in drawn
    ]
    assert {row["source"] for row in drawn} == {MODELS, "An earlier version"}
    ranges, marks = spec["layer"]
    assert (ranges["encoding"]["y"]["field"], ranges["encoding"]["y2"]["field"]) == ("low80", "high80")
    assert marks["encoding"]["shape"]["field"] == "held"  # never by colour alone


def test_a_purge_of_records_leaves_what_was_foretold(store):
    records = [incident(number, FIRST, HATE, victim_key=f"victim-{number}") for number in range(30)]
    publish(store, "months", delivery(records, covered([FIRST], HATE)), "tests")
    deliver(store, COUNTS)
    keep(store)
    before = [file.read_bytes() for file in files(store)]
    assert before
    purge(store, "months", Selection(victim_keys=("victim-1",)), "officer")
    assert [file.read_bytes() for file in files(store)] == before
