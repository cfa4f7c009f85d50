"""What every package stands on: time, ids, keys, sealed storage, one database, money, proofs.

Knows tenants, principals and jobs. Must not know who or what is registered, found, licensed or
paid, and imports none of the packages that do.
"""
