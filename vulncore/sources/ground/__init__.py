"""What a map is drawn on, from a force's own file.

- `tiles`: any file that can be one, as vector tiles; the way in.
- `geopackage`: layers of a GeoPackage made into tiles, in a process of its own.
"""

from vulncore.sources.ground.tiles import as_tiles

__all__ = ["as_tiles"]
