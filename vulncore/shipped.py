"""Where the files that ship with the project lie, in a checkout and in an installed package."""

import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent / "data" / "reference"
INSTALLED = Path(sysconfig.get_path("data")) / "share" / "vulncore"


def shipped(name: str) -> Path:
    """Return the path of a file listed in `data/README.md`.

    Raises:
        FileNotFoundError: No such file ships; the installation is damaged.
    """
    for folder in (CHECKOUT, INSTALLED):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{name} does not ship with this installation of vulncore. Install it again.")
