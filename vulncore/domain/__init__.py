"""The words that every other package shares: which things there are, and what is valid of them.

What is a measure, a month, a row, a delivery, a place, a number too small to show? Read in this order:

- `vocabulary` (strands, measures), then `measures` (all of them, and how published tables word them).
- `strands`: a force's list of strands and views across them, and the file that says it.
- `periods`: months, financial years, windows.
- `schemas`: the canonical tables; `delivery`: what a reader hands over; `identifiers`: records and pseudonyms.
- `geography`: boundaries, metres, the British National Grid.
- `tiles`: vector tiles in one file, which maps are drawn on.
- `disclosure`: which small numbers are hidden.
- `errors`, `arrays`, `engine`, `shipped`: errors, types of arrays, DuckDB, and where files lie.
"""
