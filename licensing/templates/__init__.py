"""Standard contracts as data: words, what they fill in and refuse, and how two of them differ.

Knows terms, rule conditions and words. Must not know sessions, clocks, HTTP or pages.
"""
