"""What a download of data.police.uk holds: street crime, outcomes, or stop and search of any force and month.

Read in this order:

- `deliver`: files in, a delivery out; the way in. Which measures a month's file covers.
- `files`: which files of which kind there are, found by name in zips and folders.
- `rows`: one file's rows, each accepted or rejected with a reason.
- `incidents`: accepted rows as canonical incidents.
"""

from vulncore.sources.police_uk.deliver import ATTRIBUTION, deliver
from vulncore.sources.police_uk.files import FileKind, is_file_name

__all__ = ["ATTRIBUTION", "FileKind", "deliver", "is_file_name"]
