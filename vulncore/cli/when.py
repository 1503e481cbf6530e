"""Commands that say when in the week things happen, and when to be there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import (
    DEFAULT_STORE,
    DEMO,
    Dataset,
    First,
    Force,
    Format,
    Last,
    LocationType,
    Measures,
    NightHours,
    Output,
    Place,
    Store,
    Unprotected,
    Version,
    Victims,
)
from vulncore.cli.program import app, help_alone
from vulncore.domain.errors import UnknownNameError, first_five

if not help_alone:
    from vulncore.cli.printing import headline_text, printed
    from vulncore.cli.records import column_values, night_hours, record_filter
    from vulncore.domain.disclosure import SETTING, smallest_shown
    from vulncore.domain.vocabulary import Measure, find_measure
    from vulncore.findings.shared.contents import dataset_contents
    from vulncore.findings.shared.which_records import measures_with_times
    from vulncore.findings.shared.words import HOURS_BLURRED, hidden_as
    from vulncore.findings.when.map import BY_CALENDAR, Layout, map_export
    from vulncore.findings.when.patrols import patrols_frame, patrols_headline
    from vulncore.findings.when.when import patrol_hours, unprotected_patrol_hours, unprotected_when, when
    from vulncore.metrics.week.counted import RecordFilter
    from vulncore.store import Snapshot, open_version


@app.command(name="day-hour")
def day_hour(
    measure: Measures = None,
    first: First = None,
    last: Last = None,
    place: Place = None,
    location_type: LocationType = None,
    victims: Victims = None,
    night: NightHours = "18-06",
    bands: Annotated[bool, typer.Option("--bands", help="Print three-hour bands: 56 rows.")] = False,
    unprotected: Unprotected = False,
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print how much each hour of the week holds, with 95 % limits. Explanations go to standard error."""
    where = column_values(place=place, location_type=location_type, victim_residency=victims)
    records = _records(store, dataset, version, force, measure, (first, last), where)
    hours = night_hours(night)
    if unprotected:
        weeks = unprotected_when(records.snapshot, records.record_filter, records.measures, hours)
    else:
        weeks = when(records.snapshot, records.record_filter, records.measures, hours, smallest_shown())
    layout = Layout(3 if bands else 1, BY_CALENDAR)
    typer.echo(printed(map_export(weeks.now, layout), output))
    for sentence in (*map(headline_text, weeks.headline), *weeks.notes, weeks.not_compared):
        if sentence:
            typer.echo(sentence, err=True)
    if weeks.now.blurred:
        typer.echo(HOURS_BLURRED, err=True)
    hidden = weeks.now.of(layout.cells)["hidden"]
    if hidden.any():
        typer.echo(
            f"{int(hidden.sum())} of {len(hidden)} rows are empty: {hidden_as(weeks.now.smallest)}. "
            f"Choose a longer period{'' if bands else ' or --bands'}, set {SETTING}, or give --unprotected.",
            err=True,
        )


@app.command()
def patrols(
    shifts: Annotated[int, typer.Option("--shifts", min=1, max=21, help="Shifts a week.")] = 5,
    hours: Annotated[int, typer.Option("--hours", min=2, max=12, help="Hours of a shift.")] = 4,
    harm: Annotated[
        list[str] | None,
        typer.Option("--harm", metavar="MEASURE=WEIGHT", help="How much one record weighs; 1 otherwise."),
    ] = None,
    measure: Measures = None,
    first: First = None,
    last: Last = None,
    place: Place = None,
    location_type: LocationType = None,
    victims: Victims = None,
    night: NightHours = "18-06",
    unprotected: Unprotected = False,
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print the shifts that meet most of what happens. How the same choice would have fared goes to standard error."""
    where = column_values(place=place, location_type=location_type, victim_residency=victims)
    records = _records(store, dataset, version, force, measure, (first, last), where)
    weighed = _weighed(records, [_weight(text) for text in harm or ()])
    question = (records.snapshot, weighed, records.measures, shifts, hours, night_hours(night))
    best = unprotected_patrol_hours(*question) if unprotected else patrol_hours(*question, smallest_shown())
    typer.echo(printed(patrols_frame(best), output))
    for headline in patrols_headline(best):
        typer.echo(headline_text(headline), err=True)
    if best.blurred:
        typer.echo(HOURS_BLURRED, err=True)


@dataclass(frozen=True)
class _Records:
    """A version, its measures, and which of its records are asked for."""

    snapshot: Snapshot
    measures: tuple[Measure, ...]
    record_filter: RecordFilter


def _records(
    store: Path,
    dataset: str,
    version: int | None,
    force: str | None,
    measures: list[str] | None,
    months: tuple[str | None, str | None],
    where: tuple[tuple[str, str], ...],
) -> _Records:
    snapshot = open_version(store, dataset, version)
    records = record_filter(snapshot, force, measures, months, where, measures_with_times)
    return _Records(snapshot, dataset_contents(snapshot).measures, records)


def _weighed(records: _Records, weights: list[tuple[str, float]]) -> RecordFilter:
    harm = tuple((find_measure(records.measures, name).key, weight) for name, weight in weights)
    others = [key for key, _ in harm if key not in records.record_filter.measures]
    if others:
        raise UnknownNameError(
            f"{first_five(others)} weighs nothing here. Only the measures chosen can be weighed."
        )
    return replace(records.record_filter, harm=harm)


def _weight(text: str) -> tuple[str, float]:
    name, _, number = text.rpartition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = -1.0
    if not name or not 0 <= weight < 1e6:
        raise UnknownNameError(
            f"'{text[:60]}' gives no weight. Write the measure and a number from 0, like rape=10."
        )
    return name, weight
