"""Figures as files that other tools open: what they say of themselves is so, and they are the figures of the table."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from vulncore.findings.overview.overview import overview
from vulncore.packs import TableFormat
from vulncore.packs.data_package import DESCRIPTION, data_package, write_data_package
from vulncore.packs.tidy import tidy_tables

ROOT = Path(__file__).parents[2]
OCTOBER = date(2024, 10, 1)
PUBLISHED = {
    ("fytd", "earlier"): "fytd_previous", ("fytd", "current"): "fytd_current", ("fytd", "change"): "fytd_change",
    ("baseline", "earlier"): "fytd_2019_20", ("rolling12", "earlier"): "rolling12_previous", ("rolling12", "current"): "rolling12_current",
}  # fmt: skip
SQL = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}


@pytest.fixture(scope="module", params=["demo", "city-open-counts"])
def shown(shipped_store, request):
    return overview(shipped_store, request.param, as_at=OCTOBER)


@pytest.fixture(scope="module")
def demo(shipped_store):
    return overview(shipped_store, "demo", as_at=OCTOBER)


def written(shown, folder, how=TableFormat.CSV):
    write_data_package(data_package(shown, how), folder)
    return json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))


def read(folder, resource) -> pd.DataFrame:
    """A table as another tool reads it: by the types that the description names."""
    columns = {field["name"]: SQL[field["type"]] for field in resource["schema"]["fields"]}
    path = folder / resource["path"]
    how = f"read_csv('{path}', header=true, columns={columns})" if path.suffix == ".csv" else f"'{path}'"
    return duckdb.connect().sql(f"SELECT * FROM {how}").df()


@pytest.mark.parametrize("how", list(TableFormat))
def test_what_the_description_says_of_each_table_is_so(shown, tmp_path, how):
    described = written(shown, tmp_path, how)
    tables = {resource["name"]: read(tmp_path, resource) for resource in described["resources"]}
    for resource in described["resources"]:
        content, table, schema = (
            (tmp_path / resource["path"]).read_bytes(),
            tables[resource["name"]],
            resource["schema"],
        )
        if how is TableFormat.CSV:
            assert len(content) == resource["bytes"]
            assert f"sha256:{hashlib.sha256(content).hexdigest()}" == resource["hash"]
        assert list(table) == [field["name"] for field in schema["fields"]]
        assert len(table) > 0
        assert not table.duplicated(schema["primaryKey"]).any()
        for field in schema["fields"]:
            constraints, values = field.get("constraints", {}), table[field["name"]]
            assert not (constraints.get("required") and values.isna().any()), field["name"]
            assert set(values.dropna()) <= set(constraints.get("enum", values.dropna())), field["name"]
            assert field["description"].endswith(".")
        for key in schema.get("foreignKeys", []):
            there = tables[key["reference"]["resource"]]
            assert set(table[key["fields"][0]]) <= set(there[key["reference"]["fields"][0]])


def test_both_formats_hold_the_same(shown, tmp_path):
    as_csv, as_parquet = (written(shown, tmp_path / how, how) for how in TableFormat)
    for one, other in zip(as_csv["resources"], as_parquet["resources"], strict=True):
        pd.testing.assert_frame_equal(
            read(tmp_path / "csv", one), read(tmp_path / "parquet", other), check_dtype=False, rtol=1e-12
        )


def test_the_comparisons_are_the_published_table_figure_for_figure(demo):
    with (ROOT / "data" / "reference" / "strand-table-2024-10.csv").open(encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    measures, _, comparisons = tidy_tables(demo)
    keys = dict(zip(measures.rows["published_label"], measures.rows["measure"], strict=True))
    rows = {(row.measure, row.comparison): row for row in comparisons.rows.itertuples()}
    assert len(published) == 19
    for line in published:
        for (comparison, name), column in PUBLISHED.items():
            assert getattr(rows[keys[line["measure"]], comparison], name) == int(line[column]), (
                line["measure"],
                column,
            )


def test_months_add_up_to_the_periods_that_are_compared(shown):
    _, months, comparisons = tidy_tables(shown)
    by_measure = dict(list(months.rows.groupby("measure")))
    added = 0
    for row in comparisons.rows.itertuples():
        of_measure = by_measure[row.measure]
        within = of_measure[
            of_measure["month"].between(pd.Timestamp(row.current_from), pd.Timestamp(row.current_to))
        ]
        if within["count"].notna().all() and len(within):
            added += 1
            assert within["count"].sum() == row.current, (row.measure, row.comparison)
    assert added > 20


def test_a_month_not_delivered_is_missing_and_says_so(shipped_store):
    _, months, _ = tidy_tables(overview(shipped_store, "city-open-counts", as_at=OCTOBER))
    autumn = months.rows[months.rows["month"].isin(pd.to_datetime(["2017-10-01", "2017-11-01"]))]
    assert len(autumn) == 2 * months.rows["measure"].nunique()
    assert autumn["count"].isna().all()
    assert set(autumn["status"]) == {"not delivered"}
    assert (months.rows["count"].isna() == ~months.rows["status"].isin(["final", "provisional"])).all()


def test_made_data_says_so_in_each_file_and_names_no_licence(demo, tmp_path):
    described = written(demo, tmp_path)
    assert described["description"].startswith("Made data")
    assert (described["made"], "licenses" in described) == (True, False)
    for resource in described["resources"]:
        assert read(tmp_path, resource)["note"].eq("Made data: for demonstration, not real records").all()


def test_real_figures_name_their_licence_and_their_source(shipped_store, tmp_path):
    described = written(overview(shipped_store, "city-open-counts", as_at=OCTOBER), tmp_path)
    assert described["licenses"][0]["name"] == "OGL-UK-3.0"
    assert "data.police.uk" in described["sources"][0]["title"]
    assert not described["made"]


def test_the_same_version_gives_the_same_bytes(demo):
    assert data_package(demo, TableFormat.CSV) == data_package(demo, TableFormat.CSV)
    assert data_package(demo, TableFormat.PARQUET) == data_package(demo, TableFormat.PARQUET)


def test_a_package_that_was_there_is_replaced_whole(demo, shipped_store, tmp_path):
    written(overview(shipped_store, "city-open-counts", as_at=OCTOBER), tmp_path)
    described = written(demo, tmp_path)
    assert {resource["path"] for resource in described["resources"]} < {
        path.name for path in tmp_path.iterdir()
    }
    assert all(
        (tmp_path / resource["path"]).stat().st_size == resource["bytes"]
        for resource in described["resources"]
    )
