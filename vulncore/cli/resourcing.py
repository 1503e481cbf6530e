"""The command that says what forecast demand asks of a unit."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from vulncore.cli.options import (
    DEFAULT_STORE,
    AsAt,
    Dataset,
    Force,
    Format,
    Output,
    Store,
    Version,
    app,
    headline_text,
    printed,
)
from vulncore.cli.publishing import DEMO
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import format_month, parse_month
from vulncore.findings.forecast.work import YEARS
from vulncore.findings.resourcing.assumptions import assumption_rows
from vulncore.findings.resourcing.demand import (
    UnitDemand,
    UnitForecast,
    case_subjects,
    measured_shares,
    unit_demand,
    unit_forecasts,
)
from vulncore.findings.resourcing.outlook import ResourcingOutlook, asked_about, resourcing_outlook
from vulncore.findings.resourcing.sentences import resourcing_headline, what_it_takes
from vulncore.findings.resourcing.tables import exported, staffing_rows
from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
from vulncore.forecasting.past import Basis
from vulncore.forecasting.paths import months_ahead
from vulncore.resourcing.scenario.link import illustrative
from vulncore.resourcing.scenario.saved import load_scenario, saved_scenario
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.resourcing.scenario.toml import scenario_text
from vulncore.resourcing.solving import Question, more_needed, parse_condition
from vulncore.store import open_version

MOST_COMPARED = 4
LEAST = 0.001  # of a probability


@app.command()
def resourcing(
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            help="A TOML file or a saved scenario's name, up to four. Default: the example.",
        ),
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="A role's key or name. Default: the first with cases.")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="The calendar year of the sentences.")] = None,
    solve: Annotated[
        str | None,
        typer.Option(
            "--solve", metavar="'caseload > N'", help="How many more officers are needed. Or: 'short > 0'."
        ),
    ] = None,
    probability: Annotated[
        float, typer.Option("--probability", help="The highest probability of that.")
    ] = 0.1,
    since: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="The first month.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="The last month.")] = None,
    assumptions: Annotated[bool, typer.Option("--assumptions", help="Print only the assumptions.")] = False,
    as_toml: Annotated[
        bool, typer.Option("--as-toml", help="Print only the scenario, as a file to change.")
    ] = False,
    basis: Annotated[
        Basis, typer.Option("--basis", help="The months that the forecast learns from.")
    ] = Basis.CURRENT_PROCESS,
    as_at: AsAt = None,
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print the officers that forecast demand needs, by role and month. Explanations go to standard error."""
    chosen = _chosen(store, scenario or ())
    if not LEAST <= probability <= 1 - LEAST:
        raise VulncoreError(
            f"A probability of {probability:g} is out of range. Give {LEAST:g} to {1 - LEAST:g}."
        )
    if until and not solve:
        raise VulncoreError("--to says up to which month --solve looks. Give both, or neither.")
    if as_toml:
        if len(chosen) > 1:
            raise VulncoreError(f"{len(chosen)} scenarios don't fit into one file. Give one.")
        typer.echo(scenario_text(chosen[0]), nl=False)
        return
    if assumptions:
        rows = [assumption_rows(each).assign(scenario=each.name) for each in chosen]
        typer.echo(printed(pd.concat(rows, ignore_index=True), output))
        return
    snapshot = open_version(store, dataset, version)
    choice = dataset_contents(snapshot)
    own = force_or_first(choice, force)
    month = as_at_or_latest(choice, own, parse_month(as_at) if as_at else None)
    forecasts: dict[object, UnitForecast] = {}
    told = []
    for each in chosen:
        subjects = case_subjects(choice, each)
        kinds = each.case_types  # scenarios with the same kinds of case share one forecast
        if kinds not in forecasts:
            wanted = unit_demand(snapshot, own, choice, each, month)
            forecasts[kinds] = _forecast(wanted, basis)
        measured = measured_shares(snapshot, own, subjects, each, month)
        asked = asked_about(
            each,
            month,
            months_ahead(month, YEARS),
            role,
            year,
            probability,
            parse_month(since) if since else None,
        )
        told.append(resourcing_outlook(forecasts[kinds], each, measured, asked))
    rows = [
        exported(
            _solved_rows(one, solve, until) if solve else staffing_rows(one), one.forecast, snapshot.publish
        )
        for one in told
    ]
    if not solve:
        for one in told:
            for line in resourcing_headline(one):
                typer.echo(headline_text(line), err=True)
    table = pd.concat(rows, ignore_index=True)
    if output is Format.MARKDOWN:  # for people: without what is the same in every row
        table = table.drop(columns=["force", "known_to", "dataset", "version", "note", "basis"])
    typer.echo(printed(table, output))


def _chosen(store: Path, named: list[str] | tuple[str, ...]) -> list[Scenario]:
    if len(named) > MOST_COMPARED:
        raise VulncoreError(f"{len(named)} scenarios are too many to compare. Give up to {MOST_COMPARED}.")
    found = [
        load_scenario(Path(name)) if name.casefold().endswith(".toml") else saved_scenario(store, name)
        for name in named
    ]
    return found or [illustrative()]


def _forecast(wanted: UnitDemand, basis: Basis) -> UnitForecast:
    forecast = None
    for share, found in unit_forecasts(wanted, basis):
        forecast = found
        if sys.stderr.isatty():
            typer.echo(f"\rForecasting what comes to the unit: {share:4.0%}", nl=share >= 1, err=True)
    if forecast is None:
        raise VulncoreError("Nothing that comes to the unit is known by month, so nothing can be forecast.")
    return forecast


def _solved_rows(told: ResourcingOutlook, condition: str, until: str | None) -> pd.DataFrame:
    """Return how many more begin when: one row per step; one of none where nobody has to."""
    what, limit = parse_condition(condition)
    last = parse_month(until) if until else date(max(told.asked.year, told.asked.since.year), 12, 1)
    question = Question(told.asked.role, what, limit, told.asked.chance, told.asked.since, last)
    solved = more_needed(told.staffing, question)
    typer.echo(what_it_takes(told, solved), err=True)
    steps = solved.steps or ((question.since, 0),)
    starts = [solved.starts(month, told.staffing.as_at) if people else None for month, people in steps]
    frame = pd.DataFrame(
        {
            "scenario": told.used.name,
            "role": question.role,
            "month": [format_month(month) for month, _ in steps],
            "more": [people for _, people in steps],
            "begins_if_untrained": [format_month(start) if start else "" for start in starts],
        }
    )
    return frame.assign(
        in_all=frame["more"].cumsum(),
        condition=f"{what} > {limit:g}",
        probability=question.probability,
        chance_before=round(solved.before, 4),
        chance_after=round(solved.after, 4),
    )
