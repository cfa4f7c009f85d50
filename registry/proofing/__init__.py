"""What shows that an enrolled likeness is the person's own.

Knows proofs, scores and verdicts as values; knows no session, no file, no clock and no model.
"""
