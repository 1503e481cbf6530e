"""The page Where."""
