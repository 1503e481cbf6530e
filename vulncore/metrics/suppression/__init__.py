"""Which figures of tables that leave are hidden, so that no hidden number can be worked out of the others?

Read in this order:

- `leaving`: the question and the answer, with its sources.
- `tables`: figures, and what tables that left before say, as the rows of one matrix.
- `program`: what a reader can work out of them, a linear program.
- `proofs`: what is hidden in the end, an integer program over what others prove.
"""
