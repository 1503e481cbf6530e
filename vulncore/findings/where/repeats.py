"""Counts inside, what may be shown outside: near repeats. Is an event followed by another near by and soon?"""

from typing import Final

import numpy as np

from vulncore.findings.where.area import zones_of
from vulncore.findings.where.counts import RecordCounts, points_of
from vulncore.findings.where.protection import protected_repeats
from vulncore.findings.where.view import DISTANCES_M, RepeatsView
from vulncore.metrics.hotspots.near_repeats import MOST_RECORDS, near_repeats
from vulncore.metrics.hotspots.placed_records import dated_points

DAYS_APART: Final = (7, 14, 28)
FEWEST: Final = 30  # records: of fewer, repeats can't be told from chance


def repeats_view(counts: RecordCounts) -> RepeatsView:
    """Return whether events are followed by others near by and soon, in the window and at every hour, in protected form."""
    dated = dated_points(counts.counted.chosen(counts.selection.records))
    if not len(dated.at):
        return RepeatsView(no_repeats="Near repeats cannot be tested: these records have a month and no day.")
    fewest = max(FEWEST, counts.smallest)
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
