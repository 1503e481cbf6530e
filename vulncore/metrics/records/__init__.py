"""Single records: how many, and what became of them between two versions."""
