"""What vulncore.sources.records.fitting promises: the mapping that reads a file, for the months of the file."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidMappingError, UnreadableSourceError
from vulncore.sources.records.fitting import fitting_mapping
from vulncore.sources.records.mapping import Coding, Mapping

CRIMES = Mapping(
    source="crimes",
    force="Ruritania Police",
    counts=(Coding("Offence", {"Rape": ("rape",)}),),
    columns={"recorded_on": "Recorded"},
    first=date(2023, 1, 1),
    last=date(2023, 12, 1),
)
INCIDENTS = replace(CRIMES, source="incidents", counts=(Coding("Class", {"Rape": ("rape",)}),))


def extract(folder: Path, *days: str, codes: str = "Offence") -> Path:
    path = folder / "extract.csv"
    path.write_text("\n".join([f"Recorded,{codes}", *(f"{day},Rape" for day in days)]) + "\n")
    return path


def test_the_first_mapping_whose_columns_are_there_covers_the_months_of_the_file(tmp_path):
    path = extract(tmp_path, "05/10/2024", "30/11/2024")
    fitting = fitting_mapping(path, [INCIDENTS, CRIMES, replace(CRIMES, source="older")])
    assert fitting == replace(CRIMES, first=date(2024, 10, 1), last=date(2024, 11, 1))


def test_no_mapping_after_the_one_that_fits_is_looked_at(tmp_path):
    def mappings():
        yield CRIMES
        pytest.fail("another one was asked for")

    assert fitting_mapping(extract(tmp_path, "05/10/2024"), mappings()).source == "crimes"


def test_where_none_fits_the_first_one_says_what_is_gone(tmp_path):
    path = extract(tmp_path, "05/10/2024", codes="Kind")
    with pytest.raises(
        InvalidMappingError, match=r"1 columns that the mapping reads are not in extract.csv: Class\."
    ):
        fitting_mapping(path, [INCIDENTS, CRIMES])


def test_a_heading_that_is_not_on_its_lines_is_one_that_does_not_fit(tmp_path):
    path = extract(tmp_path, "05/10/2024")
    assert fitting_mapping(path, [replace(CRIMES, heading=(7, 8)), CRIMES]).first == date(2024, 10, 1)


def test_a_month_between_others_without_a_record_is_never_taken_for_zero(tmp_path):
    path = extract(tmp_path, "05/09/2024", "06/11/2024", "07/12/2024")
    with pytest.raises(
        InvalidMappingError, match=r"2024-09 to 2024-12, with none in 1 of the months between: 2024-10\."
    ):
        fitting_mapping(path, [CRIMES])


def test_a_month_of_slips_alone_is_not_covered(tmp_path):
    path = extract(tmp_path, *["05/10/2024"] * 300, *["05/11/2024"] * 300, "05/11/2042")
    assert fitting_mapping(path, [CRIMES]).last == date(2024, 11, 1)


def test_a_file_without_a_date_or_of_no_kind_is_refused(tmp_path):
    with pytest.raises(InvalidMappingError, match="No date recorded in extract.csv can be read"):
        fitting_mapping(extract(tmp_path, "soon"), [CRIMES])
    page = tmp_path / "page.csv"
    page.write_text("<!DOCTYPE html><html></html>")
    with pytest.raises(UnreadableSourceError):
        fitting_mapping(page, [CRIMES])
