"""Made incidents of one force with places, for `hotspot_speed.py`.

Three years, three measures, each record a row of its own. Of every hundred, eight have no place and two lie far outside
the City; a third of the rest cluster about twelve places, the others lie evenly over it. Places are whole metres of
easting and northing, or nearly, as forces record them: of ten million records many share one.
"""

from datetime import date

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from vulncore.domain.geography import boundary, metres_per_degree
from vulncore.domain.periods import Window
from vulncore.domain.schemas import COVERAGE, INCIDENTS

FORCE = "Ruritania Police"
AREA = boundary("City of London Police")
MEASURES = ("rape", "other-sexual-offences", "domestic-abuse-crime")
HISTORY = Window(date(2021, 11, 1), date(2024, 10, 31))
WITHOUT_PLACE, FAR_OFF, CLUSTERED = 0.08, 0.02, 0.3
CLUSTERS, CLUSTER_M = 12, 60.0
FAR_OFF_M = 5_000.0
DECIMALS = 5  # of a degree: 0.7 by 1.1 m

Floats = NDArray[np.float64]


def made_incidents(rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    days = np.datetime64(HISTORY.start) + random.integers(HISTORY.days, size=rows)
    places = _places(random, rows)
    without = random.random(rows) < WITHOUT_PLACE
    keys = pa.array(np.arange(rows)).cast(pa.string())
    columns = {
        "row_id": keys,
        "record_id": keys,
        "force": pa.array([FORCE]).take(pa.array(np.zeros(rows, dtype=int))),
        "measure": pa.array(MEASURES).take(pa.array(random.integers(len(MEASURES), size=rows))),
        "record_kind": pa.array(["crime"]).take(pa.array(np.zeros(rows, dtype=int))),
        "recorded_on": pa.array(days).cast(pa.date32()),
        "longitude": pa.array(places[:, 0], mask=without),
        "latitude": pa.array(places[:, 1], mask=without),
    }
    nulls = {f.name: pa.nulls(rows, f.type) for f in INCIDENTS if f.name not in columns}
    return pa.table({field.name: {**columns, **nulls}[field.name] for field in INCIDENTS}, schema=INCIDENTS)


def made_coverage() -> pa.Table:
    rows = [
        (FORCE, measure, month, "incidents", "made", False)
        for measure in MEASURES
        for month in HISTORY.months
    ]
    columns = zip(zip(*rows, strict=True), COVERAGE, strict=True)
    return pa.table([pa.array(column, type=field.type) for column, field in columns], schema=COVERAGE)


def _places(random: np.random.Generator, rows: int) -> Floats:
    per_degree = metres_per_degree(AREA.centroid.y)
    places = _evenly(random, rows)
    kind = random.random(rows)
    clustered, far = kind < CLUSTERED, kind > 1 - FAR_OFF
    middles = places[:CLUSTERS][random.integers(CLUSTERS, size=clustered.sum())]
    near = middles + random.normal(0, CLUSTER_M, middles.shape) / per_degree
    inside = shapely.contains_xy(AREA, *near.T)
    places[clustered] = np.where(inside[:, None], near, places[clustered])
    places[far, 0] += FAR_OFF_M / per_degree[0]
    return places.round(DECIMALS)


def _evenly(random: np.random.Generator, rows: int) -> Floats:
    west, south, east, north = AREA.bounds
    shapely.prepare(AREA)
    drawn = random.uniform(
        (west, south), (east, north), (2 * rows, 2)
    )  # the City fills three fifths of its box
    return drawn[shapely.contains_xy(AREA, *drawn.T)][:rows]
