"""Which database answers: DuckDB inside the process, through Ibis."""

import re
from collections.abc import Sequence
from functools import cache

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend


def connect() -> ibis.BaseBackend:
    """Return a connection of its own to this process's in-memory DuckDB, which fetches nothing from outside by itself.

    What is named through it is seen by it alone, and gone with it. It answers one question at a time.
    """
    try:
        return _Engine.from_connection(_database().cursor())
    except duckdb.FatalException:  # a database that failed within answers nobody any more
        _database.cache_clear()
        return _Engine.from_connection(_database().cursor())


class _Engine(Backend):  # type: ignore[misc]
    """Ibis on DuckDB, which does not look through all installed packages for DuckDB's version at each connection.

    That fails now and then where several threads do so at once (`importlib.metadata`, Python 3.11).
    """

    version = duckdb.__version__


@cache
def _database() -> duckdb.DuckDBPyConnection:
    # one for all, as to make one takes longer than all else in opening a version
    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_external_file_cache": "false",  # files that were erased have to be gone from here too
        }
    )


def parquet_table(engine: ibis.BaseBackend, files: Sequence[str], schema: pa.Schema) -> ir.Table:
    """Return Parquet files as one table with the schema's columns; no files give an empty table."""
    if not files:
        return arrow_table(engine, schema.empty_table())
    name = ibis.util.gen_name("files")
    columns = ", ".join(f'"{column}"' for column in schema.names)
    paths = ", ".join(_quoted(file) for file in files)
    engine.con.execute(f'CREATE TEMP VIEW "{name}" AS SELECT {columns} FROM read_parquet([{paths}])')  # noqa: S608
    return _table(engine, name, schema)


def arrow_table(engine: ibis.BaseBackend, rows: pa.Table) -> ir.Table:
    """Return rows in memory as a table of the engine; they are not copied."""
    name = ibis.util.gen_name("rows")
    engine.con.register(name, rows)
    return _table(engine, name, rows.schema)


def _table(engine: ibis.BaseBackend, name: str, schema: pa.Schema) -> ir.Table:
    # Ibis would ask the engine for each column's type, which takes longer than all else in opening a version
    return ops.DatabaseTable(name, schema=_ibis_schema(schema), source=engine).to_expr()


@cache
def _ibis_schema(schema: pa.Schema) -> ibis.Schema:
    """Return a schema as Ibis has it; columns of files may always lack a value."""
    return ibis.Schema(
        {name: kind.copy(nullable=True) for name, kind in ibis.Schema.from_pyarrow(schema).items()}
    )


def _quoted(path: str) -> str:
    """Return a path as SQL has it: to DuckDB [, * and ? are patterns, and in brackets each stands for itself."""
    return "'" + re.sub(r"([\[*?])", r"[\1]", path).replace("'", "''") + "'"
