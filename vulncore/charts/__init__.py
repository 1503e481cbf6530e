"""Charts: one per file, a frame in, a chart or a table to look at out."""
