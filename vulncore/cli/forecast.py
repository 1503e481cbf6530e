"""Commands that say how many records are to come, and how good such a forecast has been."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from vulncore.domain.periods import parse_month
from vulncore.findings.forecast.demand import STRAND, Demand, Subject, demand, find_subject, subjects
from vulncore.findings.forecast.outlook import outlook
from vulncore.findings.forecast.sentences import forecast_headline, forecast_notes, no_forecast_headline
from vulncore.findings.forecast.tables import ABOUT, backtest_rows, exported, forecast_rows, total_rows
from vulncore.findings.forecast.work import YEARS, Arrived, forecasts, why_not
from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.past import Basis
from vulncore.forecasting.paths import months_ahead
from vulncore.forecasting.what_if import MOST, Adjustment, checked, parse_adjustment
from vulncore.store import Snapshot, open_version

BAR = 30  # signs of the progress bar


Subjects = Annotated[
    list[str] | None,
    typer.Option("--measure", help="A measure or a strand. Repeat for more. Default: sexual offences."),
]
All = Annotated[bool, typer.Option("--all", help="Every measure that is counted by month.")]
On = Annotated[
    list[Basis] | None,
    typer.Option("--basis", help="The months that the forecast learns from. Default: both."),
]
Ahead = Annotated[int, typer.Option("--years", min=1, max=4, help="Calendar years ahead.")]
Lockdowns = Annotated[
    bool, typer.Option("--lockdowns", help="Let the forecast learn from the months of lockdown.")
]


@app.command()
def forecast(
    measure: Subjects = None,
    every: All = False,
    basis: On = None,
    years: Ahead = YEARS,
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
    """Print forecasts by month or calendar year, with 80 % and 95 % limits. Explanations go to standard error."""
    adjustments = _adjustments(what_if or ())
    snapshot = open_version(store, dataset, version)
    rows = []
    for found, done in _answers(snapshot, _Question(force, as_at, measure, every, basis, years, lockdowns)):
        ahead = months_ahead(found.as_at, years)
        told = outlook(found, done, [checked(each, found.as_at, ahead) for each in adjustments])
        own = total_rows(told) if totals else forecast_rows(told)
        rows.append(exported(own, found, snapshot.publish, told.adjustments))
        for sentence in (*map(headline_text, forecast_headline(told)), *forecast_notes(told)):
            typer.echo(sentence, err=True)
    _print(rows, output)


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
    """Print how each model does in a test on past months: its errors, and how often its ranges held."""
    snapshot = open_version(store, dataset, version)
    question = _Question(force, as_at, measure, every, basis, YEARS, lockdowns)
    rows = [
        exported(backtest_rows(found, done), found, snapshot.publish)
        for found, done in _answers(snapshot, question)
    ]
    _print(rows, output)


@dataclass(frozen=True)
class _Question:
    """What a command asks."""

    force: str | None
    as_at: str | None
    named: list[str] | None
    every: bool
    bases: list[Basis] | None
    years: int
    lockdowns: bool


def _answers(snapshot: Snapshot, asked: _Question) -> Iterator[tuple[Demand, Mapping[Basis, Forecast]]]:
    """Yield the forecasts of each subject asked for; what can't be forecast is said on standard error."""
    choice = dataset_contents(snapshot)
    force = force_or_first(choice, asked.force)
    month = as_at_or_latest(choice, force, parse_month(asked.as_at) if asked.as_at else None)
    wanted = _wanted(subjects(choice), asked.named, asked.every)
    for place, subject in enumerate(wanted):
        found = demand(snapshot, force, subject, month, asked.lockdowns)
        if found is None:
            typer.echo(f"{subject.name}: no month of it is known, so nothing is forecast.", err=True)
            continue
        if refused := why_not(found):
            for line in no_forecast_headline(refused):
                typer.echo(headline_text(line), err=True)
            continue
        for done in forecasts(found, tuple(dict.fromkeys(asked.bases or Basis)), asked.years):
            _progress(done, place, len(wanted), subject.name)
            if done.forecasts:
                yield found, done.forecasts


def _wanted(offered: Sequence[Subject], named: list[str] | None, every: bool) -> list[Subject]:
    if every:
        return [each for each in offered if not each.key.startswith(STRAND)]
    return [find_subject(offered, name) for name in named] if named else [find_subject(offered, None)]


def _adjustments(texts: Sequence[str]) -> tuple[Adjustment, ...]:
    if len(texts) > MOST:
        raise VulncoreError(f"{len(texts)} adjustments are too many to tell apart. Give up to {MOST}.")
    return tuple(map(parse_adjustment, texts))


def _progress(done: Arrived, place: int, of: int, name: str) -> None:
    """Draw how far the work is, for a person at a terminal; a script is not told."""
    if not sys.stderr.isatty():
        return
    share = (place + done.share) / of
    bar = ("#" * round(BAR * share)).ljust(BAR, ".")
    last = share >= 1
    typer.echo(f"\r[{bar}] {share:4.0%} {'' if last else name[:40]:<40}", nl=last, err=True)


def _print(rows: list[pd.DataFrame], output: Format) -> None:
    if not rows:
        raise VulncoreError("Nothing was forecast: see above why.")
    table = pd.concat(rows, ignore_index=True)
    if output is Format.MARKDOWN:  # for people: without what is the same in every row, and no comma in a year
        table = table.drop(columns=list(ABOUT))
        table = table.assign(year=table["year"].astype(str)) if "year" in table else table
    typer.echo(printed(table, output))
