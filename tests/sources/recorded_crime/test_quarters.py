"""What vulncore.sources.recorded_crime promises of the Home Office's table, on small tables made for it."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidRowsError, UnreadableSourceError
from vulncore.sources.police_uk.files import force_names
from vulncore.sources.recorded_crime import deliver
from vulncore.sources.recorded_crime.quarters import force_name

HEADER = (
    "Financial Year,Financial Quarter,Force Name,Offence Description,Offence Group,Offence Subgroup,"
    "Offence Code,Number of Offences"
)


def quarter_table(folder: Path, *rows: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def row(count="1", code="19C", subgroup="Rape offences", force="Kent", year="2017/18", quarter="1") -> str:
    return f'{year},{quarter},"{force}",An offence,A group,{subgroup},{code},"{count}"'


def delivered(folder: Path, *rows: str):
    return deliver(quarter_table(folder, *rows), most_rejected=1)


def totals(delivery) -> dict[tuple[str, str], int]:
    return {(r["force"], r["measure"]): r["count"] for r in delivery.tables.counts.to_pylist()}


@pytest.mark.parametrize(
    ("cell", "count"),
    [(" 66776 ", 66_776), (" 1,234 ", 1_234), ("1,234,567", 1_234_567), ("-00 ", 0), (" - ", 0), ("0", 0)],
)
def test_numbers_are_read_as_accountants_print_them(tmp_path, cell, count):
    assert totals(delivered(tmp_path, row(cell))) == {("Kent Police", "rape"): count}


@pytest.mark.parametrize(
    "cell", ["", "n/a", "1.5", "12,34", "--1", "1 234", "٣", "9999999999", "=1+1", "..."]
)
def test_any_other_cell_is_a_reject_with_its_line_and_value(tmp_path, cell):
    delivery = delivered(tmp_path, row(subgroup="Arson", code="56A"), row(cell))
    (reject,) = delivery.rejects
    assert (reject.file, reject.line, reject.value) == ("table.csv", 3, cell)
    assert delivery.rows.rejected == {"a number of offences that cannot be read": 1}


@pytest.mark.parametrize(
    ("quarter", "start", "end"),
    [
        ("1", date(2023, 4, 1), date(2023, 6, 30)),
        ("2", date(2023, 7, 1), date(2023, 9, 30)),
        ("3", date(2023, 10, 1), date(2023, 12, 31)),
        ("4", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_the_financial_year_begins_with_april(tmp_path, quarter, start, end):
    (count,) = delivered(tmp_path, row(year="2023/24", quarter=quarter)).tables.counts.to_pylist()
    assert (count["period_start"], count["period_end"]) == (start, end)


@pytest.mark.parametrize(
    ("subgroup", "code", "key"),
    [
        ("Residential burglary", "28E", "domestic-burglary"),
        ("Non-residential burglary", "30C", "non-domestic-burglary"),
        ("Miscellaneous crimes against society", "79", "miscellaneous-crimes"),
        ("Death or serious injury - unlawful driving", "4.4", "death-by-illegal-driving"),
        ("Vehicle offences", "45", "theft-from-a-vehicle"),
        ("Vehicle offences", "48", "theft-of-a-motor-vehicle"),
        ("Vehicle offences", "126", "vehicle-interference"),
    ],
)
def test_what_later_releases_call_otherwise_counts_towards_the_same(tmp_path, subgroup, code, key):
    delivery = delivered(tmp_path, row("7", subgroup=subgroup, code=code, year="2024/25"))
    assert delivery.rows.rejected == {}
    assert [(count["measure"], count["count"]) for count in delivery.tables.counts.to_pylist()] == [(key, 7)]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"year": "2017"}, "no financial year and quarter"),
        ({"year": "2017/19"}, "no financial year and quarter"),
        ({"year": "9999/00"}, "no financial year and quarter"),
        ({"quarter": "5"}, "no financial year and quarter"),
        ({"quarter": ""}, "no financial year and quarter"),
        ({"force": " "}, "no force named"),
        ({"force": "Kent\x1b[2J"}, "no force named"),
        ({"force": "K" * 101}, "no force named"),
        ({"subgroup": "Piracy", "code": "999"}, "an offence subgroup that is not on the list"),
    ],
)
def test_a_row_that_cannot_be_placed_is_rejected_and_said_why(tmp_path, changed, reason):
    elsewhere = row(force="Essex", subgroup="Arson", code="56A", quarter="2")
    delivery = delivered(tmp_path, elsewhere, row(**changed))
    assert delivery.rows.rejected == {reason: 1}
    assert delivery.rows.read == 2
    (reject,) = delivery.rejects
    assert reject.line == 3
    assert reject.value.isprintable()


def test_a_line_without_the_headings_fields_is_rejected(tmp_path):
    broken = ["2017/18,1,Kent,Rape", '2017/18,1,"Kent,An offence,A group,Rape offences,19C,1']
    whole = [row(code=str(code)) for code in range(3)]
    path = quarter_table(tmp_path, *whole, *broken, "")
    with pytest.raises(
        UnreadableSourceError, match="No total can be made from the 5 rows"
    ):  # they may belong to any total, so none stands
        deliver(path, most_rejected=1)


def test_a_total_of_which_a_row_is_rejected_is_missing_not_short(tmp_path):
    delivery = delivered(
        tmp_path,
        row("5"),
        row("n/a", code="19D"),
        row("7", force="Essex"),
        row("8", subgroup="Other sexual offences", code="20A"),
    )
    assert totals(delivery) == {("Essex Police", "rape"): 7, ("Kent Police", "other-sexual-offences"): 8}
    assert delivery.rows.left_out == {"part of a total that lacks a row that cannot be used": 1}
    assert "rape" not in {
        r["measure"] for r in delivery.tables.coverage.to_pylist() if r["force"] == "Kent Police"
    }


def test_the_code_tells_which_total_a_row_with_an_unknown_subgroup_is_missing_from(tmp_path):
    delivery = delivered(
        tmp_path, row("5"), row("1", code="19D", subgroup="Rapes"), row("8", subgroup="Arson", code="56A")
    )
    assert totals(delivery) == {("Kent Police", "arson"): 8}


def test_a_row_with_neither_subgroup_nor_code_known_may_belong_to_any_total_of_its_force(tmp_path):
    delivery = delivered(tmp_path, row("5"), row("1", code="999", subgroup="Piracy"), row("6", force="Essex"))
    assert totals(delivery) == {("Essex Police", "rape"): 6}  # the row may belong to any total of Kent


def test_a_row_below_zero_is_subtracted_and_noted(tmp_path):
    delivery = delivered(tmp_path, row("9"), row("-2", code="19D"))
    assert totals(delivery) == {("Kent Police", "rape"): 7}
    assert delivery.rows.noted["below zero, to correct an earlier quarter: subtracted"] == 1


def test_a_total_below_zero_is_no_count(tmp_path):
    delivery = delivered(tmp_path, row("1"), row("-2", code="19D"), row("3", force="Essex"))
    assert totals(delivery) == {("Essex Police", "rape"): 3}
    assert delivery.rows.rejected == {"a total below zero": 2}
    assert [reject.value for reject in delivery.rejects] == ["-1", "-1"]


def test_a_folded_code_stands_in_as_many_lines_as_it_names_codes(tmp_path):
    homicide = [row(n, code="1/4.1/4.10/4.2", subgroup="Homicide") for n in "1023"]
    assert totals(delivered(tmp_path, *homicide)) == {("Kent Police", "homicide"): 6}
    with pytest.raises(
        InvalidRowsError, match=r"1 offence codes .* are repeated .*1/4\.1/4\.10/4\.2 \(line 6\)"
    ):
        delivered(tmp_path, *homicide, row("1", code="1/4.1/4.10/4.2", subgroup="Homicide"))


def test_a_repeated_row_is_refused_not_added(tmp_path):
    with pytest.raises(
        InvalidRowsError,
        match=r"City of London Police, April 2017 to June 2017, code 19C \(line 3\)\. Keep one row of each",
    ):
        delivered(tmp_path, row(force="London, City of"), row(force="City of London"))


def test_a_quarter_without_rows_is_missing_not_zero(tmp_path):
    delivery = delivered(tmp_path, row("0"), row("3", quarter="3"))
    starts = [r["period_start"].month for r in delivery.tables.counts.to_pylist()]
    months = sorted(r["month"].month for r in delivery.tables.coverage.to_pylist())
    assert (starts, months) == ([4, 10], [4, 5, 6, 10, 11, 12])


def test_a_force_with_fewer_codes_than_others_is_noted(tmp_path):
    delivery = delivered(
        tmp_path,
        row(),
        row(code="19D"),
        row(force="Essex"),
        row(force="Essex", code="19D"),
        row(force="Surrey"),
    )
    assert delivery.rows.noted == {"of a total with fewer offence codes than other forces have": 1}


@pytest.mark.parametrize("slug", sorted(force_names()))
def test_every_force_is_found_by_its_place(slug):
    name = force_names()[slug][0]
    place = name
    for word in (" Police Service", " Police", " Constabulary"):
        place = place.removesuffix(word)
    assert force_name(place) == force_name(place.replace("&", "and")) == force_name(name) == name


def test_a_body_that_is_no_force_keeps_its_name(tmp_path):
    delivery = delivered(tmp_path, row(force="Action Fraud", subgroup="Fraud: action fraud", code="AF"))
    assert totals(delivery) == {("Action Fraud", "fraud-recorded-by-action-fraud"): 1}
    assert delivery.rows.noted == {"of a body that is not a police force, kept under the name in the file": 1}


def test_empty_rows_are_left_out_and_counted(tmp_path):
    delivery = delivered(tmp_path, row(), ",,,,,,,", "", row(code="19D"))
    assert (delivery.rows.read, delivery.rows.accepted) == (4, 2)
    assert delivery.rows.left_out == {"an empty row": 2}


def test_a_hostile_number_of_forces_and_rejects_takes_no_longer_than_the_rows(tmp_path):
    rows = [row("x" if n % 2 else "1", force=f"Force {n}") for n in range(20_000)]
    delivery = delivered(tmp_path, *rows)
    assert Counter(reject.reason for reject in delivery.rejects) == delivery.rows.rejected
    assert delivery.tables.counts.num_rows == 10_000
