"""The numbers that stand in a sentence as digits or words, without those that are names, dates or numbering."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from vulncore.packs.drafts.wordings import words

NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
WORDS: Final = {
    "zero": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
IN_WORDS: Final = "|".join(WORDS)
LONGEST_NUMBER: Final = 9  # digits and commas: what is longer is a reference

DIGITS: Final = re.compile(
    rf"(?P<prefix>\bn\s?=?\s?)?(?P<sign>[+\-−–]\s?)?(?P<number>{NUMBER})(?P<percent>\s?%|\s?per\s?cent\b|\s?percent(?:age)?\b|\s?pct\b)?",
    flags=re.IGNORECASE | re.ASCII,
)
AS_WORD: Final = re.compile(
    rf"(?<![\w-])(?P<word>{IN_WORDS}|none(?=\s+(?:were|was|have been|has been)\s+(?:recorded|reported|received|made|submitted))|no)(?P<percent>\s+per\s?cent\b|\s+percent\b)?(?![\w-])(?P<more>\s+(?:hundred|thousand|million|dozen)\b)?",
    flags=re.IGNORECASE,
)
TIMES: Final = re.compile(
    r"\b(?:(?P<over>more than|over)\s+|(?P<under>almost|nearly|close to|just under)\s+|(?:around|about|roughly)\s+)?"
    r"(?P<word>doubled|doubling|twice as many|twice the number|trebled|tripled|trebling|tripling|quadrupled|halved|halving)\b",
    flags=re.IGNORECASE,
)
TIMES_PERCENT: Final = {
    "doubl": 100,
    "twice": 100,
    "trebl": 200,
    "tripl": 200,
    "quadr": 300,
    "halve": -50,
    "halvi": -50,
}
NAMING: Final = re.compile(
    r"(?<![^\W_])(?P<word>[A-Za-z]+)\.?\s(?P<first>\d+(?:\s?[-–]\s?\d+|\s(?:or|and)\s\d(?![\d%]|,\d))?)(?P<more>(?:\s?(?:,|and|to|&)\s?\d+(?![\d%]|,\d))*)",
    flags=re.ASCII,
)
"""A word with the numbers that it may name: those after the first only where it is in the plural, as in "sections 12 and 136"."""

_NAMES: Final = tuple(
    re.compile(pattern, flags=flags | re.ASCII)
    for pattern, flags in (
        (r"https?://\S+|www\.\S+|\S+@\S+\.\w+|\S*\w\.(?:pdf|docx?|xlsx?|pptx?|uk|org|com|gov)\b\S*", re.IGNORECASE),
        (r"(?:(?<=[\s(])|^)['\u2018\"“](?=[^'\u2019\"”%]{0,40}\d)(?=[^'\u2019\"”]*[A-Za-z])[^'\u2019\"”%]{1,40}['\u2019\"”](?![A-Za-z])", 0),
        (r"\[\d{1,3}\]|^\W*\d{1,2}\s?[-–.)]\s+(?=[A-Z])", 0),
        (r"\b\d{1,2}(?::\d{2}){1,2}\s?(?:[ap]\.?m\b\.?|hrs?\b|hours?\b)?|\b\d{1,2}(?:\.\d{2})?\s?(?:[ap]\.?m\b\.?|o'clock)|\b\d{4}\s?(?:hrs?\b|hours\b)|\b(?:[01]\d|2[0-3])-(?:[01]\d|2[0-4])\b(?=\s*(?:hrs?|hours))", re.IGNORECASE),
        (r"\b(?:aged?|ages)\s+(?:of\s+|between\s+|from\s+|under\s+|over\s+)*\d{1,3}(?:\s?(?:-|–|to|and)\s?\d{1,3})?", re.IGNORECASE),
        (r"\b(?:under|over)\s+(?:the age of\s+)?\d{1,3}(?:s\b|\s+years?\b)|\b\d{1,3}(?:\s?(?:-|–|to|and|or)\s?\d{1,3})?[\s-]*(?:years?|yrs?)?[\s-]*(?:olds?\b|of age\b|and over\b|or over\b|or older\b|and under\b)|\bunder-?\d{1,2}s\b", re.IGNORECASE),
        (r"\b0\d{2,4}[\s-]?\d{3,4}[\s-]?\d{3,4}\b|\+44[\d\s-]{9,14}|\b(?:call(?:ing|ed|s)?|dial(?:ling|led)?|ring(?:ing)?|via|on)\s+(?:101|111|999)\b|\b(?:101|111|999)\s+(?:calls?|numbers?|services?|system|reporting)\b", re.IGNORECASE),
        (r"\b(?:per|in)\s+1(?:0|00)?,?000\b", re.IGNORECASE),
        (r"\b24\s?/\s?7\b|\b\d{1,2}\s?/\s?\d{1,2}(?:\s?/\s?\d{2,4})?\b", 0),
        (r"\b\d+(?:st|nd|rd|th)\b|\b(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?\b", re.IGNORECASE),
        (r"\b\d{1,2}[\s-]+(?:point|pt)\b(?:\s+\w+)?|\b\d{1,2}\s(?:P|Ps)\b", re.IGNORECASE),
        (r"\b(?![nN]\d)[A-Za-z]+[-/]?\d+(?:[-/.]\d+)*\b", 0),
        (r"\b\d+[-/]\d+[-/]\d+\b|\b(?:Plan|Pol|Report|Strategy|Ref)\s+\d[\d/–-]*", 0),
    )
)  # fmt: skip
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_YEAR_AS_COUNT: Final = re.compile(
    r"\b(?:were|was|recorded|reported|totalling|totalled|total of|by)\s+$", flags=re.IGNORECASE
)
_SHARE: Final = re.compile(
    rf"\b(?P<share>(?:{IN_WORDS}|\d{{1,2}})\s+in\s+(?:every\s+)?(?:two|three|four|five|six|seven|eight|nine|ten|\d{{1,2}}\b(?!\s*[%/]))|(?:one|two|three|four|five)[\s-](?:thirds?|quarters?|fifths?|tenths?)|\d+\s+out\s+of\s+\d+)\b(?!\s*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    flags=re.IGNORECASE,
)
_MONEY: Final = re.compile(
    rf"[£$€]\s?{NUMBER}(?:\s?(?:k|m|bn|million|thousand|billion)\b)?|\b{NUMBER}\s?(?:pounds|euros)\b",
    flags=re.IGNORECASE,
)
_RANGING: Final = re.compile(
    r"\b(?:rang(?:e|es|ed|ing)|var(?:y|ies|ied|ying))(?:\s+(?:from|between|of))?\s*$", flags=re.IGNORECASE
)
_MONTHLY: Final = re.compile(
    r"(?:\s+[a-z-]+){0,5}?\s+(?:(?:a|per|each|every)\s+(?:calendar\s+)?month\b|monthly\b)",
    flags=re.IGNORECASE,
)


class Figure(NamedTuple):
    """A number as it is written, from one letter to another.

    `prefix` is the n of "n107", `sign` 1 or -1 where one stands before it, `times` whether it is a word like "doubled" (its
    value is the change in per cent then). `range_with` is 1 for the first number of a range and -1 for the second. `reason`
    says why it can't be checked, where its form tells.
    """

    start: int
    end: int
    written: str
    value: Fraction
    decimals: int = 0
    is_percent: bool = False
    is_word: bool = False
    prefix: str = ""
    sign: int = 0
    times: bool = False
    times_over: int = 0
    range_with: int = 0
    reason: str = ""


def figures_of(text: str, taken: Iterable[tuple[int, int]] = ()) -> tuple[Figure, ...]:
    """Return the numbers of a sentence in order; `taken` are stretches of letters that are something else, like periods.

    >>> [figure.written for figure in figures_of("A PIP 2 team of 12, up 5% (n107) at 22:00 on S136")]
    ['12', '5%', 'n107']
    """
    spans = [*taken, *_named(text)]
    special = [*_special(text, spans)]
    spans += [(figure.start, figure.end) for figure in special]
    plain = [
        figure
        for figure in (*_digits(text), *_in_words(text))
        if all(figure.end <= start or end <= figure.start for start, end in spans)
    ]
    return _ranged(text, tuple(sorted((*special, *plain), key=lambda figure: figure.start)))


def whole_number(text: str) -> Fraction:
    """Return a number that is written with digits, perhaps with commas and a point, or in words.

    >>> whole_number("1,048"), whole_number("twelve")
    (Fraction(1048, 1), Fraction(12, 1))
    """
    word = text.casefold()
    return Fraction(WORDS[word]) if word in WORDS else Fraction(word.replace(",", ""))


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text whose numbers are names, times, ages, dates, references."""
    for pattern in _NAMES:
        yield from (match.span() for match in pattern.finditer(text))
    for match in NAMING.finditer(text):
        word = match["word"].casefold()
        if word in words("naming"):
            yield match.start(), match.end() if word.endswith("s") or word == "pp" else match.end("first")


def _special(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Figure]:
    """Yield shares, money and words like "doubled"."""
    taken = list(spans)
    for pattern, reason in ((_MONEY, "it is money"), (_SHARE, "it is a share, and the table has no shares")):
        for match in pattern.finditer(text):
            if all(match.end() <= start or end <= match.start() for start, end in taken):
                taken.append(match.span())
                yield Figure(match.start(), match.end(), match[0], Fraction(0), reason=reason)
    for match in TIMES.finditer(text):
        percent = TIMES_PERCENT[match["word"].casefold()[:5]]
        over = 1 if match["over"] else -1 if match["under"] else 0
        yield Figure(match.start(), match.end(), match[0], Fraction(percent), times=True, times_over=over)


def _digits(text: str) -> Iterator[Figure]:
    for match in DIGITS.finditer(text):
        number, start = match["number"], match.start()
        before = text[:start]
        sign_text, prefix = match["sign"] or "", match["prefix"] or ""
        at = match.start("number") - len(sign_text)
        joined = bool(sign_text) and bool(re.search(r"[\w)%]$", text[:at]))
        after = text[match.end() :]
        if re.search(r"[A-Za-z0-9_/£$€]$|\d[.,]$|\w[-–]$", before) and not joined:
            continue
        if re.match(r"[A-Za-z0-9_]|[/]\d|[.,]\d|[-–][A-Za-z]", after) and not match["percent"]:
            continue
        if len(number) > LONGEST_NUMBER or (number[0] == "0" and number[1:2].isdigit()):
            continue
        if _YEAR.fullmatch(number) and not match["percent"] and not prefix and not _is_count(before, after):
            continue
        sign = 0 if joined or not sign_text else 1 if sign_text[0] == "+" else -1
        start = match.start("number") if joined or (sign_text and sign_text[-1] == " ") else start
        sign = 0 if sign_text.endswith(" ") else sign
        decimals = len(number.partition(".")[2])
        yield Figure(
            start, match.end(), text[start : match.end()].strip(), whole_number(number), decimals,
            is_percent=bool(match["percent"]), prefix="" if joined else prefix, sign=sign,
        )  # fmt: skip


def _is_count(before: str, after: str) -> bool:
    """Return whether a number like 2019 is no year: "there were 2019 reports"."""
    return bool(_YEAR_AS_COUNT.search(before)) and bool(re.match(r"\s+[a-z]", after))


def _in_words(text: str) -> Iterator[Figure]:
    for match in AS_WORD.finditer(text):
        word = match["word"].casefold()
        value = Fraction(WORDS.get(word, 0))
        reason = "it is written in words that are not read" if match["more"] else ""
        yield Figure(
            match.start(), match.end(), match[0], value,
            is_percent=bool(match["percent"]), is_word=True, reason=reason if word not in ("no", "none") else "",
        )  # fmt: skip


def _ranged(text: str, figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Return numbers with those marked that are the two ends of a range: "17-32", "between 17 and 32", "17 to 32 a month"."""
    marked = list(figures)
    for place, (first, second) in enumerate(pairwise(figures)):
        if (
            first.is_percent
            or second.is_percent
            or first.reason
            or second.reason
            or first.times
            or second.times
        ):
            continue
        joint, lead = text[first.end : second.start], text[: first.start]
        is_between = (
            bool(re.search(r"\bbetween\s+$", lead, flags=re.IGNORECASE)) and joint.strip().casefold() == "and"
        )
        is_dash = bool(re.fullmatch(r"\s?[-–—]\s?", joint))
        is_ranging = bool(_RANGING.search(lead)) or bool(_MONTHLY.match(text[second.end :]))
        is_to = joint.strip().casefold() == "to" and is_ranging
        if is_between or is_dash or is_to:
            marked[place] = first._replace(range_with=1)
            marked[place + 1] = marked[place + 1]._replace(range_with=-1)
    return tuple(marked)
