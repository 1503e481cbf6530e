"""The forecast that is pinned and the one on screen, beside each other on the same axes."""

from pages.forecast.parts import offer_years, show_years
from pages.forecast.question import subject_shown
from pages.forecast.reads import demand_of, outlook_of
from pages.forecast.work import forecasts_of
from pages.shared.beside import SIDES, in_two, let_go
from pages.shared.choices import apart
from pages.shared.drawn import drawn
from pages.shared.provenance import source_of
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.text import show_briefing
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import month_name
from vulncore.findings.forecast.beside import outlooks_beside
from vulncore.findings.forecast.outlook import Outlook
from vulncore.findings.forecast.work import why_no_forecast
from vulncore.forecasting.what_if import Adjustment


def pinned_outlook(pinned: View, lockdowns: bool, adjustments: tuple[Adjustment, ...]) -> Outlook | None:
    """Return the outlook of a view that is pinned, with the what-ifs on screen; None where there is none, which is said."""
    try:
        with apart():
            subject = subject_shown(pinned)
        demand = demand_of(store_path(), pinned.publish, pinned.force, subject, pinned.month, lockdowns)
        if demand is None or why_no_forecast(demand):
            let_go(f"{subject.name} to {month_name(pinned.month)} can't be forecast.")
            return None
        return outlook_of(
            store_path(), pinned.publish, demand, forecasts_of(pinned, demand, lockdowns), adjustments
        )
    except VulncoreError as problem:
        let_go(str(problem))
        return None


def show_beside(pinned: View, its_outlook: Outlook, shown: View, outlook: Outlook) -> None:
    """Say what tells two forecasts apart, and draw the calendar years of both."""
    both = outlooks_beside((pinned.publish, its_outlook), (shown.publish, outlook))
    show_briefing(both.briefing)
    axes = (both.years, both.top)
    sides = zip(SIDES, in_two(both.names), (pinned, shown), (its_outlook, outlook), strict=True)
    for side, column, view, one in sides:
        with column:
            drawn(show_years, one, source_of(view), axes)
            offer_years(one, view, axes, side)
