"""Where it happens: a map drawn without a browser, and the list that says the same."""

import json
from dataclasses import replace
from typing import Final

from vulncore.charts.map_names import drawn_on, names_on
from vulncore.domain.periods import rolling_12
from vulncore.findings.shared.headline import Briefing
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.subject import Subject, keys_of
from vulncore.findings.where.counts import RecordCounts, record_counts
from vulncore.findings.where.layers import NAMES, NOTHING, MapChoice
from vulncore.findings.where.leaving import layer_leaving
from vulncore.findings.where.map import hot_outline, map_view
from vulncore.findings.where.map_picture import map_picture
from vulncore.findings.where.protection import where_summary
from vulncore.findings.where.question import MapSelection, NoPlacesError, measures_with_places
from vulncore.findings.where.sentences import where_briefing, where_headlines, where_notes
from vulncore.findings.where.view import MapView, WhereSummary
from vulncore.metrics.week.counted import RecordFilter
from vulncore.packs.part import PackPart, PackTable
from vulncore.packs.sections.basis import LeftOutError, PackBasis, measures_named
from vulncore.store.areas import area_kept_on

NO_WARDS: Final = (
    "Maps that leave the force's partnerships show wards alone, and none are known here. To bring them: "
    "vulncore boundary FILE.geojson --force NAME --name-property NAME."
)


def where_part(basis: PackBasis, subject: Subject) -> PackPart:
    """Return the map of twelve months of a subject: cells with what is hot, or wards alone for who may see no places.

    Raises:
        LeftOutError: Its records have no place, too few have one, or there is no ward.
    """
    counts = counts_placed(basis, subject)
    summary = where_summary(counts)
    if summary.most is None:
        raise LeftOutError(where_briefing(summary).finding)
    if not basis.audience.sees_places and Layer.WARDS not in summary.view.layers:
        raise LeftOutError(NO_WARDS)
    layer = _layer(basis, summary)
    chosen = layer_leaving(counts, MapChoice(layer))
    if basis.audience.sees_places:  # the sentences name cells, whichever layer is drawn
        most = chosen if layer is Layer.CELLS else layer_leaving(counts, MapChoice(Layer.CELLS))
        summary = replace(summary, most=most)
    shown = map_view(summary.view, chosen, basis.snapshot.publish)
    hot = hot_outline(summary) if basis.audience.sees_places else ""
    briefing = where_briefing(summary) if basis.audience.sees_places else _by_ward(shown, summary)
    lines = where_headlines(summary) if basis.audience.sees_places else ()
    ground = drawn_on(shown.bounds, basis.about.force)
    credit = _whose_ground(basis, ground.credit)
    outlined = json.loads(hot)["geometry"] if hot else None
    chart = map_picture(summary.view, shown, names_on(ground, hot), outlined)
    listing = shown.listing[["Place", "What"]].rename(columns={"What": NAMES[shown.choice.layer]})
    return PackPart(
        heading=f"Where: {summary.view.question.about}",
        finding=briefing.finding,
        action=basis.advised(briefing.action),
        sentences=basis.spoken(lines, briefing.also),
        picture=basis.drawn(chart, shown.alt, credit=credit),
        tables=(
            PackTable(
                f"Where {summary.view.question.about}",
                shown.title,
                listing,
                (NAMES[shown.choice.layer],) if shown.choice.layer in (Layer.CELLS, Layer.WARDS) else (),
                in_documents=False,
            ),
        ),
        source=f"{basis.source} {credit}".rstrip(),
        link=basis.link("where", basis.path_of(subject), measures=measures_named(subject)),
        notes=where_notes(summary.view),
    )


def counts_placed(basis: PackBasis, subject: Subject) -> RecordCounts:
    """Return where the last twelve months' records of a subject lie, as they are counted: never to be shown as they are.

    Raises:
        LeftOutError: None of them has a place.
    """
    force = basis.about.force
    placed = set(measures_with_places(basis.snapshot, force))
    keys = tuple(key for key in keys_of(subject.measures) if key in placed)
    if not keys:
        raise LeftOutError(f"{subject.name}: the records have no places, so there is no map.")
    records = RecordFilter(force, keys, rolling_12(basis.about.as_at))
    selection = MapSelection(records, smallest=basis.audience.smallest)
    try:
        return record_counts(basis.snapshot, basis.store, selection, basis.contents.measures)
    except NoPlacesError as problem:
        raise LeftOutError(str(problem)) from problem


def _layer(basis: PackBasis, summary: WhereSummary) -> Layer:
    if not basis.audience.sees_places:
        return Layer.WARDS
    return Layer.DENSITY if summary.view.spread_thin else Layer.CELLS


def _by_ward(shown: MapView, summary: WhereSummary) -> Briefing:
    """Return which ward has most, without a street."""
    if shown.listing.empty:
        return Briefing(
            f"No {summary.view.ground.part} has enough {summary.view.unit} to be shown.", NOTHING[Layer.WARDS]
        )
    place, number = shown.listing.iloc[0][["Place", "What"]]
    return Briefing(f"{place} has most {summary.view.unit}: {number[:1].lower()}{number[1:]}.", "")


def _whose_ground(basis: PackBasis, credit: str) -> str:
    if area_kept_on(basis.store, basis.about.force):
        return f"Area and its parts: from a file that the force brought. {credit}".rstrip()
    return credit
