"""The random numbers behind every path: the same for every scenario, so that two differ only by what was assumed."""

import zlib
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from vulncore.domain.arrays import Floats
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.scenario import Assumption, Scenario

SEED = 7
MOST_Z = 5.0  # beyond, no path of thousands lies


@lru_cache(maxsize=512)
def levels(key: str, paths: int, seed: int = SEED) -> Floats:
    """Return a level between 0 and 1 for each path, evenly spread and shuffled: one row per path, one column.

    Source:
        Latin hypercube sampling: McKay, Beckman and Conover (1979), Technometrics 21, 239-245.

    >>> sorted(levels("unit.leave", 4).ravel().tolist())
    [0.125, 0.375, 0.625, 0.875]
    """
    return np.asarray((_rng(key, seed).permutation(paths) + 0.5)[:, None] / paths)


def assumption_draws(address: Address, assumption: Assumption, paths: int, seed: int = SEED) -> Floats:
    """Return an assumption's number on each path, one column; a single row where it is certain."""
    if assumption.certain:
        return np.array([[assumption.likely]])
    return assumption.at(levels(address.key, paths, seed))


def number_draws(scenario: Scenario, address: Address, paths: int) -> Floats:
    """Return a scenario's number on each path, as `assumption_draws` does."""
    return assumption_draws(address, scenario.assumptions[address], paths)


@lru_cache(maxsize=128)
def normals(name: str, paths: int, months: int, memory: float = 0.0, seed: int = SEED) -> Floats:
    """Return standard normal numbers, one row per path and one column per month.

    A month is correlated with the one before by `memory`, 0 to 1.
    """
    fresh = _rng(name, seed).standard_normal((paths, months))
    for month in range(1, months if memory else 0):
        fresh[:, month] = memory * fresh[:, month - 1] + np.sqrt(1 - memory**2) * fresh[:, month]
    return np.clip(fresh, -MOST_Z, MOST_Z)


@lru_cache(maxsize=64)
def uniforms(name: str, paths: int, months: int, seed: int = SEED) -> Floats:
    """Return numbers even between 0 and 1, one row per path and one column per month."""
    return _rng(name, seed).random((paths, months))


def paired_order(totals: Floats, name: str, together: float, seed: int = SEED) -> np.ndarray:
    """Return the order in which a kind's paths are taken so that kinds rise and fall together.

    `totals` has the total of each path; with `together` 0 they are independent of the others, with 1 the highest meets the highest.

    Source:
        A Gaussian copula by reordering: Iman and Conover (1982), Communications in Statistics B 11, 311-334. Every path is
        taken once, so the kind by itself is as it was.
    """
    paths = len(totals)
    common = ndtri(levels("together", paths, seed)[:, 0])
    apart = ndtri(levels(f"apart {name}", paths, seed)[:, 0])
    rank = np.sqrt(together) * common + np.sqrt(1 - together) * apart
    order = np.empty(paths, dtype=np.int64)
    order[np.argsort(rank, kind="stable")] = np.argsort(totals, kind="stable")
    return order


def _rng(name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
