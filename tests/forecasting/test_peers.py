"""What vulncore.forecasting.peers promises."""

from dataclasses import replace

import numpy as np
import pytest

from tests.forecasting.planted import past, poisson
from vulncore.forecasting.backtest import trial
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import ForecastTask, run
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.peers import LATER, NARROWEST, LevelMoves, drawn_to_peers, usual_moves

SERIES, YEARS = 60, 9
FAR = LevelMoves(0.25, 10_000)
STILL = LevelMoves(0.0, 10_000)


def wandering(deviation: float, a_month: float = 80, seed: int = 1) -> np.ndarray:
    """Poisson counts of series whose level moves each January by a normal step of its logarithm."""
    draw = np.random.default_rng(seed)
    steps = np.cumsum(draw.normal(0, deviation, (SERIES, YEARS)), axis=1)
    return draw.poisson(a_month * np.exp(np.repeat(steps, 12, axis=1))).astype(float)


def levels(paths: np.ndarray, deviation: float = 0.2) -> np.ndarray:
    draw = np.random.default_rng(4)
    return draw.poisson(paths * np.exp(draw.normal(0, deviation, (4_000, 1))), (4_000, 36))


def spread(paths: np.ndarray, months: slice = slice(12)) -> float:
    low, high = np.quantile(paths[:, months].sum(axis=1), [0.1, 0.9])
    return float(np.log(high / low))


@pytest.mark.parametrize("deviation", [0.1, 0.2, 0.4])
def test_how_levels_move_is_measured_beyond_chance(deviation):
    moves = usual_moves(wandering(deviation))
    assert moves.changes == SERIES * (YEARS - 1)
    assert moves.variance == pytest.approx(deviation**2, rel=0.25)


def test_where_chance_alone_moves_counts_levels_do_not():
    assert usual_moves(wandering(0, a_month=3)).variance < 0.005


def test_a_year_counts_by_its_known_months_and_years_are_counted_from_the_end():
    counts = np.full((1, 30), 10.0)
    counts[0, 18:24] = np.nan  # half of the last year: it is of the same level, all the same
    counts[0, :6] = 1_000  # older than the last two whole years
    assert usual_moves(counts) == LevelMoves(0.0, 1)
    counts[0, 24:] = np.nan
    assert usual_moves(counts).changes == 0


def test_years_of_next_to_nothing_and_a_few_broken_series_teach_nothing():
    counts = wandering(0.1)
    assert usual_moves(np.full((5, 48), 0.5)).changes == 0
    broken = counts.copy()
    broken[:3, 48:] *= 20
    assert usual_moves(broken).variance == pytest.approx(usual_moves(counts).variance, rel=0.25)


def test_levels_are_drawn_together_where_those_of_the_force_stay_and_apart_where_they_move():
    paths = levels(np.full(1, 100.0))
    near, far = (drawn_to_peers(paths, moves, np.random.default_rng(2)) for moves in (STILL, FAR))
    assert spread(near) == pytest.approx(NARROWEST * spread(paths), rel=0.05)
    assert spread(far) == pytest.approx(spread(paths) / NARROWEST, rel=0.05)
    for changed in (near, far):
        assert np.median(changed, axis=0) == pytest.approx(np.median(paths, axis=0), rel=0.02)
        assert changed.dtype == paths.dtype
        assert (changed >= 0).all()


def test_after_the_first_year_levels_lie_a_little_further_apart():
    paths = levels(np.full(1, 400.0), 0.1)
    changed = drawn_to_peers(paths, LevelMoves(0.1**2 / 0.8, 10_000), np.random.default_rng(2))
    first, later = (spread(changed, months) / spread(paths, months) for months in (slice(5), slice(20, 30)))
    assert first == pytest.approx(1, abs=0.02)
    assert later / first == pytest.approx(LATER, abs=0.02)


def test_each_months_own_scatter_stays():
    paths = levels(np.full(1, 100.0))
    near = drawn_to_peers(paths, STILL, np.random.default_rng(2))
    by_month = [np.diff(np.sqrt(of), axis=1).std() for of in (paths, near)]
    assert by_month[1] == pytest.approx(by_month[0], rel=0.05)


def test_of_few_changes_little_is_heeded():
    paths = levels(np.full(1, 100.0))
    few, many = (
        drawn_to_peers(paths, LevelMoves(0.02, number), np.random.default_rng(2)) for number in (4, 10_000)
    )
    assert spread(many) < spread(few) < spread(paths)


@pytest.mark.parametrize(
    ("paths", "moves"),
    [
        (levels(np.full(1, 100.0)), LevelMoves(0.0, 0)),
        (levels(np.full(1, 100.0))[:, :11], FAR),
        (np.full((50, 24), 7), FAR),
        (np.zeros((50, 24), dtype=int), FAR),
    ],
    ids=["no changes", "less than a year", "all alike", "none"],
)
def test_what_cannot_be_judged_stays_as_it_is(paths, moves):
    assert drawn_to_peers(paths, moves, np.random.default_rng(2)) is paths


def test_a_trial_learns_nothing_from_what_peers_did_later():
    counts, origin = poisson(40, 60), 40
    peers = wandering(0.1)[:, :60]
    later = peers.copy()
    later[:, origin:] *= 5
    of_both = [
        trial(replace(past(counts), peers=of), counts, origin, Basis.FIVE_YEAR, seed=1)
        for of in (peers, later)
    ]
    assert of_both[0].equals(of_both[1])
    earlier = peers.copy()
    earlier[::2, :24] *= 3
    other = trial(replace(past(counts), peers=earlier), counts, origin, Basis.FIVE_YEAR, seed=1)
    assert not other.equals(of_both[0])


def test_the_combination_alone_is_drawn_to_peers():
    counts = poisson(40, 42)
    without, with_peers = (
        run(ForecastTask(replace(past(counts), peers=peers), counts, Basis.FIVE_YEAR, 14))
        for peers in (None, wandering(0.0)[:, :42])
    )
    changed = [model for model in Model if not np.array_equal(without.paths[model], with_peers.paths[model])]
    assert changed == [Model.COMBINATION]
    assert spread(with_peers.spoken) < spread(without.spoken)
