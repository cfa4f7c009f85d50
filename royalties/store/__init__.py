"""Tables and every query of royalties: usage reports, and the ledger.

Knows SQL and which rows a caller may see. Must not decide anything: the rule files do that.
"""
