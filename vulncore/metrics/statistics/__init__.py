"""Statistics of small counts: how sure can one be of a rate, a change, a scatter?

Read in this order:

- `intervals`: exact limits and p-values, of the ratio of two rates and of a Poisson mean.
- `weighted_sums`: limits of counts that weigh differently, and of the ratio of two such sums.
- `dispersion`: how much more than chance monthly counts scatter.
- `false_discovery`: which of many tests stand when they are judged together.
"""
