"""A unit's staffing in a few sentences: what a resourcing lead could repeat."""

from datetime import date

from vulncore.findings.forecast_words import RANGE
from vulncore.findings.headline import Headline, Kind
from vulncore.findings.resourcing_outlook import ResourcingOutlook
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
    row, year = told.of_role, told.asked.year
    short = float(row["short"])
    kind = Kind.CLEAR if short >= VERY_LIKELY or short <= 1 - VERY_LIKELY else Kind.POSSIBLE
    posts = float(told.used.of_role(told.asked.role, "full_time").likely) / 100 * float(row["posts"])
    text = (
        f"{told.role.name}: in {year} demand asks for {officers(row['needed50'])} full-time ({RANGE} {officers(row['low80'])} to "
        f"{officers(row['high80'])}). Of {officers(posts)} funded, {officers(row['there50'])} will do a full share. Too few in "
        f"{percent(short)} of simulated futures; {officers(row['needed80'])} would be enough in 80\u202f%."
    )
    return Headline(kind, chance_lead(short), text)


def _cases_each(told: ResourcingOutlook) -> Headline:
    months, as_at = told.months, told.staffing.as_at
    first, at_end = months.iloc[0], months.iloc[told.span.last]
    over = first_month(months["over"].tolist(), as_at)
    limit = f"{told.limit:,g}"
    if over is None:
        tail = f"More than {limit} each never becomes more likely than not."
    elif months_between(as_at, over) == 1:
        tail = f"More than {limit} each is more likely than not already."
    else:
        tail = f"More than {limit} each becomes more likely than not in {month_name(over)}."
    text = (
        f"About {first['caseload50']:,.0f} open cases for each at the end of {month_name(first['month'].date())}, "
        f"{at_end['caseload50']:,.0f} at the end of {told.asked.year} ({RANGE} {at_end['caseload10']:,.0f} to {at_end['caseload90']:,.0f}). "
        f"{tail}"
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
    kept = f"the chance of {passing} at {percent(question.probability)} or less in every month"
    until = f"{kept} from {month_name(question.since)} to {month_name(question.until)}"
    if not solved.steps:
        return f"Nobody more: what is planned keeps {until}."
    more = f"{solved.more:,} more {_plural(role) if solved.more > 1 else role}"
    first, last = solved.steps[0][0], solved.steps[-1][0]
    if first == last:
        when = f", there and trained by {month_name(first)},"
    else:
        ends = [date(year, 12, 1) for year in range(first.year, last.year)]
        stages = [f"{solved.steps[0][1]:,} by {month_name(first)}"]
        stages += [
            f"{_by(solved, end):,} by the end of {end.year}"
            for end in ends
            if _by(solved, end) > solved.steps[0][1]
        ]
        when = f", there and trained ({', '.join(stages)}, all by {month_name(last)}),"
    training = months_between(solved.start_training[0], first)
    late = (
        f" Training takes about {training} months: who begins untrained begins so much earlier."
        if training
        else ""
    )
    return f"{more}{when} {'keep' if solved.more > 1 else 'keeps'} {until}.{late}"


def _by(solved: Solved, month: date) -> int:
    return sum(people for step, people in solved.steps if step <= month)


def _others(told: ResourcingOutlook) -> Headline | None:
    others = told.roles[told.roles["role"] != told.asked.role].sort_values(
        "short", ascending=False, kind="stable"
    )
    if others.empty:
        return None
    said = [f"{row['name']} {percent(float(row['short']))}" for _, row in others.iterrows()]
    return Headline(
        Kind.QUIET, f"Too few of other roles in {told.asked.year}", f"{'; '.join(said)} of simulated futures."
    )


def _illustrative(told: ResourcingOutlook) -> Headline:
    numbers = told.used.assumptions.values()
    own = sum(1 for each in numbers if each.by)
    assumed = sum(1 for each in numbers if not each.by and each.source.startswith("assumed"))
    text = f"{assumed} of {len(told.used.assumptions)} numbers are assumed to show how it works"
    text += f", {own} were changed by somebody" if own else " and nobody has put a force's own in their place"
    text += ". There is no official caseload standard: the limit is yours to set."
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
