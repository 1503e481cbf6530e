"""Findings about records: points that can't be right, points piled on one spot, records that are there twice."""

from collections.abc import Iterator, Mapping
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.domain.geography import EDGE_TOLERANCE_M, boundary
from vulncore.findings.data.finding import DataFinding, Sureness
from vulncore.findings.shared.words import agree, number_of, share
from vulncore.metrics.data_quality.piled_points import point_piles
from vulncore.metrics.data_quality.places_off import places_off
from vulncore.metrics.data_quality.repeated_records import identical_rows, repeated_records

ON_MAPS = "Maps draw these records at that point. Counts by month are not affected."


def point_findings(incidents: ir.Table) -> Iterator[DataFinding]:
    """Yield findings about the points of incidents: swapped, at zero, far off, outside the area, piled or snapped.

    Args:
        incidents: The canonical incidents.
    """
    for row in places_off(incidents).to_dict("records"):
        yield from _off(row)
    for row in point_piles(incidents).to_dict("records"):
        yield from _piled(row)


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


def _off(row: dict[Any, Any]) -> Iterator[DataFinding]:
    force, placed = str(row["force"]), int(row["placed"])
    if row["swapped"]:
        yield DataFinding(
            check="swapped-degrees",
            what=(
                f"{number_of(row['swapped'], 'row')} {agree(row['swapped'], 'is', 'are')} near the others once "
                "longitude and latitude change places."
            ),
            where=force,
            count=int(row["swapped"]),
            of=placed,
            why=f"As mapped they fall in the sea. {ON_MAPS}",
            do="Map the two columns the other way round, and publish again.",
            sure=Sureness.LIKELY,
        )
    if row["zero"]:
        yield DataFinding(
            check="zero-degrees",
            what=(
                f"{number_of(row['zero'], 'row')} {agree(row['zero'], 'has', 'have')} the point 0, 0 (in degrees or "
                "of the British grid): a blank read as a number."
            ),
            where=force,
            count=int(row["zero"]),
            of=placed,
            why=f"These records have no place, and 0, 0 is in the sea. {ON_MAPS}",
            do="Map 0 as no place, and publish again.",
            sure=Sureness.CERTAIN,
        )
    if row["outside"]:
        yield _outside(force, placed, row)
    elif row["far"] and boundary(force) is None:
        yield DataFinding(
            check="far-points",
            what=(
                f"{number_of(row['far'], 'row')} of {placed:,} with a point {agree(row['far'], 'is', 'are')} far from "
                f"all others. The farthest is {row['far_km']:,.0f} km from the middle."
            ),
            where=force,
            count=int(row["far"]),
            of=placed,
            why=f"They stretch the map until nothing else can be seen. {ON_MAPS}",
            do="Look up the places in the source: a slip of a digit, a home address, or another force's record.",
            sure=Sureness.LIKELY,
        )


def _outside(force: str, placed: int, row: dict[Any, Any]) -> DataFinding:
    farthest = ""
    if not pd.isna(row["farthest_km"]):
        beyond = f"{row['beyond']:,} of them over 1 km, and " if row["beyond"] else ""
        farthest = f", {beyond}the farthest {row['farthest_km']:,.1f} km"
    return DataFinding(
        check="outside-area",
        what=(
            f"{row['outside']:,} of {placed:,} points ({share(int(row['outside']), placed)}) lie more than "
            f"{EDGE_TOLERANCE_M:.0f} m outside the force's area{farthest}."
        ),
        where=force,
        count=int(row["outside"]),
        of=placed,
        why=f"These records count for the force but are in no ward. {ON_MAPS}",
        do="Leave points near the edge: they may stand for streets. Look up points over 1 km away in the source.",
        sure=Sureness.CERTAIN,
    )


def _piled(row: dict[Any, Any]) -> Iterator[DataFinding]:
    force, placed = str(row["force"]), int(row["placed"])
    if row["piled"]:
        yield DataFinding(
            check="points-piled",
            what=(
                f"{row['rows']:,} of {placed:,} points ({share(int(row['rows']), placed)}) are the same point "
                f"(longitude {row['longitude']:.5f}, latitude {row['latitude']:.5f}). The tenth busiest place has at "
                f"most {row['tenth']:,}."
            ),
            where=f"{force}, {row['longitude']:.5f}, {row['latitude']:.5f}",
            count=int(row["rows"]),
            of=placed,
            why="This point becomes the hottest hotspot. A station or a town centre often stands for an unknown place.",
            do="Look at what is there. If the point stands for an unknown place, map it as no place.",
            sure=Sureness.LIKELY,
        )
    if row["snapped"]:
        yield DataFinding(
            check="points-snapped",
            what=(
                f"{placed:,} rows share {row['points']:,} distinct points ({placed / row['points']:,.0f} rows to a "
                "point): points stand for streets or areas, not for addresses. The source publishes "
                "points this way: no fault."
            ),
            where=force,
            count=int(row["points"]),
            of=placed,
            why="Distances under a street's length mean nothing, and no single address can be read from a map.",
            do="Nothing. Read maps by street and area.",
            sure=Sureness.CERTAIN,
        )
