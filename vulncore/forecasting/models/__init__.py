"""The models that are tested on a series: `all` lists them, and draws from each and from their combination.

Each takes a `Past`, how many months ahead, how many paths and where chance comes from, and returns paths:

- `recent_level`: the level of the last months, by memories of several lengths, with a season;
- `smoothing`: exponential smoothing, complex smoothing and Theta, by a library;
- `prophet`: Prophet, made fit for counts;
- `naive`: last year again, which any other model has to beat.

To add a model, write it in a file here and name it in `all`; `benchmarks/forecast_accuracy.py --write` learns its width.
"""
