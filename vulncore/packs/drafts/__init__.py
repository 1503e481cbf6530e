"""Do the numbers of a draft report match the strand table?

Read in this order:

- `blocks`: what a draft is made of; `reading`: a draft from .txt, .md or .docx (`word`, with the numbers that Word counts in `numbering`).
- `wordings`: how people write of measures and of what is counted; `subjects`: which measures a passage is of.
- `periods`: which windows of the table a passage names.
- `numbers`: the numbers of a sentence that are no names or dates; `claims`: what they seem to say.
- `figures`: what the table has, of one measure or of several together; `matching`: one claim set against that.
- `sentences`: the claims of a sentence, each with its subject and its period.
- `tables`: a draft's own tables, cell by cell; `checking`: the verdicts on a whole draft.
- `comments`: a copy of a Word draft with a comment at each number that differs.
"""
