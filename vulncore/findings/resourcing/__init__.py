"""How many officers does forecast demand ask of a unit, will they be there, and what would it take?

Read in this order:

- `demand.py`: what comes to the unit, by kind of case: recorded, the share that is the unit's, forecast;
- `outlook.py`: a question, and everything that a scenario answers to it (`ResourcingOutlook`);
- `sentences.py`: the outlook in sentences, and in words for people who can't see the charts;
- `tables.py`: the outlook as tables for people, and as rows for files;
- `charts.py`: officers, cases for each, drivers and compared scenarios as charts;
- `arrivals.py`: what comes in, kind by kind, as a table with notes;
- `assumptions.py`: a scenario's numbers in words, as a table and as rows.
"""
