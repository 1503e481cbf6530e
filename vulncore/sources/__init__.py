"""How files from elsewhere become a delivery of canonical tables, with every row accounted for.

Start with `kinds`, the readers by name, and `deliveries`: it says which reader a file is for, and calls it. The readers are
`police_uk` (downloads of data.police.uk), `recorded_crime` (Home Office and Met tables), `monthly_counts`
and `published_table` (small tables of totals), `records` (a force's own extract, through a mapping) and
`demo` (made data).

They share `extract` (any text, workbook or Parquet as rows of text), `csv_text` (a CSV whose columns are known, line by
line), `table_files` (tables of counts as people have them, workbooks too), `written` (a month and a count as spreadsheets write
them) and `zip_members` (zips, never unpacked to disk). What becomes of each row goes into a `row_tally`, which makes the delivery;
canonical tables are made in `tables`. `offences` says what the codes and wordings of offences mean. `ground` makes a map's
tiles of a force's own file, and `severity_weights` reads what its offences weigh. `arrivals` tells whole files of a folder from those still being written. So a reader says what its
columns mean, and no more.
"""
