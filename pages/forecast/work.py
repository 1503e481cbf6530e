"""Forecasts kept between looks, in memory and on the disk: fitted where nobody asked before, and shown as they arrive."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.turns import waited_for
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import Outlook, untested_outlook
from vulncore.findings.forecast.work import forecast_progress, ready_forecasts
from vulncore.findings.shared.kept import Kept
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.past import Basis
from vulncore.forecasting.what_if import Adjustment


def forecasts_of(
    view: View,
    demand: Demand,
    lockdowns: bool,
    adjustments: Sequence[Adjustment],
    first: Callable[[Outlook], None],
) -> Mapping[Basis, Forecast]:
    """Return the forecasts on both bases, kept or made now: with progress, and a first look as soon as there is one.

    Args:
        view: What the app shows.
        demand: What is forecast.
        lockdowns: Whether models see the months of lockdown.
        adjustments: What-ifs, for the first look.
        first: Draws what the models expect before they were tried.
    """
    publish = view.publish
    key = (
        publish.dataset,
        publish.number,
        publish.published_at,
        view.force,
        view.month,
        demand.subject.key,
        lockdowns,
    )
    kept = _kept().get(key)
    if kept is not None:
        return kept
    home = store_path() / publish.dataset
    ready = ready_forecasts(demand, home)
    if ready is not None:
        _kept().keep(key, ready)
        return ready
    bar, looked = st.progress(0.0, "Fitting five models …"), False
    for arrived in waited_for(forecast_progress(demand, home=home)):
        bar.progress(
            arrived.share, "Testing each model on past months …" if looked else "Fitting five models …"
        )
        if not looked and set(arrived.paths) == set(Basis):
            first(untested_outlook(demand, {basis: arrived.paths[basis] for basis in Basis}, adjustments))
            looked = True
    bar.empty()
    _kept().keep(key, arrived.forecasts)
    return arrived.forecasts


@st.cache_resource
def _kept() -> Kept[Mapping[Basis, Forecast]]:
    return Kept()
