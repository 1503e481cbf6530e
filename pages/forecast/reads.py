"""Cached reads: the months that a forecast learns from."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION
from vulncore import store as stores
from vulncore.findings.forecast.demand import Demand, subject_demand
from vulncore.findings.forecast.foretold import foretold
from vulncore.findings.forecast.outlook import Outlook, forecast_outlook
from vulncore.findings.shared.subject import Subject
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.what_if import Adjustment
from vulncore.store.manifest import Publish

OUTLOOKS_KEPT = 24  # each holds the forecasts that it is made from, some ten megabytes


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs={**VERSION, Subject: repr})
def demand_of(
    store: Path, publish: Publish, force: str, subject: Subject, month: date, lockdowns: bool
) -> Demand | None:
    """Return the months of what is to be forecast."""
    return subject_demand(
        stores.open_version(store, publish.dataset, publish.number, forces=(force,)),
        force,
        subject,
        month,
        lockdowns,
    )


@st.cache_resource(
    max_entries=OUTLOOKS_KEPT,
    show_spinner=False,
    hash_funcs={**VERSION, Demand: id, Forecast: id, Outlook: id},
)
def outlook_of(
    store: Path,
    publish: Publish,
    demand: Demand,
    forecasts: Mapping[Basis, Forecast],
    adjustments: tuple[Adjustment, ...],
    other_way: Outlook | None = None,
) -> Outlook:
    """Return the outlook that forecasts of a demand make. It holds all of them: no others are where they lie while it is kept."""
    before = foretold(store / publish.dataset, publish, demand)
    return forecast_outlook(demand, forecasts, adjustments, other_way, before)
