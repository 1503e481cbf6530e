"""Which database answers: DuckDB inside the process, through Ibis."""

import re
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa


def connect() -> ibis.BaseBackend:
    """Return a fresh in-memory DuckDB that fetches nothing from outside by itself."""
    engine = ibis.duckdb.connect()
    engine.raw_sql("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    return engine


def parquet_table(engine: ibis.BaseBackend, files: Sequence[str], schema: pa.Schema) -> ir.Table:
    """Return Parquet files as one table with the schema's columns; no files give an empty table."""
    if files:
        return engine.read_parquet([_literal_path(file) for file in files]).select(*schema.names)
    return engine.create_table(
        ibis.util.gen_name("empty"), schema=ibis.Schema.from_pyarrow(schema), temp=True
    )


def _literal_path(path: str) -> str:
    """DuckDB reads [, * and ? in a path as patterns; in brackets each stands for itself."""
    return re.sub(r"([\[*?])", r"[\1]", path)
