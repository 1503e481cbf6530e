"""What vulncore.fetching.home_office promises: the newest tables, as CSV that the reader of recorded crime takes."""

import csv

import pytest

from tests.fetching.local_site import Served
from tests.fetching.open_data import (
    CONTENT,
    FORMER_CONTENT,
    offences,
    published_workbook,
    serve_tables,
    workbook,
)
from vulncore.domain.errors import (
    NotThereError,
    UnknownNameError,
    UnreachableSiteError,
    UnreadableSourceError,
)
from vulncore.fetching.home_office import FetchedTables, fetch_tables
from vulncore.sources import recorded_crime
from vulncore.sources.recorded_crime.quarters import HEADER

NEWEST = "prc-pfa-mar2013-onwards-tables-230426.ods"
EARLIER = "prc-pfa-mar2008-mar2012-tabs.ods"


def quiet(*_: object) -> None:
    """Take note of no progress."""


def fetched(web, folder, force: str | None = None, earlier: bool = False) -> FetchedTables:
    return fetch_tables(web, folder, force, earlier, quiet)


def counts(path) -> dict[tuple[str, str], int]:
    table = recorded_crime.deliver(path).tables.counts
    return {(row["force"], f"{row['period_start']:%Y-%m}"): row["count"] for row in table.to_pylist()}


def test_a_table_for_each_year_comes_as_the_reader_takes_it(site, web, tmp_path):
    serve_tables(
        site, {EARLIER: published_workbook(["2011/12"]), NEWEST: published_workbook(["2023/24", "2024/25"])}
    )
    tables = fetched(web, tmp_path)
    assert (tables.workbooks, tables.new) == ((NEWEST,), 1)
    assert tables.tables == ("recorded-crime-2023-24.csv", "recorded-crime-2024-25.csv")
    figures = counts(tmp_path / "recorded-crime-2024-25.csv")
    assert figures["Kent Police", "2024-04"] == 3
    assert figures["City of London Police", "2025-01"] == 6
    assert len(figures) == 8


def test_earlier_years_come_when_they_are_asked_for_and_never_in_the_place_of_newer_figures(
    site, web, tmp_path
):
    earlier = published_workbook(["2011/12", "2012/13"], count=50)
    serve_tables(site, {EARLIER: earlier, NEWEST: published_workbook(["2012/13", "2013/14"])})
    tables = fetched(web, tmp_path, earlier=True)
    assert tables.workbooks == (NEWEST, EARLIER)
    assert [table[-11:-4] for table in tables.tables] == ["2011-12", "2012-13", "2013-14"]
    assert counts(tmp_path / "recorded-crime-2012-13.csv")["Kent Police", "2012-04"] == 3
    assert counts(tmp_path / "recorded-crime-2011-12.csv")["Kent Police", "2011-04"] == 51


def test_a_force_has_all_its_years_in_one_table(site, web, tmp_path):
    serve_tables(site, {NEWEST: published_workbook(["2023/24", "2024/25"])})
    tables = fetched(web, tmp_path, "City of London Police")
    assert tables.tables == ("recorded-crime-city-of-london.csv",)
    figures = counts(tmp_path / tables.tables[0])
    assert {force for force, _ in figures} == {"City of London Police"}
    assert len(figures) == 8


def test_the_page_where_the_tables_were_before_is_asked_where_the_other_has_none(site, web, tmp_path):
    serve_tables(site, {NEWEST: published_workbook(["2024/25"])}, FORMER_CONTENT)
    assert fetched(web, tmp_path).new == 1
    site.served[CONTENT] = Served(b'{"details": {"attachments": []}}', "application/json")
    assert fetched(web, tmp_path / "again").new == 1


def test_a_page_without_tables_and_no_page_are_said(site, web, tmp_path):
    with pytest.raises(NotThereError, match="has nothing at"):
        fetched(web, tmp_path)
    serve_tables(site, {"prc-outcomes.ods": b"x"})
    serve_tables(site, {"prc-outcomes.ods": b"x"}, FORMER_CONTENT)
    with pytest.raises(UnreachableSiteError, match="lists no table of recorded crime by police force area"):
        fetched(web, tmp_path)


def test_a_second_run_fetches_nothing_and_writes_nothing(site, web, tmp_path):
    serve_tables(site, {NEWEST: published_workbook(["2024/25"])})
    fetched(web, tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = fetched(web, tmp_path)
    assert (again.new, again.tables) == (0, ("recorded-crime-2024-25.csv",))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps


def test_a_new_release_under_another_name_is_taken(site, web, tmp_path):
    serve_tables(site, {NEWEST: published_workbook(["2024/25"])})
    fetched(web, tmp_path)
    serve_tables(
        site, {"prc-pfa-mar2013-onwards-tables-230726.ods": published_workbook(["2024/25"], count=7)}
    )
    assert fetched(web, tmp_path).new == 1
    assert counts(tmp_path / "recorded-crime-2024-25.csv")["Kent Police", "2024-04"] == 8


def test_a_table_that_is_a_csv_already_is_taken_as_it_is(site, web, tmp_path):
    lines = [",".join(HEADER), *(",".join(map(str, row)) for row in offences("2024/25"))]
    serve_tables(site, {"prc-pfa-mar2013-onwards.csv": "\n".join(lines).encode()})
    fetched(web, tmp_path)
    assert len(counts(tmp_path / "recorded-crime-2024-25.csv")) == 4


def test_columns_in_another_order_and_titles_above_them_do_not_matter(site, web, tmp_path):
    turned = [[*row[::-1], "note"] for row in [[name.lower() for name in HEADER], *offences("2024/25")]]
    content = workbook({"2024_25": [["Table 1"], [], *turned, ["", "", "", "", "", "", "", "Total", ""]]})
    serve_tables(site, {NEWEST: content})
    fetched(web, tmp_path)
    with (tmp_path / "recorded-crime-2024-25.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(HEADER)
    assert rows[1] == [str(value) for value in offences("2024/25")[0]]
    assert rows[-1][0] == "Total"  # for the reader to judge, with the year before it


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a workbook", "is not a workbook"),
        (workbook({"Notes": [["nothing"]]}), "No sheet of .* has the columns Financial Year"),
        (workbook({"2024_25": [list(HEADER)]}), "has no row of any force"),
    ],
    ids=["no zip", "no such sheet", "no rows"],
)
def test_a_workbook_without_the_table_is_refused(site, web, tmp_path, content, message):
    serve_tables(site, {NEWEST: content})
    with pytest.raises((UnreadableSourceError, UnreachableSiteError), match=message):
        fetched(web, tmp_path)
    assert not list(tmp_path.glob("*.csv"))


def test_a_force_that_nobody_knows_is_said_before_anything_is_asked(site, web, tmp_path):
    with pytest.raises(UnknownNameError, match="no force 'Atlantis'"):
        fetched(web, tmp_path, "Atlantis")
    assert site.asked_for == []
    serve_tables(site, {NEWEST: published_workbook(["2024/25"])})
    with pytest.raises(UnreachableSiteError, match="has no row of Essex Police"):
        fetched(web, tmp_path, "Essex Police")
