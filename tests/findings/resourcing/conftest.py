"""The demonstration data's unit, forecast once for all tests of this folder."""

import pytest

from tests.conftest import tried_at_few_origins
from tests.findings.resourcing.asking import AS_AT, CITY, outlook_of
from vulncore.findings.resourcing.demand import (
    UnitDemand,
    UnitForecast,
    case_subjects,
    measured_shares,
    unit_demand,
    unit_forecast,
)
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.shared.contents import dataset_contents
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.store import open_version


@pytest.fixture(scope="session")
def demo(shipped_store):
    return open_version(shipped_store, "demo")


@pytest.fixture(scope="session")
def unit(demo) -> UnitDemand:
    return unit_demand(demo, CITY, dataset_contents(demo), example_scenario(), AS_AT)


@pytest.fixture(scope="session")
def progress(unit) -> list[float | UnitForecast]:
    """The shares of the work that are done, what is to come before it was tried, and in the end what is to come."""
    done: list[float | UnitForecast] = []
    with tried_at_few_origins():
        done.append(unit_forecast(unit, Basis.CURRENT_PROCESS, done.append, done.append))
    return done


@pytest.fixture(scope="session")
def forecast(progress) -> UnitForecast:
    return progress[-1]


@pytest.fixture(scope="session")
def shares(demo):
    subjects = case_subjects(dataset_contents(demo), example_scenario())
    return measured_shares(demo, CITY, subjects, example_scenario(), AS_AT)


@pytest.fixture(scope="session")
def outlook(forecast, shares) -> ResourcingOutlook:
    return outlook_of(forecast, shares)
