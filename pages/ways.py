"""The pages in their order, what is chosen on each, and the address that says so."""

from collections.abc import Mapping

from pages.forecast.question import ForecastChoices
from pages.overview.question import OverviewChoices
from pages.pack.question import MAKE_AT_ONCE, PackChoices
from pages.resourcing.question import ResourcingChoices
from pages.shared.choices import Choices, chosen
from pages.shared.sidebar import SidebarChoices, pinned_link
from pages.strand.question import StrandChoices
from pages.when.question import WhenChoices
from pages.where.question import WhereChoices

__all__ = ["MAKE_AT_ONCE", "PACK", "PAGES", "completed_link", "link_of", "links_now"]

PACK = "pack"
PAGES: dict[str, type[Choices]] = {
    "overview": OverviewChoices,
    "strand": StrandChoices,
    "when": WhenChoices,
    "where": WhereChoices,
    "forecast": ForecastChoices,
    "resourcing": ResourcingChoices,
    PACK: PackChoices,
    "data": Choices,
    "methods": Choices,
}


def links_now() -> dict[str, dict[str, str]]:
    """Return what the address of each page says in this visit, before a page has run; nothing where no data can be pinned."""
    pinned = pinned_link(chosen(SidebarChoices))
    return {page: link_of(page, pinned) for page in PAGES}


def link_of(page: str, pinned: Mapping[str, str]) -> dict[str, str]:
    """Return what the address of a page says in this visit, with what is pinned; nothing where nothing is."""
    return {**pinned, **chosen(PAGES[page]).to_link()} if pinned else {}


def completed_link(page: str, link: Mapping[str, str]) -> dict[str, str]:
    """Return what the address of a page will say once it is open, by what it says before; empty where that can't be told.

    What can't be read stays, so that the page can say so.
    """
    pinned = pinned_link(SidebarChoices.from_link(link))
    choices = PAGES[page].from_link(link)
    return {**pinned, **choices.to_link(), **dict(choices.unread)} if pinned else {}
