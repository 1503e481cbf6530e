"""Mix changes: whether the mix of a dimension changed between two periods, whatever became of the total."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.metrics.drivers.dimensions import SMALLEST, Dimension, DimensionParts, parts_of
from vulncore.metrics.drivers.shares import ShareInterval, share_interval
from vulncore.metrics.drivers.shuffles import LEVEL, SEED, SHUFFLES, adjusted_p_values, moves

SAME_WITHIN: Final = 0.05
"""Of all records: a share that is sure to have moved by less is one that nobody would plan by."""


class MixVerdict(StrEnum):
    """What can be said of a dimension's mix."""

    CHANGED = "changed"
    SAME = "about the same"
    CANT_TELL = "can't tell"


def mix_changes(
    records: pd.DataFrame,
    dimensions: Sequence[Dimension],
    dispersion: float = 1.0,
    smallest: int = SMALLEST,
    shuffles: int = SHUFFLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Return for each dimension whether its mix changed: shares of the records that it is recorded of.

    It changed where no more than 5 % of changes of the same records would, by chance, move any dimension's mix as far. It
    stayed about the same where every part's share is sure to have moved by less than five in a hundred (95 %, each for itself).
    Neither may be so: then it can't be told.

    The arguments are those of `vulncore.metrics.drivers.change_parts.change_parts`.

    Returns:
        One row per dimension: `dimension`; `value`, the first of two parts, or of more the one whose share moved furthest
        (missing where nothing is recorded); its `share_before`, `before_low`, `before_high`, `share_now`, `now_low`, `now_high` (0 to 1,
        the blur undone) and `share_change`, `change_low`, `change_high` (−1 to 1), all with 95 % limits; `p_value` (judged together;
        missing where there is nothing to compare) and `verdict`, a value of `MixVerdict`. Dispersion widens the change's limits alone.

    Raises:
        InvalidRowsError: A column is absent, `now` is not true or false, or a value is none of its dimension's.
        VulncoreError: A dimension is given twice, can't have been blurred so, or lacks its values.

    Source:
        Pearson's chi-squared on shuffled records; judged together by the least p-value, Westfall and Young (1993). Limits:
        Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.

    Misleads when:
        who is not recorded differs from who is, and how many are not changed.

    >>> rows = pd.DataFrame({"now": [False] * 50 + [True] * 100, "offence": ["public order"] * 10 + ["assault"] * 40
    ...     + ["public order"] * 50 + ["assault"] * 50})
    >>> mix_changes(rows, [Dimension("offence")])[["value", "share_before", "share_now", "verdict"]].values.tolist()
    [['assault', 0.8, 0.5, 'changed']]
    """
    parts = parts_of(records, dimensions, smallest)
    now = records["now"].to_numpy(dtype=bool)
    recorded = np.flatnonzero(parts.whole == parts.dimension)
    parts = parts.among(np.ones(len(now), dtype=bool), recorded)
    shares = tuple(_shares(parts, rows) for rows in (~now, now))
    moved, shuffled = (
        moves(parts, now, dispersion, shuffles, seed)
        if now.any() and not now.all() and len(recorded)
        else (np.zeros(len(recorded)), np.zeros((0, len(recorded))))
    )
    several = np.array([(parts.dimension == at).sum() > 1 for at in range(len(dimensions))], dtype=bool)
    p_values = np.full(len(dimensions), np.nan)
    if len(shuffled) and several.any():
        p_values[several] = _p_values(parts, moved, shuffled, np.flatnonzero(several))
    rows = [
        _row(
            dimension.name,
            np.flatnonzero(parts.dimension == at),
            parts,
            shares,
            moved,
            p_values[at],
            dispersion,
        )
        for at, dimension in enumerate(dimensions)
    ]
    return pd.DataFrame(rows)


def _shares(parts: DimensionParts, rows: Booleans) -> ShareInterval:
    held, of = parts.counted(rows)
    # as if one of so many values, of which the others got any: strays is what goes astray into the part
    values = np.divide(1 - parts.kept, parts.strays, out=np.full_like(held, 2.0), where=parts.strays > 0)
    return share_interval(held, of, parts.kept, values)


def _p_values(parts: DimensionParts, moved: Floats, shuffled: Floats, which: Integers) -> Floats:
    """Return p-values of some dimensions' mixes, judged together."""
    held, of = parts.weights.sum(axis=0), parts.wholes.sum(axis=0)[parts.whole]
    rest = 1 - np.divide(held, of, out=np.ones_like(held), where=of > 0)
    squares = np.vstack([moved, shuffled]) ** 2 * rest
    chi_squared = np.column_stack([squares[:, parts.dimension == at].sum(axis=1) for at in which])
    # the real change is one more shuffle; rounded, so that what was added up in another order ties
    alone = rankdata(-chi_squared.round(6), method="max", axis=0) / len(chi_squared)
    return adjusted_p_values(-alone[0], -alone[1:])


def _row(
    name: str,
    which: Integers,
    parts: DimensionParts,
    shares: tuple[ShareInterval, ...],
    moved: Floats,
    p_value: float,
    dispersion: float,
) -> dict[str, object]:
    before, after = (ShareInterval(*(figure[which] for figure in period)) for period in shares)
    change = after.share - before.share
    width = np.sqrt(max(dispersion, 1.0))
    low = change - width * np.hypot(after.share - after.low, before.high - before.share)
    high = change + width * np.hypot(after.high - after.share, before.share - before.low)
    verdict = MixVerdict.CANT_TELL
    if p_value <= LEVEL:
        verdict = MixVerdict.CHANGED
    elif len(which) and (low > -SAME_WITHIN).all() and (high < SAME_WITHIN).all():
        verdict = MixVerdict.SAME
    names = ("share_before", "before_low", "before_high", "share_now", "now_low", "now_high")
    figures = dict(
        zip(
            (*names, "share_change", "change_low", "change_high"),
            (*before, *after, change, low, high),
            strict=True,
        )
    )
    first = 0 if len(which) <= 2 else int(np.argmax(np.abs(moved[which])))
    return {
        "dimension": name,
        "value": parts.names[which[first]] if len(which) else None,
        **{title: figure[first] if len(which) else np.nan for title, figure in figures.items()},
        "p_value": p_value,
        "verdict": verdict.value,
    }
