"""Usage reports as they come: how each form of them is read, line by line, into usage rows.

Knows how figures, columns, records and identifiers are written. Must not know the database, the
network, or what a row earns.
"""
