"""The Home Office's offence codes as people write them, and wordings without what differs between two hands."""

import re
from functools import cache
from typing import Final

from vulncore.domain.measures import home_office_codes, home_office_sub_codes

LONGEST: Final = 200  # letters: what an offence is stands at its beginning
LOWEST_ALONE: Final = 10  # lower numbers alone are anything: a rank, a count, a line of a list

DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
CALLED: Final = re.compile(r"(?:ho|home office|hocr|cjs|class)\s+(?=n?\d)")
LETTERED: Final = re.compile(r"0{0,2}(\d{1,3})\s?([a-z])")
PARTED: Final = re.compile(r"(\d{1,3})\s?[/.\\-]\s?(\d{1,3})")
PADDED: Final = re.compile(r"(0\d\d)[/.-]?(\d\d)")
_ALONE: Final = re.compile(r"0{0,2}(\d{1,3})")
_WITH_WORDS: Final = re.compile(
    r"(0{0,2}\d{1,3}\s?[a-z]|\d{1,3}[/.-]\d{1,3}|0\d{4})\s*[-:,]*\s+(?=[^\W\d_]{2})(.+)"
)


def as_typed(text: str) -> str:
    """Return a value in small letters with single spaces and plain dashes, without what it calls a code.

    >>> as_typed("Home Office  19–08"), as_typed("Class 19C")
    ('19-08', '19c')
    """
    return CALLED.sub("", " ".join(text.translate(DASHES).split()).casefold()[:LONGEST])


def written_code(text: str) -> str | None:
    """Return a code in one form, however it is written; None where the text is none.

    A class is a number with or without a letter, a sub-code a number, a stroke and a number.

    >>> written_code("019c"), written_code("004/01"), written_code("08/30"), written_code("46"), written_code("1")
    ('19C', '4.1', '8/30', '46', None)
    >>> written_code("8-30"), written_code("01908"), written_code("HO 19/8"), written_code("Class 19C")
    ('8/30', '19/8', '19/8', '19C')
    """
    plain = as_typed(text)
    if lettered := LETTERED.fullmatch(plain):
        return f"{int(lettered[1])}{lettered[2].upper()}"
    if parted := PADDED.fullmatch(plain) or PARTED.fullmatch(plain):
        number, sub = map(int, parted.groups())
        return f"{number}.{sub}" if f"{number}.{sub}" in _known() else f"{number}/{sub}"
    alone = _ALONE.fullmatch(plain)
    return alone[1] if alone and int(alone[1]) >= LOWEST_ALONE and alone[1] in _known() else None


def leading_code(text: str) -> tuple[str | None, str]:
    """Return the code that a text is or begins with, and the words after it.

    >>> leading_code("8N Assault with injury"), leading_code("Rape"), leading_code("19/08")
    (('8N', 'Assault with injury'), (None, 'Rape'), ('19/8', ''))
    """
    if code := written_code(text):
        return code, ""
    words = " ".join(text[:LONGEST].split())
    both = _WITH_WORDS.fullmatch(words.casefold().translate(DASHES))
    if both and (code := written_code(both[1])):
        return code, words[both.start(2) :]
    return None, words


def classes_of(code: str) -> tuple[str, ...]:
    """Return the classes that a sub-code can be of: the one that is known of it, else all with its number.

    >>> classes_of("8/30"), classes_of("17/15"), classes_of("46/0"), classes_of("8N")
    (('8L',), ('17A', '17B'), ('46',), ())
    """
    number, stroke, sub = code.partition("/")
    if not stroke:
        return ()
    if single := home_office_sub_codes().get((int(number), int(sub))):
        return (single,)
    return tuple(sorted(known for known in _known() if re.match(r"\d+", known)[0] == number))  # type: ignore[index]


def plain_wording(text: str) -> str:
    """Return a wording in small letters with single spaces, without signs.

    >>> plain_wording("Cruelty to children/young persons ")
    'cruelty to children young persons'
    """
    letters = "".join(letter if letter.isalnum() else " " for letter in text[:LONGEST].casefold())
    return " ".join(letters.split())


@cache
def codes_by_wording() -> dict[str, tuple[str, ...]]:
    """Return the Home Office's codes by their wording, as `plain_wording` has it.

    >>> codes_by_wording()["stalking"]
    ('8Q',)
    """
    codes: dict[str, tuple[str, ...]] = {}
    for row in home_office_codes():
        wording = plain_wording(row["description"])
        codes[wording] = (*codes.get(wording, ()), row["code"])
    return codes


@cache
def _known() -> frozenset[str]:
    return frozenset(row["code"] for row in home_office_codes())
