"""A forecast in a few sentences: what comes, how sure anyone can be, and what Prophet says."""

import pandas as pd

from vulncore.domain.periods import add_months, month_name
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import (
    MODEL_NAMES,
    Outlook,
    chance_of_rise,
    highest_year,
    last_twelve,
    years_of,
)
from vulncore.findings.forecast.what_if import adjustment_in_words
from vulncore.findings.forecast.work import NoForecast
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import RANGE, capital_first, percent, small_first
from vulncore.forecasting.backtest import YEAR, Why
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import FEWEST_MONTHS, Basis, months_of

VERY_LIKELY, LIKELIER = 0.9, 0.65
FAR_OFF = 0.12  # a range that held so much less, or more, than it should is said to
TOO_WIDE = 4.0  # times its lower end: a range that reaches further is no plan


def forecast_headline(told: Outlook) -> tuple[Headline, ...]:
    """Return what a forecast says: what comes on each basis, how sure that is, which model says so and what Prophet says."""
    if not told.forecasts:
        return (
            _comes(told),
            Headline(HeadlineKind.QUIET, "How sure", "Each model is being tried on earlier months …"),
        )
    return (_comes(told), _how_sure(told), _which_model(told))


def no_forecast_headline(refused: NoForecast) -> tuple[Headline, ...]:
    """Return why nothing is forecast, and what to expect if nothing changes where that can be said."""
    lines = [Headline(HeadlineKind.QUIET, "No forecast", refused.why)]
    if refused.expected:
        range_ = refused.expected
        lines.append(
            Headline(
                HeadlineKind.QUIET,
                "If nothing changes",
                f"The next twelve months bring about {range_.mean:,.0f}: {_few(range_.low80, range_.high80)} in four of "
                f"five cases, {_few(range_.low95, range_.high95)} in nineteen of twenty. Chance alone makes up that range.",
            )
        )
    return tuple(lines)


def _few(low: int, high: int) -> str:
    return (
        {0: "none", 1: "none or one"}.get(high, f"{low:,} to {high:,}")
        if low == 0
        else f"{low:,} to {high:,}"
    )


def _comes(told: Outlook) -> Headline:
    name, before = told.demand.subject.name, last_twelve(told.demand)
    chances = [chance_of_rise(told, basis) for basis in told.paths]
    known = [chance for chance in chances if chance is not None]
    lead = _lead(known) if known else "What may come"
    lead = f"If the what-ifs hold: {small_first(lead)}" if told.adjustments else lead
    now = (
        f"{before:,} in the twelve months to {month_name(told.demand.as_at)}; " if before is not None else ""
    )
    top = highest_year(told)
    highest = f" The highest full calendar year so far is {top[0]}, with {top[1]:,}." if top else ""
    kind = (
        HeadlineKind.CLEAR if known and min(map(_sureness, known)) >= VERY_LIKELY else HeadlineKind.POSSIBLE
    )
    text = f"{name}: {now}in {told.last_year} {_in_the_last_year(told)}.{highest}{_bent(told)}"
    return Headline(kind, lead, text)


def _in_the_last_year(told: Outlook) -> str:
    """What the last year forecast holds, on each basis; once where both are the same months."""
    rows = {basis: told.year(basis, told.last_year) for basis in told.paths}
    learnt = {tuple(row.drop("basis").fillna(-1)) for row in rows.values()}
    first, *others = (
        f"about {row['mean']:,.0f}" + (f" instead of {row['unadjusted']:,.0f}" if told.adjustments else "")
        for row in rows.values()
    )
    ranges = [f"{row['low80']:,.0f} to {row['high80']:,.0f}" for row in rows.values()]
    wide = any(row["high80"] > TOO_WIDE * max(row["low80"], 1) for row in rows.values())
    warned = ": too wide a range to plan by" if wide else ""
    if len(rows) > 1 and len(learnt) == 1:
        return f"{first} ({RANGE} {ranges[0]}) on both bases, which are the same months here{warned}"
    said = [f"{first} on {IN_WORDS[next(iter(rows))]} ({RANGE} {ranges[0]})"]
    said += [
        f"{mean} on {IN_WORDS[basis]} ({own})"
        for mean, basis, own in zip(others, list(rows)[1:], ranges[1:], strict=True)
    ]
    return " and ".join(said) + warned


def _bent(told: Outlook) -> str:
    if not told.adjustments:
        return ""
    held = "; ".join(f"{each.called} ({adjustment_in_words(each)})" for each in told.adjustments)
    return f" What if: {held}."


def _lead(chances: list[float]) -> str:
    on = "on both bases" if len(chances) > 1 else "on this basis"
    if min(chances) >= VERY_LIKELY:
        return f"Very likely to rise {on}"
    if min(chances) >= LIKELIER:
        return f"More likely to rise than not {on}"
    if max(chances) <= 1 - VERY_LIKELY:
        return f"Very likely to fall {on}"
    if max(chances) <= 1 - LIKELIER:
        return f"More likely to fall than not {on}"
    return "Could go either way"


def _sureness(chance: float) -> float:
    return max(chance, 1 - chance)


def _how_sure(told: Outlook) -> Headline:
    basis, forecast = next(iter(told.forecasts.items()))
    tries = forecast.trials["origin"].nunique()
    near = float(_scores(forecast)["within80"][forecast.chosen.model])
    text = f"Tried from {tries} earlier dates, its {RANGE} held {percent(near)} of months up to a year ahead"
    last = held_last(forecast)
    if last is not None:
        text += f" and {percent(last)} of those {max(forecast.tested_to - YEAR, YEAR) + 1} to {forecast.tested_to} months ahead"
    held = near if last is None else last
    if abs(held - 0.8) > FAR_OFF:
        text += f": take it as too {'narrow' if held < 0.8 else 'wide'}{' so far ahead' if last is not None else ''}"
    limit = untested_from(told, basis)
    beyond = f" From {limit} on nothing could be tested." if limit else ""
    return Headline(HeadlineKind.QUIET, "How sure", f"{text}.{beyond}")


def _which_model(told: Outlook) -> Headline:
    first, *others = told.forecasts.items()
    text = _speaks(first[1])
    text += "".join(
        f" On {IN_WORDS[basis]}: {_speaks(own)}" for basis, own in others if own.chosen != first[1].chosen
    )
    return Headline(HeadlineKind.QUIET, "Which model", f"{text} {_prophet(told)}")


def _speaks(forecast: Forecast) -> str:
    model, errors = forecast.chosen.model, _scores(forecast)["mase"]
    against = f"error {errors[model]:.2f} against {errors[Model.SEASONAL_NAIVE]:.2f}"
    return {
        Why.COMBINATION: f"A combination of five, closer in trials than last year again ({against}).",
        Why.SINGLE: f"{MODEL_NAMES[model]}, closer in trials than last year again ({against}); the combination was not.",
        Why.NOTHING_BETTER: "Last year again: in trials no model was closer.",
        Why.NO_SCALE: "A combination of five. The series never changed over a year, so errors can't be compared.",
    }[forecast.chosen.why]


def _prophet(told: Outlook) -> str:
    """What Prophet alone expects, and how it did."""
    before, year = last_twelve(told.demand), told.last_year
    totals = [
        years_of(told.demand, forecast.paths[Model.PROPHET]).iloc[-1] for forecast in told.forecasts.values()
    ]
    each = [
        f"{row['mean']:,.0f} ({row['low80']:,.0f} to {row['high80']:,.0f}) on {IN_WORDS[basis]}"
        for basis, row in zip(told.forecasts, totals, strict=True)
    ]
    if len({forecast.learnt_from.first for forecast in told.forecasts.values()}) == 1:
        each = [each[0].partition(" on ")[0]]
    moves = {bool(row["mean"] > before) for row in totals} if before is not None else set()
    way = {frozenset({True}): "expects a rise to", frozenset({False}): "expects a fall to"}.get(
        frozenset(moves), "expects"
    )
    without = ", without what-ifs," if told.adjustments else ""
    forecast = next(iter(told.forecasts.values()))
    scores = _scores(forecast)
    text = f"Prophet alone{without} {way} {' and '.join(each)} in {year}"
    if forecast.chosen.model is Model.PROPHET or scores["mase"].isna().any():
        return f"{text}."
    own, shown = scores.loc[Model.PROPHET], scores.loc[forecast.chosen.model]
    closer = "closer" if own["mase"] < shown["mase"] else "further off"
    return f"{text}; in trials it was {closer} ({own['mase']:.2f}) and its {RANGE} held {percent(float(own['within80']))}."


def _scores(forecast: Forecast) -> pd.DataFrame:
    return forecast.scores.set_index("model")


IN_WORDS = {Basis.CURRENT_PROCESS: "the current process", Basis.FIVE_YEAR: "five years"}


def forecast_notes(told: Outlook) -> tuple[str, ...]:
    """Return what was done with months that are missing, set aside, or after which the level was another."""
    found = told.demand
    months, said = found.months, []
    gaps = months.loc[months["count"].isna(), "month"]
    if len(gaps):
        said.append(f"{_some(gaps)} not delivered: unknown to the models, never zero.")
    locked = months.loc[months["set_aside"] & ~months["provisional"] & months["count"].notna(), "month"]
    if len(locked):
        said.append(
            f"{_some(locked)} set aside: under lockdown neither the streets nor reporting were as they are."
        )
    provisional = months.loc[months["provisional"], "month"]
    if len(provisional):
        said.append(
            f"{_some(provisional)} set aside: the figures may still change. They stand in the totals."
        )
    if found.broken:
        said.append(f"Nothing before {month_name(found.broken)} is used: the way of counting changed then.")
    if found.begun:
        said.append(
            f"Nothing was recorded before {month_name(found.begun)}, too long for chance: taken as not begun."
        )
    changed = (
        f"The level was changed in {month_name(change)}: models may let it jump there."
        for change in found.changes
    )
    return (*said, *changed)


def basis_in_words(told: Outlook, basis: Basis) -> str:
    """Return which months a basis learns from."""
    learnt = told.forecasts[basis].learnt_from
    since = f"{month_name(learnt.first)} to {month_name(told.demand.as_at)} ({len(learnt.counts)} months)"
    if basis is Basis.FIVE_YEAR:
        return since
    if not told.demand.changes:
        return f"{since}, as no change of level was approved"
    return f"{since}, since the last approved change of level, at least {FEWEST_MONTHS} months"


def bases_in_words(found: Demand) -> str:
    """Return what the two bases are, in one line."""
    process, five = (months_of(basis, found.past) for basis in (Basis.CURRENT_PROCESS, Basis.FIVE_YEAR))
    since = (
        "since the last approved change of level"
        if found.changes
        else "all there is, as no change of level was approved"
    )
    return (
        f"Current process: months from {month_name(process.first)} on, {since}. Five years: from {month_name(five.first)} on. "
        f"{capital_first(RANGE)}: four cases in five fall inside."
    )


def held_last(forecast: Forecast) -> float | None:
    """Return how much the 80 % range of the model that speaks held in the last twelve months of the horizon tested.

    None where that is within the first year, which is judged by itself.
    """
    if forecast.tested_to < YEAR + YEAR // 2:
        return None
    rows = forecast.trials[
        (forecast.trials["span"] == 1) & (forecast.trials["model"] == forecast.chosen.model)
    ]
    last = rows[rows["horizon"].between(max(forecast.tested_to - YEAR, YEAR) + 1, forecast.tested_to)]
    return float(last["pit"].between(0.1, 0.9).mean())


def years_in_words(told: Outlook) -> str:
    """Return the calendar years in a sentence, for those who can't see the chart."""
    first = told.years.drop_duplicates("year")
    past = first[first["recorded"].notna()]
    said = ", ".join(
        f"{year} {count:,.0f}" for year, count in zip(past["year"], past["recorded"], strict=True)
    )
    ahead = []
    for basis, own in told.years.dropna(subset="mean").groupby("basis", sort=False):
        every = (
            f"{row['year']} {row['mean']:,.0f} ({row['low80']:,.0f} to {row['high80']:,.0f})"
            for _, row in own.iterrows()
        )
        ahead.append(f"Expected on {IN_WORDS[Basis(str(basis))]}: {', '.join(every)}.")
    return " ".join([f"Recorded: {said}." if said else "", *ahead]).strip()


def months_in_words(told: Outlook, basis: Basis) -> str:
    """Return the months ahead on one basis in a sentence, for those who can't see the chart."""
    own = told.months[told.months["basis"] == basis]
    first, last = own.iloc[0], own.iloc[-1]
    return (
        f"Expected {first['mean']:,.0f} ({first['low80']:,} to {first['high80']:,}) in {month_name(first['month'])}, "
        f"{last['mean']:,.0f} ({last['low80']:,} to {last['high80']:,}) in {month_name(last['month'])}."
    )


def untested_from(told: Outlook, basis: Basis) -> str:
    """Return the first month that no trial reached, in words; "" where all were reached."""
    forecast = told.forecasts[basis]
    if forecast.tested_to >= forecast.asked.ahead:
        return ""
    return month_name(add_months(told.demand.as_at, forecast.tested_to + 1))


def _some(months: pd.Series) -> str:
    named = [month_name(month.date()) for month in months]
    if len(named) == 1:
        return f"{named[0]} was"
    if len(named) <= 7:
        return f"{', '.join(named[:-1])} and {named[-1]} were"
    return f"{len(named)} months from {named[0]} to {named[-1]} were"
