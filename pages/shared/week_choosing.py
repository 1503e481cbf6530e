"""The choices that stand beside the map of the week, and what a link carries of them."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.links import OF_THE_WEEK, choices_made
from pages.shared.sidebar import View
from pages.shared.which_records import ANY, narrowing_pickers, night_picker, period_picker
from vulncore.domain.vocabulary import Measure
from vulncore.findings.when.words import listed
from vulncore.metrics.week.day_hour import Asked


def show_question(view: View, asked: Asked, offered: Sequence[Measure]) -> None:
    """Draw the choices of records: which measures, from when, and what they are narrowed down to."""
    which, when, narrower = st.columns([5, 2, 2], vertical_alignment="bottom")
    with which:
        _choose_measures({measure.key: measure.name for measure in offered}, asked.measures)
    with when:
        period_picker(view).draw()
    with narrower.popover(_narrowed(asked), width="stretch"):
        _narrow_down(view)


def show_record_choices(view: View, asked: Asked, offered: Sequence[Measure]) -> None:
    """Draw the same choices in little room."""
    period = period_picker(view)
    names = [measure.name for measure in offered if measure.key in asked.measures]
    said = listed(names) if len(names) <= 2 else f"{len(names)} measures"
    with st.popover(f"{said}, {period.words(period.made())}", width="stretch"):
        _choose_measures({measure.key: measure.name for measure in offered}, asked.measures)
        period.draw()
        _narrow_down(view)


def week_link(asked: Asked) -> dict[str, str | None]:
    """Return the week's choices as the link writes them."""
    return record_link(asked, OF_THE_WEEK)


def record_link(asked: Asked, names: Sequence[str]) -> dict[str, str | None]:
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


def _narrowed(asked: Asked) -> str:
    return "Narrow down" if not asked.where else f"Narrowed: {', '.join(value for _, value in asked.where)}"
