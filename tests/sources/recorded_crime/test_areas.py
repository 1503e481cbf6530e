"""What vulncore.sources.recorded_crime promises of the Metropolitan Police's table, on small tables made for it."""

from datetime import date
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidRowsError, UnreadableSourceError
from vulncore.sources.recorded_crime import areas as recorded_crime_areas
from vulncore.sources.recorded_crime import deliver
from vulncore.sources.recorded_crime.areas import BOROUGHS

FORCE = "Metropolitan Police Service"
HEADER = "MajorText,MinorText,BoroughName,202401"
SIXTEEN_IN_EVERY_BOROUGH = [f"SEXUAL OFFENCES,RAPE,{name},16" for name in BOROUGHS]


def area_table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def delivered(folder: Path, *rows: str, header: str = HEADER):
    return deliver(area_table(folder, *rows, header=header), most_rejected=1)


def totals(delivery, force: str) -> dict[tuple[str, int], int]:
    return {
        (row["measure"], row["period_start"].month): row["count"]
        for row in delivery.tables.counts.to_pylist()
        if row["force"] == force
    }


def covered(delivery) -> set[tuple[str, str, date]]:
    return {(row["force"], row["measure"], row["month"]) for row in delivery.tables.coverage.to_pylist()}


def test_an_empty_cell_is_missing_not_zero(tmp_path):
    delivery = delivered(tmp_path, "S,RAPE,Brent,0,,3", header=f"{HEADER},202402,202403")
    assert totals(delivery, f"{FORCE}: Brent") == {("rape", 1): 0, ("rape", 3): 3}
    assert {month.month for _, _, month in covered(delivery)} == {1, 3}
    assert delivery.rows.noted["with months left empty: missing, not zero"] == 1


def test_counts_and_coverage_name_the_same_months(tmp_path):
    rows = [f"{row},2" for row in SIXTEEN_IN_EVERY_BOROUGH]
    delivery = delivered(tmp_path, *rows, "T,SHOPLIFTING,Brent,,5", header=f"{HEADER},202402")
    counted = {(r["force"], r["measure"], r["period_start"]) for r in delivery.tables.counts.to_pylist()}
    assert counted == covered(delivery)
    assert len(counted) == delivery.tables.coverage.num_rows == 2 * 33 + 1


def test_month_columns_may_stand_in_any_order(tmp_path):
    delivery = delivered(
        tmp_path, "2,Brent,12,S,RAPE,1", header="202402,BoroughName,202312,MajorText,MinorText,202401"
    )
    rows = sorted(
        (r["period_start"], r["period_end"], r["count"]) for r in delivery.tables.counts.to_pylist()
    )
    assert rows == [
        (date(2023, 12, 1), date(2023, 12, 31), 12),
        (date(2024, 1, 1), date(2024, 1, 31), 1),
        (date(2024, 2, 1), date(2024, 2, 29), 2),
    ]


def test_areas_and_categories_are_known_in_any_letter_case_and_either_heading(tmp_path):
    delivery = delivered(
        tmp_path,
        "Sexual Offences,Rape,  Tower   Hamlets,4",
        header=HEADER.replace("BoroughName", "LookUp_BoroughName"),
    )
    assert totals(delivery, f"{FORCE}: Tower Hamlets") == {("rape", 1): 4}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (f"{HEADER},202413", r"1 of 2 columns of table\.csv are not months: 202413"),
        (f"{HEADER},180001", "are not months: 180001"),
        (f"{HEADER},Jan-24", "are not months: Jan-24"),
        (f"{HEADER},Total", "are not months: Total"),
        (f"{HEADER},", "are not months: empty"),
        (f"{HEADER},202401", "1 months are in table.csv more than once: 202401"),
        (HEADER.replace(",202401", ""), "has no columns of months"),
        (f"{HEADER},LookUp_BoroughName", "in 4 columns, not 3: .*Keep MajorText, MinorText and one of"),
        (f"{HEADER},BoroughName", "in 4 columns"),
    ],
)
def test_a_heading_that_is_not_all_real_months_is_refused(tmp_path, header, message):
    cells = ",".join("1" for _ in header.split(",")[3:])
    with pytest.raises(UnreadableSourceError, match=message):
        delivered(tmp_path, f"S,RAPE,Brent,{cells}".rstrip(","), header=header)


@pytest.mark.parametrize("again", ["S,RAPE,Brent,4", "S,rape,BRENT,4"], ids=["the same", "other letters"])
def test_a_repeated_area_and_category_is_refused_not_added(tmp_path, again):
    with pytest.raises(
        InvalidRowsError, match=r"1 rows of table\.csv repeat an area and category: Rape of .*line 3"
    ):
        delivered(tmp_path, "S,RAPE,Brent,3", again)


@pytest.mark.parametrize(
    ("row", "reason", "value"),
    [
        ("S,RAPE,,3", "no area named", ""),
        ("S,RAPE,Br\x1bent,3", "no area named", "Br?ent"),
        ("S,PIRACY,Brent,3", "a category that is not on the list", "PIRACY"),
        ("S,RAPE,Brent,-3", "a count that cannot be read", "-3"),
        ("S,RAPE,Brent,3.0", "a count that cannot be read", "3.0"),
        ("S,RAPE,Brent,٣", "a count that cannot be read", "٣"),
        ("S,RAPE,Brent,=1+1", "a count that cannot be read", "=1+1"),
        ("S,RAPE,Brent,9999999999999", "a count that cannot be read", "9999999999999"),
        ("S,RAPE,Brent", "another number of fields than the heading", "S,RAPE,Brent"),
        ('S,RAPE,"Brent,3', "a quotation mark out of place", 'S,RAPE,"Brent,3'),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_with_its_line_reason_and_value(tmp_path, row, reason, value):
    delivery = delivered(tmp_path, "S,RAPE,Barnet,3", row, "S,RAPE,Bexley,3")
    (reject,) = delivery.rejects
    assert (reject.line, reject.reason, reject.value) == (3, reason, value)
    assert (delivery.rows.read, delivery.rows.accepted) == (3, 2)


def test_the_whole_force_is_the_sum_of_every_area_that_has_the_row(tmp_path):
    delivery = delivered(tmp_path, *SIXTEEN_IN_EVERY_BOROUGH, "S,RAPE,Unknown,1")
    assert totals(delivery, FORCE) == {("rape", 1): 32 * 16 + 1}
    assert delivery.rows.noted == {}


@pytest.mark.parametrize(
    "rows",
    [
        SIXTEEN_IN_EVERY_BOROUGH[1:],
        [*SIXTEEN_IN_EVERY_BOROUGH, "S,RAPE,Unknown,x"],
        [*SIXTEEN_IN_EVERY_BOROUGH, "S,RAPES,Unknown,3"],
        [*SIXTEEN_IN_EVERY_BOROUGH, "S,RAPE,,3"],
        [*SIXTEEN_IN_EVERY_BOROUGH, "S,RAPE,Unknown"],
    ],
    ids=["a borough lacks", "a count", "a category", "an area", "a broken line"],
)
def test_where_a_part_is_missing_the_whole_force_is_missing_not_short(tmp_path, rows):
    delivery = delivered(tmp_path, *rows)
    assert totals(delivery, FORCE) == {}
    assert totals(delivery, f"{FORCE}: Westminster") == {("rape", 1): 16}
    assert list(delivery.rows.noted.values()) == [delivery.rows.accepted]


def test_a_month_that_one_area_lacks_is_missing_for_the_whole_force(tmp_path):
    rows = [f"{row},2" for row in SIXTEEN_IN_EVERY_BOROUGH[:-1]] + [f"{SIXTEEN_IN_EVERY_BOROUGH[-1]},"]
    delivery = delivered(tmp_path, *rows, header=f"{HEADER},202402")
    assert totals(delivery, FORCE) == {("rape", 1): 32 * 16}
    assert (FORCE, "rape", date(2024, 2, 1)) not in covered(delivery)


def test_another_categorys_reject_leaves_a_sum_alone(tmp_path):
    delivery = delivered(tmp_path, *SIXTEEN_IN_EVERY_BOROUGH, "T,SHOPLIFTING,Brent,x", "T,PIRACY,Barnet,1")
    assert totals(delivery, FORCE) == {("rape", 1): 32 * 16}


@pytest.mark.parametrize("name", ["Total", "MPS Total", "metropolitan police service"])
def test_a_totals_row_is_left_out_not_counted_twice(tmp_path, name):
    delivery = delivered(tmp_path, *SIXTEEN_IN_EVERY_BOROUGH, f"S,RAPE,{name},512", ",,,")
    assert totals(delivery, FORCE) == {("rape", 1): 512}
    assert delivery.rows.left_out == {"a row of totals": 1, "an empty row": 1}


def test_a_table_of_far_too_many_figures_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded_crime_areas, "MAX_FIGURES", 1)
    with pytest.raises(UnreadableSourceError, match="has 2 figures. A table like this has at most 1"):
        delivered(tmp_path, "S,RAPE,Brent,3", "S,RAPE,Barnet,3")
