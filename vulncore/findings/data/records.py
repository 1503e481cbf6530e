"""Findings about records: points that can't be right, points piled on one spot, records that are there twice."""

from collections.abc import Iterator, Mapping
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.domain.geography import boundary, edge_tolerance_m
from vulncore.findings.data.finding import DataFinding, Sureness
from vulncore.findings.shared.words import (
    agree,
    nearest,
    nearest_agree,
    nearest_in_words,
    nearest_rows,
    nearest_share,
    number_of,
    share,
    small_first,
)
from vulncore.metrics.data_quality.piled_points import point_piles
from vulncore.metrics.data_quality.places_off import places_off
from vulncore.metrics.data_quality.repeated_records import identical_rows, repeated_records

STEPS_KM = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
ON_MAPS = "Maps leave out what lies outside the force's area. Counts by month are not affected."


def point_findings(incidents: ir.Table, smallest: int) -> Iterator[DataFinding]:
    """Yield findings about the points of incidents: swapped, at zero, far off, outside the area, piled or snapped.

    Args:
        incidents: The canonical incidents; where numbers are hidden, swapped ones.
        smallest: Numbers by place are to the nearest of this.
    """
    for row in places_off(incidents).to_dict("records"):
        yield from _off(row, smallest)
    for row in point_piles(incidents).to_dict("records"):
        yield from _piled(row, smallest)


def record_findings(incidents: ir.Table, names: Mapping[str, str]) -> Iterator[DataFinding]:
    """Yield findings about records that are there more than once.

    Args:
        incidents: The canonical incidents.
        names: The measures' names by key.
    """
    repeats = repeated_records(incidents).sort_values(["again", "months"], ascending=False)
    for column, check, when in (
        ("months", "record-in-two-months", "in another month"),
        ("again", "record-repeated", "within one month"),
    ):
        for force, rows in repeats[repeats[column] > 0].groupby("force"):
            count, which = int(rows[column].sum()), first_five(names.get(k, k) for k in rows["measure"])
            yield DataFinding(
                check=check,
                what=(
                    f"{number_of(count, 'row')} {agree(count, 'repeats', 'repeat')} the record id of an earlier row of the "
                    f"same measure {when}: {which}."
                ),
                where=f"{force}, {which}",
                count=count,
                of=None,
                why="Monthly counts count rows, so a record that is there twice counts twice.",
                do="Ask whether an id stands for one record or for several victims or offences. If for one, take "
                "out the earlier row.",
                sure=Sureness.LIKELY if column == "months" else Sureness.POSSIBLE,
            )
    for row in identical_rows(incidents).to_dict("records"):
        if row["again"]:
            yield DataFinding(
                check="rows-identical",
                what=(
                    f"{number_of(row['again'], 'row')} ({share(row['again'], row['rows'])} of those with a time and a "
                    f"point) {agree(row['again'], 'equals', 'equal')} an earlier row in every column and "
                    f"{agree(row['again'], 'has', 'have')} no id."
                ),
                where=str(row["force"]),
                count=int(row["again"]),
                of=int(row["rows"]),
                why="Copies count twice. Rows for several victims of one event are right.",
                do="Add a column with the record's reference: it tells copies from victims.",
                sure=Sureness.POSSIBLE,
            )


def _off(row: dict[Any, Any], smallest: int) -> Iterator[DataFinding]:
    force, placed = str(row["force"]), int(row["placed"])
    if row["swapped"]:
        yield DataFinding(
            check="swapped-degrees",
            what=(
                f"{nearest_rows(row['swapped'], smallest)} {nearest_agree(row['swapped'], smallest, 'is', 'are')} near the others once "
                "longitude and latitude change places."
            ),
            where=force,
            count=nearest(int(row["swapped"]), smallest),
            of=nearest(placed, smallest),
            why=f"As mapped they fall in the sea. {ON_MAPS}",
            do="Map the two columns the other way round, and publish again.",
            sure=Sureness.LIKELY,
        )
    if row["zero"]:
        yield DataFinding(
            check="zero-degrees",
            what=(
                f"{nearest_rows(row['zero'], smallest)} {nearest_agree(row['zero'], smallest, 'has', 'have')} the point 0, 0 (in degrees or "
                "of the British grid): a blank read as a number."
            ),
            where=force,
            count=nearest(int(row["zero"]), smallest),
            of=nearest(placed, smallest),
            why=f"These records have no place, and 0, 0 is in the sea. {ON_MAPS}",
            do="Map 0 as no place, and publish again.",
            sure=Sureness.CERTAIN,
        )
    if row["outside"]:
        yield _outside(row, smallest)
    elif row["far"] and boundary(force) is None:
        yield DataFinding(
            check="far-points",
            what=(
                f"{nearest_rows(row['far'], smallest)} of {_about(placed, smallest)} with a point {nearest_agree(row['far'], smallest, 'is', 'are')} "
                f"far from all others. The farthest is over {_at_least(row['far_km'])} km from the middle."
            ),
            where=force,
            count=nearest(int(row["far"]), smallest),
            of=nearest(placed, smallest),
            why=f"Such a point is hardly where it happened. {ON_MAPS}",
            do="Look up the places in the source: a slip of a digit, a home address, or another force's record.",
            sure=Sureness.LIKELY,
        )


def _outside(row: dict[Any, Any], smallest: int) -> DataFinding:
    force, placed = str(row["force"]), int(row["placed"])
    farthest = ""
    if not pd.isna(row["farthest_km"]):
        beyond = f"{_about(row['beyond'], smallest)} of them over 1 km, and " if row["beyond"] else ""
        farthest = f", {beyond}the farthest over {_at_least(row['farthest_km'])} km"
    return DataFinding(
        check="outside-area",
        what=(
            f"{nearest_in_words(row['outside'], smallest)} of {_about(placed, smallest)} points ({nearest_share(int(row['outside']), placed, smallest)}) lie more than "
            f"{edge_tolerance_m(force):.0f} m outside the force's area{farthest}."
        ),
        where=force,
        count=nearest(int(row["outside"]), smallest),
        of=nearest(placed, smallest),
        why=f"These records count for the force but are in no ward. {ON_MAPS}",
        do="Leave points near the edge: they may stand for streets. Look up points over 1 km away in the source.",
        sure=Sureness.CERTAIN,
    )


def _piled(row: dict[Any, Any], smallest: int) -> Iterator[DataFinding]:
    force, placed = str(row["force"]), int(row["placed"])
    if row["piled"]:
        yield DataFinding(
            check="points-piled",
            what=(
                f"{nearest_in_words(row['rows'], smallest)} of {_about(placed, smallest)} points ({nearest_share(int(row['rows']), placed, smallest)}) are the same point "
                f"(longitude {row['longitude']:.5f}, latitude {row['latitude']:.5f}). The tenth busiest place has "
                f"{_about(row['tenth'], smallest)} at most."
            ),
            where=f"{force}, {row['longitude']:.5f}, {row['latitude']:.5f}",
            count=nearest(int(row["rows"]), smallest),
            of=nearest(placed, smallest),
            why="Within the force's area such a point becomes the hottest hotspot. A station or a town centre often stands for an unknown place.",
            do="Look at what is there. If the point stands for an unknown place, map it as no place.",
            sure=Sureness.LIKELY,
        )
    if row["snapped"]:
        yield DataFinding(
            check="points-snapped",
            what=(
                f"{nearest_in_words(placed, smallest)} rows share {_about(row['points'], smallest)} distinct points ({placed / row['points']:,.0f} rows to a "
                "point): points stand for streets or areas, not for addresses. The source publishes "
                "points this way: no fault."
            ),
            where=force,
            count=nearest(int(row["points"]), smallest),
            of=nearest(placed, smallest),
            why="Distances under a street's length mean nothing, and no single address can be read from a map.",
            do="Nothing. Read maps by street and area.",
            sure=Sureness.CERTAIN,
        )


def _about(count: int, smallest: int) -> str:
    return small_first(nearest_in_words(int(count), smallest))


def _at_least(km: float) -> str:
    """Return the round distance that one is over: the exact one would be a single record's.

    >>> _at_least(218.8), _at_least(0.7), _at_least(1.3)
    ('200', '0.5', '1')
    """
    return f"{max((step for step in STEPS_KM if step <= km), default=STEPS_KM[0]):,g}"
