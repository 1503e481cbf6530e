"""How every figure on screen comes about, in words, with its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.geography import EDGE_TOLERANCE_M
from vulncore.domain.periods import BASELINE_FINANCIAL_YEAR, Window, comparison_windows, financial_year_name
from vulncore.domain.vocabulary import Measure, Polarity, strand_name
from vulncore.findings.forecast.outlook import MODEL_NAMES
from vulncore.findings.resourcing.demand import TEAM_MONTHS
from vulncore.findings.shared.words import percent
from vulncore.findings.where.where import PERIODS, TESTED
from vulncore.forecasting.forecast import FEWEST_ORIGINS, PATHS
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import FEWEST_MONTHS
from vulncore.metrics.hotspots.classes import DEFINITIONS
from vulncore.metrics.hotspots.getis_ord import RATE
from vulncore.metrics.strands.change import COLOUR_THRESHOLD, TOO_FEW_FOR_TREND_A_YEAR
from vulncore.metrics.strands.signal import FALL_TO_ZERO_FROM, FEWEST_TO_TEST, MAY_BE_UP_TO
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.metrics.week.scan import LEVEL, LONGEST_HOURS, STANDS_OUT

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


def week_text() -> str:
    """Return how the hours of the week come about."""
    return (
        "*When* counts records by the month in which they were recorded, and places them in the hours in which they "
        "happened. A record known to lie between two times gives each hour its share of the minutes in between, as the "
        "clocks in London ran (Ratcliffe 2002). One with a start alone counts there. One without a start, with a date "
        "alone, with ends in the wrong order, over seven days long, or at exactly 00:00 where 00:00 is plainly filled in "
        "by default, has no hour, and is counted as such.\n\n"
        f"- **Stands out**: a stretch of up to {LONGEST_HOURS} hours, each part of it at least {STANDS_OUT} times an even "
        f"week, that at most {percent(LEVEL)} of weeks made by chance would hold anywhere (Kulldorff 1997, Tango 2008).\n"
        f"- **A night** belongs to the day on which it starts: {DEFAULT}, unless set otherwise.\n"
        "- **What changed**: three-hour bands are compared exactly, by their daily rates, and judged together "
        "(Benjamini–Hochberg, 5 %).\n"
        "- **Patrol hours**: the shifts that meet most of what was recorded. Chosen on the period before, they are tried "
        "on this one: what they meet there is what to expect.\n"
        f"- **Hidden**: what is under {SMALLEST_SHOWN} records, unless the force sets more, and what would give it away.\n\n"
        "More, with what was measured, stands in `docs/when.md`."
    )


def places_text() -> str:
    """Return how the map comes about."""
    classes = "\n".join(f"- **{each.value.capitalize()}**: {DEFINITIONS[each]}" for each in DEFINITIONS)
    return (
        "*Where* counts the same records by H3 cell or ward, cut off at the force's boundary. A point up to "
        f"{EDGE_TOLERANCE_M:.0f} m beyond it still counts. Numbers of a place are rounded to the nearest {SMALLEST_SHOWN} and "
        "hidden under it, unless the force sets more; no record's own coordinates leave the server.\n\n"
        "- **Density**: a quartic kernel in metres, corrected at the edge (Diggle 1985).\n"
        "- **Hot**: Gi* (Getis and Ord 1992) beyond what an even scatter and what the quiet part of the map explain, all cells "
        f"judged together (Benjamini–Hochberg, {RATE:.0%}).\n"
        "- **Changed**: the ratio of daily rates against the same months a year earlier, from the rounded numbers.\n"
        "- **Would the map have been right?** Hit rate, PAI (Chainey and others 2008) and PEI* (Hunt 2016) over the last "
        f"{TESTED} months, against last month's counts.\n"
        "- **Near repeats**: Knox's test (1964) with shuffled dates, all bands judged together.\n\n"
        f"Classes of hotspot over up to {PERIODS} equal periods, the first that fits:\n\n{classes}\n\n"
        "More, with what was measured, stands in `docs/where.md`."
    )


def forecast_text(report: str) -> str:
    """Return how forecasts come about.

    Args:
        report: The report that they come from.
    """
    bends = ", ".join(MODEL_NAMES[model][0].lower() + MODEL_NAMES[model][1:] for model in list(Model)[2:])
    return (
        "*Forecast* looks ahead from the months to the as-at month: on the *current process*, all since the last approved "
        f"change of level and never fewer than {FEWEST_MONTHS} months, and on *five years*. Months not delivered are "
        "unknown, never zero; those under lockdown, and those that may still change, are set aside; nothing before a "
        "named series break is used.\n\n"
        f"- **Models**: Prophet, {bends}, and all five in equal parts. Each gives simulated paths of whole numbers; a "
        "year's range comes from adding up whole paths.\n"
        "- **Trials**: each model is shown what was known at earlier dates and foretells what followed. *Error* (MASE) is in "
        "units of the series' own change over a year; 1 is as far off as that.\n"
        "- **Which model speaks**: the combination, unless last year again was closer in the trials.\n"
        "- **Range**: 80 % means that four counts in five fall inside. Its width was learnt on 64 real series. A horizon is "
        f"*tested* where {FEWEST_ORIGINS} trials or more reach it.\n"
        f"- **No forecast**: below {TOO_FEW_FOR_TREND_A_YEAR} records a year, where a feed went silent, or where too few "
        "months are known for a trial.\n\n"
        f"Source of the two bases: {report}, paragraph 39. More, with what was measured, stands in `docs/forecast.md` and "
        "`docs/forecast-accuracy.md`."
    )


def resourcing_text(report: str) -> str:
    """Return how the officers that demand asks for come about.

    Args:
        report: The report that says what comes to the unit.
    """
    return (
        "*Resourcing* follows each kind of case that comes to the unit from its forecast to officers: cases, the share that "
        "comes to the unit, the hours that each role spends on one, spread over the time that it is open, and the hours that "
        "a full-time officer has after leave, sickness, training, court and mutual aid. Against that stand those in post, "
        "less who leaves, until they are replaced and trained, and those who join. A record of several kinds is counted "
        "once.\n\n"
        f"- **Simulated futures**: {PATHS:,}. Each takes one path of every forecast and draws every number that is given as a "
        "range: the lowest, likeliest and highest of a triangular distribution. Effort scatters from case to case, and so do "
        "the time a case is open and who leaves.\n"
        "- **Needed**: full-time officers who do a full share. *Enough in 4 of 5 forecasts* is the number that suffices in so many "
        "simulated futures.\n"
        "- **Open cases** follow from cases a month and months open (Little 1961). The past is what was recorded.\n"
        "- **What it takes** is solved on the futures, month by month, not found by trying.\n"
        "- **What drives it**: each number in turn at its tenth and ninetieth percentile, all else as expected.\n"
        f"- **Measured**: which share of a kind of case comes to the unit, where records of {TEAM_MONTHS} months name a team.\n\n"
        "**The numbers about staff and effort are illustrative** until a force puts its own in their place; each says where it "
        "comes from and who changed it. No official caseload standard exists.\n\n"
        f"Source of what comes to the unit: {report}, paragraphs 18, 36, 41 and 56. More stands in `docs/resourcing.md`."
    )
