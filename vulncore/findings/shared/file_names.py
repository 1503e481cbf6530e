"""What a file that leaves the dashboard is called: what it holds, whose it is, from when, of which data."""

import re
import unicodedata
from typing import Final

from vulncore.domain.periods import Window, format_month
from vulncore.store.manifest import Publish

LONGEST: Final = 110  # letters before the ending: mails show about so many, and a disk takes twice as many


def file_name(publish: Publish, *parts: str) -> str:
    """Return the name of a file of a version, without its ending; whatever the parts are, it is one that any system takes.

    The parts say what it holds, whose figures, and from when; the version's dataset and number end it.
    """
    return file_name_of(*parts, publish.dataset, f"version {publish.number}")


def file_name_of(*parts: str) -> str:
    """Return parts as the name of a file: small letters, digits and hyphens; where it gets long, its longest parts get shorter.

    >>> file_name_of("Rape: crimes by hour", "City of London Police", "2024-10")
    'rape-crimes-by-hour-city-of-london-police-2024-10'
    >>> file_name_of("../..", "日本")
    'figures'
    """
    slugs = [slug for slug in (_slug(part)[:LONGEST] for part in parts) if slug]
    while len("-".join(slugs)) > LONGEST:
        longest = max(range(len(slugs)), key=lambda place: len(slugs[place]))
        slugs[longest] = slugs[longest][:-1]
    return "-".join(slug.strip("-") for slug in slugs) or "figures"


def months_in_name(window: Window) -> str:
    """Return a period as names of files have it.

    >>> from datetime import date
    >>> months_in_name(Window(date(2023, 11, 1), date(2024, 10, 31)))
    '2023-11 to 2024-10'
    """
    first, last = format_month(window.start), format_month(window.end)
    return first if first == last else f"{first} to {last}"


def _slug(text: str) -> str:
    letters = unicodedata.normalize("NFKD", re.sub("['\u2019]", "", text))
    return re.sub("[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode().lower()).strip("-")
