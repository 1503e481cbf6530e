"""The one way from counts to what may be shown: counts of blurred records go in, a view comes out.

What is tested is tested on them; what is shown is sharpened (`ZoneCounts.about`), rounded, and hidden where small, here and
nowhere else. The blur is what protects (`vulncore.domain.blur`); numbers are rounded because they are no more exact. What
needs counts (this module, `place`, `trial`, `beside` and `leaving`) ends in a function of this module. Charts, tables, sentences and
files import none of these five, and of the pages `reads.py` alone does, which calls them: they get the classes of
`vulncore.findings.where.view`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import compress
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import rounded
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import Window
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.words import hidden_as, hidden_in_words, percent, share_in_steps
from vulncore.findings.where.area import StreetNames
from vulncore.findings.where.counts import (
    DECIMALS,
    RecordCounts,
    ZoneCounts,
    density_per_km2,
    kept_with,
    spread_of,
    zone_counts,
)
from vulncore.findings.where.layers import (
    CLASS_LEGEND,
    HOT_LEGEND,
    STEPS,
    MapChoice,
    ProtectedLayer,
    change_legend,
    density_legend,
    fitting_bandwidth_m,
    layers_offered,
    legend_rows,
    number_steps,
)
from vulncore.findings.where.view import LayerView, MapTrial, OffTheMap, WhereSummary, WhereView
from vulncore.metrics.hotspots.classes import hotspot_classes
from vulncore.metrics.hotspots.getis_ord import getis_ord, hot_and_cold
from vulncore.metrics.hotspots.near_repeats import NearRepeats
from vulncore.metrics.hotspots.zones import OUTSIDE, Zones, zone_of
from vulncore.metrics.statistics.parts import PartsCompared, parts_compared

States = NDArray[np.int8]
FEWEST: Final = 20
"""Records with a place: a map of fewer would show little but chance."""
FEW: Final = 100  # records: of fewer, a place has to hold several times its share to stand out
FALSE_RATE: Final = 0.05
"""Of the zones said to be hot, cold or changed, how many may be so by chance, on average."""
TOO_FEW: Final = "too few to say"
RATIO_STEP: Final = 0.1  # of a ratio of pairs: finer says no more
WORTH_SAYING: Final = 1.2  # times what shuffled dates give: with enough records far less is more than chance


def where_view(counts: RecordCounts) -> WhereView:
    """Return what may be said of a selection before any layer is drawn."""
    finest = zone_counts(counts, counts.ground.finest)
    there = finest.within(counts.window)
    coarsest = zone_counts(counts, counts.ground.resolutions[-1]).about(counts.window)
    protected, _ = protected_numbers(coarsest, counts.smallest)
    return WhereView(
        question=counts.question,
        ground=counts.ground,
        too_few=_too_few(there, counts.smallest),
        none_there=not counts.records.sum(),
        spread_thin=bool(np.isnan(protected).all()),
        off_the_map=_off_the_map(counts, finest.outside(counts.window)),
    )


def layer_view(counts: RecordCounts, choice: MapChoice, beside: RecordCounts | None = None) -> LayerView:
    """Return a layer of the map in protected form, on its ground and with the names of its zones.

    `beside` are the counts of a map of the same zones that stands beside it: both have the same steps of colour.

    Raises:
        VulncoreError: The data can't serve the layer, or there are too few records for a map.
        UnknownNameError: There are no cells of that resolution here.
    """
    _refuse(counts, choice)
    resolution = choice.resolution
    if resolution is None or choice.layer is Layer.WARDS:
        resolution = fitting_resolution(counts, choice.layer)
    by_zone = zone_counts(counts, resolution)
    zones, there = by_zone.zones, by_zone.about(counts.window)
    bandwidth_m = choice.bandwidth_m or fitting_bandwidth_m(zones)
    layer = _layer(counts, by_zone, choice.layer, bandwidth_m, beside)
    total, base = float(there.sum()), max(counts.smallest, 1)  # of blurred records a total is about right
    list_by, _ = protected_numbers(there, counts.smallest)
    if "fifth" in layer.frame:
        list_by = layer.frame["fifth"].to_numpy(dtype=float)
    return LayerView(
        choice=choice,
        resolution=resolution,
        bandwidth_m=bandwidth_m,
        zones=zones,
        names=names_of(counts, zones),
        layer=layer,
        list_by=list_by,
        total=f"{base * round(total / base):,}",
        few=total < FEW,
    )


def where_summary(counts: RecordCounts, trial: MapTrial | None = None) -> WhereSummary:
    """Return what the first sentences about a map are made of; layers only where there are enough records for a map."""
    view = where_view(counts)
    if view.too_few:
        return WhereSummary(view)
    return WhereSummary(
        view,
        trial,
        most=layer_view(counts, MapChoice(Layer.CELLS)),
        hot=layer_view(counts, MapChoice(Layer.STANDS_OUT)),
        classes=layer_view(counts, MapChoice(Layer.CLASS)) if Layer.CLASS in view.layers else None,
    )


def number_layer(
    by_zone: ZoneCounts, window: Window, smallest: int, beside: Floats | None = None
) -> ProtectedLayer:
    """Return how many records each zone has, to the nearest `smallest`; `beside` are numbers that its steps hold as well.

    Returns:
        A frame with `records` (missing where hidden) and `share` (of all placed in the area, 0 to 1).
    """
    counts = by_zone.about(window)
    total = float(counts.sum())
    records, _ = protected_numbers(counts, smallest)
    share = np.minimum(records / max(total, 1.0), 1.0)
    others = [] if beside is None else [protected_numbers(beside, smallest)[0]]
    legend, keys = number_steps(np.concatenate([records, *others]), max(smallest, 1), smallest)
    keys = keys[: len(records)]
    marks = ["" if math.isnan(number) else f"{number:,.0f}" for number in records]
    words = [
        hidden_as(smallest) if math.isnan(number) else f"about {number:,.0f}, {percent(part)} of all"
        for number, part in zip(records, share, strict=True)
    ]
    return ProtectedLayer(
        pd.DataFrame({"key": keys, "mark": marks, "words": words, "records": records, "share": share}), legend
    )


def density_layer(
    counts: RecordCounts,
    by_zone: ZoneCounts,
    bandwidth_m: int,
    smallest: int,
    beside: RecordCounts | None = None,
) -> ProtectedLayer:
    """Return how dense records lie around the middle of each zone, in fifths of the densest; of both maps where two are beside each other.

    Returns:
        A frame with `fifth` (of the densest, 1 to 5; missing where under `smallest` records lie within the bandwidth).
    """
    maps = (counts,) if beside is None else (counts, beside)
    per_km2 = [density_per_km2(one, by_zone.zones, bandwidth_m, [one.window])[0] for one in maps]
    densest = max(float(np.max(per_km2)), 1e-12)
    few = _nearby(by_zone, counts.window, bandwidth_m) < max(smallest, 1)
    fifth = np.where(few, np.nan, np.clip(np.ceil(STEPS * per_km2[0] / densest), 1, STEPS))
    legend = density_legend(bandwidth_m, smallest)
    keys = ["few" if math.isnan(step) else f"s{step:.0f}" for step in fifth]
    return ProtectedLayer(legend_rows(keys, legend).assign(fifth=fifth), legend)


def hot_layer(by_zone: ZoneCounts, window: Window, smallest: int) -> ProtectedLayer:
    """Return which zones have more, or fewer, around them than chance and the rest of the area explain.

    Returns:
        A frame with `state` ("hot", "cold", "neither").
    """
    states = hot_states(by_zone, window, smallest)
    keys = np.select([states > 0, states < 0], ["hot", "cold"], "even").tolist()
    state = ["neither" if key == "even" else key for key in keys]
    return ProtectedLayer(legend_rows(keys, HOT_LEGEND).assign(words=state, state=state), HOT_LEGEND)


def hot_states(by_zone: ZoneCounts, window: Window, smallest: int) -> States:
    """Return 1 for each zone that is hot in a window, -1 for a cold one, else 0, judged together.

    Where under `smallest` records lie in a zone and those around it, it is not hot whatever the test says.
    """
    zones, counts = by_zone.zones, by_zone.within(window)
    if not counts.sum():
        return np.zeros(len(counts), dtype=np.int8)
    per_area = counts / zones.areas_m2 * float(np.median(zones.areas_m2))
    states: States = hot_and_cold(getis_ord(per_area, zones.near), FALSE_RATE)
    around = zones.near @ counts
    return np.where((states > 0) & (around < max(smallest, 1)), 0, states).astype(np.int8)


def class_layer(by_zone: ZoneCounts, periods: Sequence[Window], smallest: int) -> ProtectedLayer:
    """Return each zone's class of hotspot over equal periods, the last of which is the newest.

    Returns:
        A frame with `class`.
    """
    counts = np.column_stack([by_zone.within(period) for period in periods])
    states = np.column_stack([hot_states(by_zone, period, smallest) for period in periods])
    classes = hotspot_classes(states, by_zone.zones.near @ counts, counts.sum(axis=0))
    keys = [hotspot_class.value for hotspot_class in classes]
    return ProtectedLayer(legend_rows(keys, CLASS_LEGEND).assign(**{"class": keys}), CLASS_LEGEND)


def change_layer(by_zone: ZoneCounts, now: Window, before: Window, smallest: int) -> ProtectedLayer:
    """Return how each zone changed from one window to another.

    Judged by what is shown, before it is rounded, with the scatter that sharpening adds. Of zones that show no number in
    either window nothing is said.

    Returns:
        A frame with `now`, `before` (rounded, missing where hidden), `ratio` (of the rates per day), `low`, `high`
        (its limits at the level at which all zones are judged), `verdict` ("more", "fewer", "no clear change").
    """
    shown_before, shown_now, _, compared, verdicts = zones_compared(
        (by_zone, before), (by_zone, now), smallest
    )
    key_of = {"more": "up", "fewer": "down", "no clear change": "same", TOO_FEW: "few"}
    legend = change_legend(smallest)
    frame = legend_rows([key_of[verdict] for verdict in verdicts], legend)
    both_shown = ~np.isnan(shown_now) & ~np.isnan(shown_before)
    limits = {name: getattr(compared, name) for name in ("ratio", "low", "high")}
    return ProtectedLayer(
        frame.assign(
            words=[
                _change_in_words(current, earlier, verdict.lower(), smallest)
                for current, earlier, verdict in zip(shown_now, shown_before, frame["words"], strict=True)
            ],
            now=shown_now,
            before=shown_before,
            **{name: np.where(both_shown, limit, np.nan).round(2) for name, limit in limits.items()},
            verdict=verdicts,
        ),
        legend,
    )


class ZonesCompared(NamedTuple):
    """How the same zones differ: what may be shown of both sides (rounded, missing where hidden), the test, and its verdicts.

    `totals` are about how many records all zones of each side hold.
    """

    before: Floats
    now: Floats
    totals: tuple[float, float]
    compared: PartsCompared
    verdicts: list[str]


def zones_compared(
    before: tuple[ZoneCounts, Window], now: tuple[ZoneCounts, Window], smallest: int, *, by_day: bool = True
) -> ZonesCompared:
    """Return whether each zone has "more", "fewer" or "no clear change", or `TOO_FEW` where neither side shows a number.

    They are compared by day, else by their share of all; one that had nothing before has more where that is clear.
    """
    about = [by_zone.about(window) for by_zone, window in (before, now)]
    shown = [protected_numbers(numbers, smallest)[0] for numbers in about]
    hidden = np.isnan(shown[0]) & np.isnan(shown[1])
    totals = float(about[0].sum()), float(about[1].sum())
    exposures = (before[1].days, now[1].days) if by_day else totals
    compared = parts_compared(about[1], about[0], exposures[1], exposures[0], spread_of(before, now), ~hidden)
    fewer = compared.clear & (compared.ratio < 1)
    verdicts = np.select([hidden, fewer, compared.clear], [TOO_FEW, "fewer", "more"], "no clear change")
    return ZonesCompared(shown[0], shown[1], totals, compared, verdicts.tolist())


def protected_numbers(counts: Floats, smallest: int) -> tuple[Floats, bool]:
    """Return counts as they may be shown, missing where hidden, and whether at least half of their records can be seen."""
    counts = counts.round(DECIMALS)  # five is five in whichever order its shares were summed
    numbers = rounded(counts, smallest)
    return numbers, bool(2 * counts[~np.isnan(numbers)].sum() >= counts.sum())


def names_of(counts: RecordCounts, zones: Zones) -> StreetNames:
    """Return the streets of each zone of a map: the same whatever is selected, and kept."""
    return kept_with(
        counts.counted, zones.names, lambda: street_names(counts.streets, zones, counts.smallest)
    )


def street_names(points: pd.DataFrame, zones: Zones, smallest: int) -> StreetNames:
    """Return the streets of each zone, with how much is recorded there, to the nearest `smallest`.

    A street that records alone name is named where at least `smallest` do; a kind of place only where no street is. `points` are
    as `street_points` of `counts` returns them.
    """
    base = max(smallest, 1)
    zone = zone_of(zones, *points[["longitude", "latitude"]].to_numpy(dtype=float).T)
    there = points.assign(zone=zone, listed=points["records"] == 0)
    summed = (
        there[there["zone"] != OUTSIDE]
        .groupby(["zone", "kind", "street"], as_index=False)
        .agg(records=("records", "sum"), listed=("listed", "any"))
    )
    streets, sites = (tuple(Counter[str]() for _ in zones.names) for _ in range(2))
    for row in summed[summed["listed"] | (summed["records"] >= base)].to_dict("records"):
        records = int(row["records"])
        by_zone = sites if row["kind"] == "site" else streets
        about = base * round(records / base) if records >= base else 0
        by_zone[int(row["zone"])][str(row["street"])] += about
    return tuple(of_zone or instead for of_zone, instead in zip(streets, sites, strict=True))


def fitting_resolution(counts: RecordCounts, layer: Layer) -> int | None:
    """Return the size of cells that suits a layer: the finest of which at least half of the records can be shown.

    What is computed over surroundings is drawn as fine as there are cells; None stands for wards.
    """
    if layer is Layer.WARDS:
        return None
    if layer not in (Layer.CELLS, Layer.CHANGE):
        return counts.ground.finest
    resolutions = counts.ground.resolutions
    there = (zone_counts(counts, resolution).about(counts.window) for resolution in resolutions)
    shown = (protected_numbers(numbers, counts.smallest)[1] for numbers in there)
    return next(compress(resolutions, shown), resolutions[-1])


def protected_trial(hits: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Return the test of maps (`prediction`) in whole per cent, in steps worth at least `smallest` records: see `MapTrial`."""
    happened = float(hits["happened"].iloc[0])
    percent_held = [share_in_steps(part, happened, smallest) for part in hits["hits"]]
    return pd.DataFrame(
        {
            "map": hits["method"],
            "share": hits["share"],
            "percent": percent_held,
            "low": (100 * hits["hit_rate_low"]).round().clip(lower=0) + 0.0,
            "high": (100 * hits["hit_rate_high"]).round().clip(upper=100),
            "pei_star": hits["pei_star"].round(1) if smallest <= 1 else np.nan,  # see `MapTrial`
            "against_naive": np.select(
                [hits["better_low"].isna(), hits["better_low"] > 0, hits["better_high"] < 0],
                ["–", "better", "worse"],
                "could be chance",
            ),
        }
    )


def protected_repeats(tested: NearRepeats, smallest: int) -> tuple[pd.DataFrame, int | None]:
    """Return the ratio of pairs in each band, to a tenth and hidden where there are few, and which says most: see `RepeatsView`."""
    table = tested.table
    shown = (table["observed"] >= smallest) & table["ratio"].notna()
    steps = (table["ratio"] / RATIO_STEP).round() * RATIO_STEP
    bands = table[["distance_to_m", "days_from", "days_to"]].assign(
        ratio=steps.where(shown), clear=table["clear"] & shown & (table["ratio"] >= 1 + RATIO_STEP / 2)
    )
    worth = table[table["clear"] & shown & (table["ratio"] >= WORTH_SAYING)]
    if worth.empty:
        return bands, None
    return bands, int(worth.sort_values(["ratio", "days_to", "distance_to_m"]).index[-1])


def _too_few(there: Floats, smallest: int) -> bool:
    return float(there.sum()) < (FEWEST if smallest else 1)


def _off_the_map(counts: RecordCounts, outside: float) -> OffTheMap:
    base = max(counts.smallest, 1)
    selected, placed, timed = (int(counts.known[name]) for name in ("records", "placed", "timed"))
    untimed = placed - timed if counts.question.selection.hours.cells else 0
    return OffTheMap(
        selected=selected,
        without_place=_about(selected - placed, base) if selected > placed else "",
        without_hour=_about(untimed, base) if untimed else "",
        outside=_about(outside, base) if outside >= base else "",
    )


def _about(number: float, base: int) -> str:
    about = base * round(number / base)
    return f"Fewer than {base}" if number < base else f"{about:,}" if base == 1 else f"About {about:,}"


def _refuse(counts: RecordCounts, choice: MapChoice) -> None:
    question, ground = counts.question, counts.ground
    if _too_few(zone_counts(counts, ground.finest).within(counts.window), counts.smallest):
        raise VulncoreError(
            f"Too few {question.unit} with a place: a map would show little but chance. Choose a longer period or more measures."
        )
    if choice.layer not in layers_offered(question, ground):
        reasons = {
            Layer.WARDS: f"There are no wards of {ground.force} here. Bring them with its boundary: vulncore boundary.",
            Layer.CHANGE: question.not_compared,
            Layer.CLASS: "Classes of hotspots need six months without a gap or a change of recording, and there are fewer.",
        }
        raise VulncoreError(reasons[choice.layer])
    resolutions = ground.resolutions
    if choice.resolution is not None and choice.resolution not in resolutions:
        offered = ", ".join(str(resolution) for resolution in resolutions)
        raise UnknownNameError(
            f"There are no cells of resolution {choice.resolution} here. There are: {offered}."
        )


def _layer(
    counts: RecordCounts, by_zone: ZoneCounts, layer: Layer, bandwidth_m: int, beside: RecordCounts | None
) -> ProtectedLayer:
    question, window, smallest = counts.question, counts.window, counts.smallest
    if layer is Layer.DENSITY:
        return density_layer(counts, by_zone, bandwidth_m, smallest, beside)
    if layer is Layer.STANDS_OUT:
        return hot_layer(by_zone, window, smallest)
    if layer is Layer.CHANGE and question.before is not None:
        return change_layer(by_zone, window, question.before, smallest)
    if layer is Layer.CLASS:
        return class_layer(by_zone, question.periods, smallest)
    cells = by_zone.zones.cells
    size = None if cells is None else cells.resolution
    others = None if beside is None else zone_counts(beside, size).about(beside.window)
    return number_layer(by_zone, window, smallest, others)


def _nearby(by_zone: ZoneCounts, window: Window, reach_m: float) -> Floats:
    """Return how many records lie in the zones whose middles lie so near to each zone's, its own included."""
    tree = KDTree(by_zone.zones.centres_m)
    near = tree.sparse_distance_matrix(tree, reach_m, output_type="coo_matrix")
    counts = by_zone.within(window)
    return np.asarray(np.bincount(near.row, counts[near.col], len(counts)), dtype=float)


def _change_in_words(now: float, before: float, verdict: str, smallest: int) -> str:
    if math.isnan(now) and math.isnan(before):
        return verdict
    few = hidden_in_words(smallest)
    now_words, before_words = (
        few if math.isnan(number) else f"about {number:,.0f}" for number in (now, before)
    )
    return f"{now_words}, before {before_words}: {verdict}"
