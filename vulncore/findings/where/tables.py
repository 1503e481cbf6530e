"""Tables about places as people read them: a place's months and hours, the test on past months, near repeats."""

import math
from typing import Final

import pandas as pd

from vulncore.findings.shared.words import HIDDEN, number_of
from vulncore.findings.where.view import DISTANCES_M, MapTrial, PlaceView, RepeatsView

HELD: Final = "about {:.0f} %"
"""How much of a month's records a map held."""


def hours_table(place: PlaceView) -> pd.DataFrame:
    """Return the place's hours: a line for each day, a column for each part of it."""
    if place.hours.empty:
        return pd.DataFrame()
    days, parts = place.hours["day"].unique(), place.hours["part"].unique()
    numbers = place.hours["records"].map(_number).to_numpy().reshape(len(days), len(parts))
    table = pd.DataFrame(numbers, columns=parts)
    table.insert(0, "Day and night of", days)
    return table


def months_table(place: PlaceView) -> pd.DataFrame:
    """Return the place's months."""
    return pd.DataFrame({"Months": place.months["label"], "About": place.months["records"].map(_number)})


def trial_table(trial: MapTrial) -> pd.DataFrame:
    """Return one row per map and share of the area: what the map held of the next month, and how good that is."""
    rows = trial.frame
    known = rows["pei_star"].notna().all()
    pei_star = {"PEI*": [f"{pei_star:.1f}" for pei_star in rows["pei_star"]]} if known else {}
    return pd.DataFrame(
        {
            "Map": rows["map"],
            "Of the area": [f"{100 * share:.0f} %" for share in rows["share"]],
            "Held of the next month": rows["percent"].map(HELD.format),
            "95 % limits": [
                "–" if pd.isna(low) else f"{low:.0f} to {high:.0f} %"
                for low, high in zip(rows["low"], rows["high"], strict=True)
            ],
            "PAI": [
                f"{percent / 100 / share:.1f}"
                for percent, share in zip(rows["percent"], rows["share"], strict=True)
            ],
            **pei_star,
            "Than last month's": rows["against_naive"],
        }
    )


def repeats_table(repeats: RepeatsView) -> pd.DataFrame:
    """Return one row per distance and one column per time: pairs of events compared with shuffled dates."""
    rows = []
    for distance, bands in repeats.bands.groupby("distance_to_m", sort=True) if len(repeats.bands) else ():
        row = {"Apart": apart_in_words(float(str(distance)))}
        for band in bands.to_dict("records"):
            first, last = band["days_from"], band["days_to"]
            sure = ", more than chance" if band["clear"] else ""
            ratio = "too few" if pd.isna(band["ratio"]) else f"{band['ratio']:.1f} times{sure}"
            row[f"{first} to {last} days" if first else f"Within {number_of(last, 'day')}"] = ratio
        rows.append(row)
    return pd.DataFrame(rows)


def apart_in_words(distance_to_m: float) -> str:
    """Return how far apart the events of a band are.

    >>> apart_in_words(0), apart_in_words(100), apart_in_words(200)
    ('Same place', 'Up to 100 m', '100 to 200 m')
    """
    if not distance_to_m:
        return "Same place"
    nearer = max(distance for distance in DISTANCES_M if distance < distance_to_m)
    return f"{nearer} to {distance_to_m:.0f} m" if nearer else f"Up to {distance_to_m:.0f} m"


def _number(records: float) -> str:
    return HIDDEN if math.isnan(records) else f"{records:,.0f}"
