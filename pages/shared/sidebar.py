"""The sidebar: the choices that change the whole app, and what they come to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from pages.shared.choices import Choices, Picker, T, change, choice, chosen, rename, say_unmet
from pages.shared.reads import contents_of, store_path
from pages.shared.text import plain
from pages.shared.visit import visit
from vulncore import store as stores
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import format_month, month_name, parse_month
from vulncore.domain.strands.strand_list import key_now
from vulncore.domain.vocabulary import Measure, strands
from vulncore.findings.shared.contents import DatasetContents, as_at_or_latest
from vulncore.findings.shared.subject import Subject
from vulncore.store.manifest import Publish

DATASET_NAMES = {"demo": "Demo (made data)", "city-open-counts": "City open counts"}
FIRST_DATASET, ALL_STRANDS = "demo", "all"
LONGEST_BESIDE = 600  # letters of a pinned view's link
WITHIN = "/"  # between a strand and a measure of it
INDENT = "\u2003"


def _short(text: str) -> str:
    if len(text) > LONGEST_BESIDE:
        raise ValueError
    return text


@dataclass(frozen=True)
class SidebarChoices(Choices):
    """What is chosen for the whole app; None stands for the first dataset, the newest version and month, the first force.

    `beside` is the link of a view that was pinned (`pages/shared/beside.py`), None where none is.
    """

    dataset: str | None = choice()
    version: int | None = choice(read=int, falls_with=("dataset",))
    force: str | None = choice(falls_with=("dataset",))
    month: date | None = choice(read=parse_month, write=format_month)
    strand: str | None = choice(falls_with=("dataset",))
    beside: str | None = choice(read=_short)


@dataclass(frozen=True)
class View:
    """What the whole app shows: one version of a dataset, one force, one month, and what is looked at.

    `strand` is None for all of them, for a measure of none, or where a view `across` strands is looked at; `measure` is None for
    all measures of the strand or view. `picked` is what somebody chose of them, as a link writes it: None while a page shows what
    it opens with. `beside` is the link of the view that is pinned.
    """

    publish: Publish
    contents: DatasetContents
    force: str
    month: date
    strand: str | None = None
    measure: str | None = None
    picked: str | None = None
    beside: str | None = None
    across: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What figures of it are kept by: the version, the force and the month."""
        line = self.publish
        return line.dataset, line.number, line.published_at, self.force, self.month

    @property
    def path(self) -> str:
        """What is looked at, as a choice of the sidebar writes it; "" for all strands."""
        return f"{self.strand or ''}{WITHIN}{self.measure}" if self.measure else self.strand_or_view or ""

    @property
    def strand_or_view(self) -> str | None:
        """The key of the strand, or of the view across strands, that is looked at; None for all strands, or a measure of none."""
        return self.across or self.strand

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures looked at: one, those of the strand or of the view across strands, or all."""
        if self.measure:
            return tuple(one for one in self.contents.measures if one.key == self.measure)
        return (
            self.contents.measures_of(self.strand_or_view) if self.strand_or_view else self.contents.measures
        )

    @property
    def looked_at(self) -> str:
        """What is looked at, in words: a measure, a strand, a view across strands; "" for all strands."""
        if self.measure:
            return next(measure.name for measure in self.measures)
        return self.contents.name_of(self.strand_or_view or "")

    def to_link(self) -> dict[str, str]:
        """Return the view as a link writes it: the dataset, its version and the month are always pinned."""
        return SidebarChoices(
            dataset=self.publish.dataset,
            version=self.publish.number,
            force=self.force if len(self.contents.forces) > 1 else None,
            month=self.month,
            strand=self.picked,
            beside=self.beside,
        ).to_link()

    def at(self, path: str) -> "View":
        """Return the view of something else, as a choice of the sidebar writes it."""
        part, _, measure = path_now(path, self.contents).partition(WITHIN)
        across = part in {view.key for view in self.contents.views} and not measure
        strand = None if across or part in ("", ALL_STRANDS) else part
        return replace(self, strand=strand, measure=measure or None, across=part if across else None)


def chosen_view(
    first: Callable[[View], str] | None = lambda _: ALL_STRANDS, *, together: bool = True
) -> View:
    """Draw the sidebar and return what is chosen; a link that names what isn't there is told so.

    Args:
        first: Returns the strand that the page shows until somebody chooses; None where no strand narrows the page.
        together: Whether the page can show all strands together.

    Raises:
        UnknownNameError: The store holds nothing.
        DamagedStoreError: The dataset or its version can't be read.
    """
    with st.sidebar:
        dataset = _dataset_picker().draw(chosen(SidebarChoices))
        publish = _draw_version(dataset)
        contents = contents_of(store_path(), publish)
        force = _draw_if_several(Picker("Force", "force", contents.forces))
        month = _draw_month(contents, force)
        if (asked_for := chosen(SidebarChoices).strand) is not None:
            rename(SidebarChoices, strand=path_now(asked_for, contents))
        choices = chosen(SidebarChoices)
        view = View(publish, contents, force, month, picked=choices.strand, beside=choices.beside)
        if first is not None:
            view = _draw_strand(view, first(view), together)
    visit().pinned = view.to_link()
    return view


def pinned_link(choices: SidebarChoices) -> dict[str, str]:
    """Return choices as a link writes them, with what is always pinned; nothing where they can't be met as they are."""
    try:
        return view_of(choices).to_link()
    except (VulncoreError, LookupError):
        return {}


def view_of(choices: SidebarChoices) -> View:
    """Return what is chosen for the whole app, without a box.

    Raises:
        VulncoreError: The store, or what is chosen of it, can't be read.
        LookupError: There is no such dataset, version, month, strand or measure.
    """
    names = stores.datasets(store_path())
    dataset = choices.dataset or (FIRST_DATASET if FIRST_DATASET in names else names[0])
    publishes = {publish.number: publish for publish in stores.versions(store_path(), dataset)}
    publish = publishes[choices.version or max(publishes)]
    contents = contents_of(store_path(), publish)
    force = choices.force or contents.forces[0]
    month = choices.month or contents.default_month[force]
    picked = None if choices.strand is None else path_now(choices.strand, contents)
    met = month in contents.months[force] and picked in (None, *_looked_at(contents))
    if choices.unread or not met:
        raise LookupError
    view = View(publish, contents, force, month, picked=picked, beside=choices.beside)
    return view.at(picked or "")


def show_newest() -> None:
    """Leave the pinned version for the newest one; a button's callback."""
    change(SidebarChoices, version=None)


def _dataset_picker() -> Picker[str]:
    names = stores.datasets(store_path())
    if not names:
        raise UnknownNameError(
            "Nothing has been published yet. Bring in a first file under Data, or run: vulncore ready-data"
        )
    first = names.index(FIRST_DATASET) if FIRST_DATASET in names else 0
    return Picker("Dataset", "dataset", names, first, lambda name: DATASET_NAMES.get(name, name))


def _draw_version(dataset: str) -> Publish:
    """Return the version that is pinned, else the newest, and pin it: it stays until somebody moves on."""
    publishes = {publish.number: publish for publish in reversed(stores.versions(store_path(), dataset))}
    words = {
        number: f"version {number}, {publish.published_at.day} {publish.published_at:%b %Y}"
        for number, publish in publishes.items()
    }
    number = _draw_if_several(Picker("As published in", "version", list(words), words=words.__getitem__))
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


def path_of(measure: Measure, contents: DatasetContents) -> str:
    """Return how a choice of one measure is written: after its strand; as the strand where that has no other."""
    if measure.strand and len(contents.measures_of(measure.strand)) == 1:
        return measure.strand
    return f"{measure.strand or ''}{WITHIN}{measure.key}"


def path_of_subject(subject: Subject, contents: DatasetContents) -> str:
    """Return how a choice of what is counted together is written."""
    return subject.whole or path_of(subject.measures[0], contents)


def path_now(path: str, contents: DatasetContents) -> str:
    """Return how a choice that an older link makes is written now: a strand by its present key, a measure after its present strand.

    What neither the list of strands nor the dataset knows is returned unchanged.
    """
    part, _, key = path.partition(WITHIN)
    now = key_now(contents.strand_list, part)
    if not key:
        return now
    measure = next((measure for measure in contents.measures if measure.key == key), None)
    known = now in {"", *(strand.key for strand in contents.strand_list.strands)}
    return path_of(measure, contents) if measure and known else path


def _looked_at(contents: DatasetContents) -> dict[str, str]:
    """Return what can be looked at and what it is called: all, each strand and, of several, its measures, each view across strands."""
    words, shipped = {ALL_STRANDS: "All strands"}, {strand.name for strand in strands()}
    for strand in contents.strands:
        measures = contents.measures_of(strand.key)
        is_renamed = strand.name not in shipped  # then the force wants to see that name
        words[strand.key] = strand.name if len(measures) > 1 or is_renamed else measures[0].name
        if len(measures) > 1:
            words |= {path_of(measure, contents): f"{INDENT}{measure.name}" for measure in measures}
    words |= {view.key: view.name for view in contents.views}
    return words | {
        path_of(measure, contents): measure.name for measure in contents.measures if not measure.strand
    }


def _draw_strand(view: View, first: str, together: bool) -> View:
    """Draw what to look at, and return the view of it."""
    words = _looked_at(view.contents)
    options = [option for option in words if together or option != ALL_STRANDS]
    if not together and chosen(SidebarChoices).strand == ALL_STRANDS:
        change(SidebarChoices, strand=None)  # nothing in particular
    if len(options) == 1:
        return replace(view.at(options[0]), picked=None)
    picker = Picker("Strand or measure", "strand", options, options.index(first), words.__getitem__, "strand")
    shown = view.at(picker.draw(chosen(SidebarChoices)))
    if shown.across:
        st.caption(plain(view.contents.note_on(shown.across)))
    return replace(shown, picked=chosen(SidebarChoices).strand)
