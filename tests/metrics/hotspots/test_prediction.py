"""What vulncore.metrics.hotspots.prediction promises."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidRowsError, UnknownNameError, VulncoreError
from vulncore.metrics.hotspots.prediction import best_hits, hits, prediction

zones = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 9), st.integers(0, 12)), min_size=1, max_size=12
)  # score, area, what happened
shares_of_area = st.floats(0.001, 1)


def columns(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores, areas, happened = np.array(rows, dtype=float).T
    return scores, areas, happened


def taken_in_order(order: tuple[int, ...], areas: list[float], happened: list[float], share: float) -> float:
    """Go from zone to zone, the last in part."""
    left, held = share * sum(areas), 0.0
    for zone in order:
        part = min(left, areas[zone]) / areas[zone]
        left, held = left - part * areas[zone], held + part * happened[zone]
    return held


def four_months() -> tuple[np.ndarray, np.ndarray]:
    """Areas of three zones, and what happened in them."""
    return np.array([1.0, 2.0, 7.0]), np.array([[4.0, 2, 4], [3, 5, 2], [0, 0, 0], [6, 1, 3]])


def year(seed: int, months: int = 12) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Forty zones of unequal area, what happened in them, and two methods: one that knows the rates, one that guesses."""
    rng = np.random.default_rng(seed)
    areas, rates = rng.uniform(0.5, 2, 40), rng.gamma(0.4, 4, 40)
    happened = rng.poisson(rates, (months, 40)).astype(float)
    known = np.tile(rates / areas, (months, 1))
    return areas, happened, {"guess": rng.random((months, 40)), "known": known}


def test_zones_are_taken_by_score_and_the_last_in_part():
    # 30 % of 10 is 3: the zone of area 1 (4 hits), then 2 of the 4 of the next, half of its 6
    assert hits([3, 2, 1], [1, 4, 5], [4, 6, 9], share=0.3) == pytest.approx(4 + 6 / 2)


def test_the_best_choice_goes_by_what_happened_per_area():
    # densities 2, 3 and 0.5: the second zone whole (12 in an area of 4), then 1 of the first's 5 (10 / 5)
    assert best_hits([5, 4, 1], [10, 12, 0.5], share=0.5) == pytest.approx(12 + 10 / 5)


def test_ties_share_what_is_left_of_the_area():
    # 50 % of 8 is 4: the zone of area 2 whole, then 2 of the 4 that tie, half of what they hold
    assert hits([9, 5, 5, 0], [2, 1, 3, 2], [3, 8, 2, 7], share=0.5) == pytest.approx(3 + (8 + 2) / 2)


def test_of_zones_alike_in_area_ties_give_the_mean_of_every_order():
    scores, happened = [2, 1, 1, 1, 1, 0], [5.0, 9, 0, 4, 1, 6]
    orders = [(0, *tied, 5) for tied in itertools.permutations((1, 2, 3, 4))]
    for share in (0.2, 0.4, 0.55, 0.9):
        mean = np.mean([taken_in_order(order, [1.0] * 6, happened, share) for order in orders])
        assert hits(scores, [1] * 6, happened, share) == pytest.approx(mean)


def test_of_unequal_zones_ties_give_the_mean_over_random_orders_of_their_pieces():
    areas, happened, rng = [1, 3, 2], [4.0, 3.0, 10.0], np.random.default_rng(3)
    pieces = [held / area for area, held in zip(areas, happened, strict=True) for _ in range(area)]
    drawn = [taken_in_order(tuple(rng.permutation(6)), [1.0] * 6, pieces, share=0.4) for _ in range(4_000)]
    standard_error = np.std(drawn) / np.sqrt(len(drawn))
    assert hits([1, 1, 1], areas, happened, share=0.4) == pytest.approx(
        np.mean(drawn), abs=4 * standard_error
    )
    assert hits([1, 1, 1], areas, happened, share=0.4) == pytest.approx(0.4 * 17)


@given(zones)
def test_all_of_the_area_holds_everything(rows):
    scores, areas, happened = columns(rows)
    assert hits(scores, areas, happened, share=1.0) == happened.sum()
    assert best_hits(areas, happened, share=1.0) == happened.sum()


@given(zones, shares_of_area)
def test_no_map_holds_more_than_the_best_and_none_more_than_there_is(rows, share):
    scores, areas, happened = columns(rows)
    held, best = hits(scores, areas, happened, share), best_hits(areas, happened, share)
    assert 0 <= held <= best + 1e-9
    assert share * happened.sum() <= best + 1e-9  # no worse than an even map
    assert best <= happened.sum() + 1e-9


@given(zones, shares_of_area, shares_of_area)
def test_more_of_the_area_never_holds_less(rows, one, other):
    scores, areas, happened = columns(rows)
    less, more = sorted((one, other))
    assert hits(scores, areas, happened, less) <= hits(scores, areas, happened, more) + 1e-9


@given(zones, shares_of_area, st.integers(1, 1_000), st.integers(1, 1_000))
def test_neither_the_scale_of_scores_nor_the_unit_of_area_matters(rows, share, times, unit):
    scores, areas, happened = columns(rows)
    scaled = hits(scores * times + 7, areas * unit, happened, share)
    assert scaled == pytest.approx(hits(scores, areas, happened, share))


@given(st.data(), zones, shares_of_area)
def test_the_order_of_the_zones_does_not_matter(data, rows, share):
    mixed = data.draw(st.permutations(rows))
    assert hits(*columns(mixed), share) == pytest.approx(hits(*columns(rows), share))


@given(zones, shares_of_area)
def test_a_zone_cut_in_two_alike_holds_what_it_held(rows, share):
    score, area, held = rows[0]
    cut = [(score, area / 2, held / 2)] * 2 + rows[1:]
    assert hits(*columns(cut), share) == pytest.approx(hits(*columns(rows), share))


def test_rates_are_pooled_over_months_and_worked_by_hand():
    areas, happened = four_months()
    maps = {"small first": np.tile([3.0, 2, 1], (4, 1)), "large first": np.tile([1.0, 2, 3], (4, 1))}
    judged = prediction(maps, areas, happened, shares=[0.2], rival="large first").set_index("method")
    # 20 % of 10 is 2. Small first: the first zone and half of the second: (4 + 1) + (3 + 2.5) + 0 + (6 + 0.5) = 17
    # of 10 + 10 + 0 + 10. Large first: two sevenths of the third: (4 + 2 + 0 + 3) x 2 / 7.
    # No map could do better: per area the months read 4, 1, 0.6; 3, 2.5, 0.3; nothing; 6, 0.5, 0.4.
    first, large = judged.loc["small first"], judged.loc["large first"]
    assert first[["hits", "happened", "hit_rate", "pai", "pei_star"]].tolist() == pytest.approx(
        [17, 30, 17 / 30, 17 / 30 / 0.2, 1]
    )
    assert large[["hits", "hit_rate", "pai", "pei_star"]].tolist() == pytest.approx(
        [18 / 7, 18 / 7 / 30, 18 / 7 / 30 / 0.2, 18 / 7 / 17]
    )


def test_pei_star_pools_hits_and_best_hits_and_is_no_mean_of_monthly_shares():
    happened = np.array([[8.0, 0], [1, 2]])
    maps = {"count": np.array([[2.0, 1], [2, 1]])}
    judged = prediction(maps, np.ones(2), happened, shares=[0.5], rival="count").iloc[0]
    assert judged["pei_star"] == pytest.approx((8 + 1) / (8 + 2))  # the monthly shares' mean would be 0.75


def test_a_perfect_map_has_a_pei_star_of_one_and_the_greatest_pai():
    areas, happened, maps = year(1)
    maps["perfect"] = happened / areas
    judged = prediction(maps, areas, happened, shares=[0.01, 0.05, 0.1], rival="guess")
    perfect = judged[judged["method"] == "perfect"]
    assert perfect["pei_star"].tolist() == pytest.approx([1, 1, 1])
    assert (judged.groupby("share")["pai"].max().to_numpy() == perfect["pai"].to_numpy()).all()


def test_all_in_one_zone_in_a_hundred_is_a_pai_of_a_hundred():
    happened = np.zeros((12, 100))
    happened[:, 42] = 3
    judged = prediction({"map": happened}, np.ones(100), happened, shares=[0.01, 0.1], rival="map")
    assert judged["pai"].tolist() == pytest.approx([100, 10])


def test_a_map_that_says_the_same_everywhere_is_no_better_than_chance():
    areas, happened, maps = year(2)
    judged = prediction({"even": np.ones_like(happened), **maps}, areas, happened, [0.05, 0.5], rival="even")
    assert judged.loc[judged["method"] == "even", "pai"].tolist() == pytest.approx([1, 1])


def test_rows_are_methods_by_shares_as_given_and_columns_are_those_promised():
    areas, happened, maps = year(3)
    judged = prediction(maps, areas, happened, shares=[0.1, 0.01], rival="guess")
    assert list(judged[["method", "share"]].itertuples(index=False, name=None)) == [
        ("guess", 0.1),
        ("guess", 0.01),
        ("known", 0.1),
        ("known", 0.01),
    ]
    assert list(judged.columns) == [
        *("method", "share", "hits", "happened", "hit_rate", "hit_rate_low", "hit_rate_high"),
        *("pai", "pei_star", "better_low", "better_high"),
    ]


def test_a_better_method_is_better_beyond_chance_and_the_rival_has_no_rival():
    areas, happened, maps = year(4)
    judged = prediction(maps, areas, happened, shares=[0.1], rival="guess").set_index("method")
    assert judged.loc["known", "better_low"] > 0
    assert judged.loc["guess", ["better_low", "better_high"]].isna().all()
    difference = judged.loc["known", "hit_rate"] - judged.loc["guess", "hit_rate"]
    assert judged.loc["known", "better_low"] < difference < judged.loc["known", "better_high"]
    assert (judged["hit_rate_low"] < judged["hit_rate"]).all()
    assert (judged["hit_rate"] < judged["hit_rate_high"]).all()


def test_two_methods_that_agree_month_by_month_differ_by_nothing_at_all():
    areas, happened, maps = year(5)
    maps["twin"] = maps["known"] * 2
    judged = prediction(maps, areas, happened, shares=[0.05], rival="known").set_index("method")
    assert judged.loc["twin", ["better_low", "better_high"]].tolist() == [0, 0]


def test_limits_are_those_of_months_drawn_one_by_one_and_widened():
    areas, happened, maps = year(6)
    judged = prediction(maps, areas, happened, shares=[0.1], rival="guess", draws=200_000).set_index("method")
    held = np.array(
        [
            taken_in_order(tuple(np.argsort(-scores)), areas.tolist(), seen.tolist(), share=0.1)
            for scores, seen in zip(maps["known"], happened, strict=True)
        ]
    )
    months = np.random.default_rng(60).integers(12, size=(200_000, 12))
    rates = held[months].sum(axis=1) / happened.sum(axis=1)[months].sum(axis=1)
    # with 12 months: t(0.975, 11) = 2.201, times the root of 12/11 is 2.299, and beyond that lie 1.076 % each side
    low, high = np.quantile(rates, [0.01076, 0.98924])
    assert judged.loc["known", ["hit_rate_low", "hit_rate_high"]].tolist() == pytest.approx(
        [low, high], abs=0.04 * rates.std()
    )


@pytest.mark.parametrize("months", [6, 12])
def test_limits_hold_the_rate_behind_the_months_about_as_often_as_they_say(months):
    rng, held = np.random.default_rng(months), 0
    made = 300
    for _ in range(made):
        busier = rng.gamma(20, 18 / 20, months)  # and quieter months: 18 of 60 on average
        happened = np.column_stack([rng.poisson(busier), rng.poisson(42, months)]).astype(float)
        row = prediction(
            {"map": np.tile([1.0, 0.0], (months, 1))}, np.ones(2), happened, [0.5], rival="map"
        ).iloc[0]
        held += row["hit_rate_low"] <= 0.3 <= row["hit_rate_high"]
    assert 0.90 <= held / made <= 0.98


def test_the_same_seed_gives_the_same_limits():
    areas, happened, maps = year(7)
    first, again = (prediction(maps, areas, happened, [0.1], rival="guess", seed=3) for _ in range(2))
    other = prediction(maps, areas, happened, [0.1], rival="guess", seed=4)
    pd.testing.assert_frame_equal(first, again)
    assert first["hit_rate_low"].tolist() != other["hit_rate_low"].tolist()


@given(st.permutations(range(40)))
@settings(max_examples=10)
def test_the_order_of_the_zones_changes_no_figure(order):
    areas, happened, maps = year(8)
    mixed = {method: scores[:, order] for method, scores in maps.items()}
    pd.testing.assert_frame_equal(
        prediction(maps, areas, happened, [0.05], rival="guess", draws=50),
        prediction(mixed, areas[order], happened[:, order], [0.05], rival="guess", draws=50),
    )


@pytest.mark.parametrize("months", [0, 1, 12])
def test_where_nothing_happened_rates_are_missing_not_zero(months):
    nothing = np.zeros((months, 4))
    row = prediction({"map": nothing}, np.ones(4), nothing, shares=[0.25], rival="map").iloc[0]
    assert (row["hits"], row["happened"]) == (0, 0)
    assert row[["hit_rate", "hit_rate_low", "hit_rate_high", "pai", "pei_star"]].isna().all()


def test_fewer_than_six_months_have_a_rate_but_no_limits():
    for months, known in ((5, False), (6, True)):
        areas, happened, maps = year(9, months)
        row = prediction(maps, areas, happened, shares=[0.1], rival="guess").iloc[1]
        assert row["hit_rate"] > 0
        assert row[["hit_rate_low", "hit_rate_high", "better_low", "better_high"]].notna().all() == known


def test_a_rival_that_is_none_of_the_methods_is_named():
    areas, happened, maps = year(10)
    with pytest.raises(UnknownNameError, match=r"'counts' is none of the 2 methods \(guess, known\)"):
        prediction(maps, areas, happened, [0.1], rival="counts")


@pytest.mark.parametrize("share", [0, -0.1, 5, np.nan])
def test_a_share_that_is_no_share_of_the_area_is_refused(share):
    areas, happened, maps = year(11)
    with pytest.raises(VulncoreError, match=r"1 of 2 shares of the area are not above 0.*Give 0\.05 for 5 %"):
        prediction(maps, areas, happened, [0.1, share], rival="guess")


def test_tables_of_other_months_or_zones_are_refused():
    areas, happened, maps = year(12)
    maps["known"] = maps["known"][1:]
    with pytest.raises(
        InvalidRowsError, match=r"'known' is of shape \(11, 40\), where 12 months and 40 zones"
    ):
        prediction(maps, areas, happened, [0.1], rival="guess")


def test_a_month_not_delivered_is_named_not_counted_as_zero():
    areas, happened, maps = year(13)
    happened[[2, 5]] = np.nan
    with pytest.raises(InvalidRowsError, match=r"2 of 12 months of 'what happened' .*\(rows 2, 5\)"):
        prediction(maps, areas, happened, [0.1], rival="guess")


@pytest.mark.parametrize("area", [0, np.nan])
def test_zones_without_area_are_named(area):
    areas, happened, maps = year(14)
    areas[3] = area
    with pytest.raises(InvalidRowsError, match=r"1 of 40 zones have no usable area \(columns 3\)"):
        prediction(maps, areas, happened, [0.1], rival="guess")


def test_months_with_less_than_nothing_are_named():
    areas, happened, maps = year(14)
    happened[2, 3] = -1 - happened[2].sum()
    with pytest.raises(InvalidRowsError, match=r"1 of 12 months hold less than nothing \(rows 2\)"):
        prediction(maps, areas, happened, [0.1], rival="guess")


def test_an_estimate_below_nothing_in_a_zone_is_added_up_as_it_is():
    areas, happened, maps = year(14)
    before = prediction(maps, areas, happened, [1.0], rival="guess")
    happened[0, 3], happened[0, 4] = -2, happened[0, 4] + happened[0, 3] + 2
    after = prediction(maps, areas, happened, [1.0], rival="guess")
    assert after["hits"].tolist() == pytest.approx(before["hits"].tolist())
