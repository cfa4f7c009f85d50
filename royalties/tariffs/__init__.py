"""What a use costs: simple rates of licences, and dated tariffs of eight kinds.

Knows how an amount follows from what was reported, and how it is divided. Must not know who may
use what, where figures are stored, or what is booked.
"""
