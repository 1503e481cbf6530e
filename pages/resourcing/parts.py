"""What the page Resourcing shows of a scenario: its charts, and the parts beneath them."""

from collections.abc import Callable, Sequence
from functools import partial

import altair
import pandas as pd
import streamlit as st

from pages.resourcing.assumptions import show_assumption_form, show_sheet
from pages.resourcing.question import ResourcingChoices, has_role
from pages.resourcing.reads import forecast_of, outlook_of
from pages.shared.charts import show_chart
from pages.shared.choices import Picker
from pages.shared.drawn import drawn
from pages.shared.files import csv_table, offer_csv, offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from vulncore.charts.theme import Palette
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import format_month
from vulncore.findings.resourcing.arrivals import demand_notes, demand_rows, demand_table
from vulncore.findings.resourcing.assumptions import (
    assumption_rows,
    assumptions_table,
    costs_not_entered,
    number_groups,
)
from vulncore.findings.resourcing.charts import (
    MOST_SHOWN,
    caseload_chart,
    drivers_chart,
    scenarios_chart,
    staffing_chart,
)
from vulncore.findings.resourcing.costs import ROUNDED, says_costs
from vulncore.findings.resourcing.outlook import ResourcingOutlook, changed_from_example
from vulncore.findings.resourcing.sentences import (
    caseload_in_words,
    drivers_in_words,
    is_untestable,
    staffing_in_words,
)
from vulncore.findings.resourcing.tables import (
    comparison_table,
    differences_table,
    driver_rows,
    drivers_table,
    exported,
    months_table,
    named_drivers,
    roles_table,
    scenario_names,
    staffing_rows,
    without_verdict,
)
from vulncore.findings.shared.file_names import file_name
from vulncore.findings.shared.words import number_of, percent
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.scenario import Scenario

CHANGED, EVERY = "changed", "every"
CASES, NEEDED_AND_THERE, NEEDED_ALONE = "open cases each", "needed and there", "needed"
"""What a chart shows of a role, in words."""


def show_chart_of(outlook: ResourcingOutlook, what: str, force: str, source: str) -> None:
    """Draw cases each against their limit, what is needed against who will be there, or what is needed alone."""
    in_words = (
        caseload_in_words(outlook) if what == CASES else staffing_in_words(outlook, what == NEEDED_ALONE)
    )
    show_chart(
        _chart_of(outlook, what, force, palette()),
        alt=f"{', '.join(_title_of(outlook, what, force))}. {in_words}",
        source=source,
    )
    if tested := outlook.forecast.tested_to:
        st.caption(plain(f"Forecasts were tested up to {number_of(int(tested), 'month')} ahead."))
    else:
        too_few = "Too few months are recorded to test a forecast."
        st.caption(too_few if is_untestable(outlook) else "Forecasts are being tested …")


def offer_chart_of(outlook: ResourcingOutlook, what: str, view: View) -> None:
    """Offer the same as a picture."""
    _offer_chart(partial(_chart_of, outlook, what, view.force), outlook, view, what)


def _chart_of(outlook: ResourcingOutlook, what: str, force: str, colours: Palette) -> altair.LayerChart:
    title = _title_of(outlook, what, force)
    if what == CASES:
        return caseload_chart(outlook.months, outlook.limit, outlook.passes_limit, title, colours)
    posts = None if what == NEEDED_ALONE else float(outlook.role_year["funded"])
    return staffing_chart(outlook.months, posts, title, colours)


def _title_of(outlook: ResourcingOutlook, what: str, force: str) -> list[str]:
    return [f"{outlook.role.name}: {what}", f"{force}: {outlook.used.name}"]


def show_assumptions(outlook: ResourcingOutlook, choices: ResourcingChoices, view: View) -> None:
    """Draw every number assumed, the form that changes one, and the numbers as a file."""
    groups = {part.key: name for part, name in number_groups(outlook.used).items()}
    names = {CHANGED: "Changed from the example figures", EVERY: "Everything", **groups}
    st.markdown(plain(outlook.used.about))
    picker = Picker("Show assumptions for", "numbers", list(names), 2, names.__getitem__, "group of numbers")
    chosen = picker.draw(choices)
    every = outlook.used.assumptions
    changed = changed_from_example(outlook.scenario) if chosen == CHANGED else every
    numbers = [number for number in changed if number in every and chosen in (CHANGED, EVERY, number.of.key)]
    empty = [cost for cost in costs_not_entered(outlook.used) if chosen in (EVERY, cost.of.key)]
    with st.expander("Change a number"):
        show_assumption_form(outlook, [*numbers, *empty] or list(every))
    if numbers:
        drawn(_show_numbers, outlook, tuple(numbers), names[chosen], chosen in (CHANGED, EVERY))
    else:
        st.info("No number differs from the example figures.")
    st.caption(
        "“20 (12 to 24)” is drawn anew for each simulated future, most often near 20. A number alone is taken as certain. A measured number comes from "
        "the records of the last five years that name a team. Names are as typed; they are not checked."
    )
    show_sheet(outlook.scenario, f"{_name(outlook, view, 'assumptions')}.xlsx")
    _offer(lambda: assumption_rows(outlook.used), outlook, view, "assumptions")


def _show_numbers(
    outlook: ResourcingOutlook, numbers: tuple[Address, ...], name: str, of_several: bool
) -> None:
    table = assumptions_table(outlook.used, numbers)
    show_table(table if of_several else table.drop(columns="Of"), f"{outlook.used.name}: {name}")


def show_drivers(outlook: ResourcingOutlook, view: View) -> None:
    """Draw what moves the shortage most."""
    drawn(_show_drivers, outlook, view.force, source_of(view))
    if outlook.drivers.empty:
        return
    with st.container(horizontal=True):
        drawn(_show_drivers_as_table, outlook, view.force)
        _offer_chart(
            partial(_drivers_of, outlook, view.force), outlook, view, "drivers", lambda: driver_rows(outlook)
        )


def _drivers_title(outlook: ResourcingOutlook, force: str) -> list[str]:
    return _title_of(outlook, f"what moves the shortage in {outlook.question.year}", force)


def _drivers_of(outlook: ResourcingOutlook, force: str, colours: Palette) -> altair.LayerChart:
    return drivers_chart(named_drivers(outlook), _drivers_title(outlook, force), colours)


def _show_drivers(outlook: ResourcingOutlook, force: str, source: str) -> None:
    if outlook.drivers.empty:
        st.info("Every number is taken as certain, so nothing moves the shortage.")
        return
    show_chart(
        _drivers_of(outlook, force, palette()),
        alt=f"{', '.join(_drivers_title(outlook, force))}. {drivers_in_words(outlook)}",
        source=source,
    )
    st.caption(
        "Each number is set to its 10th and 90th percentile while the others stay at their mean. The middle line is all numbers at their mean."
    )


def _show_drivers_as_table(outlook: ResourcingOutlook, force: str) -> None:
    table = drivers_table(outlook)
    with st.popover("Show as table"):
        show_table(
            table.head(3 * MOST_SHOWN),
            _drivers_title(outlook, force)[0],
            [name for name in table.columns if name.startswith("Short")],
        )


def show_comparison(outlook: ResourcingOutlook, beside: Sequence[Scenario], view: View) -> None:
    """Draw scenarios beside the one on screen: those of `beside` that have the role asked about."""
    having = [plan for plan in beside if has_role(plan, outlook.question)]
    if gone := [plan.name for plan in beside if plan not in having]:
        st.info(plain(f"Not compared, since they have no {outlook.role.name}: {', '.join(gone)}."))
    try:
        others = [
            outlook_of(forecast_of(view, plan, outlook.forecast.basis), plan, view, outlook.question)
            for plan in having
        ]
    except VulncoreError as problem:
        st.error(plain(f"The scenarios can't be compared. {problem}"))
        return
    every = [outlook, *others]
    if len(every) == 1:
        st.info("Choose under “Save, compare …” which scenarios stand beside this one.")
        return
    drawn(_show_compared, view.force, source_of(view), *every)
    _offer_chart(
        partial(_compared_chart, every, view.force),
        outlook,
        view,
        "scenarios compared",
        lambda: pd.concat([staffing_rows(one) for one in every], ignore_index=True),
    )


def _show_compared(force: str, source: str, outlook: ResourcingOutlook, *others: ResourcingOutlook) -> None:
    every = [outlook, *others]
    names = scenario_names(every)
    table, differences = comparison_table(every), differences_table(every)
    show_table(table, f"{outlook.role.name}: scenarios side by side", list(table.columns[1:]))
    if says_costs(*every):
        st.caption(ROUNDED)
    if len(differences):
        show_table(differences, "What they assume differently", list(differences.columns[1:]))
    what, column = _compared_by(every)
    at_end = ", ".join(
        f"{name} {percent(one.months[column].iloc[-1])}" for one, name in zip(every, names, strict=True)
    )
    show_chart(
        _compared_chart(every, force, palette()),
        alt=f"{outlook.role.name}: scenarios compared, {force}. {what}, in the last month: {at_end}.",
        source=source,
    )


def _compared_by(every: Sequence[ResourcingOutlook]) -> tuple[str, str]:
    """Return by which chance scenarios are compared, and its column."""
    if all(one.holds_cases for one in every):
        return "Chance of passing the limit of cases each", "over"
    return "Chance of being short of officers", "short"


def _compared_chart(every: Sequence[ResourcingOutlook], force: str, colours: Palette) -> altair.LayerChart:
    what, column = _compared_by(every)
    months = pd.concat(
        [
            one.months[["month"]].assign(chance=one.months[column], scenario=name)
            for one, name in zip(every, scenario_names(every), strict=True)
        ],
        ignore_index=True,
    )
    return scenarios_chart(months, [f"{every[0].role.name}: scenarios compared", force], what, colours)


def show_months(outlook: ResourcingOutlook, view: View, judged: bool) -> None:
    """Draw every role in the year, the months of the role asked about, and both as a file."""
    drawn(_show_months, outlook, judged)
    if judged:
        _offer(lambda: staffing_rows(outlook), outlook, view, "months")


def _show_months(outlook: ResourcingOutlook, judged: bool) -> None:
    roles, months = roles_table(outlook), months_table(outlook)
    if not judged:
        roles, months = without_verdict(roles), without_verdict(months)
    show_table(roles, f"{outlook.used.unit}, {outlook.question.year}", list(roles.columns[1:]))
    if judged and says_costs(outlook):
        st.caption(ROUNDED)
    show_table(months, f"{outlook.role.name} by month", list(months.columns[1:]))


def show_demand(outlook: ResourcingOutlook, view: View) -> None:
    """Draw what comes in, kind by kind."""
    drawn(_show_demand, outlook)
    _offer(lambda: demand_rows(outlook), outlook, view, "demand")


def _show_demand(outlook: ResourcingOutlook) -> None:
    table = demand_table(outlook)
    figures = [name for name in table.columns if name not in ("Kind of case", "Recorded as", "Held by")]
    show_table(table, f"{outlook.used.unit}: what comes in, each record once", figures)
    st.markdown("\n".join(f"- {plain(note)}" for note in demand_notes(outlook)))


def _offer(rows: Callable[[], pd.DataFrame], outlook: ResourcingOutlook, view: View, what: str) -> None:
    offer_csv(
        lambda: exported(rows(), outlook.forecast, view.publish),
        f"{_name(outlook, view, what)}.csv",
        key=f"download {what}",
    )


def _offer_chart(
    draw: Callable[[Palette], altair.LayerChart],
    outlook: ResourcingOutlook,
    view: View,
    what: str,
    rows: Callable[[], pd.DataFrame] | None = None,
) -> None:
    """Offer a chart as a picture, and the rows that it is drawn from where there are any of its own."""
    files = pictures(draw, source_of(view))
    if rows is not None:
        files.append(csv_table(lambda: exported(rows(), outlook.forecast, view.publish)))
    offer_downloads(_name(outlook, view, what), files, key=f"picture {what}")


def _name(outlook: ResourcingOutlook, view: View, what: str) -> str:
    known_to = f"to {format_month(view.month)}"
    return file_name(
        view.publish, f"resourcing {what}", outlook.role.name, outlook.used.name, view.force, known_to
    )
