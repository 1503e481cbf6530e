"""The page Strand: how one strand stands, what drives its change, and who is harmed."""
