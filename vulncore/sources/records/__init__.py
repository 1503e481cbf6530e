"""A force's own extract of records, read through a mapping of its columns and codes."""
