"""Vector tiles in one file: PMTiles of version 3, by its published specification.

- `numbers`: a tile's place and its number on the curve, and how numbers are written.
- `archive`: what a file says of itself, each of its tiles, and whether it is whole.
- `writing`: tiles of several files, laid together into one.
"""
