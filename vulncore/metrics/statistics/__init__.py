"""Statistics of small counts."""
