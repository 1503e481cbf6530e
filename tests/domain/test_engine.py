"""The database that answers: one for all in a process, a connection each."""

import importlib.metadata
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vulncore.domain import engine
from vulncore.domain.engine import arrow_table, connect, parquet_table

ROWS = pa.table({"force": ["A", "A", "B"], "records": [1, 2, 4]})


@pytest.fixture
def file(tmp_path):
    """Rows in a file whose path holds what means something in SQL and in patterns."""
    path = tmp_path / "it's [all]? *.parquet"
    pq.write_table(ROWS, path)
    return path


def table(file):
    return parquet_table(connect(), [str(file)], ROWS.schema)


def names_seen(connection) -> set[str]:
    query = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
    return {name for (name,) in connection.raw_sql(query).fetchall()}


def test_a_file_is_read_wherever_it_lies(file):
    assert table(file).to_pyarrow().equals(ROWS)


def test_what_is_named_through_a_connection_is_seen_by_it_alone_and_gone_with_it(file):
    connection, other = connect(), connect()
    kept = parquet_table(connection, [str(file)], ROWS.schema), arrow_table(connection, ROWS)
    assert names_seen(connection) == {rows.get_name() for rows in kept}
    assert names_seen(other) == set()


def test_many_ask_at_the_same_time_each_through_a_connection_of_its_own(file):
    def total(most: int) -> int:
        rows = table(file)
        return int(rows.filter(rows.records <= most).records.sum().execute())

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(total, [1, 2, 4] * 20)) == [1, 3, 7] * 20


def test_a_database_that_failed_within_is_replaced(file, monkeypatch):
    class Failed:
        def cursor(self):
            raise duckdb.FatalException("database has been invalidated")

    databases = [Failed()]

    def database():
        return databases[0]

    database.cache_clear = lambda: databases.__setitem__(0, duckdb.connect())
    monkeypatch.setattr(engine, "_database", database)
    assert table(file).to_pyarrow().equals(ROWS)


def test_nothing_is_fetched_from_outside_and_no_file_stays_in_memory():
    query = (
        "SELECT name, value FROM duckdb_settings() WHERE name IN "
        "('autoinstall_known_extensions', 'autoload_known_extensions', 'enable_external_file_cache')"
    )
    settings = connect().raw_sql(query).fetchall()
    assert len(settings) == 3
    assert {value for _, value in settings} == {"false"}


def test_a_connection_does_not_look_through_installed_packages_which_fails_where_threads_do_so_at_once(
    monkeypatch,
):
    def fails(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", fails)
    assert connect().version == duckdb.__version__
