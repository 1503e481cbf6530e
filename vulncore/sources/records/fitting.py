"""Last month's mapping for this month's file: the first of several that reads it, with the months of the file's own records."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from vulncore.domain.errors import InvalidMappingError, VulncoreError, first_five
from vulncore.domain.periods import format_month
from vulncore.sources.extract import Extract, read_extract
from vulncore.sources.records.draft import months_of_records
from vulncore.sources.records.mapping import Mapping, check_columns
from vulncore.sources.records.values import column_dates


def fitting_mapping(path: Path, mappings: Iterable[Mapping]) -> Mapping:
    """Return the first of some mappings, at least one, whose columns a file has; it covers the months of the file's records.

    Raises:
        InvalidMappingError: None fits, no date recorded can be read, or a month between others has no record; the sentence
            about columns is that of the first mapping.
        UnreadableSourceError: The file can't be read as an extract.
    """
    refusals: list[VulncoreError] = []
    for mapping in mappings:
        try:
            extract = read_extract(
                path, sheet=mapping.sheet or None, heading=mapping.heading, wanted=mapping.wanted
            )
            check_columns(mapping, extract.columns, extract.file.name)
        except VulncoreError as refusal:
            refusals.append(refusal)
        else:
            return _of_its_months(mapping, extract)
    raise refusals[0]


def _of_its_months(mapping: Mapping, extract: Extract) -> Mapping:
    """Return a mapping that covers the months of an extract, refused where one of them would be zero for want of a record."""
    column, name = mapping.columns["recorded_on"], extract.file.name
    first, last = months_of_records(extract, column, mapping.date_order)
    if first is None or last is None:
        raise InvalidMappingError(
            f"No date recorded in {name} can be read, so no month is covered. Correct the mapping or the file."
        )
    covering = replace(mapping, first=first, last=last)
    recorded = column_dates(extract.table[column], mapping.date_order).astype("datetime64[M]")
    bare = sorted(set(covering.months) - set(recorded.astype(object)))
    if bare:
        raise InvalidMappingError(
            f"The records of {name} are from {format_month(first)} to {format_month(last)}, with none in {len(bare):,} of the "
            f"months between: {first_five(map(format_month, bare))}. Correct the dates, or publish the file with --covers."
        )
    return covering
