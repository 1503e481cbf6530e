"""Readers, one for each upstream format: files in, a delivery of canonical tables out."""
