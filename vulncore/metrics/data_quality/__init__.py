"""What is odd about delivered data: one question per file, tables in, a small frame out.

Months are whole numbers here, counted from the year 0 (`month_number`), so that a date in the year 9999 is
one more thing to report and nothing that a time stamp fails on.
"""
