"""How people write of measures, strands and what they count: `reference/draft_words.toml`, and what follows from it."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, cast

from vulncore.domain.measures import known_measures
from vulncore.domain.vocabulary import reference_rows

LONGEST_ABBREVIATION: Final = 5  # letters: what is longer is a word in any letters
NOT_A_PLURAL: Final = frozenset({"of", "at", "and", "or", "for", "from", "in", "the", "so", "to"})

NOT_PHRASAL: Final = "".join(
    f"(?<!{verb} )"
    for verb in (
        "make",
        "makes",
        "made",
        "making",
        "set",
        "follow",
        "end",
        "ended",
        "take",
        "taken",
        "pick",
        "picked",
    )
)
"""What does not stand before an up that means a rise: "make up 62%"."""
UP: Final = (
    r"increas(?:e|es|ed|ing)|ris(?:e|es|en|ing)|rose|grow(?:s|n|th|ing)?|grew|climb(?:s|ed|ing)?|jump(?:s|ed)?|surg(?:e|es|ed)|"
    rf"(?<=went )up|(?<=gone )up|(?<=going )up|{NOT_PHRASAL}up(?!\s+to\b)|upturn|uplift"
)
DOWN: Final = (
    r"decreas(?:e|es|ed|ing)|fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|reduc(?:e|es|ed|ing)|reductions?|declin(?:e|es|ed|ing)|"
    r"down(?!\s+to\s+(?:the|a)\b)|downturn|dip(?:s|ped)?"
)
MOVE: Final = re.compile(rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN}))\b", flags=re.IGNORECASE)
"""Nouns and verbs of a rise and of a fall."""
COMPARED_WORDS: Final = (
    r"\bcompared\s+(?:to|with)|\bin comparison (?:to|with)|\brelative to|\bagainst|\bversus|\bvs\.?|\bv\.?"
)
"""What stands before the number, or the period, that another one is compared with."""


@cache
def draft_words() -> dict[str, Any]:
    """Return `reference/draft_words.toml`: wordings by what they mean, and lists of words."""
    return cast("dict[str, Any]", reference_rows("draft_words.toml"))


@cache
def words(name: str) -> frozenset[str]:
    """Return one of its lists of words."""
    return frozenset(draft_words()["words"][name])


@cache
def counted_nouns() -> frozenset[str]:
    """Return the nouns that can stand for what any measure counts, in the singular."""
    return words("counted")


def unit_nouns(units: Iterable[str]) -> frozenset[str]:
    """Return what records of some units are called, in the singular.

    >>> sorted(unit_nouns(["notices"]))
    ['notice', 'notification', 'ppn', 'submission']
    """
    also = draft_words()["units"]
    return frozenset(noun for unit in units for noun in (singular(unit), *also.get(unit.casefold(), ())))


@cache
def unit_nouns_of_all() -> frozenset[str]:
    """Return what records of any known measure are called, but for the nouns that all of them can be."""
    return unit_nouns(frozenset(measure.unit for measure in known_measures())) - counted_nouns()


def singular(word: str) -> str:
    """Return a noun in the singular and in small letters, as far as an ending tells.

    >>> [singular(word) for word in ("Crimes", "children", "notices", "abuse", "harass", "PPNs", "PPNS")]
    ['crime', 'child', 'notice', 'abuse', 'harass', 'ppn', 'ppn']
    """
    word = word.casefold()
    if word == "children":
        return "child"
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def wording_pattern(wording: str) -> str:
    """Return a pattern for a wording in any letters, in the singular and the plural, with `and`, `&` or `/`, with hyphens or without.

    A short word in capitals is an abbreviation: it is looked for in capitals alone.

    >>> bool(re.fullmatch(wording_pattern("Honour based abuse"), "honour-based abuse"))
    True
    >>> [bool(re.fullmatch(wording_pattern("PPN"), text)) for text in ("PPNs", "ppn")]
    [True, False]
    """
    tokens = re.findall(r"&|[^\W_]+(?:'[^\W_]+)?", wording)
    if len(tokens) == 1 and tokens[0].isupper() and len(tokens[0]) <= LONGEST_ABBREVIATION:
        return f"{re.escape(tokens[0])}[sS]?"
    parts: list[str] = []
    for token in tokens:
        if token.casefold() in ("and", "&"):
            parts.append(r"(?:\s*[,/&]\s*|\s+(?:and|&)\s+)")
            continue
        if parts and not parts[-1].endswith(r"\s+)"):
            parts.append(r"[\s\-–,/(]+")
        parts.append(_token_pattern(token))
    return f"(?i:{''.join(parts)})"


def _token_pattern(token: str) -> str:
    stem = singular(token)
    if stem == "child":
        return "child(?:ren)?"
    if stem in NOT_A_PLURAL or len(stem) < 3:
        return re.escape(token)
    return rf"(?:{re.escape(stem[:-1])}(?:y|ies))" if stem.endswith("y") else rf"{re.escape(stem)}(?:s|es)?"
