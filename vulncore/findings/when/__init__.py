"""When in the week do these things happen, what changed, and which shifts meet most of them?

Counts of blurred records go in, and views that may be shown come out, in one place. Read in this order:

- `when`: what pages and commands ask of a version, and how the parts below follow one another.
- `counts`: counts by hour of blurred records, read from a version. They are never shown as they are.
- `protection`: from counts to views, the only way out. Counts are sharpened, and small numbers hidden, here.
- `leaving`: the same for documents, which hide and round more; its counts stay within it.
- `view`: what may be shown. The files below see nothing else.
- `sentences`, `change`, `patrols`: what the week, the comparison and the shifts say, with their tables.
- `map`: the week laid out as cells, as a table and as a file; `charts` draws the maps.
- `hours`: how hours of the week are called, and which can be picked for a map of places.
"""
