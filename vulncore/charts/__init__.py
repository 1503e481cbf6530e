"""What the charts of several topics share; each topic's own charts are in its findings, as `charts.py`.

- `theme`: the palettes for a light and a dark ground, headings and axes.
- `sourced`: a chart with where its figures come from in its heading. `picture`: such a chart as a file to take away.
- `table_html`: a plain table as HTML.
- `map_chart`: a map of zones. `ground_style`: what it is drawn on, where a force brought its own.
- `week_frame`: the axes of a week, a row for each day.
- `map_chart`: a map of zones on a ground of our own. `hot_marks`: how what is hot is marked on it.
"""
