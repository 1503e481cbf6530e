"""The description of the City that the demo data is drawn from, and the dice that draw it."""

import tomllib
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import VulncoreError
from vulncore.domain.vocabulary import REFERENCE


@cache
def description(part: str) -> dict[str, Any]:
    """Return one part of the description: `demo_<part>.toml`.

    >>> sorted(description("people")["hate_strand"])
    ['disability', 'race', 'religion', 'sexual orientation', 'transgender']
    """
    return tomllib.loads((REFERENCE / f"demo_{part}.toml").read_text(encoding="utf-8"))


def dice(seed: int, *part: str) -> np.random.Generator:
    """Return the random generator of one part of the data.

    Each part has its own, so that a change to one leaves the others as they were.

    >>> bool(dice(1, "times").random() == dice(1, "times").random() != dice(1, "places").random())
    True
    """
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32("/".join(part).encode())]))


def draw_names(
    rng: np.random.Generator, percentages: Mapping[str, int], count: int, of: str
) -> npt.NDArray[np.object_]:
    """Return `count` names, drawn by their percentages; raises as `draw_positions` does.

    >>> draw_names(dice(1), {"street": 100, "office": 0}, 2, of="places").tolist()
    ['street', 'street']
    """
    names = np.array(list(percentages), dtype=object)
    return names[draw_positions(rng, list(percentages.values()), count, of)]


def draw_positions(rng: np.random.Generator, percentages: Sequence[int], count: int, of: str) -> Integers:
    """Return `count` numbers of lines, from 0, drawn by their percentages.

    Raises:
        VulncoreError: The percentages don't come to 100.
    """
    if sum(percentages) != 100:
        raise VulncoreError(
            f"The percentages of {of} come to {sum(percentages)}, not 100. Correct the percentages in vulncore/reference."
        )
    return rng.choice(len(percentages), size=count, p=np.array(percentages) / 100)


def log_uniform(rng: np.random.Generator, low: npt.ArrayLike, high: npt.ArrayLike, count: int) -> Floats:
    """Return `count` numbers between two bounds, as many between 1 and 10 as between 10 and 100."""
    return np.exp(rng.uniform(np.log(np.asarray(low)), np.log(np.asarray(high)), size=count))
