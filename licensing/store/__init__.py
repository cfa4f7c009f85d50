"""Tables and every query of licensing: licences and revocations, clearances.

Knows rows and sessions. Must not decide anything, and no row leaves it.
"""
