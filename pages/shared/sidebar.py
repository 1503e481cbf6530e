"""The sidebar: the choices that change the whole app."""

from dataclasses import dataclass
from datetime import date

import streamlit as st

from pages.shared.choices import adopt_link, choices_made, choose, not_there
from pages.shared.reads import choices_of, store_path
from vulncore import store as stores
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import format_month, month_name, parse_month
from vulncore.domain.vocabulary import strand_name
from vulncore.findings.shared.contents import DatasetContents, as_at_or_latest
from vulncore.store.manifest import Publish

ALL_STRANDS = "all"
DATASET_NAMES = {"demo": "Demo (made data)", "city-open-counts": "City open counts"}


@dataclass(frozen=True)
class View:
    """What the whole app shows: one version of a dataset, one force, one month, one strand or all."""

    publish: Publish
    choice: DatasetContents
    force: str
    month: date
    strand: str | None

    def link(self) -> dict[str, str | None]:
        """Return the choices as the link writes them; the dataset and its version are always pinned."""
        return {
            "dataset": self.publish.dataset,
            "version": str(self.publish.number),
            "force": self.force if len(self.choice.forces) > 1 else None,
            "month": format_month(self.month),
            "strand": self.strand,
        }


def chosen_view() -> View:
    """Draw the sidebar and return what is chosen; a link that names what isn't there is told so.

    Raises:
        UnknownNameError: The store holds nothing.
        DamagedStoreError: The dataset or its version can't be read.
    """
    adopt_link()
    names = stores.datasets(store_path())
    if not names:
        raise UnknownNameError("Nothing has been published yet. Run: vulncore ready-data")
    with st.sidebar:
        dataset = choose("Dataset", "dataset", names, names.index("demo") if "demo" in names else 0, _title)
        publish = _version(dataset)
        choice = choices_of(store_path(), publish)
        force = choose("Force", "force", choice.forces) if len(choice.forces) > 1 else choice.forces[0]
        return View(publish, choice, force, _month(choice, force), _strand(choice))


def show_newest() -> None:
    """Leave the pinned version for the newest one; a button's callback."""
    choices_made().pop("version", None)


def _version(dataset: str) -> Publish:
    """Return the version that is pinned, else the newest, and pin it: it stays until somebody moves on."""
    lines = {str(line.number): line for line in reversed(stores.versions(store_path(), dataset))}
    numbers = list(lines)
    if len(numbers) == 1 and choices_made().get("version") in (None, *numbers):
        number = numbers[0]
    else:
        number = choose(
            "As published in",
            "version",
            numbers,
            words=lambda number: f"version {number}, {lines[number].published_at:%-d %b %Y}",
        )
    choices_made()["version"] = number
    return lines[number]


def _month(choice: DatasetContents, force: str) -> date:
    months = choice.months[force]
    default = choice.default_month[force]
    asked = choices_made().get("month")
    if asked is not None and asked not in [format_month(month) for month in months]:
        try:
            as_at_or_latest(choice, force, parse_month(asked))
        except VulncoreError as problem:
            not_there(str(problem).rstrip("."), month_name(default))
            del choices_made()["month"]
    keys = [format_month(month) for month in months]
    picked = choose(
        "Figures to the end of",
        "month",
        keys,
        keys.index(format_month(default)),
        lambda key: month_name(parse_month(key)),
    )
    return parse_month(picked)


def _strand(choice: DatasetContents) -> str | None:
    keys = [strand.key for strand in choice.strands]
    if not keys:
        return None
    picked = choose(
        "Strand",
        "strand",
        [ALL_STRANDS, *keys],
        0,
        lambda key: "All strands" if key == ALL_STRANDS else strand_name(key),
    )
    return None if picked == ALL_STRANDS else picked


def _title(dataset: str) -> str:
    return DATASET_NAMES.get(dataset, dataset)
