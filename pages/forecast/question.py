"""What is forecast, and what if, by the choices made."""

from collections.abc import Sequence

from pages.shared.choices import OF_THE_FORECAST, Picker, choices_made, not_there
from pages.shared.sidebar import View
from vulncore.domain.errors import VulncoreError
from vulncore.findings.forecast.demand import Subject, find_subject, subjects
from vulncore.findings.forecast.work import YEARS
from vulncore.forecasting.paths import months_ahead
from vulncore.forecasting.what_if import MOST, Adjustment, check_start, format_adjustment, parse_adjustment

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
    return Picker("Months of lockdown, 2020–21", "lockdowns", [SET_ASIDE, USED], 0, lambda key: words[key])


def what_ifs(view: View) -> tuple[Adjustment, ...]:
    """Return the what-ifs chosen; what can't be read of a link, or lies in no month to come, is forgotten, and said."""
    texts = [text for text in choices_made().get("whatif", "").split(BETWEEN) if text]
    kept = []
    for text in texts[:MOST]:
        try:
            kept.append(check_start(parse_adjustment(text), view.month, months_ahead(view.month, YEARS)))
        except VulncoreError as problem:
            not_there(str(problem).rstrip("."), "the forecast without it")
    if len(texts) > MOST:
        not_there(f"{len(texts)} what-ifs are too many to tell apart", f"the first {MOST}")
    keep_what_ifs(kept)
    return tuple(kept)


def keep_what_ifs(kept: Sequence[Adjustment]) -> None:
    """Keep these what-ifs, in the order given."""
    choices_made().pop("whatif", None)
    if kept:
        choices_made()["whatif"] = BETWEEN.join(map(format_adjustment, kept))


def forecast_link(subject: Subject) -> dict[str, str | None]:
    """Return the choices as the link writes them."""
    made = {name: choice for name, choice in choices_made().items() if name in OF_THE_FORECAST and choice}
    return {**made, "subject": subject.key}


def add_what_if(held: Sequence[Adjustment], adjustment: Adjustment) -> None:
    """Add a what-if to those that hold."""
    keep_what_ifs([*held, adjustment])


def remove_what_if(held: Sequence[Adjustment], place: int) -> None:
    """Remove one of the what-ifs that hold; a button's callback."""
    keep_what_ifs([*held[:place], *held[place + 1 :]])
