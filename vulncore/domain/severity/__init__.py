"""How grave an offence is: tables of a weight per offence, and the codes that offences are written by.

Read in this order:

- `table`: a table of weights, checked, and the one that ships.
- `codes`: which of the Home Office's codes a text begins with or is.
"""
