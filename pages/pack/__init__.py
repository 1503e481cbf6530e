"""What a meeting holds in its hands: the month's documents."""
