"""What does the data hold, what is odd about it, and what did each version change?

Read in this order:

- `checks`: every data check of a version, in the order of what matters most.
- `finding`: one finding, how sure it is, and the words that findings share.
- `remedies`: what puts a finding right, by the mapping or by a note.
- `months`, `times`, `records`, `codes`: the findings themselves, by what they are about.
- `coverage`: which months each source delivered, and `charts`: the same as a chart.
- `changes`: which figures a version changed, and the sentences about them.
- `publishes`: the versions published, with their account of every row.
- `kept_mappings`: how the records of versions were read, for a later file of the same extract.
"""
