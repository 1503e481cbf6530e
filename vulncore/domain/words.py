"""Grammar for the sentences that users read: lists, first letters, numbers with their nouns.

Findings, documents and pages take these words from `vulncore.findings.shared.words`, where the other words of findings
are; what may not import findings takes them from here.
"""

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed([])
    ('a', 'a, b and c', '')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def capital_first(text: str) -> str:
    """Return a text with a capital first letter, the others as they are.

    >>> capital_first("red PPNs"), capital_first("")
    ('Red PPNs', '')
    """
    return text[:1].upper() + text[1:]


def small_first(text: str) -> str:
    """Return a text with a small first letter, the others as they are, to stand within a sentence; abbreviations stay.

    >>> small_first("The highest month"), small_first("MAPPA nominals")
    ('the highest month', 'MAPPA nominals')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def number_of(count: int, noun: str) -> str:
    """Return a whole number with its noun.

    >>> number_of(1, "record"), number_of(1_200, "record")
    ('1 record', '1,200 records')
    """
    return f"{count:,} {agree(count, noun, f'{noun}s')}"


def agree(count: int, one: str, several: str) -> str:
    """Return the word that agrees with a number.

    >>> agree(1, "is", "are"), agree(0, "is", "are")
    ('is', 'are')
    """
    return one if count == 1 else several
