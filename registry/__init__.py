"""People, prints, works, submissions, scans and the uses found in them.

Knows who is enrolled and under which signed consent, what a studio handed in and declared, and
what was found there. Must not know licences, tariffs or money (packages to the right), nor how
media is decoded and vectors are made (`fingerprint` to the left).
"""
