"""What a download of data.police.uk holds: street crime, outcomes, or stop and search of any force and month.

Read in this order:

- `deliver`: files in, a delivery out; the way in. Which measures a month's file covers.
- `files`: which files of which kind there are, found by name in zips and folders.
- `rows`: one file's rows, each accepted or rejected with a reason.
- `incidents`: accepted rows as canonical incidents.
- `merged`: several months that somebody merged into one file, by its columns.
"""

from vulncore.sources.police_uk.deliver import ATTRIBUTION, deliver
from vulncore.sources.police_uk.files import FileKind, is_file_name
from vulncore.sources.police_uk.merged import is_heading, merged_months

__all__ = ["ATTRIBUTION", "FileKind", "deliver", "is_file_name", "is_heading", "merged_months"]
