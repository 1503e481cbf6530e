"""Canonical tables made of columns, and the months that counts cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from vulncore.domain.delivery import Delivery, measures_table
from vulncore.domain.disk import NamedFile
from vulncore.domain.periods import Window
from vulncore.domain.schemas import COUNTS, COVERAGE, Tables, conform
from vulncore.domain.vocabulary import Measure
from vulncore.sources.row_tally import RowTally, delivery

LICENCE: Final = "Contains public sector information licensed under the Open Government Licence v3.0."
"""How an attribution begins of what is published under it."""


@dataclass(frozen=True)
class Totals:
    """What a table of totals comes to: canonical counts, the measures that they are of, and how many rows they hold."""

    source: str
    attribution: str
    counts: pa.Table
    measures: Sequence[Measure]
    accepted: int

    def delivery(self, file: NamedFile, *tallies: RowTally) -> Delivery:
        """Return the delivery of the totals, which cover every month of their periods."""
        measures = measures_table(self.measures)
        tables = Tables(counts=self.counts, coverage=covered_months(self.counts), measures=measures)
        return delivery(self.source, tables, [file], self.accepted, tallies, self.attribution)


def table_of(schema: pa.Schema, rows: int, **columns: Any) -> pa.Table:
    """Return a canonical table of so many rows; a text, day or flag stands for a column that is the same throughout."""
    filled = {
        name: pa.repeat(pa.scalar(values, schema.field(name).type), rows)
        if isinstance(values, str | bool | date)
        else values
        for name, values in columns.items()
    }
    return conform(pa.table(filled), schema)


def counts_table(source: str, totals: Sequence[tuple[str, str, Window, int]]) -> pa.Table:
    """Return canonical counts of totals: the force, the measure's key, the period and the count of each."""
    return table_of(
        COUNTS,
        len(totals),
        force=[force for force, _, _, _ in totals],
        measure=[key for _, key, _, _ in totals],
        period_start=[period.start for _, _, period, _ in totals],
        period_end=[period.end for _, _, period, _ in totals],
        count=[count for _, _, _, count in totals],
        source=source,
    )


def incident_coverage(source: str, force: str, covered: Sequence[tuple[str, date]]) -> pa.Table:
    """Return the coverage of incidents: the measures, each by its key, and months that a source delivers of a force."""
    return table_of(
        COVERAGE,
        len(covered),
        force=force,
        measure=[key for key, _ in covered],
        month=[month for _, month in covered],
        table="incidents",
        source=source,
        provisional=False,
    )


def covered_months(counts: pa.Table) -> pa.Table:
    """Return the coverage of canonical counts: every month of the period of each."""
    starts, ends = (
        counts[name].to_numpy().astype("datetime64[M]").astype(np.int64)
        for name in ("period_start", "period_end")
    )
    lengths = ends - starts + 1
    row = np.repeat(np.arange(len(starts)), lengths)
    step = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    columns = {name: counts[name].take(pa.array(row)) for name in ("force", "measure", "source")}
    month = (starts[row] + step).astype("datetime64[M]").astype("datetime64[D]")
    return table_of(COVERAGE, len(row), month=month, table="counts", provisional=False, **columns)
