"""Put aside what a power cut left half written, so that the next publish meets a dataset that is whole."""

from pathlib import Path

from vulncore.domain.schemas import SCHEMAS
from vulncore.store.manifest import MANIFEST, publish_history
from vulncore.store.torn import Entries, set_aside, torn_after, torn_at_the_end


def half_written_entries(home: Path) -> dict[str, Entries]:
    """Return by table the log's entries that were half written and are in the way of the next; none where none is.

    An entry that a standing version rests on is never among them.
    """
    standing = publish_history(home).publishes
    named = {name: [publish.table_versions[name] for publish in standing] for name in SCHEMAS}
    every = {name: torn_after(home / name, max(versions, default=-1)) for name, versions in named.items()}
    every[MANIFEST] = torn_at_the_end(home / MANIFEST)
    return {name: entries for name, entries in every.items() if entries}


def mend(home: Path) -> None:
    """Move what was half written out of the way; the manifest's own last, for until then readers are told of it."""
    for name, entries in half_written_entries(home).items():
        set_aside(home, name, entries)
