"""Where things happened: streets and bridges of the City, and settings without a place."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.geography import boundary, metres_per_degree, outside
from vulncore.domain.shipped import shipped
from vulncore.sources.demo.description import described, dice, drawn

STREETS_FILE = "city-places.csv"
DECIMALS = 6  # a tenth of a metre


def places(rows: pd.DataFrame, force: str, seed: int) -> pd.DataFrame:
    """Return where each row lies.

    Args:
        rows: One row per record and measure: `measure`.
        force: Whose area the points are held against.
        seed: What the dice start from.

    Returns:
        Same index: `longitude`, `latitude` (WGS 84, within `jitter_m` of the street's point), `place`
        (street or bridge), `location_type`, `outside_area`. All missing but the location type where the
        setting has no place; all missing where the measure has none.

    Raises:
        UnknownNameError: A street of the description does not ship.
    """
    settings = _settings(rows["measure"], seed)
    found = pd.DataFrame(
        {"longitude": np.nan, "latitude": np.nan, "place": None, "location_type": None}, index=rows.index
    ).astype({"place": object, "location_type": object})
    for setting, words in described("places")["setting"].items():
        at = rows.index[settings == setting]
        rng = dice(seed, "places", setting)
        kinds = drawn(rng, words["location_type"], len(at), f"location types of {setting}")
        found.loc[at, "location_type"] = kinds
        if not words.get("nowhere"):
            found.loc[at, ["place", "longitude", "latitude"]] = _points(words, len(at), rng).to_numpy()
    found = found.astype({"longitude": float, "latitude": float})
    return found.assign(outside_area=_outside(found, force))


def _settings(measures: pd.Series, seed: int) -> npt.NDArray[np.object_]:
    settings = np.full(len(measures), None, dtype=object)
    for measure, percentages in described("places")["measure"].items():
        at = np.flatnonzero(measures == measure)
        settings[at] = drawn(dice(seed, "settings", measure), percentages, len(at), f"settings of {measure}")
    return settings


def _points(words: dict[str, Any], count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return `count` points at the setting's streets or bridges, each moved a little."""
    there = _bridges(words["bridges"]) if "bridges" in words else _streets(words.get("streets"))
    chosen = there.iloc[rng.choice(len(there), size=count, p=there["weight"] / there["weight"].sum())]
    # uniform over a disc: the square root keeps the points from crowding in its middle
    distance_m = described("places")["jitter_m"] * np.sqrt(rng.random(count))
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
    at = described("places")["bridge"]
    rows = [(name, *at[name], float(weight)) for name, weight in weights.items()]
    return pd.DataFrame(rows, columns=["place", "longitude", "latitude", "weight"])


@cache
def _shipped_streets() -> pd.DataFrame:
    """Return the streets' points; road numbers and kinds of site, such as Supermarket, name no street."""
    points = pd.read_csv(shipped(STREETS_FILE))
    return points.loc[points["kind"] == "street", ["place", "longitude", "latitude"]].reset_index(drop=True)


def _outside(found: pd.DataFrame, force: str) -> pd.Series:
    area = boundary(force)
    placed = found["longitude"].notna()
    if area is None:
        return pd.Series(None, index=found.index, dtype="boolean")
    lies_outside = outside(area, found["longitude"].to_numpy(), found["latitude"].to_numpy())
    return pd.Series(lies_outside, index=found.index).astype("boolean").where(placed)
