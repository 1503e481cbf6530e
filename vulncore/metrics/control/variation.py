"""Variation and assurance: whether the latest month is noise, and whether a target can be met as things are."""

from enum import StrEnum

from vulncore.metrics.control.chart import ChartKind, ControlChart


class Variation(StrEnum):
    """What the latest judged month is, in Making Data Count's sense: the words that stand beside its icon."""

    COMMON = "within the usual range"
    HIGH = "higher than usual"
    LOW = "lower than usual"
    UNKNOWN = "too few months to say"


class Assurance(StrEnum):
    """Whether a target is met as long as nothing changes."""

    MET = "meets the target every month"
    MISSED = "misses the target every month"
    EITHER = "meets the target in some months by chance"


def variation(chart: ControlChart) -> Variation:
    """Return whether the latest month that was judged lies where chance keeps it; of rare records, whether the latest gap does.

    Source:
        NHS England, Making data count: the variation icon tells of the latest point.
    """
    judged = chart.judged
    if judged.empty or chart.missing:
        return Variation.UNKNOWN
    side = int(judged["side"].iloc[-1])
    return {1: Variation.HIGH, -1: Variation.LOW}.get(side, Variation.COMMON)


def assurance(chart: ControlChart, target: float, *, at_most: bool) -> Assurance | None:
    """Return whether months meet a target, in records a month, as long as the process stays; None without limits.

    Source:
        NHS England, Making data count: the assurance icon sets the limits of the latest phase against the target. Where limits
        follow the length of a month, those of its shortest and its longest months.
    """
    judged = chart.judged
    if judged.empty or chart.missing or chart.kind is ChartKind.GAPS:
        return None
    phase = judged[judged["phase"] == judged["phase"].iloc[-1]]
    low, high = phase["low"], phase["high"]
    met, missed = (high <= target, low > target) if at_most else (low >= target, high < target)
    if met.all():
        return Assurance.MET
    return Assurance.MISSED if missed.all() else Assurance.EITHER


def months_against(chart: ControlChart, target: float, *, at_most: bool) -> tuple[int, int]:
    """Return how many judged months of the latest phase met a target, and how many there are."""
    judged = chart.judged
    counts = judged.loc[judged["phase"] == judged["phase"].iloc[-1], "count"]
    met = counts <= target if at_most else counts >= target
    return int(met.sum()), len(counts)
