"""How many blurred records each group had before they were blurred: of an offence, a risk level, a group of victims."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.blur import GROUP_KEPT

NOT_RECORDED: Final = "not recorded"
"""The group of records of which the column says nothing."""


def group_scores(
    records: pd.DataFrame, column: str, groups: Mapping[str, Sequence[str]], kept: float = GROUP_KEPT
) -> pd.DataFrame:
    """Return how much of each record lies in each group, as far as its blurred group tells.

    A record keeps its group with the chance `kept`, and else gets any group that its measure has. Its score in the group
    that it shows is above 1 and in the others of its measure below 0, so that sums of scores are right on average, and the
    scores of a record sum to 1.

    Args:
        records: One row per record: `measure` and the column, missing where nothing is recorded.
        column: The column of groups.
        groups: By measure the groups that its records of all times have, over which blurred ones are spread.
        kept: The share that keep their group; 1 where nothing is blurred.

    Returns:
        Same rows and index; a column for each group, in the order of the alphabet, and `NOT_RECORDED` last, if any is;
        records of which that is written out count there as well.

    Source:
        Warner (1965), Randomized response; van den Hout and van der Heijden (2002), of the same for several groups.

    Misleads when:
        a single record, or a handful, is looked at: scores are right for sums of many.

    >>> rows = pd.DataFrame({"measure": "rape", "risk_level": ["high", "high", "low", None]})
    >>> group_scores(rows, "risk_level", {"rape": ("high", "low")}, kept=0.5).sum().to_dict()
    {'high': 2.5, 'low': 0.5, 'not recorded': 1.0}
    """
    names = sorted({name for every in groups.values() for name in every})
    place = {name: at for at, name in enumerate(names)}
    scores = np.zeros((len(records), len(names) + 1))
    shown, known = records[column].map(place), records[column].notna().to_numpy()
    scores[np.flatnonzero(known), shown[known].astype(int)] = 1.0
    for measure, every in groups.items():
        rows = known & (records["measure"] == measure).to_numpy()
        spread = np.zeros(len(names) + 1)
        spread[[place[name] for name in every]] = (1 - kept) / max(len(every), 1)
        scores[rows] = (scores[rows] - spread) / kept
    scores[~known, -1] = 1.0
    if NOT_RECORDED in place:  # a force wrote it out: the same as nothing
        scores[:, -1] += scores[:, place[NOT_RECORDED]]
        scores = np.delete(scores, place[NOT_RECORDED], axis=1)
        names.remove(NOT_RECORDED)
    frame = pd.DataFrame(scores, index=records.index, columns=[*names, NOT_RECORDED])
    return frame if scores[:, -1].any() else frame.drop(columns=NOT_RECORDED)
