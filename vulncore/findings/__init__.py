"""Findings: what a page, a command or a document says of the figures, in sentences, tables and charts.

A folder is one topic, named as its page: `overview`, `when`, `where`, `forecast`, `resourcing`, `data`; `methods` is one file, since
it only says what the others mean. `shared` is what several of them use. A topic imports no other, but `resourcing` that of
`forecast`, and `methods` whom it speaks of. Begin with a topic's `__init__`, which gives its order.
"""
