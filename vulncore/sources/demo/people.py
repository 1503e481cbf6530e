"""Who was harmed, how much at risk they are, and on which ground they were hated."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from vulncore.sources.demo.description import described, dice, drawn

LOOKS_BACK = 25  # records: on average so many back lies the last one about the same person


def people(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return who each row is about.

    Args:
        rows: One row per record and measure: `measure`, `recorded_on`.
        seed: What the dice start from.

    Returns:
        Same index: `victim_key` (pseudonym; the same for the same person under a measure),
        `victim_residency` (the same for the same person), `hate_strand` (hate crime only) and
        `risk_level` (standard, medium or high, where the measure is graded). Missing where there is
        nobody, or nothing to say.
    """
    found = pd.DataFrame(
        None,
        index=rows.index,
        columns=["victim_key", "victim_residency", "hate_strand", "risk_level"],
        dtype=object,
    )
    in_order = rows.sort_values("recorded_on", kind="stable")
    for measure, words in described("people")["victim"].items():
        at = in_order.index[in_order["measure"] == measure]
        rng = dice(seed, "people", measure)
        first = _first_records(len(at), words["again"], rng)
        residency = drawn(rng, words["residency"], len(at), f"residency of {measure}")
        somebody = (rng.random(len(at)) >= words["nobody"] / 100)[first]
        keys = np.array([f"demo-person-{at[n]:06d}" for n in first], dtype=object)
        found.loc[at[somebody], "victim_key"] = keys[somebody]
        found.loc[at[somebody], "victim_residency"] = residency[first][somebody]
    for measure, percentages in described("people")["risk_level"].items():
        at = rows.index[rows["measure"] == measure]
        found.loc[at, "risk_level"] = drawn(dice(seed, "risk", measure), percentages, len(at), "risk levels")
    at = rows.index[rows["measure"] == "hate-crime"]
    strands = described("people")["hate_strand"]
    found.loc[at, "hate_strand"] = drawn(dice(seed, "hate strand"), strands, len(at), "hate strands")
    return found


def _first_records(count: int, again: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
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
