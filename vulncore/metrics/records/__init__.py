"""Single records: how many are there, and what became of them between two versions?

- `counts`: distinct records of several measures together, by month, by day or by team.
- `changes`: records and figures that differ between two versions.
"""
