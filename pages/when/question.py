"""What is asked of the week: which records, laid out how, and which patrols."""

from dataclasses import dataclass

from pages.shared.choices import Picker, choice, chosen
from pages.shared.drawn import drawn
from pages.shared.sidebar import View
from pages.shared.which_records import (
    RecordChoices,
    first_strand,
    record_filter,
    timed_measures,
    week_choices,
)
from vulncore.findings.when.map import BY_CALENDAR, EVENING_WHOLE, Layout, fitting_step
from vulncore.findings.when.view import When
from vulncore.metrics.week.counted import RecordFilter

FITTING, HOUR, BANDS = "fitting", "hour", "three"
NIGHTS, DAYS = "night", "day"
MOST_HARM = 10_000.0


def _weights(text: str) -> tuple[tuple[str, float], ...]:
    """Return what a record of each measure weighs, of a text like rape=5,hate-crime=2.

    >>> _weights("rape=5,nonsense,arson=2e9")
    (('rape', 5.0), ('arson', 10000.0))
    """
    parts = (part.partition("=") for part in text.split(","))
    return tuple((key, min(float(number), MOST_HARM)) for key, _, number in parts if _is_weight(number))


def _is_weight(number: str) -> bool:
    try:
        return number.isascii() and float(number) >= 0
    except ValueError:
        return False


@dataclass(frozen=True)
class WhenChoices(RecordChoices):
    """What is chosen on the page When."""

    cells: str = choice(FITTING)
    rows: str = choice(NIGHTS)
    shifts: int = choice(5, read=int)
    length: int = choice(4, read=int)
    harm: tuple[tuple[str, float], ...] = choice(
        (),
        read=_weights,
        write=lambda weights: ",".join(f"{key}={weight:g}" for key, weight in weights),
        falls_with=("force", "strand"),
    )
    part: str = choice("")


def week_question(view: View, choices: WhenChoices) -> RecordFilter:
    """Return the records with a time of day that are asked for.

    Raises:
        NoTimesError: Nothing of the dataset, or of the strand, has a time of day.
    """
    return record_filter(view, choices, timed_measures(view), dict(choices.harm))


def first_timed_strand(view: View) -> str:
    """Return the strand that the page shows until somebody chooses."""
    return first_strand(view, week_choices(view).measures, chosen(WhenChoices))


def layout_shown(week: When, choices: WhenChoices) -> Layout:
    """Return how the week is laid out."""
    step = {HOUR: 1, BANDS: 3}.get(cells_picker(week).made(choices)) or drawn(fitting_step, week.now)
    return Layout(step, BY_CALENDAR if rows_picker().made(choices) == DAYS else EVENING_WHOLE)


def cells_picker(week: When) -> Picker[str]:
    """Return the choice of how many hours a cell has."""
    fitting = "hours" if drawn(fitting_step, week.now) == 1 else "three hours"
    words = {FITTING: f"As numbers allow: {fitting}", BANDS: "Three hours", HOUR: "Single hours"}
    return Picker("Cells", "cells", list(words), words=words.__getitem__, noun="size of cells")


def rows_picker() -> Picker[str]:
    """Return the choice of the hour at which a row begins."""
    words = {NIGHTS: "06:00, nights whole", DAYS: "00:00, by the calendar"}
    return Picker("A row runs from", "rows", list(words), words=words.__getitem__, noun="start of rows")
