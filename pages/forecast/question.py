"""What is asked of the forecast: which series, from which months, and what if."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.shared.choices import Choices, Picker, change, choice, say_unmet
from pages.shared.sidebar import View
from vulncore.domain.errors import VulncoreError
from vulncore.findings.forecast.demand import Subject, find_subject, subjects
from vulncore.findings.forecast.work import YEARS
from vulncore.forecasting.paths import months_ahead
from vulncore.forecasting.what_if import MOST, Adjustment, check_start, format_adjustment, parse_adjustment

SET_ASIDE, USED = "aside", "used"
BETWEEN = "~"  # between what-ifs in a link


def _texts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(BETWEEN) if part)


@dataclass(frozen=True)
class ForecastChoices(Choices):
    """What is chosen on the page Forecast; `whatif` are adjustments as `format_adjustment` writes them."""

    subject: str | None = choice(falls_with=("force", "strand"))
    lockdowns: str = choice(SET_ASIDE)
    whatif: tuple[str, ...] = choice((), read=_texts, write=BETWEEN.join)
    part: str = choice("")


def subject_picker(view: View) -> tuple[Picker[str], dict[str, Subject]]:
    """Return the choice of what is forecast, and what each option is.

    Raises:
        UnknownNameError: The dataset has nothing to forecast.
    """
    offered = subjects(view.contents, view.strand)
    first = find_subject(offered, None)
    by_key = {subject.key: subject for subject in offered}
    picker = Picker(
        "Forecast",
        "subject",
        list(by_key),
        list(by_key).index(first.key),
        lambda key: by_key[key].name,
        "series to forecast",
    )
    return picker, by_key


def lockdowns_picker() -> Picker[str]:
    """Return the choice of whether models see the months of lockdown."""
    words = {SET_ASIDE: "Set aside", USED: "Used like any other"}
    return Picker("Months of lockdown, 2020–21", "lockdowns", [SET_ASIDE, USED], words=words.__getitem__)


def what_ifs(view: View, choices: ForecastChoices) -> tuple[Adjustment, ...]:
    """Return the what-ifs chosen; what can't be read of a link, or lies in no month to come, is forgotten, and said."""
    kept = []
    for text in choices.whatif[:MOST]:
        try:
            kept.append(check_start(parse_adjustment(text), view.month, months_ahead(view.month, YEARS)))
        except VulncoreError as problem:
            say_unmet(str(problem).rstrip("."), "the forecast without it")
    if len(choices.whatif) > MOST:
        say_unmet(f"{len(choices.whatif)} what-ifs are too many to tell apart", f"the first {MOST}")
    keep_what_ifs(kept)
    return tuple(kept)


def keep_what_ifs(kept: Sequence[Adjustment]) -> None:
    """Keep these what-ifs, in the order given."""
    change(ForecastChoices, whatif=tuple(map(format_adjustment, kept)))


def add_what_if(held: Sequence[Adjustment], adjustment: Adjustment) -> None:
    """Add a what-if to those that hold."""
    keep_what_ifs([*held, adjustment])


def remove_what_if(held: Sequence[Adjustment], place: int) -> None:
    """Remove one of the what-ifs that hold; a button's callback."""
    keep_what_ifs([*held[:place], *held[place + 1 :]])
