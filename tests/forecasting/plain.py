"""Forecasts by the plainest model, worked out here: for tests of what becomes of forecasts, whatever they say."""

from collections.abc import Iterator, Sequence

import pytest

from tests.conftest import one_by_one
from vulncore.forecasting import backtest, forecast
from vulncore.forecasting.models import all as models
from vulncore.forecasting.models.naive import seasonal_naive


def forecast_plainly(patched: pytest.MonkeyPatch) -> list[object]:
    """Let last year again stand in for all models, tried at two origins, and return the list to which each piece done is added."""
    done: list[object] = []

    def in_parallel(work, items: Sequence[object], workers: int | None = None) -> Iterator:
        for place, result in one_by_one(work, items):
            done.append(items[place])
            yield place, result

    patched.setattr(models, "SINGLE", dict.fromkeys(models.SINGLE, seasonal_naive))
    patched.setattr(backtest, "MOST_ORIGINS", 2)
    patched.setattr(forecast, "in_parallel", in_parallel)
    return done
