"""What the maps of one selection promise when they are set against one another."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from vulncore.domain.disclosure import rounded
from vulncore.domain.periods import rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.where.read import WhereAsked
from vulncore.findings.where.where import where
from vulncore.metrics.hotspots.zones import zone_of
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.store import open_version

SIZES = (10, 9, None)
SMALLEST = 5


@pytest.mark.heavy
def test_no_hidden_cell_or_ward_can_be_told_to_hold_anything_from_both_sizes_and_the_wards_together(
    shipped_store: Path,
):
    records = RecordFilter(
        "City of London Police", ("other-sexual-offences", "rape"), rolling_12(date(2024, 10, 1))
    )
    found = where(open_version(shipped_store, "demo"), shipped_store, WhereAsked(records), report_measures())
    maps = [found.placed(size) for size in SIZES]
    counts = [placed.within(found.read.window) for placed in maps]
    shown = [rounded(each, SMALLEST, float(each.sum())) for each in counts]

    # what all three maps leave whole: pieces of the City in which records may lie, by a cloud of points
    west, south, east, north = found.read.area.shape.bounds
    cloud = np.random.default_rng(0).uniform((west, south), (east, north), (200_000, 2))
    of_cloud = np.column_stack([zone_of(placed.zones, *cloud.T) for placed in maps])
    of_records = np.column_stack([placed.zone for placed in maps])
    both = np.concatenate([of_cloud, of_records])
    wholes = np.unique(both[(both >= 0).all(axis=1)], axis=0)

    sums, least, most = [], [], []
    for at, (true, seen) in enumerate(zip(counts, shown, strict=True)):
        for piece, value in enumerate(seen):
            sums.append((wholes[:, at] == piece).astype(float))
            least.append(0.0 if np.isnan(value) else max(value - SMALLEST / 2, SMALLEST))
            most.append(true.sum() if np.isnan(value) else value + SMALLEST / 2)
    matrix = np.array(sums)
    bounds = {
        "A_ub": csr_matrix(np.vstack([matrix, -matrix])),
        "b_ub": np.concatenate([most, -np.array(least)]),
        "A_eq": np.ones((1, len(wholes))),
        "b_eq": [counts[0].sum()],
    }
    hidden = [
        (at, piece)
        for at, seen in enumerate(shown)
        if at
        for piece in np.flatnonzero(np.isnan(seen)).tolist()
    ]
    assert len(hidden) > 20
    for at, piece in hidden:
        smallest = linprog((wholes[:, at] == piece).astype(float), **bounds, method="highs")
        assert smallest.status == 0
        assert smallest.fun == pytest.approx(0, abs=1e-6)
