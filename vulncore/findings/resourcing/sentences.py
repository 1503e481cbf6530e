"""A unit's staffing in a few sentences that a resourcing lead could repeat, and its charts in words."""

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from vulncore.domain.periods import month_name
from vulncore.findings.forecast.sentences import level_change_in_words
from vulncore.findings.resourcing.assumptions import driver_name
from vulncore.findings.resourcing.costs import cost_headline, cost_of, cost_of_more, pounds
from vulncore.findings.resourcing.outlook import ResourcingOutlook, changed_from_example
from vulncore.findings.shared.headline import NOTHING_TO_DO, Briefing, Headline, HeadlineKind
from vulncore.findings.shared.words import IN_4_OF_5, IN_19_OF_20, agree, number_of, percent, small_first
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import ASSUMED, Scenario
from vulncore.resourcing.solving import Condition, MoreNeeded

VERY_LIKELY, LIKELY_SHORT = 0.9, 0.65
LIKELY_WORDS = "likely (over 50\u00a0%)"
LEFT_OUT = "This kind of case is left out."


def resourcing_headline(outlook: ResourcingOutlook, judged: bool = True) -> tuple[Headline, ...]:
    """Return what a scenario says: whether officers are short, cases each, how many more it takes, costs, other roles, assumptions.

    Unless it is `judged` (`is_judged`), it says what demand asks for alone.
    """
    if not judged:
        return _demand_headline(outlook), *_doubted(outlook), _assumptions_headline(outlook)
    headlines = (
        _officers_headline(outlook),
        _cases_headline(outlook) if outlook.holds_cases else None,
        _more_headline(outlook),
        cost_headline(outlook),
        _other_roles_headline(outlook),
        *_doubted(outlook),
        _assumptions_headline(outlook),
    )
    return tuple(headline for headline in headlines if headline)


def resourcing_briefing(outlook: ResourcingOutlook, made: bool, by_hours: bool = False) -> Briefing:
    """Return how many more people of the role it takes by when, and what to ask for.

    Where nobody has entered a force's posts and people, it says what demand asks for, and no more. `by_hours`: enough people
    means that all hours are covered, instead of that cases each stay under their limit.
    """
    role, year = outlook.role.name, outlook.question.year
    mostly = 2 * _assumed(outlook) >= len(outlook.used.assumptions)
    also = "Most numbers are assumed." if mostly else ""
    if is_untestable(outlook):
        also = f"The forecasts rest on too few months to be tested. {also}".strip()
    if absent := len(outlook.forecast.demand.missing):
        kinds = number_of(len(outlook.used.case_types), "kind")
        also = f"{absent} of {kinds} of case {agree(absent, 'is', 'are')} not recorded here. {also}".strip()
    if not is_judged(outlook, made):
        needed = officers(outlook.role_year["needed50"])
        return Briefing(
            f"Demand asks for {needed} full-time {plural(role)} in {year}.",
            "Enter your posts and people under Assumptions to see whether that is enough.",
            also,
        )
    more = outlook.more_by(by_hours)
    if not isinstance(more, MoreNeeded):
        return Briefing(
            f"{role}: {small_first(chance_lead(outlook.role_year['short']))} in {year}.", str(more), also
        )
    if not more.steps:
        return Briefing(
            f"No more {plural(role)} are needed to {month_name(more.target.until)}.", NOTHING_TO_DO, also
        )
    verb = "is" if more.more == 1 else "are"
    finding = f"{_people(more.more, role)} {verb} needed by {month_name(more.steps[-1][0])}."
    beyond = beyond_funded(outlook, more)
    ask = f"Ask for {number_of(beyond, 'more funded post')}" if beyond else "Fill the funded posts"
    if beyond and (cost := cost_of(outlook, more.target.role, beyond)):
        ask += f" ({pounds(cost.middle)} a year)"
    if beyond and beyond < more.more:
        ask += " and fill the vacant ones"
    rule = (
        "all hours are then covered"
        if more is outlook.more_for_hours
        else f"officers then average no more than {more.target.limit:,g} cases each"
    )
    sure = Fraction(1 - more.target.probability).limit_denominator(20)
    how_sure = f"In {sure.numerator} of {sure.denominator} forecasts {rule}."
    return Briefing(finding, f"{ask}.", f"{how_sure} {also}".strip())


def is_untestable(outlook: ResourcingOutlook) -> bool:
    """Return whether every kind of case has too few months for a model, so that no forecast was tested, or ever will be on these."""
    return not outlook.forecast.demand.modelled


def is_judged(outlook: ResourcingOutlook, made: bool) -> bool:
    """Return whether demand is compared with the people there are: the example's are the made data's own, else somebody entered theirs."""
    return made or has_staffing_entered(outlook.scenario, outlook.question.role)


def has_staffing_entered(scenario: Scenario, role: str) -> bool:
    """Return whether somebody has entered how many posts and people a role has: other than as they ship."""
    shipped = example_scenario().assumptions
    return all(
        scenario.of_role(role, name) != shipped.get(Address(name, role)) for name in ("posts", "in_post")
    )


def more_in_words(outlook: ResourcingOutlook, more: MoreNeeded) -> str:
    """Return how many more people a role needs, by when, and how many of them sooner than anyone can be trained."""
    target, role = more.target, outlook.role.name
    of_cases = target.condition is Condition.CASELOAD
    what = f"more than {target.limit:,g} cases each" if of_cases else "being short of officers"
    stays = f"stays at {chance_in_words(target.probability)} or less to {month_name(target.until)}"
    if not more.steps:
        return f"No more {plural(role)} are needed. The chance of {what} {stays}."
    people = f"{_people(more.more, role)} {'is' if more.more == 1 else 'are'}"
    by = f"{'trained' if more.training_months else 'in post'} by {month_name(more.steps[-1][0])}"
    sentences = [f"{people} needed, {by}{_stages(more)}."]
    if cost := cost_of_more(outlook, more):
        sentences.append(f"{'This person costs' if more.more == 1 else 'They cost'} {cost}.")
    sentences.append(f"The chance of {what} then {stays}.")
    if beyond := beyond_funded(outlook, more):
        sentences.append(f"{_some_have(beyond, more.more)} no funded post.")
    if late := more.too_late(outlook.staffing.as_at):
        sentences.append(
            f"{_some_have(late, more.more)} to arrive trained, because training takes {number_of(more.training_months, 'month')}."
        )
    return " ".join(sentences)


def beyond_funded(outlook: ResourcingOutlook, more: MoreNeeded) -> int:
    """Return how many of those needed have no funded post: neither a vacant one, nor one that nobody is planned for."""
    scenario, role = outlook.used, more.target.role
    planned = sum(group.people for group in scenario.joiners if group.role == role)
    vacant = scenario.of_role(role, "posts").likely - scenario.of_role(role, "in_post").likely - planned
    return max(0, int(more.more - max(vacant, 0)))


def officers(number: float) -> str:
    """Return a number of full-time officers.

    >>> officers(0.62), officers(18.46), officers(1_234.5)
    ('0.62', '18.5', '1,234')
    """
    return f"{number:,.{2 if number < 0.995 else 1 if number < 99.95 else 0}f}"


def cases(number: float, decimals: int = 0) -> str:
    """Return a number of cases each; words where nobody is there to hold them.

    >>> cases(14.2), cases(float("inf"))
    ('14', 'nobody there')
    """
    return f"{number:,.{decimals}f}" if np.isfinite(number) else "nobody there"


def chance_in_words(chance: float) -> str:
    r"""Return a chance in whole per cent; thousands of simulated paths show no certainty.

    >>> chance_in_words(1.0), chance_in_words(0.883)
    ('over\xa099\xa0%', '88\xa0%')
    """
    return percent(min(max(chance, 0.0005), 0.9995)).replace(" ", "\u00a0")


def chance_lead(short: float) -> str:
    """Return how likely a shortage is, in words.

    >>> chance_lead(0.95), chance_lead(0.2)
    ('Very likely short of officers', 'Unlikely to be short of officers')
    """
    if short >= VERY_LIKELY:
        return "Very likely short of officers"
    if short >= LIKELY_SHORT:
        return "Likely short of officers"
    if short > 1 - LIKELY_SHORT:
        return "About even chance of being short of officers"
    if short > 1 - VERY_LIKELY:
        return "Unlikely to be short of officers"
    return "Very unlikely to be short of officers"


def plural(name: str) -> str:
    """Return a role's name for several."""
    return f"{name}s" if not name.endswith("s") else name


def _decembers(outlook: ResourcingOutlook) -> list[Any]:
    decembers: list[Any] = outlook.months[outlook.months["month"].dt.month == 12].to_dict("records")
    return decembers


def staffing_in_words(outlook: ResourcingOutlook, needed_alone: bool = False) -> str:
    """Return the months of a role in words, for who can't see the chart: each December."""
    months = [
        f"{row['month']:%B %Y} needed {officers(row['needed50'])}, enough {IN_4_OF_5} {officers(row['needed80'])}, "
        f"{IN_19_OF_20} {officers(row['needed95'])}"
        + (
            ""
            if needed_alone
            else f", will be there {officers(row['there50'])}, chance of being short {chance_in_words(float(row['short']))}"
        )
        for row in _decembers(outlook)
    ]
    return f"Full-time officers: {'; '.join(months)}."


def caseload_in_words(outlook: ResourcingOutlook) -> str:
    """Return the cases each of a role in words, for who can't see the chart: each December."""
    months = [
        f"{row['month']:%B %Y} {cases(row['caseload50'])} ({cases(row['caseload10'])} to {cases(row['caseload90'])} {IN_4_OF_5}), "
        f"chance of more than {outlook.limit:,g} {chance_in_words(float(row['over']))}"
        for row in _decembers(outlook)
    ]
    return f"Open cases for each officer: {'; '.join(months)}."


def drivers_in_words(outlook: ResourcingOutlook) -> str:
    """Return what moves the shortage most, for who can't see the chart."""
    moves = [
        f"{driver_name(outlook.used, row['address'])} {row['gap_low']:+,.1f} to {row['gap_high']:+,.1f}"
        for _, row in outlook.drivers.head(5).iterrows()
    ]
    middle = f"{outlook.drivers['gap'].iloc[0]:+,.1f}"
    text = f"Officers short, with all numbers at their mean {middle}: {'; '.join(moves)}."
    return text.replace("-", "−")


def _demand_headline(outlook: ResourcingOutlook) -> Headline:
    row = outlook.role_year
    text = (
        f"In {outlook.question.year} demand asks for {officers(row['needed50'])} full-time {plural(outlook.role.name)}. "
        f"{officers(row['needed80'])} would be enough {IN_4_OF_5}, {officers(row['needed95'])} {IN_19_OF_20}. Posts and people are "
        "not entered, so nothing is said of whether that is enough."
    )
    return Headline(HeadlineKind.QUIET, "What demand asks for", text)


def _officers_headline(outlook: ResourcingOutlook) -> Headline:
    row, short = outlook.role_year, float(outlook.role_year["short"])
    kind = HeadlineKind.CLEAR if short >= VERY_LIKELY or short <= 1 - VERY_LIKELY else HeadlineKind.POSSIBLE
    text = (
        f"In {outlook.question.year} demand asks for {officers(row['needed50'])} full-time {plural(outlook.role.name)}; "
        f"{officers(row['there50'])} will be there ({officers(row['funded'])} funded). "
        f"{officers(row['needed80'])} would be enough {IN_4_OF_5}, {officers(row['needed95'])} {IN_19_OF_20}. "
        f"Officers are short in {chance_in_words(short)} of the forecast months."
    )
    return Headline(kind, chance_lead(short), text)


def _cases_headline(outlook: ResourcingOutlook) -> Headline:
    months, over = outlook.months, outlook.passes_limit
    first, at_end = months.iloc[0], months.iloc[outlook.span.last]
    limit = f"More than {outlook.limit:,g}"
    if over is None:
        passing = f"{limit} does not become {LIKELY_WORDS} by {month_name(months['month'].iloc[-1].date())}."
    elif over == first["month"].date():
        passing = f"{limit} is {LIKELY_WORDS} already."
    else:
        passing = f"{limit} becomes {LIKELY_WORDS} in {month_name(over)}."
    holds = f"Each officer holds about {cases(first['caseload50'])} open cases"
    now = f"{holds if np.isfinite(first['caseload50']) else 'Nobody is there'} in {month_name(first['month'].date())}"
    middle, low, high = (cases(at_end[column]) for column in ("caseload50", "caseload10", "caseload90"))
    then = f"{middle} at the end of {outlook.question.year} ({low} to {high} {IN_4_OF_5})"
    return Headline(HeadlineKind.QUIET, "Cases each", f"{now}, {then}. {passing}")


def _more_headline(outlook: ResourcingOutlook) -> Headline:
    more, hours = outlook.more_by(by_hours=False), outlook.more_for_hours
    text = more_in_words(outlook, more) if isinstance(more, MoreNeeded) else str(more)
    if more is not hours and isinstance(hours, MoreNeeded) and hours.steps:
        cost = cost_of_more(outlook, hours)
        text += f" Covering the hours takes {_people(hours.more, outlook.role.name)}{f', {cost}' if cost else ''}."
    return Headline(HeadlineKind.QUIET, "What it takes", text)


def _stages(more: MoreNeeded) -> str:
    """Return how many of those needed are needed by the end of each year before the last, in brackets."""
    first, last = more.steps[0][0], more.steps[-1][0]
    by_year = {
        year: sum(people for month, people in more.steps if month <= date(year, 12, 1))
        for year in range(first.year, last.year)
    }
    stages = [
        f"{people:,} by the end of {year}"
        for year, people in by_year.items()
        if people > by_year.get(year - 1, 0)
    ]
    return f" ({', '.join(stages)})" if stages else ""


def _people(number: int, role: str) -> str:
    return f"{number:,} more {role if number == 1 else plural(role)}"


def _some_have(number: int, total: int) -> str:
    """Return the beginning of a sentence about some of those needed: "3 of the 8 have"."""
    if total == 1:
        return "This person has"
    some = f"All {total:,}" if number == total else f"{number:,} of the {total:,}"
    return f"{some} {'has' if number == 1 else 'have'}"


def _other_roles_headline(outlook: ResourcingOutlook) -> Headline | None:
    others = outlook.roles[outlook.roles["role"] != outlook.question.role].sort_values(
        "short", ascending=False, kind="stable"
    )
    if others.empty:
        return None
    chances = [f"{row['name']} {chance_in_words(float(row['short']))}" for _, row in others.iterrows()]
    lead = f"Chance of being short, other roles, {outlook.question.year}"
    return Headline(HeadlineKind.QUIET, lead, f"{', '.join(chances)}.")


def _assumed(outlook: ResourcingOutlook) -> int:
    """Return how many numbers are as they ship."""
    shipped = example_scenario().assumptions
    numbers = outlook.used.assumptions.items()
    return sum(shipped.get(of) == number and number.source.startswith(ASSUMED) for of, number in numbers)


def _assumptions_headline(outlook: ResourcingOutlook) -> Headline:
    assumed = _assumed(outlook)
    sentences = [f"{assumed} of {len(outlook.used.assumptions)} numbers are our assumptions."]
    if assumed:
        sentences.append("Replace them with your own before deciding.")
    if changed := len(changed_from_example(outlook.scenario)):
        numbers_differ = "1 number differs" if changed == 1 else f"{changed} numbers differ"
        sentences.append(f"{numbers_differ} from the example figures.")
    sentences.append("No official caseload standard exists: the limit is yours to set.")
    lead = "Example figures" if assumed else "Assumptions"
    return Headline(HeadlineKind.QUIET, lead, " ".join([*sentences, *_left_out(outlook)]))


def _doubted(outlook: ResourcingOutlook) -> tuple[Headline, ...]:
    """Return a line for each month that no forecast learns from yet, and each change of level that nobody has decided; none where none is."""
    kinds = [kind for kind in outlook.forecast.demand.kinds.values() if kind.included]
    months = [
        f"{kind.subject.name}: {one.in_words}. {one.until}" for kind in kinds for one in kind.demand.held
    ]
    levels = [
        f"{changed}. What comes is forecast as if it had not, until somebody approves that on the Strand page."
        for kind in kinds
        # of several measures together, or without those of another kind, Strand has no chart on which it could be approved
        if len(kind.subject.measures) == 1 and not kind.subject.without
        if (changed := level_change_in_words(kind.demand))
    ]
    return tuple(
        Headline(HeadlineKind.FEED, lead, text)
        for lead, texts in (("Left out", months), ("New level?", levels))
        for text in texts
    )


def _left_out(outlook: ResourcingOutlook) -> list[str]:
    """Return which kinds of case are not in the figures, and which were not forecast."""
    unit = outlook.forecast.demand
    names = ", ".join(kind.name for kind in unit.missing)
    sentences = [f"Left out, because this dataset does not record them: {names}."] if names else []
    return sentences + [f"{kind.why_not} {LEFT_OUT}" for kind in unit.kinds.values() if not kind.included]
