"""What is allowed: signed licences, their revocation, and the clearance of a submission.

Knows performers, works, submissions and uses of the registry, and who agreed to which of them.
Must not know money owed, HTTP or pages, and never decodes media or compares vectors.
"""
