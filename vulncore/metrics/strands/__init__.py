"""The strand table: counts, change and signal."""
