"""The commands `forecast` (how many records are to come) and `backtest` (how good such forecasts have been)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared.options import (
    DEFAULT_STORE,
    DEMO,
    AsAt,
    Dataset,
    Force,
    Format,
    Output,
    Store,
    Version,
)
from vulncore.domain.errors import VulncoreError
from vulncore.forecasting.basis import Basis

if not help_alone:
    import pandas as pd

    from vulncore.cli.shared.printing import explain, printed
    from vulncore.domain.periods import parse_month
    from vulncore.findings.forecast.demand import Demand, subject_demand
    from vulncore.findings.forecast.foretold import foretold, keep_foretold
    from vulncore.findings.forecast.outlook import forecast_outlook
    from vulncore.findings.forecast.sentences import forecast_headline, forecast_notes, no_forecast_headline
    from vulncore.findings.forecast.tables import ABOUT, backtest_rows, export_rows, forecast_rows, total_rows
    from vulncore.findings.forecast.work import YEARS, other_way, subject_forecasts, why_no_forecast
    from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
    from vulncore.findings.shared.subject import find_subject, subjects
    from vulncore.forecasting.forecast import Forecast
    from vulncore.forecasting.paths import months_ahead
    from vulncore.forecasting.what_if import MOST, check_start, parse_adjustment
    from vulncore.store import Snapshot, open_version

BAR = 30  # signs of the progress bar

Subjects = Annotated[
    list[str] | None,
    typer.Option("--measure", help="A measure or a strand. Default: sexual offences. Repeat for more."),
]
All = Annotated[bool, typer.Option("--all", help="Every measure that is counted by month.")]
On = Annotated[
    list[Basis] | None, typer.Option("--basis", help="Which months the models learn from. Default: both.")
]
Lockdowns = Annotated[
    bool, typer.Option("--lockdowns", help="Use the months of the pandemic. Default: set aside.")
]

Changed = Annotated[
    bool, typer.Option("--as-if-changed", help="Take a change of level that the months propose for approved.")
]


@app.command()
def forecast(
    measure: Subjects = None,
    every: All = False,
    basis: On = None,
    years: Annotated[int, typer.Option("--years", min=1, max=4, help="Calendar years ahead.")] = 4,
    totals: Annotated[bool, typer.Option("--totals", help="Calendar years instead of months.")] = False,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            metavar="KIND:YYYY-MM:SIZE[:MONTHS][:NAME]",
            help="growth (% a year), campaign (%, for some months), recording (%) or venue (records a month).",
        ),
    ] = None,
    lockdowns: Lockdowns = False,
    as_if_changed: Changed = False,
    as_at: AsAt = None,
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print the forecast by month or calendar year, with 80 % and 95 % ranges. Explanations go to standard error."""
    changes = what_if or []
    if len(changes) > MOST:
        raise VulncoreError(f"{len(changes)} what-ifs are too many to tell apart. Give up to {MOST}.")
    adjustments = [parse_adjustment(change) for change in changes]
    snapshot = open_version(store, dataset, version)
    tables = []
    finished = _finished(snapshot, force, as_at, measure, every, basis, years, lockdowns, as_if_changed)
    for demand, forecasts, beside in finished:
        ahead = months_ahead(demand.as_at, years)
        started = [check_start(adjustment, demand.as_at, ahead) for adjustment in adjustments]
        other = forecast_outlook(*beside, started) if beside else None
        before = foretold(snapshot.home, snapshot.publish, demand)
        outlook = forecast_outlook(demand, forecasts, started, other, before)
        rows = total_rows(outlook) if totals else forecast_rows(outlook)
        tables.append(export_rows(rows, demand, snapshot.publish, outlook.adjustments))
        explain(*forecast_headline(outlook), *forecast_notes(outlook))
    _print(tables, output)


@app.command()
def backtest(
    measure: Subjects = None,
    every: All = False,
    basis: On = None,
    lockdowns: Lockdowns = False,
    as_at: AsAt = None,
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print how well every model did on past months: its errors, and how often its ranges held."""
    snapshot = open_version(store, dataset, version)
    tables = [
        export_rows(backtest_rows(demand, forecasts), demand, snapshot.publish)
        for demand, forecasts, _ in _finished(
            snapshot, force, as_at, measure, every, basis, YEARS, lockdowns, both_ways=False
        )
    ]
    _print(tables, output)


def _finished(
    snapshot: Snapshot,
    force: str | None,
    as_at: str | None,
    measures: list[str] | None,
    every: bool,
    basis: list[Basis] | None,
    years: int,
    lockdowns: bool,
    as_if_changed: bool = False,
    both_ways: bool = True,
) -> Iterator[tuple[Demand, Mapping[Basis, Forecast], tuple[Demand, Mapping[Basis, Forecast]] | None]]:
    """Yield each subject's demand with its forecasts, and these with a proposed change of level taken the other way where there is one.

    Why a subject has none goes to standard error.
    """
    choice = dataset_contents(snapshot)
    name = force_or_first(choice, force)
    month = as_at_or_latest(choice, name, parse_month(as_at) if as_at else None)
    offered = subjects(choice)
    if every:
        wanted = [subject for subject in offered if not subject.whole]
    else:
        wanted = [find_subject(offered, measure) for measure in measures or (None,)]
    for place, subject in enumerate(wanted):
        demand = subject_demand(snapshot, name, subject, month, lockdowns)
        if demand is None:
            explain(f"{subject.name}: nothing is recorded by month, so there is no forecast.")
        elif refused := why_no_forecast(demand):
            explain(*no_forecast_headline(refused))
        else:
            bases = tuple(dict.fromkeys(basis or Basis))
            drawing = partial(_draw_progress, place, len(wanted), subject.name)
            make = partial(
                subject_forecasts, bases=bases, years=years, on_progress=drawing, home=snapshot.home
            )
            changed = other_way(demand)
            if as_if_changed and changed is None:
                explain(
                    f"{subject.name}: there is no proposed change of level that a forecast could take for approved. It is as it is without."
                )
            shown, beside = (changed, demand) if as_if_changed and changed else (demand, changed)
            forecasts = make(shown)
            if bases == tuple(Basis) and years == YEARS and not lockdowns:
                keep_foretold(snapshot.home, choice, shown, forecasts)
            yield shown, forecasts, (beside, make(beside)) if both_ways and beside else None


def _draw_progress(place: int, of: int, name: str, part: float) -> None:
    """Draw how far the work is, for a person at a terminal; a script is not told."""
    if sys.stderr.isatty():
        share = (place + part) / of
        bar = ("#" * round(BAR * share)).ljust(BAR, ".")
        typer.echo(f"\r[{bar}] {share:4.0%} {'' if share >= 1 else name[:40]:<40}", nl=share >= 1, err=True)


def _print(tables: list[pd.DataFrame], output: Format) -> None:
    if not tables:
        raise VulncoreError("Nothing was forecast. The reasons are above.")
    table = pd.concat(tables, ignore_index=True)
    if output is Format.MARKDOWN:  # for people: without what is the same in every row, and no comma in a year
        table = table.drop(columns=list(ABOUT))
        table = table.assign(year=table["year"].astype(str)) if "year" in table else table
    typer.echo(printed(table, output))
