"""What is to come to a unit, kept between looks, in memory and on the disk; and what scenarios make of it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.resourcing.reads import shares_of, unit_demand_of
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.turns import waited_for
from vulncore.findings.resourcing.demand import (
    UnitDemand,
    UnitForecast,
    ready_unit_forecast,
    refuse_nothing,
    unit_forecasts,
)
from vulncore.findings.resourcing.outlook import ResourcingOutlook, StaffingQuestion, resourcing_outlook
from vulncore.findings.shared.kept import Kept, Key
from vulncore.forecasting.past import Basis
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.resourcing.scenario.toml import scenario_text

FORECASTING = "Forecasting what comes to the unit …"
FORECASTS_KEPT, OUTLOOKS_KEPT = 24, 8  # each takes some four megabytes, or fifteen


def check_demand(view: View, plan: Scenario) -> None:
    """Refuse data that have none of what comes to the unit.

    Raises:
        UnknownNameError: They have none.
    """
    refuse_nothing(_demand(view, plan))


def kept_forecast(view: View, plan: Scenario, basis: Basis) -> UnitForecast | None:
    """Return what is to come to a unit where it was forecast before, here or by another process.

    Raises:
        UnknownNameError: The data have none of what comes to the unit.
    """
    key = _key(view, plan, basis)
    kept = _forecasts().get(key)
    if kept is None:
        kept = ready_unit_forecast(_demand(view, plan), basis, _home(view))
        if kept is not None:
            _forecasts().keep(key, kept)
    return kept


def new_forecast(
    view: View, plan: Scenario, basis: Basis, first: Callable[[UnitForecast], None]
) -> UnitForecast:
    """Return what is to come to a unit, forecast now: with progress, and a first look as soon as there is one.

    Args:
        view: What the app shows.
        plan: Which kinds of case there are.
        basis: Which months the models learn from.
        first: Draws what the models expect before they were tried.
    """
    wanted = _demand(view, plan)
    bar, looked, forecast = st.progress(0.0, FORECASTING), False, None
    try:
        for share, early in waited_for(unit_forecasts(wanted, basis, home=_home(view))):
            bar.progress(share, "Testing the forecasts on past months …" if looked else FORECASTING)
            if early is not None and not looked and share < 1:
                first(early)
                looked = True
            forecast = early
    finally:
        bar.empty()
    if forecast is None:
        raise RuntimeError("The forecasts ended without a result.")
    _forecasts().keep(_key(view, plan, basis), forecast)
    return forecast


def forecast_of(view: View, plan: Scenario, basis: Basis) -> UnitForecast:
    """Return what is to come to a unit, kept or forecast now."""
    return kept_forecast(view, plan, basis) or new_forecast(view, plan, basis, lambda _: None)


def outlook_of(
    forecast: UnitForecast, plan: Scenario, view: View, question: StaffingQuestion
) -> ResourcingOutlook:
    """Return what a scenario comes to, kept or worked out now."""
    key = (*_key(view, plan, forecast.basis), bool(forecast.trials), scenario_text(plan), question)
    kept = _outlooks().get(key)
    if kept is None:
        measured = shares_of(store_path(), view.publish, view.force, plan, view.month)
        kept = resourcing_outlook(forecast, plan, measured, question)
        _outlooks().keep(key, kept)
    return kept


def _demand(view: View, plan: Scenario) -> UnitDemand:
    return unit_demand_of(store_path(), view.publish, view.force, plan, view.month)


def _home(view: View) -> Path:
    return store_path() / view.publish.dataset


def _key(view: View, plan: Scenario, basis: Basis) -> Key:
    """Return what a forecast is of: a version, a force, a month, kinds of case, a basis."""
    publish = view.publish
    return (
        publish.dataset,
        publish.number,
        publish.published_at,
        view.force,
        view.month,
        plan.case_types,
        basis,
    )


@st.cache_resource
def _forecasts() -> Kept[UnitForecast]:
    return Kept(FORECASTS_KEPT)


@st.cache_resource
def _outlooks() -> Kept[ResourcingOutlook]:
    return Kept(OUTLOOKS_KEPT)
