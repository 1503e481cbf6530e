"""What the `vulncore` command promises."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date, timedelta
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.making import covered, delivery, incident, months
from vulncore.cli import app
from vulncore.domain.shipped import shipped
from vulncore.sources.deliveries import Source
from vulncore.store import publish

README = Path(__file__).parents[2] / "README.md"
NOUGHT = {"longitude": 0.0, "latitude": 0.0}
PUBLISHED = shipped("strand-table-2024-10.csv")


def run(*words: object, store: Path | None = None):
    return CliRunner().invoke(app, [*map(str, words), *(["--store", str(store)] if store else [])])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def published() -> list[dict[str, str]]:
    return rows(PUBLISHED.read_text(encoding="utf-8"))


def test_the_demo_table_equals_the_published_table_cell_by_cell(shipped_store):
    done = run("table", "--as-at", "2024-10", "--format", "csv", store=shipped_store)
    expected, made = published(), rows(done.stdout)
    columns = list(expected[0])
    assert list(made[0])[: len(columns)] == columns
    cells = [(row["measure"], column) for row in expected for column in columns]
    assert {cell: next(row[cell[1]] for row in made if row["measure"] == cell[0]) for cell in cells} == {
        cell: next(row[cell[1]] for row in expected if row["measure"] == cell[0]) for cell in cells
    }
    assert [row["measure"] for row in made] == [row["measure"] for row in expected]
    assert len(cells) == 19 * 13


def test_a_published_table_comes_back_as_it_was_published(tmp_path):
    done = run("publish", "published-table", PUBLISHED, "--as-at", "2024-10", store=tmp_path)
    assert done.exit_code == 0
    assert "Rows read: 19. Accepted: 19. Rejected: 0." in done.stdout
    made = rows(run("table", "--dataset", "published-table", "--format", "csv", store=tmp_path).stdout)
    assert [{column: row[column] for column in published()[0]} for row in made] == published()


def test_json_is_a_list_of_the_same_rows(shipped_store):
    as_json = json.loads(run("table", "--format", "json", store=shipped_store).stdout)
    as_csv = rows(run("table", "--format", "csv", store=shipped_store).stdout)
    assert [list(row) for row in as_json] == [list(row) for row in as_csv]
    assert [row["fytd_current"] for row in as_json] == [int(row["fytd_current"]) for row in as_csv]
    assert as_json[3]["fytd_signal"] == as_csv[3]["fytd_signal"] == "clear change"


def test_markdown_ends_with_what_the_table_says(shipped_store):
    text = run("table", store=shipped_store).stdout
    assert text.startswith("City of London Police: April 2024 to October 2024 against April 2023")
    assert "| Hate Crime " in text
    assert "Clear change: Hate crime up 43\u202f%, from 131 to 187." in text
    assert text.rstrip().endswith("Made data: for demonstration, not real records.")


def test_every_file_of_made_data_says_so(shipped_store):
    made = rows(run("table", "--format", "csv", store=shipped_store).stdout)
    assert {row["note"] for row in made} == {"Made data: for demonstration, not real records"}
    real = rows(run("table", "--dataset", "city-open-counts", "--format", "csv", store=shipped_store).stdout)
    assert {row["note"] for row in real} == {""}
    assert {"Open Government Licence" in row["source"] for row in real} == {True}


def test_one_strand_can_be_chosen_by_name(shipped_store):
    made = rows(run("table", "--strand", "Sexual Violence", "--format", "csv", store=shipped_store).stdout)
    assert [row["measure"] for row in made] == ["Other Sexual Offences", "Rape"]


def test_missing_months_leave_cells_empty_and_say_how_many_there_are(shipped_store):
    words = ("table", "--dataset", "city-open-counts", "--as-at", "2018-03", "--format", "csv")
    made = rows(run(*words, store=shipped_store).stdout)
    assert {(row["fytd_current"], row["fytd_change"]) for row in made} == {("", "")}
    months = {row["measure"]: row["fytd_current_months"] for row in made}
    assert months.pop("Anti-social behaviour") == "8"
    assert set(months.values()) == {"10"}


def test_versions_say_who_when_and_from_which_files(tmp_path):
    run("publish", "published-table", PUBLISHED, "--as-at", "2024-10", "--by", "an analyst", store=tmp_path)
    version = rows(run("versions", "--format", "csv", store=tmp_path).stdout)[0]
    assert (version["version"], version["published_by"], version["rows_read"]) == ("1", "an analyst", "19")
    assert version["files"] == "strand-table-2024-10.csv"
    assert len(version["sha256"]) == 64


def test_ready_data_publishes_what_ships_once(tmp_path):
    assert run("ready-data", store=tmp_path).exit_code == 0
    assert run("ready-data", store=tmp_path).stdout == ""
    made = rows(run("versions", "--format", "csv", store=tmp_path).stdout)
    assert [(version["dataset"], version["version"]) for version in made] == [
        ("city-open-counts", "1"),
        ("demo", "1"),
    ]


def test_provisional_months_are_marked(tmp_path):
    counts = shipped("city-open-counts.csv")
    run("publish", "monthly-counts", counts, "--provisional-from", "2024-11", store=tmp_path)
    made = rows(run("table", "--dataset", "monthly-counts", "--format", "csv", store=tmp_path).stdout)
    assert {row["rolling12_current_provisional"] for row in made} == {"2"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("table", "--as-at", "October"), "'October' is not a month"),
        (("table", "--dataset", "nope"), "No dataset is called 'nope'. There are: city-open-counts, demo."),
        (("table", "--version", "9"), "has no version 9. Choose version 1, the only one."),
        (("table", "--force", "Ruritania"), "has no force called 'Ruritania'"),
        (("table", "--strand", "piracy"), "No strand is called 'piracy'"),
        (("publish", "police-uk"), "No file is given. Name the file: vulncore publish police-uk FILE"),
        (("publish", "police-uk", "no-such.zip"), "no-such.zip"),
        (("publish", "published-table", PUBLISHED), "like --as-at 2024-10."),
        (("publish", "monthly-counts", PUBLISHED, PUBLISHED), "takes one file, and 2 are given"),
        (("publish", "monthly-counts", PUBLISHED, "--force", "Met"), "monthly-counts does not use --force"),
        (("publish", "demo", PUBLISHED), "demo does not use a file"),
        (("demo", "--dataset", "../climb"), "cannot be the name of a dataset"),
        (("demo", "--dataset", "city-open-counts"), "holds figures from monthly-counts"),
    ],
)
def test_a_refusal_is_one_sentence_on_standard_error_and_exit_code_1(shipped_store, words, sentence):
    done = run(*words, store=shipped_store)
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


@pytest.mark.parametrize("words", [("nonsense",), ("table", "--format", "pdf"), ("publish", "tea-leaves")])
def test_what_is_not_understood_exits_with_2(shipped_store, words):
    assert run(*words, store=shipped_store).exit_code == 2


def test_a_store_that_cannot_be_written_is_a_sentence_not_a_traceback(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    done = run("publish", "published-table", PUBLISHED, "--as-at", "2024-10", store=blocked)
    assert done.exit_code == 1
    assert done.stderr.startswith("vulncore: ")
    assert "Traceback" not in done.stderr


def test_the_command_itself_ends_with_the_exit_code_it_promises(shipped_store):
    command = [sys.executable, "-m", "vulncore.cli", "table", "--store", str(shipped_store)]
    refused = subprocess.run([*command, "--dataset", "nope"], capture_output=True, text=True)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert run("table", "--format", "csv", store=shipped_store).exit_code == 0


def test_every_command_and_source_is_in_the_readme():
    text = README.read_text(encoding="utf-8")
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]
    assert [name for name in commands if f"vulncore {name}" not in text] == []
    for source in (name for name in Source if name is not Source.DEMO):
        assert f"vulncore publish {source}" in text


@pytest.fixture(scope="module")
def city(street_zip, tmp_path_factory) -> tuple[Path, str]:
    """Return a store with the City's real street files in it, and what publishing them said."""
    store = tmp_path_factory.mktemp("city")
    done = run("publish", "police-uk", street_zip, "--dataset", "city", store=store)
    assert done.exit_code == 0, done.stderr
    return store, done.stdout


def test_all_71119_real_rows_are_accounted_for(city):
    assert "Rows read: 71,119. Accepted: 71,119. Rejected: 0." in city[1]
    assert "version 1: it holds 71,119 incidents" in city[1]


def test_the_real_table_equals_an_independent_count_of_the_files(city, street_zip):
    count: Counter[tuple[str, str]] = Counter()
    with zipfile.ZipFile(street_zip) as files:
        for name in files.namelist():
            for row in csv.DictReader(io.TextIOWrapper(files.open(name), encoding="utf-8")):
                count[row["Crime type"], row["Month"]] += 1
    words = ("table", "--dataset", "city", "--as-at", "2024-10", "--format", "csv")
    made = rows(run(*words, store=city[0]).stdout)
    assert len(made) == 14
    fytd = [f"2024-{month:02d}" for month in range(4, 11)]
    rolling = ["2023-11", "2023-12", *(f"2024-{month:02d}" for month in range(1, 11))]
    for row in made:
        assert int(row["fytd_current"]) == sum(count[row["measure"], month] for month in fytd)
        assert int(row["rolling12_current"]) == sum(count[row["measure"], month] for month in rolling)


def test_what_is_odd_about_the_real_files_is_said_with_its_figures(city):
    text = run("check", "--dataset", "city", store=city[0]).stdout
    by_month = (
        "October and November 2017 were not delivered",
        "Anti-social behaviour: May 2017 and September 2017 have none",
        "Anti-social behaviour: 78 a month before March 2023 and 23 from then on",
    )
    by_place = (
        "1,892 of 65,855 points (3 %) lie more than 50 m outside the force's area, 293 of them over 1 km",
        "65,855 rows share 1,252 distinct points",
    )
    exact = run("check", "--dataset", "city", "--unprotected", store=city[0]).stdout
    assert [figure for figure in by_month if figure not in text or figure not in exact] == []
    assert [figure for figure in by_place if figure in text or figure not in exact] == []
    assert "of about 65,855 points (3 %) lie more than 50 m outside the force's area, about" in text
    listed = rows(run("check", "--dataset", "city", "--format", "csv", store=city[0]).stdout)
    assert text.count("Why it matters: ") == text.count("What to do: ") == len(listed)


def test_a_finding_is_printed_with_the_line_that_puts_it_right(tmp_path):
    every = months(date(2024, 1, 1), 12)
    at = {"longitude": -0.09, "latitude": 51.51}
    rows = [
        incident(f"{month}-{number}", month + timedelta(days=number % 28), **at if number % 9 else NOUGHT)
        for month in every
        for number in range(60)
    ]
    gap = [row for row in covered(every) if row["month"].month != 6]
    publish(tmp_path, "ruritania", delivery(rows, gap), "tests")
    text = run("check", "--dataset", "ruritania", store=tmp_path).stdout
    line = "  Remedy: Add this line at the top of the mapping, then publish the extract again: no_place = [[0, 0]]\n"
    assert line in text
    assert "  Remedy: On the Data page, add a note of the kind 'month set aside' for June 2024.\n" in text


@pytest.mark.parametrize(
    "words",
    [("day-hour", "--place"), ("resourcing", "--scenario"), ("purge", "--dataset", "demo", "--record")],
)
def test_a_word_that_is_no_text_is_looked_for_like_any_other(words, shipped_store):
    done = run(*words, "Bank\udcff", store=shipped_store)
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert done.stdout + done.stderr


def test_the_version_is_the_packages():
    done = run("--version")
    assert (done.exit_code, done.stdout) == (0, f"vulncore {metadata.version('vulncore')}\n")


def test_a_command_that_is_named_next_finds_the_same_store_and_dataset(tmp_path):
    done = run(
        "publish", "published-table", PUBLISHED, "--as-at", "2024-10", "--dataset", "made", store=tmp_path
    )
    assert f"vulncore prepare made --store {tmp_path}" in done.stdout
    assert f"Try: vulncore demo --store {tmp_path / 'none'}" in run("verify", store=tmp_path / "none").stderr
