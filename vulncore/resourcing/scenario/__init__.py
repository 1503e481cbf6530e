"""A scenario: its numbers, their units and sources."""
