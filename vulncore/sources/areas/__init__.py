"""Files that draw areas, such as a force's boundary, its wards or beats: GeoJSON, GeoPackage, or a shapefile in a zip.

- `reading`: such a file as GeoJSON in longitude and latitude, read by a process of its own; what each area is called by.
- `layer`: one layer of a file as its format has it. `geojson`, `geopackage`, `shapefile`: the formats.
- `degrees`: coordinates of any system as longitude and latitude.
"""
