"""What each made record says beside its count and its times: its offence, where, about whom, and what came of it.

A record can count towards two measures: `leading_rows` says which rows are one record. Whatever is drawn here is of `rows`,
one per record and measure, has their index, and goes by the `seed` that its dice start from.
"""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.geography import boundary, metres_per_degree, outside
from vulncore.domain.shipped import shipped
from vulncore.sources.demo.description import description, dice, draw_names

LOOKS_BACK = 25  # records: on average so many back lies the last one about the same person
SPREAD = 0.8  # of the delay's logarithm: one in five takes more than twice its median
STREETS_FILE = "city-places.csv"
DECIMALS = 6  # a tenth of a metre


def offences(rows: pd.DataFrame, seed: int) -> pd.Series:
    """Return each row's offence, missing where its measure is not about offences."""
    shares = description("offences")["offence"]
    return _by_measure(rows, shares, seed, "offences", "offences of {}").rename("offence")


def _by_measure(rows: pd.DataFrame, shares: dict[str, Any], seed: int, part: str, of: str) -> pd.Series:
    """Return a name for each row by the percentages of its measure, missing where there are none."""
    names = pd.Series(None, index=rows.index, dtype=object)
    for measure, percentages in shares.items():
        at = rows.index[rows["measure"] == measure]
        names[at] = draw_names(dice(seed, part, measure), percentages, len(at), of.format(measure))
    return names


def places(rows: pd.DataFrame, force: str, seed: int) -> pd.DataFrame:
    """Return where each row lies by its `measure`, the points held against a force's area.

    Returns:
        `longitude`, `latitude` (WGS 84, within `jitter_m` of the street's point), `place`
        (street or bridge), `location_type`, `outside_area`. All missing but the location type where the
        setting has no place; all missing where the measure has none.

    Raises:
        UnknownNameError: A street of the description does not ship.
    """
    settings = _by_measure(rows, description("places")["measure"], seed, "settings", "settings of {}")
    kinds: dict[str, Any] = {"longitude": float, "latitude": float, "place": object, "location_type": object}
    columns = pd.DataFrame(None, index=rows.index, columns=[*kinds], dtype=object)
    for setting, words in description("places")["setting"].items():
        at = rows.index[settings == setting]
        rng = dice(seed, "places", setting)
        columns.loc[at, "location_type"] = draw_names(
            rng, words["location_type"], len(at), f"location types of {setting}"
        )
        if not words.get("nowhere"):
            columns.loc[at, ["place", "longitude", "latitude"]] = _points(words, len(at), rng).to_numpy()
    columns = columns.astype(kinds)
    return columns.assign(outside_area=_outside(columns, force))


def _points(words: dict[str, Any], count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return `count` points at the setting's streets or bridges, each moved a little."""
    there = _bridges(words["bridges"]) if "bridges" in words else _streets(words.get("streets"))
    chosen = there.iloc[rng.choice(len(there), size=count, p=there["weight"] / there["weight"].sum())]
    # uniform over a disc: the square root keeps the points from crowding in its middle
    distance_m = description("places")["jitter_m"] * np.sqrt(rng.random(count))
    angle = rng.uniform(0, 2 * np.pi, count)
    moved_m = np.column_stack([np.cos(angle), np.sin(angle)]) * distance_m[:, None]
    scale = metres_per_degree(float(there["latitude"].mean()))
    moved = (chosen[["longitude", "latitude"]].to_numpy() + moved_m / scale).round(DECIMALS)
    return pd.DataFrame(
        {"place": chosen["place"].to_numpy(), "longitude": moved[:, 0], "latitude": moved[:, 1]}
    )


def _streets(weights: dict[str, int] | None) -> pd.DataFrame:
    """Return the points of the streets named, a street's weight shared among its points; of all, if none."""
    streets = _shipped_streets()
    if weights is None:
        return streets.assign(weight=1.0)
    unknown = sorted(set(weights) - set(streets["place"]))
    if unknown:
        raise UnknownNameError(
            f"{len(unknown)} of {len(weights)} streets of demo_places.toml are not in {STREETS_FILE}: "
            f"{first_five(unknown)}. Name streets that are."
        )
    named = streets[streets["place"].isin(list(weights))]
    points = named.groupby("place")["place"].transform("size")
    return named.assign(weight=named["place"].map(weights) / points)


def _bridges(weights: dict[str, int]) -> pd.DataFrame:
    at = description("places")["bridge"]
    rows = [(name, *at[name], float(weight)) for name, weight in weights.items()]
    return pd.DataFrame(rows, columns=["place", "longitude", "latitude", "weight"])


@cache
def _shipped_streets() -> pd.DataFrame:
    """Return the streets' points; road numbers and kinds of site, such as Supermarket, name no street."""
    points = pd.read_csv(shipped(STREETS_FILE))
    return points.loc[points["kind"] == "street", ["place", "longitude", "latitude"]].reset_index(drop=True)


def _outside(columns: pd.DataFrame, force: str) -> pd.Series:
    area = boundary(force)
    placed = columns["longitude"].notna()
    if area is None:
        return pd.Series(None, index=columns.index, dtype="boolean")
    lies_outside = outside(area, columns["longitude"].to_numpy(), columns["latitude"].to_numpy())
    return pd.Series(lies_outside, index=columns.index).astype("boolean").where(placed)


def people(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return who each row is about, by its `measure` and `recorded_on`.

    Returns:
        `victim_key` (pseudonym; the same for the same person under a measure),
        `victim_residency` (the same for the same person), `hate_strand` (hate crime only) and
        `risk_level` (standard, medium or high, where the measure is graded). Missing where there is
        nobody, or nothing to say.
    """
    names = ["victim_key", "victim_residency", "hate_strand"]
    columns = pd.DataFrame(None, index=rows.index, columns=names, dtype=object)
    in_order = rows.sort_values("recorded_on", kind="stable")
    for measure, words in description("people")["victim"].items():
        at = in_order.index[in_order["measure"] == measure]
        rng = dice(seed, "people", measure)
        first = _first_records(len(at), words["again"], rng)
        residency = draw_names(rng, words["residency"], len(at), f"residency of {measure}")
        somebody = (rng.random(len(at)) >= words["nobody"] / 100)[first]
        keys = np.array([f"demo-person-{at[n]:06d}" for n in first], dtype=object)
        columns.loc[at[somebody], "victim_key"] = keys[somebody]
        columns.loc[at[somebody], "victim_residency"] = residency[first][somebody]
    columns["risk_level"] = _by_measure(
        rows, description("people")["risk_level"], seed, "risk", "risk levels"
    )
    at = rows.index[rows["measure"] == "hate-crime"]
    strands = description("people")["hate_strand"]
    columns.loc[at, "hate_strand"] = draw_names(dice(seed, "hate strand"), strands, len(at), "hate strands")
    return columns


def _first_records(count: int, again: int, rng: np.random.Generator) -> Integers:
    """Return, record by record in order of time, the number of the first record about the same person.

    `again` in a hundred are about the person of an earlier record, mostly a recent one. Who has been
    met often is met again more often, as repeat victims are.
    """
    number = np.arange(count)
    back = 1 + rng.exponential(LOOKS_BACK, count).astype(np.int64)
    repeated = (rng.random(count) < again / 100) & (back <= number)
    first = np.where(repeated, number - back, number)
    while (first != first[first]).any():
        first = first[first]
    return first


def outcomes(rows: pd.DataFrame, until: date, seed: int) -> pd.DataFrame:
    """Return what came of each row by the last day on which anything is known.

    It goes by `measure`, `recorded_on` and `counted` (false for a crime that turned out to be none).

    Returns:
        `outcome` and `outcome_on` (missing while the record is open, or where its measure has
        no outcomes) and `no_crimed_on` (set where the record doesn't count).
    """
    words = description("outcomes")
    kinds: dict[str, Any] = {
        "outcome": object,
        "outcome_on": "datetime64[s]",
        "no_crimed_on": "datetime64[s]",
    }
    columns = pd.DataFrame(None, index=rows.index, columns=[*kinds]).astype(kinds)
    for measure, percentages in words["outcome"].items():
        at = rows.index[rows["measure"] == measure]
        rng = dice(seed, "outcomes", measure)
        outcome = draw_names(rng, percentages, len(at), f"outcomes of {measure}")
        median = np.array([words["median_days"][name] for name in outcome]) * words["pace"].get(measure, 1.0)
        columns.loc[at, "outcome"] = outcome
        columns.loc[at, "outcome_on"] = rows.loc[at, "recorded_on"] + _days(median, rng)
    still_open = columns["outcome_on"] > pd.Timestamp(until)
    columns.loc[still_open, ["outcome", "outcome_on"]] = [None, pd.NaT]
    no_crime = words["no_crime"]
    at = rows.index[~rows["counted"]]
    days = _days(np.full(len(at), float(no_crime["median_days"])), dice(seed, "no crimes"))
    on = (rows.loc[at, "recorded_on"] + days).clip(upper=pd.Timestamp(until))
    columns.loc[at, "outcome"] = no_crime["outcome"]
    columns.loc[at, "outcome_on"] = columns.loc[at, "no_crimed_on"] = on
    return columns


def _days(median: Floats, rng: np.random.Generator) -> pd.TimedeltaIndex:
    days = np.floor(median * np.exp(SPREAD * rng.standard_normal(len(median))))
    return pd.to_timedelta(days.astype(np.int64), unit="D")


def leading_rows(rows: pd.DataFrame, seed: int) -> Integers:
    """Return, for each row, the row whose record it is: its own, or that of another measure's row.

    A rape by a partner is one record that counts as rape and as domestic abuse. Both rows lie in the same
    month, so that no month's count changes. A row is tied once at most. It goes by `measure`, `month`, `counted` and
    `offence`; the index starts from 0.
    """
    leads = np.arange(len(rows))
    free = rows["counted"].to_numpy(dtype=bool).copy()
    for tie in description("offences")["shared"]:
        rng = dice(seed, "shared", tie["lead"], tie["also"])
        lead, also = _tied(rows[free], tie, rng)
        leads[also] = lead
        free[lead] = free[also] = False
    return leads


def _tied(rows: pd.DataFrame, tie: dict[str, Any], rng: np.random.Generator) -> tuple[Integers, Integers]:
    may_lead = rows["measure"] == tie["lead"]
    if "offences" in tie:
        may_lead &= rows["offence"].isin(tie["offences"])
    may_lead &= rng.random(len(rows)) < tie["percent"] / 100
    lead = _numbered(rows[may_lead], rng)
    also = _numbered(rows[rows["measure"] == tie["also"]], rng)
    pairs = lead.merge(also, on=["month", "number"], suffixes=("_lead", "_also"))
    return pairs["row_lead"].to_numpy(), pairs["row_also"].to_numpy()


def _numbered(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the rows in chance order, numbered within their month."""
    shuffled = rows.iloc[rng.permutation(len(rows))]
    numbered = shuffled[["month"]].assign(number=shuffled.groupby("month").cumcount())
    return numbered.rename_axis("row").reset_index()


def allocation(rows: pd.DataFrame, leads: Integers) -> pd.Series:
    """Return the team that each row's record was allocated to; missing where no rule fits.

    It goes by `measure`, `offence` and `risk_level`, and by the record of each row: `leads`, the place of its leading row.
    """
    words = description("outcomes")
    rank = pd.Series(np.nan, index=rows.index)
    for rule in words["allocation"]:
        fits = rank.isna() & rows["measure"].isin(rule["measures"])
        for column, wanted in (("offence", "offences"), ("risk_level", "risk_levels")):
            if wanted in rule:
                fits &= rows[column].isin(rule[wanted])
        rank[fits] = words["teams"].index(rule["team"])
    highest = rank.groupby(leads).transform("min")
    return highest.map(dict(enumerate(words["teams"]))).astype(object).rename("allocated_to")
