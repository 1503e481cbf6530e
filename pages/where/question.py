"""What is asked of the map: which records, in which hours, and what it shows of them."""

from dataclasses import dataclass

from pages.shared.choices import Picker, change, choice, chosen, say_unmet
from pages.shared.reads import placed_measures_of, store_path
from pages.shared.sidebar import View
from pages.shared.which_records import (
    RecordChoices,
    chosen_night,
    first_strand,
    of_strand,
    record_filter,
    week_choices,
)
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.which_records import HoursChosen
from vulncore.findings.when.hours import hours_offered
from vulncore.findings.where.area import across, zones_of
from vulncore.findings.where.layers import BANDWIDTHS_M, MapChoice, layer_name
from vulncore.findings.where.question import MapSelection, NoPlacesError
from vulncore.findings.where.view import MapView, WhereView
from vulncore.metrics.week.counted import RecordFilter

NONE = "none"


def _number(text: str) -> int | None:
    """Return a number of a link; links of version 0.1.0 call what suits the area `fitting`."""
    return None if text == "fitting" else int(text)


@dataclass(frozen=True)
class WhereChoices(RecordChoices):
    """What is chosen on the page Where; sizes and reaches are None as the area suits. `against` is a place beside that of `cell`."""

    layer: Layer | None = choice(read=Layer)
    size: int | None = choice(read=_number, falls_with=("force",))
    bandwidth: int | None = choice(read=_number, falls_with=("force",))
    cell: str = choice(NONE, falls_with=("force", "size", "layer"))
    against: str = choice(NONE, falls_with=("force", "size", "layer"))
    part: str = choice("")


def where_question(view: View, choices: WhereChoices) -> MapSelection:
    """Return which records are asked for of those with a place.

    Raises:
        NoPlacesError: Nothing of the dataset, or of the strand, has a place.
    """
    records = record_filter(view, choices, placed_measures(view))
    picker, offered = hours_picker(view, records, choices)
    return MapSelection(records, offered[picker.made(choices)], smallest_shown())


def placed_measures(view: View) -> list[Measure]:
    """Return the measures with places, of the strand that is chosen if one is.

    Raises:
        NoPlacesError: There is none.
    """
    keys = placed_measures_of(store_path(), view.publish, view.force)
    if not keys:
        raise NoPlacesError(
            f"The data of {view.force} in dataset '{view.publish.dataset}' have no places, so there is no map. Choose "
            "a dataset with coordinates, such as a force's own extract."
        )
    return of_strand(view, keys, "a place", NoPlacesError)


def first_placed_strand(view: View) -> str:
    """Return the strand that the page shows until somebody chooses."""
    keys = placed_measures_of(store_path(), view.publish, view.force)
    return first_strand(view, keys, chosen(WhereChoices))


def hours_picker(
    view: View, records: RecordFilter, choices: WhereChoices
) -> tuple[Picker[str], dict[str, HoursChosen]]:
    """Return the choice of hours, and what each option is; where no time of day is known there is one."""
    offered = {hours.key: hours for hours in hours_offered(chosen_night(choices), chosen=choices.hours)}
    timed = set(records.measures) & set(week_choices(view).measures)
    keys = list(offered) if timed else list(offered)[:1]
    return Picker("Hours", "hours", keys, 0, lambda key: offered[key].words, "stretch of hours"), offered


def layer_picker(where: WhereView) -> Picker[Layer]:
    """Return the choice of what the map shows."""
    offered = list(where.layers)
    first = Layer.DENSITY if where.spread_thin else Layer.CELLS
    return Picker(
        "Show", "layer", offered, offered.index(first), lambda layer: layer_name(layer, where.ground)
    )


def size_picker(where: WhereView) -> Picker[int | None]:
    """Return the choice of how large cells are."""
    return Picker(
        "Cells",
        "size",
        [None, *where.ground.resolutions],
        words=lambda size: (
            "As numbers allow" if size is None else f"{across(zones_of(where.ground, size))} across"
        ),
        noun="size of cells",
    )


def bandwidth_picker() -> Picker[int | None]:
    """Return the choice of how far a record's density reaches."""
    return Picker(
        "Reach",
        "bandwidth",
        [None, *BANDWIDTHS_M],
        words=lambda reach: "As suits the area" if reach is None else f"{reach:,} m",
    )


def map_chosen(where: WhereView, choices: WhereChoices) -> MapChoice:
    """Return what the map shows."""
    return MapChoice(
        layer_picker(where).made(choices), size_picker(where).made(choices), bandwidth_picker().made(choices)
    )


def place_on_map(shown: MapView | None, choices: WhereChoices) -> str:
    """Return the place that is picked; one that is not on the map is forgotten, and said, and so is one beside it."""
    if choices.against == choices.cell != NONE:
        change(WhereChoices, against=NONE)
    for name in ("cell", "against"):
        place = getattr(choices, name)
        if place != NONE and not (shown is not None and place in shown.rows["cell"].to_numpy()):
            say_unmet(f"There is no place '{place[:40]}' on this map", "no single place")
            change(WhereChoices, **{name: NONE})
    return chosen(WhereChoices).cell
