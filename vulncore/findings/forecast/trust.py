"""How far a forecast can be trusted, in sentences: what its ranges and models did on past months, and what is untested."""

import pandas as pd

from vulncore.domain.periods import add_months, month_name
from vulncore.findings.forecast.foretold import first_twelve
from vulncore.findings.forecast.outlook import MODEL_NAMES, Outlook, usual_twelve, years_of
from vulncore.findings.forecast.wording import IN_WORDS, expected_in_words, range_in_words
from vulncore.findings.shared.words import IN_4_OF_5, listed, percent
from vulncore.forecasting.backtest import YEAR, ModelReason
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.models.all import Model

FAR_OFF = 0.12
"""A range that held so much more than it should is called too wide, and so much less too narrow."""
TOO_WIDE = 4.0  # times its lower end: a range that reaches further is no plan


def untested_from(outlook: Outlook, basis: Basis) -> str:
    """Return the first month that no test reached, in words; "" where all were reached."""
    forecast = outlook.forecasts[basis]
    if forecast.tested_to >= forecast.task.ahead:
        return ""
    return month_name(add_months(outlook.demand.as_at, forecast.tested_to + 1))


def ranges_in_words(outlook: Outlook) -> str:
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


def test_result_in_words(outlook: Outlook) -> str:
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


def chosen_models_in_words(outlook: Outlook) -> str:
    """Return which model each basis uses and why, once where it is the same."""
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


def prophet_alone_in_words(outlook: Outlook) -> str:
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
