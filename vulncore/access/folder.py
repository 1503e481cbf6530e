"""Where the log of who did what lies; apart from the log itself, so that a server that only asks for it loads no engine."""

import os
from pathlib import Path
from typing import Final

FOLDER: Final = ".audit"


def audit_folder(store: Path) -> Path:
    """Return where a store's log lies: `VULNCORE_AUDIT`, or beneath the store."""
    return Path(os.environ.get("VULNCORE_AUDIT") or store / FOLDER)
