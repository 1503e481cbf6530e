"""Street-level crime, outcomes and searches of data.police.uk: a force's months, taken out of the site's archives.

The site publishes every month an archive of all forces, a zip of 1.5 to 2 GB that holds the three years up to that
month, each as `YYYY-MM/YYYY-MM-<force>-<kind>.csv`. A force's months are read out of it by range requests; where a
site or a proxy gives no parts, the whole archive is fetched, and stays for other forces.

Source: https://data.police.uk/data/archive/ (the archives, with their digests) and https://data.police.uk/about/
(how they are called); https://data.police.uk/docs/method/crimes-street-dates/ (which months there are). An archive's
address leads on to a store of files that gives parts.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import IO, Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import (
    InvalidPeriodError,
    NotThereError,
    UnknownNameError,
    UnreachableSiteError,
    UnreadableSourceError,
    first_five,
)
from vulncore.domain.periods import Window, format_month, month_end, months_between, parse_month
from vulncore.fetching.ledger import Ledger
from vulncore.fetching.remote_file import RemoteFile
from vulncore.fetching.web import ByteProgress, ChangedFileError, Web
from vulncore.sources.police_uk.files import MAX_FILE_BYTES, FileKind, MonthName, force_names
from vulncore.sources.zip_members import member_content, opened, safe_names

SITE: Final = "https://data.police.uk"
ARCHIVES: Final = f"{SITE}/data/archive/"
MONTHS: Final = f"{SITE}/api/crimes-street-dates"
MAX_ARCHIVE_BYTES: Final = 8 * 1024**3  # several times the largest so far
ARCHIVE_MONTHS: Final = 36

_ARCHIVE: Final = re.compile(r"\b(\d{4}-(?:0[1-9]|1[0-2]))\.zip\b", flags=re.ASCII)
_MD5: Final = re.compile(r"\b[0-9a-f]{32}\b", flags=re.ASCII)


@dataclass(frozen=True)
class FetchedMonths:
    """What became of the months that were wanted: fetched now, here already, or not there to be fetched."""

    fetched: tuple[MonthName, ...]
    here: tuple[MonthName, ...]
    missing: tuple[MonthName, ...]


def fetch_months(
    web: Web,
    folder: Path,
    forces: Sequence[str],
    first: date,
    last: date | None,
    kinds: Sequence[FileKind],
    progress: ByteProgress,
) -> FetchedMonths:
    """Fetch months of forces into a folder that `vulncore publish police-uk` takes.

    Forces are named as the site has them, or by the parts of file names that stand for them; without a last month it is
    the newest that there is.

    Raises:
        UnknownNameError: The site has no such force.
        InvalidPeriodError: The first month is later than the last that there is.
        UnreachableSiteError: The site can't be reached, or breaks off again and again.
        UnreadableSourceError: An archive is damaged or unsafe. What was fetched before is kept.

    Misleads when:
        months of two archives are compared: a later archive holds a month as it was revised by then. A month is
        taken from the newest archive if that holds it, else from an earlier one.
    """
    slugs = list(dict.fromkeys(force_slug(force) for force in forces))
    if last and last < first:
        raise InvalidPeriodError(
            f"The months end with {format_month(last)}, before they begin with {format_month(first)}. Name the earlier month first."
        )
    published = _published_months(web)
    archives = archive_digests(web.text(ARCHIVES)) or dict.fromkeys(published, "")
    if not archives:
        raise UnreachableSiteError(
            f"{web.host(MONTHS)} does not say which months it has. Its pages may have changed: fetch by hand from {ARCHIVES}"
        )
    newest_archive = max(archives)
    newest = max(newest_archive, *published)
    until = min(last or newest, newest)
    if first > until:
        raise InvalidPeriodError(
            f"data.police.uk has no month from {format_month(first)} on. Its newest month is {format_month(newest)}."
        )
    months = Window(first, month_end(last or newest)).months
    wanted = [MonthName(*name) for name in product(months, slugs, kinds)]
    ledger = Ledger(folder)
    fetched: list[MonthName] = []
    here: list[MonthName] = []
    missing = [name for name in wanted if name.month > until]
    left = [name for name in wanted if name.month <= until]
    while left:
        archive = archive_for({name.month for name in left}, archives, newest_archive)
        if archive is None:
            latest = max(name.month for name in left)
            taken = FetchedMonths((), (), tuple(name for name in left if name.month == latest))
        else:
            try:
                taken = _take(web, ledger, archive, archives.pop(archive), left, progress)
            except NotThereError:
                continue  # listed and not there: the next best archive is tried
        fetched += taken.fetched
        here += taken.here
        missing += taken.missing
        done = {*taken.fetched, *taken.here, *taken.missing}
        left = [name for name in left if name not in done]
    return FetchedMonths(tuple(fetched), tuple(here), tuple(sorted(missing, key=lambda name: name.file)))


def force_slug(force: str) -> str:
    """Return the part of a file name that stands for a force.

    Raises:
        UnknownNameError: The site has no such force.

    >>> force_slug("Kent Police"), force_slug("city-of-london")
    ('kent', 'city-of-london')
    """
    wanted = force.strip().casefold()
    for slug, names in force_names().items():
        if wanted in {slug, *(name.casefold() for name in names)}:
            return slug
    near = [names[0] for names in force_names().values() if wanted and wanted[:4] in names[0].casefold()]
    advice = (
        f"Did you mean: {first_five(near)}?" if near else "Write its name as on the site, like 'Kent Police'."
    )
    raise UnknownNameError(f"data.police.uk has no force '{force[:40]}'. {advice}")


def archive_digests(page: str) -> dict[date, str]:
    """Return the archives that the site's page lists, by the month they are called after, with their MD5 or "".

    >>> archive_digests('<a href="/data/archive/2024-12.zip">December 2024</a> <code>' + 32 * "a" + "</code>")
    {datetime.date(2024, 12, 1): 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}
    """
    digests: dict[date, str] = {}
    _, *parts = _ARCHIVE.split(page)
    for month, after in zip(parts[::2], parts[1::2], strict=True):
        digest = _MD5.search(after)
        with suppress(InvalidPeriodError):
            digests[parse_month(month)] = digest[0] if digest else digests.get(parse_month(month), "")
    return digests


def archive_for(months: Collection[date], archives: Collection[date], newest: date) -> date | None:
    """Return the archive to take the latest of some months from; None where none holds it.

    The newest of all if it reaches back so far, since months are revised; else the one that holds most of the months,
    and of several such the newest.

    >>> archives = [date(2024, 12, 1), date(2023, 3, 1), date(2021, 12, 1), date(2021, 6, 1)]
    >>> [str(archive_for([date(year, 3, 1)], archives, archives[0])) for year in (2024, 2022, 2021, 2010)]
    ['2024-12-01', '2024-12-01', '2023-03-01', 'None']
    >>> str(archive_for([date(2021, 12, 1), date(2019, 1, 1)], archives, archives[0]))
    '2021-12-01'
    """

    def held(archive: date) -> int:
        return sum(0 <= months_between(month, archive) < ARCHIVE_MONTHS for month in set(months))

    latest = max(months)
    holding = [archive for archive in archives if 0 <= months_between(latest, archive) < ARCHIVE_MONTHS]
    return newest if newest in holding else max(holding, key=lambda it: (held(it), it), default=None)


def month_ranges(months: Iterable[date]) -> str:
    """Return months as a sentence names them, runs of months by their ends.

    >>> month_ranges([date(2024, 1, 1), date(2024, 3, 1), date(2024, 2, 1), date(2024, 6, 1)])
    '2024-01 to 2024-03, 2024-06'
    """
    runs: list[tuple[date, date]] = []
    for month in sorted(set(months)):
        follows = runs and months_between(runs[-1][1], month) == 1
        runs.append((runs.pop()[0] if follows else month, month))
    return first_five(" to ".join(format_month(end) for end in dict.fromkeys(run)) for run in runs)


def _published_months(web: Web) -> list[date]:
    """Return the months that the site says it has; none where its answer is of another kind."""
    answer = web.json(MONTHS)
    try:
        return [parse_month(entry["date"]) for entry in answer]
    except (TypeError, KeyError, AttributeError, InvalidPeriodError):
        return []


def _take(
    web: Web, ledger: Ledger, archive: date, md5: str, wanted: Sequence[MonthName], progress: ByteProgress
) -> FetchedMonths:
    """Take what is wanted out of an archive, by parts or, where the site gives none, from the whole of it."""
    zip_name = f"{format_month(archive)}.zip"
    url = f"{ARCHIVES}{zip_name}"
    with ExitStack() as closing:
        try:
            file: IO[bytes] | RemoteFile = (remote := RemoteFile(web, url, MAX_ARCHIVE_BYTES))
            version = remote.version.validator or md5
        except ChangedFileError:
            ledger.download(web, url, zip_name, MAX_ARCHIVE_BYTES, progress, md5)
            file = closing.enter_context((ledger.folder / zip_name).open("rb"))
            version = ledger.digest(zip_name)
        with opened(file, zip_name) as packed:
            names = set(safe_names(packed, zip_name))
        there = [name for name in wanted if name.file in names]
        here = [name for name in there if ledger.whole(name.file, url, version)]
        fetched = [name for name in there if name not in here]
        taken = 0
        for name, content in _contents(file, zip_name, fetched):
            if content.lstrip()[:1] == b"<":
                raise UnreadableSourceError(
                    f"{printable(name.file)} in {zip_name} is a web page and not a table. Tell data.police.uk, and fetch the other "
                    "months by --from and --to."
                )
            ledger.keep(name.file, content, url, version)
            taken += len(content)
            progress(f"{len(fetched)} files of {zip_name}", taken, None)
    covered = {name.partition("/")[0] for name in names} | {format_month(max(name.month for name in wanted))}
    missing = [name for name in wanted if name not in there and format_month(name.month) in covered]
    return FetchedMonths(tuple(fetched), tuple(here), tuple(missing))


def _contents(
    file: IO[bytes] | RemoteFile, zip_name: str, wanted: Sequence[MonthName]
) -> Iterator[tuple[MonthName, bytes]]:
    with opened(file, zip_name) as archive:
        for name in wanted:
            if isinstance(file, RemoteFile):  # with its own heading, a member comes at once
                file.ahead = archive.getinfo(name.file).compress_size + 1_024
            yield name, member_content(archive, name.file, zip_name, MAX_FILE_BYTES)
