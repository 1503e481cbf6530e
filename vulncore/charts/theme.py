"""The few colours of charts: each is at least 3:1 on white and on the dark theme's ground."""

ACCENT = "#2f7fb8"  # the one accent: the line that matters
QUIET = "#7d8590"  # averages and labels
BAND = "#2f7fb8"  # the windows compared
MISSING = "#8a8f98"  # what was not delivered
