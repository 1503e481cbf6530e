"""Names that become folders and links."""

import re

from vulncore.domain.errors import UnknownNameError


def checked_name(name: str) -> str:
    """Return a dataset's name, which is also the name of its folder.

    Raises:
        UnknownNameError: It is not 1 to 40 small letters, digits and hyphens, starting with a letter
            or digit.

    >>> checked_name("city-open-counts")
    'city-open-counts'
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name, flags=re.ASCII):
        return name
    raise UnknownNameError(
        f"'{name[:40]}' cannot be the name of a dataset. Use up to 40 small letters, digits and hyphens."
    )
