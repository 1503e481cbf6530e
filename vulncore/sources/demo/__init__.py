"""Made data: a City that reproduces the published strand table and is otherwise plausible.

The description that it is drawn from stands in `vulncore/reference/demo_*.toml`. Read in this order:

- `generator`: the delivery put together; the way in.
- `published`: the totals that the published table fixes.
- `months`: how many records each month holds.
- `times`: when records happened and when they were recorded.
- `details`: offences, places, people, outcomes, and which rows are one record.
- `description`: the description read, and the dice.
"""

from vulncore.sources.demo.generator import DEFAULT as DEFAULT
from vulncore.sources.demo.generator import deliver as deliver
