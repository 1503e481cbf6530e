"""Which records a map of the week is of, by the choices made."""

from collections.abc import Sequence
from datetime import date

from pages.shared.filters import View, not_there
from pages.shared.links import choices_made
from pages.shared.reads import store_path, week_choices_of
from vulncore.disclosure import smallest_shown
from vulncore.errors import first_five
from vulncore.findings.week_read import NoTimesError, WeekChoices
from vulncore.metrics.day_hour import Asked
from vulncore.metrics.night_time import DEFAULT, ENDS, STARTS, Night
from vulncore.periods import Window, add_months, format_month, fytd, month_end
from vulncore.vocabulary import Measure, strand_name

SEXUAL_VIOLENCE = "sexual-violence"  # the report's heat map is of sexual offences
ANY = "any"
MOST_HARM = 10_000.0
NIGHTS = [f"{first:02d}-{end:02d}" for first in STARTS for end in ENDS]
FIXED = {
    "12": "Last 12 months",
    "fytd": "This financial year",
    "36": "Last 3 years",
    "60": "Last 5 years",
    "all": "All months",
}
NARROWED = {
    "kind": ("location_type", "Type of place", "Every type of place"),
    "place": ("place", "Street or venue", "Everywhere"),
    "victims": ("victim_residency", "Victims", "All victims"),
}


def week_question(view: View) -> Asked:
    """Return which records are asked for, by the choices made so far.

    Raises:
        NoTimesError: Nothing of the dataset, or of the strand, has a time of day.
    """
    offered = week_choices(view)
    measures = offered_measures(view, offered)
    made = choices_made()
    chosen = _chosen_measures(measures, made)
    _forget_what_is_not_there(view, offered, made)
    where = tuple(
        (column, made[name])
        for name, (column, *_) in NARROWED.items()
        if made.get(name) in offered.values[column]
    )
    measures_asked = chosen or _first_measures(view, measures)
    return Asked(
        force=view.force,
        measures=tuple(measures_asked),
        window=_window(view),
        where=where,
        harm=tuple(sorted(harm_weights(measures_asked).items())),
    )


def week_choices(view: View) -> WeekChoices:
    """Return what the version on screen offers."""
    return week_choices_of(store_path(), view.publish, view.force, smallest_shown())


def chosen_night() -> Night:
    """Return the night-time economy's hours, by the choices made so far."""
    first, _, end = choices_made().get("night", "18-06").partition("-")
    return Night(int(first), int(end))


def harm_weights(measures: Sequence[str]) -> dict[str, float]:
    """Return what a record of each measure weighs, where somebody has said so."""
    found = {}
    for part in choices_made().get("harm", "").split(","):
        key, _, number = part.partition("=")
        if key in measures and number.isascii() and number.replace(".", "", 1).isdigit():
            found[key] = min(float(number), MOST_HARM)
    return found


def offered_measures(view: View, offered: WeekChoices) -> list[Measure]:
    """Return the measures with times, of the strand that is chosen if one is."""
    timed = [measure for measure in view.choice.measures if measure.key in offered.measures]
    if not timed:
        raise NoTimesError(
            f"What {view.force} delivered to dataset '{view.publish.dataset}' has months and no times of day, so nothing "
            "can be said about weekdays or hours. Choose a dataset with times, such as a force's own extract."
        )
    of_strand = [measure for measure in timed if view.strand in (None, measure.strand)]
    if not of_strand:
        raise NoTimesError(
            f"No record of the strand '{strand_name(view.strand or '')}' has a time of day. Choose another strand: "
            f"{', '.join(sorted({strand_name(measure.strand) for measure in timed}))}."
        )
    return of_strand


def months_since(view: View) -> list[str]:
    """Return the months with which a period can begin, the newest first."""
    return [format_month(month) for month in view.choice.months[view.force] if month <= view.month]


def _chosen_measures(offered: Sequence[Measure], made: dict[str, str]) -> list[str]:
    keys = {each.key for each in offered}
    wanted = made.get("measures", "").split(",")
    chosen = [key for key in wanted if key in keys]
    strange = [key[:40] for key in wanted if key and key not in keys]
    if "measures" in made and (strange or not chosen):
        missed = (
            f"There is no measure {first_five(strange)} with times here"
            if strange
            else "No measure is chosen"
        )
        not_there(missed, "the others" if chosen else "those that the page begins with")
        made["measures"] = ",".join(chosen)
        if not chosen:
            del made["measures"]
    return chosen


def _forget_what_is_not_there(view: View, offered: WeekChoices, made: dict[str, str]) -> None:
    there = {name: (ANY, *offered.values[column]) for name, (column, *_) in NARROWED.items()}
    there["period"] = (*FIXED, *months_since(view))
    there["night"] = tuple(NIGHTS)
    every = {name: every for name, (*_, every) in NARROWED.items()}
    for name, values in there.items():
        if name in made and made[name] not in values:
            not_there(f"'{made[name][:40]}' can't be chosen here", every.get(name) or _default(name))
            del made[name]


def _default(name: str) -> str:
    return FIXED["12"] if name == "period" else str(DEFAULT)


def _first_measures(view: View, offered: Sequence[Measure]) -> list[str]:
    sexual = [measure.key for measure in offered if measure.strand == SEXUAL_VIOLENCE]
    return sexual if sexual and view.strand is None else [measure.key for measure in offered]


def _window(view: View) -> Window:
    chosen, end = choices_made().get("period", "12"), month_end(view.month)
    months = view.choice.months[view.force]
    if chosen == "fytd":
        return fytd(view.month)
    if chosen == "all":
        return Window(min(months), end)
    if chosen in FIXED:
        return Window(add_months(view.month, 1 - int(chosen)), end)
    first: date | None = next((month for month in months if format_month(month) == chosen), None)
    return Window(first, end) if first and first <= view.month else Window(add_months(view.month, -11), end)
