"""The verbs of the registry: load, decide, save, within a session that the caller commits.

Knows which rule applies when. Must not hold SQL, commit, parse media or speak HTTP.
"""
