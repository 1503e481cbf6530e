"""What is asked of the forecast: which series, from which months, and what if."""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.shared.choices import Choices, Picker, change, choice, chosen, say_unmet
from pages.shared.sidebar import SidebarChoices, View, path_of_subject
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import month_name
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.work import YEARS
from vulncore.findings.shared.subject import Subject, find_subject, subjects
from vulncore.forecasting.paths import months_ahead
from vulncore.forecasting.what_if import MOST, Adjustment, check_start, format_adjustment, parse_adjustment

SET_ASIDE, USED = "aside", "used"
AS_IT_WAS, CHANGED = "as-it-was", "changed"
BETWEEN = "~"  # between what-ifs in a link


@dataclass(frozen=True)
class ForecastChoices(Choices):
    """What is chosen on the page Forecast; `whatif` are adjustments as `format_adjustment` writes them.

    `subject` is of links from before what is looked at was chosen in one place.
    """

    subject: str | None = choice(falls_with=("force", "strand"))
    lockdowns: str = choice(SET_ASIDE)
    level: str = choice(AS_IT_WAS)
    whatif: tuple[str, ...] = choice(
        (), read=lambda text: tuple(filter(None, text.split(BETWEEN))), write=BETWEEN.join
    )
    part: str = choice("")


def first_subject(view: View) -> str:
    """Return what is forecast until somebody chooses, as a choice of the sidebar; an old link's subject becomes such a choice."""
    offered = subjects(view.contents)
    subject = chosen(ForecastChoices).subject
    if subject is not None:
        change(ForecastChoices, subject=None)
        try:
            change(SidebarChoices, strand=path_of_subject(find_subject(offered, subject), view.contents))
        except UnknownNameError:
            say_unmet(
                f"There is no series to forecast '{subject[:40]}' here", find_subject(offered, None).name
            )
    return path_of_subject(find_subject(offered, None), view.contents)


def subject_shown(view: View) -> Subject:
    """Return what is forecast.

    Raises:
        UnknownNameError: The dataset has nothing to forecast, or not what is looked at.
    """
    offered = subjects(view.contents)
    by_path = {path_of_subject(subject, view.contents): subject for subject in offered}
    for subject in offered:  # a strand of which one measure alone can be forecast
        by_path.setdefault(str(subject.measures[0].strand), subject)
    if not view.path:
        return find_subject(offered, None)
    if view.path not in by_path:
        raise UnknownNameError(
            "Month-end figures are not forecast, only what is counted by month. Choose another strand or measure."
        )
    return by_path[view.path]


def lockdowns_picker() -> Picker[str]:
    """Return the choice of whether models see the months of the pandemic: those under lockdown, or those of a note."""
    words = {SET_ASIDE: "Set aside", USED: "Used like any other"}
    return Picker("Months of the pandemic", "lockdowns", [SET_ASIDE, USED], words=words.__getitem__)


def level_picker(other: Demand | None) -> Picker[str]:
    """Return the choice of how a proposed change of level is taken; of one option where there is no `other` way to take it."""
    options = [AS_IT_WAS, *([CHANGED] if other else [])]
    month = month_name(other.proposed.month) if other and other.proposed else ""
    words = {AS_IT_WAS: "As it was", CHANGED: f"As if changed in {month}"}
    return Picker("Level of recording", "level", options, words=words.__getitem__)


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
    """Keep these what-ifs, in the order given; a button's callback."""
    change(ForecastChoices, whatif=tuple(map(format_adjustment, kept)))
