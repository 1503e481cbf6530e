"""Which team a record went to, and what came of it."""

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from vulncore.sources.demo.description import described, dice, drawn

SPREAD = 0.8  # of the delay's logarithm: one in five takes more than twice its median


def allocation(rows: pd.DataFrame, leads: npt.NDArray[np.int64]) -> pd.Series:
    """Return the team that each row's record was allocated to; missing where no rule fits.

    Args:
        rows: One row per record and measure: `measure`, `offence`, `risk_level`.
        leads: The record of each row, by the place of its leading row.
    """
    words = described("outcomes")
    rank = pd.Series(np.nan, index=rows.index)
    for rule in words["allocation"]:
        fits = rank.isna() & rows["measure"].isin(rule["measures"])
        for column, wanted in (("offence", "offences"), ("risk_level", "risk_levels")):
            if wanted in rule:
                fits &= rows[column].isin(rule[wanted])
        rank[fits] = words["teams"].index(rule["team"])
    highest = rank.groupby(leads).transform("min")
    return highest.map(dict(enumerate(words["teams"]))).astype(object).rename("allocated_to")


def outcomes(rows: pd.DataFrame, until: date, seed: int) -> pd.DataFrame:
    """Return what came of each row by the last day of the data.

    Args:
        rows: One row per record and measure: `measure`, `recorded_on`, `counted` (false for a crime that
            turned out to be none).
        until: The last day on which anything is known.
        seed: What the dice start from.

    Returns:
        Same index: `outcome` and `outcome_on` (missing while the record is open, or where its measure has
        no outcomes) and `no_crimed_on` (set where the record doesn't count).
    """
    words = described("outcomes")
    found = pd.DataFrame({"outcome": None, "outcome_on": pd.NaT}, index=rows.index).astype(
        {"outcome": object, "outcome_on": "datetime64[s]"}
    )
    for measure, percentages in words["outcome"].items():
        at = rows.index[rows["measure"] == measure]
        rng = dice(seed, "outcomes", measure)
        outcome = drawn(rng, percentages, len(at), f"outcomes of {measure}")
        median = np.array([words["median_days"][name] for name in outcome]) * words["pace"].get(measure, 1.0)
        found.loc[at, "outcome"] = outcome
        found.loc[at, "outcome_on"] = rows.loc[at, "recorded_on"] + _days(median, rng)
    still_open = found["outcome_on"] > pd.Timestamp(until)
    found.loc[still_open, ["outcome", "outcome_on"]] = [None, pd.NaT]
    return _without_no_crimes(found, rows, until, seed)


def _without_no_crimes(found: pd.DataFrame, rows: pd.DataFrame, until: date, seed: int) -> pd.DataFrame:
    words = described("outcomes")["no_crime"]
    at = rows.index[~rows["counted"]]
    days = _days(np.full(len(at), float(words["median_days"])), dice(seed, "no crimes"))
    on = (rows.loc[at, "recorded_on"] + days).clip(upper=pd.Timestamp(until))
    found = found.assign(no_crimed_on=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"))
    found.loc[at, "outcome"] = words["outcome"]
    found.loc[at, "outcome_on"] = on
    found.loc[at, "no_crimed_on"] = on
    return found


def _days(median: npt.NDArray[np.float64], rng: np.random.Generator) -> pd.TimedeltaIndex:
    days = np.floor(median * np.exp(SPREAD * rng.standard_normal(len(median))))
    return pd.to_timedelta(days.astype(np.int64), unit="D")
