"""Forecasts kept between looks, in memory and on the disk: fitted where nobody asked before, and shown as they arrive."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.turns import waited_for
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.foretold import keep_foretold
from vulncore.findings.forecast.work import subject_forecasts
from vulncore.findings.shared.by_version import Kept
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast, PathsByModel

WORDS = ("Fitting the models …", "Testing each model on past months …")


def forecasts_of(
    view: View,
    demand: Demand,
    lockdowns: bool,
    draw: Callable[[Mapping[Basis, PathsByModel]], None] | None = None,
) -> Mapping[Basis, Forecast]:
    """Return the forecasts on both bases, kept or made now: with progress, and a first look as soon as there is one.

    `lockdowns` says whether models see the months of lockdown, `draw` draws what they expect before they were tried.
    """
    key = (*view.key, demand.subject.key, lockdowns, demand.changes)
    home = store_path() / view.publish.dataset
    fit = partial(subject_forecasts, demand, home=home)

    def fitted() -> Mapping[Basis, Forecast]:
        forecasts = waited_for(fit, WORDS, draw)
        if not lockdowns:
            keep_foretold(home, view.contents, demand, forecasts)
        return forecasts

    return _kept().kept_or_made(key, fitted)


@st.cache_resource
def _kept() -> Kept[Mapping[Basis, Forecast]]:
    return Kept()
