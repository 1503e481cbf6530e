"""Published versions of datasets: publish, undo, list and open them, annotate them, list their strands, erase records from them.

What was published, when, by whom, and what does any version of it hold? These names answer; read the files in this
order for how:

- `store`: the functions below, and how a publish is written.
- `manifest`: a `Publish` is one version's line in the dataset's list of versions; Delta commits lie beneath it.
- `contents`: where tables lie, and which files a version consists of, with their digests.
- `publishing`: what the next version would be, and how a delivery merges with the version that stands.
- `snapshots`: one version, open for reading.
- `notes`: what a valid annotation is.
- `torn`: what a power cut left half written is recognised, and put aside.
- `holding`: who may write at the same time, and what the next who writes clears up of what was broken off.
- `verifying` and `backup`: is every file as it was published, and a copy of all.
- `purging`, with `stubs`: which rows go, and what stands in their place.
- `areas`, `grounds`, `weights` and `secrets`: the other things kept there, forces' boundaries, what their maps are drawn on,
  what their offences weigh, and the secret behind pseudonyms.
"""

from vulncore.store.snapshots import Snapshot
from vulncore.store.store import (
    annotate,
    checked_dataset_name,
    datasets,
    is_readable,
    open_version,
    preview,
    preview_notes,
    publish,
    set_strands,
    undo,
    versions,
)

__all__ = [
    "Snapshot",
    "annotate",
    "checked_dataset_name",
    "datasets",
    "is_readable",
    "open_version",
    "preview",
    "preview_notes",
    "publish",
    "set_strands",
    "undo",
    "versions",
]
