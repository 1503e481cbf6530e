"""When in the week it happens."""
