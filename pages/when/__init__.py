"""The page When."""
