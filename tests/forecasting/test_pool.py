"""What vulncore.forecasting.pool promises."""

import os

import numpy as np
import pytest

from tests.forecasting.planted import past, poisson
from vulncore.forecasting.forecast import ForecastTask, pieces, work
from vulncore.forecasting.past import Basis
from vulncore.forecasting.pool import in_parallel
from vulncore.forecasting.steady_range import steady_range

SERIES = [poisson(level, 24, seed=level) for level in range(1, 25)]


@pytest.mark.parametrize("workers", [1, 2])
def test_every_result_comes_back_with_the_place_of_its_piece(workers):
    found = list(in_parallel(steady_range, SERIES, workers))
    assert sorted(place for place, _ in found) == list(range(len(SERIES)))
    assert dict(found) == {place: steady_range(counts) for place, counts in enumerate(SERIES)}


@pytest.mark.heavy  # two processes have to load every model
def test_forecasts_are_the_same_in_two_processes_as_in_one():
    counts = poisson(12, 30)
    asked = ForecastTask(past(counts), counts, Basis.FIVE_YEAR, 6, seed=3)
    one, two = (dict(in_parallel(work, pieces(asked), workers)) for workers in (1, 2))
    assert set(one) == set(two) == {0, 1}
    for model, paths in one[0].items():
        assert np.array_equal(paths, two[0][model])
    assert one[1].equals(two[1])


@pytest.mark.parametrize("workers", [1, 2])
def test_work_that_raises_raises(workers):
    with pytest.raises(ValueError, match="invalid literal for int"):
        list(in_parallel(int, ["1", "2", "three", "4"], workers))


@pytest.mark.parametrize("workers", [1, 2])
def test_work_goes_on_after_work_that_raised(workers):
    with pytest.raises(ValueError, match="invalid literal for int"):
        list(in_parallel(int, ["one", "two"], workers))
    assert dict(in_parallel(int, ["1", "2"], workers)) == {0: 1, 1: 2}


@pytest.mark.parametrize("workers", [1, 2, None])
@pytest.mark.parametrize("pieces_of_work", [[], ["7"]])
def test_nothing_to_do_and_one_thing_to_do_need_no_processes(workers, pieces_of_work):
    assert list(in_parallel(int, pieces_of_work, workers)) == [(0, 7)][: len(pieces_of_work)]


def test_what_a_process_that_died_left_undone_is_done_here():
    here = os.getpid()

    def dies_elsewhere(piece: int) -> int:
        if os.getpid() != here and piece == 2:
            os._exit(1)
        return piece**2

    assert dict(in_parallel(dies_elsewhere, range(6), workers=2)) == {n: n**2 for n in range(6)}
    assert dict(in_parallel(int, ["1", "2"], workers=2)) == {0: 1, 1: 2}


def test_what_nobody_waits_for_any_more_does_not_hold_up_what_comes_next():
    first = in_parallel(steady_range, SERIES, workers=2)
    next(first)
    first.close()
    assert dict(in_parallel(int, ["1", "2"], workers=2)) == {0: 1, 1: 2}
