"""People: who they are, how they prove it, and what they are in which organisation.

It knows accounts, invitations, sessions and factors; it knows no performer, licence or work. What
it hands on is a principal, the same value that a key becomes.
"""
