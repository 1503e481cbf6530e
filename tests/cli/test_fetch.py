"""What the commands promise that fetch open data: folders that publish and boundary take, and a sentence when they can't."""

from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.fetching.local_site import HASTY, LocalSite, local_site
from tests.fetching.open_data import (
    ARCHIVES,
    archive,
    area,
    member_names,
    month_csv,
    months_up_to,
    published_workbook,
    serve_archives,
    serve_areas,
    serve_tables,
)
from vulncore.cli import fetch
from vulncore.store import open_version, versions


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a site that the commands ask in the place of the official ones, from a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fetch, "PATIENCE", HASTY)
    with local_site() as site:
        monkeypatch.setenv("VULNCORE_FETCH_FROM", site.address)
        yield site


def serve_year(site: LocalSite) -> None:
    months = {name: month_csv(name[:7]) for name in member_names(months_up_to("2024-12"), ("kent",))}
    del months["2024-10/2024-10-kent-street.csv"]
    serve_archives(site, {"2024-12": archive(months)})


def test_street_level_crime_is_fetched_and_publishes(site, tmp_path):
    serve_year(site)
    done = run("fetch", "police-uk", "--force", "Kent Police", "--from", "2024-09")
    assert (done.exit_code, done.stderr) == (0, "Not there: Kent Police, street files of 2024-10.\n")
    assert done.stdout == (
        "fetched/police-uk: 3 files fetched, 0 here already and unchanged.\n"
        "Publish them with: vulncore publish police-uk fetched/police-uk\n"
    )
    published = run("publish", "police-uk", "fetched/police-uk", store=tmp_path / "store")
    assert published.exit_code == 0, published.stderr
    assert "Rows read: 9. Accepted: 9. Rejected: 0." in published.stdout
    assert open_version(tmp_path / "store", "police-uk").incidents.count().execute() == 9


def test_a_second_run_says_what_was_here(site):
    serve_year(site)
    for _ in range(2):
        done = run(
            "fetch",
            "police-uk",
            "--force",
            "kent",
            "--from",
            "2024-11",
            "--into",
            "my files",
            "--to",
            "2024-12",
        )
    assert done.stdout == (
        "my files: 0 files fetched, 2 here already and unchanged.\nPublish them with: vulncore publish police-uk 'my files'\n"
    )


def test_recorded_crime_is_fetched_and_publishes_year_by_year(site, tmp_path):
    serve_tables(site, {"prc-pfa-mar2013-onwards-tables.ods": published_workbook(["2023/24", "2024/25"])})
    done = run("fetch", "home-office")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == (
        "fetched/home-office: 1 file fetched, 0 here already and unchanged. They make 2 tables.\n"
        "Publish the newest with: vulncore publish recorded-crime fetched/home-office/recorded-crime-2024-25.csv\n"
    )
    for table in sorted(Path("fetched/home-office").glob("*.csv")):
        published = run("publish", "recorded-crime", table, store=tmp_path / "store")
        assert published.exit_code == 0, published.stderr
        assert "Rows read: 8. Accepted: 8. Rejected: 0." in published.stdout
    (dataset,) = {publish.dataset for publish in versions(tmp_path / "store", "recorded-crime")}
    assert open_version(tmp_path / "store", dataset).counts.count().execute() == 16


def test_boundaries_are_fetched_and_kept(site, tmp_path):
    serve_areas(site, [area("Kent", 0), area("Essex", 1), area("Atlantis", 2)])
    done = run("fetch", "boundaries")
    assert (done.exit_code, done.stderr) == (0, "No force is known by the name of: Atlantis.\n")
    assert done.stdout == (
        "fetched/boundaries: 2 files fetched, 0 here already and unchanged.\n"
        "Keep an area with: vulncore boundary fetched/boundaries/kent.geojson --force 'Kent Police'\n"
    )
    kept = run(
        "boundary", "fetched/boundaries/kent.geojson", "--force", "Kent Police", store=tmp_path / "store"
    )
    assert kept.exit_code == 0, kept.stderr
    assert kept.stdout.startswith("Kent Police: 1,9")


@pytest.mark.parametrize(
    "words",
    [["police-uk", "--force", "Kent Police", "--from", "2024-09"], ["home-office"], ["boundaries"]],
    ids=["police-uk", "home-office", "boundaries"],
)
def test_without_internet_each_says_so_and_what_to_do(site, words):
    done = run("fetch", *words, "--site", "http://127.0.0.1:9")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "vulncore: There is no way to 127.0.0.1:9 from here: nothing answers there. Check"
    )
    assert not list(Path().rglob("*.*"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--force", "Atlantis", "--from", "2024-09"], "data.police.uk has no force 'Atlantis'"),
        (["--force", "Kent Police", "--from", "September"], "'September' is not a month"),
        (["--force", "Kent Police", "--from", "2024-10", "--to", "2024-10"], "None of these months is there"),
        (
            ["--force", "Kent Police", "--from", "2024-10", "--site", "ftp://a"],
            "is not the address of a site",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(site, words, message):
    serve_year(site)
    done = run("fetch", "police-uk", *words)
    assert (done.exit_code, message in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.output


def test_a_site_that_breaks_off_ends_in_a_sentence_and_the_next_run_goes_on(site):
    serve_year(site)
    served = site.served[f"{ARCHIVES}2024-12.zip"]
    served.ranges, served.break_after = False, [0, 200, 0, 0]
    done = run("fetch", "police-uk", "--force", "kent", "--from", "2024-12")
    assert (done.exit_code, "breaks off again and again" in done.stderr) == (1, True), done.stderr
    served.break_after = []
    assert run("fetch", "police-uk", "--force", "kent", "--from", "2024-12").exit_code == 0


def test_the_group_lists_its_commands_and_each_has_help(site):
    done = run("fetch", "--help")
    assert done.exit_code == 0
    assert all(name in done.stdout for name in ("police-uk", "home-office", "boundaries"))
    for name in ("police-uk", "home-office", "boundaries"):
        assert "--into" in run("fetch", name, "--help").stdout
    assert run("fetch", "weather").exit_code == 2


@pytest.mark.parametrize(("terminal", "shown"), [("1", True), ("", False)], ids=["a terminal", "a script"])
def test_progress_is_for_people_at_a_terminal(site, monkeypatch, terminal, shown):
    serve_year(site)
    site.served[f"{ARCHIVES}2024-12.zip"].ranges = False
    monkeypatch.setenv("FORCE_COLOR", terminal)  # by which a terminal is told from a file
    done = run("fetch", "police-uk", "--force", "kent", "--from", "2024-12")
    assert done.exit_code == 0
    assert ("2024-12.zip" in done.stderr) is shown
