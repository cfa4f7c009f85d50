"""The verbs of licensing: load, decide, save. The caller's session commits, never these.

Knows which facts a rule needs and where they are kept. Must not know HTTP, jobs or pages.
"""
