"""Is a month's count noise, or has something changed?

Read `limits.py` (where chance keeps counts: XmR, c, u, Laney u', days between), `rules.py` (which patterns chance hardly makes),
`chart.py` (which chart fits a series, its phases and limits) and `levels.py` (from which month another level seems to hold).
How often each of them cries wolf stands in docs/control.md.
"""
