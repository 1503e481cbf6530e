"""What the codes and the wordings of offences mean: known, guessed with a doubt, or left to whoever knows the extract."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from vulncore.domain.measures import (
    home_office_codes,
    home_office_sub_codes,
    incident_measures,
    known_measures,
    measures_by_subgroup,
)
from vulncore.domain.periods import MONTHS_SHORT
from vulncore.domain.severity.codes import LETTERED, LONGEST, LOWEST_ALONE, PADDED, PARTED, as_typed
from vulncore.domain.vocabulary import reference_rows
from vulncore.sources.records.draft_columns import heading_patterns, plain_heading

MOSTLY_CODES: Final = 1 / 2  # of a column's values
NEARLY_ALL_CODES: Final = 0.8  # of a column of numbers alone, of which many are a code by chance
FEWEST_CODES: Final = 3  # of them, below ten not counted

NUMBER: Final = re.compile(
    r"[-+#]?\s?\d+(?:\.\d+)?|(?=.*\d)[^\w/\\]*\d+[^\w/\\]*"
)  # a number, or one with signs about it
FILLER: Final = re.compile(r"-\s?\d+|9{2,5}")  # what systems write where they know nothing
JOINED: Final = re.compile(r"(\d{2,3})(\d\d)")
AS_A_DATE: Final = re.compile(rf"(\d{{1,2}})-({'|'.join(MONTHS_SHORT)})")
REPORTED_RAPE: Final = "reported-incidents-of-rape"
INCIDENT: Final = re.compile(r"n\s?100(?:\s?[/.-]\s?\d{1,2})?")
WITH_WORDS: Final = re.compile(
    r"(n100(?:/\d+)?|0?\d{1,3}[a-z]|\d{1,3}/\d{1,3}|0\d{4})\s*[-–—:,]*\s+([^\W\d_].+)"
)
OF_CODES: Final = re.compile(
    r"\b(ho|home office|hocr|cjs|off|offence|offense|crime)\b.*\b(codes?|class\w*|no|number)\b|^(ho|hocr|cjs)\b"
)


@dataclass(frozen=True)
class Meaning:
    """What a value of an offence counts towards: the measure's `key`, or nothing (`is_left_out`); neither where nobody knows.

    `doubt` is what is unsure about that.
    """

    key: str = ""
    doubt: str = ""
    is_left_out: bool = False


@cache
def abbreviations() -> dict[str, dict[str, list[str]]]:
    """Return `reference/code_abbreviations.toml`: what is short for a measure (`meaning`), and what could be for several (`unclear`)."""
    tables: Any = reference_rows("code_abbreviations.toml")
    return dict(tables)


@cache
def known_values() -> dict[str, str]:
    """Return the key of the measure that a value in small letters means: a name, a code or a code's wording.

    >>> known_values()["19c"], known_values()["stalking and harassment"], known_values()["106"]
    ('rape', 'stalking-and-harassment', 'modern-slavery')
    """
    by_name: dict[str, str] = {}
    for measure in reversed(known_measures()):
        for words in (measure.label, measure.name, measure.key):
            by_name[plain_heading(words)] = measure.key
    short = {text: key for key, texts in abbreviations()["meaning"].items() for text in texts}
    by_code: dict[str, str] = {}
    for row in home_office_codes():
        subgroup = row["subgroup"]  # a measure that is called so is meant before one of recorded crime alone
        key = by_name.get(plain_heading(subgroup)) or measures_by_subgroup()[subgroup.casefold()].key
        by_code[plain_heading(row["description"])] = key
        by_code[row["code"].casefold()] = short.get(plain_heading(row["description"]), key)
    return by_code | short | by_name


def known_measure(value: str, *, of_codes: bool = False) -> str | None:
    """Return the key of the measure that a value means beyond doubt; None where nobody knows.

    A number alone means a code only where its column holds codes (`of_codes`).

    >>> known_measure("019C"), known_measure("RAPE"), known_measure("STK"), known_measure("Larceny"), known_measure("-1")
    ('rape', 'rape', 'stalking-and-harassment', None, None)
    >>> known_measure("46"), known_measure("46", of_codes=True)
    (None, 'shoplifting')
    """
    text = as_typed(value)
    if NUMBER.fullmatch(text):
        telling = of_codes and not FILLER.fullmatch(text) and len(text.lstrip("0")) > 1
        return known_values().get(text.lstrip("0")) if telling else None
    lettered = LETTERED.fullmatch(text)
    code = "".join(lettered.groups()) if lettered else text
    return known_values().get(code.lstrip("0")) or known_values().get(plain_heading(value))


def are_codes(heading: str, values: Collection[str]) -> bool:
    """Return whether a column's values are plainly offence codes of the Home Office, by its heading and their forms.

    >>> are_codes("HO Code", ["19/8", "8/30"]), are_codes("Rating", ["1/2", "2/2"]), are_codes("Category", ["1", "2", "-1"])
    (True, False, False)
    """
    texts = [text for text in map(as_typed, values) if not (FILLER.fullmatch(text) or _is_missing(text))]
    called = bool(OF_CODES.search(plain_heading(heading)))
    lettered = [text for text in texts if LETTERED.fullmatch(text) and known_measure(text)]
    parts = [text for text in texts if _sub_code(text, joined=False) and (called or PADDED.fullmatch(text))]
    telling = {*lettered, *parts, *(text for text in texts if INCIDENT.fullmatch(text))}
    if len(telling) >= MOSTLY_CODES * len(texts) and telling:
        return True
    numbers = {text for text in texts if NUMBER.fullmatch(text) and _exact(text)}
    high = {text for text in numbers if float(text) >= LOWEST_ALONE}
    return (
        called
        and len(telling) + len(high) >= FEWEST_CODES
        and len(telling | numbers) >= NEARLY_ALL_CODES * len(texts)
    )


def meaning(value: str, *, of_codes: bool = False) -> Meaning:
    """Return what a value counts towards; `of_codes` where its column plainly holds offence codes.

    >>> meaning("019/08", of_codes=True).key, meaning("17/15", of_codes=True).key, meaning("8/64", of_codes=True).key
    ('rape', 'other-sexual-offences', '')
    >>> meaning("Attempted rape of a female aged 16 or over").key, meaning("Rape seed theft").key
    ('rape', '')
    >>> meaning("-1").is_left_out, meaning("1").is_left_out
    (True, True)
    """
    text = as_typed(value)
    if key := known_measure(value, of_codes=of_codes):
        return Meaning(key)
    if INCIDENT.fullmatch(text):
        return _incident()
    if FILLER.fullmatch(text) or _is_missing(text):
        code = f", unless it is the Home Office's code {text}" if of_codes and _exact(text) else ""
        return Meaning(doubt=f"where nothing is known, nothing counts{code}", is_left_out=True)
    of_a_code = _of_a_code(text) if of_codes else None
    if of_a_code or NUMBER.fullmatch(text):
        doubt = "numbers alone say no offence here. Choose a measure if they count"
        return of_a_code or Meaning(doubt=doubt, is_left_out=True)
    coded = WITH_WORDS.fullmatch(text)
    return (
        _of_code_and_words(*coded.groups(), of_codes=of_codes)
        if coded
        else _of_words(plain_heading(value[:LONGEST]))
    )


def _incident() -> Meaning:
    measure = next(one for one in incident_measures() if one.key == REPORTED_RAPE)
    return Meaning(measure.key, "a report of rape that is not recorded as a crime, so it is no crime of rape")


def _exact(text: str) -> str | None:
    return known_values().get(text.lstrip("0"))


def _sub_code(text: str, *, joined: bool = True) -> tuple[int, int] | None:
    """Return the number of the class and the sub-code in the forms in which systems write them, of classes that there are."""
    parts = PADDED.fullmatch(text) or PARTED.fullmatch(text) or (JOINED.fullmatch(text) if joined else None)
    if parts is None:
        return None
    number, sub = map(int, parts.groups())
    return (number, sub) if number in _classes() or (number, sub) in home_office_sub_codes() else None


@cache
def _classes() -> dict[int, dict[str, str]]:
    """Return the measures of each class of the Home Office's codes by its number, each with the wording of an offence."""
    classes: dict[int, dict[str, str]] = {}
    for row in home_office_codes():
        number = int(re.match(r"\d+", row["code"])[0])  # type: ignore[index]
        classes.setdefault(number, {}).setdefault(known_values()[row["code"].casefold()], row["description"])
    return classes


@cache
def _codes() -> dict[str, str]:
    return {row["code"]: row["description"] for row in home_office_codes()}


@cache
def _names() -> dict[str, str]:
    return {measure.key: measure.name for measure in known_measures()}


def _of_a_code(text: str) -> Meaning | None:
    """Return what a code means that isn't in the table as it is written; None where it is none."""
    if len(text.lstrip("0")) == 1 and (key := _exact(text)):
        return Meaning(
            key,
            f"a number alone, taken for the Home Office's code {text.lstrip('0')} ({_codes()[text.lstrip('0')]})",
        )
    dated = AS_A_DATE.fullmatch(text)
    parts = (int(dated[1]), MONTHS_SHORT.index(dated[2]) + 1) if dated else _sub_code(text)
    if lettered := LETTERED.fullmatch(text):
        parts = (int(lettered[1]), 0)
    if parts is None or (parts not in home_office_sub_codes() and parts[0] not in _classes()):
        return None
    number, sub = parts
    of_class = _classes().get(number, {})
    written = "taken from a date, as a spreadsheet makes of a code: " if dated else ""
    code = home_office_sub_codes().get(parts) or (f"{number}.{sub}" if _exact(f"{number}.{sub}") else "")
    if code:
        return Meaning(
            known_values()[code.casefold()],
            f"{written}taken for the Home Office's code {code} ({_codes()[code][:60]})",
        )
    if len(of_class) == 1:
        ((key, wording),) = of_class.items()
        return Meaning(key, f"{written}taken from its class, {number}, as in {wording[:60]}")
    likely = " or ".join(_names()[key] for key in of_class)
    return Meaning(doubt=f"{written}its class, {number}, could be {likely}")


def _of_code_and_words(code: str, words: str, *, of_codes: bool) -> Meaning:
    """Return what a code with its wording means: the code's measure, if the words don't say another."""
    if INCIDENT.fullmatch(code):
        return _incident()
    spoken = _of_words(plain_heading(words))
    exact = known_measure(words)
    sure = of_codes or bool(LETTERED.fullmatch(code) or PADDED.fullmatch(code))
    by_code = Meaning(known_measure(code) or "") if LETTERED.fullmatch(code) else Meaning()
    by_code = by_code if by_code.key else (_of_a_code(code) or Meaning()) if sure else Meaning()
    by_words = exact or spoken.key
    if spoken.is_left_out or not by_code.key:
        return spoken if not exact else Meaning(exact, "taken from its words")
    if by_words and by_words != by_code.key:
        return Meaning(doubt=f"its code says {_names()[by_code.key]}, and its words {_names()[by_words]}")
    return Meaning(by_code.key, by_code.doubt or f"taken from its code, {code.upper()}")


def _is_missing(text: str) -> bool:
    return not text.strip("-?.#*/ ") or bool(_wordings().missing.search(plain_heading(text)))


@dataclass(frozen=True)
class _Wordings:
    """The patterns of `reference/offence_wordings.toml`."""

    missing: re.Pattern[str]
    no_crime: re.Pattern[str]
    misleading: re.Pattern[str]
    measures: tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]


@cache
def _wordings() -> _Wordings:
    given: Any = reference_rows("offence_wordings.toml")

    def any_of(patterns: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))

    return _Wordings(
        missing=any_of(given["missing"]),
        no_crime=any_of([*given["no_crime"], *(one.pattern for one in heading_patterns()["status"]["out"])]),
        misleading=any_of(given["misleading"]),
        measures=tuple(
            (row["measure"], any_of(row["says"]), any_of(row["unless"]) if "unless" in row else None)
            for row in given["wording"]
        ),
    )


@lru_cache(maxsize=10_000)
def _of_words(plain: str) -> Meaning:
    """Return what a text in small letters, with single spaces, seems to say: a guess."""
    wordings = _wordings()
    if wordings.no_crime.search(plain):
        return Meaning(doubt="no crime, so nothing counts", is_left_out=True)
    if wordings.misleading.search(plain):
        return Meaning()
    for key, says, unless in wordings.measures:
        if says.search(plain) and not (unless and unless.search(plain)):
            return Meaning(key, "guessed from its words")
    return Meaning()
