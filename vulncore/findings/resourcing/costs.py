"""What people cost, in words and cells: rounded to £10,000, and nothing where nobody entered what one costs."""

from typing import Final

from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.resourcing.costs import YearlyCost, cost_of_people, has_costs
from vulncore.resourcing.scenario.fields import COST
from vulncore.resourcing.solving import MoreNeeded

ROUNDED_TO: Final = 10_000  # pounds: what one person costs is not known more closely
NO_COST: Final = "–"
ROUNDED: Final = "Costs are rounded to £10,000, with what 4 of 5 forecasts say in brackets."


def pounds(amount: float) -> str:
    """Return an amount of money, rounded.

    >>> pounds(563_200), pounds(1_238_000), pounds(4_000), pounds(0)
    ('£560,000', '£1,240,000', 'under £10,000', '£0')
    """
    if 0 < amount < ROUNDED_TO:
        return f"under £{ROUNDED_TO:,}"
    return f"£{int(amount / ROUNDED_TO + 0.5) * ROUNDED_TO:,}"


def cost_cell(cost: YearlyCost | None) -> str:
    """Return what people cost a year as a cell of a table: the middle and the range in 4 of 5 forecasts.

    >>> cost_cell(YearlyCost(563_200, 511_000, 617_000)), cost_cell(None)
    ('£560,000 (£510,000 to £620,000)', '–')
    """
    if cost is None:
        return NO_COST
    middle, low, high = pounds(cost.middle), pounds(cost.low), pounds(cost.high)
    return middle if low == high else f"{middle} ({low} to {high})"


def cost_in_words(cost: YearlyCost) -> str:
    """Return what people cost a year, for a sentence.

    >>> cost_in_words(YearlyCost(563_200, 511_000, 617_000))
    'about £560,000 a year (£510,000 to £620,000)'
    """
    middle, _, rest = cost_cell(cost).partition(" (")
    about = middle if middle.startswith("under") else f"about {middle}"
    return f"{about} a year" + (f" ({rest}" if rest else "")


def cost_of(outlook: ResourcingOutlook, role: str, people: float) -> YearlyCost | None:
    """Return what a number of people of a role cost a year; None where nobody entered what one costs."""
    return cost_of_people(outlook.used, role, people, outlook.forecast.incoming.shape[0])


def cost_of_more(outlook: ResourcingOutlook, more: MoreNeeded) -> str:
    """Return what those who are needed cost, for a sentence; "" where nobody entered what one costs."""
    cost = cost_of(outlook, more.target.role, more.more)
    return cost_in_words(cost) if cost else ""


def cost_headline(outlook: ResourcingOutlook) -> Headline | None:
    """Return what those who are paid in the question's year cost, and those who are short; None where that is not known."""
    role, year = outlook.question.role, outlook.question.year
    costs = outlook.costs.get(role)
    if costs is None:
        return None
    paid, short = costs
    source = outlook.used.of_role(role, COST).source
    text = (
        f"Those paid in {year} cost {cost_in_words(paid)}, and those short {cost_in_words(short)}. "
        f"{ROUNDED} The cost of one: {source.rstrip('.')}."
    )
    return Headline(HeadlineKind.QUIET, f"Cost, {outlook.role.name}", text)


def says_costs(*outlooks: ResourcingOutlook) -> bool:
    """Return whether any scenario says what somebody costs: where none does, nothing is said of money."""
    return any(has_costs(outlook.used) for outlook in outlooks)
