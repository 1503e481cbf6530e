"""What may be shown of a map: all that charts, tables, sentences, files, pages and commands get.

Every figure in here has come through `vulncore.findings.where.protection`. Nothing in here leads back to a count.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.findings.shared.headline import Briefing, Headline
from vulncore.findings.shared.layer import Layer
from vulncore.findings.where.area import Ground, StreetNames
from vulncore.findings.where.layers import LegendEntry, MapChoice, ProtectedLayer, Verdict, layers_offered
from vulncore.findings.where.question import OfQuestion
from vulncore.metrics.hotspots.zones import Zones

NAIVE: Final = "Last month's counts"
COUNTS, DENSITY, STANDS_OUT = "A year's counts", "A year's density", "A year's Gi*"
"""The maps that are tested on past months."""
MIDDLE_SHARE: Final = 0.05  # of the area: the one that sentences name
DISTANCES_M: Final = (0, 100, 200, 400)
"""How far events may lie apart to be near repeats; 0 is the same place."""


@dataclass(frozen=True)
class OffTheMap:
    """How many records are on no map, in words such as "About 35"; "" where there are none to speak of.

    `selected` is how many records there are in all, as the strand table has them.
    """

    selected: int
    without_place: str
    without_hour: str
    outside: str


@dataclass(frozen=True)
class WhereView(OfQuestion):
    """What may be said of a selection before any layer is drawn.

    `too_few` says that a map would show little but chance; `none_there` that there is none at all. `spread_thin` says that no
    cell of any size has enough to be shown.
    """

    ground: Ground
    too_few: bool
    none_there: bool
    spread_thin: bool
    off_the_map: OffTheMap

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that the data can serve."""
        return layers_offered(self.question, self.ground)


@dataclass(frozen=True)
class LayerView:
    """A protected layer on its ground: its zones, what they are called, and how a list orders them.

    `resolution` is None for wards. `list_by` has one protected number per zone, missing where hidden. `total` is how many
    records all zones hold together, in words; `few` says that this is too few for any but the strongest hotspot.
    """

    choice: MapChoice
    resolution: int | None
    bandwidth_m: int
    zones: Zones
    names: StreetNames
    layer: ProtectedLayer
    list_by: Floats
    total: str
    few: bool


@dataclass(frozen=True)
class MapView:
    """A layer as it is drawn, listed and downloaded.

    `listing` has one row per zone that has something to say, the first of them first: `cell`, `Place`, `What`. `rows` is
    the layer as a table, `geojson` as a file; `counts` how many zones are of each kind, by key. `resolution` is None for
    wards.
    """

    choice: MapChoice
    resolution: int | None
    title: str
    legend: tuple[LegendEntry, ...]
    counts: dict[str, int]
    features: tuple[dict[str, Any], ...]
    outline: dict[str, Any]
    bounds: tuple[float, float, float, float]
    listing: pd.DataFrame
    rows: pd.DataFrame
    geojson: str
    alt: str

    def counted(self, kind: LegendEntry) -> str:
        """Return what a kind of zone means, with how many are of it where it has a mark."""
        return f"{kind.words} ({self.counts[kind.key]:,})" if kind.mark else kind.words


@dataclass(frozen=True)
class PlaceView:
    """What can be shown of one place.

    `months` has one row per part of the time: `label`, `records` (to the nearest `smallest`, missing where hidden). `hours` has one
    row per weekday and part of the day, in order: `day`, `part`, `records`; empty where `no_hours` says why.
    """

    cell: str
    name: str
    streets: tuple[str, ...]
    summary: str
    verdict: Verdict
    months: pd.DataFrame
    hours: pd.DataFrame
    no_hours: str


@dataclass(frozen=True)
class TwoPlaces:
    """Two places of one map beside each other, whether they differ by more than chance, in words, and how far their scales reach.

    `most_months` is the largest number of a part of their months, `most_hours` of a part of their hours.
    """

    places: tuple[PlaceView, PlaceView]
    verdict: str
    most_months: float
    most_hours: float


@dataclass(frozen=True)
class MapTrial:
    """How much of each of the last months lay in the area that maps known before had put first.

    `frame` has one row per map and share of the area: `map`, `share` (0 to 1), `percent` (of the months' records, in steps
    worth at least the smallest number shown), `low` and `high` (its 95 % limits, whole per cent, missing where there are
    none), `pei_star` (to a tenth; missing where records are blurred, as the most that any map could have held is not
    known then), `against_naive` ("better", "worse", "could be chance", or "–" for the naive map itself). `best` is the map that held most at the middle share. The frame is empty where `not_tested` says why.
    """

    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    months: tuple[date, ...] = ()
    best: str = ""
    not_tested: str = ""


@dataclass(frozen=True)
class RepeatsView:
    """Pairs of events by how far and how long they are apart, compared with shuffled dates.

    `bands` has one row per band: `distance_to_m`, `days_from`, `days_to`, `ratio` (to a tenth, missing where too few pairs
    are there to show), `clear` (more than chance). `strongest` is the position of the band that says most; None where
    none is clear enough. The test rests on `used` records `of` so many, and on as many `permutations` of the dates.
    `bands` is empty where `no_repeats` says why. `blurred` tells whether the places are blurred, which makes repeats look fewer.
    """

    bands: pd.DataFrame = field(default_factory=pd.DataFrame)
    strongest: int | None = None
    used: int = 0
    of: int = 0
    permutations: int = 0
    no_repeats: str = ""
    blurred: bool = False


@dataclass(frozen=True)
class MapsBeside:
    """Two maps: what to call each, what differs, as sentences and as a table, and each as it is drawn, with the same colours.

    A map is None where there are too few records for one; `table` is empty where nothing is compared. `views` are what may
    be said of both before a layer is drawn.
    """

    names: tuple[str, str]
    briefing: Briefing
    headline: tuple[Headline, ...]
    table: pd.DataFrame
    views: tuple[WhereView, WhereView]
    pinned: MapView | None
    shown: MapView | None


@dataclass(frozen=True)
class WhereSummary:
    """What the first sentences about a map are made of; the layers are missing where there are too few records."""

    view: WhereView
    trial: MapTrial | None = None
    most: LayerView | None = None
    hot: LayerView | None = None
    classes: LayerView | None = None
