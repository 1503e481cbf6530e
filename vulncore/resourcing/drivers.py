"""What drives a shortage: each number in turn at its lower and its upper end, all others as expected."""

import numpy as np
import pandas as pd

from vulncore.resourcing.answers import Span
from vulncore.resourcing.chain import Incoming, Inputs, worked_out
from vulncore.resourcing.scenario.assumption import Floats
from vulncore.resourcing.scenario.scenario import Scenario

LOW, HIGH = 0.1, 0.9  # a number lies below the one, and above the other, in one case of ten
DEMAND = "demand."  # before the key of a kind of case whose forecast is varied


def drivers(scenario: Scenario, incoming: Incoming, role: str, span: Span) -> pd.DataFrame:
    """Return how far each uncertain number moves a role's shortage.

    Returns:
        One row per number that is no certain one, the one that moves most first: `key` (a number's, or `demand.` and a kind of
        case for its forecast to the end of the span), `low` and `high` (the number at its lower and upper end; for a forecast its total in
        percent of the expected), `gap_low` and `gap_high` (officers needed less officers there over the span, all
        else as expected) and `gap` (with everything as expected).

    Source:
        One-at-a-time sensitivity, drawn as a tornado: Eschenbach (1992), Interfaces 22(6), 40-46. Ends are the
        tenth and ninetieth percentiles.

    Misleads when:
        two numbers only matter together: each is moved alone.
    """
    uncertain = [key for key, each in scenario.assumptions.items() if not each.certain]
    demand = list(incoming.paths)
    tried = 1 + 2 * (len(uncertain) + len(demand))
    of = {key: np.full((tried, 1), each.mean) for key, each in scenario.assumptions.items()}
    ends: list[tuple[str, float, float]] = []
    for place, key in enumerate(uncertain):
        low, high = scenario.assumptions[key].at(np.array([LOW, HIGH]))
        of[key][1 + 2 * place, 0], of[key][2 + 2 * place, 0] = low, high
        ends.append((key, float(low), float(high)))
    paths: dict[str, Floats] = {}
    for place, kind in enumerate(demand, start=len(uncertain)):
        mean = incoming.paths[kind].mean(axis=0)
        totals = incoming.paths[kind][:, : span.last + 1].sum(axis=1)
        low, high = np.quantile(totals, [LOW, HIGH]) / max(float(mean[: span.last + 1].sum()), 1e-9)
        factor = np.ones((tried, 1))
        factor[1 + 2 * place, 0], factor[2 + 2 * place, 0] = low, high
        paths[kind] = factor * mean
        ends.append((f"{DEMAND}{kind}", 100 * float(low), 100 * float(high)))
    told = worked_out(scenario, Incoming(incoming.as_at, incoming.recorded, paths), Inputs(of, chance=False))
    months = slice(span.first, span.last + 1)
    gaps = (told.needed[role][:, months] - told.there[role][:, months]).mean(axis=1)
    frame = pd.DataFrame(ends, columns=["key", "low", "high"])
    frame = frame.assign(gap_low=gaps[1::2], gap_high=gaps[2::2], gap=gaps[0])
    swing = (frame["gap_high"] - frame["gap_low"]).abs()
    return frame.loc[swing.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
