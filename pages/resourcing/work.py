"""What is to come to a unit, kept between looks, in memory and on the disk; and what scenarios make of it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.resourcing.reads import shares_of, unit_demand_of
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.turns import waited_for
from vulncore.findings.resourcing.demand import (
    UnitDemand,
    UnitForecast,
    refuse_nothing,
    unit_forecast,
)
from vulncore.findings.resourcing.outlook import ResourcingOutlook, StaffingQuestion, resourcing_outlook
from vulncore.findings.shared.kept import Kept
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.resourcing.scenario.toml import scenario_text

WORDS = ("Forecasting what comes to the unit …", "Testing the forecasts on past months …")
FORECASTS_KEPT, OUTLOOKS_KEPT = 24, 8  # each takes some four megabytes, or fifteen


def check_demand(view: View, plan: Scenario) -> None:
    """Refuse data that have none of what comes to the unit.

    Raises:
        UnknownNameError: They have none.
    """
    refuse_nothing(_demand(view, plan))


def forecast_of(
    view: View, plan: Scenario, basis: Basis, draw: Callable[[UnitForecast], None] | None = None
) -> UnitForecast:
    """Return what is to come to a unit, kept or forecast now: with progress, and a first look as soon as there is one.

    Args:
        view: What the app shows.
        plan: Which kinds of case there are.
        basis: Which months the models learn from.
        draw: Draws what the models expect before they were tried.

    Raises:
        UnknownNameError: The data have none of what comes to the unit.
    """
    key = (*view.key, plan.case_types, basis)
    fit = partial(unit_forecast, _demand(view, plan), basis, home=store_path() / view.publish.dataset)
    return _forecasts().kept_or_made(key, lambda: waited_for(fit, WORDS, draw))


def outlook_of(
    forecast: UnitForecast, plan: Scenario, view: View, question: StaffingQuestion
) -> ResourcingOutlook:
    """Return what a scenario comes to, kept or worked out now."""
    key = (*view.key, forecast.basis, bool(forecast.trials), scenario_text(plan), question)

    def worked_out() -> ResourcingOutlook:
        measured = shares_of(store_path(), view.publish, view.force, plan, view.month)
        return resourcing_outlook(forecast, plan, measured, question)

    return _outlooks().kept_or_made(key, worked_out)


def _demand(view: View, plan: Scenario) -> UnitDemand:
    return unit_demand_of(store_path(), view.publish, view.force, plan, view.month)


@st.cache_resource
def _forecasts() -> Kept[UnitForecast]:
    return Kept(FORECASTS_KEPT)


@st.cache_resource
def _outlooks() -> Kept[ResourcingOutlook]:
    return Kept(OUTLOOKS_KEPT)
