"""What vulncore.sources.police_uk promises of files that are damaged, or made to do harm."""

import zipfile
from pathlib import Path

import pytest

from tests.sources.test_police_uk import ASB, HEADER, MAY, line, street_csv
from vulncore.errors import UnreadableSourceError
from vulncore.sources import police_uk_files, zip_members
from vulncore.sources.police_uk import deliver

WHOLE = f"{HEADER}\n{line()}\n{ASB}\n".encode()


def street_zip(folder: Path, **members: bytes) -> Path:
    path = folder / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members or {MAY: WHOLE}).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: not even a header"),
        (WHOLE[:-40], "breaks off in line 3, so rows are missing"),
        (WHOLE.replace(b"Bank", b"B\0nk"), "holds 2 NUL bytes"),
        (WHOLE.replace(b"Bank", b"B\xe4nk"), r"is not UTF-8 text \(byte 2\d\d\)"),
        (WHOLE.decode().encode("utf-16"), "NUL bytes, so it is damaged or no CSV"),
        (WHOLE.replace(b"Crime type", b"Type"), "its first line lacks Crime type"),
        (WHOLE.replace(b"Longitude,Latitude", b"Latitude,Longitude"), "in another order, or more"),
        (b"<html>Not found</html>\n", "its first line lacks Crime ID, Month.* and 7 more"),
    ],
    ids=["nothing", "cut off", "NUL", "latin-1", "utf-16", "column", "order", "web page"],
)
def test_a_damaged_file_is_refused_in_a_sentence(tmp_path, content, message):
    path = tmp_path / MAY
    path.write_bytes(content)
    with pytest.raises(UnreadableSourceError, match=message):
        deliver([path])


@pytest.mark.parametrize(
    "name",
    ["crimes.csv", "2024-05-atlantis-street.csv", "2024-5-kent-street.csv", "2024-05-kent-street (1).csv"],
)
def test_a_name_that_does_not_say_month_and_force_is_refused(tmp_path, name):
    with pytest.raises(UnreadableSourceError, match=r"does not say its month and force.*2024-10-city-of-lo"):
        deliver([street_csv(tmp_path, line(), name=name)])


def test_a_month_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"2024-13-kent-street\.csv is of no month"):
        deliver([street_csv(tmp_path, name="2024-13-kent-street.csv")])


def test_the_same_month_twice_is_refused_with_both_its_files(tmp_path):
    path, archive = street_csv(tmp_path, line()), street_zip(tmp_path)
    with pytest.raises(
        UnreadableSourceError,
        match=rf"May 2024 of City of London Police is there 2 times .*{MAY} in download",
    ):
        deliver([path, archive])


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"There is no file or folder .*nowhere\.zip"):
        deliver([tmp_path / "nowhere.zip"])


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "crimes.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(UnreadableSourceError, match=r"crimes\.xlsx is no zip, CSV or folder"):
        deliver([path])


def test_no_path_at_all_is_refused():
    with pytest.raises(UnreadableSourceError, match="None of 0 files is a street file"):
        deliver([])


def test_what_is_only_named_a_zip_is_refused(tmp_path):
    path = tmp_path / "download.zip"
    path.write_bytes(WHOLE)
    with pytest.raises(UnreadableSourceError, match=r"download\.zip is not a zip that can be read"):
        deliver([path])


def test_a_zip_cut_short_is_refused(tmp_path):
    path = street_zip(tmp_path)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UnreadableSourceError, match="is not a zip that can be read"):
        deliver([path])


def test_a_zip_with_a_flipped_byte_is_refused(tmp_path):
    path = street_zip(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(MAY) + 60] ^= 0xFF  # within the packed rows, past the 30 bytes before the name
    path.write_bytes(content)
    with pytest.raises(UnreadableSourceError, match="is not a zip that can be read"):
        deliver([path])


@pytest.mark.parametrize(
    "name",
    [f"../{MAY}", f"a/../../{MAY}", f"/etc/{MAY}", f"C:/{MAY}", f"..\\{MAY}", f"\\\\host\\share\\{MAY}"],
)
def test_a_name_that_leads_out_of_the_zip_is_refused(tmp_path, name):
    path = street_zip(tmp_path, **{name: WHOLE})
    with pytest.raises(UnreadableSourceError, match=r"1 names in download\.zip lead out of it"):
        deliver([path])


def test_an_encrypted_zip_is_refused(tmp_path):
    path = street_zip(tmp_path)
    content = path.read_bytes()
    central = content.index(b"PK\x01\x02")
    flagged = bytearray(content)
    flagged[6] |= 1  # the flags of the member's own header, and of the directory at the end
    flagged[central + 8] |= 1
    path.write_bytes(flagged)
    with pytest.raises(UnreadableSourceError, match=rf"1 files in download\.zip are encrypted: {MAY}"):
        deliver([path])


def test_a_member_that_swells_is_given_up(tmp_path):
    path = street_zip(tmp_path, **{MAY: HEADER.encode() + b"\n" * 20_000_000})
    assert path.stat().st_size < 100_000
    with pytest.raises(UnreadableSourceError, match="swells to more than 100 times its packed size"):
        deliver([path])


def test_a_swelling_file_that_is_passed_over_is_never_unpacked(tmp_path):
    outcomes = MAY.replace("street", "outcomes")
    path = street_zip(tmp_path, **{MAY: WHOLE, outcomes: b"\0" * 20_000_000})
    assert deliver([path]).rows.accepted == 2


def test_files_that_hold_too_much_together_are_given_up(tmp_path):
    names = [f"2024-0{month}-kent-street.csv" for month in range(1, 5)]
    single = [street_csv(tmp_path, name=name) for name in names]
    archive = street_zip(tmp_path, **{name: HEADER.encode() for name in names})
    for paths in (single, [archive]):
        files, _ = police_uk_files.street_files(paths)
        read = []
        with pytest.raises(UnreadableSourceError, match="more than can be read at once"):
            read.extend(content for _, content in police_uk_files.contents(files, most_bytes=3 * len(HEADER)))
        assert sum(len(content) for _, content in police_uk_files.contents(files)) >= 4 * len(HEADER)


def test_a_zip_of_countless_members_is_refused(tmp_path):
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(zip_members.MAX_MEMBERS + 1):
            archive.writestr(str(number), b"")
    with pytest.raises(UnreadableSourceError, match="holds 50,001 files, and a download at most 50,000"):
        deliver([path])


def test_a_name_that_commands_a_terminal_is_defused(tmp_path):
    path = street_zip(tmp_path, **{f"../\x1b[2J/{MAY}": WHOLE})
    with pytest.raises(UnreadableSourceError, match=r"lead out of it: \.\./\?\[2J/"):
        deliver([path])


def test_nothing_is_written_to_disk(tmp_path):
    path = street_zip(tmp_path)
    deliver([path])
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
