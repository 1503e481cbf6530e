"""Findings: one question per file, read from the store, answered in frames and in sentences."""
