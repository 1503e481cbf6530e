"""The models that are tested on a series: `all` lists them, and draws from each and from their combination.

Each takes a `Past`, how many months ahead, how many paths and where chance comes from, and returns paths:

- `naive`: last year again, and the straight line (drift), which any other model has to beat;
- `smoothing`: exponential smoothing;
- `count_trend`: a negative-binomial trend whose growth dies away;
- `prophet`: Prophet, made fit for counts.

To add a model, write it in a file here and name it in `all`; `benchmarks/forecast_accuracy.py --write` learns its width.
"""
