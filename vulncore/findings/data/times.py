"""What is odd about times of day, and about the order of dates."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.findings.data.finding import DataFinding, Sureness, clock, months_in_words
from vulncore.findings.shared.words import agree, number_of, share
from vulncore.metrics.data_quality.clock_times import (
    LONGEST_DAYS,
    OLDEST_YEARS,
    clock_times,
    missing_afternoons,
    time_order,
)
from vulncore.metrics.data_quality.default_times import date_only, default_times
from vulncore.metrics.data_quality.month_rows import month_number

SMALLEST_CHANCE = 1e-9  # smaller ones mean no more to anybody
BY_THE_HOUR = "Hours and weekdays on screen, and the patrols that follow them, come from these times."


def time_findings(
    incidents: ir.Table, months: pd.DataFrame, names: Mapping[str, str], today: date
) -> Iterator[DataFinding]:
    """Yield what is odd about when things happened and when they were recorded.

    Args:
        incidents: The canonical incidents.
        months: What `vulncore.metrics.data_quality.month_rows.month_rows` returns.
        names: The measures' names by key.
        today: The last day that anything can be of.
    """
    times = clock_times(incidents)
    yield from _afternoons(missing_afternoons(incidents, times), names)
    yield from _defaults(default_times(times), names)
    yield from _dates_alone(date_only(times), names)
    yield from _order(time_order(incidents, today), today)
    yield from _declared_ahead(months, today)


def _afternoons(missing: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    for (force, kind), rows in missing.groupby(["force", "kind"]):
        which = {
            "all": "all times",
            "month": months_in_words(rows["which"]) if kind == "month" else "",
            "measure": first_five(names.get(key, key) for key in rows["which"]),
        }[str(kind)]
        timed, late = int(rows["rows"].sum()), int(rows["afternoon"].sum())
        odds = int(1 / max(float(rows["chance"].max()), SMALLEST_CHANCE))
        yield DataFinding(
            check="twelve-hour-clock",
            what=(
                f"{'Nothing' if late == 0 else f'Only {late:,}'} of {timed:,} is timed from 13:00 to 23:59 "
                f"({which}): a 12-hour clock read as one of 24? Were only one in five so late, that would come about "
                f"less than once in {odds:,} times."
            ),
            where=f"{force}, {which}",
            count=timed - late,
            of=timed,
            why=f"Evenings show as mornings. {BY_THE_HOUR}",
            do="Ask how the source writes times. Where it has am and pm in a field of its own, map that too.",
            sure=Sureness.LIKELY,
        )


def _defaults(heaps: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    for (force, minute), rows in heaps.groupby(["force", "minute"], sort=False):
        whole = rows["measure"].eq("").any()
        which = "all measures" if whole else first_five(names.get(key, key) for key in rows["measure"])
        count, of, explained = (int(rows[name].sum()) for name in ("rows", "of", "explained"))
        yield DataFinding(
            check="default-time",
            what=(
                f"{count:,} of {of:,} times ({share(count, of)}) read exactly {clock(int(str(minute)))} ({which}); "
                f"like times around it explain at most {explained:,}. Does a form fill that in?"
            ),
            where=f"{force}, {which}, {clock(int(str(minute)))}",
            count=count,
            of=of,
            why=f"An hour looks busy that is not. {BY_THE_HOUR}",
            do="Ask what the form shows where no time is given. If it is a stand-in, map it as no time.",
            sure=Sureness.LIKELY,
        )


def _dates_alone(only: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    for force, rows in only.groupby("force"):
        which = first_five(names.get(key, key) for key in rows["measure"])
        count = int(rows["rows"].sum())
        yield DataFinding(
            check="date-only",
            what=f"All {count:,} times of {which} read 00:00: they are dates, and the hour is not known.",
            where=f"{force}, {which}",
            count=count,
            of=count,
            why="They would all count as midnight. Weekdays can be read from them, hours can't.",
            do="Map the column as a date without a time, or bring the time if the source has it.",
            sure=Sureness.LIKELY,
        )


def _order(order: pd.DataFrame, today: date) -> Iterator[DataFinding]:
    said: tuple[tuple[str, str, Sureness, str, str], ...] = (
        (
            "future_recorded",
            f"recorded after {today:%-d %B %Y}",
            Sureness.CERTAIN,
            "recorded-in-future",
            "Day and month may have changed places. Such rows count in months that have not been.",
        ),
        (
            "future_occurred",
            f"said to have happened after {today:%-d %B %Y}",
            Sureness.CERTAIN,
            "happens-in-future",
            "A slip of the year, or day and month changed places.",
        ),
        (
            "before_recording",
            "said to have happened on a later day than they were recorded",
            Sureness.CERTAIN,
            "happened-after-recording",
            "One of the two dates is wrong; counts go by the day of recording.",
        ),
        (
            "backwards",
            "said to have ended before they began",
            Sureness.CERTAIN,
            "ended-before-beginning",
            "Neither moment can be trusted, so the hour can't either.",
        ),
        (
            "ancient",
            f"said to have begun more than {OLDEST_YEARS} years before they were recorded",
            Sureness.LIKELY,
            "began-a-century-ago",
            "A date such as 1 January 1900 often stands for none.",
        ),
        (
            "long",
            f"spread over more than {LONGEST_DAYS} days between earliest and latest moment",
            Sureness.POSSIBLE,
            "spans-over-a-year",
            "Abuse over years is recorded so; their hour and weekday mean nothing.",
        ),
    )
    for row in order.to_dict("records"):
        for column, happening, sure, check, why in said:
            count: int = row[column]
            if count:
                of = row["rows"] if column == "future_recorded" else row["timed"]
                yield _of_order(
                    row, check, f"{number_of(count, 'row')} of {of:,} are {happening}.", count, of, why, sure
                )


def _of_order(
    row: Mapping[Any, Any], check: str, what: str, count: int, of: int, why: str, sure: Sureness
) -> DataFinding:
    what = what.replace("1 row of", "One row of").replace(" are ", " is ") if count == 1 else what
    do = "Correct them in the source and publish the months again; check how the mapping reads dates."
    return DataFinding(check, what, str(row["force"]), count, of, why, do, sure)


def _declared_ahead(months: pd.DataFrame, today: date) -> Iterator[DataFinding]:
    ahead = months[months["covered"] & (months["month"] > month_number(today))]
    for force, rows in ahead.groupby("force"):
        which = sorted(set(rows["month"]))
        yield DataFinding(
            check="declared-in-future",
            what=f"{months_in_words(which)} {agree(len(which), 'is', 'are')} declared as delivered and still to come.",
            where=f"{force}, {months_in_words(which)}",
            count=len(which),
            of=None,
            why="The dashboard takes the last month delivered as its as-at month: windows would end in the future.",
            do="Declare only months that are over (--covers, or the mapping), and publish again.",
            sure=Sureness.CERTAIN,
        )
