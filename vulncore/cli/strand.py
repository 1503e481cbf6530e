"""Commands on one strand: its control chart, what drives its change, who is harmed, its levels, commentary and target."""

from __future__ import annotations

from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.cli.shared.options import By, month_option
from vulncore.domain.errors import UnknownNameError, VulncoreError

if not help_alone:
    from datetime import date
    from pathlib import Path

    from vulncore.cli.shared.printing import explain, headline_text, printed
    from vulncore.domain.disclosure import smallest_shown
    from vulncore.domain.periods import fytd, month_name, parse_month, rolling_12
    from vulncore.domain.strands.strand_list import StrandList, entries
    from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
    from vulncore.findings.shared.subject import Subject
    from vulncore.findings.shared.words import GROUPS_BLURRED, made_note
    from vulncore.findings.strand.drivers import drivers_export, drivers_table, strand_drivers
    from vulncore.findings.strand.noting import add_note, approving_command, check_level_month, strand_note
    from vulncore.findings.strand.sentences import standing_notes
    from vulncore.findings.strand.standing import Standing, standing, standing_export
    from vulncore.findings.strand.subject import strand_subject
    from vulncore.findings.strand.tables import standing_table
    from vulncore.findings.strand.victims import strand_victims, victims_export, victims_table
    from vulncore.store import Snapshot, open_version
    from vulncore.store.notes import NoteKind, Target, target_of

OfWhat = Annotated[
    str,
    typer.Option("--measure", help="A measure, a strand, or a view across strands, by its key or name."),
]
Why = Annotated[str, typer.Option("--why", help="Why: what changed then.")]
TwelveMonths = Annotated[
    bool, typer.Option("--twelve-months", help="Compare twelve months, not the financial year to date.")
]
VAWG = "vawg"
level_change = typer.Typer(
    no_args_is_help=True, help="Changes of level that control charts propose: show, approve or decline them."
)
app.add_typer(level_change, name="level-change")


@app.command()
def strand(
    measure: OfWhat,
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print the control chart of a strand or measure: months, mean, limits, the rule that a month breaks."""
    _print_standing(_standing(store, dataset, version, force, measure, as_at), output)


@app.command()
def vawg(
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print the control chart of violence against women and girls, across strands, each record counted once."""
    _print_standing(_standing(store, dataset, version, force, VAWG, as_at), output)


@app.command()
def drivers(
    measure: OfWhat,
    as_at: options.AsAt = None,
    twelve_months: TwelveMonths = False,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    unprotected: options.Unprotected = False,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print what drives a change between two periods, by part. Explanations go to standard error."""
    snapshot, name, subject, month = _asked(store, dataset, version, force, measure, as_at)
    windows = rolling_12 if twelve_months else fytd
    smallest = 1 if unprotected else smallest_shown()
    change = strand_drivers(snapshot, name, subject, windows(month), windows(month, 1), smallest)
    for line in change.headline:
        explain(headline_text(line))
    if change.blurred:
        explain(GROUPS_BLURRED)
    if change.why_not:
        raise VulncoreError(change.why_not)
    table = drivers_table(change) if output is options.Format.MARKDOWN else drivers_export(change)
    typer.echo(printed(table, output))


@app.command()
def harmed(
    measure: OfWhat,
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    unprotected: options.Unprotected = False,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print who is harmed in twelve months: residents and visitors, repeat victims, repeat places."""
    snapshot, name, subject, month = _asked(store, dataset, version, force, measure, as_at)
    smallest = 1 if unprotected else smallest_shown()
    victims = strand_victims(snapshot, name, subject, rolling_12(month), smallest)
    for line in victims.headline:
        explain(headline_text(line))
    if victims.blurred:
        explain(GROUPS_BLURRED)
    if not victims.shares.empty:
        table = victims_table(victims) if output is options.Format.MARKDOWN else victims_export(victims)
        typer.echo(printed(table, output))


@level_change.command()
def propose(
    measure: OfWhat,
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Say which change of level the control chart proposes. Nothing is written."""
    of = _standing(store, dataset, version, force, measure, as_at)
    change = of.proposed
    if change is None:
        typer.echo(f"{of.subject.name}: no change of level is proposed.")
        return
    typer.echo(
        f"{of.subject.name}: {change.before:,.1f} a month before {month_name(change.month)}, {change.after:,.1f} since. "
        f"Approve with: {approving_command(of, change.month)}{options.in_store(store)}"
    )


@level_change.command()
def approve(
    measure: OfWhat,
    month: Annotated[str, month_option("--month", help="The first month of the new level.")],
    why: Why,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    by: By = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Approve a change of level: limits, and the forecast's current process, begin anew with it."""
    _decide(NoteKind.LEVEL_CHANGE, store, dataset, force, measure, month, why, by)


@level_change.command()
def decline(
    measure: OfWhat,
    month: Annotated[str, month_option("--month", help="The month that was proposed.")],
    why: Why,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    by: By = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Decline a change of level: it is not proposed again."""
    _decide(NoteKind.LEVEL_KEPT, store, dataset, force, measure, month, why, by)


@app.command()
def comment(
    measure: OfWhat,
    text: Annotated[str, typer.Argument(help="The commentary.")],
    month: Annotated[str | None, month_option("--month", help="The month. Default: the newest.")] = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    by: By = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Write commentary on a strand and month. It stands beside the strand's chart, dated and signed."""
    _, name, subject, last = _asked(store, dataset, None, force, measure, month)
    note = strand_note(NoteKind.COMMENTARY, name, subject, last, text, by or options.user())
    line = add_note(store, dataset, note, by or options.user())
    typer.echo(f"Version {line.number}: commentary on {subject.name}, {month_name(last)}.")


@app.command()
def target(
    measure: OfWhat,
    at_most: Annotated[
        float | None, typer.Option("--at-most", min=0, help="At most so many a month.")
    ] = None,
    at_least: Annotated[
        float | None, typer.Option("--at-least", min=0, help="At least so many a month.")
    ] = None,
    why: Why = "",
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    by: By = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Set the target of a strand or measure. Its control chart says whether it is met as things are."""
    records = at_most if at_most is not None else at_least
    if records is None or (at_most is not None and at_least is not None):
        raise VulncoreError("A target is one of two. Give --at-most or --at-least, with records a month.")
    _, name, subject, _ = _asked(store, dataset, None, force, measure, None)
    text = Target(records, at_most is not None, why).text
    if target_of(text) is None:
        raise VulncoreError(
            f"A target of {records} a month can't be read again. Give one from 0 to 999,999, with two decimals at most."
        )
    line = add_note(
        store,
        dataset,
        strand_note(NoteKind.TARGET, name, subject, None, text, by or options.user()),
        by or options.user(),
    )
    typer.echo(f"Version {line.number}: target of {subject.name}: {text}")


def _asked(
    store: Path, dataset: str, version: int | None, force: str | None, measure: str, as_at: str | None
) -> tuple[Snapshot, str, Subject, date]:
    """Return the version, the force, what is counted and the month that a command is about.

    Raises:
        UnknownNameError: There is no such dataset, version, force, measure, strand or view.
        InvalidPeriodError: Nothing was delivered for the month.
    """
    contents = dataset_contents(open_version(store, dataset, version, forces=()))
    name = force_or_first(contents, force)
    month = as_at_or_latest(contents, name, parse_month(as_at) if as_at else None)
    wanted = measure.strip().casefold()
    every = entries(StrandList(contents.strands, contents.views))
    key = next((one.key for one in every if wanted in (one.key, one.name.casefold(), *one.was)), "")
    if not key and not any(
        wanted in (one.key, one.name.casefold(), one.label.casefold()) for one in contents.measures
    ):
        raise UnknownNameError(
            f"No measure, strand or view of '{dataset}' is called '{measure[:60]}'. "
            f"There are: {', '.join(one.key for one in (*every, *contents.measures))}."
        )
    subject = strand_subject(contents, key, None if key else measure)
    snapshot = open_version(store, dataset, contents.publish.number, forces=(name,))
    return snapshot, name, subject, month


def _standing(
    store: Path, dataset: str, version: int | None, force: str | None, measure: str, as_at: str | None
) -> Standing:
    snapshot, name, subject, month = _asked(store, dataset, version, force, measure, as_at)
    return standing(snapshot, name, subject, month)


def _print_standing(of: Standing, output: options.Format) -> None:
    if output is not options.Format.MARKDOWN:
        typer.echo(printed(standing_export(of), output))
        return
    briefing = of.briefing
    typer.echo(f"{of.question} (dataset {of.publish.dataset}, version {of.publish.number})\n")
    typer.echo(f"{briefing.finding} {briefing.action} {briefing.also}".strip() + "\n")
    if of.known:
        typer.echo(printed(standing_table(of), output))
    for sentence in (*map(headline_text, of.headline), *standing_notes(of)):
        typer.echo(f"\n{sentence}")
    if made := made_note(of.publish):
        typer.echo(f"\n{made}.")


def _decide(
    kind: NoteKind,
    store: Path,
    dataset: str,
    force: str | None,
    measure: str,
    month: str,
    why: str,
    by: str | None,
) -> None:
    snapshot, name, subject, last = _asked(store, dataset, None, force, measure, None)
    when = parse_month(month)
    of = standing(snapshot, name, subject, last)
    delivered = of.chart.frame.dropna(subset="count")["month"]
    check_level_month(when, [day.date() for day in delivered])
    who = by or options.user()
    line = add_note(store, dataset, strand_note(kind, name, subject, when, why, who), who)
    done = "approved" if kind is NoteKind.LEVEL_CHANGE else "declined"
    typer.echo(
        f"Version {line.number}: change of level of {subject.name} in {month_name(when)} {done} by {who}."
    )
