"""What is odd about delivered data? One question per file: tables in, a small frame out.

`month_rows` comes first: the frame of months that most others take. Then, by what is asked:

- months: `month_gaps` (missing, short, empty, cut off), `level_shifts` (stopped, halved, begun) by way of `share_change`;
- times: `clock_times` (by the minute, afternoons lost, order of dates), `default_times` (filled in by a form);
- points and records: `places_off` (by way of `far_towns`), `piled_points`, `repeated_records`.

Times and points are those of `swapped` records wherever small numbers are protected.

Months are whole numbers here, counted from the year 0 (`month_number`), so that a date in the year 9999 is
one more thing to report and nothing that a time stamp fails on.
"""
