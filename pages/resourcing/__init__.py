"""The page Resourcing."""
