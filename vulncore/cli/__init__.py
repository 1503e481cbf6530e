"""The `vulncore` command: everything that a scheduled job or a script needs.

Exit code 0 says that it was done; 1 that it was refused, with the reason on standard error; 2 that the
command was not understood.
"""

from vulncore.cli import (
    forecast,
    overview,
    publishing,
    resourcing,
    upkeep,
    when,
    where,
)  # each adds its commands to `app`
from vulncore.cli.options import app
from vulncore.cli.publishing import DEMO, OPEN_COUNTS, open_counts

__all__ = [
    "DEMO",
    "OPEN_COUNTS",
    "app",
    "forecast",
    "open_counts",
    "overview",
    "publishing",
    "resourcing",
    "upkeep",
    "when",
    "where",
]
