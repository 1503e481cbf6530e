"""A unit's staffing in a few sentences: what a resourcing lead could repeat."""

from datetime import date

import numpy as np

from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import month_name, months_between
from vulncore.findings.resourcing.assumptions import driver_name
from vulncore.findings.resourcing.outlook import ResourcingOutlook, changed_keys
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import RANGE, agree, percent
from vulncore.resourcing.answers import first_month
from vulncore.resourcing.scenario.link import illustrative
from vulncore.resourcing.scenario.scenario import ASSUMED
from vulncore.resourcing.solving import Condition, Solved

VERY_LIKELY, LIKELIER = 0.9, 0.65


def resourcing_headline(told: ResourcingOutlook) -> tuple[Headline, ...]:
    """Return what a scenario says: whether there are enough, how many cases each, what it takes, and how it is with others."""
    held = _cases_each(told) if told.holds_cases else None
    lines = [_enough(told), held, _takes(told), _others(told), _assumed(told)]
    return tuple(line for line in lines if line)


def officers(number: float) -> str:
    """Return a number of full-time officers.

    >>> officers(0.62), officers(18.46), officers(1_234.5)
    ('0.62', '18.5', '1,234')
    """
    return f"{number:,.{2 if number < 0.995 else 1 if number < 99.95 else 0}f}"


def chance_in_words(chance: float) -> str:
    r"""Return a chance in whole per cent; thousands of futures show no certainty.

    >>> chance_in_words(1.0), chance_in_words(0.883)
    ('over\xa099\xa0%', '88\xa0%')
    """
    return percent(min(max(chance, 0.0005), 0.9995)).replace(" ", "\u00a0")


def chance_lead(short: float) -> str:
    """Return how likely a shortage is, in words.

    >>> chance_lead(0.95), chance_lead(0.2)
    ('Very likely short', 'More likely enough than not')
    """
    if short >= VERY_LIKELY:
        return "Very likely short"
    if short >= LIKELIER:
        return "More likely short than not"
    if short > 1 - LIKELIER:
        return "Could go either way"
    if short > 1 - VERY_LIKELY:
        return "More likely enough than not"
    return "Very likely enough"


def _enough(told: ResourcingOutlook) -> Headline:
    row, short = told.of_role, float(told.of_role["short"])
    kind = HeadlineKind.CLEAR if short >= VERY_LIKELY or short <= 1 - VERY_LIKELY else HeadlineKind.POSSIBLE
    text = (
        f"In {told.asked.year} demand asks for {officers(row['needed50'])} full-time {plural(told.role.name)}; "
        f"{officers(row['needed80'])} would be enough in 80\u00a0% of simulated futures, {officers(row['needed95'])} in 95\u00a0%. "
        f"The equivalent of {officers(row['there50'])} will be there ({officers(row['funded'])} funded). Too few in "
        f"{chance_in_words(short)} of simulated months."
    )
    return Headline(kind, chance_lead(short), text)


def _cases_each(told: ResourcingOutlook) -> Headline:
    months, as_at = told.months, told.staffing.as_at
    first, at_end = months.iloc[0], months.iloc[told.span.last]
    over = first_month(months["over"].tolist(), as_at)
    limit = f"More than {told.limit:,g}"
    if over is None:
        tail = (
            f"{limit} doesn't become more likely than not by {month_name(months['month'].iloc[-1].date())}."
        )
    elif months_between(as_at, over) == 1:
        tail = f"{limit} is more likely than not already."
    else:
        tail = f"{limit} becomes more likely than not in {month_name(over)}."
    text = (
        f"About {cases(first['caseload50'])} open for each in {month_name(first['month'].date())}, "
        f"{cases(at_end['caseload50'])} at the end of {told.asked.year} ({RANGE} {cases(at_end['caseload10'])} to "
        f"{cases(at_end['caseload90'])}). {tail}"
    )
    return Headline(HeadlineKind.QUIET, "Cases each", text)


def cases(number: float, decimals: int = 0) -> str:
    """Return a number of cases each; more than anyone can tell where nobody is there.

    >>> cases(14.2), cases(float("inf"))
    ('14', 'nobody there')
    """
    return f"{number:,.{decimals}f}" if np.isfinite(number) else "nobody there"


def _takes(told: ResourcingOutlook) -> Headline:
    hours = told.for_hours
    if told.solved is None:
        return Headline(HeadlineKind.QUIET, "What it takes", _told(told, hours))
    text = _told(told, told.solved)
    if isinstance(hours, Solved) and hours.steps:
        text += f" For the hours it takes {hours.more:,}."
    return Headline(HeadlineKind.QUIET, "What it takes", text)


def _told(told: ResourcingOutlook, solved: Solved | InvalidScenarioError) -> str:
    return what_it_takes(told, solved) if isinstance(solved, Solved) else str(solved)


def what_it_takes(told: ResourcingOutlook, solved: Solved) -> str:
    """Return how many more a role needs, by when, and how many of them sooner than anyone can be trained."""
    question, role = solved.question, told.role.name
    limit = (
        f"more than {question.limit:,g} cases each"
        if question.condition is Condition.CASELOAD
        else "too few for the hours"
    )
    keeps = f"the chance of {limit} at {chance_in_words(question.probability)} or less to {month_name(question.until)}"
    if not solved.steps:
        return f"Nobody more keeps {keeps}."
    first, last = solved.steps[0][0], solved.steps[-1][0]
    yearly = {year: _by(solved, date(year, 12, 1)) for year in range(first.year, last.year)}
    stages = [
        f"{people:,} by the end of {year}"
        for year, people in yearly.items()
        if people > yearly.get(year - 1, 0)
    ]
    training = solved.training_months
    when = f"{'trained' if training else 'there'} by {month_name(last)}" + (
        f" ({', '.join(stages)})" if stages else ""
    )
    text = f"{solved.more:,} more {agree(solved.more, role, plural(role))}, {when}, {agree(solved.more, 'keeps', 'keep')} {keeps}."
    beyond, late = beyond_funded(told, solved), solved.too_late(told.staffing.as_at)
    caveats = [f"{beyond:,} are beyond what is funded"] if beyond else []
    caveats += [f"{late:,} are wanted sooner than the {training} months that training takes"] if late else []
    return f"{text} Of them, {' and '.join(caveats)}." if caveats else text


def beyond_funded(told: ResourcingOutlook, solved: Solved) -> int:
    """Return how many of those needed have no funded post: neither a vacant one, nor one that nobody is planned for."""
    scenario, role = told.used, solved.question.role
    planned = sum(each.people for each in scenario.joiners if each.role == role)
    vacant = scenario.of_role(role, "posts").likely - scenario.of_role(role, "in_post").likely - planned
    return max(0, int(solved.more - max(vacant, 0)))


def _by(solved: Solved, month: date) -> int:
    return sum(people for step, people in solved.steps if step <= month)


def _others(told: ResourcingOutlook) -> Headline | None:
    others = told.roles[told.roles["role"] != told.asked.role].sort_values(
        "short", ascending=False, kind="stable"
    )
    if others.empty:
        return None
    said = [f"{row['name']} {chance_in_words(float(row['short']))}" for _, row in others.iterrows()]
    return Headline(HeadlineKind.QUIET, f"Too few of others, {told.asked.year}", f"{', '.join(said)}.")


def _assumed(told: ResourcingOutlook) -> Headline:
    own = len(changed_keys(told.scenario, illustrative()))
    shipped = {
        key: each
        for key, each in told.used.assumptions.items()
        if illustrative().assumptions.get(key) == each
    }
    assumed = sum(1 for each in shipped.values() if each.source.startswith(ASSUMED))
    text = f"{assumed} of {len(told.used.assumptions)} numbers are assumed as they ship, "
    text += f"{own} differ from what ships" if own else "none is a force's own yet"
    text += ". No official caseload standard exists: the limit is yours to set."
    return Headline(
        HeadlineKind.QUIET, "Illustrative" if assumed else "Assumptions", f"{text}{_left_out(told)}"
    )


def _left_out(told: ResourcingOutlook) -> str:
    """Return which kinds of case are not in the figures, and which were not forecast."""
    wanted = told.forecast.demand
    said = (
        [f" Not in it, since the data have none: {', '.join(kind.name for kind in wanted.missing)}."]
        if wanted.missing
        else []
    )
    gone = [kind.why for kind in wanted.kinds.values() if kind.why and not kind.steady]
    said += [f" Not in it: {why}" for why in gone]
    return "".join(said)


def plural(name: str) -> str:
    """Return a role's name for several."""
    return f"{name}s" if not name.endswith("s") else name


def staffing_in_words(told: ResourcingOutlook) -> str:
    """Return the months of a role in words, for who can't see the chart: each December."""
    ends = told.months[told.months["month"].dt.month == 12]
    said = [
        f"{row['month']:%B %Y} needed {officers(row['needed50'])}, enough in 80 % {officers(row['needed80'])}, in 95 % "
        f"{officers(row['needed95'])}, there {officers(row['there50'])}, chance of too few {chance_in_words(float(row['short']))}"
        for _, row in ends.iterrows()
    ]
    return f"Full-time officers: {'; '.join(said)}."


def caseload_in_words(told: ResourcingOutlook) -> str:
    """Return the cases each of a role in words, for who can't see the chart: each December."""
    ends = told.months[told.months["month"].dt.month == 12]
    said = [
        f"{row['month']:%B %Y} {cases(row['caseload50'])} ({cases(row['caseload10'])} to {cases(row['caseload90'])}), chance of more "
        f"than {told.limit:,g} {chance_in_words(float(row['over']))}"
        for _, row in ends.iterrows()
    ]
    return f"Open cases for each officer: {'; '.join(said)}."


def drivers_in_words(told: ResourcingOutlook) -> str:
    """Return what moves the shortage most, for who can't see the chart."""
    said = [
        f"{driver_name(told.used, row['key'])} from {row['gap_low']:+,.1f} to {row['gap_high']:+,.1f}"
        for _, row in told.drivers.head(5).iterrows()
    ]
    return f"Officers short, as expected {told.drivers['gap'].iloc[0]:+,.1f}: {'; '.join(said)}.".replace(
        "-", "−"
    )
