"""The models that are tried on a series."""
