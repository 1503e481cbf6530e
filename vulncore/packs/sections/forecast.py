"""What is to come: the forecast of a strand or measure by calendar year."""

from vulncore.domain.periods import month_name
from vulncore.findings.forecast.charts import years_chart
from vulncore.findings.forecast.demand import Demand, subject_demand
from vulncore.findings.forecast.outlook import BASIS_NAMES, Outlook, forecast_outlook
from vulncore.findings.forecast.sentences import (
    WHICH_MODEL,
    forecast_briefing,
    forecast_headline,
    pandemic_notes,
)
from vulncore.findings.forecast.tables import months_table, years_table
from vulncore.findings.forecast.wording import bases_in_words, years_in_words
from vulncore.findings.forecast.work import subject_forecasts, why_no_forecast
from vulncore.findings.shared.subject import Subject
from vulncore.packs.part import PackPart, PackTable
from vulncore.packs.sections.basis import LeftOutError, PackBasis


def forecast_part(basis: PackBasis, subject: Subject) -> PackPart:
    """Return the forecast of a subject, as the page opens with it; one that is kept is not fitted again.

    Raises:
        LeftOutError: Its months allow none.
    """
    demand = subject_demand(basis.snapshot, basis.about.force, subject, basis.about.as_at)
    if demand is None:
        raise LeftOutError(f"{subject.name}: nothing is recorded by month, so there is no forecast.")
    if refused := why_no_forecast(demand):
        raise LeftOutError(f"{refused.finding} {refused.action}")
    forecasts = subject_forecasts(demand, on_progress=basis.on_progress, home=basis.snapshot.home)
    outlook = forecast_outlook(demand, forecasts)
    briefing, lines = forecast_briefing(outlook), forecast_headline(outlook)
    title = _title(demand)
    shown = outlook.years.assign(basis=outlook.years["basis"].map(BASIS_NAMES))
    chart = years_chart(shown, title, subject.unit)
    return PackPart(
        heading=f"Forecast: {subject.name}",
        finding=briefing.finding,
        action=basis.advised(briefing.action),
        sentences=basis.spoken(
            (line for line in lines if line.lead != WHICH_MODEL), basis.advised(briefing.also)
        ),
        picture=basis.drawn(chart, f"{', '.join(title)}. {years_in_words(outlook)}"),
        tables=_tables(outlook),
        source=basis.source,
        link=basis.link("forecast", basis.path_of(subject)),
        notes=(
            *(line.words for line in lines if line.lead == WHICH_MODEL and basis.audience.sees_operations),
            bases_in_words(demand),
            *pandemic_notes(demand),
        ),
    )


def _tables(outlook: Outlook) -> tuple[PackTable, ...]:
    name = outlook.demand.subject.name
    years, months = years_table(outlook), months_table(outlook)
    return (
        PackTable(
            f"{name} forecast by year",
            f"{name} by calendar year: recorded, and expected with ranges",
            years,
            tuple(map(str, years.columns[1:])),
        ),
        PackTable(
            f"{name} forecast by month",
            f"{name} by month ahead",
            months,
            tuple(map(str, months.columns[1:])),
            in_documents=False,
        ),
    )


def _title(demand: Demand) -> list[str]:
    return [f"{demand.subject.name} by calendar year", f"{demand.force}, to {month_name(demand.as_at)}"]
