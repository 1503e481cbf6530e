"""The page Methods: how every figure on screen comes about, in words, with its source."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from vulncore.domain.blur import HALF_WITHIN_M, STAYING, moved_within
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.geography import EDGE_TOLERANCE_M
from vulncore.domain.periods import BASELINE_FINANCIAL_YEAR, Window, comparison_windows, financial_year_name
from vulncore.domain.strands.strand_list import StrandList, name_of
from vulncore.domain.vocabulary import Measure, Polarity
from vulncore.findings.resourcing.demand import TEAM_MONTHS
from vulncore.findings.shared.words import capital_first, percent
from vulncore.findings.where.question import PERIODS, TESTED
from vulncore.forecasting.forecast import FEWEST_ORIGINS, PATHS
from vulncore.forecasting.models.recent_level import MEMORIES
from vulncore.forecasting.past import FEWEST_MONTHS
from vulncore.metrics.control.chart import BASELINE_MONTHS, EXPOSED_FROM, RARE_BELOW
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


class Section(NamedTuple):
    """A heading and what stands beneath it, as Markdown."""

    title: str
    text: str


def method_sections() -> tuple[Section, ...]:
    """Return the sections of the page Methods: the definition behind every figure, with its source."""
    baseline = financial_year_name(BASELINE_FINANCIAL_YEAR)
    classes = "\n".join(f"- **{capital_first(name.value)}**: {DEFINITIONS[name]}" for name in DEFINITIONS)
    return (
        Section(
            "Periods",
            "Every period ends with the month chosen in the sidebar. The *financial year to date* runs from 1 April to the "
            "end of that month. It is compared with the same months a year earlier, and with the same months of "
            f"{baseline}, the *baseline* before the pandemic. *Twelve months* are compared with the twelve months before. "
            "Unless another month is chosen, the month is the latest delivered for every active measure. The month never "
            f"comes from the clock.\n\nSource: {REPORT}, table.",
        ),
        Section(
            "Months that are missing",
            "A month that was not delivered is missing, never zero. A period with a missing month says how many of its "
            "months were delivered, and is not compared. Records are used where they were delivered for every month of a "
            "period. Otherwise published totals are used, if they fit the period exactly. The two are never mixed. Records "
            "later found not to be crimes do not count.",
        ),
        Section(
            "From a file to a figure",
            "Every row of a file is *accepted*, *left out* or *rejected*; the three add up to the rows read. A row is left "
            "out if it is a total, is empty, or has a code that is not to be counted. A rejected row can't be used, and is "
            "listed with its line and the reason. Too many rejected rows stop a publish. Counts go by the date recorded. A "
            "force's own record counts once towards a measure, however many rows it has. The months that a file covers are "
            "declared, and never taken from its rows. Publishing a month again replaces that month of that source. Every "
            "figure that changed is listed on the *Data* page. Earlier versions can be opened as they were. "
            "A version is shown only while its files hold what was published. It is *unverified* where dashboard 0.1.0 "
            "published it: nobody can tell whether its files changed since.",
        ),
        Section(
            "What is looked for in the data",
            "The *Data* page names what is odd about the data:\n\n"
            "- months that are missing, short or cut off;\n"
            "- hours that never occur, and times that occur too often;\n"
            "- points outside the area, or piled on one spot;\n"
            "- measures that stop, halve or begin while other measures don't;\n"
            "- repeated records, and times in the future or after recording.\n\n"
            "*Certain* is counted, not judged. *Likely* is hardly explained by chance or habit. *Possible* may have a good "
            "reason: ask somebody who knows the data. No figure is changed or left out because of a finding.",
        ),
        Section(
            "Change and colour",
            f"↑ is an increase, ↓ a decrease, ● no change. Red is an increase of more than {COLOUR_THRESHOLD} %, green a "
            f"decrease of more than {COLOUR_THRESHOLD} %. Orange is anything between, {COLOUR_THRESHOLD} % itself included. "
            "The colour goes by the exact percentage. Where rounding would hide the side of the line, more decimals are "
            "shown. From 0 to 0 is 0 %. From 0 to more has no percentage and no colour."
            f"\n\nSource: {REPORT}, notes beneath its table.",
        ),
        Section(
            "Signal: change or chance",
            "Counts go up and down by themselves. The signal says whether a change is more than that. How much a measure "
            "scatters is estimated from its own months, around their trend and season. A measure that scatters no more than "
            "a Poisson count is tested exactly. Otherwise the test widens with the scatter. The rate ratio is the daily rate "
            "now over the daily rate then, with its interval.\n\n"
            "- **Clear change**: stands out even when all measures are judged together (Benjamini–Hochberg, 5 %). The "
            "interval leaves out 1 exactly for clear changes.\n"
            f"- **May be a change**: its own p-value is {MAY_BE_UP_TO:.2f} or less, but it would not stand out among so "
            "many. A possible rise in the most serious harms is said as loudly as a clear change.\n"
            "- **Could be chance**: a change of this size happens by itself.\n"
            f"- **Too few to say**: fewer than {FEWEST_TO_TEST} records in both periods together.\n"
            f"- **Check the feed**: a measure falls to nothing from {FALL_TO_ZERO_FROM} or more, or its last months have no "
            f"records where {FALL_TO_ZERO_FROM} or more were expected. This is not called a fall until somebody has "
            "confirmed that records still arrive.\n"
            "- **Not tested**: a month is missing, or the measure is not a count of events.\n\n"
            "Colour follows the report's rule alone; the signal says how much to make of a change. A pale colour could be "
            "chance. `docs/signal.md` says how often the signal raises a false alarm on real figures.\n\n"
            "Sources: Clopper and Pearson 1934; Benjamini and Hochberg 1995; Benjamini and Yekutieli 2005.",
        ),
        Section(
            "Too few for a trend",
            f"Below {TOO_FEW_FOR_TREND_A_YEAR} records a year no trend is drawn. The report does the same for "
            f"female genital mutilation, forced marriage and honour-based violence.\n\n"
            f"Source: {REPORT}, paragraph 27.",
        ),
        Section(
            "One strand",
            "*Strand* draws between which counts chance keeps a month, after NHS England's *Making Data Count*.\n\n"
            f"- **Usual range**: the mean and 2.66 mean differences of neighbouring months (XmR chart). Over {EXPOSED_FROM:g} records a month "
            f"the length of months counts (u chart, widened after Laney). Under {RARE_BELOW:g} a month the days between records are drawn (t chart).\n"
            "- **More than chance**: a month outside the range; or seven in a row on one side of the mean. So are seven that "
            "each lie further than the last, and two of three close to a limit.\n"
            f"- **Levels**: the range begins anew at breaks of the series and at approved changes of level, after {BASELINE_MONTHS} months of each. The "
            "chart proposes changes; people approve or decline them.\n"
            "- **What drives the change**: a part is named only if its share moved further than chance moves any part's, all parts judged "
            "together (Westfall and Young 1993). The parts add up to the change.\n"
            "- **Who is harmed**: repeats are of the twelve months before a record, and shares come with their range.\n"
            "- **Blurred**: three in four records keep their offence, risk level and group of victims; the others get another one. Numbers are sharpened, "
            "the total is exact.\n"
            "- **How grave**: each crime weighs what the Crime Severity Score or the force's own table says, and only crimes do.\n\n"
            "`docs/control.md`, `docs/drivers.md` and `docs/harm.md` say more, with what was measured.",
        ),
        Section(
            "The hours of the week",
            "*When* counts records by the month in which they were recorded, and places records in the hours in which they "
            "happened. A record between two times gives each hour its share of the minutes in between, as the clocks in "
            "London ran (Ratcliffe 2002). A record with a start alone counts at its start.\n\n"
            "A record has no hour, and is counted so, if it has no start, a date alone, or ends in the wrong order. The same "
            "holds for a record over seven days long, or at exactly 00:00 where 00:00 is plainly filled in by default.\n\n"
            f"- **Stands out**: a stretch of up to {LONGEST_HOURS} hours, each part of it at least {STANDS_OUT} times an even "
            f"week. At most {percent(LEVEL)} of weeks made by chance would have such a stretch anywhere (Kulldorff 1997, Tango "
            "2008).\n"
            f"- **A night** belongs to the day on which it starts: {DEFAULT}, unless set otherwise.\n"
            "- **What changed**: three-hour bands are compared exactly, by their daily rates, and judged together "
            "(Benjamini–Hochberg, 5 %).\n"
            "- **Patrol hours**: the shifts that meet most of what was recorded. The shifts chosen on the period before are "
            "tested on this period: expect what they meet here.\n"
            f"- **Blurred**: each record is moved once, by a secret draw, before anything by hour is counted. {percent(moved_within(0))} of records "
            f"keep their hour, {percent(moved_within(3))} stay within three hours. A record moves in the same way in every view. Setting views against "
            "each other gives nobody away. Numbers are sharpened before they are shown, and limits are wider for it. Totals are exact.\n"
            f"- **Hidden**: numbers under {SMALLEST_SHOWN} records, unless the force sets more.\n\n"
            "`docs/when.md` says more, with what was measured.",
        ),
        Section(
            "Places",
            "*Where* counts the same records by H3 cell or ward, cut off at the force's boundary. A point up to "
            f"{EDGE_TOLERANCE_M:.0f} m beyond the boundary still counts. Numbers of a place are rounded to the nearest "
            f"{SMALLEST_SHOWN} and hidden under {SMALLEST_SHOWN}, unless the force sets more. No coordinates of a record leave the "
            "server.\n\n"
            f"- **Blurred**: each record is moved once, by a secret draw, before anything by place is counted. {percent(STAYING)} of records stay, the "
            f"others go to a point near by, half of them within {HALF_WITHIN_M:.0f} m. A record goes to the same point in every view. Numbers are "
            "sharpened before they are shown. A quarter of the records exchange with another record whether they have a place in the area. Totals here are therefore about right.\n"
            "- **Density**: a quartic kernel in metres, corrected at the edge (Diggle 1985).\n"
            "- **Hot**: Gi* (Getis and Ord 1992) beyond what an even scatter and what the quiet part of the map explain. All "
            f"cells are judged together (Benjamini–Hochberg, {percent(RATE)}).\n"
            "- **Changed**: the ratio of daily rates against the same months a year earlier. Limits take in what the blur adds.\n"
            "- **Test on past months**: hit rate, PAI (Chainey and others 2008) over the last "
            f"{TESTED} months, compared with last month's counts.\n"
            "- **Near repeats**: Knox's test (1964) with shuffled dates, all bands judged together.\n\n"
            f"Classes of hotspot over up to {PERIODS} equal periods, the first that fits:\n\n{classes}\n\n"
            "`docs/where.md` says more, with what was measured.",
        ),
        Section(
            "Forecasts",
            "*Forecast* looks ahead from the months to the as-at month, in two ways. The *current process* is all months since "
            f"the last approved change of level, and never fewer than {FEWEST_MONTHS}. The other is *five years*. Months not "
            "delivered are missing, never zero. Months under lockdown are set aside, or those that a note of the kind *pandemic months* names. So are months that may still change. "
            "Nothing before a named series break is used.\n\n"
            "- **Models**: the recent level carried on, smoothing, and Prophet. The level is the mean of the last "
            f"{', '.join(map(str, MEMORIES[:-1]))} or {MEMORIES[-1]} months. Nobody knows for how long it has held. Smoothing is by three methods: exponential, complex, and Theta. The level speaks for a third, smoothing for half, Prophet for a sixth. "
            "Each gives simulated paths of whole numbers. A year's range comes from adding up whole paths.\n"
            "- **All measures together**: how far apart years lie in all of the force's measures says how wide a range has to be. "
            "The range is drawn half way to that. A strand whose records count in one measure each is the sum of its measures.\n"
            "- **Tests on past months**: each model is shown what was recorded by earlier dates, and forecasts what followed. "
            "*Error* (MASE) is in units of the series' own change over a year; 1 is as far off as that change.\n"
            "- **Which model speaks**: the combination, unless last year again was closer in the tests.\n"
            "- **In 4 of 5 forecasts**: four counts in five fall inside this range. The width was learnt on real series. A horizon "
            f"is *tested* where {FEWEST_ORIGINS} tests or more reach it.\n"
            f"- **No forecast**: below {TOO_FEW_FOR_TREND_A_YEAR} records a year, where a feed went silent, or where too few "
            "months were delivered for a test.\n\n"
            f"Source of both ways: {REPORT}, paragraph 39. `docs/forecast.md` and `docs/forecast-accuracy.md` say more, with "
            "what was measured.",
        ),
        Section(
            "Resourcing",
            "*Resourcing* follows each kind of case that comes to the unit from its forecast to officers:\n\n"
            "- cases, and the share that comes to the unit;\n"
            "- the hours that each role spends on one case, spread over the time that the case is open;\n"
            "- the hours that a full-time officer has after leave, sickness, training, court and mutual aid.\n\n"
            "This is compared with the officers in post, less those who leave until they are replaced and trained, plus those "
            "who join. A record of several kinds is counted once.\n\n"
            f"- **Simulated futures**: {PATHS:,}. Each takes one path of every forecast and draws every number that is given as a "
            "range: the lowest, likeliest and highest of a triangular distribution. Effort varies from case to case. So do the "
            "time a case is open and who leaves.\n"
            "- **Needed**: full-time officers who do a full share. *Enough in 4 of 5 forecasts* is enough in four simulated futures of five.\n"
            "- **Open cases** follow from cases a month and months open (Little 1961). The past is what was recorded.\n"
            "- **What it takes** is solved on the futures, month by month.\n"
            "- **What drives it**: each number is set to its 10th and 90th percentile while the others stay at their mean.\n"
            f"- **Measured**: which share of a kind of case comes to the unit, where records of {TEAM_MONTHS} months name a team.\n\n"
            "**The numbers about staff and effort are example figures** until a force replaces them with its own. Each says "
            "where it comes from and who changed it. No official caseload standard exists.\n\n"
            f"Source of what comes to the unit: {REPORT}, paragraphs 18, 36, 41 and 56. `docs/resourcing.md` says more.",
        ),
        Section(
            "Which months the report's table covers",
            "The report does not say which months its financial year to date covers. April to October 2024 is taken here. "
            "The report is dated 14 November 2024. Hate crime at 17 to 32 a month (paragraph 58) could reach 187 in six "
            "months only at the top of that range every month. September is possible too: paragraph 38 looks forward to "
            "October.",
        ),
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


def measures_frame(measures: Sequence[Measure], listed: StrandList) -> pd.DataFrame:
    """Return one row per measure, its strand named as a list of strands has it: what it is, what is counted, what a rise means, and the source."""
    return pd.DataFrame(
        {
            "Measure": measure.name,
            "Strand": name_of(listed, measure.strand) or "–",
            "What is counted": measure.definition,
            "Unit": measure.unit,
            "A rise can mean": RISES[measure.polarity],
            "Source": measure.definition_source,
        }
        for measure in measures
    )
