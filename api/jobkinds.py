"""Which kinds of work a worker does; who only counts what waits need not load how it is done."""

KINDS = (
    "embed",
    "answer",
    "prove",
    "scan",
    "rematch",
    "decide",
    "revise",
    "erase",
    "export",
    "find",
    "forget",
    "embed_figure",
    "shred_figure",
    "reembed",
    "usage",
    "accrue",
    "bulk",
)
