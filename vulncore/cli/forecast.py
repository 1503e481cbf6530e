"""The commands `forecast` (how many records are to come) and `backtest` (how good such forecasts have been)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer

from vulncore.cli.options import DEFAULT_STORE, DEMO, AsAt, Dataset, Force, Format, Output, Store, Version
from vulncore.cli.program import app, help_alone
from vulncore.domain.errors import VulncoreError
from vulncore.forecasting.basis import Basis

if not help_alone:
    import pandas as pd

    from vulncore.cli.printing import headline_text, printed
    from vulncore.domain.periods import parse_month
    from vulncore.findings.forecast.demand import (
        STRAND,
        Demand,
        Subject,
        find_subject,
        subject_demand,
        subjects,
    )
    from vulncore.findings.forecast.outlook import forecast_outlook
    from vulncore.findings.forecast.sentences import forecast_headline, forecast_notes, no_forecast_headline
    from vulncore.findings.forecast.tables import ABOUT, backtest_rows, export_rows, forecast_rows, total_rows
    from vulncore.findings.forecast.work import YEARS, subject_forecasts, why_no_forecast
    from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
    from vulncore.forecasting.forecast import Forecast
    from vulncore.forecasting.paths import months_ahead
    from vulncore.forecasting.what_if import MOST, Adjustment, check_start, parse_adjustment
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
Ahead = Annotated[int, typer.Option("--years", min=1, max=4, help="Calendar years ahead.")]
Lockdowns = Annotated[
    bool, typer.Option("--lockdowns", help="Use the months of lockdown. Default: set aside.")
]


@app.command()
def forecast(
    measure: Subjects = None,
    every: All = False,
    basis: On = None,
    years: Ahead = 4,
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
    as_at: AsAt = None,
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print the forecast by month or calendar year, with 80 % and 95 % ranges. Explanations go to standard error."""
    adjustments = _adjustments(what_if or ())
    snapshot = open_version(store, dataset, version)
    question = _Question(force, as_at, measure, every, basis, years, lockdowns)
    tables = []
    for demand, forecasts in _finished(snapshot, question):
        ahead = months_ahead(demand.as_at, years)
        started = [check_start(adjustment, demand.as_at, ahead) for adjustment in adjustments]
        outlook = forecast_outlook(demand, forecasts, started)
        rows = total_rows(outlook) if totals else forecast_rows(outlook)
        tables.append(export_rows(rows, demand, snapshot.publish, outlook.adjustments))
        for sentence in (*map(headline_text, forecast_headline(outlook)), *forecast_notes(outlook)):
            typer.echo(sentence, err=True)
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
    question = _Question(force, as_at, measure, every, basis, YEARS, lockdowns)
    tables = [
        export_rows(backtest_rows(demand, forecasts), demand, snapshot.publish)
        for demand, forecasts in _finished(snapshot, question)
    ]
    _print(tables, output)


@dataclass(frozen=True)
class _Question:
    """What to forecast, as the options of a command name it."""

    force: str | None
    as_at: str | None
    named: list[str] | None
    every: bool
    bases: list[Basis] | None
    years: int
    lockdowns: bool


def _finished(snapshot: Snapshot, question: _Question) -> Iterator[tuple[Demand, Mapping[Basis, Forecast]]]:
    """Yield each subject's demand with its forecasts; why a subject has none goes to standard error."""
    choice = dataset_contents(snapshot)
    force = force_or_first(choice, question.force)
    month = as_at_or_latest(choice, force, parse_month(question.as_at) if question.as_at else None)
    wanted = _wanted(subjects(choice), question.named, question.every)
    for place, subject in enumerate(wanted):
        demand = subject_demand(snapshot, force, subject, month, question.lockdowns)
        if demand is None:
            typer.echo(f"{subject.name}: nothing is recorded by month, so there is no forecast.", err=True)
            continue
        if refused := why_no_forecast(demand):
            for headline in no_forecast_headline(refused):
                typer.echo(headline_text(headline), err=True)
            continue
        bases = tuple(dict.fromkeys(question.bases or Basis))
        drawing = partial(_draw_progress, place, len(wanted), subject.name)
        yield demand, subject_forecasts(demand, bases, question.years, drawing, home=snapshot.home)


def _wanted(offered: Sequence[Subject], named: list[str] | None, every: bool) -> list[Subject]:
    if every:
        return [subject for subject in offered if not subject.key.startswith(STRAND)]
    return [find_subject(offered, name) for name in named] if named else [find_subject(offered, None)]


def _adjustments(texts: Sequence[str]) -> tuple[Adjustment, ...]:
    if len(texts) > MOST:
        raise VulncoreError(f"{len(texts)} what-ifs are too many to tell apart. Give up to {MOST}.")
    return tuple(map(parse_adjustment, texts))


def _draw_progress(place: int, of: int, name: str, part: float) -> None:
    """Draw how far the work is, for a person at a terminal; a script is not told."""
    if not sys.stderr.isatty():
        return
    share = (place + part) / of
    bar = ("#" * round(BAR * share)).ljust(BAR, ".")
    last = share >= 1
    typer.echo(f"\r[{bar}] {share:4.0%} {'' if last else name[:40]:<40}", nl=last, err=True)


def _print(tables: list[pd.DataFrame], output: Format) -> None:
    if not tables:
        raise VulncoreError("Nothing was forecast. The reasons are above.")
    table = pd.concat(tables, ignore_index=True)
    if output is Format.MARKDOWN:  # for people: without what is the same in every row, and no comma in a year
        table = table.drop(columns=list(ABOUT))
        table = table.assign(year=table["year"].astype(str)) if "year" in table else table
    typer.echo(printed(table, output))
