"""Which records a map is of, in which hours, and what it shows of them, by the choices made."""

from collections.abc import Sequence

from pages.shared.choices import Picker, choices_made, not_there
from pages.shared.reads import placed_measures_of, store_path, when_of
from pages.shared.sidebar import View
from pages.shared.which_records import chosen_night, of_strand, record_question, week_choices
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.which_records import HoursChosen
from vulncore.findings.when.picked_hours import STRETCH, hours_offered
from vulncore.findings.when.week import Stretch
from vulncore.findings.where.area import across, zones_of
from vulncore.findings.where.layers import BANDWIDTHS_M, NAMES, Layer, MapChoice
from vulncore.findings.where.question import MapSelection, NoPlacesError
from vulncore.findings.where.view import MapView, WhereView
from vulncore.metrics.week.day_hour import RecordFilter

FITTING = "fitting"
NONE = "none"


def where_question(view: View) -> MapSelection:
    """Return which records are asked for of those with a place, by the choices made so far.

    Raises:
        NoPlacesError: Nothing of the dataset, or of the strand, has a place.
    """
    records = record_question(view, placed_measures(view))
    picker, offered = hours_picker(view, records)
    return MapSelection(records, offered[picker.made()], smallest_shown())


def placed_measures(view: View) -> list[Measure]:
    """Return the measures with places, of the strand that is chosen if one is.

    Raises:
        NoPlacesError: There is none.
    """
    keys = placed_measures_of(store_path(), view.publish, view.force)
    if not keys:
        raise NoPlacesError(
            f"What {view.force} delivered to dataset '{view.publish.dataset}' has no places, so nothing can be mapped. Choose "
            "a dataset with coordinates, such as a force's own extract."
        )
    return of_strand(view, keys, "a place", NoPlacesError)


def hours_picker(view: View, records: RecordFilter) -> tuple[Picker, dict[str, HoursChosen]]:
    """Return the choice of hours, and what each option is; where no time of day is known there is one."""
    offered = {each.key: each for each in hours_offered(chosen_night(), _stretches(view, records))}
    timed = set(records.measures) & set(week_choices(view).measures)
    keys = list(offered) if timed else list(offered)[:1]
    return Picker("Hours", "hours", keys, 0, lambda key: offered[key].words, "stretch of hours"), offered


def layer_picker(where: WhereView) -> Picker:
    """Return the choice of what the map shows."""
    offered = [layer.value for layer in where.layers]
    first = Layer.DENSITY if where.spread_thin else Layer.CELLS
    return Picker("Show", "layer", offered, offered.index(first), lambda key: NAMES[Layer(key)])


def size_picker(where: WhereView) -> Picker:
    """Return the choice of how large cells are."""
    return Picker(
        "Cells",
        "size",
        [FITTING, *map(str, where.ground.resolutions)],
        0,
        lambda key: (
            "As numbers allow" if key == FITTING else f"{across(zones_of(where.ground, int(key)))} across"
        ),
        "size of cells",
    )


def bandwidth_picker() -> Picker:
    """Return the choice of how far a record's density reaches."""
    return Picker(
        "Reach",
        "bandwidth",
        [FITTING, *map(str, BANDWIDTHS_M)],
        0,
        lambda key: "As suits the area" if key == FITTING else f"{int(key):,} m",
    )


def map_chosen(where: WhereView) -> MapChoice:
    """Return what the map shows, by the choices made so far."""
    size, reach = size_picker(where).made(), bandwidth_picker().made()
    return MapChoice(
        Layer(layer_picker(where).made()),
        None if size == FITTING else int(size),
        None if reach == FITTING else int(reach),
    )


def forget_a_place_that_is_not_on(shown: MapView | None) -> None:
    """Forget a place that was picked and is not on the map, and say so."""
    cell = choices_made().get("cell")
    if cell not in (None, NONE) and (shown is None or cell not in shown.rows["cell"].to_numpy()):
        not_there(f"There is no place '{cell[:40]}' on this map", "no single place")
        choices_made().pop("cell")


def _stretches(view: View, records: RecordFilter) -> Sequence[Stretch]:
    """Return the stretches of the week that stand out, where a link or the page When chose one of them."""
    if not choices_made().get("hours", "").startswith(STRETCH):
        return ()
    try:
        return when_of(store_path(), view.publish, records, chosen_night(), smallest_shown()).now.stretches
    except VulncoreError:
        return ()
