"""What the findings of several topics share.

- `contents`: what a published version contains: forces, months, strands, measures.
- `by_version`: what is worked out once for a version, whatever is asked of it.
- `blurred`, `counted`: its records as they may be counted by hour, place or group, and as arrays to be added up.
- `which_records`: which records a question is about, and their hours of the week.
- `compared`: which months of a period were delivered, and why two periods can't be compared.
- `annotations`: the notes on the data, and the months that no comparison may cross.
- `headline`: the lines that a page opens with.
- `layer`: what a map can show.
- `words`: percentages, lists, plurals, hidden numbers, the stamp of made data.
"""
