"""Verbs of royalties: take in usage, accrue, state and export.

Each verb loads, lets a rule file decide, and saves, within the caller's session; none commits.
"""
