"""Which measures a passage is of: where a text names one, a strand, a group of them, or something that the table does not count."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from vulncore.domain.measures import known_measures
from vulncore.domain.strands.strand_list import completed
from vulncore.domain.vocabulary import Measure
from vulncore.domain.words import listed, small_first
from vulncore.findings.overview.overview import Overview
from vulncore.packs.drafts.wordings import (
    LONGEST_ABBREVIATION,
    MOVE,
    counted_nouns,
    draft_words,
    singular,
    unit_nouns,
    wording_pattern,
    words,
)
from vulncore.sources.offences import abbreviations

Option = tuple[str, ...]
"""Keys of measures that are added up."""

GLUE: Final = re.compile(
    r"[\s,/&()'\u2019\"“”–-]*(?:(?:and|or|as well as|plus|the|of|both|offences?|crimes?|reports?|incidents?|cases?)[\s,/&()'\u2019\"“”–-]*)*",
    flags=re.IGNORECASE,
)
"""What stands between measures that are named as one: "rape and other sexual offences", "CSA/CSE"."""
WORD: Final = re.compile(r"[ \u00a0\-–]+([^\W\d_]+)")
THING_OF: Final = re.compile(
    r"\b([^\W\d_]+) (?:for|of|in|on|about|into|from|regarding|concerning|relating to|related to|involving) (?:the |alleged |suspected )?$",
    flags=re.IGNORECASE,
)
NARROWED_BY: Final = re.compile(
    r"(?:[ \u00a0]+(?:cases?|crimes?|offences?|incidents?|reports?|records?))?[ \u00a0]+([^\W\d_]+)"
)
WORD_BEFORE: Final = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)?)[ -]+$")
NAME_WORD: Final = re.compile(r" ([A-Z][a-z]+)")
TOO_COMMON_TO_TELL: Final = frozenset(
    {"other", "crime", "offence", "incident", "report", "at", "risk", "and", "of", "ppn", "serious"}
)


class Wording(NamedTuple):
    """What a wording means: sets of measures of which a number can be (each added up), or why it can be of none (`unknown`)."""

    options: tuple[Option, ...] = ()
    unknown: str = ""


class Mention(NamedTuple):
    """A wording in a text, from one letter to another.

    `is_qualified` is what it and the words after it name, where that is something else: "hate crime victims". `is_part` where the
    word before it makes it a part: "stranger rapes".
    """

    start: int
    end: int
    text: str
    wording: Wording
    is_qualified: str = ""
    is_part: bool = False

    @property
    def measures(self) -> frozenset[str]:
        """All the measures that it can mean."""
        return frozenset(key for option in self.wording.options for key in option)


@dataclass(frozen=True)
class PassageSubject:
    """What a number is of: sets of measures of which it can be, each added up.

    `every` are sets that have to agree with it one by one where their sum does not: "rape and other sexual offences: 0".
    `unknown` says why the table can't check it; `doubt` why the text may speak of something else.
    """

    options: tuple[Option, ...] = ()
    every: tuple[Option, ...] = ()
    unknown: str = ""
    doubt: str = ""

    @property
    def measures(self) -> Option:
        """All its measures, in the order in which they are named."""
        return tuple(dict.fromkeys(key for option in (*self.every, *self.options) for key in option))


@dataclass(frozen=True)
class DraftVocabulary:
    """The wordings of a dataset's measures and of others, as a pattern whose groups are numbered like `wordings`."""

    pattern: re.Pattern[str]
    wordings: tuple[Wording, ...]
    measures: dict[str, Measure]


A_PART: Final = "it is a part of what the table counts"
NO_SUBJECT: Final = PassageSubject(unknown="no measure of the table is named")


def vocabulary(overview: Overview) -> DraftVocabulary:
    """Return the wordings for an overview's measures; where two are alike, a measure's own come first, then its strand's."""
    measures = {measure.key: measure for measure in overview.measures}
    every = dict(_known(overview, measures))
    # "stalking and harassment offences" is a measure that others have: here it means stalking and harassment
    known = {
        text: wording
        for text, wording in every.items()
        if wording.options or not _is_counted_here(text, every)
    }
    ordered = sorted(known, key=lambda text: (-len(text), text))
    groups = [
        f"({wording_pattern(text)})"
        if text not in words("with_capital")
        else f"({text.capitalize()}|{text.upper()})"
        for text in ordered
    ]
    pattern = rf"(?<![^\W_])(?:{'|'.join(groups) or '(?!)'})(?![^\W_])"
    return DraftVocabulary(re.compile(pattern), tuple(known[text] for text in ordered), measures)


def _is_counted_here(text: str, every: Mapping[str, Wording]) -> bool:
    """Return whether a wording that stands for nothing here is one that does with a word like "offences" behind it."""
    parts = text.split()
    while len(parts) > 1 and singular(parts[-1]) in counted_nouns():
        parts.pop()
        if (wording := every.get(" ".join(parts))) and wording.options:
            return True
    return False


def mentions(text: str, vocabulary: DraftVocabulary) -> tuple[Mention, ...]:
    """Return where a text names measures, in order."""
    return tuple(_mentions(text, vocabulary))


def distinctive(measure: Measure, others: Sequence[Measure]) -> frozenset[str]:
    """Return the words that tell a measure from others that it is counted with.

    >>> from vulncore.domain.vocabulary import report_measures
    >>> adults, children = report_measures()[:2]
    >>> distinctive(adults, [children]), distinctive(children, [adults])
    (frozenset({'adult'}), frozenset({'child'}))
    """
    theirs = {word for other in others for word in _name_words(other)}
    return frozenset(_name_words(measure) - theirs - TOO_COMMON_TO_TELL)


def together(group: Sequence[Mention], text: str, vocabulary: DraftVocabulary) -> PassageSubject:
    """Return what a number is of that stands with a group of mentions in a text."""
    distinct = tuple({mention.measures or mention.text: mention for mention in group}.values())
    qualified = [mention.is_qualified for mention in distinct if mention.is_qualified]
    if qualified and len(qualified) == len(distinct):
        return PassageSubject(unknown=f"the table does not count {qualified[0]}")
    distinct = tuple(mention for mention in distinct if not mention.is_qualified)
    usable = [mention for mention in distinct if mention.wording.options]
    if not usable:
        return PassageSubject(unknown=distinct[0].wording.unknown) if distinct else NO_SUBJECT
    if len(usable) == 1:
        return PassageSubject(usable[0].wording.options, doubt=A_PART if usable[0].is_part else "")
    whole = tuple(key for key in vocabulary.measures if any(key in mention.measures for mention in usable))
    sums = (whole,) if _can_be_added(whole, vocabulary) else ()
    if are_one(group, text):
        if len(usable) < len(distinct):
            return PassageSubject(
                unknown=next(mention.wording.unknown for mention in distinct if not mention.wording.options)
            )
        return PassageSubject(sums, every=tuple(mention.wording.options[0] for mention in usable))
    singles = tuple(option for mention in usable for option in mention.wording.options)
    return PassageSubject(tuple(dict.fromkeys((*singles, *sums))))


def are_one(group: Sequence[Mention], text: str) -> bool:
    """Return whether mentions are named in one breath: "rape and other sexual offences"."""
    between = [text[one.end : other.start] for one, other in pairwise(group)]
    return all(GLUE.fullmatch(words_between) for words_between in between)


def _mentions(text: str, vocabulary: DraftVocabulary) -> Iterator[Mention]:
    for match in vocabulary.pattern.finditer(text):
        wording = vocabulary.wordings[(match.lastindex or 1) - 1]
        following = WORD.match(text, match.end())
        after = following[1] if following else ""
        units = {vocabulary.measures[key].unit for option in wording.options for key in option}
        nouns = counted_nouns() | unit_nouns(units)
        is_dashed = following is not None and bool(re.search(r"[-–]", following[0]))
        is_verb = (
            match[0].casefold() in words("with_capital")
            and _starts_sentence(text, match.start())
            and not is_dashed
        )
        if (
            is_verb
            and after
            and singular(after) not in (*nouns, "ha", "is", "was", "remain")
            and not MOVE.fullmatch(after)
        ):
            continue
        qualified = _qualified(match[0], after, nouns) or _of_other(text, match, nouns)
        while qualified and following and (following := NAME_WORD.match(text, following.end())):
            qualified = f"{qualified} {following[1]}"
        before = WORD_BEFORE.search(text, max(match.start() - 30, 0), match.start())
        narrowing = NARROWED_BY.match(text, match.end())
        is_part = (before is not None and before[1].casefold() in words("narrower")) or (
            narrowing is not None and narrowing[1].casefold() in words("narrower_after")
        )
        yield Mention(match.start(), match.end(), match[0], wording, qualified, is_part)


def _qualified(text: str, after: str, nouns: frozenset[str]) -> str:
    """Return what a mention and the word after it name that is no measure: "domestic abuse arrests", "Hate Crime Forum"."""
    if not after or singular(after) in nouns or MOVE.fullmatch(after):
        return ""
    if singular(after) in words("other_things"):
        return f"{text} {after}"
    is_title = all(word[0].isupper() for word in re.findall(r"[^\W_]{4,}", text)) and text[0].isupper()
    return f"{text} {after}" if is_title and after[0].isupper() and not after.isupper() else ""


def _of_other(text: str, match: re.Match[str], nouns: frozenset[str]) -> str:
    """Return what the words before a mention make of it that is no measure: "arrests for hate crime", "victims of rape"."""
    before = THING_OF.search(text, max(match.start() - 60, 0), match.start())
    if before is None or singular(before[1]) not in words("other_things") or singular(before[1]) in nouns:
        return ""
    return small_first(f"{before[1]}{text[before.end(1) : match.end()]}")


def _starts_sentence(text: str, at: int) -> bool:
    return not re.search(r"[^\W_]", re.split(r"[.!?:]\s", text[:at])[-1])


def _known(overview: Overview, measures: dict[str, Measure]) -> Iterator[tuple[str, Wording]]:
    """Yield wordings with what they mean, the weakest first: later ones take the place of those that are alike."""
    yield from _not_there(overview, measures)
    yield from _in_prose(measures)
    yield from _of_strands(overview, measures)
    for measure in reversed(overview.measures):
        yield from ((text, Wording(((measure.key,),))) for text in _own_wordings(measure))


def _not_there(overview: Overview, measures: dict[str, Measure]) -> Iterator[tuple[str, Wording]]:
    """Yield wordings of what the table does not count: other measures, parts of its own, views across strands."""
    for measure in known_measures():
        if measure.key not in measures:
            yield from ((text, _missing(small_first(measure.name))) for text in _own_wordings(measure))
    for text, keys in draft_words()["part"].items():
        if keys[0] in measures:
            yield (
                text,
                Wording(unknown=f"the table counts {small_first(measures[keys[0]].name)}, not {text} alone"),
            )
        else:
            yield text, _missing(text)
    for view in overview.publish.strand_list.views:
        name = small_first(view.name)
        yield (
            _plain(view.name),
            Wording(unknown=f"the table has no row for {name}: a record can be in several measures"),
        )


def _in_prose(measures: dict[str, Measure]) -> Iterator[tuple[str, Wording]]:
    """Yield abbreviations and wordings that are no names: of one measure, and of several that are added up."""
    for key, texts in (*abbreviations()["meaning"].items(), *draft_words()["meaning"].items()):
        for text in texts:
            if text not in words("not_in_prose"):
                is_short = len(text) < LONGEST_ABBREVIATION and " " not in text
                yield (
                    text.upper() if is_short else text,
                    Wording(((key,),)) if key in measures else _missing(text),
                )
    for text, keys in draft_words()["several"].items():
        yield text, _added_up(tuple(keys), measures) if measures.keys() >= set(keys) else _missing(text)


def _of_strands(overview: Overview, measures: dict[str, Measure]) -> Iterator[tuple[str, Wording]]:
    """Yield the names of strands and of groups, with their measures added up."""
    for strand in completed(overview.publish.strand_list, overview.measures).strands:
        within = tuple(measure.key for measure in overview.measures if measure.strand == strand.key)
        for name in (strand.name, strand.label) if within else ():
            wording = _added_up(within, measures)
            alone = next(_meant_alone(name, within), None) if len(within) > 1 else None
            yield _plain(name), Wording(((alone,), *wording.options)) if alone else wording
    for group in dict.fromkeys(measure.group for measure in overview.measures if measure.group):
        within = tuple(measure.key for measure in overview.measures if measure.group == group)
        yield _plain(group), _added_up(within, measures)


def _missing(what: str) -> Wording:
    return Wording(unknown=f"the table has no measure of {what}")


def _meant_alone(text: str, within: Option) -> Iterator[str]:
    """Yield the measures of a strand that the strand's own name is also short for: "domestic abuse" for its crimes."""
    short = abbreviations()["meaning"]
    return (key for key in within if text.casefold() in short.get(key, ()))


def _added_up(keys: Option, measures: dict[str, Measure]) -> Wording:
    """Return measures as one wording: added up where they count the same kind of thing, else one by one."""
    if len({measures[key].unit for key in keys}) == 1:
        return Wording((keys,))
    kinds = listed([small_first(measures[key].name) for key in keys])
    return Wording(unknown=f"the table has {kinds}, which do not add up to one number")


def _can_be_added(keys: Option, vocabulary: DraftVocabulary) -> bool:
    return len({vocabulary.measures[key].unit for key in keys}) == 1


def _own_wordings(measure: Measure) -> Iterator[str]:
    for text in (measure.name, measure.label, measure.key.replace("-", " ")):
        for form in (text, re.sub(r"\s*\([^)]*\)", "", text)):
            plain = _plain(form)
            if plain and plain.casefold() not in words("too_common"):
                yield plain


def _plain(text: str) -> str:
    """Return a wording by which alike ones are known: an abbreviation in capitals, anything else in small letters."""
    tokens: list[str] = re.findall(r"&|[^\W_]+(?:'[^\W_]+)?", text)
    if len(tokens) == 1 and tokens[0].isupper() and len(tokens[0]) <= LONGEST_ABBREVIATION:
        return tokens[0]
    joined = " ".join(tokens)
    return joined.casefold().replace("&", "and")


def _name_words(measure: Measure) -> set[str]:
    return {singular(word) for word in re.findall(r"[^\W\d_]+", f"{measure.name} {measure.label}")}
