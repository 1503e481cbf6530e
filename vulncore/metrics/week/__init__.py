"""How much happens in each hour of the week, what stands out, and which shifts meet most.

Read in this order:

- `hours`: the 168 hours, numbered from Monday 00:00.
- `known_times`: what is known of when a record happened, and London's clocks.
- `counted`: the records that count, as arrays, each with the hours that it may lie in; and those that a question wants.
- `day_hour`: from records to the weight of each hour, and how the hours changed between two periods.
- `scan`: the stretches in which more happened than chance explains.
- `night_time`: the night-time economy's hours, and shares with their limits.
- `patrols`: the shifts that meet most.
"""
