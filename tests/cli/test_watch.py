"""What the command promises that publishes what arrives in a folder."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.county_extract import CODES, FORCE, county_records, write_county_workbook
from tests.sources.police_uk.test_street import ASB, line, street_csv
from vulncore.domain.errors import PublishRefusedError
from vulncore.sources import arrivals
from vulncore.sources.monthly_counts import HEADER
from vulncore.store import datasets, open_version, versions
from vulncore.store import publish as publish_delivery

DEPLOY = Path(__file__).parents[2] / "deploy"
CRIMES = f"""
source = "crimes"
force = "{FORCE}"
[columns]
record_id = "Id"
recorded_on = "Recorded"
[[counts]]
column = "Offence"
[counts.codes]
Rape = "rape"
Hate = "hate-crime"
"""


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Two looks follow at once: nobody writes to the folders of these tests."""
    monkeypatch.setattr(arrivals, "PAUSE_S", 0)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder in which nothing has arrived, and whose dataset has no version."""
    made = tmp_path / "arrivals"
    made.mkdir()
    return made


@pytest.fixture
def store(tmp_path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def mapping(tmp_path) -> Path:
    path = tmp_path / "crimes.toml"
    path.write_text(CRIMES, encoding="utf-8")
    return path


def crimes(path: Path, *months: tuple[str, int], code: str = "Rape", more: tuple[str, ...] = ()) -> Path:
    """Write an extract with so many records of each month, and more lines."""
    lines = [
        f"{month}/{number},{number % 28 + 1:02d}/{month[5:]}/{month[:4]},{code}"
        for month, count in months
        for number in range(count)
    ]
    path.write_text("\n".join(["Id,Recorded,Offence", *lines, *more]) + "\n", encoding="utf-8")
    return path


def watch(folder: Path, *more: object, store: Path):
    return run("watch", folder, "--dataset", "county", "--once", *more, store=store)


def note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.refused.txt")


@pytest.fixture
def begun(folder, store, mapping) -> Path:
    """Return the folder once October's file has been published from it, and its mapping kept."""
    crimes(folder / "october.csv", ("2024-10", 40))
    done = watch(folder, "--mapping", mapping, store=store)
    assert done.exit_code == 0, done.stdout
    return folder


def totals(store: Path) -> dict[str, int]:
    """Return how many records the newest version holds of each month."""
    recorded = open_version(store, "county").incidents.recorded_on.to_pandas()
    return {
        f"{month:%Y-%m}": int(count)
        for month, count in recorded.map(lambda day: day.replace(day=1)).value_counts().items()
    }


def test_a_second_month_of_a_county_is_read_with_the_first_ones_mapping(folder, store, tmp_path):
    months = [
        county_records(date(2024, month, 1), date(2024, month, 30), 200, seed=month) for month in (10, 11)
    ]
    first = write_county_workbook(tmp_path / "first.xlsx", months[0])
    codes = "\n".join(f'"{code}" = "{key}"' for code, key in CODES.items())
    mapping = tmp_path / "county.toml"
    mapping.write_text(
        f'source = "vulnerability"\nforce = "{FORCE}"\nheading = [4, 5]\n[coverage]\nfirst = "2024-10"\nlast = "2024-10"\n'
        f'[columns]\nrecord_id = "Crime: Crime Number"\nrecorded_on = "Crime: Recorded Dt"\n'
        f'[[counts]]\ncolumn = "Crime: Offence Type"\n[counts.codes]\n{codes}\n'
    )
    done = run("publish", "records", first, "--mapping", mapping, "--dataset", "county", store=store)
    assert done.exit_code == 0, done.stderr
    write_county_workbook(folder / "NOV extract FINAL.xlsx", months[1])
    done = watch(folder, store=store)
    assert done.exit_code == 0, done.stdout
    (line,) = done.stdout.splitlines()
    assert re.match(
        r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC NOV extract FINAL\.xlsx: Published 'county' version 2: ", line
    )
    assert "Rows read: 201. Accepted: 200. Rejected: 0. Left out: 1." in line
    assert "Left out, totals row: 1." in line
    assert "Its records were read as those of vulnerability, for November 2024." in line
    assert "6 figures are new" in line
    counted = {key: sum(CODES[record.code] == key for record in months[1]) for key in CODES.values()}
    held = open_version(store, "county").incidents
    november = held.filter(held.recorded_on >= date(2024, 11, 1)).measure.to_pandas().value_counts()
    assert november.to_dict() == counted


def test_what_was_published_is_not_published_again_whatever_it_is_called(begun, store):
    shutil.copy(begun / "october.csv", begun / "copy.csv")
    for _ in range(2):
        done = watch(begun, store=store)
        assert (done.exit_code, done.stdout) == (0, "")
    assert len(versions(store, "county")) == 1


def test_a_file_that_brought_nothing_new_never_undoes_a_later_correction(begun, store):
    same = crimes(begun / "same.csv", ("2024-10", 40))
    same.write_text(same.read_text() + "\n")
    os.utime(same, (2_000, 2_000))
    done = watch(begun, store=store)
    assert "'county' holds exactly these figures already, as version 1" in done.stdout
    crimes(begun / "correction.csv", ("2024-10", 38))
    assert "version 2" in watch(begun, store=store).stdout
    assert (watch(begun, store=store).stdout, totals(store)) == ("", {"2024-10": 38})


def test_a_new_code_is_refused_by_name_however_few_rows_have_it(begun, store):
    path = crimes(begun / "november.csv", ("2024-11", 99), more=("X1,05/11/2024,Spiking",))
    done = watch(begun, store=store)
    assert done.exit_code == 1
    (line,) = done.stdout.splitlines()
    assert (
        "Refused: 1 code of Offence is not in the mapping that is kept: Spiking (1 row). Publish this file on the Data page"
        in line
    )
    note = note_of(path).read_text()
    assert "1 code of Offence is not in the mapping that is kept: Spiking (1 row)" in note
    assert re.search(r"SHA-256 of the file: [0-9a-f]{64}", note)
    assert len(versions(store, "county")) == 1


def test_a_code_of_many_rows_is_refused_by_the_same_sentence(begun, store):
    crimes(begun / "november.csv", ("2024-11", 99), code="Spiking")
    done = watch(begun, store=store)
    assert (
        done.exit_code,
        "of Offence is not in the mapping that is kept: Spiking (99 rows)" in done.stdout,
    ) == (1, True)


def test_what_is_refused_waits_until_it_changes_and_the_others_go_on(begun, store, monkeypatch):
    path = crimes(begun / "november.csv", ("2024-11", 40), code="Spiking")
    os.utime(path, (1_000, 1_000))
    crimes(begun / "december.csv", ("2024-12", 40))
    done = watch(begun, store=store)
    assert (done.exit_code, len(done.stdout.splitlines()), totals(store).keys()) == (
        1,
        2,
        {"2024-10", "2024-12"},
    )
    with monkeypatch.context() as patched:
        patched.setattr("vulncore.cli.watch.read_delivery", lambda *_: pytest.fail("it was read again"))
        again = watch(begun, store=store)
    assert (again.exit_code, again.stdout.count("Refused before: see november.csv.refused.txt.")) == (1, 1)
    crimes(path, ("2024-11", 40))
    mended = watch(begun, store=store)
    assert (mended.exit_code, note_of(path).exists()) == (0, False), mended.stdout
    assert totals(store).keys() == {"2024-10", "2024-11", "2024-12"}


def test_a_file_is_tried_again_once_its_note_is_deleted_and_the_note_goes_where_it_was_published_elsewhere(
    begun, store, mapping
):
    path = crimes(begun / "november.csv", ("2024-11", 40), code="Spiking")
    watch(begun, store=store)
    note_of(path).unlink()
    assert "Refused: 1 code" in watch(begun, store=store).stdout
    mapping.write_text(CRIMES + 'Spiking = "hate-crime"\n')
    by_hand = run(
        *("publish", "records", path, "--mapping", mapping, "--covers", "2024-11", "--dataset", "county"),
        store=store,
    )
    assert by_hand.exit_code == 0, by_hand.stderr
    assert (watch(begun, store=store).exit_code, note_of(path).exists()) == (0, False)
    crimes(begun / "december.csv", ("2024-12", 40), code="Spiking")
    assert watch(begun, store=store).exit_code == 0  # the newest mapping is the one with the code


def test_figures_that_would_be_withdrawn_are_refused_unless_that_is_meant(begun, store, mapping):
    mapping.write_text(CRIMES.replace('Hate = "hate-crime"', 'Hate = "rape"'))
    path = crimes(begun / "october again.csv", ("2024-10", 41))
    done = watch(begun, "--mapping", mapping, store=store)
    assert (done.exit_code, note_of(path).exists()) == (1, True)
    assert "1 figure would be gone from the newest version: Hate crime, October 2024." in done.stdout
    note_of(path).unlink()
    meant = watch(begun, "--mapping", mapping, "--withdraw", store=store)
    assert (meant.exit_code, totals(store)) == (0, {"2024-10": 41}), meant.stdout


def test_a_few_late_records_of_a_month_never_stand_for_all_of_it(begun, store):
    crimes(begun / "november.csv", ("2024-10", 1), ("2024-11", 40))
    done = watch(begun, store=store)
    assert (done.exit_code, totals(store)) == (0, {"2024-10": 40, "2024-11": 40}), done.stdout
    path = crimes(begun / "late.csv", ("2024-10", 3))
    done = watch(begun, store=store)
    assert done.exit_code == 1
    assert "October 2024 would keep 3 of 40 records, if late.csv is whole." in done.stdout
    note_of(path).unlink()
    assert watch(begun, "--withdraw", store=store).exit_code == 0
    assert totals(store) == {"2024-10": 3, "2024-11": 40}


def test_a_record_of_another_month_that_changed_is_refused_until_somebody_says_what_the_files_hold(
    begun, store
):
    path = crimes(begun / "november.csv", ("2024-11", 40), more=("2024-10/3,05/11/2024,Rape",))
    done = watch(begun, store=store)
    assert (done.exit_code, totals(store)) == (1, {"2024-10": 40})
    assert "1 record in november.csv was published before" in done.stdout
    assert "`vulncore publish --holds`" in note_of(path).read_text()
    of_county = ("--dataset", "county", "--holds", "created or changed")
    assert run("publish", "records", path, *of_county, store=store).exit_code == 0
    assert watch(begun, store=store).exit_code == 0
    assert not note_of(path).exists()
    assert totals(store) == {"2024-10": 39, "2024-11": 41}
    crimes(begun / "december.csv", ("2024-12", 10), more=("2024-10/4,06/12/2024,Rape",))
    done = watch(begun, store=store)
    assert done.exit_code == 0, done.stdout  # read as the last file was
    assert "Rape, October 2024: 39 to 38." in done.stdout
    assert totals(store) == {"2024-10": 38, "2024-11": 41, "2024-12": 11}


def test_a_slip_in_a_year_covers_no_months_without_records(begun, store):
    crimes(begun / "november.csv", ("2024-11", 40), more=("X1,05/11/2042,Rape",))
    done = watch(begun, store=store)
    assert (done.exit_code, totals(store)) == (1, {"2024-10": 40})
    assert (
        "from November 2024 to November 2042, with none in 215 of the months between: December 2024"
        in done.stdout
    )


def test_records_of_a_dataset_without_a_mapping_are_refused_with_what_to_do(folder, store):
    crimes(folder / "october.csv", ("2024-10", 40))
    done = watch(folder, store=store)
    assert (
        done.exit_code,
        "'county' keeps no mapping of columns and codes yet. Name one with --mapping" in done.stdout,
    ) == (
        1,
        True,
    )
    assert datasets(store) == ()


def test_a_merged_download_is_refused_with_its_months_unless_a_mapping_reads_its_columns(
    folder, store, tmp_path
):
    street_csv(folder, line("a1"), line("a2"), name="all of May.csv")
    done = watch(folder, store=store)
    assert "add --covers 2024-05:2024-05" in done.stdout
    assert datasets(store) == ()
    mapping = tmp_path / "street.toml"
    columns = (
        CRIMES.replace('"Id"', '"Crime ID"')
        .replace('"Recorded"', '"Month"')
        .replace('"Offence"', '"Crime type"')
    )
    mapping.write_text(columns.replace('Hate = "hate-crime"', 'Burglary = "burglary"'), encoding="utf-8")
    done = watch(folder, "--mapping", mapping, store=store)
    assert "add --covers" not in done.stdout
    assert "police-uk" not in done.stdout


def test_of_two_extracts_each_is_read_with_its_kept_mapping(begun, store, tmp_path):
    other = tmp_path / "incidents.toml"
    other.write_text(
        CRIMES.replace('"crimes"', '"incidents"')
        .replace('"Offence"', '"Class"')
        .replace('"rape"', '"stalking-and-harassment"')
        .replace('"hate-crime"', '"modern-slavery"')
    )
    first = crimes(tmp_path / "incidents.csv", ("2024-10", 30))
    first.write_text(first.read_text().replace("Offence", "Class"))
    done = run(
        "publish",
        "records",
        first,
        "--mapping",
        other,
        "--covers",
        "2024-10",
        "--dataset",
        "county",
        store=store,
    )
    assert done.exit_code == 0, done.stderr
    crimes(begun / "november.csv", ("2024-11", 40))
    done = watch(begun, store=store)
    assert (done.exit_code, "read as those of crimes, for November 2024" in done.stdout) == (0, True), (
        done.stdout
    )
    neither = begun / "december.csv"
    neither.write_text("Colour,Size\nblue,1\n")
    assert "Refused: " in watch(begun, store=store).stdout
    assert note_of(neither).exists()


def test_files_of_other_sources_are_told_by_what_they_are(folder, store):
    street_csv(folder, "a1;2024-05", *[ASB] * 40)
    done = watch(folder, store=store)
    assert (done.exit_code, "Accepted: 40. Rejected: 1." in done.stdout) == (0, True), done.stdout
    assert (folder / "2024-05-city-of-london-street.rejects.csv").exists()
    counts = folder / "counts.csv"
    counts.write_text(",".join(HEADER) + "\nRuritania Police,rape,2024-05,3\n")
    other = watch(folder, store=store)
    assert (
        other.exit_code,
        "holds figures from police-uk and these come from monthly-counts" in other.stdout,
    ) == (1, True)
    told = run("watch", folder, "--dataset", "totals", "--source", "monthly-counts", "--once", store=store)
    assert "2024-05-city-of-london-street.csv: Refused" in told.stdout


def test_the_stores_fault_is_no_fault_of_a_file_and_the_next_look_tries_again(begun, store, monkeypatch):
    path = crimes(begun / "november.csv", ("2024-11", 40))

    def full(*_):
        raise PublishRefusedError(
            "Nothing was published, because the store cannot be written: no space left on device."
        )

    with monkeypatch.context() as patched:
        patched.setattr("vulncore.store.publish", full)
        done = watch(begun, store=store)
    assert (done.exit_code, "Not published yet: Nothing was published" in done.stdout) == (1, True)
    assert not note_of(path).exists()
    assert watch(begun, store=store).exit_code == 0


def test_a_note_that_is_a_link_or_no_text_stops_nothing_and_leads_nowhere(begun, store, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    path = crimes(begun / "november.csv", ("2024-11", 40), code="Spiking")
    note_of(path).symlink_to(outside)
    assert watch(begun, store=store).exit_code == 1
    assert (outside.read_text(), "SHA-256" in note_of(path).read_text()) == ("mine", True)
    note_of(path).write_bytes(b"\xff\0" * 1_000)
    assert "Refused: 1 code" in watch(begun, store=store).stdout


def test_a_name_too_long_for_a_note_is_refused_all_the_same(begun, store):
    crimes(begun / f"{'n' * 246}.csv", ("2024-11", 40), code="Spiking")
    done = watch(begun, store=store)
    assert (done.exit_code, "could not be noted beside it: file name too long" in done.stdout) == (1, True), (
        done.stdout
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--dataset", "No Name"), "'No Name' cannot be the name of a dataset"),
        (("--dataset", "a", "--source", "published-table"), "published-table can't be watched for"),
        (
            ("--dataset", "a", "--source", "police-uk", "--mapping", "a.toml"),
            "police-uk does not use --mapping",
        ),
        (("--dataset", "a", "--mapping", "gone.toml"), "There is no mapping gone.toml"),
    ],
)
def test_what_cannot_be_watched_is_one_sentence(folder, store, words, sentence):
    done = run("watch", folder, "--once", *words, store=store)
    assert (done.exit_code, done.stderr.count("\n"), sentence in done.stderr) == (1, 1, True), done.stderr


def test_a_folder_that_is_not_there_or_is_closed_is_one_sentence(folder, store, monkeypatch):
    gone = watch(folder / "gone", store=store)
    assert (gone.exit_code, "There is no folder" in gone.stderr, gone.stderr.count("\n")) == (1, True, 1)
    access = os.access  # says no of this folder, as to whoever isn't root
    monkeypatch.setattr("os.access", lambda path, *more: path != folder and access(path, *more))
    closed = watch(folder, store=store)
    assert (closed.exit_code, "can't be read and written by" in closed.stderr, closed.stderr.count("\n")) == (
        1,
        True,
        1,
    )


def test_an_empty_folder_is_nothing_to_do(folder, store):
    done = watch(folder, store=store)
    assert (done.exit_code, done.stdout, datasets(store)) == (0, "", ())


def test_the_mapping_may_lie_in_the_folder(folder, store):
    (folder / "crimes.toml").write_text(CRIMES)
    crimes(folder / "october.csv", ("2024-10", 40))
    done = watch(folder, "--mapping", folder / "crimes.toml", store=store)
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1), done.stdout


def test_an_end_asked_for_during_a_publish_comes_after_it_and_before_the_next_file(begun, store, monkeypatch):
    for month, written in (("11", 1_000), ("12", 2_000)):
        os.utime(crimes(begun / f"{month}.csv", (f"2024-{month}", 40)), (written, written))

    def interrupted(*words):
        os.kill(os.getpid(), signal.SIGTERM)
        return publish_delivery(*words)

    monkeypatch.setattr("vulncore.store.publish", interrupted)
    done = run("watch", begun, "--dataset", "county", store=store)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].endswith("Stopped. Every file was published whole or not at all.")
    assert totals(store).keys() == {"2024-10", "2024-11"}
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_file_whose_reading_is_broken_off_by_the_end_is_not_refused(begun, store, monkeypatch):
    path = crimes(begun / "november.csv", ("2024-11", 40))

    def broken_off(*_):
        os.kill(os.getpid(), signal.SIGINT)
        raise RuntimeError("Traceback of a process that Ctrl-C ended")

    monkeypatch.setattr("vulncore.cli.watch.read_delivery", broken_off)
    done = watch(begun, store=store)
    assert (done.exit_code, note_of(path).exists(), "Traceback" in done.stdout) == (0, False, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_service_publishes_what_arrives_while_it_runs_until_it_is_stopped(begun, store, number):
    command = [sys.executable, "-m", "vulncore.cli", "watch", begun, "--dataset", "county", "--every", "1"]
    with subprocess.Popen(
        [*map(str, command), "--store", str(store)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as service:
        assert "every 1 s for 'county'" in service.stdout.readline()
        crimes(begun / "november.csv", ("2024-11", 40))
        assert "november.csv: Published 'county' version 2" in service.stdout.readline()
        start = time.monotonic()
        service.send_signal(number)
        out, err = service.communicate(timeout=60)
    assert (service.returncode, err) == (0, "")
    assert out.strip().endswith("Stopped. Every file was published whole or not at all.")
    assert time.monotonic() - start < 10


def test_the_units_for_systemd_are_whole_and_call_the_command_as_it_is(tmp_path):
    service, timer = (DEPLOY / f"vulncore-watch@.{kind}" for kind in ("service", "timer"))
    text = service.read_text(encoding="utf-8")
    words = re.search(r"^ExecStart=\S+/vulncore (.*)$", text, re.MULTILINE)[1].replace("%i", "county").split()
    folder = tmp_path / "arrivals"
    folder.mkdir()
    done = run(*(folder if word.startswith("/srv") else word for word in words), store=tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    assert {word for word in words if word.startswith("/srv")} <= set(
        re.findall(r"ReadWritePaths=(.*)", text)[0].replace("%i", "county").split()
    )
    if shutil.which("systemd-analyze") is None:
        pytest.skip("this system has no systemd")
    for unit in (service, timer):
        named = tmp_path / unit.name
        named.write_text(unit.read_text().replace("/opt/vulncore/bin/vulncore", sys.executable))
    check = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / timer.name, tmp_path / service.name],
        capture_output=True,
        text=True,
    )
    assert (check.returncode, check.stderr) == (0, "")


def test_the_line_for_cron_is_one_that_the_command_understands(folder, store):
    guide = (DEPLOY.parent / "docs" / "deploying.md").read_text(encoding="utf-8")
    words = re.search(r"^\*/10 \* \* \* \* \S+/vulncore (.*)$", guide, re.MULTILINE)[1].split()
    places = {"/srv/vulncore/arrivals/kent": folder, "/var/lib/vulncore/store": store}
    assert places.keys() <= set(words)
    assert run(*(places.get(word, word) for word in words)).exit_code == 0
