"""What the commands promise that bring extracts in, look them over and erase from them."""

import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests import county_extract, rms_extract
from tests.cli.test_cli import rows, run
from tests.making import covered, delivery, incident
from tests.sources.police_uk.test_street import ASB, street_csv
from vulncore.domain.measures import known_measures
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping, read_mapping
from vulncore.store import datasets, open_version, versions
from vulncore.store import publish as publish_delivery

POLICE_UK = Path(__file__).parents[2].parent / "shared" / "data" / "police-uk"


@pytest.fixture
def workbook(tmp_path, monkeypatch) -> Path:
    """Return a workbook of a records management system with its drafted mapping beside it, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = rms_extract.write_workbook(tmp_path / "crimes.xlsx", rms_extract.records(120))
    done = run("mapping", path, "--output", "crimes.toml", "--force", "Kent Police")
    marked = [
        line for line in Path("crimes.toml").read_text().splitlines() if "# ? " in line and line[0] != "#"
    ]
    assert f"marked with # ?: {len(marked)}." in done.stdout
    assert marked
    assert done.exit_code == 0, done.stderr
    return path


def publish(path: Path, *more: object, store: Path):
    return run(
        "publish", "records", path, "--mapping", "crimes.toml", "--dataset", "kent", *more, store=store
    )


def test_a_drafted_mapping_is_written_with_its_doubts_and_never_over_another(workbook):
    assert read_mapping(Path("crimes.toml")).force == "Kent Police"
    assert "# ? " in Path("crimes.toml").read_text()
    again = run("mapping", workbook, "--output", "crimes.toml")
    assert (again.exit_code, "exists already" in again.stderr) == (1, True)
    assert run("mapping", workbook).stdout.startswith("# How this extract is read.")


def test_records_are_published_and_the_overview_shows_them(workbook, tmp_path):
    done = publish(workbook, store=tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    assert "Rows read: 122. Accepted: 120. Rejected: 0. Left out: 2." in done.stdout
    assert done.stdout.endswith(
        f"Make ready what its pages show first with: vulncore prepare kent --store {tmp_path / 'store'}\n"
    )
    assert "Left out, totals row: 1" in done.stdout
    made = rows(run("table", "--dataset", "kent", "--format", "csv", store=tmp_path / "store").stdout)
    fytd = {row["measure"]: int(row["fytd_current"]) for row in made}
    every = rms_extract.records(120)
    spring = [record for record in every if record.recorded_on.month >= 4]
    assert fytd["Rape"] == sum(rms_extract.CODES[record.code] == "rape" for record in spring)
    assert fytd["Domestic Abuse Crime"] == sum(record.domestic for record in spring)


def test_a_dry_run_says_what_would_be_and_publishes_nothing(workbook, tmp_path):
    done = publish(workbook, "--dry-run", store=tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    assert "A dry run: nothing was published. This would be 'kent' version 1" in done.stdout
    assert datasets(tmp_path / "store") == ()


def test_the_same_again_changes_nothing_and_says_so(workbook, tmp_path):
    publish(workbook, store=tmp_path / "store")
    again = publish(workbook, "--by", "another", store=tmp_path / "store")
    assert again.exit_code == 0
    assert "'kent' holds exactly these figures already, as version 1" in again.stdout
    assert len(versions(tmp_path / "store", "kent")) == 1


def test_a_month_published_again_lists_every_figure_that_changed(workbook, tmp_path):
    every = rms_extract.records(120)
    publish(workbook, store=tmp_path / "store")
    dropped = next(record for record in every if record.code == "19C" and not record.domestic)
    left = [record for record in every if record is not dropped]
    rms_extract.write_workbook(workbook, left)
    done = publish(workbook, store=tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    month = f"{dropped.recorded_on:%B %Y}"
    before = sum(
        rms_extract.CODES[record.code] == "rape" and record.recorded_on.month == dropped.recorded_on.month
        for record in every
    )
    assert f"Rape, {month}: {before} to {before - 1}" in done.stdout
    listed = rows(run("changes", "--dataset", "kent", "--format", "csv", store=tmp_path / "store").stdout)
    assert [(row["Measure"], row["Before"], row["After"]) for row in listed] == [
        ("Rape", str(before), str(before - 1))
    ]


def test_rows_that_cannot_be_used_are_listed_with_line_and_reason(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extract = tmp_path / "crimes.csv"
    good = [f"{number},05/01/2024,Rape" for number in range(30)]
    extract.write_text("\n".join(["Id,Recorded,Offence", *good, "99,=1+1,Rape"]) + "\n")
    Path("crimes.toml").write_text(
        'source = "crimes"\nforce = "Kent Police"\n[columns]\nrecord_id = "Id"\nrecorded_on = "Recorded"\n'
        '[[counts]]\ncolumn = "Offence"\n[counts.codes]\nRape = "rape"\n'
    )
    done = publish(extract, "--covers", "2024-01", store=tmp_path / "store")
    assert (done.exit_code, "crimes.rejects.csv" in done.stderr) == (0, True)
    listed = list(csv.DictReader(io.StringIO(Path("crimes.rejects.csv").read_text())))
    assert listed == [
        {
            "file": "crimes.csv",
            "line": "32",
            "reason": "a date recorded that cannot be read",
            "value": "'=1+1",  # a spreadsheet that opens the list reads a text
        }
    ]
    refused = publish(
        extract,
        "--covers",
        "2024-01",
        "--most-rejected",
        1,
        "--rejects",
        "mine.csv",
        store=tmp_path / "other",
    )
    assert (refused.exit_code, "1 of 31 rows" in refused.stderr) == (1, True)
    assert Path("mine.csv").read_text() == Path("crimes.rejects.csv").read_text()
    assert datasets(tmp_path / "other") == ()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("publish", "records", "crimes.xlsx"), "Records need a mapping"),
        (("publish", "records", "crimes.xlsx", "--mapping", "no.toml"), "There is no mapping no.toml"),
        (
            ("publish", "records", "crimes.xlsx", "--mapping", "crimes.toml", "--covers", "2024"),
            "'2024' is not a month",
        ),
        (("publish", "monthly-counts", "crimes.xlsx", "--covers", "2024-01"), "does not use --covers"),
        (("publish", "monthly-counts", "crimes.xlsx", "--holds", "whole months"), "does not use --holds"),
        (("publish", "monthly-counts", "crimes.xlsx", "--kind", "street"), "does not use --kind"),
        (("mapping", "crimes.xlsx", "--heading", "first"), "'first' does not give the lines of a heading"),
        (("mapping", "nowhere.csv"), "nowhere.csv"),
        (("purge", "--dataset", "nope", "--record", "1"), "No dataset is called 'nope'"),
        (("purge", "--dataset", "nope"), "No records are chosen"),
        (("check", "--dataset", "nope"), "No dataset is called 'nope'"),
        (("changes", "--dataset", "nope"), "No dataset is called 'nope'"),
    ],
)
def test_a_refusal_is_one_sentence_on_standard_error(workbook, tmp_path, words, sentence):
    done = run(*words, store=None if words[0] == "mapping" else tmp_path / "store")
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_extract_of_one_offence_is_drafted_with_it_and_published(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    days = (f"A{day},{day:02d}/10/2024" for day in range(1, 21))
    Path("rapes.csv").write_text("\n".join(["Ref,Date Recorded", *days]))
    without = run("mapping", "rapes.csv", "--force", "Kent Police", "--output", "unclear.toml")
    assert "To be answered before a publish: What is a record?" in without.stdout
    refused = run("publish", "records", "rapes.csv", "--mapping", "unclear.toml", store=tmp_path / "store")
    assert "1 question of the draft is open. What is a record?" in refused.stderr
    run("mapping", "rapes.csv", "--force", "Kent Police", "--measure", "Rape", "--output", "rapes.toml")
    done = run("publish", "records", "rapes.csv", "--mapping", "rapes.toml", store=tmp_path / "store")
    assert "it holds 20 incidents" in done.stdout
    unknown = run("mapping", "rapes.csv", "--measure", "piracy")
    assert unknown.exit_code == 1
    assert "piracy" in unknown.stderr


def test_a_draft_that_would_leave_out_most_rows_says_so_first_and_is_not_published(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = (f"A{n},{n + 1:02d}/10/2024,{(1, 2, -1)[n % 3]}" for n in range(20))
    Path("numbers.csv").write_text("\n".join(["Ref,Date Recorded,Category", *rows]))
    done = run("mapping", "numbers.csv", "--force", "Kent Police", "--output", "numbers.toml")
    assert done.stdout.startswith("To be answered before a publish: Should most rows count towards nothing?")
    publishing = ("publish", "records", "numbers.csv", "--mapping", "numbers.toml")
    for words in (publishing, (*publishing, "--dry-run")):
        refused = run(*words, store=tmp_path / "store")
        assert (refused.exit_code, "20 of 20 rows (100 %) would" in refused.stderr) == (1, True)


def test_every_measure_that_a_mapping_can_name_is_listed():
    listed = rows(run("measures", "--format", "csv").stdout)
    assert [row["key"] for row in listed] == [measure.key for measure in known_measures()]


def test_a_purge_says_what_it_would_erase_and_erases_only_when_told(workbook, tmp_path):
    store = tmp_path / "store"
    publish(workbook, store=store)
    victim = rms_extract.records(120)[0].victim
    table = ("table", "--dataset", "kent", "--format", "csv")
    figures = run(*table, store=store).stdout
    purge = ("purge", "--dataset", "kent", "--victim", victim)
    would = run(*purge, store=store)
    assert re.search(r"This would erase \d+ records? \(\d+ rows? in 1 version\)", would.stdout), would.stderr
    held = open_version(store, "kent").incidents
    keys = held.filter(held.record_id == rms_extract.records(120)[0].number).victim_key.to_pandas()
    assert keys.notna().all()
    done = run(*purge, "--yes", store=store)
    assert "Erased for good" in done.stdout, done.stderr
    assert "Not reached: backups" in done.stdout
    left = open_version(store, "kent").incidents
    assert left.filter(left.victim_key == keys.iloc[0]).count().execute() == 0
    after = run(*table, store=store).stdout
    assert [line.split(",")[:13] for line in after.splitlines()] == [
        line.split(",")[:13] for line in figures.splitlines()
    ]


@pytest.mark.parametrize(("name", "count"), [("stop-and-search", "4,387"), ("outcomes", "9,136")])
def test_every_real_stop_and_outcome_is_accounted_for(tmp_path, name, count):
    zips = sorted(POLICE_UK.glob(f"*-{name}-*.zip"))
    if not zips:
        pytest.skip("the City's files are not beside this checkout (../shared/data/police-uk)")
    done = run("publish", "police-uk", zips[0], "--dataset", "stops", store=tmp_path)
    assert f"Rows read: {count}. Accepted: {count}. Rejected: 0." in done.stdout, done.stderr


def test_a_dataset_that_holds_no_victims_is_not_asked_for_them(shipped_store):
    done = run("purge", "--dataset", "city-open-counts", "--victim", "V1", store=shipped_store)
    assert (done.exit_code, "holds no references of victims" in done.stderr) == (1, True)


def test_a_list_of_rejects_never_goes_over_another_file(workbook, tmp_path):
    Path("taken.csv").write_text("mine")
    done = publish(workbook, "--rejects", "taken.csv", store=tmp_path / "store")
    assert (done.exit_code, "taken.csv exists already" in done.stderr) == (1, True)
    assert Path("taken.csv").read_text() == "mine"


@pytest.fixture
def slipped(tmp_path, monkeypatch) -> Path:
    """Return an extract with one row in 31 that cannot be used, in a folder beside the current one."""
    (tmp_path / "extracts").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    Path("crimes.toml").write_text(
        'source = "crimes"\nforce = "Kent Police"\n[columns]\nrecord_id = "Id"\nrecorded_on = "Recorded"\n'
        '[[counts]]\ncolumn = "Offence"\n[counts.codes]\nRape = "rape"\n'
    )
    good = [f"{number},05/01/2024,Rape" for number in range(30)]
    extract = tmp_path / "extracts" / "crimes.csv"
    extract.write_text("\n".join(["Id,Recorded,Offence", *good, "99,soon,Rape"]) + "\n")
    return extract


JANUARY = ("--covers", "2024-01")


def test_rows_that_cannot_be_used_are_listed_beside_the_extract_and_under_a_name_that_git_ignores(
    slipped, tmp_path
):
    for name, slip in (
        ("crimes.rejects.csv", "soon"),
        ("crimes.rejects.csv", "soon"),
        ("crimes.2.rejects.csv", "late"),
    ):
        slipped.write_text(slipped.read_text().replace("soon", slip))
        done = publish(slipped, *JANUARY, store=tmp_path / "store")
        assert (done.exit_code, str(slipped.with_name(name)) in done.stderr) == (0, True)
        assert [row["line"] for row in rows(slipped.with_name(name).read_text())] == ["32"]
    assert [path.name for path in Path().iterdir()] == ["crimes.toml"]
    assert "*.rejects.csv" in (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()


def test_the_list_goes_into_the_file_or_the_folder_that_is_chosen(slipped, tmp_path):
    for chosen, path in (("mine.csv", "mine.csv"), (".", "crimes.rejects.csv")):
        done = publish(slipped, *JANUARY, "--rejects", chosen, store=tmp_path / "store")
        assert (done.exit_code, path in done.stderr, Path(path).exists()) == (0, True, True)
    assert [path.name for path in slipped.parent.iterdir()] == ["crimes.csv"]


def test_a_folder_that_is_not_there_is_refused_before_anything_is_read(slipped, tmp_path):
    done = publish(slipped, *JANUARY, "--rejects", "gone/mine.csv", store=tmp_path / "store")
    assert (done.exit_code, "There is no folder gone for --rejects" in done.stderr) == (1, True)
    assert datasets(tmp_path / "store") == ()


@pytest.fixture(params=["a folder that is closed", "a name that is too long"])
def unlistable(slipped, request) -> Iterator[Path]:
    """Return the same extract where no list of its rows can be written beside it."""
    if request.param == "a name that is too long":
        yield slipped.rename(slipped.with_name("a" * 250 + ".csv"))
        return
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("no folder is closed to this user")
    slipped.parent.chmod(0o500)
    yield slipped
    slipped.parent.chmod(0o700)


def test_a_list_that_cannot_be_written_loses_nothing_of_the_publish(unlistable, tmp_path):
    done = publish(unlistable, *JANUARY, store=tmp_path / "store")
    assert (done.exit_code, datasets(tmp_path / "store")) == (0, ("kent",)), done.stderr
    assert "Rejected: 1." in done.stdout
    assert f"Rows that cannot be used: 1. They could not be listed in {unlistable.parent}: " in done.stderr
    assert "give this command again with --dry-run and --rejects FILE.csv" in done.stderr
    again = publish(unlistable, *JANUARY, "--dry-run", "--rejects", "mine.csv", store=tmp_path / "store")
    assert (again.exit_code, len(rows(Path("mine.csv").read_text()))) == (0, 1)
    assert len(versions(tmp_path / "store", "kent")) == 1


def test_a_refusal_is_said_whether_its_rows_can_be_listed_or_not(unlistable, tmp_path):
    done = publish(unlistable, *JANUARY, "--most-rejected", 1, store=tmp_path / "store")
    assert (done.exit_code, "1 of 31 rows" in done.stderr, "could not be listed" in done.stderr) == (
        1,
        True,
        True,
    )


def test_a_list_of_rejects_beside_files_of_data_police_uk_is_none_of_them(tmp_path):
    path = street_csv(tmp_path, "a1;2024-05", *[ASB] * 40)
    assert run("publish", "police-uk", path, store=tmp_path / "store").exit_code == 0
    assert (tmp_path / "2024-05-city-of-london-street.rejects.csv").exists()
    done = run("publish", "police-uk", tmp_path, store=tmp_path / "other")
    assert (done.exit_code, "Rows read: 41. Accepted: 40." in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.csv", b"<!DOCTYPE html><html><body>No</body></html>"),
        ("other.csv", b"Colour,Size\nblue,1\n"),
        ("empty.csv", b""),
        ("nulls.csv", b"\0" * 10_000),
        ("wide.csv", b",".join(b"c%d" % number for number in range(5_000)) + b"\n" + b"," * 4_999 + b"\n"),
        ("cut.xlsx", b"PK\x03\x04 and no more"),
        ("cut.parquet", b"PAR1 and no more"),
    ],
)
def test_a_bad_file_is_one_sentence_and_leaves_nothing_behind(workbook, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    before = sorted(path.name for path in tmp_path.iterdir())
    done = publish(tmp_path / name, store=tmp_path / "store")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert name in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_publish_is_undone_after_saying_what_would_change(tmp_path):
    january = [incident(number, date(2024, 1, 5)) for number in range(30)]
    for every in (january, january[:20]):
        publish_delivery(tmp_path, "city", delivery(every, covered([date(2024, 1, 1)])), "somebody")
    looked = run("undo", "city", "--dry-run", store=tmp_path)
    assert "Version 1 would be published again, as version 3" in looked.stdout
    assert "Rape, January 2024: 20 to 30." in looked.stdout
    assert len(versions(tmp_path, "city")) == 2
    done = run("undo", "city", "--by", "Somebody", store=tmp_path)
    assert done.stdout.splitlines()[0].endswith("version 3: it holds 30 incidents. It is version 1 again.")
    assert [one.again for one in versions(tmp_path, "city")] == [None, None, 1]


OCTOBER = county_extract.county_records(date(2024, 10, 1), date(2024, 10, 31), 90)
NOVEMBER = county_extract.county_records(date(2024, 11, 1), date(2024, 11, 30), 80, seed=12)


@pytest.fixture
def county(tmp_path, monkeypatch) -> Path:
    """Return a store that has a county's first month."""
    monkeypatch.chdir(tmp_path)
    first = county_extract.write_county_workbook(tmp_path / "Vulnerability Oct 2024.xlsx", OCTOBER)
    run("mapping", first, "--output", "october.toml", "--force", county_extract.FORCE)
    store = tmp_path / "store"
    done = run("publish", "records", first, "--mapping", "october.toml", "--dataset", "county", store=store)
    assert done.exit_code == 0, done.stderr
    return store


def test_a_second_month_is_read_as_the_first_and_the_command_says_so(county, tmp_path):
    second = county_extract.write_county_workbook(tmp_path / "report 7731.xlsx", NOVEMBER)
    done = run("publish", "records", second, "--dataset", "county", store=county)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(
        "Read as last month: dataset county, version 1. The file's records are of November 2024.\n"
    )
    held = open_version(county, "county").incidents.to_pandas()["measure"].value_counts().to_dict()
    codes = [county_extract.CODES[one.code] for one in (*OCTOBER, *NOVEMBER)]
    assert held == {key: codes.count(key) for key in set(codes)}


def test_a_new_code_is_refused_by_name_and_drafted_on_top_of_what_is_kept(county, tmp_path):
    every = [replace(one, code="VAWG") if place < 3 else one for place, one in enumerate(NOVEMBER)]
    second = county_extract.write_county_workbook(tmp_path / "Nov.xlsx", every)
    refused = run("publish", "records", second, "--dataset", "county", store=county)
    assert refused.exit_code == 1
    assert (
        "1 code of Crime: Offence Type is not in the mapping that is kept: VAWG (3 rows)." in refused.stderr
    )
    assert f"vulncore mapping {second} --dataset county --store {county} --output" in refused.stderr
    assert len(versions(county, "county")) == 1
    drafted = run("mapping", second, "--dataset", "county", "--output", "november.toml", store=county)
    assert drafted.exit_code == 0, drafted.stderr
    marked = [
        line for line in Path("november.toml").read_text().splitlines() if "# ? " in line and line[0] != "#"
    ]
    assert [line.partition("  #")[0] for line in marked] == ["[coverage]", '"VAWG" = "vawg"']
    done = run(
        "publish", "records", second, "--dataset", "county", "--mapping", "november.toml", store=county
    )
    assert done.exit_code == 0, done.stderr
    assert (open_version(county, "county").incidents.to_pandas()["measure"] == "vawg").sum() == 3


def test_records_are_refused_where_no_mapping_is_kept_or_a_column_is_gone(county, tmp_path):
    second = county_extract.write_county_workbook(tmp_path / "Nov.xlsx", NOVEMBER)
    none = run("publish", "records", second, "--dataset", "other", store=county)
    assert (none.exit_code, "and 'other' keeps none. Draft one with: vulncore mapping" in none.stderr) == (
        1,
        True,
    )
    other = tmp_path / "other.csv"
    other.write_text("Ref,Recorded,Offence\n1,05/11/2024,Rape\n")
    gone = run("publish", "records", other, "--dataset", "county", store=county)
    assert (gone.exit_code, len(versions(county, "county"))) == (1, 1)
    assert "other.csv" in gone.stderr
    assert "Traceback" not in gone.stderr


def test_a_sheet_of_another_name_and_another_title_line_are_no_hindrance(county, tmp_path):
    second = county_extract.write_county_workbook(tmp_path / "Nov.xlsx", NOVEMBER)
    book = load_workbook(second)
    book.active.title = "November"
    for merged in list(book.active.merged_cells.ranges):
        book.active.unmerge_cells(str(merged))
    book.active.insert_rows(2)
    book.active["A2"] = "Checked by the records team"
    for cells in county_extract.MERGED:
        book.active.merge_cells(cells.replace("4", "5"))
    book.save(second)
    line = versions(county, "county")[-1]
    kept = parse_mapping(line.mapping.encode())
    first = tmp_path / "Vulnerability Oct 2024.xlsx"
    Path("sheet.toml").write_text(mapping_toml(replace(kept, sheet="Vulnerability", most_rejected_percent=4)))
    run("publish", "records", first, "--mapping", "sheet.toml", "--dataset", "named", store=county)
    done = run("publish", "records", second, "--dataset", "named", store=county)
    assert done.exit_code == 0, done.stderr
    assert "dataset named, version 1" in done.stdout
    assert open_version(county, "named").incidents.count().execute() == len(OCTOBER) + len(NOVEMBER)
