"""The `vulncore` command: everything that a scheduled job or a script needs.

Exit code 0: done. 1: refused, with the reason on standard error. 2: the command was not understood.

Each file adds the commands of its topic to `app`. Read `options` first (the program, its options, how tables are
printed), then:

- `publishing`: demo, publish, ready-data, mapping, measures.
- `overview`: versions, table, check, changes.
- `when`: day-hour, patrols. `where`: hotspots, boundary. `forecast`: forecast, backtest. `resourcing`: resourcing.
- `upkeep`: prepare, verify, backup, restore, purge.
"""

from vulncore.cli import forecast, overview, publishing, resourcing, upkeep, when, where
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
