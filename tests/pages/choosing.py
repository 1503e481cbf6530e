"""Choices made on a page as a person makes them, and read from its link."""

import re
from urllib.parse import parse_qs, urlsplit

from tests.pages.conftest import PAGE_MS, settled


def choices(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


HAS = """wanted => {
    const link = new URLSearchParams(location.search);
    return Object.entries(wanted).every(([name, value]) => link.get(name) === value);
}"""


def pick(page, label: str, option: str, **link: str) -> None:
    """Choose in a box, and wait until the address says what it is to say of that."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    page.wait_for_timeout(300)  # until the run that it starts has begun
    page.wait_for_function(HAS, arg=link, timeout=PAGE_MS)
    settled(page)
