"""What reading a later file with an earlier mapping promises: what is as before stays, what is new is found and drafted."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidMappingError
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.sources.records.draft_columns import describe_columns
from vulncore.sources.records.later import LaterFile, later_file
from vulncore.sources.records.mapping import Mapping, Moment
from vulncore.sources.records.mapping_file import parse_mapping

HEADER = "Ref,Recorded,Occ Dt From,Easting,Northing,Offence,Summary"
OCTOBER = [
    f"{n},{n % 28 + 1:02d}/10/2024,01/10/2024,{250_000 + n},{200_000 + n},{'DA' if n % 2 else 'K7'},text"
    for n in range(40)
]
NOVEMBER = [row.replace("/10/2024", "/11/2024") for row in OCTOBER]


def extract(folder: Path, header: str, rows: list[str]):
    path = folder / "extract.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_extract(path)


@pytest.fixture
def kept(tmp_path) -> Mapping:
    """The mapping that a publish of the first file keeps."""
    drafted = draft_mapping(extract(tmp_path, HEADER, OCTOBER), "Kent Police").mapping
    return parse_mapping(deliver(tmp_path / "extract.csv", drafted, bytes).mapping.encode())


def later(folder: Path, kept: Mapping, rows: list[str], header: str = HEADER) -> LaterFile:
    read = extract(folder, header, rows)
    return later_file(kept, read, draft_mapping(read), describe_columns(read))


def test_what_is_kept_names_the_columns_that_were_not_read(kept):
    assert kept.not_read == ("Summary",)


def test_a_file_with_nothing_new_is_read_as_before_for_its_own_months(tmp_path, kept):
    file = later(tmp_path, kept, NOVEMBER)
    months = {"first": date(2024, 11, 1), "last": date(2024, 11, 1), "not_read": None}
    assert file.kept == file.draft.mapping == replace(kept, **months)
    assert (file.codes, file.gone, file.new, file.roles, file.is_likely) == ({}, (), (), (), True)
    assert set(file.draft.doubts) == {"coverage"}


def test_a_new_code_is_drafted_and_refused_by_name_where_nobody_is_asked(tmp_path, kept):
    file = later(
        tmp_path, kept, [*NOVEMBER, "90,05/11/2024,01/11/2024,1,1,STK,", "91,05/11/2024,01/11/2024,1,1,Q9,"]
    )
    assert file.codes == {"Offence": {"Q9": 1, "STK": 1}}
    codes = file.draft.mapping.counts[0].codes
    assert (codes["STK"], codes["Q9"], codes["K7"]) == (("stalking-and-harassment",), ("q9",), ("k7",))
    assert {measure.key for measure in file.draft.mapping.measures} == {"k7", "q9"}
    assert {"Offence=STK", "Offence=Q9"} <= set(file.draft.doubts)
    assert file.kept.counts == kept.counts
    with pytest.raises(
        InvalidMappingError, match=r"2 codes of Offence are not .*Q9 \(1 row\), STK \(1 row\)\. Do this\."
    ):
        file.refuse_news("extract.csv", "Do this.")


def test_a_column_that_is_gone_gets_the_draft_of_the_same_thing(tmp_path, kept):
    header = HEADER.replace("Recorded", "Date Rec").replace("Easting", "East").replace("Ref", "Crime No")
    file = later(tmp_path, kept, NOVEMBER, header)
    assert file.gone == ("Ref", "Recorded", "Easting")
    columns = file.draft.mapping.columns
    assert (columns["recorded_on"], columns["easting"], columns["northing"]) == (
        "Date Rec",
        "East",
        "Northing",
    )
    assert set(file.roles) >= {"record_id", "recorded_on", "easting"}
    assert file.draft.doubts["recorded_on"] == "the column Recorded of the last file is not in this one"
    assert file.draft.mapping.months == (date(2024, 11, 1),)


def test_codes_under_another_heading_keep_what_they_count_towards(tmp_path, kept):
    file = later(tmp_path, kept, NOVEMBER, HEADER.replace("Offence", "Offence Class"))
    (coding,) = file.draft.mapping.counts
    assert (coding.column, coding.codes) == ("Offence Class", kept.counts[0].codes)
    assert file.is_likely


def test_a_date_that_is_gone_without_another_leaves_a_gap_and_a_doubt(tmp_path, kept):
    rows = [",".join(part for place, part in enumerate(row.split(",")) if place != 2) for row in NOVEMBER]
    file = later(tmp_path, kept, rows, HEADER.replace("Occ Dt From,", ""))
    assert file.draft.mapping.occurred_from == Moment()
    assert "Occ Dt From" in file.draft.doubts["occurred_from"]


def test_a_new_column_is_drafted_and_one_that_was_left_unread_before_is_not(tmp_path, kept):
    rows = [f"{row},{'Y' if place % 2 else 'N'},High Street" for place, row in enumerate(NOVEMBER)]
    file = later(tmp_path, kept, rows, f"{HEADER},DA Flag,Street")
    assert file.new == ("DA Flag", "Street")
    assert file.draft.mapping.columns["place"] == "Street"
    assert [coding.column for coding in file.draft.mapping.counts] == ["Offence", "DA Flag"]
    assert (
        later(
            tmp_path,
            replace(kept, not_read=("Summary", "DA Flag", "Street")),
            rows,
            f"{HEADER},DA Flag,Street",
        ).draft.mapping.counts
        == kept.counts
    )
    assert later(tmp_path, replace(kept, not_read=None), rows, f"{HEADER},DA Flag,Street").new == ()


def test_late_records_of_the_last_file_do_not_make_its_month_covered_again(tmp_path, kept):
    assert later(tmp_path, kept, [*OCTOBER[:6], *NOVEMBER]).kept.months == (date(2024, 11, 1),)
    assert later(tmp_path, kept, [*OCTOBER, *NOVEMBER]).kept.months == (date(2024, 10, 1), date(2024, 11, 1))
    assert later(tmp_path, kept, OCTOBER[:6]).kept.months == (date(2024, 10, 1),)


def test_a_file_of_mostly_other_codes_or_columns_is_another_extract(tmp_path, kept):
    assert not later(
        tmp_path, kept, [row.replace("K7", "X1").replace("DA", "X2") for row in NOVEMBER]
    ).is_likely
    assert not later(tmp_path, kept, ["1,05/11/2024,Rape"], "No,Recorded,Offence").is_likely


def test_columns_that_are_gone_are_refused_where_nobody_is_asked(tmp_path, kept):
    file = later(tmp_path, kept, NOVEMBER, HEADER.replace("Recorded", "Date Rec"))
    with pytest.raises(
        InvalidMappingError, match=r"1 columns that the mapping reads are not in a\.csv: Recorded\."
    ):
        file.refuse_news("a.csv", "")


def test_a_month_between_others_without_a_record_is_never_taken_for_zero(tmp_path, kept):
    rows = [*NOVEMBER, *(row.replace("/10/2024", "/01/2025") for row in OCTOBER)]
    file = later(tmp_path, kept, rows)
    assert (file.bare, file.kept.period) == ((date(2024, 12, 1),), "November 2024 to January 2025")
    file.refuse_news("a.csv", "")
    with pytest.raises(
        InvalidMappingError,
        match=r"a\.csv are from November 2024 to January 2025, with none in 1 of the months between: December 2024\.",
    ):
        file.refuse_gaps("a.csv")


def test_a_month_of_slips_alone_is_not_covered_and_no_date_covers_nothing(tmp_path, kept):
    many = [row for row in NOVEMBER for _ in range(10)]
    assert later(tmp_path, kept, [*many, NOVEMBER[0].replace("2024", "2042")]).kept.period == "November 2024"
    dateless = later(tmp_path, kept, [row.replace("/11/2024", " soon") for row in NOVEMBER])
    assert dateless.kept.period == ""
    with pytest.raises(InvalidMappingError, match=r"No date recorded in a\.csv can be read"):
        dateless.refuse_gaps("a.csv")


def test_a_new_code_of_a_column_of_codes_is_read_as_one_and_a_number_elsewhere_is_not(tmp_path):
    codes = ["019/08", "8L", "45", "46"]
    october = [f"{n},{n % 28 + 1:02d}/10/2024,{codes[n % 4]}" for n in range(40)]
    drafted = draft_mapping(extract(tmp_path, "Ref,Recorded,HO Code", october), "Kent Police").mapping
    november = [row.replace("/10/", "/11/") for row in october]
    file = later(
        tmp_path, drafted, [*november, "90,05/11/2024,17/15", "91,05/11/2024,-1"], "Ref,Recorded,HO Code"
    )
    (coding,) = file.draft.mapping.counts
    assert (coding.codes["17/15"], coding.leave_out) == (("other-sexual-offences",), ("-1",))
    assert {"HO Code=17/15", "HO Code=-1"} <= set(file.draft.doubts)
    plain = draft_mapping(extract(tmp_path, HEADER, OCTOBER), "Kent Police").mapping
    other = later(tmp_path, plain, [*NOVEMBER, "90,05/11/2024,01/11/2024,1,1,1,"])
    assert other.draft.mapping.counts[0].leave_out == ("1",)
