"""Paths: of the files and of the dashboard that ship with the project, and of the store where none is named."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parent / "data" / "reference"
INSTALLED = PACKAGE / "reference" / "shipped"


def shipped(name: str) -> Path:
    """Return the path of a file listed in `data/README.md`.

    Raises:
        FileNotFoundError: No such file ships; the installation is damaged.
    """
    for folder in (INSTALLED, CHECKOUT):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{name} does not ship with this installation of vulncore. Install it again.")


def dashboard() -> Path:
    """Return the folder of the dashboard: of the wheel, or of the checkout.

    Raises:
        FileNotFoundError: It is in neither; the installation is damaged.
    """
    for folder in (PACKAGE / "dashboard", PACKAGE.parent):
        if (folder / "app.py").is_file() and (folder / "pages" / "main.py").is_file():
            return folder
    raise FileNotFoundError("The dashboard is not in this installation of vulncore. Install it again.")


def default_store() -> Path:
    """Return the folder of the store where none is named: `data/store` of the checkout.

    An installed package keeps the store under the folder that it is used from.
    """
    return CHECKOUT.parent / "store" if CHECKOUT.is_dir() else Path("data") / "store"
