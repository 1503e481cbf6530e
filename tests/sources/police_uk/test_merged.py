"""What vulncore.sources.police_uk promises of files that were merged into one, or copied under another name."""

from datetime import date
from pathlib import Path

import pytest

from tests.sources.police_uk.test_outcomes import HEADER as OUTCOMES
from tests.sources.police_uk.test_outcomes import outcome
from tests.sources.police_uk.test_stops import HEADER as STOPS
from tests.sources.police_uk.test_stops import search
from tests.sources.police_uk.test_street import ASB, HEADER, line, street_csv
from vulncore.domain.errors import TooManyRejectsError, UnreadableSourceError
from vulncore.sources.deliveries import Settings, Source, likely_source, read_delivery
from vulncore.sources.police_uk import deliver, merged_months

FAULT = (
    Path(__file__).parents[3].parent / "shared" / "faults" / "merged-months" / "city-of-london-2023-all.csv"
)
MAY, JUNE, JULY = (date(2024, month, 1) for month in (5, 6, 7))
MONTHS = {
    "2024-05": [line("a1"), line("a2", crime_type="Drugs"), ASB],
    "2024-06": [line("b1", month="2024-06"), ASB.replace("2024-05", "2024-06")],
    "2024-07": [line("c1", month="2024-07"), line("c2", month="2024-07")],
}


def merged(folder: Path, *lines: str, name: str = "all months.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def every_line() -> list[str]:
    return [text for lines in MONTHS.values() for text in lines]


def apart(folder: Path) -> list[Path]:
    return [
        street_csv(folder, *lines, name=f"{month}-city-of-london-street.csv")
        for month, lines in MONTHS.items()
    ]


@pytest.mark.parametrize(
    "copied",
    [
        "{} (1).csv",
        "{}(2).csv",
        "{} - Copy.csv",
        "{} - Copy (3).csv",
        "{} copy.csv",
        "{} copy 2.csv",
        "{}_(1).CSV",
    ],
)
def test_what_a_browser_or_a_desktop_adds_to_a_name_is_passed_over(tmp_path, copied):
    path = street_csv(tmp_path, line(), name=copied.format("2024-05-city-of-london-street"))
    assert likely_source(path) is Source.POLICE_UK
    delivery = deliver([path])
    plain = deliver([street_csv(tmp_path, line())])
    assert delivery.tables == plain.tables


def test_a_file_and_its_copy_are_the_same_month_twice(tmp_path):
    street_csv(tmp_path, line())
    street_csv(tmp_path, line(), name="2024-05-city-of-london-street (1).csv")
    with pytest.raises(UnreadableSourceError, match="City of London Police has 2 files for May 2024"):
        deliver([tmp_path])


def test_a_merged_file_is_what_its_months_are_apart(tmp_path):
    (tmp_path / "apart").mkdir()
    one_by_one = deliver(apart(tmp_path / "apart"))
    path = merged(tmp_path, *every_line())
    assert likely_source(path) is Source.POLICE_UK
    assert merged_months(path) == [MAY, JUNE, JULY]
    delivery = deliver([path], covers=(MAY, JULY))
    assert delivery.tables == one_by_one.tables
    assert (delivery.rows.read, delivery.rows.accepted) == (7, 7)


def test_rows_in_any_order_and_months_as_a_spreadsheet_writes_them_come_out_alike(tmp_path):
    (tmp_path / "apart").mkdir()
    one_by_one = deliver(apart(tmp_path / "apart"))
    every = [MONTHS["2024-07"], MONTHS["2024-05"], MONTHS["2024-06"]]
    lines = [
        text.replace("2024-05", "May-24").replace("2024-07", "01/07/2024") for some in every for text in some
    ]
    assert deliver([merged(tmp_path, *lines)], covers=(MAY, JULY)).tables == one_by_one.tables


def test_which_months_it_covers_is_asked_with_the_months_seen(tmp_path):
    lines = [*MONTHS["2024-05"], *MONTHS["2024-07"]]
    with pytest.raises(
        UnreadableSourceError,
        match=r"Its rows are of May 2024, July 2024 \(City of London Police\).*add --covers 2024-05:2024-07",
    ):
        deliver([merged(tmp_path, *lines)])
    covered = deliver([merged(tmp_path, *lines)], covers=(MAY, JULY)).tables.coverage
    assert set(covered["month"].to_pylist()) == {MAY, JULY}  # of a whole force, June without a row is missing


def test_rows_of_months_that_are_not_covered_are_left_out(tmp_path):
    delivery = deliver([merged(tmp_path, *every_line())], covers=(JUNE, JUNE))
    assert set(delivery.tables.coverage["month"].to_pylist()) == {JUNE}
    assert delivery.rows.left_out == {"of a month that is not among those covered": 5}
    with pytest.raises(
        UnreadableSourceError, match="has no row of the months from January 2020 to March 2020"
    ):
        deliver([merged(tmp_path, *every_line())], covers=(date(2020, 1, 1), date(2020, 3, 1)))


def test_headings_that_come_again_and_empty_rows_are_no_records(tmp_path):
    lines = [*MONTHS["2024-05"], HEADER, *MONTHS["2024-06"], "," * HEADER.count(","), line("d1")]
    delivery = deliver([merged(tmp_path, *lines)], covers=(MAY, JUNE))
    assert delivery.rows.left_out == {"a heading that comes again": 1, "an empty row": 1}
    assert delivery.rows.accepted == 6


def test_several_forces_are_told_apart_by_reported_by(tmp_path):
    lines = [line("a1"), line("k1", force="Kent Police"), line("k2", force="Kent Police")]
    counts = deliver([merged(tmp_path, *lines)], covers=(MAY, MAY)).tables.incidents["force"].to_pylist()
    assert sorted(counts) == ["City of London Police", "Kent Police", "Kent Police"]


def test_a_row_that_cannot_be_placed_is_rejected_with_its_own_line(tmp_path):
    odd = [line("x1", month="soon"), line("x2", force="Atlantis Police"), line("x3", crime_type="Piracy")]
    path = merged(tmp_path, *every_line(), *odd)
    with pytest.raises(TooManyRejectsError, match=r"3 of 10 rows of all months\.csv cannot be used"):
        deliver([path], covers=(MAY, JULY))
    rejects = deliver([path], most_rejected=0.5, covers=(MAY, JULY)).rejects
    assert [(reject.line, reject.value) for reject in rejects] == [
        (9, "soon"),
        (10, "Atlantis Police"),
        (11, "Piracy"),
    ]


def test_a_month_that_was_merged_in_twice_is_refused(tmp_path):
    lines = [*every_line(), *MONTHS["2024-06"]]
    with pytest.raises(
        UnreadableSourceError, match="1 months are in all months.csv more than once.*June 2024 of City"
    ):
        deliver([merged(tmp_path, *lines)], covers=(MAY, JULY))


def test_a_month_that_was_merged_in_twice_with_another_outcome_since_is_refused(tmp_path):
    june = [line(crime_id=f"{number:064x}") for number in range(10)]
    later = [row.replace("Under investigation", "Offender fined", 1) for row in june[:9]]
    with pytest.raises(UnreadableSourceError, match="1 months are in all months.csv more than once"):
        deliver([merged(tmp_path, *june, *later)], covers=(MAY, MAY))
    assert deliver([merged(tmp_path, *june, june[0])], covers=(MAY, MAY)).rows.read == 11


def test_a_month_in_a_merged_file_and_in_one_of_its_own_is_twice(tmp_path):
    merged(tmp_path, *every_line())
    apart(tmp_path)
    with pytest.raises(UnreadableSourceError, match="has 2 files for May 2024"):
        deliver([tmp_path], covers=(MAY, JULY))


def test_a_merged_file_stands_beside_files_of_other_months(tmp_path):
    whole = deliver(apart(tmp_path)).tables
    (tmp_path / "2024-05-city-of-london-street.csv").unlink()
    (tmp_path / "2024-06-city-of-london-street.csv").unlink()
    merged(tmp_path, *MONTHS["2024-05"], *MONTHS["2024-06"])
    delivery = deliver([tmp_path], covers=(MAY, JUNE))
    assert (delivery.tables.incidents.num_rows, delivery.rows.read) == (whole.incidents.num_rows, 7)
    assert set(delivery.tables.coverage["month"].to_pylist()) == {MAY, JUNE, JULY}


def test_outcomes_are_merged_alike_and_searches_cannot_be(tmp_path):
    path = merged(tmp_path, outcome(), header=OUTCOMES)
    assert read_delivery(Source.POLICE_UK, [path], Settings(covers=(MAY, MAY))).source == "police-uk-outcomes"
    path = merged(tmp_path, search(), header=STOPS)
    with pytest.raises(UnreadableSourceError, match="rows of stop and search name no force"):
        deliver([path], covers=(MAY, MAY))


def test_months_are_not_said_of_files_whose_names_give_them(tmp_path):
    with pytest.raises(UnreadableSourceError, match="--covers means nothing here"):
        deliver(apart(tmp_path), covers=(MAY, JULY))


def test_the_merged_file_of_twelve_months_is_read_once_they_are_said():
    if not FAULT.exists():
        pytest.skip("the faults are not beside this checkout (../shared/faults)")
    first, last = date(2023, 1, 1), date(2023, 12, 1)
    with pytest.raises(UnreadableSourceError, match="add --covers 2023-01:2023-12"):
        deliver([FAULT])
    delivery = deliver([FAULT], covers=(first, last))
    assert (delivery.rows.read, delivery.rows.accepted) == (798, 798)
    assert len(set(delivery.tables.coverage["month"].to_pylist())) == 12
