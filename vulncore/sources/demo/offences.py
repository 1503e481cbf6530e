"""What was recorded, and which records count towards two measures."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vulncore.sources.demo.description import described, dice, drawn

Places = npt.NDArray[np.int64]


def offences(rows: pd.DataFrame, seed: int) -> pd.Series:
    """Return each row's offence, missing where its measure is not about offences."""
    found = pd.Series(None, index=rows.index, dtype=object, name="offence")
    for measure, percentages in described("offences")["offence"].items():
        at = rows.index[rows["measure"] == measure]
        found[at] = drawn(dice(seed, "offences", measure), percentages, len(at), f"offences of {measure}")
    return found


def leading_rows(rows: pd.DataFrame, seed: int) -> Places:
    """Return, for each row, the row whose record it is: its own, or that of another measure's row.

    A rape by a partner is one record that counts as rape and as domestic abuse. Both rows lie in the same
    month, so that no month's count changes. A row is tied once at most.

    Args:
        rows: One row per record and measure, index from 0: `measure`, `month`, `counted`, `offence`.
        seed: What the dice start from.
    """
    leads = np.arange(len(rows))
    free = rows["counted"].to_numpy(dtype=bool).copy()
    for tie in described("offences")["shared"]:
        rng = dice(seed, "shared", tie["lead"], tie["also"])
        lead, also = _tied(rows[free], tie, rng)
        leads[also] = lead
        free[lead] = free[also] = False
    return leads


def _tied(rows: pd.DataFrame, tie: dict[str, Any], rng: np.random.Generator) -> tuple[Places, Places]:
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
    return pd.DataFrame(
        {
            "row": shuffled.index.to_numpy(),
            "month": shuffled["month"].to_numpy(),
            "number": shuffled.groupby("month").cumcount().to_numpy(),
        }
    )
