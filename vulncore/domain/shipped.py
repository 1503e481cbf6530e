"""Where files lie: those that ship with the project, and the store that it fills."""

import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).parents[2] / "data" / "reference"
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


def default_store() -> Path:
    """Return the folder that holds the data where nothing else is said: `data/store` of the checkout.

    An installed package keeps it under the folder that it is used from.
    """
    return CHECKOUT.parent / "store" if CHECKOUT.is_dir() else Path("data") / "store"
