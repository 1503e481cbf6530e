"""Which records a map of the week is of, by the choices made."""

from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st

from pages.shared.choices import OF_THE_WEEK, Picker, choices_made, not_there
from pages.shared.reads import store_path, week_choices_of
from pages.shared.sidebar import View
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError, first_five
from vulncore.domain.periods import format_month
from vulncore.domain.vocabulary import SEXUAL_VIOLENCE, Measure, strand_name
from vulncore.findings.shared.which_records import (
    COLUMNS,
    PERIODS,
    NoTimesError,
    WeekChoices,
    period_name,
    period_window,
)
from vulncore.findings.shared.words import listed
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.night_time import ENDS, STARTS, Night

ANY = "any"
MOST_HARM = 10_000.0
NIGHTS = [f"{first:02d}-{end:02d}" for first in STARTS for end in ENDS]
NARROWED = {
    "kind": ("location_type", "Type of place", "Every type of place"),
    "place": ("place", "Street or venue", "Everywhere"),
    "victims": ("victim_residency", "Victims", "All victims"),
}


def week_question(view: View) -> RecordFilter:
    """Return which records are asked for of those with a time, by the choices made so far.

    Raises:
        NoTimesError: Nothing of the dataset, or of the strand, has a time of day.
    """
    return record_question(view, offered_measures(view))


def record_question(view: View, offered: Sequence[Measure]) -> RecordFilter:
    """Return which records are asked for, by the choices made so far and of the measures offered."""
    measures = tuple(_chosen_measures(offered) or _first_measures(view, offered))
    narrowed = {column: picker.made() for column, picker in narrowing_pickers(view).items()}
    return RecordFilter(
        force=view.force,
        measures=measures,
        window=period_window(period_picker(view).made(), view.month, view.choice.months[view.force]),
        where=tuple((column, value) for column, value in narrowed.items() if value != ANY),
        harm=tuple(sorted(harm_weights(measures).items())),
    )


def period_picker(view: View) -> Picker:
    """Return the choice of a period that ends with the as-at month."""
    since = [format_month(month) for month in view.choice.months[view.force] if month <= view.month]
    return Picker("Period", "period", [*PERIODS, *since], 0, period_name)


def narrowing_pickers(view: View) -> dict[str, Picker]:
    """Return the choices of a place, a type of place and a group of victims, by column of the incidents."""
    values = week_choices(view).values
    return {
        column: Picker(label, name, [ANY, *values[column]], 0, partial(_any_or, every), noun=COLUMNS[column])
        for name, (column, label, every) in NARROWED.items()
    }


def night_picker() -> Picker:
    """Return the choice of the night-time economy's hours."""
    return Picker(
        "Night-time economy", "night", NIGHTS, NIGHTS.index("18-06"), lambda text: str(_night(text))
    )


def week_choices(view: View) -> WeekChoices:
    """Return what the version on screen offers."""
    return week_choices_of(store_path(), view.publish, view.force, smallest_shown())


def chosen_night() -> Night:
    """Return the night-time economy's hours, by the choices made so far."""
    return _night(night_picker().made())


def harm_weights(measures: Sequence[str]) -> dict[str, float]:
    """Return what a record of each measure weighs, where somebody has said so."""
    found = {}
    for part in choices_made().get("harm", "").split(","):
        key, _, number = part.partition("=")
        if key in measures and number.isascii() and number.replace(".", "", 1).isdigit():
            found[key] = min(float(number), MOST_HARM)
    return found


def offered_measures(view: View) -> list[Measure]:
    """Return the measures with times, of the strand that is chosen if one is.

    Raises:
        NoTimesError: There is none.
    """
    keys = week_choices(view).measures
    if not keys:
        raise NoTimesError(
            f"What {view.force} delivered to dataset '{view.publish.dataset}' has months and no times of day, so nothing "
            "can be said about weekdays or hours. Choose a dataset with times, such as a force's own extract."
        )
    return of_strand(view, keys, "a time of day", NoTimesError)


def of_strand(view: View, keys: Collection[str], what: str, refusal: type[VulncoreError]) -> list[Measure]:
    """Return the measures of these keys, of the strand that is chosen if one is; refuse where the strand has none."""
    measures = [measure for measure in view.choice.measures if measure.key in keys]
    chosen = [measure for measure in measures if view.strand in (None, measure.strand)]
    if not chosen:
        raise refusal(
            f"No record of the strand '{strand_name(view.strand or '')}' has {what}. Choose another strand: "
            f"{', '.join(sorted({strand_name(measure.strand) for measure in measures}))}."
        )
    return chosen


def _night(text: str) -> Night:
    first, _, end = text.partition("-")
    return Night(int(first), int(end))


def _any_or(every: str, value: str) -> str:
    return every if value == ANY else value


def _chosen_measures(offered: Sequence[Measure]) -> list[str]:
    made, keys = choices_made(), {each.key for each in offered}
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


def _first_measures(view: View, offered: Sequence[Measure]) -> list[str]:
    sexual = [measure.key for measure in offered if measure.strand == SEXUAL_VIOLENCE]
    return sexual if sexual and view.strand is None else [measure.key for measure in offered]


def show_question(view: View, asked: RecordFilter, offered: Sequence[Measure]) -> None:
    """Draw the choices of records: which measures, from when, and what they are narrowed down to."""
    which, when, narrower = st.columns([5, 2, 2], vertical_alignment="bottom")
    with which:
        _choose_measures({measure.key: measure.name for measure in offered}, asked.measures)
    with when:
        period_picker(view).draw()
    with narrower.popover(_narrowed(asked), width="stretch"):
        _narrow_down(view)


def show_record_choices(view: View, asked: RecordFilter, offered: Sequence[Measure]) -> None:
    """Draw the same choices in little room."""
    period = period_picker(view)
    names = [measure.name for measure in offered if measure.key in asked.measures]
    said = listed(names) if len(names) <= 2 else f"{len(names)} measures"
    with st.popover(f"{said}, {period.words(period.made())}", width="stretch"):
        _choose_measures({measure.key: measure.name for measure in offered}, asked.measures)
        period.draw()
        _narrow_down(view)


def week_link(asked: RecordFilter) -> dict[str, str | None]:
    """Return the week's choices as the link writes them."""
    return record_link(asked, OF_THE_WEEK)


def record_link(asked: RecordFilter, names: Sequence[str]) -> dict[str, str | None]:
    """Return the choices of these names as the link writes them."""
    made = {
        name: choice for name, choice in choices_made().items() if name in names and choice not in (ANY, "")
    }
    return {**made, "measures": ",".join(asked.measures)}


def _narrow_down(view: View) -> None:
    for picker in narrowing_pickers(view).values():
        if len(picker.options) > 1:
            picker.draw()
    night_picker().draw()


def _choose_measures(names: dict[str, str], chosen: Sequence[str]) -> None:
    st.session_state["measures picker"] = list(chosen)
    st.multiselect(
        "Measures", list(names), key="measures picker", format_func=names.get, on_change=_keep_measures
    )


def _keep_measures() -> None:
    choices_made()["measures"] = ",".join(st.session_state["measures picker"])


def _narrowed(asked: RecordFilter) -> str:
    return "Narrow down" if not asked.where else f"Narrowed: {', '.join(value for _, value in asked.where)}"
