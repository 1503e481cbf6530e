"""What vulncore.forecasting.whole promises."""

from dataclasses import replace

import numpy as np
import pytest

from tests.forecasting.planted import past, poisson
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import ForecastTask, piece_key, pieces, run
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import Past, basis_months
from vulncore.forecasting.whole import added_up, draw, spread_chance

AHEAD = 14
COUNTS = (poisson(20, 60, 1), poisson(45, 60, 2), poisson(8, 60, 3))
PARTS = tuple(past(counts) for counts in COUNTS)
WHOLE = replace(past(np.sum(COUNTS, axis=0)), parts=PARTS)


def drawn(of: Past, seed: int = 4) -> np.ndarray:
    return draw(of, AHEAD, 500, seed, spread_chance(seed))[Model.COMBINATION]


def test_what_is_expected_of_a_whole_is_the_sum_of_what_is_expected_of_its_parts():
    assert drawn(WHOLE).mean(axis=0) == pytest.approx(sum(drawn(part) for part in PARTS).mean(axis=0))


def test_the_other_models_forecast_it_as_one_series():
    alone = draw(replace(WHOLE, parts=()), AHEAD, 500, 4, spread_chance(4))
    whole = draw(WHOLE, AHEAD, 500, 4, spread_chance(4))
    differing = [model for model in Model if not np.array_equal(alone[model], whole[model])]
    assert differing == [Model.COMBINATION]


def test_futures_are_added_as_they_are_and_half_of_them_by_the_same_chance():
    first, second = np.arange(1_000)[:, None], 10_000 * np.arange(1_000)[:, None]
    total = added_up([first, second], np.random.default_rng(1))[:, 0]
    places = total % 10_000, total // 10_000
    assert all(sorted(of.tolist()) == list(range(1_000)) for of in places)  # each future of each part once
    assert (places[0] == places[1]).sum() == pytest.approx(500, abs=10)


def test_a_part_too_short_to_learn_from_leaves_the_whole_as_one_series():
    late = np.where(np.arange(60) < 50, np.nan, 10.0)
    whole = replace(WHOLE, parts=(PARTS[0], past(late)))
    assert np.array_equal(drawn(whole), drawn(replace(WHOLE, parts=())))


def test_parts_are_cut_where_the_whole_is():
    step = replace(PARTS[1], steps=(24,))
    whole = replace(WHOLE, parts=(PARTS[0], step, PARTS[2].last(40)))
    early = whole.until(30)
    assert [len(part.counts) for part in early.parts] == [30, 30, 10]
    assert [part.counts.tolist() for part in early.parts] == [
        COUNTS[0][:30].tolist(),
        COUNTS[1][:30].tolist(),
        COUNTS[2][20:30].tolist(),
    ]
    assert [len(part.counts) for part in whole.until(15).parts] == [15, 15, 0]
    of_basis = basis_months(Basis.CURRENT_PROCESS, whole)
    assert [len(part.counts) for part in of_basis.parts] == [60, 36, 40]


def test_a_trial_of_a_whole_is_of_the_sum():
    task = ForecastTask(WHOLE, WHOLE.counts, Basis.FIVE_YEAR, AHEAD)
    result, alone = run(task), run(replace(task, past=replace(WHOLE, parts=())))
    combined = [of.trials.query("model == 'combination'")["median"].to_numpy() for of in (result, alone)]
    assert not np.array_equal(*combined)
    level = [of.trials.query("model == 'recent-level'")["median"].to_numpy() for of in (result, alone)]
    assert np.array_equal(*level)


def test_two_bases_that_show_a_part_in_different_months_are_worked_out_apart():
    whole = replace(WHOLE, parts=(replace(PARTS[0], steps=(30,)), *PARTS[1:]))
    keys = [
        piece_key(pieces(ForecastTask(whole, whole.counts, basis, AHEAD))[0])
        for basis in (Basis.FIVE_YEAR, Basis.CURRENT_PROCESS)
    ]
    assert keys[0] != keys[1]
