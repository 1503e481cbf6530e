"""The next version of a dataset (`next_version`): a delivery laid on what stands (`merging`), and records of other months (`late_rows`)."""
