"""A forecast in a few sentences: what comes, how sure anyone can be, and what Prophet says."""

import pandas as pd

from vulncore.findings.forecast_outlook import (
    MODEL_NAMES,
    Outlook,
    chance_of_rise,
    highest_year,
    last_twelve,
    years_of,
)
from vulncore.findings.forecast_work import NoForecast
from vulncore.findings.headline import Headline, Kind
from vulncore.findings.week_sentences import percent
from vulncore.forecasting.basis import FEWEST_MONTHS, Basis
from vulncore.forecasting.choosing import Why
from vulncore.forecasting.models import Model
from vulncore.periods import add_months, month_name

VERY_LIKELY, LIKELIER = 0.9, 0.65
FAR_OFF = 0.15  # a range that held so much less, or more, than it should is said to
IN_WORDS = {Basis.CURRENT_PROCESS: "the current process", Basis.FIVE_YEAR: "five years"}


def forecast_headline(told: Outlook) -> tuple[Headline, ...]:
    """Return what a forecast says: what comes on each basis, how it did before, and what Prophet alone expects."""
    return (_comes(told), _how_sure(told), _prophet(told))


def no_forecast_headline(refused: NoForecast) -> tuple[Headline, ...]:
    """Return why nothing is forecast, and what to expect if nothing changes where that can be said."""
    lines = [Headline(Kind.QUIET, "No forecast", refused.why)]
    if refused.expected:
        range_ = refused.expected
        lines.append(
            Headline(
                Kind.QUIET,
                "If nothing changes",
                f"The next twelve months bring about {range_.mean:,.0f}: {range_.low80:,} to {range_.high80:,} in four of "
                f"five cases, {range_.low95:,} to {range_.high95:,} in nineteen of twenty. Chance alone makes up that range.",
            )
        )
    return tuple(lines)


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
        said.append(f"Nothing before {month_name(found.broken)} is used: the series was broken then.")
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


def _comes(told: Outlook) -> Headline:
    name, year = told.demand.subject.name, told.last_year
    before, chances = last_twelve(told.demand), [chance_of_rise(told, basis) for basis in told.forecasts]
    known = [chance for chance in chances if chance is not None]
    lead = _lead(known) if known else "What may come"
    each = []
    for basis in told.forecasts:
        row, meant = told.year(basis, year), "" if each else "80 % range "
        each.append(
            f"about {row['mean']:,.0f} on {IN_WORDS[basis]} ({meant}{row['low80']:,.0f} to {row['high80']:,.0f})"
        )
    now = (
        f"{before:,} in the twelve months to {month_name(told.demand.as_at)}; " if before is not None else ""
    )
    top = highest_year(told)
    highest = f" The highest calendar year so far is {top[0]}, with {top[1]:,}." if top else ""
    bent = f" With {len(told.adjustments)} what-if applied." if told.adjustments else ""
    kind = Kind.CLEAR if known and min(map(_sureness, known)) >= VERY_LIKELY else Kind.POSSIBLE
    text = f"{name}: {now}in {year} {' and '.join(each)}.{highest}{bent}"
    return Headline(kind, lead, text)


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
    score = forecast.scores.set_index("model").loc[forecast.chosen.model]
    held, tries = float(score["within80"]), forecast.trials["origin"].nunique()
    found = f"Tried from {tries} earlier dates, the range meant for four of five months held {percent(held)} of them"
    if abs(held - 0.8) > FAR_OFF:
        found += f": take the ranges as too {'narrow' if held < 0.8 else 'wide'} here"
    limit = untested_from(told, basis)
    beyond = f" From {limit} on, coverage is untested: no trial reaches so far." if limit else ""
    return Headline(Kind.QUIET, "How sure", f"{found}.{beyond} {_who_speaks(told)}")


def _who_speaks(told: Outlook) -> str:
    said = {basis: forecast.chosen for basis, forecast in told.forecasts.items()}
    reasons = []
    for chosen in dict.fromkeys(said.values()):
        where = (
            ""
            if len(set(said.values())) == 1
            else f" on {' and '.join(IN_WORDS[b] for b, c in said.items() if c == chosen)}"
        )
        reasons.append(
            {
                Why.COMBINATION: f"Shown{where} is the combination of five models: in trials it was closer than last year again.",
                Why.SINGLE: f"Shown{where} is {MODEL_NAMES[chosen.model].lower()}: the combination did worse than last year again.",
                Why.NOTHING_BETTER: f"Shown{where} is last year again: in trials no model did better.",
                Why.NO_SCALE: f"Shown{where} is the combination of five models; the series never changed, so errors can't be compared.",
            }[chosen.why]
        )
    return " ".join(reasons)


def _prophet(told: Outlook) -> Headline:
    year, alone = told.last_year, []
    for basis, forecast in told.forecasts.items():
        total = years_of(told.demand, forecast.paths[Model.PROPHET]).iloc[-1]
        alone.append(
            f"{total['mean']:,.0f} ({total['low80']:,.0f} to {total['high80']:,.0f}) on {IN_WORDS[basis]}"
        )
    forecast = next(iter(told.forecasts.values()))
    scores = forecast.scores.set_index("model")
    text = f"Alone it expects {' and '.join(alone)} in {year}, before any what-if."
    if forecast.chosen.model is not Model.PROPHET and not scores["mase"].isna().any():
        own, shown = scores.loc[Model.PROPHET], scores.loc[forecast.chosen.model]
        closer = "closer" if own["mase"] < shown["mase"] else "further off"
        text += (
            f" In trials it was {closer} than what is shown (error {own['mase']:.2f} against {shown['mase']:.2f}), and its "
            f"80 % range held {percent(float(own['within80']))} of months."
        )
    return Headline(Kind.QUIET, "Prophet", text)


def _some(months: pd.Series) -> str:
    named = [month_name(month.date()) for month in months]
    if len(named) == 1:
        return f"{named[0]} was"
    if len(named) <= 7:
        return f"{', '.join(named[:-1])} and {named[-1]} were"
    return f"{len(named)} months from {named[0]} to {named[-1]} were"
