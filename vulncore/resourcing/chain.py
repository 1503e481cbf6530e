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
from vulncore.resourcing.scenario.scenario import Assumption, CaseType, Role, Scenario, fixed
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
    """Numbers of a scenario on each path (a column each, or one row for all), and whether chance plays on top of them."""

    numbers: Mapping[Address, Floats]
    chance: bool

    def number(self, name: str, role: str = "", case: str = "") -> Floats:
        """Return a number of a role, of a kind of case, of a role on one, else of the unit."""
        return self.numbers[Address(name, role, case)]

    def share(self, name: str, role: str = "", case: str = "") -> Floats:
        """Return a number in percent as a share."""
        return self.number(name, role, case) / 100

    def turnover(self, role: str) -> Turnover:
        """Return how people of a role come and go."""
        return Turnover(
            self.share("leavers", role) / 12,
            self.number("replace_months", role),
            self.number("training_months", role),
            self.share("training_worth", role),
        )


def staffing(scenario: Scenario, incoming: Incoming) -> Staffing:
    """Return who is needed and who is there on every path of demand, by a scenario that is `checked`.

    Source:
        Each number that is assumed is drawn once a path; effort, time open and leavers scatter on top of that as the
        functions called say. The random numbers are the same for every scenario.
    """
    paths, _ = incoming.shape
    return staffing_from(scenario, incoming, drawn(scenario.assumptions, paths))


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
            if Address(HOURS, role.key, kind.key) in inputs.numbers:
                hours_a_case = inputs.number(HOURS, role.key, kind.key) * inputs.share(HOURS)
                hours[role.key] = hours[role.key] + load.work_done * hours_a_case
    needed = {role: spent / _productive_hours(role, inputs) for role, spent in hours.items()}
    for role in scenario.roles:
        _add_supervisors(scenario, role, needed, inputs)
    there = {role.key: _there(scenario, role, incoming, inputs) for role in scenario.roles}
    return Staffing(scenario, incoming.as_at, needed, there, open_cases, hours)


def paid_people(scenario: Scenario, incoming: Incoming, role: str | None = None) -> Mapping[str, Floats]:
    """Return how many full-time people are paid, by role: those there, with those in training in full.

    Returns:
        By role, of one or of all if none is given: one row per path and one column per month ahead. On each path the same
        people leave as in `staffing`.
    """
    roles = [one for one in scenario.roles if role in (None, one.key)]
    numbers = {address: number for address, number in scenario.assumptions.items() if address.of.role}
    numbers |= {Address("training_worth", one.key): fixed(100) for one in roles}
    inputs = drawn(numbers, incoming.shape[0])
    return {one.key: _there(scenario, one, incoming, inputs) for one in roles}


def drawn(assumptions: Mapping[Address, Assumption], paths: int) -> Inputs:
    """Return numbers as chance draws them, once for each path."""
    numbers = {address: assumption_draws(address, number, paths) for address, number in assumptions.items()}
    return Inputs(numbers, chance=True)


def _load(scenario: Scenario, kind: CaseType, incoming: Incoming, inputs: Inputs) -> Workload:
    """Return the workload of a kind of case."""
    forecast = kind.key in incoming.paths  # itself, or derived from another
    base = kind.key if forecast else kind.derived_from
    to_unit = inputs.share("share", case=kind.key)
    share = to_unit * (1.0 if forecast else inputs.number("ratio", case=kind.key))
    paths = incoming.paths[base]
    if inputs.chance:
        together = scenario.assumptions[Address("together")].likely / 100
        paths = paths[paired_order(paths.sum(axis=1), base, together)]
    years = np.arange(1, paths.shape[1] + 1) / 12
    level = inputs.share("demand") * inputs.share("demand", case=kind.key)
    came = paths * share * (level * (1 + inputs.share("growth")) ** years)
    life = inputs.number("open_months", case=kind.key) * inputs.share("life")
    at_once, varies = inputs.share("at_once"), inputs.share("varies", case=kind.key)

    def chance(name: str, months: int = incoming.shape[1], memory: float = 0.0) -> Floats | None:
        return normals(f"{name} {kind.key}", incoming.shape[0], months, memory) if inputs.chance else None

    # by chance: which cases come to the unit, how heavy each is, how long each stays open
    thinned = np.minimum(to_unit, 1.0) if forecast else np.zeros((1, 1))
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
    week, *times_away = (
        Address(name, role).or_unit(inputs.numbers) for name in ("week_hours", *ABSTRACTIONS)
    )
    away = sum(times_away, np.zeros((1, 1)))
    at_work = week * WEEKS_A_MONTH * np.maximum(1 - away / 100, 0.0)
    return np.asarray(at_work * inputs.share("on_cases", role), dtype=float)


def _add_supervisors(scenario: Scenario, role: Role, needed: dict[str, Floats], inputs: Inputs) -> None:
    """Add how many of a supervising role are needed, after those whom it supervises."""
    if role.key in needed:
        return
    for below in role.supervises:
        _add_supervisors(scenario, scenario.role(below), needed, inputs)
    led = sum((needed[below] for below in dict.fromkeys(role.supervises)), np.zeros((1, 1)))
    needed[role.key] = np.maximum(led / inputs.number("span", role.key), inputs.number("at_least", role.key))


def _there(scenario: Scenario, role: Role, incoming: Incoming, inputs: Inputs) -> Floats:
    paths, months = incoming.shape
    turnover = inputs.turnover(role.key)
    chance = uniforms(f"leave {role.key}", paths, months) if inputs.chance else None
    people, learning = (inputs.number(name, role.key) for name in ("in_post", "in_training"))
    in_post = work_of_those_in_post(people, learning, turnover, chance, months)
    joining = [
        (months_between(incoming.as_at, group.month), float(group.people), group.trained)
        for group in scenario.joiners
        if group.role == role.key
    ]
    at_work = in_post + work_of_joiners(joining, turnover, months)
    return np.asarray(at_work * inputs.share("full_time", role.key), dtype=float)
