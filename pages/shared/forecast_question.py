"""What is forecast, and what if, by the choices made."""

import streamlit as st

from pages.shared.filters import View
from pages.shared.links import OF_THE_FORECAST, choices_made
from pages.shared.picker import Picker, not_there
from vulncore.errors import VulncoreError
from vulncore.findings.forecast_read import Subject, find_subject, subjects
from vulncore.forecasting.what_if import MOST, Adjustment, format_adjustment, parse_adjustment

SET_ASIDE, USED = "aside", "used"
BETWEEN = "~"  # between what-ifs in a link


def subject_picker(view: View) -> tuple[Picker, dict[str, Subject]]:
    """Return the choice of what is forecast, and what each option is.

    Raises:
        UnknownNameError: The dataset has nothing to forecast.
    """
    offered = subjects(view.choice, view.strand)
    first = find_subject(offered, None)
    by_key = {each.key: each for each in offered}
    picker = Picker(
        "Forecast",
        "subject",
        list(by_key),
        list(by_key).index(first.key),
        lambda key: by_key[key].name,
        "series to forecast",
    )
    return picker, by_key


def lockdowns_picker() -> Picker:
    """Return the choice of whether models see the months of lockdown."""
    words = {SET_ASIDE: "Set aside", USED: "Used like any other"}
    return Picker("Months of lockdown", "lockdowns", [SET_ASIDE, USED], 0, lambda key: words[key])


def what_ifs() -> tuple[Adjustment, ...]:
    """Return the what-ifs chosen; what can't be read of a link is forgotten, and said."""
    texts = [text for text in choices_made().get("whatif", "").split(BETWEEN) if text]
    kept = []
    for text in texts[:MOST]:
        try:
            kept.append(parse_adjustment(text))
        except VulncoreError as problem:
            not_there(str(problem).rstrip("."), "the forecast without it")
    if len(texts) > MOST:
        not_there(f"{len(texts)} what-ifs are too many to tell apart", f"the first {MOST}")
    keep_what_ifs(kept)
    return tuple(kept)


def keep_what_ifs(kept: list[Adjustment]) -> None:
    """Keep these what-ifs, in the order given."""
    choices_made().pop("whatif", None)
    if kept:
        choices_made()["whatif"] = BETWEEN.join(map(format_adjustment, kept))


def forecast_link(subject: Subject) -> dict[str, str | None]:
    """Return the choices as the link writes them."""
    made = {name: choice for name, choice in choices_made().items() if name in OF_THE_FORECAST and choice}
    return {**made, "subject": subject.key}


def add_what_if(adjustment: Adjustment) -> None:
    """Add a what-if to those chosen."""
    keep_what_ifs([*what_ifs(), adjustment])


def remove_what_if(place: int) -> None:
    """Remove one of the what-ifs chosen; a button's callback."""
    kept = list(what_ifs())
    if place < len(kept):
        del kept[place]
    keep_what_ifs(kept)
    st.session_state.pop("not there", None)
