"""Tables and every query of the registry, split by noun.

Knows SQL and which rows a caller may see. Must not decide anything: a rule file does that, and a
service calls both.
"""
