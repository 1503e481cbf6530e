"""How much is to come of a subject, and how sure can anyone be?

A subject is a measure, or all measures of a strand. Read in this order:

- `demand`: what can be forecast, and its months with what is known about them;
- `kept`: forecasts on the disk, by all that they were made from;
- `work`: which subjects can't be forecast and why, and the forecasts, kept or made now;
- `outlook`: what is to come by month and calendar year, on both bases, with and without what-ifs;
- `wording`: figures, years and bases in words, the same everywhere; `trust`: how far to trust them;
- `sentences`: the headline, what to plan for, and the notes;
- `tables`: the same for people, for files and for other programs; `charts`: the same to look at;
- `what_if`: the words of the form for what-ifs.

The models and their back-test are in `vulncore.forecasting`.
"""
