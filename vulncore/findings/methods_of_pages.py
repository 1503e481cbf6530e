"""How the figures of single pages come about, in words."""

from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.geography import EDGE_TOLERANCE_M
from vulncore.findings.forecast.outlook import MODEL_NAMES
from vulncore.findings.resourcing.resourcing_shares import MONTHS
from vulncore.findings.when.sentences import percent
from vulncore.findings.where.where import PERIODS, TESTED
from vulncore.forecasting.basis import FEWEST_MONTHS
from vulncore.forecasting.forecast import FEWEST_ORIGINS, PATHS
from vulncore.forecasting.models.all import Model
from vulncore.metrics.hotspots.classes import DEFINITIONS
from vulncore.metrics.hotspots.getis_ord import RATE
from vulncore.metrics.strands.trend import TOO_FEW_FOR_TREND_A_YEAR
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.metrics.week.scan import LEVEL, LONGEST_HOURS, STANDS_OUT


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
        "- **Needed**: full-time officers who do a full share. *Enough in 80 %* is the number that suffices in four futures of "
        "five.\n"
        "- **Open cases** follow from cases a month and months open (Little 1961). The past is what was recorded.\n"
        "- **What it takes** is solved on the futures, month by month, not found by trying.\n"
        "- **What drives it**: each number in turn at its tenth and ninetieth percentile, all else as expected.\n"
        f"- **Measured**: which share of a kind of case comes to the unit, where records of {MONTHS} months name a team.\n\n"
        "**The numbers about staff and effort are illustrative** until a force puts its own in their place; each says where it "
        "comes from and who changed it. No official caseload standard exists.\n\n"
        f"Source of what comes to the unit: {report}, paragraphs 18, 36, 41 and 56. More stands in `docs/resourcing.md`."
    )
