"""How does one strand stand, what drives its change, and who is harmed?

Read `standing.py` (the control chart and what people noted on it), `drivers.py` (what a change is made of), `victims.py`
(residents, repeat victims, repeat places), `panels.py` (what one strand alone shows, by `reference/strand_panels.toml`) and
`harm.py` (severity). `records.py` reads the blurred records that the last four count, and hides what is small.
"""
