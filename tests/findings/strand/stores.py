"""Stores of one measure that tests of a strand publish, and the strand as its page sees it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.making import FORCE, covered, delivery, incident, months
from tests.store.test_notes import note, notes
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.standing import Standing, standing
from vulncore.findings.strand.subject import strand_subject
from vulncore.store import annotate, open_version, publish

CITY, OCTOBER = "City of London Police", date(2024, 10, 1)
JANUARY = date(2022, 1, 1)  # after the last lockdown


def publish_months(
    store: Path,
    counts: Sequence[int | None],
    measure: str = "hate-crime",
    first: date = JANUARY,
    provisional: Sequence[int] = (),
) -> None:
    """Publish so many records a month; None is a month not delivered."""
    known = [
        (day, count)
        for day, count in zip(months(first, len(counts)), counts, strict=True)
        if count is not None
    ]
    rows = [incident(f"{day}-{number}", day, measure) for day, count in known for number in range(count)]
    late = [months(first, len(counts))[at] for at in provisional]
    final = [day for day, _ in known if day not in late]
    coverage = [*covered(final, measure), *covered(late, measure, provisional=True)]
    publish(store, "city", delivery(rows, coverage), "me")


def noted(store: Path, *rows: dict[str, object], dataset: str = "city") -> None:
    """Publish these notes on hate crime, and no others."""
    annotate(store, dataset, notes(*(note(**{"measure": "hate-crime", **row}) for row in rows)), "me")


def stands(
    store: Path,
    key: str = "hate-crime",
    as_at: date | None = None,
    dataset: str = "city",
    force: str = FORCE,
    measure: str | None = None,
) -> Standing:
    """Return how a strand stands, at the latest month unless another is named."""
    snapshot = open_version(store, dataset)
    contents = dataset_contents(snapshot)
    return standing(
        snapshot, force, strand_subject(contents, key, measure), as_at or contents.default_month[force]
    )


def demo_stands(store: Path, key: str, as_at: date = OCTOBER) -> Standing:
    """Return how a strand of the demo stands."""
    return stands(store, key, as_at, "demo", CITY)
