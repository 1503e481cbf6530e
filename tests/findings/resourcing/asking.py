"""The unit whose staffing tests ask about, and its answers."""

from datetime import date

from vulncore.findings.resourcing.outlook import ResourcingOutlook, resourcing_outlook, staffing_question
from vulncore.resourcing.scenario.link import example_scenario

CITY = "City of London Police"
AS_AT = date(2024, 10, 1)


def outlook_of(
    forecast, shares, scenario=None, role=None, year=None, chance=0.1, since=None
) -> ResourcingOutlook:
    scenario = scenario or example_scenario()
    question = staffing_question(scenario, AS_AT, 50, role, year, chance, since)
    return resourcing_outlook(forecast, scenario, shares, question)
