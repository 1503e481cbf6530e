"""How many officers does forecast demand ask for, will they be there, and how many more does it take?

Read in this order:

- `scenario/`: what is assumed of a unit (its numbers, TOML files, links and saved scenarios);
- `chain.py`: the whole way from demand to officers, on every simulated path at once;
- `workload.py`: cases that come in, how many stay open, the work done on them in a month;
- `capacity.py`: who is there: those in post, less leavers, and those who join;
- `draws.py`: the random numbers, the same for every scenario;
- `answers.py`: what the paths say by month and year, and which numbers drive a shortage;
- `solving.py`: how many more people keep a chance at or below a level;
- `costs.py`: what people cost a year, where a scenario says what one costs.
"""
