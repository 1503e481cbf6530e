"""What demand asks of a unit."""
