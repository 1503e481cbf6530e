"""Counts inside, what may be shown outside: two tests of what a map suggests.

Would maps known before have been right about each past month? And is an event followed by another near by and soon?
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import Window, add_months, month_end
from vulncore.findings.where.area import zones_of
from vulncore.findings.where.counts import RecordCounts, ZoneCounts, density_per_km2, points_of, zone_counts
from vulncore.findings.where.layers import fitting_bandwidth_m
from vulncore.findings.where.protection import protected_repeats, protected_trial
from vulncore.findings.where.question import FEWEST_TESTED, TESTED
from vulncore.findings.where.view import (
    COUNTS,
    DENSITY,
    DISTANCES_M,
    MIDDLE_SHARE,
    NAIVE,
    STANDS_OUT,
    MapTrial,
    RepeatsView,
)
from vulncore.metrics.hotspots.getis_ord import gi_star
from vulncore.metrics.hotspots.near_repeats import MOST_RECORDS, near_repeats
from vulncore.metrics.hotspots.placed_records import dated_points
from vulncore.metrics.hotspots.prediction import prediction

SHARES: Final = (0.01, MIDDLE_SHARE, 0.10)
DAYS_APART: Final = (7, 14, 28)
FEWEST_REPEATS: Final = 30  # records: of fewer, repeats can't be told from chance
FEWEST: Final = 50  # records over the months tested; of fewer, a share says nothing


def map_trial(counts: RecordCounts) -> MapTrial:
    """Return how maps of the twelve months before would have done in each of the last months, in protected form."""
    question, smallest = counts.question, counts.smallest
    if not question.tested:
        return MapTrial(
            not_tested=f"The test needs {TESTED + FEWEST_TESTED} months without a gap or a change of recording, and there are fewer. "
            "A map of a year is tested on the months after it."
        )
    by_zone = zone_counts(counts, counts.ground.finest)
    fewest = max(FEWEST, smallest)
    if by_zone.by_month(question.tested).sum() < fewest:
        return MapTrial(
            not_tested=f"Fewer than {fewest} {question.unit} lie in the months of the test: too few to say whether the map would have "
            "been right."
        )
    hits = trial_hits(counts, by_zone)
    frame = protected_trial(hits, smallest)
    rivals = hits[(hits["share"] == MIDDLE_SHARE) & (hits["method"] != NAIVE)]
    best = str(rivals.loc[rivals["hit_rate"].idxmax(), "method"])
    return MapTrial(frame, question.tested, best)


def trial_hits(counts: RecordCounts, by_zone: ZoneCounts) -> pd.DataFrame:
    """Return how many records each map held: see `vulncore.metrics.hotspots.prediction.prediction`."""
    happened = by_zone.by_month(counts.question.tested)
    return prediction(_scores(counts, by_zone), by_zone.zones.areas_m2, happened, SHARES, rival=NAIVE)


def repeats_view(counts: RecordCounts) -> RepeatsView:
    """Return whether events are followed by others near by and soon, in the window and at every hour, in protected form."""
    dated = dated_points(counts.counted.chosen(counts.selection.records))
    if not len(dated.at):
        return RepeatsView(no_repeats="Near repeats cannot be tested: these records have a month and no day.")
    fewest = max(FEWEST_REPEATS, counts.smallest)
    if len(dated.at) < fewest:
        return RepeatsView(
            no_repeats=f"Fewer than {fewest} {counts.unit} have a place and a day: too few to tell repeats from chance."
        )
    drawn = dated.drawn(MOST_RECORDS)
    points_m = points_of(drawn, zones_of(counts.ground, counts.ground.finest))
    tested = near_repeats(points_m, drawn.numbers("day").astype(np.int64), DISTANCES_M, DAYS_APART)
    bands, strongest = protected_repeats(tested, counts.smallest)
    return RepeatsView(
        bands, strongest, tested.used, len(dated.at), tested.permutations, blurred=counts.blurred
    )


def _scores(counts: RecordCounts, by_zone: ZoneCounts) -> Mapping[str, Floats]:
    """Return how high each map had put each zone before each month tested."""
    zones = by_zone.zones
    firsts = [add_months(month, -1) for month in counts.question.tested]
    months = [Window(first, month_end(first)) for first in firsts]
    years = [Window(add_months(month.start, 1 - TESTED), month.end) for month in months]
    average_m2 = float(np.median(zones.areas_m2))
    by_year = [by_zone.within(year) / zones.areas_m2 * average_m2 for year in years]
    return {
        NAIVE: np.array([by_zone.within(month) / zones.areas_m2 for month in months]),
        COUNTS: np.array(by_year),
        DENSITY: np.array(density_per_km2(counts, zones, fitting_bandwidth_m(zones), years)),
        STANDS_OUT: np.array([gi_star(year, zones.near) for year in by_year]),
    }
