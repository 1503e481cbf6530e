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
from vulncore.findings.forecast_words import IN_WORDS, untested_from
from vulncore.findings.forecast_work import NoForecast
from vulncore.findings.headline import Headline, Kind
from vulncore.findings.week_sentences import percent
from vulncore.forecasting.choosing import Why
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.models import Model
from vulncore.periods import month_name

VERY_LIKELY, LIKELIER = 0.9, 0.65
FAR_OFF = 0.15  # a range that held so much less, or more, than it should is said to


def forecast_headline(told: Outlook) -> tuple[Headline, ...]:
    """Return what a forecast says: what comes on each basis, how sure that is, which model says so and what Prophet says."""
    return (_comes(told), _how_sure(told), _which_model(told))


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


def _comes(told: Outlook) -> Headline:
    name, year = told.demand.subject.name, told.last_year
    before, chances = last_twelve(told.demand), [chance_of_rise(told, basis) for basis in told.forecasts]
    known = [chance for chance in chances if chance is not None]
    lead = _lead(known) if known else "What may come"
    each: list[str] = []
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
    lead = f"If the what-ifs hold: {lead[0].lower()}{lead[1:]}" if told.adjustments else lead
    held = len(told.adjustments)
    bent = f" With {held} what-if{'s' if held > 1 else ''}." if held else ""
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
    held = float(_scores(forecast)["within80"][forecast.chosen.model])
    tries = forecast.trials["origin"].nunique()
    text = f"Tried from {tries} earlier dates, its 80 % range held {percent(held)} of the twelve months after each"
    if abs(held - 0.8) > FAR_OFF:
        text += f": take the ranges as too {'narrow' if held < 0.8 else 'wide'}"
    limit = untested_from(told, basis)
    beyond = (
        f" From {limit} on nothing could be tested: so far ahead nobody knows how sure it is."
        if limit
        else ""
    )
    return Headline(Kind.QUIET, "How sure", f"{text}.{beyond}")


def _which_model(told: Outlook) -> Headline:
    first, *others = told.forecasts.items()
    text = _speaks(first[1])
    text += "".join(
        f" On {IN_WORDS[basis]}: {_speaks(own)}" for basis, own in others if own.chosen != first[1].chosen
    )
    return Headline(Kind.QUIET, "Which model", f"{text} {_prophet(told)}")


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
    return f"{text}; in trials it was {closer} ({own['mase']:.2f}) and its 80 % range held {percent(float(own['within80']))}."


def _scores(forecast: Forecast) -> pd.DataFrame:
    return forecast.scores.set_index("model")
