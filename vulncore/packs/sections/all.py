"""Which sections a recipe asks for, in its order; one that can't be in the pack is left out, and why is said."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from vulncore.domain.errors import VulncoreError
from vulncore.packs.part import PackPart
from vulncore.packs.recipe import PackSection, Show
from vulncore.packs.sections.basis import PackBasis
from vulncore.packs.sections.checks import checks_part
from vulncore.packs.sections.forecast import forecast_part
from vulncore.packs.sections.overview import change_parts, measure_parts, table_part
from vulncore.packs.sections.resourcing import resourcing_part
from vulncore.packs.sections.since import since_part
from vulncore.packs.sections.strand import strand_parts
from vulncore.packs.sections.when import when_part
from vulncore.packs.sections.where import where_part


def pack_parts(
    basis: PackBasis,
    sections: Sequence[PackSection],
    on_progress: Callable[[float, str], None] = lambda _share, _what: None,
) -> tuple[list[PackPart], list[str]]:
    """Return the parts of all sections, and a sentence for each section that is left out.

    `on_progress` is told the share that is done, and what is being done.
    """
    parts: list[PackPart] = []
    left_out: list[str] = []
    for place, section in enumerate(sections):

        def on_part(share: float, done: int = place, words: str = section.show.words) -> None:
            on_progress((done + share) / len(sections), words)

        on_part(0.0)
        try:
            parts.extend(_parts(replace(basis, on_progress=on_part), section))
        except VulncoreError as problem:
            left_out.append(f"{section.show.words}: {problem}")
    return _each_once(parts), left_out


def _parts(basis: PackBasis, section: PackSection) -> list[PackPart]:
    by_kind: dict[Show, Callable[[], Iterator[PackPart] | PackPart]] = {
        Show.SINCE: partial(since_part, basis),
        Show.TABLE: partial(table_part, basis),
        Show.CHANGES: partial(change_parts, basis, section.most),
        Show.MEASURES: lambda: measure_parts(basis, basis.subject(section.of), section.most),
        Show.STRAND: partial(strand_parts, basis, section.of, section.most),
        Show.WHEN: lambda: when_part(basis, basis.subject(section.of)),
        Show.WHERE: lambda: where_part(basis, basis.subject(section.of)),
        Show.FORECAST: lambda: forecast_part(basis, basis.subject(section.of)),
        Show.RESOURCING: partial(resourcing_part, basis, section.of),
        Show.CHECKS: partial(checks_part, basis, section.most),
    }
    made = by_kind[section.show]()
    return [made] if isinstance(made, PackPart) else list(made)


def _each_once(parts: Sequence[PackPart]) -> list[PackPart]:
    """Return parts without those that say the same as one before."""
    return list({(part.heading, part.finding): part for part in parts}.values())
