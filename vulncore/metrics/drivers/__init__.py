"""What drives a change between two periods, and which records are of somebody, or of a place, recorded before?

Read in this order:

- `whole_parts`: whole numbers that add up.
- `dimensions`: how records fall into parts, and how many each part holds once the blur is undone.
- `shares`: a share with its limits, the blur undone.
- `shuffles`: how far each part's share moved, and how far shares move where the periods mean nothing.
- `change_parts`: a rise or fall, taken apart, and the parts that drive it.
- `mix_changes`: whether the mix of a dimension changed at all.
- `repeats`: whether a victim, or a place, had a record in the twelve months before.
"""
