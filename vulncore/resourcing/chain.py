"""The chain from demand to officers: cases, hours, officers needed and officers there, on every path at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import months_between
from vulncore.resourcing.capacity import Turnover, work_of_joiners, work_of_those_in_post
from vulncore.resourcing.draws import assumption_draws, normals, paired_order, uniforms
from vulncore.resourcing.scenario.addresses import HOURS, Address
from vulncore.resourcing.scenario.fields import ABSTRACTIONS
from vulncore.resourcing.scenario.scenario import CaseType, Role, Scenario
from vulncore.resourcing.workload import Start, Workload, month_dispersion, scattered, still_open, workload

WEEKS_A_MONTH = 365.25 / 7 / 12
MEMORY = 0.8  # how far a month's open cases, by chance more or fewer, are those of the month before


@dataclass(frozen=True)
class Incoming:
    """Demand: for each kind of case the months recorded, oldest first, and simulated paths of those ahead.

    `as_at` is the last month recorded. All `paths` have as many rows and columns; a kind of case that isn't in them
    doesn't come.
    """

    as_at: date
    recorded: Mapping[str, Floats]
    paths: Mapping[str, Floats]

    @property
    def shape(self) -> tuple[int, int]:
        """How many paths, and how many months ahead."""
        rows, columns = next(iter(self.paths.values())).shape
        return rows, columns


@dataclass(frozen=True)
class Staffing:
    """Simulated staffing of a scenario: by role, one row per path and one column per month ahead.

    `needed` and `there` are in full-time officers who do a full share; `open_cases` are the cases open at a month's
    end that a role holds, `hours` those it works on cases in the month.
    """

    scenario: Scenario
    as_at: date
    needed: Mapping[str, Floats]
    there: Mapping[str, Floats]
    open_cases: Mapping[str, Floats]
    hours: Mapping[str, Floats]

    @property
    def months(self) -> int:
        """How many months are simulated."""
        return int(next(iter(self.there.values())).shape[1])

    @property
    def caseload(self) -> Mapping[str, Floats]:
        """Open cases for each full-time officer there, by role that holds cases; infinite where nobody is there."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                role: np.where(held > 0, held / self.there[role], 0.0)
                for role, held in self.open_cases.items()
            }


@dataclass(frozen=True)
class Inputs:
    """A scenario's numbers on each path (a column each, or one row for all), and whether chance plays on top of them."""

    numbers: Mapping[str, Floats]
    chance: bool

    def share(self, key: str) -> Floats:
        """Return a number in percent as a share."""
        return self.numbers[key] / 100


def staffing(scenario: Scenario, incoming: Incoming) -> Staffing:
    """Return who is needed and who is there on every path of demand.

    Args:
        scenario: What is assumed, checked (`vulncore.resourcing.scenario.checks.checked`).
        incoming: Demand.

    Source:
        Each number that is assumed is drawn once a path; effort, time open and leavers scatter on top of that as the
        functions called say. The random numbers are the same for every scenario.
    """
    paths, _ = incoming.shape
    numbers = {
        key: assumption_draws(key, assumption, paths) for key, assumption in scenario.assumptions.items()
    }
    return staffing_from(scenario, incoming, Inputs(numbers, chance=True))


def staffing_from(scenario: Scenario, incoming: Incoming, inputs: Inputs) -> Staffing:
    """Return the staffing that follows from given numbers: the draws of `staffing`, or others that are to be tried."""
    none = np.zeros((1, incoming.shape[1]))
    open_cases = {role.key: none for role in scenario.holding}
    hours = {role.key: none for role in scenario.working}
    for kind in scenario.case_types:
        if not {kind.key, kind.derived_from} & set(incoming.paths):
            continue
        load = _load(scenario, kind, incoming, inputs)
        open_cases[kind.held_by] = open_cases[kind.held_by] + load.open_cases
        for role in scenario.working:
            key = Address(HOURS, role.key, kind.key).key
            if key in inputs.numbers:
                hours_a_case = inputs.numbers[key] * inputs.share("unit.hours")
                hours[role.key] = hours[role.key] + load.work_done * hours_a_case
    needed = {role: spent / _productive_hours(role, inputs) for role, spent in hours.items()}
    for role in scenario.roles:
        _add_supervisors(scenario, role, needed, inputs)
    there = {role.key: _there(scenario, role, incoming, inputs) for role in scenario.roles}
    return Staffing(scenario, incoming.as_at, needed, there, open_cases, hours)


def paid_people(scenario: Scenario, incoming: Incoming, role: str | None = None) -> Mapping[str, Floats]:
    """Return how many full-time people are paid, by role: those there, with those in training in full.

    Args:
        scenario: What is assumed, checked.
        incoming: Demand: how many paths and months, and from when.
        role: One role; all of them if none is given.

    Returns:
        By role, one row per path and one column per month ahead. On each path the same people leave as in `staffing`.
    """
    roles = [one for one in scenario.roles if role in (None, one.key)]
    numbers = role_draws(scenario, incoming.shape[0])
    numbers |= {Address("training_worth", one.key).key: np.array([[100.0]]) for one in roles}
    inputs = Inputs(numbers, chance=True)
    return {one.key: _there(scenario, one, incoming, inputs) for one in roles}


def role_draws(scenario: Scenario, paths: int) -> dict[str, Floats]:
    """Return the numbers of all roles on each path, by their keys."""
    of = tuple(Address("", role.key).part for role in scenario.roles)
    numbers = {key: number for key, number in scenario.assumptions.items() if key.startswith(of)}
    return {key: assumption_draws(key, number, paths) for key, number in numbers.items()}


def turnover_of(role: str, numbers: Mapping[str, Floats]) -> Turnover:
    """Return how people of a role come and go."""
    of = Address("", role).part
    return Turnover(
        numbers[f"{of}leavers"] / 100 / 12,
        numbers[f"{of}replace_months"],
        numbers[f"{of}training_months"],
        numbers[f"{of}training_worth"] / 100,
    )


def _load(scenario: Scenario, kind: CaseType, incoming: Incoming, inputs: Inputs) -> Workload:
    """Return the workload of a kind of case."""
    of, forecast = (
        Address("", case=kind.key).part,
        kind.key in incoming.paths,
    )  # forecast itself, or derived from another
    base = kind.key if forecast else kind.derived_from
    share = inputs.share(f"{of}share") * (1.0 if forecast else inputs.numbers[f"{of}ratio"])
    paths = incoming.paths[base]
    if inputs.chance:
        together = scenario.assumptions["unit.together"].likely / 100
        paths = paths[paired_order(paths.sum(axis=1), base, together)]
    years = np.arange(1, paths.shape[1] + 1) / 12
    level = (
        inputs.share("unit.demand") * inputs.share(f"{of}demand") * (1 + inputs.share("unit.growth")) ** years
    )
    came = paths * share * level
    life = inputs.numbers[f"{of}open_months"] * inputs.share("unit.life")

    at_once, varies = inputs.share("unit.at_once"), inputs.share(f"{of}varies")

    def chance(name: str, months: int = incoming.shape[1], memory: float = 0.0) -> Floats | None:
        return normals(f"{name} {kind.key}", incoming.shape[0], months, memory) if inputs.chance else None

    # by chance: which cases come to the unit, how heavy each is, how long each stays open
    thinned = np.minimum(inputs.share(f"{of}share"), 1.0) if forecast else np.zeros((1, 1))
    effort = varies**2 + 1 - thinned
    open_now = share * still_open(np.asarray(incoming.recorded[base], dtype=float), life)
    # half of the chance in what came is gone from what is left of it: it is of many months
    to_do = scattered(open_now * (1 - at_once), effort / 2, chance("left", 1))
    load = workload(came, scattered(came, effort, chance("effort")), Start(open_now, to_do), life, at_once)
    return Workload(
        # a case that came is still open or not: in a steady state half of that chance is in the arrivals already
        scattered(load.open_cases, 1 - thinned / 2, chance("open", memory=MEMORY)),
        scattered(load.work_done, month_dispersion(life, varies, at_once), chance("month")),
    )


def _productive_hours(role: str, inputs: Inputs) -> Floats:
    """Return the hours that a full-time officer has for cases in a month."""
    of = Address("", role).part

    def number(name: str) -> Floats:
        key = f"{of}{name}"
        return inputs.numbers[key if key in inputs.numbers else Address(name).key]

    away = sum((number(name) for name in ABSTRACTIONS), np.zeros((1, 1)))
    at_work = number("week_hours") * WEEKS_A_MONTH * np.maximum(1 - away / 100, 0.0)
    return np.asarray(at_work * inputs.share(f"{of}on_cases"), dtype=float)


def _add_supervisors(scenario: Scenario, role: Role, needed: dict[str, Floats], inputs: Inputs) -> None:
    """Add how many of a supervising role are needed, after those whom it supervises."""
    if role.key in needed:
        return
    for below in role.supervises:
        _add_supervisors(scenario, scenario.role(below), needed, inputs)
    led = sum((needed[below] for below in dict.fromkeys(role.supervises)), np.zeros((1, 1)))
    of = Address("", role.key).part
    needed[role.key] = np.maximum(led / inputs.numbers[f"{of}span"], inputs.numbers[f"{of}at_least"])


def _there(scenario: Scenario, role: Role, incoming: Incoming, inputs: Inputs) -> Floats:
    paths, months = incoming.shape
    turnover = turnover_of(role.key, inputs.numbers)
    of = Address("", role.key).part
    chance = uniforms(f"leave {role.key}", paths, months) if inputs.chance else None
    in_post = work_of_those_in_post(
        inputs.numbers[f"{of}in_post"], inputs.numbers[f"{of}in_training"], turnover, chance, months
    )
    joining = [
        (months_between(incoming.as_at, group.month), float(group.people), group.trained)
        for group in scenario.joiners
        if group.role == role.key
    ]
    return np.asarray(
        (in_post + work_of_joiners(joining, turnover, months)) * inputs.share(f"{of}full_time"), dtype=float
    )
