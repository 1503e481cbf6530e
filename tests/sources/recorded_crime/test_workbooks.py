"""What vulncore.sources.recorded_crime promises of the Home Office's workbook, a sheet a financial year, and of its newest subgroups."""

from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.fetching.open_data import offences, workbook
from tests.sources.recorded_crime.test_quarters import HEADER, quarter_table, row, totals
from vulncore.domain.errors import InvalidRowsError, TooManyRejectsError, UnreadableSourceError
from vulncore.domain.schemas import validated
from vulncore.sources.deliveries import Source, likely_source
from vulncore.sources.recorded_crime import deliver

FAULT = Path(__file__).parents[3].parent / "shared" / "faults" / "ho-today" / "prc-2024-25.csv"
COLUMNS = HEADER.split(",")
NOTES = [["Note number", "Note text"], ["note 1", "Figures are not designated as National Statistics"]]
NEWEST = {  # subgroups of 2026, each with an offence code of it
    "Homicide": "1/4.1/4.10/4.2",
    "Death or serious injury - unlawful driving": "4.4",
    "Violence with injury": "8N",
    "Violence without injury": "105A",
    "Stalking and harassment": "8Q",
    "Rape offences": "19C",
    "Other sexual offences": "20A",
    "Robbery of business property": "34A",
    "Robbery of personal property": "34B",
    "Residential burglary": "28E",
    "Non-residential burglary": "30C",
    "Vehicle offences": "45",
    "Theft from the person": "39",
    "Bicycle theft": "44",
    "Shoplifting": "46",
    "Other theft offences": "49",
    "Arson": "56A",
    "Criminal damage": "58A",
    "Possession of drugs": "92D",
    "Trafficking of drugs": "92A",
    "Possession of weapons offences": "10D",
    "Public order offences": "9A",
    "Miscellaneous crimes against society": "79",
    "Fraud: Action Fraud": "AF",
    "Fraud: CIFAS": "CIFAS",
    "Fraud: UK Finance": "UKF",
}
OF_2013 = [
    *("Domestic burglary", "Non-domestic burglary", "Theft of a motor vehicle", "Theft from a vehicle"),
    *("Vehicle interference", "Miscellaneous crimes", "Fraud: Financial Fraud Action UK"),
    "Death or serious injury caused by illegal driving",
]


def sheets(*years: str) -> dict[str, list[list[object]]]:
    """Return sheets as the Home Office has them: a cover, the years, notes."""
    of_years = {
        year.replace("/", "_"): [COLUMNS, *offences(year, "Kent", 2), *offences(year, "London, City of", 3)]
        for year in years
    }
    return {"Cover_sheet": [["Police recorded crime"], ["Published", 2026]], **of_years, "Notes": NOTES}


def open_document(folder: Path, of: dict[str, list[list[object]]]) -> Path:
    (folder / "prc.ods").write_bytes(workbook(of))
    return folder / "prc.ods"


def excel(folder: Path, of: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in of.items():
        sheet = book.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
    book.save(folder / "prc.xlsx")
    return folder / "prc.xlsx"


@pytest.mark.parametrize("written", [open_document, excel])
def test_each_years_sheet_is_read_and_the_cover_and_the_notes_are_passed_over(tmp_path, written):
    path = written(tmp_path, sheets("2012/13", "2023/24", "2024/25"))
    assert likely_source(path) is Source.RECORDED_CRIME
    delivery = deliver(path)
    validated(delivery.tables)
    assert (delivery.rows.read, delivery.rows.accepted, delivery.rows.rejected) == (24, 24, {})
    city = {
        count["period_start"]: count["count"]
        for count in delivery.tables.counts.to_pylist()
        if count["force"] == "City of London Police"
    }
    firsts = [date(year + (month == 1), month, 1) for year in (2012, 2023, 2024) for month in (4, 7, 10, 1)]
    assert city == dict(zip(firsts, [4, 5, 6, 7] * 3, strict=True))


def test_a_heading_stands_beneath_a_title_in_another_order_with_a_note_and_columns_of_no_matter(tmp_path):
    rows: list[list[object]] = [["Table 1"], ["Back to contents"]]
    order = [7, 2, 0, 1, 6, 5]  # without the description and the group
    names = [*(COLUMNS[at] for at in order), "Geocode"]
    names[0] = "number of offences [note 2]"
    rows += [names, *([*(cells[at] for at in order), "E23"] for cells in offences("2024/25", "Kent", 2))]
    assert totals(deliver(open_document(tmp_path, {"2024_25": rows}))) == {("Kent Police", "rape"): 6}


def test_a_note_beneath_a_year_belongs_to_no_total(tmp_path):
    whole = deliver(open_document(tmp_path, sheets("2023/24", "2024/25")))
    noted = sheets("2023/24", "2024/25")
    noted["2024_25"].append(["1. Figures for Kent were revised in July."])
    delivery = deliver(open_document(tmp_path, noted))
    assert delivery.tables.counts == whole.tables.counts
    assert delivery.rows.left_out["a note beneath the table"] == 1


def test_a_year_in_two_sheets_is_refused(tmp_path):
    of = sheets("2024/25")
    of["2024_25 (2)"] = of["2024_25"]
    with pytest.raises(
        InvalidRowsError, match=r"sheet 2024_25 \(2\) repeats what .* sheet 2024_25 holds: rape of"
    ):
        deliver(open_document(tmp_path, of))


def test_rows_that_cannot_be_used_are_named_with_their_sheet(tmp_path):
    of = sheets("2023/24", "2024/25")
    of["2024_25"][2][5] = "Piracy"
    of["2024_25"][2][6] = "999"
    with pytest.raises(TooManyRejectsError, match=r"1 of 8 rows of prc\.ods, sheet 2024_25 cannot be used"):
        deliver(open_document(tmp_path, of))
    (reject,) = deliver(open_document(tmp_path, of), most_rejected=0.2).rejects
    assert (reject.file, reject.line) == ("prc.ods, sheet 2024_25", 3)


def test_a_workbook_without_such_a_sheet_is_refused(tmp_path):
    path = open_document(tmp_path, {"Notes": NOTES})
    with pytest.raises(UnreadableSourceError, match="No sheet of prc.ods has the heading of either"):
        deliver(path)
    assert likely_source(path) is Source.RECORDS


def test_every_subgroup_of_2026_counts_towards_a_measure_of_its_own(tmp_path):
    rows = [row("7", subgroup=subgroup, code=code, year="2025/26") for subgroup, code in NEWEST.items()]
    delivery = deliver(quarter_table(tmp_path, *rows))
    assert (delivery.rows.rejected, delivery.rows.left_out) == ({}, {})
    assert len(totals(delivery)) == len(NEWEST)


def test_every_subgroup_of_the_years_before_is_known_too(tmp_path):
    rows = [row("7", subgroup=subgroup, code=str(at), year="2012/13") for at, subgroup in enumerate(OF_2013)]
    assert len(totals(deliver(quarter_table(tmp_path, *rows)))) == len(OF_2013)


@pytest.mark.parametrize("cell", ["..", "[x]", "[z]", ":"])
def test_a_number_that_the_table_does_not_give_is_missing_and_so_is_its_total(tmp_path, cell):
    rows = [row(cell, code="19C"), row("5", code="19D"), row("7", subgroup="Arson", code="56A")]
    delivery = deliver(quarter_table(tmp_path, *rows))
    assert totals(delivery) == {("Kent Police", "arson"): 7}
    assert delivery.rows.rejected == {}
    assert sum(delivery.rows.left_out.values()) == 2


def test_notes_in_brackets_are_no_part_of_a_name_or_a_number(tmp_path):
    rows = [
        row("1,204 [r]", force="Kent [note 3]", subgroup="Rape offences [note 1][note 2]"),
        row("3 (note 4)", force="Devon and Cornwall (see note 5)"),
    ]
    assert totals(deliver(quarter_table(tmp_path, *rows))) == {
        ("Kent Police", "rape"): 1204,
        ("Devon & Cornwall Police", "rape"): 3,
    }


@pytest.mark.parametrize(("year", "quarter"), [("2024-25", "2"), ("2024/2025", "Q2"), ("2024/25", "2")])
def test_a_financial_year_is_read_as_tables_write_it(tmp_path, year, quarter):
    (count,) = deliver(quarter_table(tmp_path, row(year=year, quarter=quarter))).tables.counts.to_pylist()
    assert count["period_start"] == date(2024, 7, 1)


def test_the_table_of_today_comes_out_as_it_was_counted(tmp_path):
    if not FAULT.exists():
        pytest.skip("the faults are not beside this checkout (../shared/faults)")
    delivery = deliver(FAULT)
    assert (delivery.rows.read, delivery.rows.accepted) == (36, 36)
    sums: Counter[str] = Counter()
    for count in delivery.tables.counts.to_pylist():
        assert count["force"] == "City of London Police"
        sums[count["measure"]] += count["count"]
    rape, other, stalking, injury = (
        sums[key]
        for key in (
            "rape",
            "other-sexual-offences",
            "stalking-and-harassment-offences",
            "violence-with-injury",
        )
    )
    assert (rape, other, stalking, injury) == (48, 120, 36, 200)
