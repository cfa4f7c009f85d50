"""Media in, findings out: decodes, embeds, searches and decides, behind `engine` as the one door.

Knows print ids and vectors; must not know people, consent, tenants, licences or money.
"""
