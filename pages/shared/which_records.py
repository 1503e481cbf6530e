"""Which records a page shows: the choices that When and Where share, and the boxes that they stand in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from pages.shared.choices import Choices, Picker, change, choice, say_unmet
from pages.shared.reads import boundaries_of, store_path, week_choices_of
from pages.shared.sidebar import ALL_STRANDS, View
from pages.shared.text import plain
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError, first_five
from vulncore.domain.periods import format_month
from vulncore.domain.strands.strand_list import key_now
from vulncore.domain.vocabulary import SEXUAL_VIOLENCE, Measure
from vulncore.findings.shared.which_records import (
    COLUMNS,
    EVERY,
    PERIODS,
    YEAR,
    NoTimesError,
    WeekChoices,
    period_name,
    period_window,
)
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import ENDS, STARTS, Night

ANY = "any"
NIGHTS = [f"{first:02d}-{end:02d}" for first in STARTS for end in ENDS]
NARROWED = {
    "kind": ("location_type", "Type of place", "Every type of place"),
    "place": ("place", "Street or venue", "Everywhere"),
    "victims": ("victim_residency", "Victims", "All victims"),
}


@dataclass(frozen=True)
class RecordChoices(Choices):
    """Which records are looked at. `measures` is None for those that a page begins with; `hours` are those mapped."""

    measures: tuple[str, ...] | None = choice(
        read=lambda text: tuple(filter(None, text.split(","))), write=",".join, falls_with=("force", "strand")
    )
    period: str = choice(YEAR)
    kind: str = choice(ANY, falls_with=("force",))
    place: str = choice(ANY, falls_with=("force",))
    victims: str = choice(ANY, falls_with=("force",))
    night: str = choice("18-06")
    hours: str = choice(EVERY, falls_with=("force", "night"))


def record_filter(
    view: View, choices: RecordChoices, offered: Sequence[Measure], harm: dict[str, float] | None = None
) -> RecordFilter:
    """Return the records that choices ask for, of the measures offered; `harm` is what a record of a measure weighs."""
    first = [view.measure] if view.measure else [measure.key for measure in offered]
    measures = tuple(_met_measures(choices, offered) or first)
    narrowed = {column: picker.made(choices) for column, picker in narrowing_pickers(view).items()}
    return RecordFilter(
        force=view.force,
        measures=measures,
        window=period_window(period_picker(view).made(choices), view.month, view.contents.months[view.force]),
        where=tuple((column, value) for column, value in narrowed.items() if value != ANY),
        harm=tuple(sorted((key, weight) for key, weight in (harm or {}).items() if key in measures)),
    )


def period_picker(view: View) -> Picker[str]:
    """Return the choice of a period that ends with the as-at month."""
    since = [format_month(month) for month in view.contents.months[view.force] if month <= view.month]
    return Picker("Period", "period", [*PERIODS, *since], words=period_name)


def narrowing_pickers(view: View) -> dict[str, Picker[str]]:
    """Return the choices of a place, a type of place and a group of victims, by column of the incidents."""
    values = week_choices(view).values
    return {
        column: Picker(label, name, [ANY, *values[column]], 0, partial(_any_or, every), COLUMNS[column])
        for name, (column, label, every) in NARROWED.items()
    }


def night_picker() -> Picker[str]:
    """Return the choice of the night-time economy's hours."""
    return Picker("Night-time economy", "night", NIGHTS, words=lambda text: str(_night(text)))


def week_choices(view: View) -> WeekChoices:
    """Return what the version on screen offers."""
    store = store_path()
    return week_choices_of(store, view.publish, view.force, smallest_shown(), boundaries_of(store))


def chosen_night(choices: RecordChoices) -> Night:
    """Return the night-time economy's hours."""
    return _night(night_picker().made(choices))


def timed_measures(view: View) -> list[Measure]:
    """Return the measures with times, of the strand that is chosen if one is.

    Raises:
        NoTimesError: There is none.
    """
    keys = week_choices(view).measures
    if not keys:
        raise NoTimesError(
            f"The data of {view.force} in dataset '{view.publish.dataset}' give months and no times of day. "
            "Weekdays and hours cannot be shown. Choose a dataset with times, such as a force's own extract."
        )
    return of_strand(view, keys, "a time of day", NoTimesError)


def of_strand(view: View, keys: Collection[str], what: str, refusal: type[VulncoreError]) -> list[Measure]:
    """Return the measures of these keys, of the strand or the view across strands that is chosen if one is; refuse where it has none."""
    measures = [measure for measure in view.contents.measures if measure.key in keys]
    of_the_strand = [measure for measure in replace(view, measure=None).measures if measure.key in keys]
    if view.measure and view.measure not in keys:
        name = next(measure.name for measure in view.contents.measures if measure.key == view.measure)
        others = ", ".join(sorted(measure.name for measure in measures))
        raise refusal(f"No record of {name} has {what}. Choose another: {others}.")
    if not of_the_strand:
        others = {view.contents.name_of(measure.strand) for measure in measures if measure.strand}
        why = f"No record of the strand '{view.looked_at}' has {what}."
        raise refusal(f"{why} Choose another strand: {', '.join(sorted(others))}.")
    return of_the_strand


def show_record_choices(
    view: View, choices: RecordChoices, records: RecordFilter, offered: Sequence[Measure]
) -> None:
    """Draw from when records are, and what they are narrowed down to, beneath what the sidebar says is looked at."""
    narrowed = ", ".join(value for _, value in records.where)
    with st.sidebar:
        period_picker(view).draw(choices)
        with st.popover(f"Narrowed: {plain(narrowed)}" if narrowed else "Narrow down", width="stretch"):
            _draw_measures(choices, records, offered)
            for picker in narrowing_pickers(view).values():
                if len(picker.options) > 1:
                    picker.draw(choices)
            night_picker().draw(choices)


def _night(text: str) -> Night:
    first, _, end = text.partition("-")
    return Night(int(first), int(end))


def _any_or(every: str, value: str) -> str:
    return every if value == ANY else value


def _met_measures(choices: RecordChoices, offered: Sequence[Measure]) -> list[str]:
    """Return the keys of the measures chosen that are offered; the others are forgotten, and said."""
    if choices.measures is None:
        return []
    keys = {measure.key for measure in offered}
    met = [key for key in choices.measures if key in keys]
    strange = [key[:40] for key in choices.measures if key not in keys]
    if strange or not met:
        problem = f"No measure {first_five(strange)} can be shown here" if strange else "No measure is chosen"
        say_unmet(problem, "the others" if met else "the usual measures")
        change(type(choices), measures=tuple(met) or None)
    return met


def first_strand(view: View, keys: Collection[str], choices: RecordChoices) -> str:
    """Return the strand that a page of records shows first: sexual violence, or what it is since, where it has any of these measures."""
    first = key_now(view.contents.strand_list, SEXUAL_VIOLENCE)
    strands = {measure.key: measure.strand for measure in view.contents.measures if measure.key in keys}
    chosen_of = {strands[key] for key in choices.measures or () if key in strands}
    usual = first in strands.values() and chosen_of <= {first}
    return first if usual else ALL_STRANDS


def _draw_measures(choices: RecordChoices, records: RecordFilter, offered: Sequence[Measure]) -> None:
    names, key = {measure.key: measure.name for measure in offered}, "measures picker"
    st.session_state[key] = list(records.measures)

    def keep() -> None:
        change(type(choices), measures=tuple(st.session_state[key]))

    st.multiselect("Measures", list(names), key=key, format_func=names.get, on_change=keep)
