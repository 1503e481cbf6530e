"""Where do records lie, is a place hotter than chance, is it new, and would the map have been right?

From blurred records to what is shown. Read in this order:

- `question` and `area`: what is asked, and the ground with its cells, wards and streets.
- `counts`: counts of blurred records by zone and month.
- `protection`: the one way from counts to what may be shown. `place`, `trial` (past months, near repeats), `beside` and `leaving` (what
  may leave the house) count and end in it.
- `layers` and `view`: what comes out, a protected layer and the views.
- `map`, `sentences`, `tables`, `charts`, `map_picture`: what people get (the map is drawn by `vulncore.charts.map_chart`). They see views alone.

`tests/findings/where/test_protection.py` holds the border.
"""
