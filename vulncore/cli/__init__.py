"""The `vulncore` command: everything that a scheduled job or a script needs.

Exit code 0: done. 1: refused, with the reason on standard error. 2: the command was not understood.

Each file adds the commands of its topic to `app`, and is loaded when one of them is asked for. Read `program` (which
commands there are), `options` (what they share), `printing` (how tables are printed) and `records` (which records are meant)
first, then:

- `publishing`: demo, publish, ready-data, mapping, measures.
- `watch`: watch, which publishes what arrives in a folder as `publishing` would.
- `fetch`: fetch police-uk, home-office, boundaries.
- `overview`: versions, table, check, changes.
- `when`: day-hour, patrols. `where`: hotspots, boundary, basemap. `forecast`: forecast, backtest. `resourcing`: resourcing.
- `dashboard`: serve, prepare. `upkeep`: verify, backup, restore, purge.
"""

from vulncore.cli.program import app

__all__ = ["app"]
