"""Versions of datasets: published, listed, opened again."""

from vulncore.store.store import (
    Snapshot,
    annotate,
    datasets,
    is_readable,
    open_version,
    preview,
    publish,
    versions,
)

__all__ = [
    "Snapshot",
    "annotate",
    "datasets",
    "is_readable",
    "open_version",
    "preview",
    "publish",
    "versions",
]
