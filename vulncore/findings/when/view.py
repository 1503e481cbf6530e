"""What may be shown of the hours of the week: of blurred records, small numbers hidden.

These are what `vulncore.findings.when.protection` gives out. Sentences, tables, charts, files and pages see them alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from vulncore.domain.blur import is_blurred
from vulncore.domain.periods import Window
from vulncore.findings.shared.headline import Briefing, Headline
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.known_times import Known
from vulncore.metrics.week.night_time import Night
from vulncore.metrics.week.no_times import NoTime

BAND: Final = 3
"""Hours of a band, the wider of the two cells that a map can have."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of the week that stands out (see `vulncore.metrics.week.scan.week_windows`).

    `start` is its first hour of the week and `hours` its length; `name` is what people call it, `night` the night that
    it lies in, or ""; `held` is what it holds, in words; `even` the records that an even week would put there; `p_value`
    how likely chance puts so much there; `rank` is 1 for the stretch that is furthest above an even week, and so on for
    the few that are named; 0 for the others.
    """

    start: int
    hours: int
    name: str
    night: str
    held: str
    even: float
    p_value: float
    rank: int


@dataclass(frozen=True)
class Week:
    """The hours of the week of some records, as they may be shown.

    `timed` is how many have an hour, missing where under `smallest`; `records` how many there are, missing where
    `unknown` is hidden; `known` how many by what is known of their time and `unknown` those without an hour,
    missing where hidden, and 0 where there is none; `spread` how many are spread over several hours, 0 where hidden;
    `night_share` per cent of `timed` in the night-time economy, in steps worth `smallest` records, and `night_worth` of how
    many unblurred records a share would be as sure; `too_few` whether there are too few times to draw a week of them: then
    all sums are hidden and no stretch is given.

    `no_times` are the times that count in no hour because the data checks say that they are none.

    `sums` has one row per sum over hours: `kind` ("hour", "band", "day", "night row", "stretch", "hour of day", "band of
    day", "stretch of day"), `at` (its first hour of the week, or of the day), `weight` (about what it held before the blur) and its 95 %
    limits `low` and `high` (of hours and bands; all missing where hidden), `hidden`, `short` (its number as a mark) and
    `words`. `daily` are the stretches of the day that stand out over all days together, their `start` an hour of the day; they are
    looked for where no stretch of the week stands out.
    """

    record_filter: RecordFilter
    night: Night
    smallest: int
    too_few: bool
    timed: float
    records: float
    known: Mapping[Known, float]
    unknown: float
    spread: int
    night_share: float
    night_worth: float
    missing_months: int
    sums: pd.DataFrame
    stretches: tuple[Stretch, ...]
    daily: tuple[Stretch, ...]
    no_times: tuple[NoTime, ...] = ()

    @property
    def blurred(self) -> bool:
        """Whether it is of blurred records: of all but those of whom nothing is hidden."""
        return is_blurred(self.smallest)

    def of(self, kind: str) -> pd.DataFrame:
        """Return the sums of a kind, in order."""
        return self.sums[self.sums["kind"] == kind].reset_index(drop=True)


@dataclass(frozen=True)
class WeekChange:
    """How each three-hour band changed between two periods, as may be shown.

    `bands` has one row per band from Monday 00:00: `at`, `change` (records more or fewer than the earlier period, taken
    as long as this one, would have; missing where either is hidden), `clear` (more than chance, all bands judged together),
    `rose` (of those that are clear), `before_words` and `now_words`. `unknown_moved` tells whether the share of records
    without an hour changed so much that this alone moves the whole week.
    """

    bands: pd.DataFrame
    unknown_moved: bool


@dataclass(frozen=True)
class When:
    """When in the week some records happened, and in the period before (without stretches): None where `not_compared` says why.

    `about` says which records, `question` also whose and from when, `unit` what they are, in the plural. `change` is None
    where there is no earlier period or either has too few times.
    """

    question: str
    about: str
    unit: str
    now: Week
    before: Week | None
    change: WeekChange | None
    not_compared: str
    briefing: Briefing
    headline: tuple[Headline, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class WeeksBeside:
    """Two weeks: what to call each, what differs, as sentences and as a table, and how far the colours of both reach.

    `most` is for each week the number of records in a band with which its colours end: the same number where both are of one
    kind of records, else the same share of its records. `table` is empty where nothing is compared.
    """

    names: tuple[str, str]
    briefing: Briefing
    headline: tuple[Headline, ...]
    table: pd.DataFrame
    most: tuple[float, float]


@dataclass(frozen=True)
class Patrols:
    """Shifts that meet most of what happens, and what they meet, as may be shown.

    `starts` are the hours of the week at which they start, each `hours` long; `shares` what each meets and `met` what
    all meet, in per cent of what has a time, by harm if weighed, in steps of `step`; `ranks` begin with 1, which meets
    most; `by_chance` what the best choice would meet if the hour meant nothing (None where weighed by harm); `tested` what
    the shifts chosen in the same way on the window `before` would have met (None where they can't be tested), and `worth` of how
    many unblurred records that share would be as sure; `blurred` whether it is of blurred records; `not_tested` why they can't be tested;
    `smallest`, `records`, `known` and `no_times` as in `Week`.
    """

    record_filter: RecordFilter
    night: Night
    unit: str
    timed: float
    starts: tuple[int, ...]
    hours: int
    step: int
    shares: tuple[int, ...]
    ranks: tuple[int, ...]
    met: int
    by_chance: int | None
    before: Window | None
    tested: int | None
    worth: float
    blurred: bool
    not_tested: str = ""
    smallest: int = 0
    records: float = math.nan
    known: Mapping[Known, float] = field(default_factory=dict)
    no_times: tuple[NoTime, ...] = ()
