"""Findings: what a page, a command or a document says of the figures, in sentences, tables and charts.

A folder is one topic, named as its page: `overview`, `when`, `where`, `forecast`, `resourcing`, `data`; `methods` is one file, since
it only says what the others mean, and so is `prepared`: what pages show first, made ready beforehand. `shared` is what several
of them use. A topic imports no other, but `resourcing` that of `forecast`, and `methods` and `prepared` those they speak of. Begin with a topic's `__init__`, which gives its order.
"""
