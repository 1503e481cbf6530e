"""What a visitor has chosen: one frozen dataclass for each page and one for the sidebar.

The way of a choice: a link's text becomes a field (`Choices.from_link`), a page reads its dataclass once at its top
(`chosen`) and passes it on, a control changes a field (`change`), and `pages/main.py` writes the link (`Choices.to_link`).
What a field is, how a link writes it and with what it falls stand beside the field (`choice`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, Self, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.text import plain
from pages.shared.visit import visit
from vulncore.domain.errors import VulncoreError

LONGEST_QUOTED = 40  # letters of a link that are repeated to whoever opened it
C = TypeVar("C", bound="Choices")
T = TypeVar("T")


def choice(
    default: object = None,
    read: Callable[[str], Any] = str,
    write: Callable[[Any], str] = str,
    falls_with: Sequence[str] = (),
) -> Any:
    """Return a field of choices.

    Args:
        default: Its value until somebody chooses; None where that depends on the data.
        read: Returns the value of a link's text. It may raise `ValueError` or `VulncoreError`.
        write: Returns the link's text of a value.
        falls_with: Names of choices: when one of them changes, this one goes back to its default.
    """
    return field(
        default=default, metadata={"read": read, "write": write, "falls_with": frozenset(falls_with)}
    )


@dataclass(frozen=True)
class Choices:
    """What is chosen of a page. Each field of a subclass is a `choice`; the fields of a common base are shared by its pages.

    `unread` holds the names and texts of a link that could not be read.
    """

    unread: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_link(cls, link: Mapping[str, str]) -> Self:
        """Return the choices that a link names; all others have their default."""
        values: dict[str, Any] = {}
        unread = []
        for item in _choices_of(cls):
            if item.name in link:
                try:
                    values[item.name] = item.metadata["read"](link[item.name])
                except (ValueError, VulncoreError):
                    unread.append((item.name, link[item.name]))
        return cls(unread=tuple(unread), **values)

    def to_link(self) -> dict[str, str]:
        """Return the names and texts of what was chosen; a default has none."""
        return {
            item.name: item.metadata["write"](value)
            for item in _choices_of(type(self))
            if (value := getattr(self, item.name)) != item.default
        }


def chosen(kind: type[C]) -> C:
    """Return what this visit has chosen of a page."""
    kept = visit().choices
    choices: Any = kept.get(kind) or kind()
    for base in kind.__mro__[1:]:
        if base in kept:
            choices = replace(choices, **values_of(kept[base], base))
    return choices


def change(kind: type[Choices], /, **values: object) -> None:
    """Change some choices of a page; what belongs to the old ones falls, on every page."""
    before = chosen(kind)
    unread = tuple((name, text) for name, text in before.unread if name not in values)
    _keep(replace(before, unread=unread, **values))
    fallen = {name for name, value in values.items() if getattr(before, name) != value}
    kept = visit().choices
    others = [item for page in kept for item in _choices_of(page) if item.name not in values]
    while more := {item.name for item in others if item.metadata["falls_with"] & fallen} - fallen:
        fallen |= more
    for page, choices in kept.items():
        defaults = {
            item.name: item.default for item in _choices_of(page) if item.name in fallen - set(values)
        }
        kept[page] = replace(choices, **defaults)


def rename(kind: type[Choices], /, **values: object) -> None:
    """Call some choices of a page by the names that the same things have now: nothing else falls."""
    _keep(replace(chosen(kind), **values))


def adopt(kind: type[Choices], link: Mapping[str, str]) -> None:
    """Take over a page's choices of a link that was opened or gone back to."""
    choices = kind.from_link(link)
    change(kind, **values_of(choices, kind))
    _keep(choices)


def _keep(choices: Choices) -> None:
    for base in type(choices).__mro__:
        if base is not Choices and issubclass(base, Choices):
            unread = choices.unread if base is type(choices) else ()
            visit().choices[base] = base(unread=unread, **values_of(choices, base))


def _choices_of(kind: type[Choices]) -> list[Any]:
    return [item for item in fields(kind) if "read" in item.metadata]


def values_of(choices: Choices, kind: type[Choices]) -> dict[str, Any]:
    """Return what is chosen by name, of the choices that a class has."""
    return {item.name: getattr(choices, item.name) for item in _choices_of(kind)}


def say_unmet(problem: str, instead: str) -> None:
    """Keep a choice that could not be met, to be said with what is shown instead."""
    visit().unmet.append(f"{problem}. You see {instead} instead.")


@contextmanager
def apart() -> Iterator[list[str]]:
    """Ask for choices that are not those on screen: what can't be met of them is told here, and changes nothing there.

    Yields:
        What could not be met, filled in at the end.
    """
    choices, unmet, problems = dict(visit().choices), list(visit().unmet), list[str]()
    try:
        yield problems
    finally:
        problems.extend(visit().unmet[len(unmet) :])
        visit().choices, visit().unmet = choices, unmet


def show_unmet() -> None:
    """Say, once, which choices of the link could not be met and what is shown instead."""
    for sentence in visit().unmet:
        st.warning(plain(sentence))
    visit().unmet.clear()


@dataclass(frozen=True)
class Picker(Generic[T]):
    """A choice of one: its label, its name among the choices, the options, and how they read.

    Until somebody chooses, the field's default stands, or the option at `index` where the default is None. `noun` is what an
    option is called where a link asks for one in vain; the name, unless given.
    """

    label: str
    name: str
    options: Sequence[T]
    index: int = 0
    words: Callable[[T], str] = str
    noun: str = ""

    def made(self, choices: Choices) -> T:
        """Return the option chosen; one that is not there is forgotten, and said."""
        value, unread = getattr(choices, self.name), dict(choices.unread).get(self.name)
        if value in self.options and unread is None:
            return value  # type: ignore[no-any-return]
        default = getattr(type(choices)(), self.name)
        standing = default if default in self.options else self.options[self.index]
        if unread is not None or value != default:
            asked_for = str(value if unread is None else unread)[:LONGEST_QUOTED]
            say_unmet(f"There is no {self.noun or self.name} '{asked_for}' here", self.words(standing))
            change(type(choices), **{self.name: default})
        return standing

    def draw(self, choices: Choices) -> T:
        """Draw the choice as a box, and return the option chosen."""
        option, options = self.made(choices), list(self.options)
        words = _unlike([self.words(option) for option in options])
        widget = f"{self.name} picker {_times_redrawn(self.name, option)}"
        # by its place: None may be an option, and is none to Streamlit
        st.session_state[widget] = options.index(option)
        st.selectbox(
            plain(self.label),
            range(len(options)),
            key=widget,
            format_func=words.__getitem__,
            on_change=_take_over,
            args=(type(choices), self.name, widget, options),
        )
        return option


def _unlike(words: Sequence[str]) -> list[str]:
    """Return words with a number at the second and later ones that are the same: a box tells its options apart by them.

    >>> _unlike(["Llanelli", "Neath", "Llanelli"])
    ['Llanelli', 'Neath', 'Llanelli (2)']
    """
    seen: Counter[str] = Counter()
    unlike = []
    for text in words:
        seen[text] += 1
        unlike.append(f"{text} ({seen[text]})" if seen[text] > 1 else text)
    return unlike


def open_part(parts: Mapping[str, str], choices: Choices, key: str) -> tuple[str, DeltaGenerator]:
    """Draw a page's parts as tabs, and return the link's name of the open one (the choices' `part`) and what to draw it in.

    `parts` are the names of the tabs on screen, by those that a link gives them; the first opens first.
    """
    opened, names = getattr(choices, "part", ""), list(parts)
    place = names.index(opened) if opened in parts else 0
    st.session_state[key] = parts[names[place]]  # by the state: a new default would undo a click
    of_tab = {tab: name for name, tab in parts.items()}
    tabs = st.tabs(list(parts.values()), key=key, on_change=_open, args=(type(choices), key, of_tab))
    return names[place], tabs[place]


def _times_redrawn(name: str, option: object) -> int:
    """Return how often a box had to be drawn as a new one, because something else than itself changed what it shows.

    A browser sends what a box held when it last drew it. A box in a closed popover is not drawn, and would bring back a choice
    that fell or that somebody went back from.
    """
    shown, times = visit().boxes.get(name, (option, 0))
    visit().boxes[name] = (option, times + (shown != option))
    return visit().boxes[name][1]


def _take_over(kind: type[Choices], name: str, widget: str, options: Sequence[object]) -> None:
    place = st.session_state[widget]
    if isinstance(place, int):  # an option that is there no more comes as its words
        visit().boxes[name] = (options[place], visit().boxes[name][1])
        change(kind, **{name: options[place]})


def _open(kind: type[Choices], key: str, parts: Mapping[str, str]) -> None:
    change(kind, part=parts[st.session_state[key]])
