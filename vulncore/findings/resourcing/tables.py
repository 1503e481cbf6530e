"""A unit's staffing as tables: for people to read, and for files and other programs."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import format_month, month_name
from vulncore.findings.resourcing.assumptions import driver_name, field, number_name, value_in_words
from vulncore.findings.resourcing.demand import UnitForecast
from vulncore.findings.resourcing.outlook import ResourcingOutlook, changed_keys
from vulncore.findings.resourcing.sentences import cases, chance_in_words, officers
from vulncore.findings.shared.words import made_note
from vulncore.resourcing.answers import DEMAND, first_month, monthly_answers
from vulncore.resourcing.solving import Solved
from vulncore.store.manifest import Publish

FIGURES = [
    "needed50",
    "needed80",
    "needed95",
    "needed",
    "there10",
    "there50",
    "there90",
    "there",
    "short",
    "hours",
    "opened",
    "caseload10",
    "caseload50",
    "caseload90",
    "over",
]
ROWS = ["scenario", "role", "month", *FIGURES]


def staffing_rows(told: ResourcingOutlook) -> pd.DataFrame:
    """Return the months ahead of every role: one row per role and month, with the columns ROWS.

    `month` is YYYY-MM; officers are full-time ones who do a full share; `short` and `over` are chances. What is of cases
    is missing for a role that holds none.
    """
    every = []
    for role in told.used.roles:
        own = monthly_answers(told.staffing, role.key)
        months = [format_month(month) for month in own["month"].dt.date]
        every.append(own.assign(scenario=told.used.name, role=role.key, month=months))
    rows = pd.concat(every, ignore_index=True).reindex(columns=ROWS).round(4)
    return rows.replace([np.inf, -np.inf], np.nan)  # where nobody is there, nobody has cases


def exported(rows: pd.DataFrame, forecast: UnitForecast, publish: Publish) -> pd.DataFrame:
    """Return rows as a file takes them: with what they are of and from in every row."""
    return rows.assign(
        basis=str(forecast.basis),
        force=forecast.demand.force,
        known_to=format_month(forecast.demand.as_at),
        dataset=publish.dataset,
        version=publish.number,
        note=made_note(publish),
    )


def months_table(told: ResourcingOutlook) -> pd.DataFrame:
    """Return the months ahead of the role asked about, for people."""
    months = told.months
    table = {
        "Month": [f"{month:%B %Y}" for month in months["month"]],
        "Needed": [officers(value) for value in months["needed50"]],
        "Enough in 80 %": [officers(value) for value in months["needed80"]],
        "Enough in 95 %": [officers(value) for value in months["needed95"]],
        "Will be there": [officers(value) for value in months["there50"]],
        "Chance of too few": [chance_in_words(value) for value in months["short"]],
    }
    if "hours" in months:
        table["Hours on cases"] = [f"{value:,.0f}" for value in months["hours"]]
    if told.holds_cases:
        table |= {
            "Open cases": [f"{value:,.0f}" for value in months["opened"]],
            "Cases each": [cases(value, 1) for value in months["caseload50"]],
            f"Chance of more than {told.limit:,g} each": [chance_in_words(value) for value in months["over"]],
        }
    return pd.DataFrame(table)


def roles_table(told: ResourcingOutlook) -> pd.DataFrame:
    """Return every role in the year asked about, for people."""
    rows = told.roles
    return pd.DataFrame(
        {
            "Role": rows["name"],
            "Funded": [officers(value) for value in rows["funded"]],
            "Needed": [officers(value) for value in rows["needed50"]],
            "Enough in 80 %": [officers(value) for value in rows["needed80"]],
            "Enough in 95 %": [officers(value) for value in rows["needed95"]],
            "Will be there": [officers(value) for value in rows["there50"]],
            "Too few, of months": [chance_in_words(value) for value in rows["short"]],
        }
    )


def steps_table(solved: Solved, as_at: date) -> pd.DataFrame:
    """Return how many more begin when, for people; empty where nobody has to."""
    so_far, rows = 0, []
    for month, people in solved.steps:
        so_far += people
        start = solved.starts(month, as_at)
        rows.append(
            {
                "There by": month_name(month),
                "More": f"{people:,}",
                "In all": f"{so_far:,}",
                "If untrained, begins in": month_name(start) if start else "too late: has to come trained",
            }
        )
    return pd.DataFrame(rows, columns=["There by", "More", "In all", "If untrained, begins in"])


def comparison_table(every: Sequence[ResourcingOutlook]) -> pd.DataFrame:
    """Return scenarios side by side, for people: a column each, for the role and the year asked about."""
    first, held = every[0], all(told.holds_cases for told in every)
    columns = {f"{first.role.name}, {first.asked.year}": _compared_names(first, held)}
    for name, told in zip(scenario_names(every), every, strict=True):
        row = told.of_role
        cells = [officers(row[each]) for each in ("needed50", "needed80", "needed95", "there50")]
        cells.append(chance_in_words(float(row["short"])))
        if held:
            at_end = told.months.iloc[told.span.last]
            over = first_month(told.months["over"].tolist(), told.staffing.as_at)
            cells += [
                cases(at_end["caseload50"], 1),
                f"{told.limit:,g}",
                chance_in_words(float(at_end["over"])),
                month_name(over) if over else f"not by {told.months['month'].iloc[-1]:%B %Y}",
                _more(told.solved),
            ]
        columns[name] = [*cells, _more(told.for_hours)]
    return pd.DataFrame(columns)


def scenario_names(every: Sequence[ResourcingOutlook]) -> list[str]:
    """Return a name for each scenario, none twice."""
    names: list[str] = []
    for told in every:
        place, name = 1, told.used.name
        while name in names:
            place += 1
            name = f"{told.used.name} ({place})"
        names.append(name)
    return names


def differences_table(every: Sequence[ResourcingOutlook]) -> pd.DataFrame:
    """Return the numbers in which scenarios differ from the first, for people: a column for each scenario."""
    first, names = every[0].scenario, scenario_names(every)
    keys = list(dict.fromkeys(key for told in every[1:] for key in changed_keys(told.scenario, first)))
    rows = []
    for key in keys:
        holder = next(told.scenario for told in every if key in told.scenario.assumptions)
        own = [told.scenario.assumptions.get(key) for told in every]
        values = [value_in_words(each) if each else "–" for each in own]
        rows.append({"What differs": number_name(holder, key), **dict(zip(names, values, strict=True))})
    joining = [f"{sum(each.people for each in told.scenario.joiners):,}" for told in every]
    if len(set(joining)) > 1:
        rows.append({"What differs": "People planned to join", **dict(zip(names, joining, strict=True))})
    return pd.DataFrame(rows, columns=["What differs", *names])


def _more(solved: Solved | InvalidScenarioError | None) -> str:
    return f"{solved.more:,}" if isinstance(solved, Solved) else "–"


def _compared_names(told: ResourcingOutlook, held: bool) -> list[str]:
    chance = chance_in_words(told.asked.chance)
    of_cases = [
        "Cases each at the year's end",
        "Limit of cases each",
        "Chance of more, at the year's end",
        "More likely than not from",
        f"More people to keep cases each, at {chance}",
    ]
    return [
        "Needed, full-time",
        "Enough in 80 %",
        "Enough in 95 %",
        "Will be there",
        "Too few, of months",
        *(of_cases if held else []),
        f"More people for the hours, at {chance}",
    ]


def drivers_shown(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage as the chart takes it: with each number's `name` and its two `ends` in words."""
    rows = told.drivers
    ends = [
        f"{_end(key, low)} to {_end(key, high)}"
        for key, low, high in zip(rows["key"], rows["low"], rows["high"], strict=True)
    ]
    return rows.assign(name=[driver_name(told.used, key) for key in rows["key"]], ends=ends)


def driver_rows(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage for files: `scenario`, `role`, `year`, `key`, `name`, `unit`, `low`, `high`, `gap_low`, `gap_high`."""
    rows = drivers_shown(told).round(4)
    unit = ["% of the expected" if key.startswith(DEMAND) else field(key).unit for key in rows["key"]]
    named = rows.assign(scenario=told.used.name, role=told.asked.role, year=told.asked.year, unit=unit)
    return named[
        ["scenario", "role", "year", "key", "name", "unit", "low", "high", "gap_low", "gap_high", "gap"]
    ]


def drivers_table(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage, for people: the number that moves it most first."""
    rows = drivers_shown(told)
    return pd.DataFrame(
        {
            "What": rows["name"],
            "From, to": rows["ends"],
            "Short at the first": [f"{value:+,.1f}".replace("-", "−") for value in rows["gap_low"]],
            "Short at the second": [f"{value:+,.1f}".replace("-", "−") for value in rows["gap_high"]],
        }
    )


def _end(key: str, value: float) -> str:
    if key.startswith(DEMAND):
        return f"{value:,.0f} % of the expected"
    return f"{value:,.3g} {field(key).unit}" if value < 1_000 else f"{value:,.0f} {field(key).unit}"
