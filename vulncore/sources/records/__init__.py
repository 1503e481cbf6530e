"""What a force's own extract of records says, read through a mapping of its columns and codes.

Read in this order:

- `deliver`: an extract and its mapping in, a delivery of incidents out; the way in.
- `mapping`: what a mapping is, and whether it holds together; `mapping_file` reads and writes it as TOML.
- `judging`: which rows count towards what, and why the others do not.
- `details`: when and where each record happened, and what else the extract says.
- `values` and `moments`: the texts of a column as dates, times and numbers.
- `draft` with `draft_columns` and `draft_codes`: a first mapping of an extract that nobody has described.
- `fitting`: the mapping of an earlier month for the file of a later one.
"""
