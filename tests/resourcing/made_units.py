"""Units whose every number is known because tests made them, and the demand that comes to them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from vulncore.resourcing.chain import Incoming, Staffing
from vulncore.resourcing.scenario.addresses import Address, address_of
from vulncore.resourcing.scenario.checks import checked
from vulncore.resourcing.scenario.fields import field_of
from vulncore.resourcing.scenario.scenario import Assumption, CaseType, Joiners, Role, Scenario, fixed

AS_AT = date(2024, 10, 1)
MONTH_HOURS = 40 * 365.25 / 7 / 12  # of a contracted week of 40
AWAY = ("leave", "sickness", "training", "court", "mutual_aid")
UNIT = {
    "demand": 100,
    "growth": 0,
    "hours": 100,
    "life": 100,
    "together": 0,
    "at_once": 0,
    "week_hours": 40,
    **dict.fromkeys(AWAY, 0),
}
ROLE = {
    "posts": 10,
    "in_post": 10,
    "in_training": 0,
    "full_time": 100,
    "leavers": 0,
    "replace_months": 0,
    "training_months": 0,
    "training_worth": 100,
}
OFFICER = {**ROLE, "on_cases": 100, "most_cases": 15}
LEADER = {**ROLE, "span": 6, "at_least": 0, "supervises": ("officer",)}
FRAUD = {
    "held_by": "officer",
    "demand": 100,
    "share": 100,
    "open_months": 4,
    "varies": 0,
    "hours": {"officer": 10},
}
RATES = {
    "rape": 6.0,
    "other-sexual-offences": 12.0,
    "csea": 5.0,
    "domestic-abuse": 20.0,
    "serious-hate-crime": 30.0,
}  # cases a month that the shipped scenario's unit is busy with


def number(given: Any) -> Assumption:
    """A certain number, or three."""
    if isinstance(given, Assumption):
        return given
    return Assumption(*given) if isinstance(given, tuple) else fixed(given)


def at(key: str) -> Address:
    """The number of a key."""
    address = address_of(key)
    assert address is not None, key
    return address


def unit(
    roles: Mapping[str, Mapping[str, Any]] | None = None,
    cases: Mapping[str, Mapping[str, Any]] | None = None,
    joiners: Sequence[Joiners] = (),
    **numbers: Any,
) -> Scenario:
    """A unit of one role and one kind of case, both certain, but for what is said of them."""
    made: dict[Address, Assumption] = {
        Address(name): number(value) for name, value in {**UNIT, **numbers}.items()
    }
    every_role, every_case = [], []
    for key, given in (roles or {"officer": {}}).items():
        plain = LEADER if "supervises" in given else OFFICER
        parts = {**plain, **given}
        every_role.append(Role(key, key.title(), tuple(parts.pop("supervises", ()))))
        made |= {Address(name, key): number(value) for name, value in parts.items()}
    for key, given in (cases or {"fraud": {}}).items():
        parts = {**FRAUD, **given}
        hours = parts.pop("hours")
        every_case.append(
            CaseType(key, key.title(), (key,), parts.pop("held_by"), parts.pop("derived_from", ""))
        )
        made |= {Address(name, case=key): number(value) for name, value in parts.items()}
        made |= {Address("hours", role, key): number(value) for role, value in hours.items()}
    return checked(Scenario("Made", "Unit", "", tuple(every_role), tuple(every_case), tuple(joiners), made))


def steady(
    rate: float | Mapping[str, float] = 8, months: int = 12, paths: int = 2, before: int = 60
) -> Incoming:
    """As many cases every month, behind and ahead."""
    rates = rate if isinstance(rate, Mapping) else {"fraud": rate}
    return Incoming(
        AS_AT,
        {kind: np.full(before, float(a_month)) for kind, a_month in rates.items()},
        {kind: np.full((paths, months), float(a_month)) for kind, a_month in rates.items()},
    )


def by_chance(
    rate: float | Mapping[str, float], months: int, paths: int, before: int = 60, seed: int = 1
) -> Incoming:
    """Poisson numbers ahead of a steady past."""
    known = steady(rate, months, 1, before)
    rng = np.random.default_rng(seed)
    ahead = {
        kind: rng.poisson(past[0], (paths, months)).astype(float) for kind, past in known.recorded.items()
    }
    return replace(known, paths=ahead)


def wild(months: int, paths: int, seed: int = 1, times: float = 1.0) -> Incoming:
    """What comes to the shipped scenario's unit: months by chance, years by far more."""
    rng = np.random.default_rng(seed)
    recorded, ahead = {}, {}
    for kind, rate in RATES.items():
        level = times * rate * rng.gamma(20, 1 / 20, (paths, 1))
        recorded[kind] = rng.poisson(times * rate, 60).astype(float)
        ahead[kind] = rng.poisson(level, (paths, months)).astype(float)
    return Incoming(AS_AT, recorded, ahead)


def chances(simulated: Staffing) -> tuple[np.ndarray, np.ndarray]:
    """In each month, every role's chance of being short and every holder's of passing its limit, by plain counting."""
    rows, columns = next(iter(simulated.there.values())).shape
    short = [
        np.broadcast_to(simulated.needed[role.key] > simulated.there[role.key], (rows, columns)).mean(axis=0)
        for role in simulated.scenario.roles
    ]
    over = [
        (
            simulated.caseload[role.key]
            > simulated.scenario.assumptions[at(f"role.{role.key}.most_cases")].likely
        ).mean(axis=0)
        for role in simulated.scenario.holding
    ]
    return np.array(short), np.array(over)


def moved(scenario: Scenario, address: Address, by: float) -> Scenario:
    """The scenario with a number moved, no end of it past its limits."""
    field, old = field_of(address), scenario.assumptions[address]
    low, likely, high = (
        min(max(end + by, field.least), field.most) for end in (old.low, old.likely, old.high)
    )
    return scenario.where(address, replace(old, low=low, likely=likely, high=high))
