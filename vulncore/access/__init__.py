"""Who may do what in the dashboard, and who did what.

- `roles`: what each role allows, and the file in which a force says who has which.
- `audit`: the log of who did what, and whether it is as it was written.
"""
