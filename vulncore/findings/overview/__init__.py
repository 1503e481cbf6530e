"""What changed, strand by strand."""
