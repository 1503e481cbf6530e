"""What either table of recorded crime comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from vulncore.domain.vocabulary import Measure

Rows = Mapping[int, Sequence[str]]
"""The fields of every row that is not empty, by its line."""


@dataclass(frozen=True)
class Totals:
    """A table's totals as canonical counts, the measures that they are of, and how many rows they hold."""

    source: str
    attribution: str
    counts: pa.Table
    measures: Sequence[Measure]
    accepted: int
