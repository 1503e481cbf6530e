"""Downloads of data.police.uk."""

from vulncore.sources.police_uk.deliver import (
    ATTRIBUTION,
    MAX_REJECTED_SHARE,
    FileKind,
    deliver,
    is_named_as_its_files,
)

__all__ = ["ATTRIBUTION", "MAX_REJECTED_SHARE", "FileKind", "deliver", "is_named_as_its_files"]
