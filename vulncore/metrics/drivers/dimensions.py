"""Dimensions: how records fall into parts, and how many of them each part holds once the blur is undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.errors import InvalidRowsError, VulncoreError, first_five
from vulncore.metrics.records.groups import NOT_RECORDED

OTHERS: Final = "all others"
"""The part that holds all values of too few records to stand alone."""

SMALLEST: Final = 10
"""Records of both periods together that a value holds to stand alone, as for the signal: of fewer hardly any split is beyond
chance among some dozen parts."""
MOST_ALONE: Final = 40
"""Values of a dimension that stand alone, the largest: of thousands of streets nobody reads more, and each takes memory of every
record."""
JUDGED_FROM_SHARE: Final = 0.05
JUDGED_FROM_RECORDS: Final = 50
"""A part is judged if it holds one in twenty records, or fifty: of the planted drivers of docs/drivers.md up to ten in a hundred
more come out than where every part of ten records is judged with them."""


@dataclass(frozen=True)
class Dimension:
    """A column that records are taken apart by.

    A column of text has a part for each value, and one for what is not recorded. A column of numbers is a share between 0
    and 1 of the record that lies in the first of two parts (of its possible hours, those at night); `values` names both.

    Attributes:
        name: The column's.
        kept: The share of records that kept their value when the column was blurred, while the others got any of
            `values`, all alike; None where it was not blurred, or where that can't be undone. Of shares it is None.
        values: All that a blurred record may have got; of a column that is not blurred they may be left out.
        astray: Of the others, the share that got each of `values`, where these were not alike: records of several measures get values
            of their own measure alone.
    """

    name: str
    kept: float | None = None
    values: tuple[str, ...] = ()
    astray: tuple[float, ...] = ()


@dataclass(frozen=True)
class DimensionParts:
    """The parts of all dimensions, each record in one of each dimension: arrays of one entry per part.

    Attributes:
        names: The parts' values.
        dimension: The number of the part's dimension.
        weights: One row per record, one column per part: how much of the record lies in the part, 0 to 1.
        wholes: One row per record: a column per dimension, 1 where it is recorded, and one of ones.
        whole: The column of `wholes` that the part is a share of: its dimension's, or the last for what is not recorded.
        kept: The share of its records that kept their value; 1 where nothing was blurred.
        strays: Of all that its dimension is recorded of, the share that strays into the part.
        judged: Whether the part is tested: it is no sum of small values, and neither too small nor all that is recorded.
    """

    names: tuple[str, ...]
    dimension: Integers
    weights: Floats
    wholes: Floats
    whole: Integers
    kept: Floats
    strays: Floats
    judged: Booleans

    def among(self, records: Booleans, which: Integers) -> "DimensionParts":
        """Return some of the parts, of some of the records."""
        return DimensionParts(
            names=tuple(self.names[part] for part in which),
            dimension=self.dimension[which],
            weights=self.weights[np.ix_(records, which)],
            wholes=self.wholes[records],
            whole=self.whole[which],
            kept=self.kept[which],
            strays=self.strays[which],
            judged=self.judged[which],
        )

    def counted(self, records: Booleans) -> tuple[Floats, Floats]:
        """Return how many of some records each part holds as they are, and how many its whole."""
        chosen = records.astype(float)
        return chosen @ self.weights, (chosen @ self.wholes)[self.whole]

    def sharpened(self, records: Booleans) -> Floats:
        """Return about how many of some records each part held before they were blurred; below zero where chance has it so.

        Within each dimension they add up to the records.
        """
        held, of = self.counted(records)
        return np.asarray((held - self.strays * of) / self.kept, dtype=float)


class _Part(NamedTuple):
    """One part of one dimension: its column and what `DimensionParts` says of it."""

    name: str
    weights: Floats
    recorded: bool
    kept: float
    strays: float
    judged: bool


def parts_of(
    records: pd.DataFrame, dimensions: Sequence[Dimension], smallest: int = SMALLEST
) -> DimensionParts:
    """Return the parts that records fall into, largest first in each dimension.

    Args:
        records: One row per distinct record: `now` (true in the later of two periods), and a column per dimension.
        dimensions: The columns to take them apart by.
        smallest: Records that a value holds in both periods together, the blur undone, to stand alone. Values of fewer are
            put together.

    Raises:
        InvalidRowsError: A column is absent, `now` is not true or false, or a value is none of its dimension's.
        VulncoreError: A dimension is given twice, can't have been blurred so, or lacks its values.
    """
    _refuse(records, dimensions)
    fewest = max(smallest, min(JUDGED_FROM_SHARE * len(records), JUDGED_FROM_RECORDS))
    wholes = np.ones((len(records), len(dimensions) + 1))
    parts: list[_Part] = []
    number: list[int] = []
    for at, dimension in enumerate(dimensions):
        column = records[dimension.name]
        recorded = column.notna().to_numpy(dtype=bool)
        wholes[:, at] = recorded
        of_it = _shared(column, dimension) if _is_share(column) else _valued(column, dimension, smallest)
        if not recorded.all():
            missing = ~recorded
            of_it.append(_Part(NOT_RECORDED, missing.astype(float), False, 1.0, 0.0, True))
        parts += of_it
        number += [at] * len(of_it)
    weights = np.array([part.weights for part in parts]).reshape(len(parts), len(records)).T
    in_order: Integers = np.array(number, dtype=np.int64)
    whole = np.where([part.recorded for part in parts], in_order, len(dimensions)).astype(np.int64)
    kept, strays = (
        np.array([getattr(part, name) for part in parts], dtype=float) for name in ("kept", "strays")
    )
    held, of = weights.sum(axis=0), wholes.sum(axis=0)[whole]
    enough = (held - strays * of) / kept >= fewest
    return DimensionParts(
        names=tuple(part.name for part in parts),
        dimension=in_order,
        weights=np.ascontiguousarray(weights),
        wholes=wholes,
        whole=whole,
        kept=kept,
        strays=strays,
        judged=np.array([part.judged for part in parts], dtype=bool) & enough & (held < of),
    )


def _shared(column: pd.Series, dimension: Dimension) -> list[_Part]:
    """Return the two parts of a share."""
    share = column.fillna(0.0).to_numpy(dtype=float)
    rest = np.where(column.notna(), 1 - share, 0.0)
    return [
        _Part(name, weights, True, 1.0, 0.0, True)
        for name, weights in zip(dimension.values, (share, rest), strict=True)
    ]


def _valued(column: pd.Series, dimension: Dimension, smallest: int) -> list[_Part]:
    """Return a part for each value that enough records have, largest first, and one for the others."""
    names = dimension.values or tuple(sorted(column.dropna().unique()))
    kept = 1.0 if dimension.kept is None else dimension.kept
    astray = np.array(dimension.astray or [1 / max(len(names), 1)] * len(names), dtype=float)
    strays = (1 - kept) * astray
    codes = pd.Index(names).get_indexer(pd.Index(column))
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    held = (counts - strays * counts.sum()) / kept
    in_order = np.argsort(-held, kind="stable")
    large = in_order[held[in_order] >= smallest][:MOST_ALONE]
    small = np.setdiff1d(in_order, large)
    parts = [
        _Part(names[at], (codes == at).astype(float), True, kept, float(strays[at]), True) for at in large
    ]
    if strays[small].sum() > 0 or counts[small].any():
        of_others = np.isin(codes, small).astype(float)
        parts.append(_Part(OTHERS, of_others, True, kept, float(strays[small].sum()), False))
    return parts


def _is_share(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _refuse(records: pd.DataFrame, dimensions: Sequence[Dimension]) -> None:
    names = [dimension.name for dimension in dimensions]
    absent = [name for name in ["now", *names] if name not in records]
    if absent:
        raise InvalidRowsError(f"{len(absent)} columns of the records are absent: {first_five(absent)}.")
    if not pd.api.types.is_bool_dtype(records["now"]) or records["now"].isna().any():
        raise InvalidRowsError("The column now is not true or false in every row. Say so of each record.")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise VulncoreError(
            f"{len(repeated)} dimensions are given twice: {first_five(repeated)}. Name each once."
        )
    for dimension in dimensions:
        _refuse_dimension(records[dimension.name], dimension)


def _refuse_dimension(column: pd.Series, dimension: Dimension) -> None:
    if _is_share(column):
        if len(dimension.values) != 2 or dimension.kept is not None:
            raise VulncoreError(
                f"{dimension.name} is a share, with {len(dimension.values)} names and a blur of {dimension.kept}. "
                "Give it two names and no blur."
            )
        faulty = column[column.notna() & ~column.between(0, 1)]
        what = "are not between 0 and 1"
    else:
        if dimension.kept is not None and not (0 < dimension.kept <= 1 and dimension.values):
            raise VulncoreError(
                f"{dimension.name} can't have kept {dimension.kept} of {len(dimension.values)} values. "
                "Give a share above 0 up to 1, and all values that it may have got."
            )
        faulty = column[column.notna() & ~column.isin(dimension.values or column)]
        what = "are none of its values"
    if len(faulty):
        raise InvalidRowsError(
            f"{len(faulty)} of {len(column)} records of {dimension.name} {what}: {first_five(faulty.astype(str))}. "
            "Correct them first."
        )
