"""The choices that stand beside the map of the week, and what a link carries of them."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.shared.filters import View, choose
from pages.shared.links import OF_THE_WEEK, choices_made
from pages.shared.week_question import (
    ANY,
    FIXED,
    NARROWED,
    NIGHTS,
    months_since,
    offered_measures,
    week_choices,
)
from vulncore.metrics.day_hour import Asked
from vulncore.metrics.night_time import Night
from vulncore.periods import month_name, parse_month


def show_question(view: View, asked: Asked) -> None:
    """Draw the choices that stand beside the map."""
    measures = offered_measures(view, week_choices(view))
    names = {measure.key: measure.name for measure in measures}
    which, when, narrower = st.columns([5, 2, 2], vertical_alignment="bottom")
    with which:
        _choose_measures(names, asked.measures)
    with when:
        choose("Period", "period", [*FIXED, *months_since(view)], 0, _period_name)
    with narrower.popover(_narrowed(asked), width="stretch"):
        offered = week_choices(view)
        for name, (column, label, every) in NARROWED.items():
            if offered.values[column]:
                choose(
                    label,
                    name,
                    [ANY, *offered.values[column]],
                    0,
                    lambda value, every=every: every if value == ANY else value,
                )
        choose(
            "Night-time economy",
            "night",
            NIGHTS,
            NIGHTS.index("18-06"),
            lambda value: str(Night(*map(int, value.split("-")))),
        )


def chosen_part(parts: Mapping[str, str | None]) -> str:
    """Return which part beneath the map a link opens; the first, unless it names one."""
    asked = choices_made().get("part")
    return next((name for name, key in parts.items() if key and key == asked), next(iter(parts)))


def keep_part(part: str | None) -> None:
    """Keep which part beneath the map is open; the first has no name."""
    choices_made()["part"] = part or ""


def week_link(asked: Asked) -> dict[str, str | None]:
    """Return the week's choices as the link writes them."""
    made = {
        name: choice
        for name, choice in choices_made().items()
        if name in OF_THE_WEEK and choice not in (ANY, "")
    }
    return {**made, "measures": ",".join(asked.measures)}


def _choose_measures(names: dict[str, str], chosen: Sequence[str]) -> None:
    st.session_state["measures picker"] = list(chosen)
    st.multiselect(
        "Measures", list(names), key="measures picker", format_func=names.get, on_change=_keep_measures
    )


def _keep_measures() -> None:
    choices_made()["measures"] = ",".join(st.session_state["measures picker"])


def _period_name(key: str) -> str:
    return FIXED.get(key) or f"Since {month_name(parse_month(key))}"


def _narrowed(asked: Asked) -> str:
    return "Narrow down" if not asked.where else f"Narrowed: {', '.join(value for _, value in asked.where)}"
