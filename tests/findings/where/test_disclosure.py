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
from vulncore.findings.where.counts import record_counts, zone_counts
from vulncore.findings.where.question import MapSelection
from vulncore.metrics.hotspots.zones import zone_of
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.store import open_version

SIZES = (10, 9, None)
SMALLEST = 5


def test_no_hidden_cell_or_ward_can_be_told_to_hold_anything_from_both_sizes_and_the_wards_together(
    shipped_store: Path,
):
    records = RecordFilter(
        "City of London Police", ("other-sexual-offences", "rape"), rolling_12(date(2024, 10, 1))
    )
    secret = record_counts(
        open_version(shipped_store, "demo"), shipped_store, MapSelection(records), report_measures()
    )
    maps = [zone_counts(secret, size) for size in SIZES]
    counts = [by_zone.within(secret.window) for by_zone in maps]
    shown = [rounded(there, SMALLEST, float(there.sum())) for there in counts]

    # what all three maps leave whole: parts of the City in which records may lie, by a cloud of points
    west, south, east, north = secret.ground.area.shape.bounds
    cloud = np.random.default_rng(0).uniform((west, south), (east, north), (200_000, 2))
    of_cloud = np.column_stack([zone_of(by_zone.zones, *cloud.T) for by_zone in maps])
    of_records = np.column_stack([by_zone.zone for by_zone in maps])
    both = np.concatenate([of_cloud, of_records])
    wholes = np.unique(both[(both >= 0).all(axis=1)], axis=0)

    sums, least, most = [], [], []
    for at, (true, seen) in enumerate(zip(counts, shown, strict=True)):
        for zone, value in enumerate(seen):
            sums.append((wholes[:, at] == zone).astype(float))
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
        (at, zone) for at, seen in enumerate(shown) if at for zone in np.flatnonzero(np.isnan(seen)).tolist()
    ]
    assert len(hidden) > 20
    for at, zone in hidden:
        smallest = linprog((wholes[:, at] == zone).astype(float), **bounds, method="highs")
        assert smallest.status == 0
        assert smallest.fun == pytest.approx(0, abs=1e-6)
