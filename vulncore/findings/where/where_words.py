"""Which records a map is of, and what it can't say, in words."""

from collections.abc import Sequence
from typing import Final

from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.which_records import COLUMNS
from vulncore.findings.when.words import listed
from vulncore.findings.where.read import WhereAsked, WhereRead

MOST_NAMED: Final = 4


def about_records(asked: WhereAsked, measures: Sequence[Measure]) -> str:
    """Return which records are asked for."""
    names = [measure.name for measure in measures if measure.key in asked.records.measures]
    said = listed(names) if len(names) <= MOST_NAMED else f"{len(names)} measures"
    narrowed = "".join(f", {COLUMNS[column]} {value}" for column, value in asked.records.where)
    hours = f", {asked.hours.words}" if asked.hours.cells else ""
    return said + narrowed + hours


def cannot_say(read: WhereRead, unit: str, outside: float) -> tuple[str, ...]:
    """Return what a map can't say: records without a place or an hour, outside the area, or moved to a street's middle."""
    base = max(read.asked.smallest, 1)
    said = []
    unplaced = int(read.found["records"] - read.found["placed"])
    if unplaced:
        said.append(
            f"{_many(unplaced, base)} of {read.found['records']:,.0f} {unit} have no place and are on no map."
        )
    if read.asked.hours.cells:
        untimed = int(read.found["placed"] - read.found["timed"])
        if untimed:
            said.append(
                f"{_many(untimed, base)} with a place have no known hour, and are left out of these hours."
            )
    if outside >= base:
        said.append(
            f"{_many(outside, base)} lie outside the {'boundary' if read.drawn else 'area'}, and are not drawn."
        )
    if not read.drawn:
        said.append(
            f"No boundary is known of {read.asked.records.force}, so its area is assumed: where its records lie. Bring one: "
            "vulncore boundary FILE.geojson --force NAME."
        )
    if read.snapped:
        said.append(
            "Points are snapped: the source moves every record to one of a few places, each standing for a street or an "
            "area. A cell is hot because such a place lies in it; the cell beside it may be as hot in truth."
        )
    return tuple(said)


def _many(number: float, base: int) -> str:
    about = base * round(number / base)
    return f"Fewer than {base}" if number < base else f"{about:,}" if base == 1 else f"About {about:,}"
