"""How many records are to come: models of monthly counts, and the trials that each has to pass.

Every model takes a `Past` and gives simulated paths, whole numbers from 0, so that a total over any months
is the sum along each path, and its interval is read off those sums.
"""
