"""Which records a command is about: its options, and what they ask for."""

from collections.abc import Callable
from typing import Annotated

import typer

from vulncore.domain.errors import InvalidPeriodError
from vulncore.domain.periods import Window, format_month, parse_month
from vulncore.domain.vocabulary import find_measure
from vulncore.findings.overview.sentences import Headline
from vulncore.findings.shared.choices import Choices, choices, chosen_force, chosen_month
from vulncore.findings.shared.week_periods import YEAR, period_window
from vulncore.metrics.week.day_hour import Asked
from vulncore.metrics.week.night_time import Night
from vulncore.store import Snapshot

Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", help="A measure; can be given again. All that can serve otherwise."),
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


def asked_records(
    snapshot: Snapshot,
    force: str | None,
    measures: list[str] | None,
    months: tuple[str | None, str | None],
    where: tuple[tuple[str, str], ...],
    that_serve: Callable[[Snapshot, str], tuple[str, ...]],
) -> Asked:
    """Return the records that options ask for.

    Args:
        snapshot: A published version.
        force: The force's name; the first, where none is given.
        measures: Names of measures; where none is given, those that can serve.
        months: The first month and the last, as `YYYY-MM`.
        where: Columns of the incidents and the value that each has to have.
        that_serve: Returns the keys of a force's measures that can serve: those with a time, or with a place.
    """
    choice = choices(snapshot)
    whose = chosen_force(choice, force)
    if measures:
        keys = tuple(dict.fromkeys(find_measure(choice.measures, name).key for name in measures))
    else:
        keys = that_serve(snapshot, whose) or tuple(each.key for each in choice.measures)
    return Asked(whose, keys, _window(choice, whose, *months), where)


def narrowed(**given: str | None) -> tuple[tuple[str, str], ...]:
    """Return the columns that records are narrowed by, each with the value that it has to have."""
    return tuple((column, value) for column, value in given.items() if value is not None)


def night_hours(text: str) -> Night:
    """Return a night from its first hour and its end, like 18-06."""
    first, _, end = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (first, end)):
        raise InvalidPeriodError(f"'{text[:20]}' is no night. Write its first hour and its end, like 18-06.")
    return Night(int(first), int(end))


def said(line: Headline) -> str:
    """Return a line of a headline as a terminal shows it."""
    return f"{line.lead}{'' if line.lead.endswith('?') else ':'} {line.text}"


def _window(choice: Choices, force: str, first: str | None, last: str | None) -> Window:
    as_at = chosen_month(choice, force, parse_month(last) if last else None)
    return period_window(format_month(parse_month(first)) if first else YEAR, as_at, choice.months[force])
