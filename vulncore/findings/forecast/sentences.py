"""A forecast in sentences: what is to come, what to plan for, and what was done with odd months."""

from typing import Final

import pandas as pd

from vulncore.domain.periods import month_name
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.held_back import HeldWhy
from vulncore.findings.forecast.outlook import Outlook, chances_of_rise, last_twelve, usual_twelve
from vulncore.findings.forecast.trust import (
    chosen_models_in_words,
    prophet_alone_in_words,
    ranges_in_words,
    test_result_in_words,
)
from vulncore.findings.forecast.what_if import adjustment_in_words
from vulncore.findings.forecast.wording import expected_in_words, range_in_words
from vulncore.findings.forecast.work import NoForecast
from vulncore.findings.shared.headline import Briefing, Headline, HeadlineKind
from vulncore.findings.shared.words import (
    IN_4_OF_5,
    agree,
    level_in_words,
    listed,
    months_in_words,
    percent,
    small_first,
)
from vulncore.forecasting.paths import FORECAST

VERY_LIKELY, LIKELY = 0.9, 0.65
ABOUT = 0.1  # so close to a half or to double, a change of level is called that
UNKNOWN = "What may come"
WHICH_MODEL = "Which model"
RISES = "Plan for more."
FALLS = "Do not plan for fewer until the fall has come."
STAYS = "The forecast is too unsure to plan by. Look again each quarter."
PLANS: Final = {
    "Very likely to rise": RISES,
    "Likely to rise": RISES,
    "Very likely to fall": FALLS,
    "Likely to fall": FALLS,
    "Could go either way": STAYS,
    UNKNOWN: STAYS,
}


def forecast_headline(outlook: Outlook) -> tuple[Headline, ...]:
    """Return the headline of a forecast: what comes next year and in the last, how sure that is, and which model says so once all were tested."""
    first = (*_level(outlook), *_what_comes(outlook), *_held(outlook.demand))
    ranges = ranges_in_words(outlook)
    if not outlook.forecasts:
        return (*first, _quiet("How sure", f"{ranges} Testing on past months …".lstrip()))
    return (
        *first,
        _quiet("How sure", f"{ranges} {test_result_in_words(outlook)}".lstrip()),
        _quiet(WHICH_MODEL, f"{chosen_models_in_words(outlook)} {prophet_alone_in_words(outlook)}"),
    )


def forecast_briefing(outlook: Outlook) -> Briefing:
    """Return which way demand goes, to about how many in the next full year, and what to plan for."""
    if changed := level_change_in_words(outlook.demand):
        return Briefing(
            f"{changed}.", "Approve or decline the new level on the Strand page.", _both_ways(outlook)
        )
    way = _direction(chances_of_rise(outlook, outlook.next_year))
    plan = PLANS[way]
    year = outlook.year(next(iter(outlook.paths)), outlook.next_year)
    if_so = "If the what-ifs hold: " if outlook.adjustments else ""
    name = small_first(outlook.demand.subject.name) if if_so else outlook.demand.subject.name
    # what is too unsure to plan by has no number that somebody could take away
    amount = range_in_words(year) if plan == STAYS else f"about {expected_in_words(year['expected'])}"
    finding = f"{if_so}{name}: {small_first(way)}, {amount} in {outlook.next_year}."
    if stopped := _stopped(outlook.demand):
        ask = f"Ask the records team first whether records of {stopped} still arrive."
        return Briefing(finding, ask, plan)
    if outlook.demand.held:
        last = outlook.demand.held[-1]
        return Briefing(finding, f"Check first: {last.in_words}, and was left out.", plan)
    return Briefing(finding, plan)


def _held(demand: Demand) -> tuple[Headline, ...]:
    """Return a line for each month that is held back: how many it holds, and who can call it right."""
    counts = demand.recorded
    return tuple(
        Headline(
            HeadlineKind.FEED,
            "Left out",
            f"{one.in_words}: {counts[pd.Timestamp(one.month)]:,.0f}. {one.until}",
        )
        for one in demand.held
    )


def _stopped(demand: Demand) -> str:
    return listed([small_first(measure.name) for measure in demand.stopped])


def no_forecast_headline(refused: NoForecast) -> tuple[Headline, ...]:
    """Return why nothing is forecast, and what to expect if nothing changes where that can be said."""
    why = _quiet("No forecast", refused.why)
    if not refused.expected:
        return (why,)
    steady = refused.expected
    text = (
        f"about {steady.mean:,.0f} in the next twelve months. In 4 of 5 cases: {_few(steady.low80, steady.high80)}. "
        f"In 19 of 20 cases: {_few(steady.low95, steady.high95)}. "
        + (
            "Chance explains that range, and how levels move."
            if steady.moves
            else "Chance alone explains that range."
        )
    )
    return why, _quiet("If nothing changes", text)


def forecast_notes(outlook: Outlook) -> tuple[str, ...]:
    """Return what was done with months that are missing, set aside, or after which the level was another."""
    demand = outlook.demand
    months, notes = demand.months, [*pandemic_notes(demand)]
    missing, provisional = months["count"].isna(), months["provisional"]
    days = months["month"].dt.date
    one_off, held = days.isin(demand.one_offs), days.isin([one.month for one in demand.held])
    for of_these, what in (
        (missing, "not delivered. Models leave such months out and never read them as zero."),
        (
            one_off & ~missing & ~provisional,
            "noted as one-off. Totals include such months, and models don't learn from them.",
        ),
        (held, "left out of learning, as far from the months around or delivered in part."),
        (provisional, "set aside: the figures may still change. Totals include them."),
    ):
        if of_these.any():
            notes.append(f"{_some(months.loc[of_these, 'month'])} {what}")
    if demand.parts:
        names = [small_first(measure.name) for part in demand.parts for measure in part.subject.measures]
        notes.append(f"The forecast adds up those of its measures: {listed(names)}.")
        notes += _held_in_parts(demand)
    elif len(demand.subject.measures) > 1:
        notes.append("It is forecast as one series. Forecasts of its measures alone need not add up to it.")
    if demand.broken:
        notes.append(f"Months before {month_name(demand.broken)} are not used: counting changed then.")
    if demand.begun:
        notes.append(
            f"Nothing was recorded before {month_name(demand.begun)}: too long to be chance, so recording is taken to "
            "start then."
        )
    if stopped := _stopped(demand):
        notes.append(
            f"Records of {stopped} seem to have stopped. The forecast learns from all the same, and may be too low."
        )
    for change in demand.changes:
        assumed = demand.is_as_if_changed and demand.proposed and change == demand.proposed.month
        so = "is taken as if approved for" if assumed else "was approved for"
        notes.append(f"A change of level {so} {month_name(change)}. Every model steps up or down there.")
    return tuple(notes)


def _held_in_parts(demand: Demand) -> list[str]:
    """Return which months are left out of a measure and not of the whole, a sentence each measure."""
    whole = {one.month for one in demand.held}
    left_out = (
        (part.subject.name, [one.month for one in part.held if one.month not in whole])
        for part in demand.parts
    )
    return [
        f"Of {small_first(name)}, {months_in_words(months)} {agree(len(months), 'is', 'are')} left out of learning: "
        "far from the months around, or delivered in part."
        for name, months in left_out
        if months
    ]


def pandemic_notes(demand: Demand) -> tuple[str, ...]:
    """Return which months of the pandemic models don't see, and why; nothing where no month here is of it, or all are used."""
    months, pandemic = demand.months, demand.pandemic
    why = small_first(pandemic.why.rstrip("."))
    if why and not pandemic.months:
        return (f"No months of the pandemic are set aside: {why}.",)
    otherwise = [*demand.one_offs, *(one.month for one in demand.held)]
    left_out = months["month"].dt.date.isin(set(pandemic.months).difference(otherwise))
    of_these = months.loc[left_out & months["count"].notna() & ~months["provisional"], "month"]
    if of_these.empty:
        return ()
    what = (
        f" as months of the pandemic: {why}"
        if why
        else ": lockdown changed the streets and what was reported"
    )
    return (f"{_some(of_these)} set aside{what}.",)


def _quiet(lead: str, text: str) -> Headline:
    return Headline(HeadlineKind.QUIET, lead, text)


def level_change_in_words(demand: Demand) -> str:
    """Return which change of level the months propose, without a full stop; "" where they propose none.

    >>> _times(0.52), _times(1.4), _times(2.6)
    ('halved', 'risen by 40 %', 'risen to 2.6 times as many')
    """
    change = demand.proposed
    if change is None:
        return ""
    return f"{demand.subject.name}: recording seems to have {_times(change.after / change.before)} in {month_name(change.month)}"


def _times(ratio: float) -> str:
    for about, word in ((0.5, "halved"), (2.0, "doubled")):
        if abs(ratio / about - 1) <= ABOUT:
            return word
    if ratio > 2:
        return f"risen to {ratio:.1f} times as many"
    return f"{'risen' if ratio > 1 else 'fallen'} by {percent(abs(ratio - 1))}"


def _level(outlook: Outlook) -> tuple[Headline, ...]:
    """Return the line that says which change of level is proposed, and what to expect either way; none where none is."""
    changed, proposed = level_change_in_words(outlook.demand), outlook.demand.proposed
    if proposed is None:
        return ()
    was, now = (level_in_words(level) for level in (proposed.before, proposed.after))
    text = (
        f"{changed}, from {was} to {now} a month. Nobody has approved or declined that. {_both_ways(outlook)}"
    )
    return (Headline(HeadlineKind.POSSIBLE, "New level?", text.rstrip()),)


def _both_ways(outlook: Outlook) -> str:
    """Return what to expect of the next full year if the proposed level holds, and if it doesn't."""
    other, year = outlook.other_way, outlook.next_year
    if other is None:
        return ""
    as_if, as_it_is = (outlook, other) if outlook.demand.is_as_if_changed else (other, outlook)
    if_so, if_not = (
        expected_in_words(one.year(next(iter(one.paths)), year)["expected"]) for one in (as_if, as_it_is)
    )
    so, otherwise = (", as shown" * (one is outlook) for one in (as_if, as_it_is))
    return f"If the new level holds, about {if_so} in {year}{so}. If not, about {if_not}{otherwise}."


def _what_comes(outlook: Outlook) -> tuple[Headline, ...]:
    """Return what the next full year brings, on the first basis, against the last twelve months; and the last year, if another."""
    demand, basis = outlook.demand, next(iter(outlook.paths))
    lines: list[Headline] = []
    for year in dict.fromkeys((outlook.next_year, outlook.last_year)):
        chances = chances_of_rise(outlook, year)
        clear = chances and min(max(chance, 1 - chance) for chance in chances) >= VERY_LIKELY
        lead, row = _direction(chances), outlook.year(basis, year)
        text = f"about {expected_in_words(row['expected'])} in {year}"
        if outlook.adjustments:
            lead = f"If the what-ifs hold: {small_first(lead)}"
            text += f" instead of {row['unadjusted']:,.0f}"
        text += f" ({range_in_words(row)} {IN_4_OF_5})"
        if not lines:
            text = f"{demand.subject.name}: {text}{_against(demand)}.{_highest(outlook)}{_what_ifs(outlook)}"
        else:
            text = f"{text}."
        lines.append(Headline(HeadlineKind.CLEAR if clear else HeadlineKind.POSSIBLE, lead, text))
    return tuple(lines)


def _against(demand: Demand) -> str:
    before, usual = last_twelve(demand), usual_twelve(demand)
    if before is None or usual is None:
        return ""
    to = f"the twelve months to {month_name(demand.as_at)}"
    if abs(usual - before) > 1:  # an odd month is among them, from which nothing is learnt
        return f", against about {usual:,.0f} in {to} as they usually are ({before:,} with odd months)"
    return f", against {before:,} in {to}"


def _highest(outlook: Outlook) -> str:
    years = outlook.years
    whole = years[(years["part"] != FORECAST) & (years["months"] == 12)].nlargest(1, "recorded")
    if whole.empty:
        return ""
    top = whole.iloc[0]
    alone = _in_one_month(outlook.demand, int(top["year"]))
    return f" The highest calendar year so far is {top['year']}, with {top['recorded']:,.0f}{alone}."


def _what_ifs(outlook: Outlook) -> str:
    what_ifs = "; ".join(
        f"{adjustment.label} ({adjustment_in_words(adjustment)})" for adjustment in outlook.adjustments
    )
    return f" What if: {what_ifs}." if what_ifs else ""


def _in_one_month(demand: Demand, year: int) -> str:
    """Return how many records of a calendar year are of one odd or one-off month; "" where it has none."""
    odd = {*demand.one_offs, *(one.month for one in demand.held if one.why is HeldWhy.ODD)}
    counts = {month: demand.recorded[pd.Timestamp(month)] for month in odd if month.year == year}
    if not counts:
        return ""
    month = max(counts, key=counts.__getitem__)
    return f", {counts[month]:,.0f} of them in {month_name(month)} alone"


def _direction(chances: list[float]) -> str:
    """Return which way demand goes on every basis, and how likely that is."""
    if not chances:
        return UNKNOWN
    for likely, how_likely in ((VERY_LIKELY, "Very likely"), (LIKELY, "Likely")):
        if min(chances) >= likely:
            return f"{how_likely} to rise"
        if max(chances) <= 1 - likely:
            return f"{how_likely} to fall"
    return "Could go either way"


def _few(low: int, high: int) -> str:
    if low == 0 and high <= 1:
        return "none or one" if high else "none"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _some(months: pd.Series) -> str:
    return f"{months_in_words(month.date() for month in months)} {agree(len(months), 'was', 'were')}"
