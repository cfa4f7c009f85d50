"""Laws, bills, agreements and house rules on consent as dated data, and what they say of a licence.

Knows terms and the facts beside them. Must not know sessions, clocks, files handed in by others,
HTTP or pages; it informs and is no lawyer.
"""
