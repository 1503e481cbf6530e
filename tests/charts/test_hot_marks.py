"""What marks of hot places promise: each is within one mark, and small ones that lie together share a ring."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from vulncore.charts.hot_marks import BLOT, hot_marks

corners = st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(1, 60), st.integers(1, 60))


@given(st.lists(corners, min_size=1, max_size=8), st.sampled_from([0.5, 1.0, 150.0]))
def test_all_that_is_hot_is_within_a_mark_and_no_ring_is_around_what_is_large(boxes, pixel):
    hot = shapely.union_all(
        [shapely.box(x * pixel, y * pixel, (x + w) * pixel, (y + h) * pixel) for x, y, w, h in boxes]
    )
    marks = hot_marks(hot, pixel)
    rings = [
        mark.shape.buffer(mark.radius * 1.01 + pixel / 100, quad_segs=64) for mark in marks if mark.radius
    ]
    outlines = [mark.shape for mark in marks if not mark.radius]
    assert shapely.covers(shapely.union_all([*rings, *outlines]).buffer(pixel / 100), hot)
    for mark in marks:
        assert bool(mark.radius) == (mark.shape.geom_type == "Point")
        assert mark.radius <= BLOT * pixel


def test_small_places_that_lie_together_share_a_ring_and_a_large_one_keeps_its_outline():
    large, near, far = shapely.box(0, 0, 90, 90), shapely.box(300, 0, 304, 4), shapely.box(500, 0, 504, 4)
    beside = shapely.box(310, 0, 314, 4)
    marks = hot_marks(shapely.union_all([large, near, beside, far]))
    assert sorted((mark.shape.geom_type, round(mark.shape.centroid.x)) for mark in marks) == [
        ("Point", 307),
        ("Point", 502),
        ("Polygon", 45),
    ]


def test_a_narrow_inlet_of_the_coast_is_not_outlined_and_a_wide_one_is():
    land = shapely.box(0, 0, 100, 100)
    (narrow,), (wide,) = (
        hot_marks(land.difference(shapely.box(45, 40, 45 + width, 100))) for width in (4, 30)
    )
    assert narrow.shape.area > land.area - 10
    assert wide.shape.area == land.area - 30 * 60
