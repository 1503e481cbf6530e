"""Where on a map records lie, and which zones are hot, new or worth a visit: tables in, small frames out.

Read in this order:

- `placed_records`: which records lie at a point, and how much of each counts.
- `assumed_area`, `zones` and `cells`: the ground, cut into hexagons (H3) or wards, and which zone a point lies in.
- `density`: the density around a place. `getis_ord`: which zones stand out from their surroundings (Gi*).
- `classes`: what a zone's hot and cold periods make of it, new or fading.
- `prediction`: whether a map would have been right about the next month. `near_repeats`: whether events are followed by others.
"""
