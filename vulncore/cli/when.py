"""Commands that say when in the week things happen, and when to be there."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.domain.errors import UnknownNameError, first_five

if not help_alone:
    from vulncore.cli.shared.printing import explain, printed
    from vulncore.cli.shared.records import chosen_records, night_hours
    from vulncore.domain.disclosure import SETTING, smallest_shown
    from vulncore.domain.vocabulary import Measure, find_measure
    from vulncore.findings.shared.which_records import measures_with_times
    from vulncore.findings.shared.words import HOURS_BLURRED, hidden_as
    from vulncore.findings.when.map import BY_CALENDAR, Layout, map_export
    from vulncore.findings.when.patrols import patrols_frame, patrols_headline
    from vulncore.findings.when.sentences import not_taken_in_words
    from vulncore.findings.when.when import patrol_hours, unprotected_patrol_hours, unprotected_when, when
    from vulncore.metrics.week.counted import RecordFilter


@app.command(name="day-hour")
def day_hour(
    measure: options.Measures = None,
    first: options.First = None,
    last: options.Last = None,
    place: options.Place = None,
    location_type: options.LocationType = None,
    victims: options.Victims = None,
    night: options.NightHours = "18-06",
    bands: Annotated[bool, typer.Option("--bands", help="Print three-hour bands: 56 rows.")] = False,
    unprotected: options.Unprotected = False,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print how much each hour of the week holds, with 95 % limits. Explanations go to standard error."""
    narrowing = {"place": place, "location_type": location_type, "victim_residency": victims}
    records = chosen_records(
        store, dataset, version, force, measure, (first, last), measures_with_times, **narrowing
    )
    hours = night_hours(night)
    weeks = unprotected_when(*records, hours) if unprotected else when(*records, hours, smallest_shown())
    layout = Layout(3 if bands else 1, BY_CALENDAR)
    typer.echo(printed(map_export(weeks.now, layout), output))
    explain(*weeks.headline, *weeks.notes, weeks.not_compared, HOURS_BLURRED if weeks.now.blurred else "")
    hidden = weeks.now.of(layout.cells)["hidden"]
    if hidden.any():
        explain(
            f"{int(hidden.sum())} of {len(hidden)} rows are empty: {hidden_as(weeks.now.smallest)}. "
            f"Choose a longer period{'' if bands else ' or --bands'}, set {SETTING}, or give --unprotected."
        )


@app.command()
def patrols(
    shifts: Annotated[int, typer.Option("--shifts", min=1, max=21, help="Shifts a week.")] = 5,
    hours: Annotated[int, typer.Option("--hours", min=2, max=12, help="Hours of a shift.")] = 4,
    harm: Annotated[
        list[str] | None,
        typer.Option("--harm", metavar="MEASURE=WEIGHT", help="How much one record weighs; 1 otherwise."),
    ] = None,
    measure: options.Measures = None,
    first: options.First = None,
    last: options.Last = None,
    place: options.Place = None,
    location_type: options.LocationType = None,
    victims: options.Victims = None,
    night: options.NightHours = "18-06",
    unprotected: options.Unprotected = False,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print the shifts that meet most of what happens. How the same choice would have fared goes to standard error."""
    narrowing = {"place": place, "location_type": location_type, "victim_residency": victims}
    snapshot, records, measures = chosen_records(
        store, dataset, version, force, measure, (first, last), measures_with_times, **narrowing
    )
    weighed = _weighed(records, measures, [_weight(text) for text in harm or ()])
    question = (snapshot, weighed, measures, shifts, hours, night_hours(night))
    best = unprotected_patrol_hours(*question) if unprotected else patrol_hours(*question, smallest_shown())
    typer.echo(printed(patrols_frame(best), output))
    not_taken = not_taken_in_words(best, best.unit)
    explain(*patrols_headline(best), *not_taken, HOURS_BLURRED if best.blurred else "")


def _weighed(
    records: RecordFilter, measures: tuple[Measure, ...], weights: list[tuple[str, float]]
) -> RecordFilter:
    harm = tuple((find_measure(measures, name).key, weight) for name, weight in weights)
    others = [key for key, _ in harm if key not in records.measures]
    if others:
        raise UnknownNameError(
            f"{first_five(others)} weighs nothing here. Only the measures chosen can be weighed."
        )
    return replace(records, harm=harm)


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
