"""What forecast demand asks of the unit: officers needed, and who will be there, by the scenario that ships or one that is saved."""

import pandas as pd

from vulncore.domain.errors import UnknownNameError
from vulncore.findings.forecast.work import YEARS
from vulncore.findings.resourcing.charts import caseload_chart, staffing_chart
from vulncore.findings.resourcing.demand import (
    case_subjects,
    measured_shares,
    refuse_nothing,
    unit_demand,
    unit_forecast,
)
from vulncore.findings.resourcing.outlook import ResourcingOutlook, resourcing_outlook, staffing_question
from vulncore.findings.resourcing.sentences import (
    caseload_in_words,
    is_judged,
    resourcing_briefing,
    resourcing_headline,
    staffing_in_words,
)
from vulncore.findings.resourcing.tables import months_table, roles_table, without_verdict
from vulncore.findings.shared.words import small_first
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.paths import months_ahead
from vulncore.packs.part import PackPart, PackTable, Picture
from vulncore.packs.sections.basis import LeftOutError, PackBasis
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.saved import saved_scenario
from vulncore.resourcing.scenario.scenario import Scenario

ACCEPTED = 0.1
"""How likely a shortage may be, as the page Resourcing opens with."""


def resourcing_part(basis: PackBasis, names: tuple[str, ...]) -> PackPart:
    """Return what a scenario, the first of some names that is saved, or else the example, asks for.

    Raises:
        LeftOutError: The audience may not know how many officers there are.
        UnknownNameError: The data have none of what comes to the unit.
    """
    if not basis.audience.sees_operations:
        raise LeftOutError(
            "It says how many officers there are. Choose this force as the audience to have it."
        )
    about, scenario = basis.about, _scenario(basis, names)
    unit = unit_demand(basis.snapshot, about.force, basis.contents, scenario, about.as_at)
    refuse_nothing(unit)
    question = staffing_question(
        scenario, about.as_at, months_ahead(about.as_at, YEARS), None, None, ACCEPTED, None
    )
    forecast = unit_forecast(unit, Basis.CURRENT_PROCESS, basis.on_progress, home=basis.snapshot.home)
    subjects = case_subjects(basis.contents, scenario)
    measured = measured_shares(basis.snapshot, about.force, subjects, scenario, about.as_at)
    outlook = resourcing_outlook(forecast, scenario, measured, question)
    judged = is_judged(outlook, about.publish.made)
    briefing = resourcing_briefing(outlook, about.publish.made)
    roles = roles_table(outlook)
    months = months_table(outlook)
    return PackPart(
        heading=f"Resourcing: {outlook.used.unit}, {small_first(outlook.used.name)}",
        action=briefing.action,
        finding=briefing.finding,
        sentences=basis.spoken(resourcing_headline(outlook, judged), briefing.also),
        picture=_picture(basis, outlook, judged),
        tables=(
            _table("Roles", f"Roles in {outlook.question.year}", roles if judged else without_verdict(roles)),
            _table("Staffing by month", f"{outlook.role.name} by month", months if judged else without_verdict(months), printed=False),
        ),
        source=basis.source,
        link=basis.link("resourcing"),
    )  # fmt: skip


def _scenario(basis: PackBasis, names: tuple[str, ...]) -> Scenario:
    for name in names:
        try:
            return saved_scenario(basis.store, name)
        except UnknownNameError:
            continue
    return example_scenario()


def _picture(basis: PackBasis, outlook: ResourcingOutlook, judged: bool) -> Picture:
    whose = f"{basis.about.force}: {outlook.used.name}"
    if judged and outlook.holds_cases:
        title = [f"{outlook.role.name}: open cases each", whose]
        chart, words = (
            caseload_chart(outlook.months, outlook.limit, outlook.passes_limit, title),
            caseload_in_words(outlook),
        )
    else:
        title = [f"{outlook.role.name}: needed{' and there' if judged else ''}", whose]
        posts = float(outlook.role_year["funded"]) if judged else None
        chart, words = staffing_chart(outlook.months, posts, title), staffing_in_words(outlook, not judged)
    return basis.drawn(chart, f"{', '.join(title)}. {words}")  # fmt: skip


def _table(name: str, caption: str, frame: pd.DataFrame, *, printed: bool = True) -> PackTable:
    return PackTable(name, caption, frame, tuple(map(str, frame.columns[1:])), in_documents=printed)
