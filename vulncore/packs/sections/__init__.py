"""The sections of a pack: each turns findings into parts of a document, for its audience.

- `basis`: what all sections are made of: one version, one force, one month, for whom.
- `overview`: the strand table in the form of the committee's report, what stands out, five years of a measure.
- `strand`: control charts. `forecast`: what is to come. `resourcing`: what that asks of the unit. `since`: what is new since the last meeting.
- `checks`: what is odd about the data.
- `when` and `where`: figures by hour and place, as far as they may leave. `tasking`: what a tasking sheet says of both.
- `all`: which of them a recipe asks for, in its order, and why one is left out.
"""
