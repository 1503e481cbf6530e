"""The hours of the week."""
