"""How files from elsewhere become a delivery of canonical tables, with every row accounted for.

Start with `deliveries`: it says which reader a file is for, and calls that reader. The readers are
`police_uk` (downloads of data.police.uk), `recorded_crime` (Home Office and Met tables), `monthly_counts`
and `published_table` (small tables of totals), `records` (a force's own extract, through a mapping) and
`demo` (made data).

They share `extract` (any text, workbook or Parquet as rows of text), `csv_text` (CSV line by line) and
`zip_members` (zips, never unpacked to disk).
"""
