"""Times that are none: those that a form filled in, dates that pass for times, and a 12-hour clock read as one of 24."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from vulncore.metrics.data_quality.clock_times import clock_times, missing_afternoons
from vulncore.metrics.data_quality.default_times import date_only, default_times
from vulncore.metrics.data_quality.month_rows import number_of_month
from vulncore.metrics.week.known_times import Known


@dataclass(frozen=True, order=True)
class NoTime:
    """Times of a measure that are no times of day, and what they are instead: those of a minute of the day, those of a month, or all.

    `measure` is "" for every measure; `minute` and `month` (as `number_of_month` has it) are -1 for every one.
    """

    measure: str
    minute: int
    month: int
    known: Known


def no_times(
    incidents: ir.Table, force: str, real: Iterable[str] = (), swapped: float = 0.0
) -> tuple[NoTime, ...]:
    """Return which of a force's times are none, by the data checks: what `vulncore check` finds, counts in no hour.

    It takes all canonical incidents, so that what is on screen can't change the verdict. Times of measures that are known to be
    `real` are left out of it. Of `swapped` records (`vulncore.metrics.data_quality.swapped`) it takes their share, too.

    Returns:
        In order: `Known.DATE` for a measure all of whose times read 00:00, `Known.HALVED` for a 12-hour clock of all times, of a month
        or of a measure (`vulncore.metrics.data_quality.clock_times.missing_afternoons`), and `Known.DEFAULT` for minutes that are filled in
        by default (`vulncore.metrics.data_quality.default_times.default_times`).

    Misleads when:
        something does happen at one time of the day, as a closing hour, or a unit works mornings alone: windows that begin there lose their hours, too.
    """
    judged = incidents.filter(incidents.force == force, incidents.measure.notin(list(real)))
    clock = clock_times(judged)
    dates = [NoTime(str(measure), 0, -1, Known.DATE) for measure in date_only(clock)["measure"]]
    halved = [
        NoTime(
            row["which"] if row["kind"] == "measure" else "",
            -1,
            int(row["which"]) if row["kind"] == "month" else -1,
            Known.HALVED,
        )
        for row in missing_afternoons(judged, clock, swapped).to_dict("records")
    ]
    lost = {one.measure for one in halved if one.month == -1}  # no time of theirs is left to look at
    measures = [str(measure) for measure in clock["measure"].unique() if not lost & {"", str(measure)}]
    defaults = [
        NoTime(measure, int(row["minute"]), -1, Known.DEFAULT)
        for row in default_times(clock).to_dict("records")
        for measure in measures
        if row["measure"] in ("", measure)
    ]
    return (*sorted(set(dates)), *sorted(set(halved)), *sorted(set(defaults)))


def no_time_of(records: ir.Table, verdict: Iterable[NoTime]) -> Any:
    """Return what each record's time is where it is none, as `known_times` takes it; missing where it is a time of day.

    Records have `measure`, `occurred_from` and `recorded_on`.
    """
    minute = records.occurred_from.hour().cast("int64") * 60 + records.occurred_from.minute()
    month = number_of_month(records.recorded_on)
    cases = []
    for one in verdict:
        about = records.occurred_from.notnull()
        for column, value in ((records.measure, one.measure), (minute, one.minute), (month, one.month)):
            if value not in ("", -1):
                about &= column == value
        cases.append((about, one.known.value))
    return ibis.cases(*cases, else_=None) if cases else ibis.null("string")
