"""Which months each source delivered: the rows of the picture, the table and the sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.domain.periods import add_months, month_name, month_of, months_between
from vulncore.findings.data.months import is_set_aside
from vulncore.findings.shared.contents import listed_measures
from vulncore.findings.shared.words import agree, listed, number_of
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.store import Snapshot

NAMED = 2  # measures that a row names before it counts the others


class Status(StrEnum):
    """Whether a month was delivered."""

    DELIVERED = "delivered"
    PROVISIONAL = "provisional"
    MISSING = "not delivered"
    SET_ASIDE = "set aside"  # delivered, and taken out of every figure by a note


@dataclass(frozen=True)
class CoveragePicture:
    """The months that each source of a force delivered, with their sentence.

    `frame` has one row per line of the picture and month: `line`, `source`, `measures` (their names), `month`,
    `status`. A line is the measures that one source delivered alike.
    """

    frame: pd.DataFrame
    sentence: str


def coverage_picture(snapshot: Snapshot, force: str) -> CoveragePicture:
    """Return which months each source of a force delivered, from each line's first month to the newest of all.

    Misleads when:
        a month was declared as delivered and its file was cut short: the data checks look for that.
    """
    table = snapshot.delivered.get("coverage", snapshot.coverage)
    columns = ["measure", "month", "source", "provisional"]
    covered = table.filter(table.force == force).select(columns).to_pandas()
    if covered.empty:
        empty = pd.DataFrame(columns=["line", "source", "measures", "month", "status"])
        sentence = f"{force}: only totals of periods were delivered, so no months are shown."
        return CoveragePicture(empty, sentence)
    covered["month"] = pd.to_datetime(covered["month"]).dt.date
    flags = {True: Status.PROVISIONAL, False: Status.DELIVERED}
    numbered = covered.assign(force=force, month=covered["month"].map(month_number))
    aside = is_set_aside(numbered, snapshot.annotations)
    covered["status"] = covered["provisional"].map(flags).where(~aside, Status.SET_ASIDE)
    names = {measure.key: measure.name for measure in listed_measures(snapshot)}
    newest = max(covered["month"])
    rows = [
        {"line": label, "source": source, "measures": ", ".join(measures), "month": month, "status": status}
        for source, measures, months in _alike(covered, names)
        for label in [_label(measures, len(names), source, covered["source"].nunique())]
        for month, status in _statuses(months, newest)
    ]
    frame = pd.DataFrame(rows).assign(month=lambda known: pd.to_datetime(known["month"]))
    return CoveragePicture(frame, _sentence(force, frame, _begin_later(covered, names)))


def coverage_table(picture: CoveragePicture) -> pd.DataFrame:
    """Return the picture as a table: a row for each run of months of the same status."""
    frame = picture.frame
    alike = frame[["line", "status"]]
    runs = frame.groupby((alike != alike.shift()).any(axis=1).cumsum())
    return pd.DataFrame(
        {
            "Measures": rows["measures"].iloc[0],
            "Source": rows["source"].iloc[0],
            "From": month_name(rows["month"].iloc[0]),
            "To": month_name(rows["month"].iloc[-1]),
            "Months": len(rows),
            "Status": rows["status"].iloc[0],
        }
        for _, rows in runs
    )


def _alike(
    covered: pd.DataFrame, names: Mapping[str, str]
) -> list[tuple[str, tuple[str, ...], dict[date, Status]]]:
    """Return the groups of measures that one source delivered for the same months, the largest first."""
    groups: dict[tuple[str, frozenset[tuple[date, Status]]], list[str]] = {}
    for _, rows in covered.groupby(["source", "measure"], sort=False):
        months = frozenset(zip(rows["month"], rows["status"], strict=True))
        groups.setdefault((rows["source"].iloc[0], months), []).append(names[rows["measure"].iloc[0]])
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[1][0]))
    return [(source, tuple(sorted(measures)), dict(months)) for (source, months), measures in ordered]


def _label(measures: Sequence[str], every: int, source: str, sources: int) -> str:
    if len(measures) == every and every > 1:
        whose = f"All {every} measures"
    elif len(measures) <= NAMED:
        whose = ", ".join(measures)
    else:
        whose = f"{measures[0]} and {len(measures) - 1} more"
    return f"{source}: {whose}" if sources > 1 else whose


def _statuses(months: Mapping[date, Status], newest: date) -> list[tuple[date, Status]]:
    first = month_of(min(months))
    every = (add_months(first, step) for step in range(months_between(first, newest) + 1))
    return [(month, months.get(month, Status.MISSING)) for month in every]


def _begin_later(covered: pd.DataFrame, names: Mapping[str, str]) -> dict[date, list[str]]:
    """Return the measures whose first month is later than the first of all, by that month."""
    firsts = covered.groupby("measure")["month"].min().map(month_of)
    later: dict[date, list[str]] = {}
    for measure, first in zip(map(str, firsts.index), firsts, strict=True):
        if first > firsts.min():
            later.setdefault(first, []).append(names[measure])
    return dict(sorted(later.items()))


def _sentence(force: str, frame: pd.DataFrame, later: Mapping[date, Sequence[str]]) -> str:
    first, last = month_name(frame["month"].min()), month_name(frame["month"].max())
    missing = frame["status"].eq(Status.MISSING).groupby(frame["month"]).agg(["any", "all"])
    nothing = [month_name(month) for month in missing.index[missing["all"]]]
    some = int(missing["any"].sum()) - len(nothing)
    parts = []
    for start, measures in list(later.items())[:NAMED]:
        which = listed(measures) if len(measures) <= NAMED else f"{len(measures)} measures"
        parts.append(f"{which} {agree(len(measures), 'begins', 'begin')} with {month_name(start)}")
    if len(later) > NAMED:
        count = sum(len(measures) for measures in list(later.values())[NAMED:])
        parts.append(f"{number_of(count, 'more measure')} {agree(count, 'begins', 'begin')} later")
    begun = len(parts)
    if nothing:
        parts.append(f"{len(nothing)} of {len(missing)} months were not delivered ({first_five(nothing)})")
    if some:
        parts.append(f"{number_of(some, 'month')} {agree(some, 'lacks', 'lack')} some of the measures")
    if aside := sorted(set(frame.loc[frame["status"].eq(Status.SET_ASIDE), "month"])):
        named = first_five(month_name(month) for month in aside)
        parts.append(f"{number_of(len(aside), 'month')} {agree(len(aside), 'is', 'are')} set aside ({named})")
    period = first if first == last else f"{first} to {last}"
    if len(parts) == begun:
        parts.append("every other month was delivered" if parts else "every month was delivered")
    return f"{force}, {period}: {'; '.join(parts)}."
