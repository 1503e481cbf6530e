"""What the pages show first, made ready before anybody asks: for each force of a dataset, of its newest version.

First its records with their hours and places, of which When and Where count whatever is asked; then the forecasts with which
Forecast and Resourcing open, and those of every other subject. To make more ready, add its preparations to `_first` or `_others`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from vulncore.domain.blur import is_blurred
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.findings.forecast.demand import subject_demand
from vulncore.findings.forecast.foretold import keep_foretold
from vulncore.findings.forecast.work import other_way, ready_forecasts, subject_forecasts, why_no_forecast
from vulncore.findings.resourcing.demand import case_subjects, ready_unit_forecast, unit_demand, unit_forecast
from vulncore.findings.shared.contents import DatasetContents, dataset_contents
from vulncore.findings.shared.counted import counted_of
from vulncore.findings.shared.prepared_files import tables_kept
from vulncore.findings.shared.subject import Subject, find_subject, subjects
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.store import Snapshot, open_version


class Readiness(StrEnum):
    """What became of something that was to be made ready."""

    MADE = "made"
    READY = "ready before"
    NOTHING = "nothing to forecast"


@dataclass(frozen=True)
class Prepared:
    """Something that a page shows first, what became of it and how long that took; and which it is `of` how many."""

    what: str
    readiness: Readiness
    seconds: float
    place: int
    of: int


class Preparation(NamedTuple):
    """Something that is to be made ready, in words, and the work, which leaves alone what is ready."""

    what: str
    make: Callable[[], Readiness]


@dataclass(frozen=True)
class _Opening:
    """A force's pages as they open: the newest version of a dataset, at its default month."""

    store: Path
    choice: DatasetContents
    force: str
    workers: int | None

    @property
    def snapshot(self) -> Snapshot:
        """The version, opened anew each time: a purge can have replaced its files since."""
        return open_version(
            self.store, self.choice.publish.dataset, self.choice.publish.number, forces=(self.force,)
        )

    @property
    def month(self) -> date:
        """The as-at month."""
        return self.choice.default_month[self.force]

    @property
    def home(self) -> Path:
        """The dataset's folder."""
        return self.store / self.choice.publish.dataset


def prepare(store: Path, dataset: str, workers: int | None = None) -> Iterator[Prepared]:
    """Make ready what the pages show first of a dataset, and yield each thing once it is; what pages open with comes first.

    It can be ended at any moment: what was made stays, and the next time goes on from there. It takes as many processes (`workers`)
    as there are cores by default.

    Raises:
        UnknownNameError: There is no such dataset.
        DamagedStoreError: Its newest version can't be read.
        VulncoreError: What was made can't be kept.
    """
    choice = dataset_contents(open_version(store, dataset, forces=()))
    openings = [_Opening(store, choice, force, workers) for force in choice.forces]
    every = [
        work for preparations in (_first, _others) for opening in openings for work in preparations(opening)
    ]
    for place, (what, make) in enumerate(every, start=1):
        start = perf_counter()
        readiness = make()
        yield Prepared(what, readiness, perf_counter() - start, place, len(every))


def _first(opening: _Opening) -> Iterator[Preparation]:
    """Yield what the pages open with."""
    if opening.choice.publish.table_rows["incidents"] and is_blurred(smallest_shown()):
        yield Preparation(f"{opening.force}, hours and places of records", partial(_records, opening))
    offered = subjects(opening.choice)
    if offered:
        yield _of_subject(opening, find_subject(offered, None))
    if case_subjects(opening.choice, example_scenario()):
        what = f"{opening.force}, what comes to the {example_scenario().unit}"
        yield Preparation(what, partial(_unit_forecast, opening))


def _others(opening: _Opening) -> Sequence[Preparation]:
    """Return what the pages show after one choice more."""
    offered = subjects(opening.choice)
    return [_of_subject(opening, subject) for subject in offered if subject != find_subject(offered, None)]


def _records(opening: _Opening) -> Readiness:
    """Blur the records and work out their hours."""
    snapshot = opening.snapshot
    before = tables_kept(snapshot)
    counted_of(snapshot, opening.force, smallest_shown())
    return Readiness.READY if before == tables_kept(snapshot) else Readiness.MADE


def _of_subject(opening: _Opening, subject: Subject) -> Preparation:
    return Preparation(f"{opening.force}, {subject.name}", partial(_subject_forecasts, opening, subject))


def _subject_forecasts(opening: _Opening, subject: Subject) -> Readiness:
    """Forecast a subject on both bases; both ways where a change of level is proposed."""
    home, workers = opening.home, opening.workers
    demand = subject_demand(opening.snapshot, opening.force, subject, opening.month)
    if demand is None or why_no_forecast(demand):
        return Readiness.NOTHING
    ways = [way for way in (demand, other_way(demand)) if way]
    done = [
        _kept_or_made(
            home,
            partial(ready_forecasts, way, home),
            partial(subject_forecasts, way, workers=workers, home=home),
        )
        for way in ways
    ]
    if forecasts := ready_forecasts(demand, home):
        keep_foretold(home, opening.choice, demand, forecasts)
    return Readiness.MADE if Readiness.MADE in done else done[0]


def _unit_forecast(opening: _Opening) -> Readiness:
    """Forecast what comes to the unit, on the basis that Resourcing opens with."""
    home, workers, basis = opening.home, opening.workers, Basis.CURRENT_PROCESS
    unit = unit_demand(opening.snapshot, opening.force, opening.choice, example_scenario(), opening.month)
    make = partial(unit_forecast, unit, basis, workers=workers, home=home)
    try:
        return _kept_or_made(home, partial(ready_unit_forecast, unit, basis, home), make)
    except UnknownNameError:
        return Readiness.NOTHING


def _kept_or_made(home: Path, kept: Callable[[], object], make: Callable[[], object]) -> Readiness:
    if kept():
        return Readiness.READY
    make()
    if not kept():
        raise VulncoreError(
            f"What was made ready for '{home.name}' can't be kept. Check that the store is writable and has space. Then try again."
        )
    return Readiness.MADE
