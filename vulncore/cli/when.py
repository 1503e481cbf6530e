"""Commands that say when in the week things happen, and when to be there."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import (
    DEFAULT_STORE,
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
    Version,
    Victims,
    app,
    column_values,
    headline_text,
    night_hours,
    printed,
    record_filter,
)
from vulncore.cli.publishing import DEMO
from vulncore.domain.disclosure import SETTING, smallest_shown
from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.vocabulary import find_measure
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.which_records import measures_with_times
from vulncore.findings.when.map import BY_CALENDAR, Layout, map_export
from vulncore.findings.when.patrols import patrols as best_patrols
from vulncore.findings.when.when import When, when
from vulncore.store import open_version

Unprotected = Annotated[
    bool,
    typer.Option("--unprotected", help="Hide no small number. Only for people who may read the records."),
]


@app.command(name="day-hour")
def day_hour(
    measure: Measures = None,
    first: First = None,
    last: Last = None,
    place: Place = None,
    location_type: LocationType = None,
    victims: Victims = None,
    night: NightHours = "18-06",
    bands: Annotated[bool, typer.Option("--bands", help="By three hours: 56 rows.")] = False,
    unprotected: Unprotected = False,
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Output = Format.MARKDOWN,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print the weight of each hour of the week, with 95 % limits. Explanations go to standard error."""
    where = column_values(place=place, location_type=location_type, victim_residency=victims)
    found = _when(store, dataset, version, force, measure, (first, last), where, (), night, unprotected)
    layout = Layout(3 if bands else 1, BY_CALENDAR)
    typer.echo(printed(map_export(found.now, layout), output))
    _say(found)
    hidden = found.now.of(layout.cells)["hidden"]
    if hidden.any():
        typer.echo(
            f"{int(hidden.sum())} of {len(hidden)} rows are empty: under {found.now.smallest} records, or a way to work "
            f"such a row out. Ask for a longer period{'' if bands else ' or --bands'}, set {SETTING}, or give "
            "--unprotected.",
            err=True,
        )


@app.command()
def patrols(
    shifts: Annotated[int, typer.Option("--shifts", min=1, max=21, help="Shifts a week.")] = 5,
    hours: Annotated[int, typer.Option("--hours", min=2, max=12, help="Hours of a shift.")] = 4,
    harm: Annotated[
        list[str] | None,
        typer.Option("--harm", metavar="MEASURE=WEIGHT", help="What a record weighs. Default: 1."),
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
    """Print the shifts that meet most records, and how the same choice did a year later."""
    where = column_values(place=place, location_type=location_type, victim_residency=victims)
    weights = tuple(_weight(text) for text in harm or ())
    found = _when(store, dataset, version, force, measure, (first, last), where, weights, night, unprotected)
    chosen = best_patrols(found.now, found.before, shifts, hours, found.unit)
    typer.echo(printed(chosen.frame, output))
    for line in chosen.headline:
        typer.echo(headline_text(line), err=True)


def _when(
    store: Path,
    dataset: str,
    version: int | None,
    force: str | None,
    measures: list[str] | None,
    months: tuple[str | None, str | None],
    where: tuple[tuple[str, str], ...],
    harm: tuple[tuple[str, float], ...],
    night: str,
    unprotected: bool,
) -> When:
    snapshot = open_version(store, dataset, version)
    named = tuple(
        (find_measure(dataset_contents(snapshot).measures, name).key, weight) for name, weight in harm
    )
    asked = replace(record_filter(snapshot, force, measures, months, where, measures_with_times), harm=named)
    others = [key for key, _ in named if key not in asked.measures]
    if others:
        raise UnknownNameError(
            f"{first_five(others)} weighs nothing here: it is not among the measures asked for."
        )
    smallest = 0 if unprotected else smallest_shown()
    return when(snapshot, asked, dataset_contents(snapshot).measures, night_hours(night), smallest)


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


def _say(found: When) -> None:
    for sentence in (*map(headline_text, found.headline), *found.notes):
        typer.echo(sentence, err=True)
    if found.not_compared:
        typer.echo(found.not_compared, err=True)
