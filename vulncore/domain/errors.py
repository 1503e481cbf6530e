"""Errors: what can go wrong, in words that a user can act on.

Every message says what was wrong, how many, which (the first five), and what to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_NAME = 80  # letters of a name that a message repeats
BEGINNING, END = 400, 190  # letters of a message that is too long to read: what is wrong, and what to do


class VulncoreError(Exception):
    r"""Anything that vulncore refuses or can't do; its text is fit to show to a user.

    >>> str(VulncoreError("There is no file a\x1b[2J.csv. Check the name."))
    'There is no file a?[2J.csv. Check the name.'
    """

    def __init__(self, message: str) -> None:
        # here and not where messages are written: each of them may repeat what somebody else wrote
        short = f"{message[:BEGINNING]} … {message[-END:]}" if len(message) > BEGINNING + END else message
        super().__init__("".join(letter if letter.isprintable() else "?" for letter in short))


class UnreadableSourceError(VulncoreError):
    """A file is not what its reader expects."""


@dataclass(frozen=True)
class Reject:
    """A row that can't be used: its file, its line there (the first is 1), why, and the value at fault."""

    file: str
    line: int
    reason: str
    value: str


class TooManyRejectsError(UnreadableSourceError):
    """More rows can't be used than may be: nothing is delivered, and `rejects` says which they are."""

    def __init__(self, message: str, rejects: Iterable[Reject]) -> None:
        super().__init__(message)
        self.rejects = tuple(rejects)


class InvalidMappingError(VulncoreError):
    """A mapping of an extract can't be used: it is no mapping, contradicts itself, or doesn't fit the extract."""


class InvalidRowsError(VulncoreError):
    """Canonical rows break a rule of their table."""


class UnknownNameError(VulncoreError):
    """A dataset, version, force, measure or strand that does not exist."""


class InvalidStrandsError(VulncoreError):
    """A list of strands can't be used: it is none, contradicts itself, or doesn't fit the dataset."""


class InvalidPeriodError(VulncoreError):
    """A month or a period that can't be read, or that the data can't serve."""


class InvalidScenarioError(VulncoreError):
    """A scenario can't be used: a number is out of range, something it needs is missing, or the file is none."""


class InvalidRolesError(VulncoreError):
    """A file of roles can't be used: it is none, or names what is no role."""


class NotAllowedError(VulncoreError):
    """Somebody wants what their role doesn't allow."""


class TooManyRequestsError(VulncoreError):
    """Somebody asks for so much in so little time that others would wait for it."""


class InvalidWeightsError(VulncoreError):
    """A table of severity weights can't be used: it is none, contradicts itself, or says not whose it is."""


class DamagedStoreError(VulncoreError):
    """Something that was published can't be read any more."""


class MissingPartError(VulncoreError):
    """A part of the product that is wanted is not installed."""


class UnreachableSiteError(VulncoreError):
    """A site can't be reached, or doesn't answer as it should."""


class NotThereError(UnreachableSiteError):
    """A site has nothing at an address, or gives it to nobody."""


class PublishRefusedError(VulncoreError):
    """A publish that would mix, lose or overtake what is already published."""


class ContentsNotSaidError(PublishRefusedError):
    """Nobody said whether an extract holds whole months or what changed, and it matters: `problem` says why, without what to do."""

    def __init__(self, problem: str, what_to_do: str) -> None:
        super().__init__(f"{problem} {what_to_do}")
        self.problem = problem


def first_five(names: Iterable[object]) -> str:
    """Return the first five names, comma-separated and none of them long, and how many more there are.

    >>> first_five(["a", "b"])
    'a, b'
    >>> first_five(range(7))
    '0, 1, 2, 3, 4 and 2 more'
    """
    every = [
        text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…" for text in map(str, names)
    ]
    rest = len(every) - 5
    return ", ".join(every[:5]) + (f" and {rest} more" if rest > 0 else "")
