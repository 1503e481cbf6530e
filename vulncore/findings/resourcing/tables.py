"""A unit's staffing as tables for people, and as rows for files and other programs."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import pandas as pd

from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import format_month, month_name
from vulncore.findings.resourcing.assumptions import driver_key, driver_name, driver_unit, number_name
from vulncore.findings.resourcing.costs import cost_cell, cost_of, says_costs
from vulncore.findings.resourcing.demand import UnitForecast
from vulncore.findings.resourcing.outlook import ResourcingOutlook, changed_numbers
from vulncore.findings.resourcing.sentences import cases, chance_in_words, officers
from vulncore.findings.shared.words import IN_4_OF_5, IN_19_OF_20, made_note, small_first
from vulncore.resourcing.answers import CASELOAD, NEEDED, THERE, is_forecast, monthly_answers
from vulncore.resourcing.costs import monthly_costs
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.checks import in_numbers
from vulncore.resourcing.solving import MoreNeeded
from vulncore.store.manifest import Publish

FIGURES = [
    *(*NEEDED, "needed", *THERE, "there", "short"),
    *("hours", "opened", *CASELOAD, "over"),
]
COSTS = {
    "paid10": "paid_cost10",
    "paid50": "paid_cost50",
    "paid90": "paid_cost90",
    "short50": "short_cost50",
}
"""What a file calls the columns of `vulncore.resourcing.costs.monthly_costs`: £ a year, as there are in that month."""
ROWS = ["scenario", "role", "month", *FIGURES, *COSTS.values()]
ENOUGH_80, ENOUGH_95 = f"Enough {IN_4_OF_5}", f"Enough {IN_19_OF_20}"
STAFFING = {
    "needed50": "Needed",
    "needed80": ENOUGH_80,
    "needed95": ENOUGH_95,
    "there50": "Will be there",
    "short": "Chance of being short",
}
"""What people read above the columns of `vulncore.resourcing.answers`."""
OF_DEMAND = {"Role", "Month", "Needed", ENOUGH_80, ENOUGH_95, "Hours on cases", "Open cases"}
UNTRAINED = "If untrained, has to begin in"
MORE = "More people"
COST_A_YEAR = "Cost a year, in all"
PAID_COST, SHORT_COST = "Cost a year of those paid", "Cost a year of those short"


def months_table(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return the months ahead of the question's role, for people."""
    months = outlook.months
    table = {"Month": months["month"].dt.strftime("%B %Y"), **staffing_cells(months)}
    if "hours" in months:
        table["Hours on cases"] = months["hours"].map("{:,.0f}".format)
    if outlook.holds_cases:
        table |= {
            "Open cases": months["opened"].map("{:,.0f}".format),
            "Cases each": [cases(value, 1) for value in months["caseload50"]],
            f"Cases each {IN_4_OF_5}": cases_ranges(months),
            f"Chance of more than {outlook.limit:,g} each": months["over"].map(chance_in_words),
        }
    return pd.DataFrame(table)


def staffing_cells(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what is needed and who is there in words, by what people read above it."""
    return {
        title: rows[column].map(chance_in_words if column == "short" else officers)
        for column, title in STAFFING.items()
    }


def cases_ranges(months: pd.DataFrame) -> list[str]:
    """Return between how many cases each officer holds in 4 of 5 forecasts, month by month, from `caseload10` and `caseload90`."""
    ends = zip(months["caseload10"], months["caseload90"], strict=True)
    return [f"{cases(low, 1)} to {cases(high, 1)}" for low, high in ends]


def without_verdict(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of roles or months with what demand asks for alone: nothing of people, and nothing that follows from them."""
    return table[[name for name in table if name in OF_DEMAND]]


def roles_table(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return every role in the question's year, for people; with costs where the scenario says any."""
    roles = outlook.roles
    funded = roles["funded"].map(officers)
    table = pd.DataFrame({"Role": roles["name"], "Funded": funded, **staffing_cells(roles)})
    if not says_costs(outlook):
        return table
    costs = [outlook.costs.get(role, (None, None)) for role in roles["role"]]
    return table.assign(
        **{
            PAID_COST: [cost_cell(paid) for paid, _ in costs],
            SHORT_COST: [cost_cell(short) for _, short in costs],
        }
    )


def steps_table(outlook: ResourcingOutlook, more: MoreNeeded) -> pd.DataFrame:
    """Return how many more people begin when, for people, with what all so far cost; empty where nobody has to."""
    months, people = [month for month, _ in more.steps], [people for _, people in more.steps]
    so_far, role = list(accumulate(people)), more.target.role
    starts = [more.starts(month, outlook.staffing.as_at) for month in months]
    table = {
        "Needed by": [month_name(month) for month in months],
        "More": [f"{number:,}" for number in people],
        "In all": [f"{number:,}" for number in so_far],
    }
    if cost_of(outlook, role, 1):
        table[COST_A_YEAR] = [cost_cell(cost_of(outlook, role, number)) for number in so_far]
    too_late = "too late: has to arrive trained"
    return pd.DataFrame({**table, UNTRAINED: [month_name(start) if start else too_late for start in starts]})


def comparison_table(outlooks: Sequence[ResourcingOutlook]) -> pd.DataFrame:
    """Return scenarios side by side, for people: a column each, for the first one's role and year."""
    first, all_hold = outlooks[0], all(outlook.holds_cases for outlook in outlooks)
    role, chance = first.question.role, f"chance {chance_in_words(first.question.chance)} or less"
    of_money = any(role in outlook.costs for outlook in outlooks)
    columns: dict[str, list[str]] = {}
    for name, outlook in zip(scenario_names(outlooks), outlooks, strict=True):
        year = staffing_cells(outlook.roles[outlook.roles["role"] == outlook.question.role])
        cells = {
            "Needed, full-time" if title == "Needed" else title: cell.iloc[0] for title, cell in year.items()
        }
        mores: dict[str, MoreNeeded | InvalidScenarioError | None] = {}
        if all_hold:
            at_end = outlook.months.iloc[outlook.span.last]
            over = outlook.passes_limit
            cells |= {
                "Cases each at the end of the year": cases(at_end["caseload50"], 1),
                "Limit of cases each": f"{outlook.limit:,g}",
                "Chance of passing the limit at the end of the year": chance_in_words(float(at_end["over"])),
                "Limit likely to be passed from": month_name(over)
                if over
                else f"not by {outlook.months['month'].iloc[-1]:%B %Y}",
            }
            mores[f"{MORE} needed to keep the limit, {chance}"] = outlook.more_for_cases
        mores[f"{MORE} needed for the hours, {chance}"] = outlook.more_for_hours
        cells |= {what: _number_of_more(more) for what, more in mores.items()}
        if of_money:
            paid, short = outlook.costs.get(role, (None, None))
            cells |= {PAID_COST: cost_cell(paid), SHORT_COST: cost_cell(short)}
            cells |= {
                f"Cost a year of {small_first(what)}": _cost_of_more(outlook, more)
                for what, more in mores.items()
            }
        columns.setdefault(f"{first.role.name}, {first.question.year}", list(cells))
        columns[name] = list(cells.values())
    return pd.DataFrame(columns)


def differences_table(outlooks: Sequence[ResourcingOutlook]) -> pd.DataFrame:
    """Return the numbers in which scenarios differ from the first, for people: a column for each scenario."""
    scenarios, names = [outlook.scenario for outlook in outlooks], scenario_names(outlooks)
    changed = dict.fromkeys(of for other in scenarios[1:] for of in changed_numbers(other, scenarios[0]))
    rows = []
    for address in changed:
        holder = next(scenario for scenario in scenarios if address in scenario.assumptions)
        numbers = [scenario.assumptions.get(address) for scenario in scenarios]
        values = [in_numbers(number) if number else "–" for number in numbers]
        rows.append({"What differs": number_name(holder, address), **dict(zip(names, values, strict=True))})
    joining = [f"{sum(group.people for group in scenario.joiners):,}" for scenario in scenarios]
    if len(set(joining)) > 1:
        rows.append({"What differs": "People planned to join", **dict(zip(names, joining, strict=True))})
    return pd.DataFrame(rows, columns=["What differs", *names])


def scenario_names(outlooks: Sequence[ResourcingOutlook]) -> list[str]:
    """Return a name for each scenario, none twice."""
    names: list[str] = []
    for outlook in outlooks:
        place, name = 1, outlook.used.name
        while name in names:
            place += 1
            name = f"{outlook.used.name} ({place})"
        names.append(name)
    return names


def drivers_table(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage, for people: the number that moves it most first."""
    drivers = named_drivers(outlook)
    return pd.DataFrame(
        {
            "What": drivers["name"],
            "Low to high": drivers["ends"],
            "Short at low": drivers["gap_low"].map(short_in_words),
            "Short at high": drivers["gap_high"].map(short_in_words),
        }
    )


def short_in_words(gap: float) -> str:
    """Return how many officers are short, full-time; below 0 they are to spare.

    >>> short_in_words(1.44), short_in_words(-2.0)
    ('+1.4', '−2.0')
    """
    return f"{gap:+,.1f}".replace("-", "−")


def named_drivers(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage as the chart takes it: by `key`, with each number's `name` and its two `ends` in words."""
    drivers = outlook.drivers
    ends = [
        f"{_end(address, low)} to {_end(address, high)}"
        for address, low, high in zip(drivers["address"], drivers["low"], drivers["high"], strict=True)
    ]
    named = drivers.assign(name=[driver_name(outlook.used, of) for of in drivers["address"]], ends=ends)
    return named.assign(address=drivers["address"].map(driver_key)).rename(columns={"address": "key"})


def driver_rows(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage for files: `scenario`, `role`, `year`, `key`, `name`, `unit`, `low`, `high`, `gap_low`, `gap_high`, `gap`."""
    rows = named_drivers(outlook).round(4)
    question = outlook.question
    unit = outlook.drivers["address"].map(driver_unit)
    named = rows.assign(scenario=outlook.used.name, role=question.role, year=question.year, unit=unit)
    return named[
        ["scenario", "role", "year", "key", "name", "unit", "low", "high", "gap_low", "gap_high", "gap"]
    ]


def staffing_rows(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return the months ahead of every role for files: one row per role and month, with the columns ROWS.

    `month` is YYYY-MM; officers are full-time ones who do a full share; `short` and `over` are chances; costs are in £ a year.
    What is of cases is missing for a role that holds none, and what is of money for one whose cost nobody entered.
    """
    frames = []
    for role in outlook.used.roles:
        answers = monthly_answers(outlook.staffing, role.key)
        costs = monthly_costs(outlook.staffing, outlook.forecast.incoming, role.key)
        answers = answers.assign(**{COSTS[name]: pounds.round() for name, pounds in costs.items()})
        months = [format_month(month) for month in answers["month"].dt.date]
        frames.append(answers.assign(scenario=outlook.used.name, role=role.key, month=months))
    rows = pd.concat(frames, ignore_index=True).reindex(columns=ROWS).round(4)
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


def _number_of_more(more: MoreNeeded | InvalidScenarioError | None) -> str:
    return f"{more.more:,}" if isinstance(more, MoreNeeded) else "–"


def _cost_of_more(outlook: ResourcingOutlook, more: MoreNeeded | InvalidScenarioError | None) -> str:
    people = more.more if isinstance(more, MoreNeeded) else 0
    return cost_cell(cost_of(outlook, outlook.question.role, people) if people else None)


def _end(address: Address, value: float) -> str:
    whole = value >= 1_000 or is_forecast(address)
    return f"{value:,.0f} {driver_unit(address)}" if whole else f"{value:,.3g} {driver_unit(address)}"
