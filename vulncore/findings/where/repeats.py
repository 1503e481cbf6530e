"""Counts inside, what may be shown outside: near repeats. Is an event followed by another near by and soon?"""

from typing import Final

import numpy as np
import pandas as pd

from vulncore.findings.where.area import zones_of
from vulncore.findings.where.counts import RecordCounts
from vulncore.findings.where.protection import protected_repeats
from vulncore.findings.where.view import DISTANCES_M, RepeatsView
from vulncore.metrics.hotspots.near_repeats import MOST_RECORDS, near_repeats
from vulncore.metrics.hotspots.placed_records import dated_points

DAYS_APART: Final = (7, 14, 28)
FEWEST: Final = 30  # records: of fewer, repeats can't be told from chance


def repeats_view(counts: RecordCounts) -> RepeatsView:
    """Return whether events are followed by others near by and soon, in the window and at every hour, in protected form.

    Args:
        counts: Where the records lie.
    """
    dated = dated_points(counts.counted.chosen(counts.question.selection.records))
    if not len(dated.at):
        return _no_repeats("Near repeats cannot be tested: these records have a month and no day.")
    fewest = max(FEWEST, counts.smallest)
    if len(dated.at) < fewest:
        return _no_repeats(
            f"Fewer than {fewest} {counts.question.unit} have a place and a day: too few to tell repeats from chance."
        )
    scale = zones_of(counts.ground, counts.ground.finest).scale
    drawn = dated.drawn(MOST_RECORDS)
    points_m = np.column_stack([drawn.numbers("longitude"), drawn.numbers("latitude")]) * scale
    tested = near_repeats(points_m, drawn.numbers("day").astype(np.int64), DISTANCES_M, DAYS_APART)
    bands, strongest = protected_repeats(tested, counts.smallest)
    return RepeatsView(
        bands, strongest, tested.used, len(dated.at), tested.permutations, blurred=counts.blurred
    )


def _no_repeats(reason: str) -> RepeatsView:
    return RepeatsView(pd.DataFrame(), None, 0, 0, 0, reason)
