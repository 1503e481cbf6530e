"""A forecast in sentences: what is to come, how sure that is, which model says so, and what charts and notes say."""

from typing import Final

import pandas as pd

from vulncore.domain.periods import add_months, month_name
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.foretold import first_twelve
from vulncore.findings.forecast.held_back import HeldWhy
from vulncore.findings.forecast.outlook import (
    MODEL_NAMES,
    Outlook,
    chances_of_rise,
    last_twelve,
    usual_twelve,
    years_of,
)
from vulncore.findings.forecast.what_if import adjustment_in_words
from vulncore.findings.forecast.work import NoForecast
from vulncore.findings.shared.headline import Briefing, Headline, HeadlineKind
from vulncore.findings.shared.words import (
    IN_4_OF_5,
    agree,
    level_in_words,
    listed,
    months_in_words,
    number_of,
    percent,
    small_first,
)
from vulncore.forecasting.backtest import YEAR, ModelReason
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import FEWEST_MONTHS, basis_months
from vulncore.forecasting.paths import FORECAST

VERY_LIKELY, LIKELY = 0.9, 0.65
FAR_OFF = (
    0.12  # a range that held so much more than it should is called too wide, and so much less too narrow
)
ABOUT = 0.1  # so close to a half or to double, a change of level is called that
TOO_WIDE = 4.0  # times its lower end: a range that reaches further is no plan
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
IN_WORDS: Final = {Basis.CURRENT_PROCESS: "the current process", Basis.FIVE_YEAR: "the last five years"}


def forecast_headline(outlook: Outlook) -> tuple[Headline, ...]:
    """Return the headline of a forecast: what comes next year and in the last, how sure that is, and which model says so once all were tested."""
    first = (*_level(outlook), *_what_comes(outlook), *_held(outlook.demand))
    ranges = _ranges(outlook)
    if not outlook.forecasts:
        return (*first, _quiet("How sure", f"{ranges} Testing on past months …".lstrip()))
    return (
        *first,
        _quiet("How sure", f"{ranges} {_test_result(outlook)}".lstrip()),
        _quiet(WHICH_MODEL, f"{_chosen_models(outlook)} {_prophet_alone(outlook)}"),
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


def expected_in_words(mean: float, decimals: int = 0) -> str:
    """Return what is expected of a month or a year, as every sentence, table and chart has it.

    >>> expected_in_words(1262.4), expected_in_words(16.25, 1)
    ('1,262', '16.2')
    """
    return f"{mean:,.{decimals}f}"


def range_in_words(row: pd.Series, level: int = 80) -> str:
    """Return where so many per cent (80 or 95) of forecasts of a month or a year lie, in records."""
    low, high = f"{row[f'low{level}']:,.0f}", f"{row[f'high{level}']:,.0f}"
    return low if low == high else f"{low} to {high}"


def bases_in_words(demand: Demand) -> str:
    """Return what the two bases are, in one line."""
    process, five = (basis_months(basis, demand.past) for basis in (Basis.CURRENT_PROCESS, Basis.FIVE_YEAR))
    since = "the last approved change of level" if demand.changes else "no change of level was approved"
    if demand.is_as_if_changed:
        since = "as if the proposed change of level had been approved"
    same = " Both learn from the same months here." if process.first == five.first else ""
    return (
        f"Current process learns from months since {month_name(process.first)} ({since}), Five years from those since "
        f"{month_name(five.first)}.{same}"
    )


def basis_in_words(outlook: Outlook, basis: Basis) -> str:
    """Return which months a basis learns from."""
    learnt = outlook.forecasts[basis].learnt_from
    since = f"{month_name(learnt.first)} to {month_name(outlook.demand.as_at)} ({number_of(len(learnt.counts), 'month')})"
    if basis is Basis.FIVE_YEAR:
        return since
    if outlook.demand.is_as_if_changed:
        return f"{since}, since the proposed change of level, as if approved, at least {FEWEST_MONTHS} months"
    if not outlook.demand.changes:
        return f"{since}, as no change of level was approved"
    return f"{since}, since the last approved change of level, at least {FEWEST_MONTHS} months"


def years_in_words(outlook: Outlook) -> str:
    """Return the calendar years in a sentence, for those who can't see the chart."""
    past = outlook.years.drop_duplicates("year").dropna(subset="recorded")
    recorded = [f"{year} {count:,.0f}" for year, count in zip(past["year"], past["recorded"], strict=True)]
    sentences = [f"Recorded: {', '.join(recorded)}."] if recorded else []
    for basis, years in outlook.years.dropna(subset="mean").groupby("basis", sort=False):
        expected = (
            f"{row['year']} {expected_in_words(row['expected'])} ({range_in_words(row)})"
            for _, row in years.iterrows()
        )
        sentences.append(f"Expected from {IN_WORDS[Basis(str(basis))]}: {', '.join(expected)}.")
    return " ".join(sentences)


def months_ahead_in_words(outlook: Outlook, basis: Basis) -> str:
    """Return the months ahead on one basis in a sentence, for those who can't see the chart."""
    months = outlook.months[outlook.months["basis"] == basis]
    first, last = months.iloc[0], months.iloc[-1]
    return (
        f"Expected {expected_in_words(first['mean'])} ({range_in_words(first)}) in {month_name(first['month'])}, "
        f"{expected_in_words(last['mean'])} ({range_in_words(last)}) in {month_name(last['month'])}."
    )


def untested_from(outlook: Outlook, basis: Basis) -> str:
    """Return the first month that no test reached, in words; "" where all were reached."""
    forecast = outlook.forecasts[basis]
    if forecast.tested_to >= forecast.task.ahead:
        return ""
    return month_name(add_months(outlook.demand.as_at, forecast.tested_to + 1))


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


def _ranges(outlook: Outlook) -> str:
    """Return what another basis says, once where both are the same months; and whether a range is too wide to plan by."""
    text, rows = "", []
    for year in dict.fromkeys((outlook.next_year, outlook.last_year)):
        (_, first), *others = ((basis, outlook.year(basis, year)) for basis in outlook.paths)
        figures = first.drop("basis")
        differing = [(basis, row) for basis, row in others if not row.drop("basis").equals(figures)]
        for basis, row in differing:
            about = (
                f"about {expected_in_words(row['expected'])} in {year} ({range_in_words(row)} {IN_4_OF_5})"
            )
            text += f", {about}" if text else f"From {IN_WORDS[basis]} alone: {about}"
        rows += [(year, row) for row in (first, *(row for _, row in differing))]
    wide = dict.fromkeys(year for year, row in rows if row["high80"] > TOO_WIDE * max(row["low80"], 1))
    unsure = f"The range of {listed([str(year) for year in wide])} is too wide to plan by." if wide else ""
    return f"{text}{'.' if text else ''} {unsure}".strip()


def _test_result(outlook: Outlook) -> str:
    """Return how often such ranges held on past months, and from when nothing could be tested."""
    basis, forecast = next(iter(outlook.forecasts.items()))
    near = float(_scores(forecast)["within80"][forecast.chosen.model])
    late = None  # where the last year tested lies mostly within the first, which is judged by itself
    far, tried = forecast.tested_to, forecast.months_tried
    start = max(far - YEAR, YEAR) + 1  # of the last year tested, as far as it isn't within the first
    if far >= YEAR + YEAR // 2:
        late = float(tried.loc[tried["horizon"].between(start, far), "pit"].between(0.1, 0.9).mean())
    text = f"On past months such ranges held {percent(near)} up to a year ahead"
    if late is not None:
        text += f" and {percent(late)} at {start} to {far} months"
    text += "."
    if (near if late is None else late) - 0.8 > FAR_OFF:
        text += f" Ranges{'' if late is None else ' so far ahead'} are too wide."
    elif 0.8 - min(near, near if late is None else late) > FAR_OFF:
        text += " That is less than 80 %: more may come than they say, or less."
    text += _said_before(outlook, basis) or _said_last(forecast)
    limit = untested_from(outlook, basis)
    return f"{text} From {limit} on the forecast is untested." if limit else text


def _said_before(outlook: Outlook, basis: Basis) -> str:
    """Return what the latest version foretold of twelve whole months that have come since, and what came; "" where none did."""
    rows = first_twelve(outlook.foretold, basis)
    if rows.empty:
        return ""
    row = rows.sort_values("known_to").iloc[-1]
    return (
        f" Version {row['version']}, known to {month_name(row['known_to'])}, said {range_in_words(row)} for the twelve months "
        f"to {month_name(row['last'])}; {row['came']:,} came."
    )


def _said_last(forecast: Forecast) -> str:
    """Return what the latest test of twelve whole months foretold of them, and what came; "" where there is none."""
    tried = forecast.years_tried
    if tried.empty:
        return ""
    last = tried.sort_values("origin").iloc[-1]
    known, to = (
        month_name(add_months(forecast.task.past.first, int(last["origin"]) + at)) for at in (-1, 11)
    )
    return f" Known to {known}, it said {range_in_words(last)} for the twelve months to {to}; {last['actual']:,.0f} came."


def _chosen_models(outlook: Outlook) -> str:
    (_, first), *others = outlook.forecasts.items()
    return _chosen_model(first) + "".join(
        f" From {IN_WORDS[basis]}: {_chosen_model(forecast)}"
        for basis, forecast in others
        if forecast.chosen != first.chosen
    )


def _chosen_model(forecast: Forecast) -> str:
    model, errors = forecast.chosen.model, _scores(forecast)["mase"]
    against = f"error {errors[model]:.2f} against {errors[Model.SEASONAL_NAIVE]:.2f}"
    return {
        ModelReason.COMBINATION: f"Recent level, smoothing and Prophet combined: on past months closer than last year again ({against}).",
        ModelReason.SINGLE: f"{MODEL_NAMES[model]}: on past months closer than last year again ({against}). "
        "Combined they were not.",
        ModelReason.NOTHING_BETTER: "Last year again: on past months no model was closer.",
        ModelReason.NO_SCALE: "Recent level, smoothing and Prophet combined. The series never changed over a year, so errors can't be compared.",
    }[forecast.chosen.why]


def _prophet_alone(outlook: Outlook) -> str:
    """Return what Prophet alone expects, and how it did."""
    demand, forecasts = outlook.demand, outlook.forecasts
    totals = [
        (basis, years.loc[years["year"] == outlook.next_year].iloc[0])
        for basis, forecast in forecasts.items()
        for years in (years_of(demand, forecast.paths[Model.PROPHET]),)
    ]
    before = usual_twelve(demand)
    moves = {bool(row["expected"] > before) for _, row in totals} if before is not None else set()
    way = "" if len(moves) != 1 else "a rise to " if moves.pop() else "a fall to "
    without = ", without what-ifs," if outlook.adjustments else ""
    (_, first), *others = totals
    text = f"Prophet alone{without} expects {way}{expected_in_words(first['expected'])} in {outlook.next_year} ({range_in_words(first)} {IN_4_OF_5})"
    if len({forecast.learnt_from.first for forecast in forecasts.values()}) > 1:
        for basis, row in others:
            text += f", from {IN_WORDS[basis]} {expected_in_words(row['expected'])} ({range_in_words(row)})"
    forecast = next(iter(forecasts.values()))
    scores = _scores(forecast)
    if forecast.chosen.model is Model.PROPHET or scores["mase"].isna().any():
        return f"{text}."
    prophet, chosen = scores.loc[Model.PROPHET], scores.loc[forecast.chosen.model]
    closer = "closer" if prophet["mase"] < chosen["mase"] else "further off"
    return (
        f"{text}. On past months Prophet was {closer} (error {prophet['mase']:.2f}). "
        f"Its 4-in-5 range held {percent(float(prophet['within80']))} of months."
    )


def _scores(forecast: Forecast) -> pd.DataFrame:
    return forecast.scores.set_index("model")


def _few(low: int, high: int) -> str:
    if low == 0 and high <= 1:
        return "none or one" if high else "none"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _some(months: pd.Series) -> str:
    return f"{months_in_words(month.date() for month in months)} {agree(len(months), 'was', 'were')}"
