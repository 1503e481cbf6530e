"""The numbers of a sentence, with what they seem to say: a count, a change, a per cent, and in which direction."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from vulncore.packs.drafts.numbers import IN_WORDS, NUMBER, Figure, figures_of
from vulncore.packs.drafts.periods import PeriodMention
from vulncore.packs.drafts.subjects import A_PART, Mention
from vulncore.packs.drafts.wordings import (
    COMPARED_WORDS,
    DOWN,
    MOVE,
    NOT_PHRASAL,
    UP,
    counted_nouns,
    singular,
    unit_nouns_of_all,
    words,
)

A_TIME: Final = "it is a length of time"
A_SHARE: Final = "it is a share, and the table has no shares"
A_RATE: Final = "it is a rate, and the table has no rates"
A_RANGE: Final = "it is a range, and the table has no ranges"
A_FORECAST: Final = "it is a forecast or a target, and the table has what was recorded"
NOT_WHOLE: Final = "the table counts in whole numbers"
OF_OTHERS: Final = "it is about other forces"
IN_POINTS: Final = "it is in percentage points, which the table does not have"
NARROWED: Final = "the words after it may narrow it down to a part of what the table counts"
OF_WHAT: Final = "the text does not say what it is a per cent of"


class ClaimRole(StrEnum):
    """What a number says of a measure."""

    COUNT = "count"
    CURRENT = "current"
    EARLIER = "earlier"
    CHANGE = "change"
    PERCENT = "percent"
    LOWEST_MONTH = "lowest month"
    HIGHEST_MONTH = "highest month"
    MEAN_MONTH = "mean of months"


class Bound(StrEnum):
    """How exactly a number is meant."""

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True)
class NumberClaim:
    """A number of a sentence, from one letter to another.

    `roles` are what it can say; `direction` is 1 for a rise, -1 for a fall, None where no word tells. `noun` is the word for
    what it counts, in the singular, "" where there is none, and `noun_words` that word with those after it. `doubt` is why a
    number that is not the table's may be of something else, "" where it can't. `times` is true of words like "doubled", whose value is a change in per cent.
    `reason` says why no table could check it, "" where one can.
    """

    start: int
    end: int
    written: str
    value: Fraction
    decimals: int
    roles: frozenset[ClaimRole]
    direction: int | None = None
    bound: Bound = Bound.EXACT
    noun: str = ""
    noun_words: str = ""
    doubt: str = ""
    times: bool = False
    reason: str = ""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, flags=re.IGNORECASE)


# what stands right before a number

FILLER: Final = _pattern(
    r"(?:(?:\ba|\ban|\bthe|\bonly|\bjust|\bfurther|\banother|\bexactly|\bwell|\btotal of|"
    r"\b(?P<about>around|about|approximately|approx\.?|roughly|circa|c\.|some)|"
    r"\b(?P<over>over|more than|at least|above|in excess of|greater than|upwards of|as many as)|"
    r"\b(?P<under>under|nearly|almost|less than|fewer than|below|at most|(?<!went )(?<!gone )(?<!going )up to|close to|as few as))\s+)+$"
)
"""Words that say how exactly a number is meant, and such as say nothing."""
COMPARED: Final = _pattern(rf"(?:{COMPARED_WORDS}|\bthan)$")
MOVE_OF: Final = _pattern(
    rf"\b(?:{UP}|{DOWN}|change|difference)(?:\s+in\s+(?P<object>[^,;.()\d]{{1,60}}?))?\s+of$"
)
UP_DOWN: Final = _pattern(rf"\b(?:{NOT_PHRASAL}up|down)(?:\s+by)?$")
"""The words of "up 12", "down by 9 %"."""
ARROW: Final = r"\bto\b|→|->|⇒"
PLACED: Final = _pattern(
    r"\b(?:from|to|by|than|with|of|at|up|down|total(?:led|ling)?)\s+(?:only\s+|just\s+)?$"
)
PEAK: Final = _pattern(
    r"\b(?:peak(?:s|ed|ing)?|high|highest|maximum|max|up to|as many as|at most)\b[^,;.\d]{0,20}$"
)
TROUGH: Final = _pattern(r"\b(?:low|lowest|minimum|min|as few as|at least)\b[^,;.\d]{0,20}$")
MONTHLY_MEAN: Final = _pattern(r"\b(?:monthly (?:average|mean)|average (?:monthly|month))\b[^,;.\d]{0,40}$")
MONTHLY_RANGE: Final = _pattern(r"\bmonthly\b[^,;.\d]{0,60}$")
PART_BEFORE: Final = _pattern(
    r"\b(?:of\s+(?:which|whom|these|those|them)|including|includes?|included|comprising|among\s+(?:these|them|those)|namely|sample(?: size)?(?: of)?)\b[^;.\d]{0,25}$"
)
OF_THE: Final = _pattern(r"\W*(?:out\s+)?of\s+(?:the|these|those|all)\b")

# what stands right after it

A_MONTH: Final = _pattern(
    r"(?:\s+[a-z-]+){0,5}?\s+(?:(?:a|per|each|every)\s+(?:calendar\s+)?month\b|monthly\b)"
)
THEN_MOVE: Final = _pattern(
    rf"\s*(?:\([^()]{{0,30}}\)\s*)?(?:(?!(?:to|from|and|in|of|on|by|with|this|last)\b)[\w-]+\s+){{0,3}}?(?:(?P<up>{UP})|(?P<down>{DOWN}))\b"
)
"""A noun or verb of change: "5% (n107) increase", "a 9% year-on-year fall"."""
THEN_MORE: Final = _pattern(
    r"\s+(?:[a-z]+\s+)?(?:(?P<up>more|additional|extra|higher|greater|above)|(?P<down>fewer|less|lower|below))\b(?!\s+than\s+\d)"
)
THEN_OBJECT: Final = _pattern(
    rf"\s*(?:\([^()]{{0,30}}\)\s*)?(?:[\w-]+\s+){{0,3}}?(?:{UP}|{DOWN}|change)\s+(?:in|of)\s+(?P<object>[^,;.()\d]{{1,60}})"
)
THEN_TO: Final = _pattern(
    rf"[^;.()]{{0,60}}?(?:{ARROW})\s+(?:the\s+|only\s+|just\s+)?(?:{NUMBER}|{IN_WORDS}|none)\b"
)
THEN_RATE: Final = _pattern(
    r"(?:\s+[a-z-]+){0,3}?\s+(?:a|per|each|every)\s+"
    r"(?:day|week|fortnight|quarter|year|annum|night|shift|hour|officer|head|person|resident|population|1,000|10,000|100,000|capita)\b"
)
THEN_TIME: Final = _pattern(
    r"[\s-]+(?:full|whole|calendar|financial|consecutive|working|further|or more|more)?[\s-]*"
    r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|months?|years?|decades?)\b"
)
TO_PERIOD: Final = _pattern(r"\s*(?:in|during|over|for)?\s*(?:the)?\s*")
THEN_PART: Final = _pattern(
    r"\s+(?:of\s+(?:\d|(?:the|these|those|them|which|whom|our|all|its|their)\b)|out\s+of\b)"
)
WORD_AFTER: Final = re.compile(r"[\s\-–]*([^\W\d_]+)")
NEXT_WORD: Final = re.compile(r"(?:[ \u00a0]+|-(?=\w))?([^\W\d_]+)")

# what a clause says of all numbers in it

WHAT_MOVED: Final = _pattern(
    r"\b([^\W\d_]+)\s+(?:(?:have|has|had|also|were|was|are|is)\s+|[a-z]+ly\s+){0,3}"
    r"(?:rose|risen|fell|fallen|grew|grown|increased|decreased|dropped|declined|reduced|climbed|jumped|went|stands?|stood)\b"
)
"""What a verb of change says that it is of: the calls of "calls rose by 5%"."""
RIGHT_BEFORE: Final = _pattern(r"\b([^\W\d_]+)\s*[=:–-]?\s*$")
LABEL: Final = _pattern(r"(?:^|[;.]\s)\W*([^:;=.,()\d]{2,60}?)\s*(?::|=|\s[-–])\s*$")
CHANGE_WORD: Final = _pattern(r"\b(?:chang(?:e|es|ed)|difference|variation|movement)\b")
CLAUSE_END: Final = _pattern(r"[;:]|,?\s\b(?:and|but|while|whilst|whereas|although|however|though)\b")
EXPECTED: Final = _pattern(
    r"\b(?:forecast(?:s|ed)?|predict(?:s|ed|ions?)?|expect(?:s|ed)?|project(?:ed|ions?)|target(?:s|ed)?|aims?|goal|"
    r"anticipat(?:e|es|ed)|estimat(?:e|es|ed)|would|could|will|ambition)\b"
)
ELSEWHERE: Final = _pattern(
    r"\b(?:nationally|national (?:average|figures?|increase|decrease|rise|fall|trend|picture|level|rate)|england and wales|"
    r"across (?:england|wales|london)|the uk|the country|the met|mps|btp|other forces|similar forces|neighbouring|london-wide)\b"
)
SPAN_OF_TIME: Final = _pattern(r"\b(?:years?|months?|weeks?|days?|quarters?)$")

LETTERS_BEFORE: Final = (
    160  # of a sentence that tell what a number is: the longest phrase that is looked for has 60
)
_MONTHLY_ROLES: Final = {1: ClaimRole.LOWEST_MONTH, -1: ClaimRole.HIGHEST_MONTH}


class _Passage(NamedTuple):
    """A sentence, with the measures and the periods that it names."""

    text: str
    mentions: tuple[Mention, ...]
    periods: tuple[PeriodMention, ...]


class _Around(NamedTuple):
    """What stands around a number: the words before it, those without "only the" and its like, all after it, the number before it."""

    lead: str
    stem: str
    rest: str
    filler: re.Match[str] | None
    before: Figure | None
    stem_end: int

    @property
    def bound(self) -> Bound:
        named = self.filler.groupdict() if self.filler else {}
        return next(
            (bound for bound in (Bound.ABOUT, Bound.OVER, Bound.UNDER) if named.get(bound.value)), Bound.EXACT
        )


def sentence_claims(
    text: str, mentions: Sequence[Mention], periods: Sequence[PeriodMention]
) -> tuple[NumberClaim, ...]:
    """Return the numbers of a sentence in order; those that are names, dates or numbering are left out."""
    passage = _Passage(text, tuple(mentions), tuple(periods))
    # the number of "the next four years" is one that states an amount
    taken = [(one.start, one.end) for one in periods if not (one.unknown and SPAN_OF_TIME.search(one.text))]
    figures = figures_of(text, taken)
    claims = []
    for place, figure in enumerate(figures):
        lead = text[max(figure.start - LETTERS_BEFORE, 0) : figure.start]
        filler = FILLER.search(lead)
        stem = (lead[: filler.start()] if filler else lead).rstrip()
        around = _Around(
            lead,
            stem,
            text[figure.end :],
            filler,
            figures[place - 1] if place else None,
            figure.start - len(lead) + len(stem),
        )
        after = figures[place + 1] if place + 1 < len(figures) else None
        claim = _claim(passage, figure, around, after)
        claims += [claim] if claim else []
    return tuple(claims)


def _claim(passage: _Passage, figure: Figure, around: _Around, after: Figure | None) -> NumberClaim | None:
    """Return what a number says; None where it is a word that counts nothing: "one of the"."""
    roles = frozenset({ClaimRole.PERCENT if figure.is_percent or figure.times else ClaimRole.COUNT})
    plain = NumberClaim(
        figure.start, figure.end, figure.written, figure.value, figure.decimals, roles, bound=around.bound
    )
    if figure.reason:
        return replace(plain, reason=figure.reason)
    if figure.times:
        bound = Bound.OVER if figure.times_over > 0 else Bound.UNDER if figure.times_over < 0 else Bound.ABOUT
        return replace(plain, direction=1 if figure.value > 0 else -1, bound=bound, times=True)
    if figure.is_percent:
        claim = next(_percents(passage, plain, figure, around))
        noun, noun_words = _thing_before(passage, figure, has_label=not passage.mentions)
        return replace(claim, noun=noun, noun_words=noun_words)
    return _count(passage, plain, figure, around, after)


def _count(
    passage: _Passage, plain: NumberClaim, figure: Figure, around: _Around, after: Figure | None
) -> NumberClaim | None:
    text = passage.text
    role = _month_role(text, figure, around, after)
    if role is None and (reason := _reason_of_form(figure, around)):
        return replace(plain, reason=reason)
    noun, noun_words, is_counted, is_narrowed = _head(passage, figure.end)
    in_period = any(
        TO_PERIOD.fullmatch(text, figure.end, one.start) for one in passage.periods if one.start > figure.end
    )
    is_stated = is_counted or in_period or PLACED.search(around.lead) or THEN_MORE.match(around.rest)
    if figure.is_word and not is_stated and (figure.value < 2 or not noun):
        return None  # "no doubt", "one of the"
    if role is not None:
        bound = around.bound if role is ClaimRole.MEAN_MONTH else Bound.EXACT
        return replace(plain, roles=frozenset({role}), bound=bound, noun=noun, noun_words=noun_words)
    if figure.decimals:
        return replace(plain, reason=NOT_WHOLE)
    if not noun and not is_counted:
        noun, noun_words = _thing_before(passage, figure, has_label=True)
    claim = replace(plain, noun=noun, noun_words=noun_words, doubt=NARROWED if is_narrowed else "")
    is_part = (
        THEN_PART.match(around.rest)
        or PART_BEFORE.search(around.lead)
        or (OF_THE.match(text) and around.before is not None)
    )
    if reason := A_PART if is_part else _reason_of_clause(text, figure):
        return replace(claim, reason=reason)
    return next(_counts(passage, claim, figure, around), claim)


def _reason_of_form(figure: Figure, around: _Around) -> str:
    """Return why a number can't be checked, where the words right after it tell."""
    if THEN_TIME.match(around.rest) and not figure.prefix:
        return A_TIME
    return A_RANGE if figure.range_with else A_RATE if THEN_RATE.match(around.rest) else ""


def _reason_of_clause(text: str, figure: Figure) -> str:
    """Return why a number can't be checked, where the clause that it stands in tells."""
    start, end = _clause(text, figure)
    if EXPECTED.search(text[start : figure.start]):
        return A_FORECAST
    return OF_OTHERS if ELSEWHERE.search(text[start:end]) else ""


def _counts(passage: _Passage, claim: NumberClaim, figure: Figure, around: _Around) -> Iterator[NumberClaim]:
    """Yield what a number can be that is no per cent, by the words around it, what they say most plainly first."""
    text, stem, rest, before = passage.text, around.stem, around.rest, around.before
    direction = _direction(text, figure)
    earlier = replace(claim, roles=frozenset({ClaimRole.EARLIER}))
    changed = replace(claim, roles=frozenset({ClaimRole.CHANGE}))
    if figure.sign:
        yield replace(changed, direction=figure.sign)
    if COMPARED.search(stem) or _is_more_than(text, around):
        yield replace(earlier, bound=Bound.EXACT)
    if match := UP_DOWN.search(stem) or MOVE_OF.search(stem):
        yield _with_object(passage, replace(changed, direction=_way_in(match[0])), match)
    if stem.casefold().endswith(" by") and direction is not None:
        yield replace(changed, direction=direction)
    if match := THEN_MORE.match(rest):
        yield replace(changed, direction=_way(match))
    if (match := THEN_MOVE.match(rest)) and not claim.noun and rest[:1] != "," and _is_noun_of_change(match):
        yield replace(changed, direction=_way(match))
    is_from = stem.casefold().endswith("from")
    if THEN_TO.match(rest) and (is_from or re.match(rf"\s*(?:{ARROW})", rest, flags=re.IGNORECASE)):
        yield earlier
    if figure.prefix or stem.endswith("("):
        also = {ClaimRole.EARLIER} if _follows_count(text, figure, before) else set()
        yield replace(
            changed, roles=frozenset({ClaimRole.COUNT, ClaimRole.CHANGE, *also}), direction=direction
        )
    if is_from and direction is not None:
        yield earlier
    if re.search(rf"(?:{ARROW})$", stem, flags=re.IGNORECASE) and (
        direction is not None or before is not None
    ):
        yield replace(claim, roles=frozenset({ClaimRole.CURRENT}), direction=direction)


def _percents(
    passage: _Passage, claim: NumberClaim, figure: Figure, around: _Around
) -> Iterator[NumberClaim]:
    """Yield what a per cent can be, by the words around it, what they say most plainly first."""
    text, stem, rest = passage.text, around.stem, around.rest
    if re.match(r"\s+points?\b", rest):
        yield replace(claim, reason=IN_POINTS)
    if reason := _reason_of_clause(text, figure):
        yield replace(claim, reason=reason)
    if figure.sign:
        yield replace(claim, direction=figure.sign)
    if match := UP_DOWN.search(stem) or MOVE_OF.search(stem):
        yield _with_object(passage, replace(claim, direction=_way_in(match[0])), match)
    if (match := THEN_MOVE.match(rest)) and _is_noun_of_change(match):
        moved = replace(claim, direction=_way(match))
        of = THEN_OBJECT.match(rest)
        yield _with_object(passage, moved, of, figure.end) if of else moved
    if match := THEN_MORE.match(rest):
        yield replace(claim, direction=_way(match))
    if re.match(r"\s+of\b", rest):
        yield replace(claim, reason=A_SHARE)
    direction = _direction(text, figure)
    follows_pair = re.search(rf"{NUMBER}\s*(?:{ARROW})\s*{NUMBER}[^\d;.]{{0,20}}$", around.lead)
    if direction is not None or CHANGE_WORD.search(text) or follows_pair:
        yield replace(claim, direction=direction)
    if (
        stem.endswith("(")
        and around.before
        and not around.before.is_percent
        and not re.match(r"\)\s+\w", rest)
    ):
        yield replace(claim, doubt=OF_WHAT)  # "187 (43%)": mostly the change
    yield replace(claim, reason=OF_WHAT)


def _with_object(passage: _Passage, claim: NumberClaim, match: re.Match[str], offset: int = 0) -> NumberClaim:
    """Return a change as not checkable where it is in something that is no measure: "an increase in arrests of 5%"."""
    of = match.groupdict().get("object") or ""
    at = match.start("object") + offset if of else 0
    if not of or any(at <= mention.start < at + len(of) for mention in passage.mentions):
        return claim
    plain = [word.casefold() for word in re.findall(r"[^\W\d_]+", of)]
    first = next((word for word in plain if word not in words("before_object")), "")
    known = words("objects") | counted_nouns() | words("function")
    return (
        claim
        if not first or {first, singular(first)} & known
        else replace(claim, reason=f"it is a change in {first}")
    )


def _is_noun_of_change(match: re.Match[str]) -> bool:
    """Return whether the word of change after a number is a noun: a verb belongs to what follows, as in "187, up 43%"."""
    word = (match["up"] or match["down"]).casefold()
    is_verb = word in ("up", "down", "rose", "fell", "grew", "risen", "fallen") or word.endswith(
        ("ed", "ing")
    )
    return not is_verb and "," not in match[0]


def _is_more_than(text: str, around: _Around) -> bool:
    """Return whether a number is what another one is compared with: the second of "12 more than the 105"."""
    more_than = around.filler and re.match(
        r"(?:more|fewer|less|greater)\s+than", around.filler[0], flags=re.IGNORECASE
    )
    return bool(more_than and around.before and not text[around.before.end : around.stem_end].strip(" )"))


def _follows_count(text: str, figure: Figure, before: Figure | None) -> bool:
    """Return whether a number stands in brackets behind another count: "187 hate crimes (131)"."""
    if before is None or before.is_percent:
        return False
    return not re.search(r"[,;:.]", text[before.end : figure.start])


def _month_role(text: str, figure: Figure, around: _Around, after: Figure | None) -> ClaimRole | None:
    """Return what a number says of single months: the lowest, the highest, or their mean; None where it speaks of none."""
    if figure.range_with:
        last = after.end if figure.range_with > 0 and after else figure.end
        first = around.before.start if figure.range_with < 0 and around.before else figure.start
        is_monthly = A_MONTH.match(text[last:]) or MONTHLY_RANGE.search(
            text[max(first - LETTERS_BEFORE, 0) : first]
        )
        return _MONTHLY_ROLES[figure.range_with] if is_monthly else None
    if not (A_MONTH.match(around.rest) or MONTHLY_MEAN.search(around.lead)):
        return None
    if PEAK.search(around.lead):
        return ClaimRole.HIGHEST_MONTH
    return ClaimRole.LOWEST_MONTH if TROUGH.search(around.lead) else ClaimRole.MEAN_MONTH


def _head(passage: _Passage, at: int) -> tuple[str, str, bool, bool]:
    """Return what a number counts, by the words after it.

    These are the noun in the singular and with the words after it, "" where there is none; whether this noun or a measure is named; and
    whether further words may narrow it down to a part.
    """
    text, noun, named = passage.text, "", False
    while True:
        while at < len(text) and text[at] in " \u00a0-–\u2019'\"“”":
            at += 1
        if mention := next((one for one in passage.mentions if one.start == at), None):
            if mention.is_qualified:
                return mention.is_qualified.rpartition(" ")[2], mention.is_qualified, False, False
            at, named = mention.end, True
            continue
        match = WORD_AFTER.match(text, at)
        in_period = any(period.start <= at < period.end for period in passage.periods)
        if in_period or not match or match.start(1) != at:
            return noun, noun, named, False
        word = match[1].casefold()
        stem = singular(word)
        is_grammar = bool(MOVE.fullmatch(word)) or word in words("function")
        if is_grammar or ((noun or named) and stem not in counted_nouns()):
            return noun, noun, named, _narrows(text, word, match.end(), has_noun=bool(noun or named))
        if not noun and stem in words("adjectives"):
            at = match.end()
        elif stem in counted_nouns():
            noun, named, at = stem, True, match.end()
        elif word.endswith("ed") and not _is_before_noun(text, match.end()):
            return noun, noun, named, True  # "50 investigated"
        else:
            # it may still be the unit of the measure, like notices
            following = WORD_AFTER.match(text, match.end())
            is_narrowed = following is not None and _narrows(
                text, following[1].casefold(), following.end(), has_noun=True
            )
            return stem, _phrase(text, at), named, is_narrowed


def _is_before_noun(text: str, at: int) -> bool:
    """Return whether a word that is no word of grammar comes next, right after a space: the areas of "identified areas"."""
    match = NEXT_WORD.match(text, at)
    return match is not None and match[1].casefold() not in words("function") | words("recording") | words(
        "narrowing"
    )


def _thing_before(passage: _Passage, figure: Figure, *, has_label: bool) -> tuple[str, str]:
    """Return what the words before a number say that it is of, where that is no measure: the noun, and all its words.

    It is what a verb says that it is of ("calls rose by 5%"), the word right before it ("referrals 6"), or its label ("Orders: 3").
    """
    text = passage.text
    start, _ = _clause(text, figure)
    lead = text[: figure.start]
    for match in (WHAT_MOVED.search(text, start, figure.start), RIGHT_BEFORE.search(lead)):
        is_measure = match and any(one.start <= match.start(1) < one.end for one in passage.mentions)
        noun = singular(match[1]) if match and not is_measure else ""
        if match and noun in words("other_things") | unit_nouns_of_all():
            return noun, match[1].casefold()
    label = LABEL.search(lead) if has_label else None
    if label is None or any(one.start < label.end() and one.end > label.start() for one in passage.mentions):
        return "", ""
    plain = label[1]
    for period in passage.periods:
        plain = plain.replace(period.text, " ")
    said_by_all = words("function") | words("objects") | words("labels") | counted_nouns()
    own_words = [
        word
        for word in re.findall(r"[^\W\d_]+", plain)
        if not {word.casefold(), singular(word)} & said_by_all
    ]
    return (singular(own_words[-1]), label[1].strip()) if own_words else ("", "")


def _phrase(text: str, at: int) -> str:
    """Return the words that a number counts: up to three, none of them a word of grammar."""
    phrase: list[str] = []
    while (match := NEXT_WORD.match(text, at)) and len(phrase) < 3:
        if phrase and match[1].casefold() in words("function") | words("recording"):
            break
        phrase.append(match[1])
        at = match.end()
    return " ".join(phrase)


def _narrows(text: str, word: str, at: int, *, has_noun: bool) -> bool:
    """Return whether words after a count may make it a part of what is counted: "27 rapes involving strangers", "50 were charged"."""
    if word in ("was", "were", "is", "are", "have", "has", "had"):
        match = WORD_AFTER.match(text, at)
        return match is not None and match[1].casefold() not in words("recording")
    is_plain = word in words("function") or word in words("recording") or MOVE.fullmatch(word)
    return word in words("narrowing") or (has_noun and not is_plain)


def _clause(text: str, figure: Figure) -> tuple[int, int]:
    """Return where the clause of a number begins and ends."""
    start = max((match.end() for match in CLAUSE_END.finditer(text[: figure.start])), default=0)
    ends = CLAUSE_END.search(text, figure.end)
    return start, ends.start() if ends else len(text)


def _direction(text: str, figure: Figure) -> int | None:
    """Return the direction that a number's clause names: that of the word nearest before it, else nearest after it."""
    start, end = _clause(text, figure)
    before = list(MOVE.finditer(text, start, figure.start))
    if before:
        return _way(before[-1])
    after = MOVE.search(text, figure.end, end)
    if after and not re.search(r"\d", text[figure.end : after.start()]):
        return _way(after)
    # "rape has risen, and from 15 to 27": the verb stands in the clause before
    earlier = list(MOVE.finditer(text, 0, start))
    if earlier and re.search(r"\b(?:from|to|by)\s+$", text[: figure.start]):
        return _way(earlier[-1])
    ways = {_way(match) for match in MOVE.finditer(text)}
    return ways.pop() if figure.is_percent and len(ways) == 1 else None


def _way(match: re.Match[str]) -> int:
    return 1 if match["up"] else -1


def _way_in(text: str) -> int | None:
    match = MOVE.search(text)
    return _way(match) if match else None
