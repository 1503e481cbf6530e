"""A unit's staffing in a few sentences: what a resourcing lead could repeat."""

from datetime import date

from vulncore.findings.forecast_words import RANGE
from vulncore.findings.headline import Headline, Kind
from vulncore.findings.resourcing_outlook import ResourcingOutlook
from vulncore.findings.resourcing_words import driver_name
from vulncore.findings.week_sentences import percent
from vulncore.periods import month_name, months_between
from vulncore.resourcing.answers import first_month
from vulncore.resourcing.solving import Solved

VERY_LIKELY, LIKELIER = 0.9, 0.65


def resourcing_headline(told: ResourcingOutlook) -> tuple[Headline, ...]:
    """Return what a scenario says: whether there are enough, how many cases each, what it takes, and how it is with others."""
    cases = _cases_each(told) if told.holds_cases else None
    lines = [_enough(told), cases, _what_it_takes(told), _others(told), _illustrative(told)]
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
    row, role = told.of_role, told.role.name
    short = float(row["short"])
    kind = Kind.CLEAR if short >= VERY_LIKELY or short <= 1 - VERY_LIKELY else Kind.POSSIBLE
    posts = told.used.of_role(told.asked.role, "full_time").likely / 100 * float(row["posts"])
    text = (
        f"In {told.asked.year} demand asks for {officers(row['needed50'])} full-time {_plural(role)} ({RANGE} "
        f"{officers(row['low80'])} to {officers(row['high80'])}); {officers(row['there50'])} of {officers(posts)} funded will do a "
        f"full share. Too few in {chance_in_words(short)} of simulated futures."
    )
    return Headline(kind, chance_lead(short), text)


def _cases_each(told: ResourcingOutlook) -> Headline:
    months, as_at = told.months, told.staffing.as_at
    first, at_end = months.iloc[0], months.iloc[told.span.last]
    over = first_month(months["over"].tolist(), as_at)
    limit = f"more than {told.limit:,g}"
    if over is None:
        tail = f"{limit.capitalize()} never becomes more likely than not."
    elif months_between(as_at, over) == 1:
        tail = f"{limit.capitalize()} is more likely than not already."
    else:
        tail = f"{limit.capitalize()} becomes more likely than not in {month_name(over)}."
    text = (
        f"About {first['caseload50']:,.0f} open cases now, {at_end['caseload50']:,.0f} at the end of {told.asked.year} "
        f"({RANGE} {at_end['caseload10']:,.0f} to {at_end['caseload90']:,.0f}). {tail}"
    )
    return Headline(Kind.QUIET, "Cases each", text)


def _what_it_takes(told: ResourcingOutlook) -> Headline:
    solved = told.solved
    if not isinstance(solved, Solved):
        return Headline(Kind.QUIET, "What it takes", str(solved))
    return Headline(Kind.QUIET, "What it takes", what_it_takes(told, solved))


def what_it_takes(told: ResourcingOutlook, solved: Solved) -> str:
    """Return how many more a role needs, and by when."""
    question, role = solved.question, told.role.name
    passing = f"more than {question.limit:,g} cases each" if told.holds_cases else "too few"
    until = f"the chance of {passing} at {chance_in_words(question.probability)} or less from {month_name(question.since)} to "
    until += month_name(question.until)
    if not solved.steps:
        return f"Nobody more: what is planned keeps {until}."
    more = f"{solved.more:,} more {_plural(role) if solved.more > 1 else role}"
    first, last = solved.steps[0], solved.steps[-1][0]
    ends = [date(year, 12, 1) for year in range(first[0].year, last.year)]
    stages = [f"{_by(solved, end):,} by the end of {end.year}" for end in ends]
    when = f"trained by {month_name(last)}" + (f" ({', '.join(stages)})" if stages else "")
    training = months_between(solved.start_training[0], first[0])
    late = f" Training takes about {training} months." if training else ""
    return f"{more}, {when}, {'keep' if solved.more > 1 else 'keeps'} {until}.{late}"


def _by(solved: Solved, month: date) -> int:
    return sum(people for step, people in solved.steps if step <= month)


def _others(told: ResourcingOutlook) -> Headline | None:
    others = told.roles[told.roles["role"] != told.asked.role].sort_values(
        "short", ascending=False, kind="stable"
    )
    if others.empty:
        return None
    said = [f"{row['name']} {chance_in_words(float(row['short']))}" for _, row in others.iterrows()]
    return Headline(Kind.QUIET, f"Too few of others, {told.asked.year}", f"{', '.join(said)}.")


def _illustrative(told: ResourcingOutlook) -> Headline:
    numbers = told.used.assumptions.values()
    own = sum(1 for each in numbers if each.by)
    assumed = sum(1 for each in numbers if not each.by and each.source.startswith("assumed"))
    text = f"{assumed} of {len(told.used.assumptions)} numbers are assumed"
    text += f", {own} changed by somebody" if own else ", none is a force's own yet"
    text += ". No official caseload standard exists: the limit is yours to set."
    return Headline(Kind.QUIET, "Illustrative", f"{text}{_left_out(told)}")


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


def _plural(name: str) -> str:
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
        f"{row['month']:%B %Y} {row['caseload50']:,.0f} ({row['caseload10']:,.0f} to {row['caseload90']:,.0f}), chance of more "
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
    return f"Officers wanting, as expected {told.drivers['gap'].iloc[0]:+,.1f}: {'; '.join(said)}.".replace(
        "-", "−"
    )
