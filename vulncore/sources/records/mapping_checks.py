"""Whether a mapping holds together, and whether it fits an extract."""

import re
from collections.abc import Collection
from typing import Final

from vulncore.domain.errors import InvalidMappingError, first_five
from vulncore.domain.known_measures import known_measures
from vulncore.sources.records.mapping import Mapping

MOST_DOTS: Final = 8


def checked_mapping(mapping: Mapping) -> Mapping:
    """Return the mapping if it holds together, whatever its extract.

    Raises:
        InvalidMappingError: Something is missing or contradicts something else.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", mapping.source, re.ASCII):
        raise InvalidMappingError(
            f"'{mapping.source[:40]}' can't name the source. Use up to 40 small letters, digits and hyphens."
        )
    force = mapping.force
    if not force.strip() or len(force) > 80 or not force.isprintable():
        raise InvalidMappingError("There is no force's name in `force`. Write it there, up to 80 letters.")
    if "recorded_on" not in mapping.columns:
        raise InvalidMappingError(
            "No column is `recorded_on`, by which every figure is counted. Name it under [columns]."
        )
    if not any(coding.codes for coding in mapping.counts):
        raise InvalidMappingError(
            "No code counts towards a measure. Add a [[counts]] with the column and its codes."
        )
    _check_places(mapping)
    _check_measures(mapping)
    if mapping.first and mapping.last and mapping.first > mapping.last:
        raise InvalidMappingError("The first month under [coverage] lies after the last. Change one of them.")
    if len(mapping.months) > 1_200:
        raise InvalidMappingError("[coverage] spans over a hundred years. Correct its months.")
    if not 0 <= mapping.most_rejected_percent <= 100:
        raise InvalidMappingError("`most_rejected_percent` is not between 0 and 100. Change it.")
    return mapping


def _check_places(mapping: Mapping) -> None:
    for one, other in (("longitude", "latitude"), ("easting", "northing")):
        if (one in mapping.columns) != (other in mapping.columns):
            raise InvalidMappingError(f"A place needs both {one} and {other}. Name the other column too.")
    ways = [name for name in ("longitude", "easting", "grid_reference") if name in mapping.columns]
    if len(ways) > 1:
        raise InvalidMappingError(
            f"The place is given in {len(ways)} ways ({first_five(ways)}). Keep the best one."
        )


def _check_measures(mapping: Mapping) -> None:
    columns = [coding.column for coding in mapping.counts]
    if "" in columns or len(set(columns)) < len(columns):
        raise InvalidMappingError("Every [[counts]] needs a column, and no column two. Correct them.")
    own = [measure.key for measure in mapping.measures]
    known = {measure.key for measure in known_measures()}
    twice = sorted({key for key in own if own.count(key) > 1 or key in known})
    if twice:
        raise InvalidMappingError(
            f"{len(twice)} keys of [[measure]] are taken: {first_five(twice)}. Choose others."
        )
    names = [measure.name.casefold() for measure in (*known_measures(), *mapping.measures)]
    alike = sorted({measure.name for measure in mapping.measures if names.count(measure.name.casefold()) > 1})
    if alike:
        raise InvalidMappingError(
            f"{len(alike)} names of [[measure]] are taken: {first_five(alike)}. Choose others."
        )
    strange = sorted(set(mapping.counted) - known - set(own))
    if strange:
        raise InvalidMappingError(
            f"{len(strange)} measures are not known: {first_five(strange)}. Use a key that `vulncore measures` lists, "
            "or describe it in a [[measure]]."
        )
    for coding in mapping.counts:
        both = sorted(set(coding.codes) & set(coding.leave_out))
        if both:
            raise InvalidMappingError(
                f"{len(both)} codes of {coding.column[:40]} are counted and left out at once: {first_five(both)}. Choose."
            )


def check_columns(mapping: Mapping, columns: Collection[str], name: str) -> None:
    """Refuse a mapping that reads columns which an extract does not have.

    Args:
        mapping: The mapping.
        columns: The headings of the extract.
        name: What the refusal calls the extract.

    Raises:
        InvalidMappingError: Columns are absent.
    """
    absent = [column for column in mapping.wanted if column not in columns]
    if absent:
        raise InvalidMappingError(
            f"{len(absent)} columns that the mapping reads are not in {name}: {first_five(absent)}. "
            f"It has {len(columns)}: {first_five(columns)}. Correct the mapping, or say where the heading is."
        )


def refuse_dotted_keys(text: str, name: str) -> None:
    """Refuse a TOML text with keys of many parts: each part costs its reader all those before it.

    Raises:
        InvalidMappingError: A key has more than `MOST_DOTS` dots outside of quotation marks.
    """
    for line in text.splitlines():
        key = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', "", line).partition("#")[0]
        if key.count(".") > MOST_DOTS:
            raise InvalidMappingError(
                f"{name} has a name of over {MOST_DOTS} parts. Write it as `vulncore mapping` does."
            )
