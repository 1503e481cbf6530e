"""Which shifts meet most of what happens: their table and file, and whether the same choice would have worked before."""

import pandas as pd

from vulncore.domain.periods import WEEKDAYS
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import percent_range
from vulncore.findings.when.hours import from_to, night_name
from vulncore.findings.when.view import Patrols
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.night_time import share


def patrols_frame(patrols: Patrols) -> pd.DataFrame:
    """Return the shifts as a script or a spreadsheet takes them.

    Returns:
        One row per shift in order of the week: `weekday`, `start`, `end` (clock times), `window`, `night`, `rank` (1
        meets most), `share` (per cent of what has a time, by harm if weighed).
    """
    starts, hours = patrols.starts, patrols.hours
    return pd.DataFrame(
        {
            "weekday": [WEEKDAYS[start // 24] for start in starts],
            "start": [f"{start % 24:02d}:00" for start in starts],
            "end": [f"{(start + hours - 1) % 24:02d}:59" for start in starts],
            "window": [from_to(start, hours) for start in starts],
            "night": [night_name(start, hours, patrols.night) or "–" for start in starts],
            "rank": patrols.ranks,
            "share": patrols.shares,
        }
    )


def patrols_table(patrols: Patrols) -> pd.DataFrame:
    """Return one row per shift in order of the week, with columns named for people."""
    frame = patrols_frame(patrols)
    return pd.DataFrame(
        {
            "Shift": frame["window"],
            "Night": frame["night"],
            "Rank": frame["rank"].map("{:d}.".format),
            "Meets about": [f"{part} %" if part else f"under {patrols.step} %" for part in patrols.shares],
        }
    )


def patrols_headline(patrols: Patrols) -> tuple[Headline, ...]:
    """Return what the shifts meet, and what the same way of choosing would have met a year later."""
    count = len(patrols.starts)
    weighed = ", weighed by harm" if patrols.record_filter.harm else ""
    text = (
        f"{'meets' if count == 1 else 'meet'} about {patrols.met} % of the {patrols.unit} with a time{weighed}, "
        f"{patrols.record_filter.window}."
    )
    if patrols.by_chance is not None:
        text += f" If the hour meant nothing, the best choice would meet {patrols.by_chance} %."
    lead = f"{count} shift{'s' if count > 1 else ''} of {patrols.hours} hours"
    return Headline(HeadlineKind.CLEAR, lead, text), _tested(patrols)


def _tested(patrols: Patrols) -> Headline:
    if patrols.tested is None:
        why = f"The choice can't be tested on the same months of the year before. {patrols.not_tested}"
        return Headline(HeadlineKind.QUIET, "Not tested", why)
    luck = 100 * len(patrols.starts) * patrols.hours / HOURS
    exact = share(patrols.tested / 100 * patrols.worth, patrols.worth)
    by_harm = bool(patrols.record_filter.harm)
    sure = "" if by_harm else f" (95 % limits {percent_range(exact.low, exact.high)})"
    beats = patrols.tested > luck if by_harm else 100 * exact.low > luck
    verdict = (
        "That is more than by luck" if beats else "As far as these numbers tell, that is no better than luck"
    )
    return Headline(
        HeadlineKind.CLEAR if beats and not by_harm else HeadlineKind.POSSIBLE,
        "Would it have worked?",
        f"Shifts chosen in the same way on {patrols.before} would have met about {patrols.tested} % of "
        f"{patrols.record_filter.window}{sure}. {verdict} (as many hours at random: {luck:.0f} %).",
    )
