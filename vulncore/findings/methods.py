"""How every figure on screen comes about, in words, with its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from vulncore.domain.periods import BASELINE_FINANCIAL_YEAR, Window, comparison_windows, financial_year_name
from vulncore.domain.vocabulary import Measure, Polarity, strand_name
from vulncore.findings.methods_of_pages import forecast_text, places_text, resourcing_text, week_text
from vulncore.metrics.strands.change import COLOUR_THRESHOLD
from vulncore.metrics.strands.signal import FALL_TO_ZERO_FROM, FEWEST_TO_TEST, MAY_BE_UP_TO
from vulncore.metrics.strands.trend import TOO_FEW_FOR_TREND_A_YEAR

REPORT = "City of London Police vulnerability report 2024, Safeguarding sub-committee, 14 November 2024"
RISES = {
    Polarity.HARM: "more harm",
    Polarity.UNDER_REPORTED: "more harm, or more confidence in reporting",
    Polarity.DEMAND: "more demand found or work done",
}


@dataclass(frozen=True)
class Section:
    """A heading and what stands beneath it, as Markdown."""

    title: str
    text: str


def method_sections() -> tuple[Section, ...]:
    """Return the definitions behind the strand table, each with its source."""
    baseline = financial_year_name(BASELINE_FINANCIAL_YEAR)
    return (
        Section(
            "Periods",
            f"Every period ends with the month chosen in the sidebar. The *financial year to date* runs from "
            f"1 April to its end and is set against the same months a year earlier, and against the same "
            f"months of {baseline}, the *baseline* before the pandemic. *Twelve months* ends with the same "
            f"month and is set against the twelve before. Unless another is chosen, the month is the latest "
            f"that every active measure was delivered for; it never comes from the clock.\n\n"
            f"Source: {REPORT}, table.",
        ),
        Section(
            "Months that are missing",
            "A month that was not delivered is missing, never zero. A period with a missing month says how "
            "many of its months are there, and is not compared as if it were whole. Records answer where "
            "they were delivered for every month of a period; otherwise published totals do, if they fit the "
            "period exactly; never a mix of both. Records later found not to be crimes do not count.",
        ),
        Section(
            "From a file to a figure",
            "Every row of a file is *accepted*, *left out* (a totals row, an empty one, a code that is not to be "
            "counted) or *rejected* (it can't be used, and is listed with its line and the reason); the three add up "
            "to the rows read. Too many rejected rows stop a publish. Counts go by the date recorded. A force's own "
            "record counts once towards a measure, however many rows it has. Which months a file covers is declared "
            "and never taken from its rows. Publishing a month again replaces that month of that source; every figure "
            "that changed is listed on the *Data* page, and earlier versions can be opened as they were.",
        ),
        Section(
            "What is looked for in the data",
            "The *Data* page names months that are missing, short or cut off, hours that never occur and times that "
            "occur too often, points outside the area or piled on one spot, measures that stop, halve or begin against "
            "the course of the others, repeated records, and times in the future or after recording. *Certain* is "
            "counted, not judged; *likely* is what neither chance nor custom explains well; of what is *possible* "
            "somebody who knows the data has to say. Nothing is changed or left away because of a finding.",
        ),
        Section(
            "Change and colour",
            f"↑ is an increase, ↓ a decrease, ● no change. Red is an increase of more than {COLOUR_THRESHOLD} %, "
            f"green a decrease of more than {COLOUR_THRESHOLD} %, orange anything between, {COLOUR_THRESHOLD} % "
            f"itself included. The colour goes by the exact percentage; where rounding would hide which side "
            f"of the line it is, the decimals that tell are shown. From 0 to 0 is 0 %; from 0 to more has no "
            f"percentage and no colour.\n\nSource: {REPORT}, notes beneath its table.",
        ),
        Section("Signal: change or chance", _signal_text()),
        Section(
            "Too few for a trend",
            f"Below {TOO_FEW_FOR_TREND_A_YEAR} records a year no trend is drawn. The report does the same for "
            f"female genital mutilation, forced marriage and honour-based violence.\n\n"
            f"Source: {REPORT}, paragraph 27.",
        ),
        Section("The hours of the week", week_text()),
        Section("Places", places_text()),
        Section("Forecasts", forecast_text(REPORT)),
        Section("Resourcing", resourcing_text(REPORT)),
        Section(
            "Which months the report's table covers",
            "The report does not say which months its financial year to date covers. April to October 2024 is "
            "taken here: the report is dated 14 November 2024, and hate crime at 17 to 32 a month (paragraph "
            "58) could reach 187 in six months only at the top of that range every month. September is "
            "possible too: paragraph 38 looks forward to October.",
        ),
    )


def _signal_text() -> str:
    return (
        "Counts go up and down by themselves. The signal says whether a change is more than that. How much a "
        "measure scatters is estimated from its own months around their trend and season; where it scatters "
        "no more than a Poisson count, the two periods are compared exactly, otherwise the test widens with "
        "the scatter. The rate ratio is the daily rate now over the daily rate then, with its interval.\n\n"
        "- **Clear change**: stands out even when all measures are looked at together "
        "(Benjamini–Hochberg, 5 %). The interval leaves out 1 exactly for these.\n"
        f"- **May be a change**: its own p-value is {MAY_BE_UP_TO:.2f} or less, but it would not stand out "
        "among so many. A possible rise in the gravest harms is said as loudly as a clear change.\n"
        "- **Could be chance**: a change of this size happens by itself.\n"
        f"- **Too few to say**: fewer than {FEWEST_TO_TEST} records in both periods together.\n"
        f"- **Check the feed**: a measure that falls to nothing from {FALL_TO_ZERO_FROM} or more, or whose "
        f"last months read nothing where {FALL_TO_ZERO_FROM} or more were to be expected. It is never "
        "called a fall until somebody has confirmed that records still arrive.\n"
        "- **Not tested**: a month is missing, or the measure is not a count of events.\n\n"
        "Colour follows the report's rule alone; the signal says how much to make of it. A pale colour could "
        "be chance. Sources: Clopper and Pearson 1934; Benjamini and Hochberg 1995; Benjamini and Yekutieli "
        "2005. How often it raises a false alarm on real figures stands in `docs/signal.md`."
    )


def periods_frame(as_at: date) -> pd.DataFrame:
    """Return one row per window at a month: `Period`, `Months` (in words), `Days`."""
    words = {
        "fytd_current": "Financial year to date",
        "fytd_previous": "The same months last year",
        "fytd_baseline": "The same months of the baseline",
        "rolling12_current": "Twelve months",
        "rolling12_previous": "The twelve months before",
    }
    windows: dict[str, Window | None] = comparison_windows(as_at)
    return pd.DataFrame(
        {"Period": words[name], "Months": str(window), "Days": window.days}
        for name in words
        if (window := windows[name])
    )


def measures_frame(measures: Sequence[Measure]) -> pd.DataFrame:
    """Return one row per measure: what it is, what is counted, what a rise means, and the source."""
    return pd.DataFrame(
        {
            "Measure": measure.name,
            "Strand": strand_name(measure.strand) or "–",
            "What is counted": measure.definition,
            "Unit": measure.unit,
            "A rise can mean": RISES[measure.polarity],
            "Source": measure.definition_source,
        }
        for measure in measures
    )
