"""The strand table: how many records each measure has, what changed, and whether it is more than chance.

Read in this order:

- `table`: the strand table of a force; it puts together what the other files work out.
- `counts`: records by month and in the windows of the table, from incidents or from totals.
- `change`: difference, percentage, symbol and colour by the report's rule.
- `signal`: the verdict on each change, all measures judged together.
- `silence`: whether a feed has stopped.
"""
