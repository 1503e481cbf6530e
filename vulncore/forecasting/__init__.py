"""How many records are to come: models of monthly counts, each tested on past months before it speaks.

Every model takes a `Past` and gives simulated paths, whole numbers from 0, so that a total over any months is the
sum along each path, and its range is read off those sums. Read in this order:

- `past`: the months that a model learns from, what each month weighs, and which months a `basis` takes;
- `models`: the models, each in its file; `models.all` lists them and combines them;
- `paths`: simulated paths, their ranges by month and by calendar year;
- `spread`: how wide each model's paths have to be;
- `backtest`: forecasts from earlier months, their scores, and which model speaks;
- `forecast`: the whole forecast of a series or several, the work spread over the cores, and how far it is;
- `what_if`: adjustments that bend paths; `steady_range`: what to expect where nothing can be forecast.
"""
