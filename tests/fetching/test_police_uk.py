"""What vulncore.fetching.police_uk promises: a force's months, whichever archives they lie in, as the reader takes them."""

import zipfile
from datetime import date

import pytest

from tests.fetching.local_site import Served
from tests.fetching.open_data import (
    ARCHIVES,
    MONTHS,
    archive,
    member_names,
    month_csv,
    months_up_to,
    serve_archives,
)
from vulncore.domain.errors import (
    InvalidPeriodError,
    UnknownNameError,
    UnreachableSiteError,
    UnreadableSourceError,
)
from vulncore.fetching.police_uk import FetchedMonths, fetch_months
from vulncore.sources import police_uk
from vulncore.sources.police_uk import FileKind


def quiet(*_: object) -> None:
    """Take note of no progress."""


def month(text: str) -> date:
    return date(int(text[:4]), int(text[5:]), 1)


def fetched(
    web, folder, first="2024-10", last=None, force="Kent Police", kinds=(FileKind.STREET,)
) -> FetchedMonths:
    return fetch_months(web, folder, [force], month(first), month(last) if last else None, kinds, quiet)


def files(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.csv"))


def months_of(last: str) -> dict[str, bytes]:
    return {
        name: month_csv(name[:7], "Kent Police" if "kent" in name else "Essex Police")
        for name in member_names(months_up_to(last))
    }


def test_months_of_a_force_come_as_the_reader_takes_them(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    months = fetched(web, tmp_path, "2024-11")
    assert files(tmp_path) == ["2024-11/2024-11-kent-street.csv", "2024-12/2024-12-kent-street.csv"]
    assert [name.file for name in months.fetched] == files(tmp_path)
    assert months.missing == ()
    delivery = police_uk.deliver([tmp_path])
    assert (delivery.rows.read, delivery.rows.accepted) == (6, 6)
    assert set(delivery.tables.incidents["force"].to_pylist()) == {"Kent Police"}


def test_no_more_of_an_archive_is_fetched_than_is_wanted(site, web, tmp_path):
    large = {f"2024-01/2024-01-essex-{number}.txt": bytes(range(256)) * 4_000 for number in range(5)}
    content = archive(large | months_of("2024-12"))
    stored = archive({})
    with zipfile.ZipFile(tmp_path / "stored.zip", "w", zipfile.ZIP_STORED) as packed:
        for name, member in (large | months_of("2024-12")).items():
            packed.writestr(name, member)
    content = (tmp_path / "stored.zip").read_bytes()
    assert len(content) > 5_000_000 > len(stored)
    serve_archives(site, {"2024-12": content})
    fetched(web, tmp_path / "into", "2024-12")
    assert site.bytes_sent < 2_000_000
    assert len([path for path in site.paths() if path.endswith(".zip")]) <= 4


def test_archives_are_chosen_so_that_every_month_is_covered(site, web, tmp_path):
    serve_archives(
        site,
        {last: archive(months_of(last)) for last in ("2024-12", "2024-11", "2021-12", "2020-05", "2018-12")},
    )
    months = fetched(web, tmp_path, "2017-01")
    assert months.missing == ()
    assert files(tmp_path) == member_names(months_up_to("2024-12", 96), ("kent",))
    opened = dict.fromkeys(path[-11:-4] for path in site.paths() if path.endswith(".zip"))
    assert list(opened) == ["2024-12", "2021-12", "2018-12"]


def test_months_that_are_nowhere_are_said(site, web, tmp_path):
    inside = months_of("2024-12")
    del inside["2024-10/2024-10-kent-street.csv"]
    serve_archives(site, {"2024-12": archive(inside)})
    months = fetched(web, tmp_path, "2021-12", "2025-01")
    assert [f"{name.month:%Y-%m}" for name in months.missing] == ["2021-12", "2024-10", "2025-01"]
    assert len(months.fetched) == 35


def test_a_month_whose_archive_is_listed_and_not_there_is_taken_from_the_next_best(site, web, tmp_path):
    serve_archives(site, {last: archive(months_of(last)) for last in ("2024-12", "2021-12", "2022-01")})
    del site.served[f"{ARCHIVES}2021-12.zip"]
    months = fetched(web, tmp_path, "2021-11", "2021-12")
    assert len(months.fetched) == 2
    del site.served[f"{ARCHIVES}2022-01.zip"]
    assert len(fetched(web, tmp_path / "none", "2021-11", "2021-12").missing) == 2


def test_a_second_run_fetches_nothing_that_is_whole_and_unchanged(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    fetched(web, tmp_path, "2024-11")
    again = fetched(web, tmp_path, "2024-10")
    assert [name.file[:7] for name in again.here] == ["2024-11", "2024-12"]
    assert [name.file[:7] for name in again.fetched] == ["2024-10"]


def test_a_newer_archive_replaces_months_that_it_revised(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    fetched(web, tmp_path, "2024-12")
    revised = {name: month_csv(name[:7], rows=5) for name in member_names(months_up_to("2025-01"), ("kent",))}
    serve_archives(site, {"2025-01": archive(revised)}, "2025-01")
    assert len(fetched(web, tmp_path, "2024-12").fetched) == 2
    assert (tmp_path / "2024-12/2024-12-kent-street.csv").read_bytes() == month_csv("2024-12", rows=5)


def test_a_run_that_breaks_off_keeps_what_came_and_goes_on_from_there(site, web, tmp_path):
    members = months_of("2024-12")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as packed:
        for name, member in members.items():
            packed.writestr(name, member if name.startswith("2024-1") else member + b"#" * 100_000)
    serve_archives(site, {"2024-12": (tmp_path / "a.zip").read_bytes()})
    # opened by its first byte and its end; of the members one comes, then the line breaks for good
    site.served[f"{ARCHIVES}2024-12.zip"].break_after = [10**9, 10**9, 10**9, 0, 0, 0]
    into = tmp_path / "into"
    with pytest.raises(UnreachableSiteError, match="breaks off again and again"):
        fetched(web, into, "2022-01", "2022-03")
    assert files(into) == ["2022-01/2022-01-kent-street.csv"]
    months = fetched(web, into, "2022-01", "2022-03")
    assert (len(months.here), len(months.fetched)) == (1, 2)


def test_where_no_parts_are_given_the_whole_archive_is_fetched_and_kept(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    site.served[f"{ARCHIVES}2024-12.zip"].ranges = False
    assert len(fetched(web, tmp_path, "2024-11").fetched) == 2
    assert (tmp_path / "2024-12.zip").is_file()
    before = site.bytes_sent
    again = fetched(web, tmp_path, "2024-10")
    assert (len(again.here), len(again.fetched)) == (2, 1)
    assert site.bytes_sent - before < 2 * len(site.served[f"{ARCHIVES}2024-12.zip"].content) + 10_000
    assert police_uk.deliver([tmp_path]).rows.accepted == 9


def test_a_whole_archive_with_another_digest_than_the_site_lists_is_refused(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    site.served[f"{ARCHIVES}2024-12.zip"].ranges = False
    site.served[f"{ARCHIVES}2024-12.zip"].content = archive(months_of("2024-11"))
    with pytest.raises(UnreachableSiteError, match="another digest"):
        fetched(web, tmp_path, "2024-11")
    assert files(tmp_path) == []


def test_a_member_that_was_damaged_on_the_way_is_refused(site, web, tmp_path):
    content = bytearray(archive(months_of("2024-12")))
    at = content.index(b"2024-12/2024-12-kent-street.csv") + 60
    content[at] ^= 0xFF
    serve_archives(site, {"2024-12": bytes(content)})
    with pytest.raises(UnreadableSourceError, match=r"2024-12\.zip is not a zip that can be read"):
        fetched(web, tmp_path, "2024-12")
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "..\\evil.csv"])
def test_an_archive_with_a_name_that_leads_out_is_refused_whole(site, web, tmp_path, name):
    serve_archives(site, {"2024-12": archive(months_of("2024-12") | {name: b"x"})})
    with pytest.raises(UnreadableSourceError, match="lead out of the zip"):
        fetched(web, tmp_path / "into", "2024-12")
    assert [str(path) for path in tmp_path.rglob("*.csv")] == []


def test_a_member_that_swells_is_given_up(site, web, tmp_path):
    serve_archives(
        site, {"2024-12": archive(months_of("2024-12") | {"2024-12/2024-12-kent-street.csv": b"0" * 10**7})}
    )
    with pytest.raises(UnreadableSourceError, match="swells to more than"):
        fetched(web, tmp_path, "2024-12")


def test_a_page_in_the_place_of_a_table_is_refused(site, web, tmp_path):
    page = {"2024-12/2024-12-kent-street.csv": b"\n<!doctype html><p>Not found"}
    serve_archives(site, {"2024-12": archive(months_of("2024-12") | page)})
    with pytest.raises(UnreadableSourceError, match="is a web page and not a table"):
        fetched(web, tmp_path, "2024-12")


def test_a_page_in_the_place_of_an_archive_is_refused(site, web, tmp_path):
    serve_archives(site, {"2024-12": b"<html>Sign in</html>"})
    site.served[f"{ARCHIVES}2024-12.zip"].kind = "text/html"
    with pytest.raises(UnreachableSiteError, match="answers with a web page where a file should be"):
        fetched(web, tmp_path, "2024-12")


def test_other_kinds_are_fetched_when_they_are_asked_for(site, web, tmp_path):
    outcomes = {"2024-12/2024-12-kent-outcomes.csv": month_csv("2024-12", kind=FileKind.OUTCOMES)}
    serve_archives(site, {"2024-12": archive(months_of("2024-12") | outcomes)})
    months = fetched(web, tmp_path, "2024-11", kinds=(FileKind.STREET, FileKind.OUTCOMES))
    assert len(months.fetched) == 3
    assert [name.file for name in months.missing] == ["2024-11/2024-11-kent-outcomes.csv"]
    assert police_uk.deliver([tmp_path], FileKind.OUTCOMES).rows.accepted == 3


@pytest.mark.parametrize(
    ("force", "message"),
    [
        ("Atlantis", "no force 'Atlantis'"),
        ("", "Write its name"),
        ("kent constabulary", "Did you mean: Kent Police"),
    ],
)
def test_a_force_that_the_site_has_not_is_said_before_anything_is_asked(site, web, tmp_path, force, message):
    with pytest.raises(UnknownNameError, match=message):
        fetched(web, tmp_path, force=force)
    assert site.asked_for == []


def test_months_that_do_not_follow_are_refused(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    with pytest.raises(InvalidPeriodError, match="end with 2024-01, before they begin with 2024-10"):
        fetched(web, tmp_path, last="2024-01")
    with pytest.raises(InvalidPeriodError, match=r"no month from 2025-03 on\. Its newest month is 2024-12"):
        fetched(web, tmp_path, "2025-03")


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'[{"month": 1}]', b'["2024-12"]', b"null", b"7"])
def test_a_site_whose_pages_changed_is_said_to_have(site, web, tmp_path, answer):
    site.served[ARCHIVES] = Served(b"<html>We have moved</html>", "text/html")
    site.served[MONTHS] = Served(answer, "application/json")
    with pytest.raises(UnreachableSiteError, match="does not say which months it has"):
        fetched(web, tmp_path)


def test_where_the_list_of_archives_changed_they_are_looked_for_by_the_months_there_are(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    site.served[ARCHIVES] = Served(b"<html>We have moved</html>", "text/html")
    assert len(fetched(web, tmp_path, "2024-11").fetched) == 2


def test_a_force_that_is_named_twice_is_fetched_once(site, web, tmp_path):
    serve_archives(site, {"2024-12": archive(months_of("2024-12"))})
    months = fetch_months(
        web,
        tmp_path,
        ["kent", "Kent Police", "Essex Police"],
        month("2024-12"),
        None,
        [FileKind.STREET],
        quiet,
    )
    assert [name.slug for name in months.fetched] == ["kent", "essex"]
