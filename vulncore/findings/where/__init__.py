"""Where do records lie, is a place hotter than chance, is it new, and would the map have been right?

Four things, from secret to shown. Read in this order:

- `question` and `area`: what is asked, and the ground with its cells, wards and streets.
- `counts`: the unprotected counts by zone and month. SECRET.
- `protection`: the one way from counts to what may be shown. `place`, `trial` (the test on past months) and `repeats` compute
  on the secret side and end in it.
- `layers` and `view`: what comes out, a protected layer and the views.
- `map`, `sentences`, `tables`, `charts`, `map_chart`: what people get. They see views alone.

`tests/findings/where/test_protection.py` holds the border.
"""
