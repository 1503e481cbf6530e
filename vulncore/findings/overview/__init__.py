"""What changed, strand by strand, for one force at one month?

Read in this order:

- `overview`: the strand table of a version, with its headline and its notes; `narrowed` to one strand.
- `sentences`: the headline, line by line, and the words for one measure's change.
- `history`: one measure's last five years, as a frame, a sentence and a file.
- `strand_rows`: the table as it is shown, and `strand_table_html`: the same as HTML.
- `charts`: the five years as a chart, and the small line in the table.
- `beside`: two measures, or two times of one, beside each other.
- `export`: the table as a file.
"""
