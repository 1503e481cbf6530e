"""Control chart: which chart fits a series of months, its phases, its limits, and the months that chance doesn't explain."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.errors import InvalidRowsError, first_five
from vulncore.metrics.control.limits import Limits, gap_limits, scatter_beyond_chance, u_limits, xmr_limits
from vulncore.metrics.control.rules import Rule, rules_broken
from vulncore.metrics.strands.change import TOO_FEW_FOR_TREND_A_YEAR

BASELINE_MONTHS: Final = 12
"""Of a phase that limits need: Making Data Count's least, and a whole year holds every season."""
RARE_BELOW: Final = 4.0
"""Records a month: of fewer no month can be too low, and the days between records tell more."""
EXPOSED_FROM: Final = 156.0
"""Records a month: February is 8 % shorter than the mean month, as much as one standard deviation of so many."""
BASELINE_GAPS: Final = 8
"""Days between records that limits need: of fewer the mean range is a guess."""


class ChartKind(StrEnum):
    """Which chart is drawn."""

    XMR = "XmR chart"
    U = "u chart"
    LANEY = "Laney u' chart"
    GAPS = "t chart"
    NONE = "no chart"


@dataclass(frozen=True, eq=False)
class ControlChart:
    """A series of months, with where chance keeps it.

    Attributes:
        kind: Which chart fits.
        frame: One row per month: `month`, `count` (missing where not delivered), `provisional`, `set_aside`, `phase` (0, 1, …),
            `mean`, `low`, `high` (missing in a phase without limits; `low` never below 0), `rule` ("" where chance explains the month)
            and `side` (1 above, -1 below, 0). Of a chart of days between records the three are missing here.
        gaps: For a chart of days between records, one row per record but the first of each stretch, and one for the days since
            the last: `month` (of the record), `at` (a Timestamp), `days`, `open` (nothing was recorded since), `provisional`,
            `phase`, `mean`, `low`, `high`, `rule`, `side` (1 where records come faster); else empty.
        missing: How many months the last phase still lacks before it has limits of its own.
    """

    kind: ChartKind
    frame: pd.DataFrame
    gaps: pd.DataFrame
    missing: int

    @property
    def judged(self) -> pd.DataFrame:
        """The rows that rules were tried on: months, or gaps between records.

        The days since the last record are among them once they are longer than the mean: before that they tell nothing, and the
        record before them is the latest.
        """
        if self.kind is not ChartKind.GAPS:
            return self.frame[usable(self.frame) & self.frame["mean"].notna().to_numpy()]
        tells = ~self.gaps["open"] | (self.gaps["days"] > self.gaps["mean"])
        return self.gaps[tells & ~self.gaps["provisional"] & self.gaps["mean"].notna()]


def control_chart(
    months: pd.DataFrame,
    new_levels: Collection[date] = (),
    baseline: int | None = None,
    *,
    events: bool = True,
) -> ControlChart:
    """Return the control chart of a series of months.

    Which chart it is follows from the last phase that has limits: days between records where fewer than 4 a month are
    recorded; a u chart where more than 156 are, for which the length of a month matters, widened after Laney where counts scatter
    by more than chance has it; else an XmR chart. Fewer than ten a year have none.

    Args:
        months: One row per calendar month, none left out: `month`, `count` (missing where not delivered), `provisional` (it may
            still change), `set_aside` (a one-off, a lockdown). Months of these two kinds are drawn, not judged, and not in the limits.
        new_levels: The first months of phases: approved changes of level, and breaks of the series. Nothing else ends a phase.
        baseline: How many of the first months of each phase its limits come from; all, unless given.
        events: Whether months count events. What is there at a month's end has an XmR chart however much it is: nobody came
            in on a day between two others, and a long month holds no more.

    Returns:
        The chart. A phase of fewer than twelve months to learn from has no limits, and no rule is tried on it.

    Raises:
        InvalidRowsError: A month is left out or repeated.

    Source:
        NHS England, Making data count; the limits as `vulncore.metrics.control.limits` has them.

    Misleads when:
        a level drifted for years within one phase: then the mean is of none of them. Approve the changes of level.

    >>> months = pd.DataFrame({"month": pd.date_range("2023-01-01", periods=13, freq="MS"),
    ...     "count": [10.0, 12] * 6 + [30], "provisional": False, "set_aside": False})
    >>> chart = control_chart(months, baseline=12)
    >>> chart.kind.value, chart.frame[["mean", "high", "rule"]].round(1).values.tolist()[-1]
    ('XmR chart', [11.0, 16.3, 'outside the limits'])
    """
    _refuse_gaps(months)
    first = months["month"].dt.date
    phase = sum((first >= level for level in sorted(set(new_levels))), np.zeros(len(months), dtype=np.int64))
    phase = pd.factorize(np.asarray(phase))[0]
    frame = months.assign(phase=phase, mean=np.nan, low=np.nan, high=np.nan, rule="", side=0)
    seen = usable(frame)
    known = np.bincount(phase[seen], minlength=phase.max(initial=0) + 1)
    counts = np.where(seen, frame["count"], np.nan)
    whole = [
        one
        for one in range(len(known))
        if known[one] >= (baseline or BASELINE_MONTHS) and _neighbours(seen[phase == one])
    ]
    missing = max(BASELINE_MONTHS - int(known[-1]), 0 if len(known) - 1 in whole else 1)
    of_last = phase == whole[-1] if whole else np.zeros(len(frame), dtype=bool)
    kind = _kind(counts[of_last], frame["month"][of_last]) if whole else ChartKind.NONE
    if whole and not events:
        kind = ChartKind.XMR
    if kind is ChartKind.GAPS:
        return ControlChart(kind, frame, _gaps(frame, whole, baseline), missing)
    for one in whole if kind is not ChartKind.NONE else ():
        rows = phase == one
        limits = _limits(kind, counts[rows], frame["month"][rows], baseline)
        frame.loc[rows, ["rule", "side"]] = np.column_stack(rules_broken(counts[rows], limits))
        frame.loc[rows, ["mean", "low", "high"]] = np.column_stack(
            [limits.mean, np.maximum(limits.low, 0.0), limits.high]
        )
    return ControlChart(kind, frame.astype({"side": np.int64}), _no_gaps(), missing)


def usable(frame: pd.DataFrame) -> Booleans:
    """Return which months are learnt from and judged: delivered, final and not set aside."""
    mask: Booleans = (frame["count"].notna() & ~frame["provisional"] & ~frame["set_aside"]).to_numpy(
        dtype=bool
    )
    return mask


def _neighbours(seen: Booleans) -> bool:
    """Return whether two months next to each other are known: limits come from how far neighbours lie apart."""
    return bool((seen[1:] & seen[:-1]).any())


def _kind(counts: Floats, months: pd.Series) -> ChartKind:
    mean = float(np.nanmean(counts))
    if mean * 12 < TOO_FEW_FOR_TREND_A_YEAR:
        return ChartKind.NONE
    if mean < RARE_BELOW:
        return ChartKind.GAPS
    if mean < EXPOSED_FROM:
        return ChartKind.XMR
    days = months.dt.days_in_month.to_numpy(dtype=float)
    beyond = scatter_beyond_chance(counts, mean * days / days.mean())
    return ChartKind.LANEY if beyond > 1 else ChartKind.U


def _limits(kind: ChartKind, counts: Floats, months: pd.Series, baseline: int | None) -> Limits:
    if kind is ChartKind.XMR:
        return xmr_limits(counts, baseline)
    days = months.dt.days_in_month.to_numpy(dtype=float)
    return u_limits(counts, days, baseline, wider=kind is ChartKind.LANEY)


def _gaps(frame: pd.DataFrame, whole: Collection[int], baseline: int | None) -> pd.DataFrame:
    """Return the days between records; the day within its month is drawn by chance, always the same, so that nobody's shows.

    Where records come at one rate, that is how their days lie. A stretch ends where a month is missing or set aside, or a phase
    begins.
    """
    stretch = (
        (~(frame["count"].notna() & ~frame["set_aside"])) | frame["phase"].diff().fillna(0).ne(0)
    ).cumsum()
    parts = []
    for _, rows in frame[frame["count"].notna() & ~frame["set_aside"]].groupby(stretch):
        counts = rows["count"].to_numpy(dtype=np.int64)
        within = np.concatenate(
            [
                np.sort(np.random.default_rng(month.toordinal()).random(count))
                for month, count in zip(rows["month"], counts, strict=True)
            ]
        )
        month = np.repeat(rows["month"].to_numpy(), counts)
        days = np.repeat(rows["month"].dt.days_in_month.to_numpy(), counts)
        at = pd.DatetimeIndex(month) + pd.to_timedelta(within * days, unit="D")
        end = rows["month"].iloc[-1] + pd.offsets.MonthBegin(1)
        since = pd.DatetimeIndex([*at, end]).to_series().diff().dt.total_seconds().to_numpy() / 86_400
        # days without a record so far are as provisional as the month that they reach to
        in_month = rows["provisional"].to_numpy(dtype=bool)
        provisional = np.append(np.repeat(in_month, counts), in_month[-1])
        every = pd.DataFrame(
            {
                "month": pd.DatetimeIndex([*month, rows["month"].iloc[-1]]),
                "at": pd.DatetimeIndex([*at, end]),
                "days": since,
                "open": [False] * len(at) + [True],
                "provisional": provisional,
                "phase": rows["phase"].iloc[0],
            }
        )
        last = rows["month"].iloc[-1] == frame["month"].iloc[-1]
        parts.append(every.iloc[1:] if last else every.iloc[1:-1])
    gaps = pd.concat([_no_gaps(), *parts], ignore_index=True) if parts else _no_gaps()
    gaps = gaps.assign(mean=np.nan, low=np.nan, high=np.nan, rule="", side=0)
    for one in whole:
        of_phase = (gaps["phase"] == one).to_numpy()
        judged = of_phase & ~gaps["open"].to_numpy(dtype=bool) & ~gaps["provisional"].to_numpy(dtype=bool)
        if judged.sum() < BASELINE_GAPS:
            continue
        days = np.where(judged, gaps["days"], np.nan)[of_phase]
        limits = gap_limits(days, baseline)
        rule, side = rules_broken(days, limits)
        # days without a record so far can only be too many
        open_gap = (gaps["open"] & ~gaps["provisional"]).to_numpy(dtype=bool)[of_phase]
        still = open_gap & (gaps["days"].to_numpy()[of_phase] > limits.high)
        rule[still], side[still] = Rule.OUTSIDE.value, 1
        gaps.loc[of_phase, ["rule", "side"]] = np.column_stack([rule, -side])
        gaps.loc[of_phase, ["mean", "low", "high"]] = np.column_stack(limits)
    return gaps.astype({"side": np.int64})


def _no_gaps() -> pd.DataFrame:
    columns = {
        "month": "datetime64[ns]",
        "at": "datetime64[ns]",
        "days": "float64",
        "open": "bool",
        "provisional": "bool",
        "phase": "int64",
        "mean": "float64",
        "low": "float64",
        "high": "float64",
        "rule": "object",
        "side": "int64",
    }
    return pd.DataFrame(columns=list(columns)).astype(columns)


def _refuse_gaps(months: pd.DataFrame) -> None:
    every = (
        pd.date_range(months["month"].min(), months["month"].max(), freq="MS")
        if len(months)
        else pd.DatetimeIndex([])
    )
    if len(every) != len(months) or not (months["month"].to_numpy() == every.to_numpy()).all():
        which = sorted(set(every) ^ set(months["month"])) or list(
            months["month"][months["month"].duplicated()]
        )
        raise InvalidRowsError(
            f"The months of a control chart have to follow each other: {len(which)} do not "
            f"({first_five(f'{month:%Y-%m}' for month in which)}). Give each month one row, in order."
        )
