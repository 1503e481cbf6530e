"""The sidebar: the choices that change the whole app, and what they come to."""

from dataclasses import dataclass
from datetime import date

import streamlit as st

from pages.shared.choices import Choices, Picker, T, change, choice, chosen, say_unmet
from pages.shared.reads import contents_of, store_path
from pages.shared.visit import visit
from vulncore import store as stores
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import format_month, month_name, parse_month
from vulncore.domain.vocabulary import strand_name
from vulncore.findings.shared.contents import DatasetContents, as_at_or_latest
from vulncore.store.manifest import Publish

DATASET_NAMES = {"demo": "Demo (made data)", "city-open-counts": "City open counts"}
FIRST_DATASET, ALL_STRANDS = "demo", "all"


@dataclass(frozen=True)
class SidebarChoices(Choices):
    """What is chosen for the whole app; None stands for the first dataset, the newest version and month, the first force."""

    dataset: str | None = choice()
    version: int | None = choice(read=int, falls_with=("dataset",))
    force: str | None = choice(falls_with=("dataset",))
    month: date | None = choice(read=parse_month, write=format_month)
    strand: str = choice(ALL_STRANDS, falls_with=("dataset",))


@dataclass(frozen=True)
class View:
    """What the whole app shows: one version of a dataset, one force, one month, one strand or all."""

    publish: Publish
    contents: DatasetContents
    force: str
    month: date
    strand: str | None

    def to_link(self) -> dict[str, str]:
        """Return the view as a link writes it: the dataset, its version and the month are always pinned."""
        return SidebarChoices(
            dataset=self.publish.dataset,
            version=self.publish.number,
            force=self.force if len(self.contents.forces) > 1 else None,
            month=self.month,
            strand=self.strand or ALL_STRANDS,
        ).to_link()


def chosen_view() -> View:
    """Draw the sidebar and return what is chosen; a link that names what isn't there is told so.

    Raises:
        UnknownNameError: The store holds nothing.
        DamagedStoreError: The dataset or its version can't be read.
    """
    with st.sidebar:
        dataset = _dataset_picker().draw(chosen(SidebarChoices))
        publish = _draw_version(dataset)
        contents = contents_of(store_path(), publish)
        force = _draw_if_several(Picker("Force", "force", contents.forces))
        view = View(publish, contents, force, _draw_month(contents, force), _draw_strand(contents))
    visit().pinned = view.to_link()
    return view


def pinned_link(choices: SidebarChoices) -> dict[str, str]:
    """Return choices as a link writes them, with what is always pinned; nothing where they can't be met as they are."""
    try:
        names = stores.datasets(store_path())
        dataset = choices.dataset or (FIRST_DATASET if FIRST_DATASET in names else names[0])
        publishes = {publish.number: publish for publish in stores.versions(store_path(), dataset)}
        publish = publishes[choices.version or max(publishes)]
        contents = contents_of(store_path(), publish)
        force = choices.force or contents.forces[0]
        month = choices.month or contents.default_month[force]
        months = contents.months[force]
    except (VulncoreError, LookupError):
        return {}
    strands = {ALL_STRANDS, *(strand.key for strand in contents.strands)}
    if choices.unread or month not in months or choices.strand not in strands:
        return {}
    return View(publish, contents, force, month, _narrowed_to(choices.strand)).to_link()


def show_newest() -> None:
    """Leave the pinned version for the newest one; a button's callback."""
    change(SidebarChoices, version=None)


def _dataset_picker() -> Picker[str]:
    names = stores.datasets(store_path())
    if not names:
        raise UnknownNameError("Nothing has been published yet. Run: vulncore ready-data")
    first = names.index(FIRST_DATASET) if FIRST_DATASET in names else 0
    return Picker("Dataset", "dataset", names, first, lambda name: DATASET_NAMES.get(name, name))


def _draw_version(dataset: str) -> Publish:
    """Return the version that is pinned, else the newest, and pin it: it stays until somebody moves on."""
    publishes = {publish.number: publish for publish in reversed(stores.versions(store_path(), dataset))}
    picker = Picker(
        "As published in",
        "version",
        list(publishes),
        words=lambda number: f"version {number}, {publishes[number].published_at:%-d %b %Y}",
    )
    number = _draw_if_several(picker)
    change(SidebarChoices, version=number)
    return publishes[number]


def _draw_if_several(picker: Picker[T]) -> T:
    choices = chosen(SidebarChoices)
    return picker.draw(choices) if len(picker.options) > 1 else picker.made(choices)


def _draw_month(contents: DatasetContents, force: str) -> date:
    choices, months, default = chosen(SidebarChoices), contents.months[force], contents.default_month[force]
    unread = dict(choices.unread).get("month")
    if unread is not None or choices.month not in (None, *months):
        try:
            as_at_or_latest(contents, force, choices.month or parse_month(str(unread)))
        except VulncoreError as problem:
            say_unmet(str(problem).rstrip("."), month_name(default))
        change(SidebarChoices, month=None)
    picker = Picker("Figures to the end of", "month", months, months.index(default), month_name)
    month = picker.draw(chosen(SidebarChoices))
    if month == default:
        change(SidebarChoices, month=None)  # the newest of another dataset may be another
    return month


def _draw_strand(contents: DatasetContents) -> str | None:
    strands = [ALL_STRANDS, *(strand.key for strand in contents.strands)]
    if len(strands) == 1:
        return None
    picker = Picker(
        "Strand",
        "strand",
        strands,
        words=lambda key: "All strands" if key == ALL_STRANDS else strand_name(key),
    )
    return _narrowed_to(picker.draw(chosen(SidebarChoices)))


def _narrowed_to(strand: str) -> str | None:
    return None if strand == ALL_STRANDS else strand
