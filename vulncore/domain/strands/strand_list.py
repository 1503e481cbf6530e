"""A list of strands and of views across them: the one that ships, and what a list makes of a dataset's measures."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from vulncore.domain.errors import UnknownNameError
from vulncore.domain.vocabulary import Measure, Strand, reference_rows
from vulncore.domain.words import capital_first


@dataclass(frozen=True)
class CrossView:
    """A view across strands: measures that are looked at together, each record once. `was` are keys that mean it since."""

    key: str
    name: str
    measures: tuple[str, ...]
    about: str = ""
    was: tuple[str, ...] = ()


@dataclass(frozen=True)
class StrandList:
    """The strands of a dataset in their order, its views across them, and names of measures that are not their own: pairs of key and name."""

    strands: tuple[Strand, ...]
    views: tuple[CrossView, ...] = ()
    measure_names: tuple[tuple[str, str], ...] = ()


@cache
def shipped_list() -> StrandList:
    """Return the report's eleven strands, and the views across them that ship.

    Source:
        City of London Police vulnerability report 2024, paragraph 1, for the strands. It speaks of violence against women and
        girls (paragraphs 12 to 16) and lists no measures of it: these follow what HM Government, Tackling violence against women
        and girls strategy (2021), covers by that name.

    Misleads when:
        violence against women and girls is read as a number of women and girls: the data don't state the sex of victims.

    >>> len(shipped_list().strands), [view.key for view in shipped_list().views]
    (11, ['vawg'])
    """
    rows = reference_rows("strands.toml")
    return StrandList(
        strands=tuple(Strand(**row) for row in rows["strand"]),
        views=tuple(CrossView(**{**row, "measures": tuple(row["measures"])}) for row in rows["view"]),
    )


def arranged(listed: StrandList, measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """Return measures with the strand and the name that a list gives them, in the order that they have.

    A measure is in the strand that names it; else in its own, or in that which was its own; a view across strands is no strand of
    its measures. Nothing is counted otherwise.

    >>> from vulncore.domain.vocabulary import report_measures
    >>> merged = Strand("safeguarding", "Safeguarding", "Safeguarding", was=("adults-at-risk", "child-protection"))
    >>> [measure.strand for measure in arranged(StrandList((merged,)), report_measures()[:3])]
    ['safeguarding', 'safeguarding', 'domestic-abuse']
    """
    named = {measure: strand.key for strand in listed.strands for measure in strand.measures}
    names, views = dict(listed.measure_names), {view.key for view in listed.views}
    return tuple(
        replace(
            measure,
            strand="" if strand in views else strand,
            name=names.get(measure.key, measure.name),
        )
        for measure in measures
        for strand in [named.get(measure.key) or key_now(listed, measure.strand)]
    )


def completed(listed: StrandList, measures: Iterable[Measure]) -> StrandList:
    """Return a list with every strand that measures are in: those that it lacks come last, named after their keys.

    A force's mapping can name a strand before its list does; its measures are then not lost.

    >>> from vulncore.domain.vocabulary import report_measures
    >>> completed(StrandList(()), report_measures()[:1]).strands[0].name
    'Adults at risk'
    """
    there = {strand.key for strand in listed.strands}
    lacking = dict.fromkeys(
        measure.strand for measure in arranged(listed, measures) if measure.strand not in ("", *there)
    )
    added = (Strand(key, _name_of_key(key), _name_of_key(key)) for key in lacking)
    return replace(listed, strands=(*listed.strands, *added))


def spelt_out(listed: StrandList, measures: Iterable[Measure]) -> StrandList:
    """Return a list of which each strand names all its measures, and every strand of them is there.

    Two lists that come to the same for these measures are the same spelt out.
    """
    measures = tuple(measures)
    whole, sorted_in = completed(listed, measures), arranged(listed, measures)
    here = {measure.key for measure in sorted_in}
    names = {measure.key: measure.name for measure in measures}
    strands = tuple(
        replace(
            strand,
            measures=(
                *(measure.key for measure in sorted_in if measure.strand == strand.key),
                *sorted(key for key in strand.measures if key not in here),
            ),
        )
        for strand in whole.strands
    )
    renamed = sorted((key, name) for key, name in whole.measure_names if names.get(key) != name)
    return replace(whole, strands=strands, measure_names=tuple(renamed))


def key_now(listed: StrandList, key: str) -> str:
    """Return the key that a strand or a view has now; a key that no list had is returned unchanged.

    >>> key_now(StrandList((Strand("modern", "Modern", "Modern", was=("old",)),)), "old")
    'modern'
    """
    every = entries(listed)
    if any(one.key == key for one in every):
        return key
    return next((one.key for one in every if key in one.was), key)


def name_of(listed: StrandList, key: str) -> str:
    """Return what a strand or a view is called; a key that the list lacks is made words.

    >>> name_of(shipped_list(), "vawg"), name_of(shipped_list(), "elder-abuse"), name_of(shipped_list(), "")
    ('Violence against women and girls', 'Elder abuse', '')
    """
    key = key_now(listed, key)
    return next((one.name for one in entries(listed) if one.key == key), _name_of_key(key))


def find_in_list(listed: StrandList, name: str) -> Strand | CrossView:
    """Return the strand or the view with a key, a former key, a name or a label, in any letter case.

    Raises:
        UnknownNameError: None has it; the message lists what there is.

    >>> find_in_list(shipped_list(), "Hate Crime").key
    'hate-crime'
    """
    wanted = name.strip().casefold()
    every = entries(listed)
    for one in every:
        label = one.label if isinstance(one, Strand) else one.name
        if wanted in (one.key, one.name.casefold(), label.casefold(), *one.was):
            return one
    keys = ", ".join(one.key for one in every)
    raise UnknownNameError(
        f"No strand is called '{name[:60]}'. There are {len(every)} strands and views: {keys}."
    )


def entries(listed: StrandList) -> tuple[Strand | CrossView, ...]:
    """Return the strands of a list, then its views: all that has a key."""
    return (*listed.strands, *listed.views)


def _name_of_key(key: str) -> str:
    return capital_first(key.replace("-", " "))
