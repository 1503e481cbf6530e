"""Findings about records: points that can't be right, points piled on one spot, records that are there twice."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.geography import boundary, edge_tolerance_m
from vulncore.findings.data.finding import DataFinding, Sureness, measures_in_words
from vulncore.findings.data.remedies import DegreesSwapped, PlacesReadOtherwise, PointsAsNoPlace
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
from vulncore.metrics.data_quality.places_off import is_zero, places_off
from vulncore.metrics.data_quality.repeated_records import identical_rows, repeated_records

STEPS_KM = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
Row = dict[Any, Any]
ON_MAPS = "Maps leave out what lies outside the force's area. Counts by month are not affected."


def point_findings(incidents: ir.Table, smallest: int) -> Iterator[DataFinding]:
    """Yield findings about the points of incidents: swapped, at zero, far off, outside the area, piled or snapped.

    The canonical incidents are swapped ones where numbers are hidden; numbers by place are to the nearest `smallest`.
    """
    piles = point_piles(incidents.filter(~is_zero(incidents)))
    for row in places_off(incidents, piles[piles["piled"].astype(bool)]).to_dict("records"):
        yield from _off(row, smallest)
    for row in piles.to_dict("records"):
        yield from _piled(row, smallest)


def record_findings(incidents: ir.Table, names: Mapping[str, str]) -> Iterator[DataFinding]:
    """Yield findings about canonical incidents that are there more than once; `names` are the measures' by key."""
    repeats = repeated_records(incidents).sort_values(["again", "months"], ascending=False)
    for column, check, when, sure in (
        ("months", "record-in-two-months", "in another month", Sureness.LIKELY),
        ("again", "record-repeated", "within one month", Sureness.POSSIBLE),
    ):
        for force, rows in repeats[repeats[column] > 0].groupby("force"):
            count, which = int(rows[column].sum()), measures_in_words(rows["measure"], names)
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
                sure=sure,
            )
    for row in identical_rows(incidents).to_dict("records"):
        again, of = int(row["again"]), int(row["rows"])
        if again:
            yield DataFinding(
                check="rows-identical",
                what=(
                    f"{number_of(again, 'row')} ({share(again, of)} of those with a time and a point) "
                    f"{agree(again, 'equals', 'equal')} an earlier row in every column and "
                    f"{agree(again, 'has', 'have')} no id."
                ),
                where=str(row["force"]),
                count=again,
                of=of,
                why="Copies count twice. Rows for several victims of one event are right.",
                do="Add a column with the record's reference: it tells copies from victims.",
                sure=Sureness.POSSIBLE,
            )


def _off(row: Row, smallest: int) -> Iterator[DataFinding]:
    finding = partial(_of_points, row, smallest)
    rows, agreed = partial(nearest_rows, smallest=smallest), partial(nearest_agree, smallest=smallest)
    if row["swapped"]:
        mostly = 2 * row["swapped"] > row["placed"]
        yield finding(
            "swapped",
            check="swapped-degrees",
            what=(
                f"{rows(row['swapped'])} {agreed(row['swapped'], one='is', more='are')} near the others once "
                "longitude and latitude change places."
            ),
            why=f"As mapped they fall in the sea. {ON_MAPS}",
            do="Map the two columns the other way round, and publish again."
            if mostly
            else "Correct these rows in the source, and publish the months again.",
            remedy=DegreesSwapped() if mostly else None,
        )
    if row["misread"] is not None:
        yield _misread(row, smallest)
        return
    if row["turned_grid"]:
        yield finding(
            "turned_grid",
            check="misread-points",
            what=(
                f"{rows(row['turned_grid'])} {agreed(row['turned_grid'], one='is', more='are')} near the others once "
                "easting and northing change places."
            ),
            why=f"As mapped they lie far from all others. {ON_MAPS}",
            do="Correct these rows in the source, and publish the months again.",
        )
    if row["zero"]:
        yield finding(
            "zero",
            check="zero-degrees",
            what=(
                f"{rows(row['zero'])} {agreed(row['zero'], one='has', more='have')} the point 0, 0 (in degrees or "
                "of the British grid): a blank read as a number."
            ),
            why=f"These records have no place, and 0, 0 is in the sea. {ON_MAPS}",
            do="Read 0, 0 as no place, and publish again.",
            sure=Sureness.CERTAIN,
            remedy=PointsAsNoPlace(((0.0, 0.0),)),
        )
    placed = _about(row["placed"], smallest)
    if row["outside"]:
        farthest = ""
        if not pd.isna(row["farthest_km"]):
            beyond = f"{_about(row['beyond'], smallest)} of them over 1 km, and " if row["beyond"] else ""
            farthest = f", {beyond}the farthest over {_at_least(row['farthest_km'])} km"
        yield finding(
            "outside",
            check="outside-area",
            what=(
                f"{_share_of_points(row, 'outside', smallest)} lie more than {edge_tolerance_m(str(row['force'])):.0f} m outside the "
                f"force's area{farthest}."
            ),
            why=f"These records count for the force but are in no ward. {ON_MAPS}",
            do="Leave points near the edge: they may stand for streets. Look up points over 1 km away in the source.",
            sure=Sureness.CERTAIN,
        )
    elif row["far"] and boundary(str(row["force"])) is None:
        yield finding(
            "far",
            check="far-points",
            what=(
                f"{rows(row['far'])} of {placed} with a point {agreed(row['far'], one='is', more='are')} "
                f"far from all others. The farthest is over {_at_least(row['far_km'])} km from the middle."
            ),
            why=f"Such a point is hardly where it happened. {ON_MAPS}",
            do="Look up the places in the source: a slip of a digit, a home address, or another force's record.",
        )


def _misread(row: Row, smallest: int) -> DataFinding:
    """Return the finding about a force's points, nearly all of which lie elsewhere than they were read."""
    longitude, latitude = row["middle_x"], row["middle_y"]
    where = f"{abs(latitude):.2f} {'N' if latitude >= 0 else 'S'}, {abs(longitude):.2f} {'E' if longitude >= 0 else 'W'}"
    return _of_points(
        row,
        smallest,
        "placed",
        check="misread-points",
        what=(
            f"{nearest_rows(row['placed'], smallest)} {nearest_agree(row['placed'], smallest, 'lies', 'lie')} around {where} as "
            f"mapped: at sea, or far from the force. Nearly all lie where they may be once {row['misread'].words}."
        ),
        why=ON_MAPS,
        do="Map the columns so, and publish again.",
        remedy=PlacesReadOtherwise(row["misread"]),
    )


def _piled(row: Row, smallest: int) -> Iterator[DataFinding]:
    finding = partial(_of_points, row, smallest)
    if row["piled"]:
        longitude, latitude = f"{row['longitude']:.5f}", f"{row['latitude']:.5f}"
        yield finding(
            "rows",
            check="points-piled",
            what=(
                f"{_share_of_points(row, 'rows', smallest)} are the same point (longitude {longitude}, latitude "
                f"{latitude}). The tenth busiest place has {_about(row['tenth'], smallest)} at most."
            ),
            where=f"{row['force']}, {longitude}, {latitude}",
            why="Within the force's area such a point becomes the hottest hotspot. A station or a town centre often stands for an unknown place.",
            do="Look at what is there. If the point stands for an unknown place, read the point as no place.",
            remedy=PointsAsNoPlace(((float(longitude), float(latitude)),)),
        )
    if row["snapped"]:
        yield finding(
            "points",
            check="points-snapped",
            what=(
                f"{nearest_in_words(int(row['placed']), smallest)} rows share {_about(row['points'], smallest)} distinct "
                f"points ({row['placed'] / row['points']:,.0f} rows to a point): points stand for streets or areas, not "
                "for addresses. The source publishes points this way: no fault."
            ),
            why="Distances under a street's length mean nothing, and no single address can be read from a map.",
            do="Nothing. Read maps by street and area.",
            sure=Sureness.CERTAIN,
        )


def _of_points(row: Row, smallest: int, column: str, **parts: Any) -> DataFinding:
    """Return a likely finding about so many of a force's points as a column of its row says."""
    count, of = (nearest(int(row[name]), smallest) for name in (column, "placed"))
    usual = {"where": str(row["force"]), "sure": Sureness.LIKELY}
    return DataFinding(count=count, of=of, **(usual | parts))


def _share_of_points(row: Row, column: str, smallest: int) -> str:
    count, placed = int(row[column]), int(row["placed"])
    share_of_all = nearest_share(count, placed, smallest)
    return f"{nearest_in_words(count, smallest)} of {_about(placed, smallest)} points ({share_of_all})"


def _about(count: int, smallest: int) -> str:
    return small_first(nearest_in_words(int(count), smallest))


def _at_least(km: float) -> str:
    """Return the round distance that one is over: the exact one would be a single record's.

    >>> _at_least(218.8), _at_least(0.7), _at_least(1.3)
    ('200', '0.5', '1')
    """
    return f"{max((step for step in STEPS_KM if step <= km), default=STEPS_KM[0]):,g}"
