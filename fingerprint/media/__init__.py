"""Media in, plain frames and samples out: knows containers and clocks, not voices or faces.

A file is parsed only in a short-lived child process (`fingerprint.media.child`); what comes back
over shared memory is numbers, checked before use. `door` is the way in. Nothing here knows models,
people or databases.
"""
