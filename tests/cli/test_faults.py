"""Inputs that came out wrong once, drafted and published by command: each gives the figures that are right, or is refused in a sentence."""

import io
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.test_cli import run
from vulncore.store import open_version

FAULTS = Path(__file__).parents[2].parent / "shared" / "faults"
pytestmark = pytest.mark.skipif(
    not FAULTS.is_dir(), reason="the inputs that came out wrong are not beside the project"
)

OCTOBER = "2024-10"
RECORDS = {
    "apostrophe/crimes.csv": {("rape", OCTOBER): 40},
    "cjs-codes/crimes.csv": {
        ("rape", OCTOBER): 30,
        ("other-sexual-offences", OCTOBER): 20,
        ("stalking-and-harassment", OCTOBER): 30,
        ("reported-incidents-of-rape", OCTOBER): 10,
    },
    "counts-not-records/agg.csv": {("rape", "2024-01"): 12, ("rape", "2024-02"): 15},
    "decimal-comma-grid/crimes.csv": {("rape", OCTOBER): 40},
    "easting-northing-swapped/crimes.csv": {("rape", OCTOBER): 60},
    "hidden-rows/crimes.xlsx": {("rape", OCTOBER): 20},
    "midnight-one-date/crimes.csv": {("rape", OCTOBER): 60},
    "offence-wordings/crimes.csv": {("rape", OCTOBER): 20, ("other-sexual-offences", OCTOBER): 30},
    "postgres-times/pg.csv": {("rape", "2024-02"): 1, ("rape", "2024-07"): 1},
    "status-no-crime/crimes.csv": {("rape", OCTOBER): 31},
}
REFUSED = {
    "half-swapped/crimes.xlsx": "Days and months of column Date Recorded seem to be swapped in part",
    "stray-numbers/t3.csv": "Should most rows count towards nothing? 4 of 4 rows",
}
TABLES = {
    "ho-today/prc-2024-25.csv": (
        "recorded-crime",
        (),
        {
            "rape": 48,
            "other-sexual-offences": 120,
            "stalking-and-harassment-offences": 36,
            "violence-with-injury": 200,
        },
    ),
    "monthly-capital-heading/counts.csv": ("monthly-counts", (), {"rape": 551}),
    "monthly-dd-mm-yyyy/counts.csv": ("monthly-counts", (), {"rape": 551}),
    "monthly-mmm-yy/counts.csv": ("monthly-counts", (), {"rape": 551}),
    "monthly-thousands/counts.csv": ("monthly-counts", (), {"mental-health": 22_971}),
}
OTHER = {"one-off-month", "one-past-midnight", "late-changes", "moved-month", "merged-months", "ods"}


def figures(store: Path) -> dict[tuple[str, str], int]:
    """Return the figures of the only dataset by measure and month, of records and of counts."""
    snapshot = open_version(store, "kent")
    records, counts = snapshot.incidents.to_pandas(), snapshot.counts.to_pandas()
    standing = records[records["no_crimed_on"].isna()].assign(count=1)
    both = pd.concat(
        [standing.assign(day=standing["recorded_on"]), counts.assign(day=counts["period_start"])]
    )
    month = pd.to_datetime(both["day"]).dt.strftime("%Y-%m")
    return both.groupby([both["measure"], month])["count"].sum().astype(int).to_dict()


def published(tmp_path: Path, path: Path, *more: object):
    """Draft the mapping of an extract, as somebody would who looks at nothing, and publish with it."""
    mapping = tmp_path / f"{path.stem}.toml"
    drafted = run("mapping", path, "--force", "Kent Police", "--output", mapping)
    assert drafted.exit_code == 0, drafted.stderr
    read = ("--mapping", mapping, "--dataset", "kent", "--rejects", tmp_path)
    return run("publish", "records", path, *read, *more, store=tmp_path / "store")


def test_every_fault_has_its_right_value_here():
    named = {name.split("/")[0] for name in (*RECORDS, *REFUSED, *TABLES)} | OTHER
    assert {folder.name for folder in FAULTS.iterdir()} <= named


@pytest.mark.parametrize("name", RECORDS)
def test_records_come_out_right(tmp_path, name):
    done = published(tmp_path, FAULTS / name)
    assert done.exit_code == 0, done.stderr
    assert RECORDS[name].items() <= figures(tmp_path / "store").items()


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_told_is_refused_in_a_sentence(tmp_path, name):
    done = published(tmp_path, FAULTS / name)
    assert (done.exit_code, REFUSED[name] in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("name", TABLES)
def test_tables_come_out_right(tmp_path, name):
    source, more, sums = TABLES[name]
    done = run("publish", source, FAULTS / name, *more, "--dataset", "kent", store=tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    counts = open_version(tmp_path / "store", "kent").counts.to_pandas()
    assert sums.items() <= counts.groupby("measure")["count"].sum().to_dict().items()


def test_swapped_points_and_decimal_commas_lie_where_they_are(tmp_path):
    for name in ("easting-northing-swapped", "decimal-comma-grid"):
        (tmp_path / name).mkdir()
        done = published(tmp_path / name, FAULTS / name / "crimes.csv")
        assert done.exit_code == 0, done.stderr
        rows = open_version(tmp_path / name / "store", "kent").incidents.to_pandas()
        assert rows["longitude"].between(-0.2, 0.1).all()
        assert rows["latitude"].between(51.4, 51.6).all()


def test_a_night_is_known_to_75_minutes(tmp_path):
    published(tmp_path, FAULTS / "midnight-one-date" / "crimes.csv")
    rows = open_version(tmp_path / "store", "kent").incidents.to_pandas()
    assert (rows["occurred_to"] - rows["occurred_from"]).dt.total_seconds().unique().tolist() == [75 * 60]
    checked = run("check", "--dataset", "kent", store=tmp_path / "store")
    assert "after the day of recording" not in checked.stdout


def test_one_past_midnight_sends_patrols_where_midnight_does(tmp_path):
    chosen = []
    for name in ("m1", "m2"):
        (tmp_path / name).mkdir()
        published(tmp_path / name, FAULTS / "one-past-midnight" / f"{name}.csv")
        done = run("patrols", "--dataset", "kent", "--format", "csv", store=tmp_path / name / "store")
        assert (
            f"read 00:0{name == 'm1':d}, which a form seems to fill in: not counted in any hour"
            in done.stderr
        )
        chosen.append(done.stdout)
    assert chosen[0] == chosen[1]
    assert "00:00" not in chosen[0]


def test_hidden_rows_are_told(tmp_path):
    assert "20" in next(
        line
        for line in published(tmp_path, FAULTS / "hidden-rows" / "crimes.xlsx").stdout.splitlines()
        if "hidden" in line
    )


@pytest.mark.parametrize(
    ("folder", "how"),
    [("late-changes", "no-crimed since"), ("moved-month", "moved to a month of this file")],
)
def test_later_changes_are_asked_about(tmp_path, folder, how):
    october, november = (FAULTS / folder / f"{month}.csv" for month in ("october", "november"))
    mapping = tmp_path / "both.toml"
    run("mapping", november, "--force", "Kent Police", "--output", mapping)
    for path, month in ((october, OCTOBER), (november, "2024-11")):
        read = ("--mapping", mapping, "--dataset", "kent", "--covers", month, "--rejects", tmp_path)
        done = run("publish", "records", path, *read, store=tmp_path / "store")
    assert (done.exit_code, how in done.stderr) == (1, True), done.stderr
    mapping.write_text('holds = "created or changed"\n' + mapping.read_text())
    done = run("publish", "records", november, *read, store=tmp_path / "store")
    right = {"late-changes": (36, 100), "moved-month": (34, 46)}[folder]
    assert figures(tmp_path / "store") == dict(
        zip([("rape", OCTOBER), ("rape", "2024-11")], right, strict=True)
    )
    assert f"Rape, October 2024: 40 to {right[0]}." in done.stdout


def test_a_merged_file_is_read_once_its_months_are_said(tmp_path):
    (path,) = (FAULTS / "merged-months").glob("*.csv")
    asked = run("publish", "police-uk", path, "--dataset", "kent", store=tmp_path / "store")
    assert (asked.exit_code, "add --covers 2023-01:2023-12" in asked.stderr) == (1, True)
    done = run(
        "publish",
        "police-uk",
        path,
        "--covers",
        "2023-01:2023-12",
        "--dataset",
        "kent",
        store=tmp_path / "store",
    )
    assert done.exit_code == 0, done.stderr
    assert sum(figures(tmp_path / "store").values()) == 798


def test_a_workbook_without_a_sheet_is_refused_in_a_sentence(tmp_path):
    done = run("mapping", FAULTS / "ods" / "crimes.ods")
    assert (done.exit_code, "Open the file in a spreadsheet program" in done.stderr) == (1, True)


def test_one_odd_month_is_named_and_moves_no_forecast(tmp_path):
    folder, ahead = FAULTS / "one-off-month", {}
    for name in ("bulk-load", "control"):
        store, of = tmp_path / name, ("--dataset", "kent")
        assert run("publish", "monthly-counts", folder / f"{name}.csv", *of, store=store).exit_code == 0
        told = run("check", *of, store=store).stdout
        words = "August 2022 holds 322 where its neighbours lead one to expect about 21."
        assert (words in told) == (name == "bulk-load")
        made = run("forecast", *of, "--measure", "hate-crime", "--totals", "--format", "csv", store=store)
        years = pd.read_csv(io.StringIO(made.stdout)).query("basis == 'current-process' and year == 2028")
        ahead[name] = years[["mean", "low80", "high80"]].iloc[0]
        assert made.stderr.startswith("Could go either way: ")
        assert ("Left out: August 2022 holds far more than the months around: 322." in made.stderr) == (
            name == "bulk-load"
        )
    assert ahead["control"]["mean"] == pytest.approx(12 * 20, rel=0.06)  # months near 20, all along
    assert ahead["bulk-load"]["mean"] == pytest.approx(ahead["control"]["mean"], rel=0.02)
    assert ahead["bulk-load"].tolist() == pytest.approx(
        ahead["control"].tolist(), rel=0.07
    )  # four years ahead
