"""Which reader a file is for, and what that reader delivers: the one way in for commands and the Data page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from vulncore.domain.delivery import Delivery, Progress
from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.identifiers import Secret
from vulncore.sources import demo, monthly_counts, police_uk, published_table, recorded_crime
from vulncore.sources.kinds import FileKind, Source
from vulncore.sources.records.deliver import deliver as deliver_records
from vulncore.sources.records.mapping import Mapping
from vulncore.sources.row_tally import MOST_REJECTED
from vulncore.sources.table_files import first_headings
from vulncore.sources.zip_members import is_zip, member_names


@dataclass(frozen=True)
class Settings:
    """What a reader needs to know beside its files. Each setting is for some readers only; see `USES`."""

    as_at: date | None = None
    covers: tuple[date, date] | None = None
    force: str | None = None
    kind: FileKind | None = None
    mapping: Mapping | None = None
    most_rejected: float | None = None

    def given(self) -> list[str]:
        """Return the names of the settings that are set."""
        return [name for name in self.__dataclass_fields__ if getattr(self, name) is not None]


USES = {
    Source.DEMO: (),
    Source.RECORDS: ("mapping",),
    Source.POLICE_UK: ("covers", "kind", "most_rejected"),
    Source.RECORDED_CRIME: ("most_rejected",),
    Source.MONTHLY_COUNTS: (),
    Source.PUBLISHED_TABLE: ("as_at", "force"),
}


def read_delivery(
    source: Source,
    files: Sequence[Path],
    settings: Settings = Settings(),
    secret: Secret = bytes,  # which gives none
    progress: Progress | None = None,
) -> Delivery:
    """Return the delivery that a reader makes of one file, or for data.police.uk of any number of files, zips and folders.

    Raises:
        UnreadableSourceError: Files are missing or too many, a setting means nothing to the reader, or the reader
            refuses what it reads.
        VulncoreError: Whatever else the reader refuses.
    """
    idle = [f"--{name.replace('_', '-')}" for name in settings.given() if name not in USES[source]]
    if source is Source.DEMO and files:
        idle.append("a file")
    if idle:
        raise UnreadableSourceError(
            f"{source} does not use {' and '.join(idle)}. Leave {'these' if len(idle) > 1 else 'this'} out."
        )
    if source is Source.DEMO:
        return demo.deliver()
    if not files:
        raise UnreadableSourceError(f"No file is given. Name the file: vulncore publish {source} FILE")
    most_rejected = MOST_REJECTED if settings.most_rejected is None else settings.most_rejected
    if source is Source.POLICE_UK:
        return police_uk.deliver(files, settings.kind, most_rejected, progress, settings.covers)
    if len(files) > 1:
        raise UnreadableSourceError(
            f"{source} takes one file, and {len(files)} are given. Publish one file at a time."
        )
    (file,) = files
    if source is Source.RECORDED_CRIME:
        return recorded_crime.deliver(file, most_rejected)
    if source is Source.MONTHLY_COUNTS:
        return monthly_counts.deliver(file)
    if source is Source.PUBLISHED_TABLE:
        if settings.as_at is None:
            raise UnreadableSourceError(
                "A published table does not give its month. Add the month that the table ends with, like --as-at 2024-10."
            )
        return published_table.deliver(file, settings.as_at, settings.force or published_table.FORCE)
    if settings.mapping is None:
        raise UnreadableSourceError(
            f"Records need a mapping of columns and codes: vulncore publish records {file.name} --mapping FILE.toml. "
            f"Draft the mapping with: vulncore mapping {file.name}"
        )
    return deliver_records(file, settings.mapping, secret, progress)


def likely_source(path: Path) -> Source:
    """Return the reader that a file seems to be for, by its name and its heading; records if no other.

    Raises:
        OSError: The file can't be read.
    """
    if is_zip(path):
        try:
            inside = member_names(path)
        except UnreadableSourceError:
            return Source.RECORDS  # whose reader says what is wrong with it
        named = any(police_uk.is_file_name(PurePosixPath(name).name) for name in inside)
        return Source.POLICE_UK if named else Source.RECORDS
    if police_uk.is_file_name(path.name):
        return Source.POLICE_UK
    try:
        sources = map(_source_of, first_headings(path))
    except UnreadableSourceError:  # the reader of records says what is wrong with it
        return Source.RECORDS
    return next((source for source in sources if source), Source.RECORDS)


def _source_of(heading: Sequence[str]) -> Source | None:
    """Return the reader of tables whose heading this is."""
    if {"measure", "fytd_current", "fytd_previous"} <= set(heading):
        return Source.PUBLISHED_TABLE
    readers = {
        Source.MONTHLY_COUNTS: monthly_counts,
        Source.RECORDED_CRIME: recorded_crime,
        Source.POLICE_UK: police_uk,
    }
    return next((source for source, reader in readers.items() if reader.is_heading(heading)), None)
