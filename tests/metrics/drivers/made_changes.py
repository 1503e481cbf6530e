"""Made changes: records of two periods whose mix is known."""

import numpy as np
import pandas as pd

from vulncore.metrics.drivers.dimensions import Dimension

SIZES = {"offence": 12, "place": 20, "location_type": 8, "residency": 5, "risk": 3, "strand": 6}
KEPT = 0.75
PLANTED = "location_type"


def values(name: str) -> tuple[str, ...]:
    return tuple(f"{name} {number}" for number in range(SIZES[name]))


def dimensions(blurred: bool = False) -> list[Dimension]:
    """Seven, of which the type of place is blurred if wanted, and the night is a share."""
    return [
        *(Dimension(name, KEPT if blurred and name == PLANTED else None, values(name)) for name in SIZES),
        Dimension("night", None, ("night-time economy", "other hours")),
    ]


def drawn(rng: np.random.Generator, records: int, part: float | None = None) -> pd.DataFrame:
    """Records whose values are the rarer the higher their number (Zipf's law); the last type of place holds `part` of them."""
    columns = {}
    for name, count in SIZES.items():
        odds = 1 / np.arange(1, count + 1)
        if name == PLANTED and part is not None:
            odds = np.append((1 - part) * odds[:-1] / odds[:-1].sum(), part)
        columns[name] = rng.choice(values(name), records, p=odds / odds.sum())
    frame = pd.DataFrame(columns)
    frame.loc[rng.random(records) < 0.2, "risk"] = None
    night = rng.beta(0.3, 0.3, records)  # most windows lie wholly in the night, or wholly out of it
    return frame.assign(night=np.where(rng.random(records) < 0.1, np.nan, night))


def planted(
    rng: np.random.Generator, before: int, rise: int, part: float, blurred: bool = False
) -> pd.DataFrame:
    """A rise of which half is of the last type of place, which holds `part` of all other records; a fall, turned round."""
    extra = abs(rise) // 2
    small, large = (
        drawn(rng, count, part) for count in (min(before, before + rise), max(before, before + rise))
    )
    large.loc[: extra - 1, PLANTED] = values(PLANTED)[-1]
    frame = pd.concat([small.assign(now=rise < 0), large.assign(now=rise > 0)], ignore_index=True)
    return blur(rng, frame) if blurred else frame


def blur(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """One in four records gets any type of place, all alike."""
    moved = rng.random(len(frame)) >= KEPT
    anything = rng.choice(values(PLANTED), len(frame))
    return frame.assign(**{PLANTED: np.where(moved, anything, frame[PLANTED])})


def shuffled(rng: np.random.Generator, frame: pd.DataFrame, now: int) -> pd.DataFrame:
    """The same records, of which `now` drawn evenly are later."""
    return frame.assign(now=rng.permutation(np.arange(len(frame)) < now))
