"""Where the files that ship with the project lie, in a checkout and in an installed package."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """Return the path of a file listed in `data/README.md`.

    Raises:
        FileNotFoundError: No such file ships; the installation is damaged.
    """
    for folder in (PACKAGE / "data", PACKAGE.parent / "data" / "reference"):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{name} does not ship with this installation of vulncore. Install it again.")
