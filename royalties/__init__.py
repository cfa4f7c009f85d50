"""What is owed: usage reports, tariffs, the double-entry ledger and statements.

Knows which uses a clearance cleared under which licence, how often a cut was shown, and what that
comes to at one millionth of the currency unit. Must not know media, vectors, signatures or HTTP,
nor decide whether a use is allowed (`licensing` to the left).
"""
