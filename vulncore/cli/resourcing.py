"""The command `vulncore resourcing`: officers that forecast demand asks for, and how many more it takes."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.domain.errors import VulncoreError
from vulncore.forecasting.basis import Basis

if not help_alone:
    import pandas as pd

    from vulncore.cli.shared.printing import explain, printed
    from vulncore.domain.periods import format_month, parse_month
    from vulncore.findings.forecast.work import YEARS
    from vulncore.findings.resourcing.assumptions import assumption_rows
    from vulncore.findings.resourcing.demand import (
        UnitForecast,
        case_subjects,
        measured_shares,
        unit_demand,
        unit_forecast,
    )
    from vulncore.findings.resourcing.outlook import (
        ResourcingOutlook,
        StaffingQuestion,
        resourcing_outlook,
        staffing_question,
    )
    from vulncore.findings.resourcing.sentences import more_in_words, resourcing_headline
    from vulncore.findings.resourcing.tables import COSTS, exported, staffing_rows
    from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
    from vulncore.forecasting.paths import months_ahead
    from vulncore.resourcing.scenario.link import example_scenario
    from vulncore.resourcing.scenario.locked import unlock_scenario
    from vulncore.resourcing.scenario.saved import load_scenario, saved_scenario
    from vulncore.resourcing.scenario.scenario import Scenario
    from vulncore.resourcing.scenario.toml import scenario_text
    from vulncore.resourcing.solving import StaffingTarget, more_needed, parse_condition, refuse_target
    from vulncore.store import open_version

MOST_COMPARED = 4
LEAST = 0.001  # of a probability


@app.command()
def resourcing(
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            help="A scenario file (.toml) or the name of a saved scenario. Up to four. Default: the example figures.",
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option("--role", help="The key or name of a role. Default: the first role that holds cases."),
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="The calendar year of the sentences.")] = None,
    solve: Annotated[
        str | None,
        typer.Option(
            "--solve", metavar="'caseload > N'", help="How many more people are needed. Or 'short > 0'."
        ),
    ] = None,
    probability: Annotated[float, typer.Option("--probability", help="The highest chance you accept.")] = 0.1,
    since: Annotated[
        str | None, options.month_option("--from", help="The first month in which the chance has to hold.")
    ] = None,
    until: Annotated[
        str | None, options.month_option("--to", help="The last month in which the chance has to hold.")
    ] = None,
    assumptions: Annotated[
        bool, typer.Option("--assumptions", help="Print the numbers assumed, and nothing else.")
    ] = False,
    as_toml: Annotated[
        bool, typer.Option("--as-toml", help="Print the scenario as a file to change, and nothing else.")
    ] = False,
    unlock: Annotated[
        str | None,
        typer.Option(
            "--unlock",
            metavar="NAME",
            help="Unlock the scenario saved under a name, which went to the board, and do nothing else.",
        ),
    ] = None,
    basis: Annotated[
        Basis, typer.Option("--basis", help="The months that the forecast learns from.")
    ] = Basis.CURRENT_PROCESS,
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print the officers that forecast demand asks for, by role and month. Explanations go to standard error."""
    if unlock is not None:
        unlock_scenario(store, unlock)
        explain(f"'{unlock}' is no longer locked. It can be replaced and removed again.")
        return
    names = scenario or ()
    if len(names) > MOST_COMPARED:
        raise VulncoreError(f"{len(names)} scenarios are too many to compare. Give up to {MOST_COMPARED}.")
    scenarios = [
        load_scenario(Path(name)) if name.casefold().endswith(".toml") else saved_scenario(store, name)
        for name in names
    ] or [example_scenario()]
    if not LEAST <= probability <= 1 - LEAST:
        raise VulncoreError(
            f"A probability of {probability:g} is out of range. Give {LEAST:g} to {1 - LEAST:g}."
        )
    if until and not solve:
        raise VulncoreError("--to is the last month that --solve looks at. Give both, or neither.")
    if as_toml:
        if len(scenarios) > 1:
            raise VulncoreError(f"One file takes one scenario, and {len(scenarios)} are given. Give one.")
        typer.echo(scenario_text(scenarios[0]), nl=False)
        return
    if assumptions:
        frames = [assumption_rows(plan).assign(scenario=plan.name) for plan in scenarios]
        typer.echo(printed(pd.concat(frames, ignore_index=True), output))
        return
    snapshot = open_version(store, dataset, version)
    choice = dataset_contents(snapshot)
    chosen = force_or_first(choice, force)
    month = as_at_or_latest(choice, chosen, parse_month(as_at) if as_at else None)
    ahead, first = months_ahead(month, YEARS), parse_month(since) if since else None
    # what can't be answered is refused here, before anybody waits for a forecast
    questions = [staffing_question(plan, month, ahead, role, year, probability, first) for plan in scenarios]
    targets = [
        _target(plan, question, solve, until, month, ahead) if solve else None
        for plan, question in zip(scenarios, questions, strict=True)
    ]
    forecasts: dict[object, UnitForecast] = {}
    outlooks = []
    for plan, question in zip(scenarios, questions, strict=True):
        kinds = plan.case_types  # scenarios with the same kinds of case share one forecast
        if kinds not in forecasts:
            unit = unit_demand(snapshot, chosen, choice, plan, month)
            forecasts[kinds] = unit_forecast(unit, basis, _draw_progress, home=snapshot.home)
        measured = measured_shares(snapshot, chosen, case_subjects(choice, plan), plan, month)
        outlooks.append(resourcing_outlook(forecasts[kinds], plan, measured, question))
    frames = []
    for outlook, target in zip(outlooks, targets, strict=True):
        if not target:
            explain(*resourcing_headline(outlook))
        rows = _solved_rows(outlook, target) if target else staffing_rows(outlook)
        frames.append(exported(rows, outlook.forecast, snapshot.publish))
    table = pd.concat(frames, ignore_index=True)
    if output is options.Format.MARKDOWN:  # for people: without what is the same in every row
        table = table.drop(columns=["force", "known_to", "dataset", "version", "note", "basis"])
        table = table.drop(
            columns=[name for name in COSTS.values() if name in table and table[name].isna().all()]
        )
    typer.echo(printed(table, output))


def _target(
    plan: Scenario, question: StaffingQuestion, condition: str, until: str | None, as_at: date, ahead: int
) -> StaffingTarget:
    """Return what --solve asks for; what no staffing of a scenario can answer is refused."""
    what, limit = parse_condition(condition)
    target = question.target(what, limit, parse_month(until) if until else None)
    refuse_target(plan, as_at, ahead, target)
    return target


def _draw_progress(share: float) -> None:
    """Draw how far the forecasts are, for a person at a terminal; a script is not told."""
    if sys.stderr.isatty():
        typer.echo(f"\rForecasting what comes to the unit: {share:4.0%}", nl=share >= 1, err=True)


def _solved_rows(outlook: ResourcingOutlook, target: StaffingTarget) -> pd.DataFrame:
    """Return how many more begin when: one row per step; one of none where nobody has to."""
    more = more_needed(outlook.staffing, target)
    explain(more_in_words(outlook, more))
    steps = more.steps or ((target.since, 0),)
    starts = [more.starts(month, outlook.staffing.as_at) if people else None for month, people in steps]
    frame = pd.DataFrame(
        {
            "scenario": outlook.used.name,
            "role": target.role,
            "month": [format_month(month) for month, _ in steps],
            "more": [people for _, people in steps],
            "begins_if_untrained": [format_month(start) if start else "" for start in starts],
        }
    )
    return frame.assign(
        in_all=frame["more"].cumsum(),
        condition=f"{target.condition} > {target.limit:g}",
        probability=target.probability,
        chance_before=round(more.before, 4),
        chance_after=round(more.after, 4),
    )
