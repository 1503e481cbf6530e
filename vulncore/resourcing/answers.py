"""What simulated staffing says of a role: officers needed, the chance of a shortage and from when, and what drives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import add_months
from vulncore.resourcing.chain import Incoming, Inputs, Staffing, staffing_from
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.fields import is_cost
from vulncore.resourcing.scenario.scenario import Scenario

LIKELY: Final = 0.5  # a chance above this is called likely
TINY: Final = 1e-9  # what sums are off by: as many as are needed are enough
NEEDED: Final = {"needed50": 0.5, "needed80": 0.8, "needed95": 0.95}
THERE: Final = {"there10": 0.1, "there50": 0.5, "there90": 0.9}
CASELOAD: Final = {"caseload10": 0.1, "caseload50": 0.5, "caseload90": 0.9}
LOW, HIGH = 0.1, 0.9  # the percentiles at which a driver is tried


@dataclass(frozen=True)
class Span:
    """Months ahead that are spoken of together: columns `first` up to and with `last` of the paths."""

    first: int
    last: int


def year_span(as_at: date, months: int, year: int) -> Span:
    """Return the months ahead that lie in a calendar year.

    >>> year_span(date(2024, 10, 1), 50, 2026)
    Span(first=14, last=25)
    """
    start = (year - as_at.year) * 12 - as_at.month
    return Span(max(start, 0), max(min(start + 11, months - 1), -1))


def monthly_answers(staffing: Staffing, role: str) -> pd.DataFrame:
    """Return a role's months ahead: officers needed and there, the chance of a shortage, cases for each officer.

    Returns:
        One row per month: `month`; `needed50`, `needed80`, `needed95` (full-time officers that are enough in as many
        of a hundred cases), `needed` (mean); `there10`, `there50`, `there90` and `there` (mean): those there who do a full
        share; `short` (the chance that fewer are there than needed); for a role that works on cases `hours` (mean, of
        all of them together); for one that holds cases also `opened` (mean),
        `caseload10`, `caseload50`, `caseload90` (cases for each officer there) and `over` (the chance that it passes the
        role's limit).
    """
    needed, there = staffing.needed[role], staffing.there[role]
    months = needed.shape[1]
    frame = pd.DataFrame({"month": pd.date_range(add_months(staffing.as_at, 1), periods=months, freq="MS")})
    frame = frame.assign(**_quantiles(needed, NEEDED), needed=needed.mean(axis=0))
    frame = frame.assign(
        **_quantiles(there, THERE), there=there.mean(axis=0), short=(needed > there + TINY).mean(axis=0)
    )
    if role in staffing.hours:
        frame = frame.assign(hours=np.broadcast_to(staffing.hours[role].mean(axis=0), months))
    if role not in staffing.open_cases:
        return frame
    caseload, limit = staffing.caseload[role], staffing.scenario.of_role(role, "most_cases").likely
    over = (caseload > limit + TINY).mean(axis=0)
    return frame.assign(
        opened=staffing.open_cases[role].mean(axis=0), **_quantiles(caseload, CASELOAD), over=over
    )


def span_answers(staffing: Staffing, span: Span) -> pd.DataFrame:
    """Return every role over some months taken together, such as a calendar year.

    Returns:
        One row per role in the scenario's order: `role`, `name`; of each path's mean over the months `needed50`, `needed80`,
        `needed95` (full-time officers that are enough in as many of a hundred cases) and `there50`; `funded` (posts,
        full-time); and `short`, the share of simulated months in which fewer are there than needed.
    """
    months, rows = slice(span.first, span.last + 1), []
    for role in staffing.scenario.roles:
        needed, there = staffing.needed[role.key][:, months], staffing.there[role.key][:, months]
        full_time = staffing.scenario.of_role(role.key, "full_time").likely / 100
        rows.append(
            {
                "role": role.key,
                "name": role.name,
                **{name: float(np.quantile(needed.mean(axis=1), level)) for name, level in NEEDED.items()},
                "there50": float(np.median(there.mean(axis=1))),
                "funded": staffing.scenario.of_role(role.key, "posts").likely * full_time,
                "short": float((needed > there + TINY).mean()),
            }
        )
    return pd.DataFrame(rows)


def first_month(chances: Sequence[float], after: date, level: float = LIKELY) -> date | None:
    """Return the first month ahead whose chance is above a level; None where none is.

    >>> first_month([0.2, 0.6, 0.4], date(2024, 10, 1))
    datetime.date(2024, 12, 1)
    """
    above = np.flatnonzero(np.asarray(chances) > level)
    return add_months(after, int(above[0]) + 1) if len(above) else None


def is_forecast(driver: Address) -> bool:
    """Return whether a driver is the forecast of a kind of case, and no number of the scenario."""
    return not driver.name


def drivers(scenario: Scenario, incoming: Incoming, role: str, span: Span) -> pd.DataFrame:
    """Return how far each uncertain number moves a role's shortage.

    Returns:
        One row per uncertain number, the one that moves the shortage most first: `address` (a number's, or a kind of case's where
        it `is_forecast`, to the end of the span), `low` and `high` (the number's tenth and ninetieth percentile; for a
        forecast those of its total, in percent of the expected), `gap_low` and `gap_high` (officers needed less officers
        there over the span, all else at its mean) and `gap` (with everything at its mean).

    Source:
        One-at-a-time sensitivity, drawn as a tornado: Eschenbach (1992), Interfaces 22(6), 40-46.

    Misleads when:
        two numbers only matter together: each is moved alone.
    """
    uncertain = [
        address
        for address, assumption in scenario.assumptions.items()
        if not assumption.certain and not is_cost(address)
    ]
    kinds = list(incoming.paths)
    tried = 1 + 2 * (len(uncertain) + len(kinds))  # a row with all at their mean, then two for each driver
    numbers = {of: np.full((tried, 1), assumption.mean) for of, assumption in scenario.assumptions.items()}
    ends: list[tuple[Address, float, float]] = []
    for place, address in enumerate(uncertain):
        low, high = scenario.assumptions[address].at(np.array([LOW, HIGH]))
        numbers[address][1 + 2 * place : 3 + 2 * place, 0] = low, high
        ends.append((address, float(low), float(high)))
    paths: dict[str, Floats] = {}
    for place, kind in enumerate(kinds, start=len(uncertain)):
        mean = incoming.paths[kind].mean(axis=0)
        totals = incoming.paths[kind][:, : span.last + 1].sum(axis=1)
        low, high = np.quantile(totals, [LOW, HIGH]) / max(float(mean[: span.last + 1].sum()), 1e-9)
        factor = np.ones((tried, 1))
        factor[1 + 2 * place : 3 + 2 * place, 0] = low, high
        paths[kind] = factor * mean
        ends.append((Address("", case=kind), 100 * float(low), 100 * float(high)))
    demand = Incoming(incoming.as_at, incoming.recorded, paths)
    staffing = staffing_from(scenario, demand, Inputs(numbers, chance=False))
    months = slice(span.first, span.last + 1)
    gaps = (staffing.needed[role][:, months] - staffing.there[role][:, months]).mean(axis=1)
    frame = pd.DataFrame(ends, columns=["address", "low", "high"])
    frame = frame.assign(gap_low=gaps[1::2], gap_high=gaps[2::2], gap=gaps[0])
    swing = (frame["gap_high"] - frame["gap_low"]).abs()
    return frame.loc[swing.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _quantiles(values: Floats, levels: dict[str, float]) -> dict[str, Floats]:
    quantiles = np.quantile(values, list(levels.values()), axis=0, method="inverted_cdf")
    return dict(zip(levels, np.broadcast_to(quantiles, (len(levels), values.shape[1])), strict=True))
