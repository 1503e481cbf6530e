"""The mappings that datasets keep, and which of them reads a new file."""

import shlex
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from vulncore import store as stores
from vulncore.domain.delivery import Progress, printable
from vulncore.domain.errors import InvalidMappingError, VulncoreError, first_five
from vulncore.sources.extract import Extract, read_extract
from vulncore.sources.records.draft import Draft, draft_mapping
from vulncore.sources.records.draft_columns import Column, describe_columns
from vulncore.sources.records.later import LaterFile, later_file
from vulncore.sources.records.mapping import Mapping
from vulncore.sources.records.mapping_file import parse_mapping
from vulncore.store.manifest import Publish

Place = tuple[str | None, tuple[int, int] | None]
"""The sheet and the lines of the heading of an extract, where they are given."""


@dataclass(frozen=True)
class KeptMapping:
    """A mapping, and the version whose records were read with it; none of a mapping that somebody names."""

    publish: Publish | None
    mapping: Mapping

    @property
    def where(self) -> str:
        """The version in words."""
        if not self.publish:
            return "the mapping that was named"
        return f"dataset {self.publish.dataset}, version {self.publish.number}"


def kept_mappings(store: Path, dataset: str | None = None) -> tuple[KeptMapping, ...]:
    """Return the newest mapping of each extract of a dataset, or of all datasets, the newest first.

    A dataset that can't be read keeps none, nor does a version whose mapping can't be read any more.
    """
    kept: dict[tuple[str, str, str], tuple[Publish, Mapping]] = {}
    for name in stores.datasets(store) if dataset is None else (dataset,):
        with suppress(VulncoreError):
            for publish in reversed(stores.versions(store, name)):
                mapping = mapping_read(publish.mapping)
                if mapping:
                    kept.setdefault((name, mapping.source, mapping.force), (publish, mapping))
    newest_first = sorted(kept.values(), key=lambda one: one[0].published_at, reverse=True)
    return tuple(KeptMapping(*one) for one in newest_first)


def best_first(
    kept: Iterable[KeptMapping], extract: Extract, fresh: Draft, columns: Sequence[Column]
) -> tuple[tuple[KeptMapping, LaterFile], ...]:
    """Return how each mapping reads an extract with all its columns, the best first, and of equal ones as they come.

    `fresh` and `columns` are what `draft_mapping` and `describe_columns` say of the extract.
    """
    read = [(one, later_file(one.mapping, extract, fresh, columns)) for one in kept]
    return tuple(sorted(read, key=lambda pair: pair[1].unlikeness))


def read_as_before(
    store: Path,
    dataset: str,
    path: Path,
    sheet: str | None = None,
    heading: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> tuple[KeptMapping, LaterFile]:
    """Return which of a dataset's mappings reads a file best, and what the file has that it says nothing of.

    `sheet` and `heading` are where the mapping has them, unless given.

    Raises:
        InvalidMappingError: The dataset keeps no mapping.
        UnreadableSourceError: The file can't be read as an extract.
    """
    kept = kept_mappings(store, dataset)
    if not kept:
        raise InvalidMappingError(
            f"Records need a mapping of columns and codes, and '{dataset}' keeps none. "
            f"Draft one with: vulncore mapping {shlex.quote(printable(str(path)))} --output MAPPING.toml"
        )
    return best_reading(path, kept, sheet, heading, progress)


def best_reading(
    path: Path,
    kept: Sequence[KeptMapping],
    sheet: str | None = None,
    heading: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> tuple[KeptMapping, LaterFile]:
    """Return which of some mappings, one at least, reads a file best, and what the file has that it says nothing of.

    `sheet` and `heading` are where the mapping has them, unless given.

    Raises:
        UnreadableSourceError: The file can't be read as an extract.
        InvalidMappingError: Mappings of several forces read it as well, and it doesn't say whose it is.
    """
    by_place: dict[Place, list[KeptMapping]] = {}
    for one in kept:
        place = sheet or one.mapping.sheet or None, heading or one.mapping.heading
        by_place.setdefault(place, []).append(one)
    pairs: list[tuple[KeptMapping, LaterFile]] = []
    refusals: list[VulncoreError] = []
    of_files: set[str] = set()
    # where no sheet or heading is as it was, they are looked for as in a file that nobody knows
    tries: list[tuple[Place, Iterable[KeptMapping]]] = [*by_place.items(), ((sheet, heading), kept)]
    for place, mappings in tries:
        if mappings is kept and any(not later.gone for _, later in pairs):
            break
        try:
            extract = read_extract(path, sheet=place[0], heading=place[1], progress=progress)
        except VulncoreError as refusal:
            refusals.append(refusal)
        else:
            there: dict[str, Any] = {
                "sheet": extract.sheet if len(extract.sheets) > 1 else "",
                "heading": extract.heading,
            }
            of_file = [replace(one, mapping=replace(one.mapping, **there)) for one in mappings]
            fresh, columns = draft_mapping(extract), describe_columns(extract)
            of_files.add(fresh.mapping.force)
            pairs += best_first(of_file, extract, fresh, columns)
    if not pairs:
        raise refusals[0]
    least = min(later.unlikeness for _, later in pairs)
    best = [pair for pair in pairs if pair[1].unlikeness == least]
    of_force = [pair for pair in best if pair[0].mapping.force in of_files]
    forces = dict.fromkeys(pair[0].mapping.force for pair in of_force or best)
    if len(forces) > 1:
        raise InvalidMappingError(
            f"{printable(path.name)} could be of {len(forces)} forces of this dataset: {first_five(forces)}. Name the mapping of the "
            "right one with --mapping, or bring the file in on the Data page."
        )
    return (of_force or best)[0]


@lru_cache(maxsize=512)
def mapping_read(text: str) -> Mapping | None:
    """Return the mapping that a version keeps as TOML; None where it keeps none, or one that can't be read any more."""
    with suppress(VulncoreError):
        return parse_mapping(text.encode()) if text else None
    return None
