"""Choices made on a page as a person makes them, and read from its link."""

import re
from urllib.parse import parse_qs, urlsplit

from tests.pages.conftest import settled


def choices(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def pick(page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    page.wait_for_timeout(300)  # until the run that it starts has begun
    settled(page)
