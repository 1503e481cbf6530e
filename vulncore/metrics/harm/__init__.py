"""How grave what was recorded is, beside how much of it there is: weighed records, with the uncertainty of their counts.

Read in this order:

- `weights`: which weight an offence has.
- `score`: the sum of weights of each measure and period, and how it changed.

The limits of such sums stand with the other limits of counts, in `vulncore.metrics.statistics.weighted_sums`.
"""
