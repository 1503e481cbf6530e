"""How much is to come."""
