"""How grave what was recorded is: the severity of each measure of crime in a period, beside its count, and how it changed.

Which offence a record is of is protected. Everything here is counted of blurred offences, so that no two views set against each
other tell of a single record more than its blurred offence does (docs/harm.md).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from vulncore.domain.blur import GROUP_KEPT, is_blurred
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import InvalidPeriodError, UnknownNameError, first_five
from vulncore.domain.periods import Window
from vulncore.domain.severity.table import WeightTable, shipped_weights
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.annotations import annotations_of, series_breaks
from vulncore.findings.shared.blurred import blurred_records, made_from
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.subject import counts_of
from vulncore.findings.shared.words import share_in_steps
from vulncore.findings.strand.harm_sentences import harm_briefing, harm_notes, row_in_words
from vulncore.metrics.harm.score import harm_change, harm_scores
from vulncore.metrics.harm.weights import offence_weights
from vulncore.metrics.statistics.dispersion import dispersion
from vulncore.metrics.statistics.false_discovery import discoveries
from vulncore.metrics.statistics.weighted_sums import SumsCompared
from vulncore.metrics.strands.signal import FALSE_DISCOVERY_RATE, FEWEST_TO_TEST, MAY_BE_UP_TO, Signal
from vulncore.store import Snapshot
from vulncore.store.weights import weights_of

CRIME: Final = "crime"
"""The kind of record that is weighed, and no other: of a notice or a missing child nobody was sentenced."""
NOW, BEFORE = "now", "before"


@dataclass(frozen=True)
class HarmRow:
    """How grave a measure's records of a period are, about, to two significant figures.

    `records` and `records_before` are as on the Overview, None where a month of the period was not delivered. `score` and `score_before`,
    with their 95 % limits, and `per_record` are None where fewer records than may be shown have a weight. `unweighed` is how many per cent of
    the records have no weight, `gravest` how many per cent of the score one record of the gravest offence of the measure makes.
    `ratio` is the daily score over that of the period before; its limits agree with `signal`.
    """

    measure: Measure
    records: int | None
    records_before: int | None
    score: float | None
    low: float | None
    high: float | None
    per_record: float | None
    unweighed: int | None
    gravest: int | None
    score_before: float | None
    low_before: float | None
    high_before: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    signal: Signal


@dataclass(frozen=True)
class Harm:
    """The severity of a force's measures in a period and in the one before, with the table that it is weighed by.

    `left_out` are measures that were asked for and are no crimes; `without_weight` the offences of the rows that the table has no
    weight for.
    """

    force: str
    window: Window
    before: Window | None
    weights: WeightTable
    rows: tuple[HarmRow, ...]
    left_out: tuple[Measure, ...]
    without_weight: tuple[str, ...]
    smallest: int

    @cached_property
    def briefing(self) -> tuple[str, ...]:
        """One or two sentences: where most severity lies, and what changed."""
        return harm_briefing(self)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to know before the figures are used."""
        return harm_notes(self)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per measure, as `HarmRow` has it, with words for each."""
        frame = pd.DataFrame(
            {
                "measure": row.measure.name,
                "records": row.records,
                "severity": row.score,
                "low": row.low,
                "high": row.high,
                "per_record": row.per_record,
                "no_weight_percent": row.unweighed,
                "gravest_percent": row.gravest,
                "records_before": row.records_before,
                "severity_before": row.score_before,
                "low_before": row.low_before,
                "high_before": row.high_before,
                "times_before": row.ratio,
                "times_low": row.ratio_low,
                "times_high": row.ratio_high,
                "signal": row.signal.value,
                "in_words": row_in_words(row, self.smallest),
            }
            for row in self.rows
        )
        ratios = dict.fromkeys(("times_before", "times_low", "times_high"), "float64")
        return frame.convert_dtypes().astype(ratios)


def harm_of(
    snapshot: Snapshot,
    force: str,
    measures: Sequence[Measure],
    window: Window,
    before: Window | None,
    smallest: int | None = None,
    weights: WeightTable | None = None,
) -> Harm:
    """Return how grave a force's crimes of some measures are in a period, and whether that changed from the one before.

    Changes are judged together over all measures of crime of the dataset, whichever are shown.

    Args:
        snapshot: A published version.
        force: Whose records.
        measures: The measures to show; those that are no crimes are left out, and named.
        window: The period.
        before: The period that it is compared with; None where nothing is.
        smallest: The smallest number of records that is shown; the server's setting, unless given. Up to 1, who asks may read the
            records themselves, and they are not blurred.
        weights: The table to weigh by; the one kept with the dataset, else the one that ships, unless given.

    Raises:
        UnknownNameError: None of the measures is of crime, or the dataset has no records of them, but totals.
        InvalidPeriodError: The periods overlap.
        DamagedStoreError: The dataset's own weights, or the store's secret, can't be read any more.
    """
    smallest = smallest_shown() if smallest is None else smallest
    table = weights or _own_or_shipped(snapshot)
    shown = tuple(measure for measure in measures if measure.record_kind == CRIME)
    if not shown:
        raise UnknownNameError(
            f"{first_five(measure.name for measure in measures) or 'Nothing'} is not a measure of crime, so it has no severity. "
            "Choose a measure of crime, such as rape or hate crime."
        )
    if before and not (before.end < window.start or window.end < before.start):
        raise InvalidPeriodError(
            f"{window} and {before} overlap. Choose two periods that share no month, to compare them."
        )
    (months, _), every = counts_of(snapshot, force), _offences_of(snapshot, force, smallest)
    crimes = {
        one.key: one for one in (*dataset_contents(snapshot).measures, *shown) if one.record_kind == CRIME
    }
    if not months["measure"].isin(crimes).any():
        raise UnknownNameError(
            f"Dataset '{snapshot.publish.dataset}' has totals of {force}, and no records with an offence. "
            "Severity needs records: publish the force's extract."
        )
    windows = {NOW: window} | ({BEFORE: before} if before else {})
    scored = _scored(every, months, table, windows, GROUP_KEPT if is_blurred(smallest) else 1.0)
    breaks = series_breaks(annotations_of(snapshot, force), tuple(crimes.values()))
    comparable = [key for key in crimes if not _broken(breaks.get(key, ()), window, before)]
    changes = {key: scored.change(key, FALSE_DISCOVERY_RATE) for key in comparable}
    p_values = {key: change.p_value for key, change in changes.items() if change}
    stands, alpha = discoveries([*p_values.values()], FALSE_DISCOVERY_RATE)
    verdicts = {
        key: Signal.CLEAR if clear else Signal.MAY_BE if p_value <= MAY_BE_UP_TO else Signal.CHANCE
        for (key, p_value), clear in zip(p_values.items(), stands, strict=True)
    }
    return Harm(
        force=force,
        window=window,
        before=before,
        weights=table,
        rows=tuple(
            _row(
                scored,
                measure,
                verdicts.get(measure.key),
                alpha,
                smallest,
                comparable=measure.key in comparable,
            )
            for measure in shown
        ),
        left_out=tuple(measure for measure in measures if measure.record_kind != CRIME),
        without_weight=_without_weight(scored.weights, shown),
        smallest=smallest,
    )


@dataclass(frozen=True)
class _Scored:
    """What both periods hold of every measure: `counts` by offence, their `weights`, exact `records`, `scores`, and scatter."""

    windows: Mapping[str, Window]
    counts: pd.DataFrame
    weights: pd.DataFrame
    kept: float
    records: Mapping[tuple[str, str], int]
    scores: Mapping[tuple[str, str], Mapping[Hashable, Any]]
    dispersion: Mapping[str, float]

    def of(self, key: str) -> tuple[tuple[int | None, Mapping[Hashable, Any] | None], ...]:
        """Return the records and the score of a measure, now and before; None where a month was not delivered, or nothing is there."""
        pairs = [(key, period) for period in (NOW, BEFORE)]
        return tuple((self.records.get(pair), self.scores.get(pair)) for pair in pairs)

    def change(self, key: str, alpha: float) -> SumsCompared | None:
        """Return how a measure's daily score changed; None where a score is not whole, too unsure, or of too few."""
        both = [count for count, score in self.of(key) if count is not None and score is not None]
        if len(both) < 2 or sum(both) < FEWEST_TO_TEST:
            return None
        days = self.windows[NOW].days, self.windows[BEFORE].days
        scatter = self.dispersion.get(key, 1.0)
        return harm_change(self.counts, self.weights, key, (NOW, BEFORE), days, self.kept, scatter, alpha)


def _scored(
    every: pd.DataFrame, months: pd.DataFrame, table: WeightTable, windows: Mapping[str, Window], kept: float
) -> _Scored:
    weights = offence_weights(every[["measure", "offence"]].dropna().drop_duplicates(), table)
    counts = pd.concat(_within(every, window).assign(period=name) for name, window in windows.items())
    whole = {
        (str(key), name): int(_within(rows, window)["count"].sum())
        for key, rows in months.groupby("measure")
        for name, window in windows.items()
        if len(_within(rows, window)) == len(window.months)
    }
    scatter = dispersion(months[months["month"] <= pd.Timestamp(windows[NOW].end)]).dropna()
    by_measure = dict(zip(scatter["measure"], scatter["dispersion"].astype(float), strict=True))
    scores = harm_scores(counts, weights, kept, by_measure).set_index(["measure", "period"]).to_dict("index")
    delivered = {pair: score for pair, score in scores.items() if pair in whole}
    return _Scored(windows, counts, weights, kept, whole, delivered, by_measure)


def _row(
    scored: _Scored,
    measure: Measure,
    verdict: Signal | None,
    alpha: float,
    smallest: int,
    *,
    comparable: bool,
) -> HarmRow:
    (records, now), (earlier, then) = scored.of(measure.key)
    shown, shown_before = (score if _is_shown(score, smallest) else None for score in (now, then))
    compared = scored.change(measure.key, alpha) if verdict and shown and shown_before else None
    whole = comparable and records is not None and earlier is not None
    return HarmRow(
        measure=measure,
        records=records,
        records_before=earlier,
        score=about(shown["score"]) if shown else None,
        low=about(shown["low"]) if shown else None,
        high=about(shown["high"]) if shown else None,
        per_record=about(shown["per_record"]) if shown else None,
        unweighed=_unweighed(now, smallest),
        gravest=min(100, round(100 * shown["gravest"])) if shown and shown["score"] > 0 else None,
        score_before=about(shown_before["score"]) if shown_before else None,
        low_before=about(shown_before["low"]) if shown_before else None,
        high_before=about(shown_before["high"]) if shown_before else None,
        ratio=about(compared.ratio) if compared else None,
        ratio_low=about(compared.low) if compared else None,
        ratio_high=about(compared.high) if compared else None,
        signal=verdict if compared and verdict else Signal.TOO_FEW if whole else Signal.NOT_TESTED,
    )


def about(figure: float) -> float | None:
    """Return a figure to two significant figures; None where there is none, or no bound.

    >>> about(384_562.0), about(1.437), about(0.0), about(float("inf"))
    (380000.0, 1.4, 0.0, None)
    """
    return float(f"{figure:.1e}") if np.isfinite(figure) else None


def _is_shown(score: Mapping[Hashable, Any] | None, smallest: int) -> bool:
    return score is not None and min(score["records"], score["weighed"]) >= max(smallest, 1)


def _unweighed(score: Mapping[Hashable, Any] | None, smallest: int) -> int | None:
    if score is None or score["records"] < max(smallest, 1):
        return None
    return share_in_steps(score["records"] - score["weighed"], score["records"], smallest)


def _within(months: pd.DataFrame, window: Window) -> pd.DataFrame:
    return months[months["month"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))]


def _without_weight(weights: pd.DataFrame, measures: Sequence[Measure]) -> tuple[str, ...]:
    light = weights["weight"].isna() & weights["measure"].isin([measure.key for measure in measures])
    return tuple(sorted(weights.loc[light, "offence"].unique()))


def _broken(breaks: Sequence[Any], window: Window, before: Window | None) -> bool:
    first = min(window.start, before.start) if before else window.start
    return any(first < day <= max(window.end, before.end if before else window.end) for day in breaks)


def _own_or_shipped(snapshot: Snapshot) -> WeightTable:
    kept = weights_of(snapshot.home.parent, snapshot.publish.dataset)
    return kept.table if kept else shipped_weights()


def _offences_of(snapshot: Snapshot, force: str, smallest: int) -> pd.DataFrame:
    """Return how many records count by measure, month and offence, blurred; nobody may change it, or show it as it is."""
    return _counted_offences(snapshot, force, smallest, made_from(snapshot, smallest))


@once_a_version(MANY)
def _counted_offences(snapshot: Snapshot, force: str, smallest: int, made_of: Hashable) -> pd.DataFrame:
    del made_of  # what the rows are made from: kept as long as it stays the same
    rows = _offences(snapshot, force, smallest)
    keys = ("measure", "month", "offence")
    # records that turned out to be no crimes count as 0: the blur deals their offences as well
    counted: pd.DataFrame = rows.group_by(*keys).agg(count=rows.counts.sum()).order_by(*keys).to_pandas()
    return counted.assign(month=pd.to_datetime(counted["month"]))


def _offences(snapshot: Snapshot, force: str, smallest: int) -> ir.Table:
    """Return a force's records, each with its measure, its month, its blurred offence and whether it counts (1, or 0)."""
    incidents = blurred_records(snapshot, smallest, force).incidents
    return incidents.filter(incidents.force == force).select(
        "measure",
        "offence",
        month=incidents.recorded_on.truncate("M"),
        counts=incidents.no_crimed_on.isnull().cast("int64"),
    )
