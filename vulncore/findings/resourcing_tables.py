"""A unit's staffing as tables: for people to read, and for files and other programs."""

from collections.abc import Sequence

import pandas as pd

from vulncore.findings.overview import MADE
from vulncore.findings.resourcing_forecast import UnitForecast
from vulncore.findings.resourcing_outlook import ResourcingOutlook
from vulncore.findings.resourcing_sentences import chance_in_words, officers
from vulncore.findings.week_sentences import percent
from vulncore.manifest import Publish
from vulncore.periods import format_month, month_name
from vulncore.resourcing.answers import first_month, monthly_answers
from vulncore.resourcing.solving import Solved

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
    return pd.concat(every, ignore_index=True).reindex(columns=ROWS).round(4)


def exported(rows: pd.DataFrame, forecast: UnitForecast, publish: Publish) -> pd.DataFrame:
    """Return rows as a file takes them: with what they are of and from in every row."""
    return rows.assign(
        basis=str(forecast.basis),
        force=forecast.demand.force,
        known_to=format_month(forecast.demand.as_at),
        dataset=publish.dataset,
        version=publish.number,
        note=MADE if publish.made else "",
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
            "Cases each": [f"{value:,.1f}" for value in months["caseload50"]],
            f"Chance of more than {told.limit:,g} each": [chance_in_words(value) for value in months["over"]],
        }
    return pd.DataFrame(table)


def roles_table(told: ResourcingOutlook) -> pd.DataFrame:
    """Return every role in the year asked about, for people."""
    rows = told.roles
    return pd.DataFrame(
        {
            "Role": rows["name"],
            "Funded posts": [f"{value:,.0f}" for value in rows["posts"]],
            "Needed, full-time": [officers(value) for value in rows["needed50"]],
            "80 % range": [
                f"{officers(low)} to {officers(high)}"
                for low, high in zip(rows["low80"], rows["high80"], strict=True)
            ],
            "Will be there": [officers(value) for value in rows["there50"]],
            "Chance of too few": [chance_in_words(value) for value in rows["short"]],
        }
    )


def steps_table(solved: Solved) -> pd.DataFrame:
    """Return how many more begin when, for people; empty where nobody has to."""
    so_far, rows = 0, []
    for (month, people), start in zip(solved.steps, solved.start_training, strict=True):
        so_far += people
        rows.append(
            {
                "Trained and there in": month_name(month),
                "More": f"{people:,}",
                "In all": f"{so_far:,}",
                "If untrained, begins in": month_name(start),
            }
        )
    return pd.DataFrame(rows, columns=["Trained and there in", "More", "In all", "If untrained, begins in"])


def comparison_table(every: Sequence[ResourcingOutlook]) -> pd.DataFrame:
    """Return scenarios side by side, for people: a column each, for the role and the year asked about."""
    first = every[0]
    columns: dict[str, list[str]] = {f"{first.role.name}, {first.asked.year}": _compared_names(first)}
    for place, told in enumerate(every):
        row, at_end = told.of_role, told.months.iloc[told.span.last]
        solved = told.solved
        cells = [
            officers(row["needed50"]),
            officers(row["needed80"]),
            officers(row["needed95"]),
            officers(row["there50"]),
            chance_in_words(float(row["short"])),
        ]
        if first.holds_cases:
            over = first_month(told.months["over"].tolist(), told.staffing.as_at)
            cells += [
                f"{at_end['caseload50']:,.1f}",
                f"{told.limit:,g}",
                chance_in_words(float(at_end["over"])),
                month_name(over) if over else "never",
            ]
        cells.append(f"{solved.more:,}" if isinstance(solved, Solved) else "–")
        name = told.used.name if told.used.name not in columns else f"{told.used.name} ({place + 1})"
        columns[name] = cells
    return pd.DataFrame(columns)


def _compared_names(told: ResourcingOutlook) -> list[str]:
    cases = [
        "Cases each at the year's end",
        "Limit of cases each",
        "Chance of more, at the year's end",
        "More likely than not from",
    ]
    return [
        "Needed, full-time",
        "Enough in 80 %",
        "Enough in 95 %",
        "Will be there",
        "Chance of too few",
        *(cases if told.holds_cases else []),
        f"More needed for a chance of {percent(told.asked.chance)}",
    ]
