"""Paths: of the files that ship with the project, and of the store where none is named."""

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
    """Return the folder of the store where none is named: `data/store` of the checkout.

    An installed package keeps the store under the folder that it is used from.
    """
    return CHECKOUT.parent / "store" if CHECKOUT.is_dir() else Path("data") / "store"
