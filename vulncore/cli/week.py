"""Commands that say when in the week things happen, and when to be there."""

from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import DEFAULT_STORE, Dataset, Force, Output, Store, Version, app
from vulncore.cli.publishing import DEMO
from vulncore.disclosure import SETTING, smallest_shown
from vulncore.errors import InvalidPeriodError, UnknownNameError, first_five
from vulncore.findings.choices import Choices, choices, chosen_force, chosen_month
from vulncore.findings.headline import Headline
from vulncore.findings.patrols import patrols as best_patrols
from vulncore.findings.week_map import BY_CALENDAR, Layout, map_export
from vulncore.findings.week_periods import YEAR, period_window
from vulncore.findings.week_read import measures_with_times
from vulncore.findings.when import When, when
from vulncore.metrics.day_hour import Asked
from vulncore.metrics.night_time import Night
from vulncore.periods import Window, format_month, parse_month
from vulncore.printing import Format, printed
from vulncore.store import Snapshot, open_version
from vulncore.vocabulary import find_measure

Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", help="A measure; can be given again. All with times otherwise."),
]
First = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM", help="First month; twelve in all otherwise.")
]
Last = Annotated[
    str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month; the newest otherwise.")
]
Place = Annotated[str | None, typer.Option("--place", help="One street or venue alone.")]
LocationType = Annotated[str | None, typer.Option("--location-type", help="One type of place alone.")]
Victims = Annotated[str | None, typer.Option("--victims", help="One group of victims alone, by residency.")]
NightHours = Annotated[
    str, typer.Option("--night", metavar="HH-HH", help="The night-time economy's hours, like 18-06.")
]
Unprotected = Annotated[
    bool,
    typer.Option(
        "--unprotected", help="Hide no small number: for those who may read the records themselves."
    ),
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
    """Print the weight of each hour of the week with 95 % limits; what has no hour goes to standard error."""
    where = _where(place, location_type, victims)
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
        typer.Option("--harm", metavar="MEASURE=WEIGHT", help="What a record weighs; 1 unless told."),
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
    """Print the shifts that meet most of what happens, and how the same choice would have fared a year later."""
    where = _where(place, location_type, victims)
    weights = tuple(_weight(text) for text in harm or ())
    found = _when(store, dataset, version, force, measure, (first, last), where, weights, night, unprotected)
    chosen = best_patrols(found.now, found.before, shifts, hours, found.unit)
    typer.echo(printed(chosen.frame, output))
    for line in chosen.headline:
        typer.echo(_said(line), err=True)


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
    choice = choices(snapshot)
    whose = chosen_force(choice, force)
    keys = _keys(snapshot, choice, whose, measures)
    named = tuple((find_measure(choice.measures, name).key, weight) for name, weight in harm)
    others = [key for key, _ in named if key not in keys]
    if others:
        raise UnknownNameError(
            f"{first_five(others)} weighs nothing here: it is not among the measures asked for."
        )
    asked = Asked(whose, keys, _window(choice, whose, *months), where, named)
    return when(snapshot, asked, choice.measures, _night(night), 0 if unprotected else smallest_shown())


def _keys(snapshot: Snapshot, choice: Choices, force: str, measures: list[str] | None) -> tuple[str, ...]:
    if measures:
        return tuple(dict.fromkeys(find_measure(choice.measures, name).key for name in measures))
    return measures_with_times(snapshot, force) or tuple(each.key for each in choice.measures)


def _window(choice: Choices, force: str, first: str | None, last: str | None) -> Window:
    as_at = chosen_month(choice, force, parse_month(last) if last else None)
    return period_window(format_month(parse_month(first)) if first else YEAR, as_at, choice.months[force])


def _where(place: str | None, location_type: str | None, victims: str | None) -> tuple[tuple[str, str], ...]:
    given = {"place": place, "location_type": location_type, "victim_residency": victims}
    return tuple((column, value) for column, value in given.items() if value is not None)


def _night(text: str) -> Night:
    first, _, end = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (first, end)):
        raise InvalidPeriodError(f"'{text[:20]}' is no night. Write its first hour and its end, like 18-06.")
    return Night(int(first), int(end))


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
    for sentence in (*map(_said, found.headline), *found.notes):
        typer.echo(sentence, err=True)
    if found.not_compared:
        typer.echo(found.not_compared, err=True)


def _said(line: Headline) -> str:
    return f"{line.lead}{'' if line.lead.endswith('?') else ':'} {line.text}"
